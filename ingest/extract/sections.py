"""The order in which recognized lines are read: column by column, where they stand in columns.

A picture gives lines without an order. They are read from the top down and from left to
right, but for columns of prose: where a gutter runs between two groups of lines that fill
their columns, the left one comes first, and lines over both part the page into sections.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.document import Box

FEWEST = 4
"""Lines of a column of prose; a table of three rows has fewer."""

GUTTER = 0.6
"""In line heights: the narrowest gutter; boxes of recognized lines reach a little too far."""

FULL = 0.8
"""Share of a column's width that a full line takes."""

PROSE = 0.6
"""Share of full lines in a column of prose; cells of tables are of all lengths."""

BROAD = 8.0
"""In line heights: a narrower column holds cells or figures."""


def in_reading_order(boxes: Sequence[Box]) -> list[int]:
    """Return the indices of boxes in reading order.

    >>> in_reading_order([(300, 10, 400, 20), (10, 11, 200, 21), (10, 30, 90, 40)])
    [1, 0, 2]
    """
    return _ordered(boxes, list(range(len(boxes))))


def _ordered(boxes: Sequence[Box], members: list[int]) -> list[int]:
    gutter = _gutter(boxes, members)
    if gutter is None:
        return _by_line(boxes, members)
    ordered: list[int] = []
    left: list[int] = []
    right: list[int] = []
    for index in sorted(members, key=lambda at: boxes[at][1] + boxes[at][3]):
        x0, _, x1, _ = boxes[index]
        if x1 <= gutter:
            left.append(index)
        elif x0 >= gutter:
            right.append(index)
        else:
            ordered += [*_ordered(boxes, left), *_ordered(boxes, right), index]
            left, right = [], []
    return [*ordered, *_ordered(boxes, left), *_ordered(boxes, right)]


def _gutter(boxes: Sequence[Box], members: Sequence[int]) -> float | None:
    """Where a gutter runs down between two columns of prose; the one that the fewest lines cross."""
    if len(members) < 2 * FEWEST:
        return None
    heights = sorted(boxes[at][3] - boxes[at][1] for at in members)
    reach = GUTTER * heights[len(heights) // 2]
    best: tuple[int, float] | None = None
    for end in sorted({boxes[at][2] for at in members}):
        gutter = end + reach / 2
        left = [at for at in members if boxes[at][2] <= end]
        right = [at for at in members if boxes[at][0] >= end + reach]
        crossing = len(members) - len(left) - len(right)
        if best is not None and crossing >= best[0]:
            continue
        if (
            crossing < min(len(left), len(right))
            and _is_prose(boxes, left)
            and _is_prose(boxes, right)
        ):
            best = crossing, gutter
    return best[1] if best else None


def _is_prose(boxes: Sequence[Box], members: Sequence[int]) -> bool:
    if len(members) < FEWEST:
        return False
    widths = sorted(boxes[at][2] - boxes[at][0] for at in members)
    heights = sorted(boxes[at][3] - boxes[at][1] for at in members)
    # Two columns side by side are as good as one: what counts is that lines are full.
    broad = widths[-(len(widths) // 4) - 1]
    full = sum(width >= FULL * broad for width in widths)
    return broad >= BROAD * heights[len(heights) // 2] and full >= PROSE * len(widths)


def _by_line(boxes: Sequence[Box], members: Sequence[int]) -> list[int]:
    """Sort by line and then from left to right: a skewed scan lifts one end of a line."""
    ordered: list[int] = []
    line: list[int] = []
    for at in sorted(members, key=lambda at: boxes[at][1] + boxes[at][3]):
        if line:
            _, top, _, bottom = boxes[line[0]]
            if (boxes[at][1] + boxes[at][3]) / 2 > bottom - 0.3 * (bottom - top):
                ordered += sorted(line, key=lambda part: boxes[part][0])
                line = []
        line.append(at)
    return ordered + sorted(line, key=lambda part: boxes[part][0])
