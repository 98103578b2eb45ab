"""Cells from the lines of a page: where level and upright lines cross and enclose.

A lattice is a set of lines that touch each other. Its lines cut the box around it into
a grid; neighbours without a line between them are one cell. What is no table is told by
what it encloses: a frame is one cell, boxes of a diagram leave a ragged space between
them, and only a lattice whose cells are rectangles through and through is given.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.rulings import Ruling, Rulings

SNAP = 2.5
"""Points: lines closer than this are one. Double rules lie 1.5 apart, text needs 5 and more."""

REACH = 3.0
"""Points: how far lines may stop short of each other, or overshoot, and still meet."""

COVER = 0.6
"""Share of a cell's side that a line must cover to close it."""

FEWEST = 2
"""Lines of one direction from which a lattice can be made."""

FEWEST_CELLS = 3
"""Of a single row: two boxes side by side are as often a frame with a label."""

MOST_LINES = 300
"""Lines of one direction: more is a plot or a hatching, and costs their product."""

RAGGED = 0.1
"""Share of a lattice's area outside of rectangular cells up to which it may be a table."""


class Cell(NamedTuple):
    """A cell: first row and column of the grid, and its box on the page."""

    row: int
    column: int
    box: Box


class Lattice(NamedTuple):
    """A grid and its cells; `owner[row][column]` is the index of the cell that lies there."""

    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    owner: list[list[int]]

    @property
    def box(self) -> Box:
        """The box around it, in points on the page as shown."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def cell_at(self, x: float, y: float) -> int:
        """Index of the cell at a point, which must lie inside the box."""
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.owner) - 1)
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        return self.owner[row][column]


def lattices(found: Rulings) -> list[Lattice]:
    """Return the lattices from the top of the page down.

    They have two by two cells at least, or three in a single row.
    """
    if min(len(found.level), len(found.upright)) < FEWEST:
        return []
    level, upright = _snapped(found.level), _snapped(found.upright)
    if max(len(level), len(upright)) > MOST_LINES:
        return []
    made = [_lattice(*group) for group in _groups(level, upright)]
    return sorted((one for one in made if one is not None), key=lambda one: one.box[1])


def _snapped(lines: Sequence[Ruling]) -> list[Ruling]:
    """Lines in one place as one, collinear ones that touch joined."""
    joined: list[Ruling] = []
    ordered = sorted(lines)
    count = len(ordered)
    begin = 0
    while begin < count:
        farthest = ordered[begin].at + SNAP
        end = begin + 1
        while end < count and ordered[end].at <= farthest:
            end += 1
        if end == begin + 1:
            joined.append(ordered[begin])
        else:
            joined += _joined(ordered[begin:end])
        begin = end
    return joined


def _joined(lines: Sequence[Ruling]) -> list[Ruling]:
    """Lines in one place: those that touch each other as one."""
    at = sum([line.at for line in lines]) / len(lines)
    (_, start, stop), *others = sorted(lines, key=itemgetter(1))
    joined: list[Ruling] = []
    for _, begin, end in others:
        if begin > stop + REACH:
            joined.append(Ruling(at, start, stop))
            start, stop = begin, end
        elif end > stop:
            stop = end
    joined.append(Ruling(at, start, stop))
    return joined


def _groups(
    level: Sequence[Ruling], upright: Sequence[Ruling]
) -> Iterator[tuple[list[Ruling], list[Ruling]]]:
    """Sets of lines that meet each other."""
    meets: list[list[int]] = []
    places = [line.at for line in upright]
    reaches = [(line.start - REACH, line.end + REACH) for line in upright]
    for at, start, end in level:
        # Lines come in the order of their places.
        first, last = bisect_left(places, start - REACH), bisect_right(places, end + REACH)
        reached = enumerate(reaches[first:last], first)
        meets.append([index for index, (begin, stop) in reached if begin <= at <= stop])
    met_by: list[list[int]] = [[] for _ in upright]
    for index, crossing in enumerate(meets):
        for other in crossing:
            met_by[other].append(index)
    left = set(range(len(level)))
    while left:
        rows = {left.pop()}
        columns: set[int] = set()
        fresh = set(rows)
        while fresh:
            more = {column for row in fresh for column in meets[row]} - columns
            columns |= more
            fresh = {row for column in more for row in met_by[column]} - rows
            rows |= fresh
        left -= rows
        if len(rows) > 1 and columns:
            yield [level[row] for row in sorted(rows)], [upright[at] for at in sorted(columns)]


def _positions(lines: Sequence[Ruling], crossing: Sequence[Ruling]) -> list[float]:
    """Where the grid is cut: at its lines, and at its ends where tables are open at the sides."""
    places = sorted({line.at for line in lines})
    first = min(line.start for line in crossing)
    last = max(line.end for line in crossing)
    if first < places[0] - 2 * REACH:
        places.insert(0, first)
    if last > places[-1] + 2 * REACH:
        places.append(last)
    return places


def _walls(
    lines: Sequence[Ruling], at: Sequence[float], across: Sequence[float]
) -> list[list[bool]]:
    """For each inner place of the grid and each band across it: whether a line parts it there."""
    spans: dict[float, list[Ruling]] = {}
    for line in lines:
        spans.setdefault(line.at, []).append(line)
    bands = [(begin, end, COVER * (end - begin)) for begin, end in pairwise(across)]
    return [_wall(spans.get(place, ()), bands) for place in at[1:-1]]


def _wall(lines: Sequence[Ruling], bands: Sequence[tuple[float, float, float]]) -> list[bool]:
    """For each band, its begin, its end and the least to cover: whether the lines cover it."""
    if len(lines) == 1:
        _, start, stop = lines[0]
        return [min(end, stop) - max(begin, start) > least for begin, end, least in bands]
    return [
        sum(max(0.0, min(end, line.end) - max(begin, line.start)) for line in lines) > least
        for begin, end, least in bands
    ]


def _lattice(level: Sequence[Ruling], upright: Sequence[Ruling]) -> Lattice | None:
    xs, ys = _positions(upright, level), _positions(level, upright)
    rows, columns = len(ys) - 1, len(xs) - 1
    if columns < 2 or rows * columns < FEWEST_CELLS:
        return None
    beside, below = _walls(upright, xs, ys), _walls(level, ys, xs)
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[Cell] = []
    ragged = 0.0
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] >= 0:
                continue
            members = [(row, column)]
            owner[row][column] = len(cells)
            if (column + 1 == columns or beside[column][row]) and (
                row + 1 == rows or below[row][column]
            ):
                # Walled on these two sides, it is so on all: else it had an owner before.
                box = (xs[column], ys[row], xs[column + 1], ys[row + 1])
                cells.append(Cell(row, column, box))
                continue
            for r, c in members:
                near = []
                if c + 1 < columns and not beside[c][r]:
                    near.append((r, c + 1))
                if c and not beside[c - 1][r]:
                    near.append((r, c - 1))
                if r + 1 < rows and not below[r][c]:
                    near.append((r + 1, c))
                if r and not below[r - 1][c]:
                    near.append((r - 1, c))
                for y, x in near:
                    if owner[y][x] < 0:
                        owner[y][x] = len(cells)
                        members.append((y, x))
            rows_of, columns_of = zip(*members, strict=True)
            last_row, first, last = max(rows_of), min(columns_of), max(columns_of)
            box = (xs[first], ys[row], xs[last + 1], ys[last_row + 1])
            cells.append(Cell(row, first, box))
            if len(members) != (last_row - row + 1) * (last - first + 1):
                ragged += sum((xs[c + 1] - xs[c]) * (ys[r + 1] - ys[r]) for r, c in members)
    area = (xs[-1] - xs[0]) * (ys[-1] - ys[0])
    return None if ragged > RAGGED * area else Lattice(xs, ys, cells, owner)
