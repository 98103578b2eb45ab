"""The passes of the strip stage, in their order, and the cheap tests that skip them."""

from __future__ import annotations

import re
from bisect import bisect_right

from ingest.document import Document
from ingest.strip import (
    apart,
    blocks,
    grammar,
    inline,
    marks,
    page_lines,
    particulars,
    refrains,
    running,
    slices,
    slides,
)
from ingest.strip.blocks import Level, Site
from ingest.strip.lines import LONGEST, Removals, TextLine, solid_lines, split
from ingest.strip.rulebook import Rulebook, shipped

# Head and tail of a text in which the words of an unknown site are looked for, in
# characters: more than the longest head seen (template B, 1,900 characters).
ENDS = 3000

# Behind a first line, no blank line begins otherwise. A page's layout has none.
_BLANK = re.compile(r"\n\s")


def strip(document: Document, level: Level = "sure", book: Rulebook | None = None) -> Document:
    """Remove what is not the report. One step, whatever was found.

    `book` holds the packs; without it those that come with the program.

    >>> page = "水情_第1页\\n全文预览已结束\\n文档简介\\n\\n水情今年正常。\\n\\n评论\\n0/150\\n提交评论\\n"
    >>> stripped = strip(Document.from_text(page))
    >>> stripped.text, stripped.metadata["title"]
    ('水情今年正常。\\n', '水情')
    """
    text = document.text
    removals = Removals(text)
    if document.pages:
        running.find(removals, document.layout())
    book = book or shipped()
    known = book.gate.opens(text)
    regions = document.plan()
    ends = known or bool(regions) or _may_be_site(text)
    site = Site()
    solid: list[TextLine] = []
    body = (0, len(text))
    if ends:
        solid = removals.left(solid_lines(text))
        packs = book if known else None
        site = blocks.find(removals, solid, level, packs, regions)
        if regions and apart.find(removals, solid, regions, level):
            # Without them the others are judged anew, as in a text that was stripped.
            again = blocks.find(removals, removals.left(solid), level, packs, regions)
            site.proven = site.proven or again.proven
        report = solid[site.first : site.last]
        if site.proven:
            body = (report[0].start, report[-1].end) if report else (0, 0)
    if known:
        inline.phrases(removals, site.packs, book)
    refrains.find(removals, level, site=site.proven)
    inline.field_codes(removals)
    told = particulars.metadata(site)
    pages = told.get("page_count") or document.metadata.get("page_count")
    if site.proven:
        report = removals.left(solid[site.first : site.last])
        slices.find(removals, report, proven=True)
        inline.tags(removals, report)
        before = len(removals.edits)
        page_lines.find(removals, report, pages if isinstance(pages, int) else None)
        if len(removals.edits) > before:
            # Without them the notices around are judged anew, as in a text that was stripped.
            book_or_none = book if known else None
            blocks.find(removals, removals.left(solid), level, book_or_none, regions)
            report = removals.left(report)
        body = (report[0].start, report[-1].end) if report else body
    elif text.lstrip().startswith("1、") and "\n4、" in text:
        slices.find(removals, solid_lines(text), proven=False)
    slides.find(removals)
    marks.find(removals, body, pages if isinstance(pages, int) else None)
    if site.proven:
        title = told.get("title")
        particulars.separate_title(removals, report, title if isinstance(title, str) else None)
    if removals.edits and (text[:1].isspace() or _BLANK.search(text)):
        _close_gaps(removals, split(text))
    return document.revise("strip", removals.edits, marks=removals.marks, metadata=told or None)


def _may_be_site(text: str) -> bool:
    """Say whether head or tail of a text that no pack knows could prove a site.

    Looks at the two ends only, so that a long clean text costs no more than a short one.
    """
    gate = grammar.gate()
    if not gate.opens(text, 0, ENDS) and (
        len(text) <= ENDS or not gate.opens(text, len(text) - ENDS)
    ):
        return False
    if len(text) <= 4 * ENDS:
        return True
    # The middle stands for itself as one line: long lines are never notices.
    middle = "·" * (LONGEST + 1)
    head = text[: text.rfind("\n", 0, ENDS) + 1]
    tail = text[-ENDS:].partition("\n")[2]
    both = f"{head}{middle}\n{tail}"
    trial = Removals(both)
    site = blocks.find(trial, solid_lines(both), "sure", None)
    return site.proven or bool(trial.marks)


def _close_gaps(removals: Removals, lines: list[TextLine]) -> None:
    """Remove the blank lines that removed lines leave: none at the ends, one between."""
    starts = [line.start for line in lines]
    seen = -1
    for edit in tuple(removals.edits):
        index = bisect_right(starts, edit.start) - 1
        if index <= seen or not removals.removed(lines[index]):
            continue
        first = last = index
        while first and (lines[first - 1].blank or removals.removed(lines[first - 1])):
            first -= 1
        while last + 1 < len(lines) and (
            lines[last + 1].blank or removals.removed(lines[last + 1])
        ):
            last += 1
        seen = last
        blanks = [
            line for line in lines[first : last + 1] if line.blank and not removals.removed(line)
        ]
        # The first blank line of a run parts two paragraphs; at either end none does.
        between = first > 0 and last + 1 < len(lines)
        start = end = -1
        for line in blanks[1 if between else 0 :]:
            if line.start != end:
                if end > start:
                    removals.remove(start, end, "notice.blank-line")
                start = line.start
            end = line.stop
        if end > start:
            removals.remove(start, end, "notice.blank-line")
