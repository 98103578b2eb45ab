"""Spaces that nobody typed: between Han where the layout spread them, at line ends, around
what was taken out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from ingest.document import Edit, Step
from ingest.normalize.geometry import Row

_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_CJK = _HAN + "，。、；：！？（）《》“”‘’"
# It begins with the blank itself: the engine skips to it.
_BETWEEN_HAN = re.compile(f" (?<=[{_CJK}] ) {{0,2}}(?=[{_CJK}])")
_WIDE = re.compile(f"[{_HAN}\u3000-\u303f\uff00-\uff60]")
_FULL_STOP = re.compile("[，。；：！？]")
# A line of at least eight Han with a space after each.
_SPREADS = re.compile(f" [{_CJK}] [{_CJK}] [{_CJK}] ")
_SPREAD = re.compile(f"(?m)^ *(?:[{_CJK}] ){{8,}}[{_CJK}] *$")
_TRAILING = re.compile("(?<![ \t\u3000\xa0])[ \t\u3000\xa0]+(?=\n|\\Z)")

# 一、 and （二） close with a mark that brings its own space.
_AFTER_MARKER = re.compile(
    f"(?m)^(?:（[0-9一二三四五六七八九十]{{1,4}}）|[一二三四五六七八九十]{{1,4}}、)( {{1,3}})(?=[{_CJK}])"
)

# em: the largest gap that the layout puts inside a phrase; the gaps between the cells of
# a table and between a heading's number and its words are wider.
_GAP = 0.25


def between_han(text: str, rows: Sequence[Row]) -> list[Edit]:
    """Drop the spaces between Han that are narrower than a quarter of a character.

    The width of a gap is what a line's box leaves over when its characters have got
    theirs; a line with more Latin than that estimate can bear is left alone.
    """
    if not _BETWEEN_HAN.search(text):
        return []
    after_markers = {found.start(1) for found in _AFTER_MARKER.finditer(text)}
    starts = [row.start for row in rows]
    gaps: dict[int, float] = {}
    edits: list[Edit] = []
    for found in _BETWEEN_HAN.finditer(text):
        index = bisect_right(starts, found.start()) - 1
        if index < 0 or found.end() > rows[index].end:
            continue
        if found.start() in after_markers:
            edits.append(_dropped(found, "space.marker"))
            continue
        if index not in gaps:
            gaps[index] = _gap(text, rows[index])
        if gaps[index] < _GAP:
            edits.append(_dropped(found, "space.layout"))
    return edits


def _gap(text: str, row: Row) -> float:
    """Width of a space on this line in em; infinite where it cannot be told."""
    line = text[row.start : row.end]
    spaces = line.count(" ")
    wide = len(_WIDE.findall(line))
    narrow = len(line) - spaces - wide
    # Half-width characters are half an em wide, give or take a tenth.
    if not spaces or not row.em or narrow * 0.1 > 0.15 * spaces:
        return float("inf")
    length = max(row.right - row.left, row.bottom - row.top)
    return (length / row.em - wide - 0.5 * narrow) / spaces


def spread_lines(text: str) -> list[Edit]:
    """Drop the spaces of lines in which one stands after every Han, where they are sentences.

    A row of names or figures has no full stop: it stays.

    >>> [edit.start for edit in spread_lines("全 镇 各 社 区 工 作 ， 进 展 顺 利 。")][:3]
    [1, 3, 5]
    >>> spread_lines("子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥")
    []
    """
    if not _SPREADS.search(text):
        return []
    return [
        _dropped(space, "space.spread", line.start())
        for line in _SPREAD.finditer(text)
        if _FULL_STOP.search(line[0])
        for space in _BETWEEN_HAN.finditer(line[0])
    ]


def _dropped(found: re.Match[str], rule: str, offset: int = 0) -> Edit:
    return Edit(offset + found.start(), offset + found.end(), found[0], "", rule, "sure")


def trailing(text: str) -> list[Edit]:
    """Drop blanks at line ends."""
    if " \n" not in text and not _TRAILING.search(text):
        return []
    return [_dropped(found, "space.trailing") for found in _TRAILING.finditer(text)]


def blank_lines(text: str, places: Sequence[int] | None) -> list[Edit]:
    """Bring runs of blank lines to one, at the start to none, and the end to one line end.

    `places` are the offsets where an earlier stage took something out: only runs that
    such a place touches are changed, and the end only if it is one. None: all runs.
    """
    edits: list[Edit] = []
    for found in _RUN.finditer(text):
        start, end = found.span()
        if places is not None and not _touched(places, start, end):
            continue
        wanted = "\n\n" if start and end < len(text) else "\n" if start else ""
        if len(found[0]) > len(wanted):
            edits.append(Edit(start, end, found[0], wanted, "space.blank-lines", "sure"))
    stop = len(text)
    if text and text[-1] != "\n" and (places is None or _touched(places, stop, stop)):
        edits.append(Edit(stop, stop, "", "\n", "space.final-line-end", "sure"))
    return edits


_RUN = re.compile(r"\n(?:[ \t]*\n)+|\A\n+|\n+\Z")


def _touched(places: Sequence[int], start: int, end: int) -> bool:
    index = bisect_right(places, end) - 1
    return index >= 0 and places[index] >= start


def taken_out(step: Step) -> list[int]:
    """Return where, in the text that a step made, something stood that it deleted."""
    places: list[int] = []
    shift = 0
    for edit in step.edits:
        if not edit.after:
            places.append(edit.start + shift)
        shift += len(edit.after) - (edit.end - edit.start)
    return places
