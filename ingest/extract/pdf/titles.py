"""The title of a document as its first page shows it, beside the one its metadata state.

Metadata titles are filled in by programs and by templates: a title that the first page
shows only as a piece of a longer line is a left-over of such a template.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.document import Line, Page

LARGER = 1.3
"""Ratio of the type of a title to that of the text. Headings of sections are set 1.1 to 1.25."""

LONGEST = 80
"""Characters: what is longer is a slogan or a quotation in large type."""

MOST_LINES = 3
"""Lines of a title; more lines of the largest type are a cover set in it throughout."""

FIRST_PAGES = 3
"""Pages that tell the size of the text: a cover has none of it."""

# What heads a part of any document is the title of none.
_PART = re.compile(
    r"目\s*[录錄次]|\w{0,4}摘\s*要|前\s*言|序\s*言?|引\s*言|绪\s*论|导\s*读|简\s*介|声\s*明|附\s*[录錄件]|封面"
    r"|(?:table of )?contents|(?:executive )?summary|abstract|introduction|preface|foreword|agenda",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_ALPHANUMERIC = re.compile(r"[^\W_]+")


def title_of(stated: str, text: str, pages: Sequence[Page], outline: Sequence[str]) -> str:
    """Return the title: the stated one, unless the first page shows it to be a fragment.

    Without a stated one it is what the first page sets in the largest type, if that is
    clearly larger than the text; the first entry of the outline goes on where that breaks
    off. Empty where there is none.
    """
    if stated and not _is_fragment(stated, text, pages):
        return stated
    shown = _shown(text, pages)
    if shown and outline and _bare(outline[0]).startswith(_bare(shown)):
        return outline[0]
    return shown or stated


def _bare(words: str) -> str:
    return "".join(_ALPHANUMERIC.findall(words)).casefold()


def _is_fragment(stated: str, text: str, pages: Sequence[Page]) -> bool:
    title = _bare(stated)
    if not title or not pages:
        return False
    words = [text[line.start : line.end] for line in pages[0].lines if line.visible]
    if any(stated in line and len(_bare(line)) <= 1.5 * len(title) for line in words):
        return False
    if title not in _bare("\n".join(words)):
        return False
    lines = list(map(_bare, words))
    if not any(title in line for line in lines):
        # It runs over a line's end: nobody cuts a title so by accident.
        return False
    holders = [line for line in lines if title in line]
    return all(len(line) > 1.5 * len(title) for line in holders)


def _shown(text: str, pages: Sequence[Page]) -> str:
    """The lines of the largest type on the first page, where they follow each other."""
    exact: dict[float, int] = {}
    for page in pages[:FIRST_PAGES]:
        for line in page.lines:
            exact[line.size] = exact.get(line.size, 0) + line.end - line.start
    sizes: Counter[float] = Counter()
    for size, weight in exact.items():
        sizes[round(size, 1)] += weight
    first = [line for line in pages[0].lines if _counts(line, text)] if pages else []
    if not first:
        return ""
    body = max(sizes, key=sizes.__getitem__)
    largest = max(line.size for line in first)
    chosen = [index for index, line in enumerate(first) if line.size > 0.98 * largest]
    if largest < LARGER * body or not 0 < len(chosen) <= MOST_LINES:
        return ""
    if chosen[-1] - chosen[0] != len(chosen) - 1:
        return ""
    parts = [text[first[index].start : first[index].end].strip() for index in chosen]
    joined = parts[0]
    for part in parts[1:]:
        joined += (" " if joined[-1].isascii() and part[0].isascii() else "") + part
    if _PART.fullmatch(joined):
        return ""
    return joined if 1 < len(joined) <= LONGEST and "\ufffd" not in joined else ""


def _counts(line: Line, text: str) -> bool:
    return (
        line.visible
        and not line.angle
        and "\t" not in text[line.start : line.end]
        and _WORD.search(text, line.start, line.end) is not None
    )
