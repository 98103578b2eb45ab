"""Where the lines of a page stand to each other, and where their columns end.

All lengths are in points, counted from the upper left corner of the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from ingest.document import Edit, Page, Step

SIZE = 1.08
"""Ratio of two sizes of type that a reader tells apart."""

NARROWEST = 12.0
"""em: prose is set at least that wide; narrower blocks are cells."""

DEEPEST = 8.0
"""em: what begins further in is another column or a centred line, not an indent."""

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]"
)
# What may not begin a line in Chinese and goes down with the character before it.
_CLOSING = re.compile("[，。、；：！？）》〉”’」』】〕％,.;:!?)%]{1,2}")
_FIRST_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uff60]+")

# em: no line of a paragraph stands further below the one before it.
_FAR = 4.0

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


def rows_of(pages: Iterable[Page], steps: Iterable[Step]) -> list[Row]:
    """Return the lines that have a box and text, in text order, where they stand now.

    `pages` are as extraction gave them, `steps` what has been changed since; lines that
    were deleted are left out.
    """
    lines = [(number, line) for number, page in enumerate(pages) for line in page.lines]
    starts = [line.start for _, line in lines]
    ends = [line.end for _, line in lines]
    for step in steps:
        if step.edits:
            starts, ends = _moved(starts, ends, step.edits)
    rows: list[Row] = []
    for (number, line), start, end in zip(lines, starts, ends, strict=True):
        box = line.box
        if start >= end or box is None:
            continue
        left, top, right, bottom = box
        height = bottom - top
        # The size is that of one sampled character; a raised or a mathematical one
        # does not speak for its line, whose height does.
        em = line.size if 0.7 * height < line.size < 1.5 * height else height
        upright = line.visible and line.angle == 0.0
        rows.append(Row(start, end, left, top, right, bottom, em, number, upright))
    return rows


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
        step = Step("", tuple(edits[at : _last(edits, at, end)]))
        after_starts.append(step.start_now(start) + shift)
        after_ends.append(step.end_now(end) + shift)
    return after_starts, after_ends


def _last(edits: Sequence[Edit], at: int, end: int) -> int:
    while at < len(edits) and edits[at].start <= end:
        at += 1
    return at


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
    counts: Counter[float] = Counter()
    for index, where in enumerate(relations):
        if where == "below":
            one, two = rows[index], rows[index + 1]
            if not is_resized(one, two):
                counts[round(pitch(one, two) / one.em, 1)] += 1
    if not counts:
        return 0.0
    most = max(counts.values())
    # Below 0.9 em lines would touch: formulas and cells, not prose.
    usual = [ratio for ratio, count in counts.items() if count >= 0.2 * most and ratio >= 0.9]
    return min(usual, default=0.0)


class Columns(NamedTuple):
    """The columns of a document, the narrowest first, and those of single blocks.

    `own` holds, by index of the line, the column of a block that is set narrower than
    the text around it.
    """

    shared: list[Column]
    own: dict[int, Column]

    def of(self, rows: Sequence[Row], index: int) -> Column | None:
        """Return the column that a line was set in; None where nothing tells it."""
        own = self.own.get(index)
        if own is not None:
            return own
        left, right, em = rows[index].left, rows[index].right, rows[index].em
        # A mark may hang in the margin with its whole width.
        slack = 1.1 * em
        for column in self.shared:
            if column.left - slack <= left and right <= column.right + slack:
                return column
        return None


def columns_of(
    text: str, rows: Sequence[Row], relations: Sequence[Relation], tabular: Sequence[bool]
) -> Columns:
    """Find the columns of a document.

    Justified lines end at one edge; over a page they are many. Ragged lines come as
    near to theirs as words let them; a block of them tells the edge. Rows of tables
    have edges of their own and do not count.
    """
    prose = [
        row
        for row, cells in zip(rows, tabular, strict=True)
        if not cells and row.upright and row.right - row.left >= NARROWEST * row.em
    ]
    shared = _justified(prose)
    own: dict[int, Column] = {}
    ragged: list[Column] = []
    for block in _blocks(rows, relations, tabular):
        column = _full(text, rows, block)
        if column is None:
            continue
        around = _around(shared, column, rows[block[0]].em)
        if around is None:
            ragged.append(column)
        elif around.right - column.right > 2 * rows[block[0]].em:
            own.update(dict.fromkeys(block, column))
    shared += _widest(ragged)
    shared.sort(key=lambda column: column.right - column.left)
    return Columns(shared, own)


def _around(columns: Sequence[Column], block: Column, em: float) -> Column | None:
    for column in columns:
        if column.left - em < block.left and block.right < column.right + 1.1 * em:
            return column
    return None


def _justified(prose: Sequence[Row]) -> list[Column]:
    """Columns that lines end at exactly, to two points, again and again."""
    ends: dict[int, list[Row]] = {}
    pages: dict[int, list[Row]] = {}
    for row in prose:
        ends.setdefault(round(row.right / 2), []).append(row)
        pages.setdefault(row.page, []).append(row)
    # One line in a hundred, and four, end there: more than chance brings together.
    wanted = max(4, len(prose) // 100)
    columns: list[Column] = []
    for end, members in ends.items():
        before, after = ends.get(end - 1, []), ends.get(end + 1, [])
        # Two points may lie on a border of the grid: the fuller neighbour speaks for both.
        if len(before) > len(members) or len(after) >= len(members):
            continue
        together = members + before + after
        if len(together) >= wanted:
            kept = _kept_to(together, pages)
            if len(kept) >= wanted:
                columns += _by_left_edge(kept)
    return columns


def _kept_to(members: Sequence[Row], pages: Mapping[int, Sequence[Row]]) -> list[Row]:
    """The lines that end at an edge, on the pages where lines keep to it.

    Last lines of paragraphs, too, end together now and then; but there most lines run on.
    """
    counts = Counter(row.page for row in members)
    kept: list[Row] = []
    for page, count in counts.items():
        ending = [row for row in members if row.page == page]
        edge, em = ending[0].right, ending[0].em
        beyond = sum(
            row.left < edge - 2 * em and row.right > edge + 1.5 * em for row in pages[page]
        )
        if 2 * count >= beyond:
            kept += ending
    return kept


def _by_left_edge(rows: Sequence[Row]) -> Iterator[Column]:
    """Columns that end at one edge but begin at several: a full line above two columns."""
    ordered = sorted(rows, key=lambda row: row.left)
    begin = 0
    for index in range(1, len(ordered) + 1):
        if index < len(ordered):
            gap = ordered[index].left - ordered[index - 1].left
            if gap <= DEEPEST * ordered[index].em:
                continue
        cluster = ordered[begin:index]
        begin = index
        if len(cluster) >= 3:
            # The first of two that begin together: one line that hangs out does not count.
            left = next(
                (one.left for one, two in pairwise(cluster) if two.left - one.left < 0.3 * one.em),
                cluster[0].left,
            )
            rights = sorted(row.right for row in cluster)
            yield Column(left, rights[len(rights) // 2], len(cluster))


def _blocks(
    rows: Sequence[Row], relations: Sequence[Relation], tabular: Sequence[bool]
) -> Iterator[list[int]]:
    """Runs of at least four lines of prose, by index, below each other without a gap."""
    block: list[int] = []
    closest = float("inf")
    for index, row in enumerate(rows):
        if not tabular[index]:
            block.append(index)
        if index < len(relations) and relations[index] == "below":
            distance = pitch(row, rows[index + 1])
            # A gap of a line and a half parts blocks that may be set to other widths.
            if distance <= min(1.6 * closest, _FAR * row.em):
                closest = min(closest, max(distance, 0.9 * row.em))
                continue
        if len(block) >= 4:
            yield block
        block, closest = [], float("inf")


def _full(text: str, rows: Sequence[Row], block: Sequence[int]) -> Column | None:
    """The column of a block whose lines are as full as words let them be."""
    edge = max(rows[index].right for index in block)
    left = min(rows[index].left for index in block)
    if edge - left < NARROWEST * rows[block[0]].em:
        return None
    full = sum(
        rows[one].right + needed(text[rows[two].start : rows[two].end], rows[two]) > edge
        for one, two in pairwise(block)
    )
    # Prose fills two lines in three; lists and code hardly one in five.
    return Column(left, edge, len(block)) if full >= max(3, 0.6 * (len(block) - 1)) else None


def _widest(columns: Sequence[Column]) -> list[Column]:
    """Of ragged columns that begin together and end nearly so, the widest: all were that wide."""
    kept: list[Column] = []
    for column in sorted(columns, key=lambda column: -column.right):
        if not any(
            abs(other.left - column.left) < 12 and other.right - column.right < 60 for other in kept
        ):
            kept.append(column)
    return kept


def needed(line: str, row: Row) -> float:
    """Return the width of what would have had to fit on the line before, in points.

    That is the first word with its space, or the first ideograph with the marks that
    may not begin a line.
    """
    if _WIDE.match(line):
        closing = _CLOSING.match(line, 1)
        return (1 + (closing.end() - 1 if closing else 0)) * row.em
    found = _FIRST_WORD.match(line)
    length = found.end() if found else 1
    # The average width of this very line's characters; ideographs count for two.
    width = (row.right - row.left) / max(1, len(line) + len(_WIDE.findall(line)))
    return (length + 0.5) * width
