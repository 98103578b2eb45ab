"""Where the lines of a page stand to each other, and where their columns end.

All lengths are in points, counted from the upper left corner of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ingest.document import Page

Relation = Literal["below", "beside", "elsewhere"]


class Row(NamedTuple):
    """A line with a place; `em` is its type size in points, `page` the index of its page."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float
    em: float
    page: int
    upright: bool


class Column(NamedTuple):
    """The edges that the lines of a block keep to, and how many lines reach the right one."""

    left: float
    right: float
    support: int


def rows_of(pages: Iterable[Page]) -> list[Row]:
    """Return the lines that have a box and text, in text order."""
    rows: list[Row] = []
    for number, page in enumerate(pages):
        for start, end, box, size, angle, visible in page.lines:
            if start >= end or box is None:
                continue
            left, top, right, bottom = box
            height = bottom - top
            # The size is that of one sampled character; a raised or a mathematical one
            # does not speak for its line, whose height does.
            em = size if 0.7 * height < size < 1.5 * height else height
            rows.append(
                Row(start, end, left, top, right, bottom, em, number, visible and angle == 0.0)
            )
    return rows


def relation(one: Row, two: Row) -> Relation:
    """Say where `two`, which follows in the text, stands on the page.

    >>> one = Row(0, 4, 50, 100, 150, 110, 10, 0, True)
    >>> relation(one, one._replace(top=115, bottom=125))
    'below'
    >>> relation(one, one._replace(left=160, right=200))
    'beside'
    """
    if one.page != two.page or not one.upright or not two.upright:
        return "elsewhere"
    shared = min(one.bottom, two.bottom) - max(one.top, two.top)
    lower = min(one.bottom - one.top, two.bottom - two.top)
    if shared > 0.45 * lower:
        # Half an em of overlap: kerned and slanted neighbours reach into each other.
        if two.left > one.right - 0.5 * one.em or two.right < one.left:
            return "beside"
        # A raised row over a denominator, or a line set very tight.
        return "below" if two.top > one.top + 0.3 * one.em else "elsewhere"
    if two.top < one.top:
        return "elsewhere"
    if min(one.right, two.right) <= max(one.left, two.left):
        return "elsewhere"
    return "below"


def pitch(one: Row, two: Row) -> float:
    """Return the distance of two lines, the smaller of what their tops and bottoms say.

    Lines in two fonts have boxes of different heights on one grid.
    """
    return min(two.top - one.top, two.bottom - one.bottom)


def usual_pitch(rows: Sequence[Row], relations: Sequence[Relation]) -> float:
    """Return the usual distance of the lines of one paragraph, in em.

    It is the smallest distance that is not rare: gaps between paragraphs may outnumber
    the lines inside them, but never by five to one in prose. 0.0 where no two lines
    stand below each other.
    """
    counts: Counter[float] = Counter()
    for index, where in enumerate(relations):
        if where == "below":
            one = rows[index]
            counts[round(pitch(one, rows[index + 1]) / one.em, 1)] += 1
    if not counts:
        return 0.0
    most = max(counts.values())
    # Below 0.9 em lines would touch: formulas and cells, not prose.
    usual = [ratio for ratio, count in counts.items() if count >= 0.2 * most and ratio >= 0.9]
    return min(usual, default=0.0)


def columns_of(
    rows: Sequence[Row], relations: Sequence[Relation], usual: float
) -> tuple[list[Column], dict[int, Column]]:
    """Find the columns of a document.

    Returns the columns that at least three lines of one block share, and for each line
    (by index) the column of its own block where the block has one.
    """
    shared: list[Column] = []
    own: dict[int, Column] = {}
    begin = 0
    for index in range(len(rows)):
        last = index + 1 == len(rows)
        if not last and relations[index] != "elsewhere":
            one, two = rows[index], rows[index + 1]
            if relations[index] == "beside" or pitch(one, two) <= 1.3 * usual * one.em:
                continue
        column = _edges(rows[begin : index + 1])
        if column is not None:
            shared.append(column)
            for member in range(begin, index + 1):
                own[member] = column
        begin = index + 1
    return _distinct(shared), own


def _edges(block: Sequence[Row]) -> Column | None:
    """The edges of a block of lines, where at least three of them share the right one."""
    if len(block) < 3:
        return None
    em = sorted(row.em for row in block)[len(block) // 2]
    rights = sorted((row.right for row in block), reverse=True)
    # The outermost edge that a quarter of the lines, and three, reach: one formula that
    # sticks out does not move it. Marks that hang in the margin lie within 0.75 em.
    wanted = max(3, len(block) // 4)
    for index, right in enumerate(rights[: len(rights) - wanted + 1]):
        if right - rights[index + wanted - 1] <= 0.75 * em:
            support = sum(right - 0.75 * em <= other <= right for other in rights)
            edge = rights[index + wanted // 2]
            break
    else:
        # Ragged lines: the longest is the edge, if the lines are many and most come near.
        support = sum(rights[0] - other < 6 * em for other in rights)
        if len(block) < 4 or support < 0.6 * len(block):
            return None
        edge = rights[0]
    lefts = sorted(row.left for row in block)
    # The innermost common left edge; one line that hangs further out does not move it.
    left = next(
        (value for value, other in zip(lefts, lefts[1:], strict=False) if other - value < 0.3 * em),
        lefts[0],
    )
    # Prose is set at least twelve characters wide; narrower blocks are cells.
    return Column(left, edge, support) if edge - left >= 12 * em else None


def _distinct(columns: Iterable[Column]) -> list[Column]:
    """Columns within two points of each other as one, the narrowest first."""
    merged: dict[tuple[int, int], Column] = {}
    for column in columns:
        key = (round(column.left / 4), round(column.right / 4))
        known = merged.get(key)
        support = column.support + (known.support if known else 0)
        merged[key] = column._replace(support=support)
    return sorted(merged.values(), key=lambda column: column.right - column.left)


def enclosing(columns: Sequence[Column], row: Row) -> Column | None:
    """Return the narrowest column that a line fits in."""
    slack = 0.8 * row.em
    for column in columns:
        if column.left - slack <= row.left and row.right <= column.right + slack:
            return column
    return None
