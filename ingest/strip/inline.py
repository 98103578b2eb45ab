"""Notices inside the report: watermarks of document makers, lines at the foot of each page,
field codes of word processors, tags that escaped from a page's source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.strip.folding import fold_with_map
from ingest.strip.lines import Removals, TextLine, line_around
from ingest.strip.rulebook import Rulebook

# A phrase inside the report must repeat: once is a quotation.
REPEATED = 2

# Switches of the table-of-contents field and of the links in it, with the bookmark number
# that stands before the first heading.
_FIELD = re.compile(
    r'(?:TOC|HYPERLINK|PAGEREF) ?(?:\\[a-z] ?)?(?:"[^"\n]{1,20}" ?|_Toc\d{4,12} ?)(?:\\[a-z] ?){0,6}'
    r"(?:(?<=\\[a-z])\d{1,6}(?=第|[一二三四五六七八九十]|[^\W\d]))?"
)
# The name of a bookmark alone, glued to the heading that it marks.
_BOOKMARK = re.compile(r"_Toc(\d{6,12})")
_HOLDER = re.compile(r"\[Table_[A-Za-z]{2,24}\d{0,2}\] ?")
_OPENING = re.compile(
    r"(?:<(?:p|b|strong|em|span|div|font|center|h[1-6])(?: [^<>\n]{0,120})?>){1,8}"
)
_CLOSING = re.compile(r"(?:</(?:p|b|strong|em|span|div|font|center|h[1-6])>){1,8}")
_TAG = re.compile(r"</?([a-z]+[1-6]?)")


def phrases(removals: Removals, recognised: frozenset[str], book: Rulebook) -> None:
    """Ask for the removal of body notices that repeat or whose template is recognised."""
    text = removals.text
    touched = (line_around(text, found.start()) for found in book.body_gate.finditer(text))
    hits: dict[str, list[tuple[int, int, bool, str]]] = {}
    for line in dict.fromkeys(touched):
        folded, offsets = fold_with_map(line.text)
        for pack, rule in book.body_rules:
            if rule.pattern.fullmatch(folded):
                hits.setdefault(rule.id, []).append((line.start, line.stop, True, pack.id))
                break
            if pack.id != "watermark":
                continue
            for found in rule.pattern.finditer(folded):
                start = line.start + offsets[found.start()]
                end = line.start + offsets[found.end() - 1] + 1
                hits.setdefault(rule.id, []).append((start, end, False, pack.id))
    for rule_id, places in hits.items():
        enough = len(places) >= REPEATED
        for start, end, _, pack_id in places:
            if enough or pack_id in recognised:
                removals.remove(start, end, rule_id, f"{len(places)} times in the document")
            else:
                removals.propose(start, end, rule_id, "stands here once only")


def field_codes(removals: Removals) -> None:
    """Ask for the removal of field codes, such as `TOC \\o "1-2" \\h \\u`, and of their like."""
    text = removals.text
    if "\\" in text and ("TOC" in text or "HYPERLINK" in text or "PAGEREF" in text):
        for found in _FIELD.finditer(text):
            if "\\" in found[0] and not _quoted(text, found.start()):
                removals.remove(found.start(), found.end(), "debris.field-code")
    if "_" not in text:
        return
    if "_Toc" in text:
        # The numbers of one document have one length; what follows may begin with a year.
        shortest = min((len(found[1]) for found in _BOOKMARK.finditer(text)), default=0)
        if shortest:
            bookmark = re.compile(rf"_Toc\d{{{shortest}}} ?")
            _repeated(removals, bookmark, "debris.bookmark")
    if "[Table_" in text:
        # Place holders of brokers' report templates; a document has a dozen of them.
        _repeated(removals, _HOLDER, "debris.place-holder")


def _repeated(removals: Removals, pattern: re.Pattern[str], rule: str) -> None:
    places = [
        found
        for found in pattern.finditer(removals.text)
        if not _quoted(removals.text, found.start()) and removals.free(*found.span())
    ]
    for found in places if len(places) >= REPEATED else ():
        removals.remove(found.start(), found.end(), rule, f"{len(places)} of them")


def _quoted(text: str, start: int) -> bool:
    """Say whether a code is what a manual writes about; one that was left behind stands bare."""
    return text[max(0, start - 1) : start] in ("“", '"', "`", "「", "‘")


def tags(removals: Removals, report: Sequence[TextLine]) -> None:
    """Ask for the removal of tags that wrap whole lines of the report on a site's page."""
    if "<" not in removals.text:
        return
    for line in report:
        stripped = line.text.strip()
        if not stripped.startswith("<") or not stripped.endswith(">"):
            continue
        opening = _OPENING.match(stripped)
        closings = list(_CLOSING.finditer(stripped))
        if opening is None or not closings or closings[-1].end() != len(stripped):
            continue
        opened = _TAG.findall(opening[0])
        closed = _TAG.findall(closings[-1][0])
        if opened != closed[::-1]:
            continue
        offset = line.start + line.text.index("<")
        removals.remove(offset, offset + opening.end(), "debris.tag")
        removals.remove(offset + closings[-1].start(), offset + closings[-1].end(), "debris.tag")
