"""Where the lines of a page stand to each other, and where their columns end.

All lengths are in points, counted from the upper left corner of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import sub
from typing import Literal, NamedTuple

from ingest.document import Edit, Page, Step

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
        if step.edits:
            starts, ends = _moved(starts, ends, step.edits)
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


def _moved(
    starts: Sequence[int], ends: Sequence[int], edits: Sequence[Edit]
) -> tuple[list[int], list[int]]:
    """Spans of lines, in order, after the edits of a step; the same as `Document.layout` gives.

    One walk over both: a page has more lines than a step has edits there.
    """
    after_starts: list[int] = []
    after_ends: list[int] = []
    count = len(edits)
    at = shift = 0
    edit_start, edit_end = edits[0][:2]
    for start, end in zip(starts, ends, strict=True):
        while at < count and edit_end <= start and edit_start < start:
            shift += len(edits[at].after) - (edit_end - edit_start)
            at += 1
            edit_start, edit_end = edits[at][:2] if at < count else (0, 0)
        if at == count or end <= edit_start:
            after_starts.append(start + shift)
            after_ends.append(end + shift)
            continue
        growth = 0
        last = at
        while last < count and edits[last].start < end:
            growth += len(edits[last].after) - (edits[last].end - edits[last].start)
            last += 1
        if edit_start > start and edits[last - 1].end <= end:
            after_starts.append(start + shift)
            after_ends.append(end + shift + growth)
            continue
        # An edit begins with the line, or runs over one of its ends.
        while last < count and edits[last].start <= end:
            last += 1
        step = Step("", tuple(edits[at:last]))
        after_starts.append(step.start_now(start) + shift)
        after_ends.append(step.end_now(end) + shift)
    return after_starts, after_ends


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


def pitches(rows: Sequence[Row]) -> list[float]:
    """Return the distance of each line to the next, the smaller of what tops and bottoms say.

    Lines in two fonts have boxes of different heights on one grid.
    """
    tops = [row.top for row in rows]
    bottoms = [row.bottom for row in rows]
    return list(map(min, map(sub, tops[1:], tops), map(sub, bottoms[1:], bottoms)))


def is_resized(one: Row, two: Row) -> bool:
    """Say whether the type changes: both the sampled sizes and the heights of the lines say so."""
    if one.em < two.em * SIZE and two.em < one.em * SIZE:
        return False
    height, other = one.bottom - one.top, two.bottom - two.top
    return height > other * SIZE or other > height * SIZE


def usual_pitch(rows: Sequence[Row], relations: Sequence[Relation]) -> float:
    """Return the usual distance of the lines of one paragraph, in em.

    It is the smallest distance that is not rare: gaps between paragraphs may outnumber
    the lines inside them, but never by five to one in prose. 0.0 where no two lines of
    one size stand below each other.
    """
    counts = Counter(
        [
            round(distance / one.em, 1)
            for (one, two), where, distance in zip(
                pairwise(rows), relations, pitches(rows), strict=True
            )
            if where == "below" and not is_resized(one, two)
        ]
    )
    if not counts:
        return 0.0
    most = max(counts.values())
    # Below 0.9 em lines would touch: formulas and cells, not prose.
    usual = [ratio for ratio, count in counts.items() if count >= 0.2 * most and ratio >= 0.9]
    return min(usual, default=0.0)
