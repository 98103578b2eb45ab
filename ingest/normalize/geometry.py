"""Where the lines of a page stand to each other, and where their columns end.

All lengths are in points, counted from the upper left corner of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import sub
from typing import Literal, NamedTuple

from ingest.document import Page, Step

SIZE = 1.08
"""Ratio of two sizes of type that a reader tells apart."""

# of the height: the least size of type. Noto and Source Han state 1.45 em for their lines, other
# faces less; a sampled script has 0.6 of its line at most.
_TALL = 0.66
# of the size: no line of type is that low.
_FLAT = 0.6

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


def rows_of(pages: Iterable[Page], steps: Iterable[Step]) -> list[Row]:
    """Return the lines that have a box and text, in text order, where they stand now.

    `pages` are as extraction gave them, `steps` what has been changed since; lines that
    were deleted are left out.
    """
    pages = tuple(pages)
    starts = [line.start for page in pages for line in page.lines]
    ends = [line.end for page in pages for line in page.lines]
    for step in steps:
        starts, ends = step.spans_now(starts, ends)
    rows: list[Row] = []
    at = 0
    for number, page in enumerate(pages):
        first = len(rows)
        total = tall = 0
        for line in page.lines:
            start, end = starts[at], ends[at]
            at += 1
            box = line.box
            if start >= end or box is None:
                continue
            left, top, right, bottom = box
            height = bottom - top
            total += end - start
            if height > right - left and end - start > 1:
                tall += end - start
                height = right - left
            elif height < _FLAT * line.size:
                # The box of a flat character such as 一, in a font that states no height.
                middle = (top + bottom) / 2
                height = line.size
                top, bottom = middle - height / 2, middle + height / 2
            # The size is that of one sampled character; a raised or a mathematical one
            # does not speak for its line, whose height does.
            em = line.size if _TALL * height < line.size < 1.5 * height else height
            upright = line.visible and line.angle == 0.0
            rows.append(Row(start, end, left, top, right, bottom, em, number, upright))
        if 2 * tall > total:
            rows[first:] = [_turned(row, page.width) for row in rows[first:]]
    return rows


def _turned(row: Row, width: float) -> Row:
    """A vertical line as if it ran from left to right: columns from the right are lines down."""
    return row._replace(
        left=row.top, top=width - row.right, right=row.bottom, bottom=width - row.left
    )


class Neighbours(NamedTuple):
    """How each row stands to the next: one entry less than there are rows.

    `pitches` are the distances of lines, the smaller of what tops and bottoms say: lines in
    two fonts have boxes of different heights on one grid. `resized` says where the type
    changes: both the sampled sizes and the heights of the lines say so.
    """

    relations: list[Relation]
    resized: list[bool]
    pitches: list[float]


def neighbours(rows: Sequence[Row]) -> Neighbours:
    """Compare each row with the one that follows it in the text.

    >>> one = Row(0, 4, 50, 100, 150, 110, 10, 0, True)
    >>> neighbours([one, one._replace(top=115, bottom=125), one._replace(left=160, right=200)])
    Neighbours(relations=['below', 'elsewhere'], resized=[False, False], pitches=[15, -15])
    """
    relations: list[Relation] = []
    resized: list[bool] = []
    if not rows:
        return Neighbours(relations, resized, [])
    # One walk over plain numbers: every line of every page comes through here.
    _, _, left, top, right, bottom, em, page, upright = rows[0]
    for _, _, x0, y0, x1, y1, size, number, stands in islice(rows, 1, None):
        height, high = bottom - top, y1 - y0
        resized.append(
            (em >= size * SIZE or size >= em * SIZE)
            and (height > high * SIZE or high > height * SIZE)
        )
        where: Relation = "elsewhere"
        if page == number and upright and stands:
            shared = 0.0 if y0 >= bottom else min(bottom, y1) - max(top, y0)
            if shared > 0.0 and shared > 0.45 * min(height, high):
                # Half an em of overlap: kerned and slanted neighbours reach into each other.
                if x0 > right - 0.5 * em or x1 < left:
                    where = "beside"
                # A raised row over a denominator, or a line set very tight.
                elif y0 > top + 0.3 * em:
                    where = "below"
            elif y0 >= top and x0 < right and left < x1 and left < right and x0 < x1:
                where = "below"
        relations.append(where)
        left, top, right, bottom, em, page, upright = x0, y0, x1, y1, size, number, stands
    _, _, _, tops, _, bottoms, *_ = zip(*rows, strict=True)
    pitches = list(map(min, map(sub, tops[1:], tops), map(sub, bottoms[1:], bottoms)))
    return Neighbours(relations, resized, pitches)


def usual_pitch(rows: Sequence[Row], around: Neighbours) -> float:
    """Return the usual distance of the lines of one paragraph, in em.

    It is the smallest distance that is not rare: gaps between paragraphs may outnumber
    the lines inside them, but never by five to one in prose. 0.0 where no two lines of
    one size stand below each other.
    """
    counts = Counter(
        [
            round(distance / one.em, 1)
            for one, where, is_resized, distance in zip(rows, *around, strict=False)
            if where == "below" and not is_resized
        ]
    )
    if not counts:
        return 0.0
    most = max(counts.values())
    # Below 0.9 em lines would touch: formulas and cells, not prose.
    usual = [ratio for ratio, count in counts.items() if count >= 0.2 * most and ratio >= 0.9]
    return min(usual, default=0.0)
