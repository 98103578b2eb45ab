"""Runs of lines through which blank corridors go down: what a table without a lattice looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from ingest.extract.pdf.cells import Piece

CORRIDOR = 0.53
"""In em: the narrowest corridor between two columns of cells. Padding of one millimetre on
either side, what an office program sets, leaves 0.54 beside type of 10.5 points; blanks
between words are 0.25 to 0.35, half-width ones in Chinese 0.5."""

OPEN = 1.0
"""In em: so wide the gap is in half of the rows that a corridor parts. Blanks of justified
lines stay below."""

FEWEST = 3
"""Rows, its head among them, from which a table counts; two lines may be level by chance."""

FAR = 3.2
"""In em: the distance of two lines from which the second opens another table."""

CLOSE = 1.5
"""In em: lines of one cell stand no further apart."""

CLOSER = 0.8
"""The distance of two lines of one cell by that of rows, where rows have padding between them."""

INTERLEAVED = 0.85
"""In em: lines of one column stand no closer."""

TIGHT = 1.1
"""The distance of two lines of one cell, by the smallest distance there is. Rows have padding
between them, a sixth of a line at least."""

WORDS = 6
"""Words of a line without a wide gap from which it reads as prose."""

EVEN = 1.6
"""The widest gap of a line by its narrowest: those of a justified line are alike."""

SAME_LINE = 0.45
"""In em: pieces whose middles are level within less stand on one line."""

SAMPLE = 6
"""Characters of a piece that tells whether all are as wide."""

ALIKE = 0.04
"""In em: mean widths of typewritten letters differ by less, for what is missing at both ends of a
piece; those of words in other faces by a tenth and more."""

MOST = 60
"""Segments of a line: more is a plot."""


class Segment(NamedTuple):
    """A piece of a row of PDFium between two gaps: index of the row, and the piece.

    `middle` is the height of its middle on the page, in points from the upper edge.
    """

    row: int
    piece: Piece
    middle: float


Line = list[Segment]
"""The segments of one line of the page, from left to right."""

Interval = tuple[float, float]
"""The left and the right edge of a column, in points."""


def lines_of(segments: Sequence[Segment]) -> list[Line]:
    """Segments by the line of the page that they stand on, from the top down."""
    lines: list[Line] = []
    bottom = 0.0
    for segment in sorted(segments, key=itemgetter(2)):
        _, (_, _, size), middle = segment
        if lines and middle < bottom:
            lines[-1].append(segment)
        else:
            lines.append([segment])
            bottom = middle + SAME_LINE * size
    for line in lines:
        if len(line) > 1:
            line.sort(key=lambda one: one.piece.box[0])
    return lines


def is_typewritten(lines: Sequence[Line]) -> bool:
    """Say whether all letters are as wide: blanks between words are gaps, and much is aligned."""
    widths = [
        (box[2] - box[0]) / (len(text) * size)
        for line in lines
        for _, (text, box, size), _ in line
        if len(text) >= SAMPLE and text.isascii()
    ]
    return len(widths) > 1 and max(widths) - min(widths) < ALIKE


def runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines through which corridors go, each as long as it can be."""
    begin = done = 0
    while begin + FEWEST <= len(lines):
        if not 1 < len(lines[begin]) <= MOST or not _follow(lines[begin : begin + FEWEST]):
            begin += 1
            continue
        columns = merged([], lines[begin])
        end = begin + 1
        while end < len(lines) and _follow(lines[end - 1 : end + 1]):
            more = merged(columns, lines[end])
            if len(more) < 2 or _bridges(lines[begin:end], columns, lines[end]):
                break
            if _is_stretched(lines[end], more):
                break
            columns = more
            end += 1
        while end - begin >= FEWEST and _is_trailing(lines[begin:end]):
            end -= 1
        if end - begin < FEWEST:
            begin += 1
            continue
        reach = _reach(lines[begin:end])
        while begin > done and _opens(lines[begin - 1], lines[begin], columns, reach):
            begin -= 1
        yield list(lines[begin:end])
        begin = done = end


def _follow(lines: Sequence[Line]) -> bool:
    """Say whether lines stand close enough to belong to one table."""
    return all(
        two[0].middle - one[0].middle <= FAR * two[0].piece.size for one, two in pairwise(lines)
    )


def _bridges(run: Sequence[Line], columns: Sequence[Interval], line: Line) -> bool:
    """Say whether a line runs over a corridor between two columns that some line fills both.

    Columns that no line fills both are one, of words to the left and figures to the right.
    """
    for _, (_, (left, _, right, _), _), _ in line:
        over = [(x0, x1) for x0, x1 in columns if x0 < right and left < x1]
        if len(over) < 2:
            continue
        first, last = over[0][0], over[-1][1]
        for other in run:
            if sum(first <= each.piece.box[0] <= last for each in other) > 1:
                return True
    return False


def _is_stretched(line: Line, columns: Sequence[Interval]) -> bool:
    """Say whether a line is one of prose, stretched so far that its blanks seem to be gaps."""
    if len(line) < 2:
        return False
    gaps = [two.piece.box[0] - one.piece.box[2] for one, two in pairwise(line)]
    words = sum(len(one.piece.text.split()) for one in line)
    if words >= WORDS and max(gaps) < OPEN * line[0].piece.size:
        return True
    places = {
        next((at for at, (_, right) in enumerate(columns) if one.piece.box[0] <= right), 0)
        for one in line
    }
    return len(line) > max(2, len(places)) and max(gaps) < EVEN * min(gaps)


def _reach(run: Sequence[Line]) -> float:
    """How far above a run the first line of a cell may stand that begins before the others.

    That is the distance of two lines in one cell where rows have padding between them.
    """
    size = run[0][0].piece.size
    steps = [two[0].middle - one[0].middle for one, two in pairwise(run)]
    lines = sorted(step for step in steps if step >= INTERLEAVED * size)
    least = lines[0] if lines else 0.0
    # Cells of several lines have more distances inside than between rows.
    is_padded = bool(lines) and lines[3 * len(lines) // 4] > TIGHT * TIGHT * least
    return max(INTERLEAVED * size, TIGHT * least if is_padded else CLOSER * least)


def _opens(line: Line, below: Line, columns: Sequence[Interval], reach: float) -> bool:
    """Say whether a line is the first one of a cell that begins above those beside it."""
    distance = below[0].middle - line[0].middle
    return distance <= reach and len(merged(columns, line)) >= len(columns)


def _is_trailing(run: Sequence[Line]) -> bool:
    """Say whether a run's last line, one segment, follows a table: a note, a line of prose."""
    line = run[-1]
    if len(line) > 1:
        return False
    box = line[0].piece.box
    # A further line of the last row's cell stands close below it.
    return not any(
        one.piece.box[0] < box[2]
        and one.piece.box[2] > box[0]
        and line[0].middle - one.middle < CLOSE * line[0].piece.size
        for before in run[-4:-1]
        for one in before
    )


def merged(columns: Sequence[Interval], line: Line) -> list[Interval]:
    """Columns with those of one more line, merged where no corridor is left between them."""
    slack = CORRIDOR * line[0].piece.size
    both = [*columns, *[(box[0], box[2]) for _, (_, box, _), _ in line]]
    both.sort()
    merged: list[Interval] = []
    begin, end = both[0]
    for left, right in both:
        if left >= end + slack:
            merged.append((begin, end))
            begin, end = left, right
        elif right > end:
            end = right
    merged.append((begin, end))
    return merged
