"""The order of rows, repaired only where the page shows that the content's own is not it.

Programs write their content in reading order far more often than geometry can guess it.
Two habits are known and safe to mend: running lines that are written after the page they
head, or before the page they close; and the marks of a list written apart from its items.
"""

from __future__ import annotations

import re

from ingest.extract.pdf.rows import Row

ABOVE = 0.2
"""In em: by how much the boxes of two lines, one above the other, may reach into each other."""

TO_ITEM = 4.0
"""In em: the widest indent between the mark of a list and its item."""

SAME_LINE = 0.6
"""Share of the lower row's height that a mark and the first line of its item have in common."""

_MARK = re.compile(
    "[\u2022\u2023\u2043\u25a0\u25a1\u25aa\u25ab\u25b6\u25b8\u25ba\u25c6\u25c7\u25cb\u25cf\u25e6\u2013\u2014\u2610-\u2612\u2713\u2714\u27a2\uf06c\uf0a7\uf0b7\uf0d8\uf0fc*\u00b7-]"
    r"|[(（\[]?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[)）\].、．]"
    "|[\u2460-\u249b\u3220-\u3229]"
)


_LONGEST_MARK = 6

_RUNNING = 4
"""Rows at either end of the content that may be running lines: those of head and foot have
two each at most, but for a few."""


def in_order(rows: list[Row]) -> list[Row]:
    """Give the rows with running lines at their ends and list marks before their items.

    Joined rows no longer fit PDFium's indices: this comes last.
    """
    if len(rows) < 2:
        return rows
    return _running_lines_placed(_marks_placed(rows))


def _running_lines_placed(rows: list[Row]) -> list[Row]:
    """Move first rows that lie below all others to the end, last ones above all to the begin."""
    all_tops = [row.box[1] for row in rows]
    all_bottoms = [row.box[3] for row in rows]
    if (
        all_tops.index(min(all_tops)) < len(rows) - _RUNNING
        and all_bottoms.index(max(all_bottoms)) >= _RUNNING
    ):
        return rows
    # Rotated and hidden text lies anywhere and says nothing.
    left = [index for index, row in enumerate(rows) if row.visible and not row.angle]
    tops = {index: rows[index].box[1] for index in left}
    bottoms = {index: rows[index].box[3] - ABOVE * rows[index].size for index in left}
    foot: list[int] = []
    head: list[int] = []
    while len(bottoms) > 1 and len(foot) < _RUNNING:
        lowest = max(bottoms, key=bottoms.__getitem__)
        del bottoms[lowest]
        if lowest >= _RUNNING or tops[lowest] < max(bottoms.values()):
            break
        foot.append(lowest)
        del tops[lowest]
    while len(tops) > 1 and len(head) < _RUNNING:
        highest = min(tops, key=tops.__getitem__)
        del tops[highest]
        bottom = rows[highest].box[3] - ABOVE * rows[highest].size
        if highest < len(rows) - _RUNNING or bottom > min(tops.values()):
            break
        head.append(highest)
    if not foot and not head:
        return rows
    moved = {*foot, *head}
    body = [index for index in range(len(rows)) if index not in moved]
    return [rows[index] for index in (*head, *body, *reversed(foot))]


def _marks_placed(rows: list[Row]) -> list[Row]:
    """Join each mark of a list that stands alone with the item to its right."""
    marks = [
        index
        for index, row in enumerate(rows)
        if len(row.text) <= _LONGEST_MARK and _MARK.fullmatch(row.text) and not row.angle
    ]
    if not marks:
        return rows
    items: dict[int, int] = {}
    for index in marks:
        candidates = [
            (row.box[0], at)
            for at, row in enumerate(rows)
            if at not in marks and _follows(rows[index], row)
        ]
        if candidates:
            items.setdefault(min(candidates)[1], index)
    joined = set(items.values())
    return [
        _joined(rows[items[at]], row) if at in items else row
        for at, row in enumerate(rows)
        if at not in joined
    ]


def _follows(mark: Row, row: Row) -> bool:
    (_, above, right, below), (x0, top, _, bottom) = mark.box, row.box
    if row.angle or mark.visible != row.visible or not 0 <= x0 - right <= TO_ITEM * row.size:
        return False
    shared = min(below, bottom) - max(above, top)
    return shared >= SAME_LINE * min(below - above, bottom - top)


def _joined(mark: Row, row: Row) -> Row:
    _, top, right, bottom = row.box
    return row._replace(text=f"{mark.text} {row.text}", box=(mark.box[0], top, right, bottom))
