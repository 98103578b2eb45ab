"""Rows of a table whose cells run over several lines.

PDF text gives such a row cell by cell: the lines of one cell below each other, then,
further right and up again, those of the next. That return is what tells a row apart
from prose, and the lines of a cell from rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ingest.normalize.geometry import Neighbours, Row

Joint = Literal["wrap", "cell"]
"""How a line goes on: within its cell, or with the next cell of the row."""

# Lines of one cell; more are a column of prose.
_DEEPEST = 6
# em: a wider cell is a column of prose, whose foot the next column's head returns from.
_WIDEST = 18.0
# em: lines of one cell stand no further apart.
_PITCH = 1.7
# em: what stands at one height, sampled boxes considered.
_LEVEL = 0.35


def find(lines: Sequence[str], rows: Sequence[Row], around: Neighbours) -> dict[int, Joint]:
    """Return, by index of the first of two lines, how cells hold them together."""
    joints: dict[int, Joint] = {}
    relations = around.relations
    for index, where in enumerate(relations):
        if where != "elsewhere":
            continue
        begin = _cell_before(lines, rows, around, index)
        if begin is None:
            continue
        joints.update(dict.fromkeys(range(begin, index), "wrap"))
        joints[index] = "cell"
        at = index + 1
        # The last cell of the row has no return after it; its lines stand as close.
        tight = max((rows[one + 1].top - rows[one].top for one in range(begin, index)), default=0.0)
        while at < len(relations) and _wraps(lines, rows, around, at):
            if rows[at + 1].top - rows[at].top > 1.1 * tight:
                break
            if rows[at + 1].bottom > rows[index].bottom + _LEVEL * rows[at].em + tight:
                break
            joints[at] = "wrap"
            at += 1
    return joints


def _cell_before(
    lines: Sequence[str], rows: Sequence[Row], around: Neighbours, index: int
) -> int | None:
    """Index of the first line of the cell that ends at `index`, if the next line returns from it."""
    last, following = rows[index], rows[index + 1]
    if last.page != following.page or not (last.upright and following.upright):
        return None
    if following.top >= last.top or around.resized[index]:
        return None
    centred: int | None = None
    right = last.right
    for begin in range(index, max(-1, index - _DEEPEST), -1):
        row = rows[begin]
        right = max(right, row.right)
        if following.left < right or width(lines[begin].rsplit(" ", 1)[-1]) > _WIDEST:
            break
        level = _LEVEL * row.em
        if begin < index and abs(row.top - following.top) <= level:
            return begin
        middle = (row.top + last.bottom) / 2
        if begin < index and abs(middle - (following.top + following.bottom) / 2) <= level:
            centred = begin
        if begin and not _wraps(lines, rows, around, begin - 1):
            break
    return centred


def _wraps(lines: Sequence[str], rows: Sequence[Row], around: Neighbours, index: int) -> bool:
    """Whether the line after `index` can be a further line of the last cell on that line."""
    if around.relations[index] != "below":
        return False
    one, two = rows[index], rows[index + 1]
    if around.resized[index] or two.top - one.top > _PITCH * one.em:
        return False
    # The last cell begins at least as far right as its own words reach back.
    words = lines[index].rsplit(" ", 1)[-1]
    cell = max(one.left, one.right - width(words) * one.em) - one.em
    return two.left >= cell and two.right <= one.right + one.em


def width(text: str) -> float:
    """Width of a text in em, ideographs counting one and all others half.

    >>> width("约30立方")
    4.0
    """
    return 0.5 * len(text) + 0.5 * sum(char > "\u2e7f" for char in text)
