"""Rows of tables without a lattice: cells that stand in columns, parted by blank corridors.

A page announces such a table by lines with wide gaps, or by lines that stand beside each
other. Lines that follow each other belong to one table as long as corridors at least as
wide as `CORRIDOR` run down through all of them. What is no table is told by its order:
a table is written row by row, columns of prose one after the other; and by its columns:
the marks of a list are no cells, and full lines of a column are prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.extract.pdf.cells import Piece, is_figure, joined_row
from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.columns import gaps
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.rulings import Ruling

CORRIDOR = 0.6
"""In em: the narrowest corridor between two columns of cells. Padding of one millimetre on
either side leaves that much; blanks between words are 0.25 to 0.35."""

OPEN = 1.0
"""In em: so wide the gap is in half of the rows that a corridor parts. Blanks of justified
lines stay below."""

FEWEST = 3
"""Rows, its head among them, from which a table counts; two lines may be level by chance."""

SPREAD = 1.2
"""In em: a line that is so much longer than its characters need has a gap somewhere."""

NARROW = 0.42
"""In em: the mean width of a letter or a digit in narrow faces."""

BROAD = 0.54
"""The same in broad ones. Lines with gaps seem to be set in broader ones still."""

LONG = 20
"""Letters and digits of a line that tells how wide they are."""

RETURN = 9.0
"""In em: a cell has up to six lines, from whose end the next cell's first line is so far up.
Columns of a page are longer."""

FAR = 3.2
"""In em: the distance of two lines from which the second opens another table."""

CLOSE = 1.5
"""In em: lines of one cell stand no further apart."""

INTERLEAVED = 0.85
"""In em: lines of one column stand no closer."""

TIGHT = 1.1
"""The distance of two lines of one cell, by the smallest distance there is. Rows have padding
between them, a sixth of a line at least."""

FILLED = 0.85
"""Share of its column's width that a full line takes."""

PROSE = 0.6
"""Share of full lines from which a wide column is prose."""

WIDE = 11.0
"""In em: a narrower column is no column of prose."""

WORDS = 6
"""Words of a line without a wide gap from which it reads as prose."""

EVEN = 1.6
"""The widest gap of a line by its narrowest: those of a justified line are alike."""

WORDY = 4.0
"""In em: in a narrower column every word is a full line, and none says anything."""

NEAR = 3
"""Rows before and behind a sign of a table that are looked at for gaps, too."""

MARKS = 0.7
"""Share of marks in a first column from which it is that of a list."""

MOST = 60
"""Segments of a line: more is a plot."""

_STRIPPED = " \t" + DROPPED
_MARK = re.compile(
    r"[^\w\s]{1,2}|[(（\[]?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[)）\].、．:：]"
    "|[\u2460-\u249b]"
)
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}|…{2}|·{4}|_{4}")


class _Segment(NamedTuple):
    """A piece of a row between two gaps: index of the row, and the piece."""

    row: int
    piece: Piece

    @property
    def middle(self) -> float:
        return (self.piece.box[1] + self.piece.box[3]) / 2


_Line = list[_Segment]
_Interval = tuple[float, float]


def with_aligned(
    text_page: int, page_frame: Frame, rows: list[Row], level: Sequence[Ruling]
) -> list[Row]:
    """Give the rows with those of tables whose cells only stand in columns as their own.

    `level` are the level lines that the page draws: they part rows where they run between
    them. The texts of the new rows no longer fit PDFium's indices.
    """
    if page_frame.turns:
        return rows
    near = _announced(rows)
    if not near:
        return rows
    made: dict[int, tuple[frozenset[int], list[Row]]] = {}
    for begin, end in _stretches(rows):
        segments = [
            segment
            for index in range(begin, end)
            for segment in _segments(text_page, page_frame, index, rows[index], is_near=near[index])
        ]
        for run in _runs(_lines(segments)):
            table = _table(run, level)
            if table is not None:
                made[min(table[0])] = table
    if not made:
        return rows
    taken = frozenset().union(*(members for members, _ in made.values()))
    ordered: list[Row] = []
    for index, row in enumerate(rows):
        if index in made:
            ordered += made[index][1]
        elif index not in taken:
            ordered.append(row)
    return ordered


def _announced(rows: Sequence[Row]) -> list[bool]:
    """Say which rows may have a gap somewhere; none where the page announces no table.

    That costs hardly anything where it is prose.
    """
    sparse = _sparse(rows)
    # A row that begins to the right of the one before, and no lower.
    beside = [
        two[1][0] > one[1][2] and two[1][1] < one[1][3] - 0.3 * two[2]
        for one, two in pairwise(rows)
    ]
    if sum(sparse) + sum(beside) < FEWEST:
        return []
    signs = [at for at, is_one in enumerate(sparse) if is_one]
    signs += [at for at, is_one in enumerate(beside) if is_one]
    near = [False] * len(rows)
    for at in signs:
        begin, end = max(0, at - NEAR), min(len(rows), at + NEAR + 1)
        near[begin:end] = [True] * (end - begin)
    return near


def _sparse(rows: Sequence[Row]) -> list[bool]:
    """Say of each row whether it is longer than its characters, in the faces of the page."""
    spare: list[float] = []
    letters: list[float] = []
    widths: list[float] = []
    for text, (left, _, right, _), size, *_ in rows:
        if " " not in text or "\t" in text or size <= 0:
            spare.append(0.0)
            letters.append(0.0)
            continue
        if DROPPED in text:
            text = text.replace(DROPPED, "")
        # Three bytes for an ideograph, one for a letter or a digit.
        wide = 0.0 if text.isascii() else (len(text.encode("utf-8", "replace")) - len(text)) / 2
        length = (right - left) / size - wide
        spare.append(length)
        letters.append(len(text) - wide)
        if letters[-1] >= LONG:
            widths.append(length / letters[-1])
    usual = sorted(widths)[len(widths) // 4] if widths else NARROW
    letter = min(max(usual, NARROW), BROAD)
    return [length > letter * count + SPREAD for length, count in zip(spare, letters, strict=True)]


def _stretches(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Rows in which a table may stand: none that is one already, none from column to column."""
    begin = 0
    for index in range(len(rows) + 1):
        if index < len(rows) and _fits(rows[index]):
            back = rows[index - 1].box[1] - rows[index].box[1] if index > begin else 0.0
            if back <= RETURN * rows[index].size:
                continue
            if index - begin > 1:
                yield begin, index
            begin = index
            continue
        if index - begin > 1:
            yield begin, index
        begin = index + 1


def _fits(row: Row) -> bool:
    return not row.angle and row.visible and "\t" not in row.text and row.size > 0


def _segments(
    text_page: int, page_frame: Frame, index: int, row: Row, *, is_near: bool
) -> Iterator[_Segment]:
    x0, top, x1, bottom = row.box
    begin, left = 0, x0
    if is_near and " " in row.text and len(row.text) == row.last - row.first + 1:
        for gap in gaps(text_page, page_frame, row, CORRIDOR):
            at = gap.behind - row.first
            text = row.text[begin : at - 1].strip(_STRIPPED)
            if text:
                yield _Segment(index, Piece(text, (left, top, gap.left, bottom), row.size))
            begin, left = at, gap.right
    text = row.text[begin:].strip(_STRIPPED)
    if text:
        yield _Segment(index, Piece(text, (left, top, x1, bottom), row.size))


def _lines(segments: Sequence[_Segment]) -> list[_Line]:
    """Segments by the line of the page that they stand on, from the top down."""
    lines: list[_Line] = []
    bottom = 0.0
    for segment in sorted(segments, key=lambda one: one.middle):
        if lines and segment.middle < bottom:
            lines[-1].append(segment)
        else:
            lines.append([segment])
            bottom = segment.middle + 0.45 * segment.piece.size
    return [sorted(line, key=lambda one: one.piece.box[0]) for line in lines]


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Runs of lines through which corridors go, each as long as it can be."""
    begin = done = 0
    while begin < len(lines):
        if not 1 < len(lines[begin]) <= MOST:
            begin += 1
            continue
        columns = _merged([], lines[begin])
        end = begin + 1
        while end < len(lines) and _follows(lines[end - 1], lines[end]):
            more = _merged(columns, lines[end])
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


def _follows(one: _Line, two: _Line) -> bool:
    return two[0].middle - one[0].middle <= FAR * two[0].piece.size


def _bridges(run: Sequence[_Line], columns: Sequence[_Interval], line: _Line) -> bool:
    """Say whether a line runs over a corridor between two columns that some line fills both.

    Columns that no line fills both are one, of words to the left and figures to the right.
    """
    for one in line:
        left, _, right, _ = one.piece.box
        over = [(x0, x1) for x0, x1 in columns if x0 < right and left < x1]
        if len(over) < 2:
            continue
        first, last = over[0][0], over[-1][1]
        for other in run:
            if sum(first <= each.piece.box[0] <= last for each in other) > 1:
                return True
    return False


def _is_stretched(line: _Line, columns: Sequence[_Interval]) -> bool:
    """Say whether a line is one of prose, stretched so far that its blanks seem to be gaps."""
    gaps = [two.piece.box[0] - one.piece.box[2] for one, two in pairwise(line)]
    if not gaps:
        return False
    words = sum(len(one.piece.text.split()) for one in line)
    if words >= WORDS and max(gaps) < OPEN * line[0].piece.size:
        return True
    places = {
        next((at for at, (_, right) in enumerate(columns) if one.piece.box[0] <= right), 0)
        for one in line
    }
    return len(line) > max(2, len(places)) and max(gaps) < EVEN * min(gaps)


def _reach(run: Sequence[_Line]) -> float:
    """How far above a run the first line of a cell may stand that begins before the others.

    That is the distance of two lines in one cell where rows have padding between them.
    """
    size = run[0][0].piece.size
    steps = [two[0].middle - one[0].middle for one, two in pairwise(run)]
    lines = [step for step in steps if step >= INTERLEAVED * size]
    least = min(lines, default=0.0)
    is_padded = median(lines or [0.0]) > TIGHT * least
    return TIGHT * least if is_padded else INTERLEAVED * size


def _opens(line: _Line, below: _Line, columns: Sequence[_Interval], reach: float) -> bool:
    """Say whether a line is the first one of a cell that begins above those beside it."""
    distance = below[0].middle - line[0].middle
    return distance <= reach and len(_merged(columns, line)) >= len(columns)


def _is_trailing(run: Sequence[_Line]) -> bool:
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


def _merged(columns: Sequence[_Interval], line: _Line) -> list[_Interval]:
    """Columns with those of one more line, merged where no corridor is left between them."""
    merged: list[_Interval] = []
    size = line[0].piece.size
    both = [*columns, *((one.piece.box[0], one.piece.box[2]) for one in line)]
    for left, right in sorted(both):
        if merged and left < merged[-1][1] + CORRIDOR * size:
            merged[-1] = merged[-1][0], max(merged[-1][1], right)
        else:
            merged.append((left, right))
    return merged


def _table(run: list[_Line], level: Sequence[Ruling]) -> tuple[frozenset[int], list[Row]] | None:
    """Which rows of the page are a table, and its own; None where the lines are none."""
    columns: list[_Interval] = []
    for line in run:
        columns = _merged(columns, line)
    if len(columns) < 2 or any(_LEADERS.search(one.piece.text) for line in run for one in line):
        return None
    columns = _open(_shared(columns, run), run)
    if len(columns) < 2:
        return None
    cells = [_by_column(line, columns) for line in run]
    grouped = _grouped(run, cells, columns, level)
    if grouped is None or not _in_rows(run, grouped) or _is_list(cells):
        return None
    found = [
        {
            at: [one for line in members for one in cells[line].get(at, [])]
            for at in range(len(columns))
        }
        for members in grouped
    ]
    while len(found) > FEWEST and sum(map(bool, found[-1].values())) < 2:
        # A short line of what follows may fit into one column.
        found.pop()
    shared = sum(sum(map(bool, row.values())) > 1 for row in found)
    if len(found) < FEWEST or shared < 0.7 * len(found):
        return None
    taken = frozenset(one.row for row in found for cell in row.values() for one in cell)
    if any(one.row in taken for line in grouped[len(found) :] for at in line for one in run[at]):
        return None
    return taken, [
        joined_row({at: [one.piece for one in row[at]] for at in row if row[at]}, len(columns))
        for row in found
    ]


def _shared(columns: Sequence[_Interval], run: Sequence[_Line]) -> list[_Interval]:
    """Columns of which some line fills two neighbours; others are one, set to both its sides."""
    filled = [
        {
            at
            for at, (left, right) in enumerate(columns)
            for one in line
            if left <= one.piece.box[0] <= right
        }
        for line in run
    ]
    kept = [columns[0]]
    members = {0}
    for at in range(1, len(columns)):
        if any(at in line and line & members for line in filled):
            kept.append(columns[at])
            members = {at}
        else:
            kept[-1] = kept[-1][0], columns[at][1]
            members.add(at)
    return kept


def _open(columns: Sequence[_Interval], run: Sequence[_Line]) -> list[_Interval]:
    """Columns between which gaps are wide in most rows; others are words of one cell.

    Two figures are two cells, however close they stand.
    """
    kept = [columns[0]]
    for column in columns[1:]:
        left, right = kept[-1]
        across = []
        figures = 0
        for line in run:
            before = [one.piece for one in line if left <= one.piece.box[0] <= right]
            behind = [one.piece for one in line if column[0] <= one.piece.box[0] <= column[1]]
            if before and behind:
                gap = behind[0].box[0] - before[-1].box[2]
                across.append(gap / line[0].piece.size)
                figures += is_figure(before[-1].text) and is_figure(behind[0].text)
        if across and median(across) < OPEN and 2 * figures < len(across):
            kept[-1] = left, column[1]
        else:
            kept.append(column)
    return kept


def _by_column(line: _Line, columns: Sequence[_Interval]) -> dict[int, list[_Segment]]:
    found: dict[int, list[_Segment]] = {}
    for segment in line:
        middle = (segment.piece.box[0] + segment.piece.box[2]) / 2
        at = next(
            (at for at, (_, right) in enumerate(columns) if middle <= right), len(columns) - 1
        )
        found.setdefault(at, []).append(segment)
    return found


def _grouped(
    run: Sequence[_Line],
    cells: Sequence[dict[int, list[_Segment]]],
    columns: Sequence[_Interval],
    level: Sequence[Ruling],
) -> list[list[int]] | None:
    """Which lines make a row: parted by rules, by padding, or each for itself."""
    left, right = columns[0][0], columns[-1][1]
    ruled = _between_rules(run, level, left, right)
    if ruled is not None and not any(_holds_rows(members, cells, columns) for members in ruled):
        return ruled
    if _is_prose(cells, columns, run[0][0].piece.size):
        return None
    padded = _between_padding(run, cells, columns)
    if len(padded) >= FEWEST:
        return padded
    return _by_line(cells, columns)


def _between_rules(
    run: Sequence[_Line], level: Sequence[Ruling], left: float, right: float
) -> list[list[int]] | None:
    """Lines parted by level rules over the width of the table; None where these are too few."""
    lengths: dict[int, float] = {}
    for rule in level:
        if rule.end > left and rule.start < right:
            place = round(rule.at)
            lengths[place] = lengths.get(place, 0.0) + min(rule.end, right) - max(rule.start, left)
    wanted = 0.85 * (right - left)
    places = sorted(place for place in lengths if lengths[place] >= wanted)
    groups: list[list[int]] = []
    at = -1
    for index, line in enumerate(run):
        place = sum(rule < line[0].middle for rule in places)
        if groups and place == at:
            groups[-1].append(index)
        else:
            groups.append([index])
        at = place
    return groups if len(groups) > FEWEST - 1 and 2 * len(groups) > len(run) / 2 else None


def _holds_rows(
    members: Sequence[int],
    cells: Sequence[dict[int, list[_Segment]]],
    columns: Sequence[_Interval],
) -> bool:
    """Say whether lines are rows each for itself: all fill the same columns, and none is full."""
    lines = [cells[index] for index in members]
    if len(lines) < 2 or any(line.keys() != lines[0].keys() for line in lines):
        return False
    return not _wraps(lines, columns, is_head=False)


def _is_prose(
    cells: Sequence[dict[int, list[_Segment]]], columns: Sequence[_Interval], size: float
) -> bool:
    """Say whether two columns hold running text: wide, and most lines of them full."""
    count = 0
    for at, (left, right) in enumerate(columns):
        width = right - left
        if width < WIDE * size:
            continue
        lines = [line[at] for line in cells if at in line]
        full = sum(line[-1].piece.box[2] - line[0].piece.box[0] > FILLED * width for line in lines)
        count += len(lines) > FEWEST and full > PROSE * len(lines)
    return count > 1


def _between_padding(
    run: Sequence[_Line],
    cells: Sequence[dict[int, list[_Segment]]],
    columns: Sequence[_Interval],
) -> list[list[int]]:
    """Lines parted where the distance is larger than that of lines in one cell."""
    steps = [two[0].middle - one[0].middle for one, two in pairwise(run)]
    least = min(_column_steps(cells, len(columns)), default=0.0)
    groups = [[0]]
    for index, step in enumerate(steps, 1):
        if step <= TIGHT * least:
            groups[-1].append(index)
        else:
            groups.append([index])
    if len(groups) == 1:
        return groups
    parted: list[list[int]] = []
    for number, members in enumerate(groups):
        lines = [cells[index] for index in members]
        if _wraps(lines, columns, is_head=number == 0):
            parted.append(members)
        else:
            parted += [[members[at] for at in row] for row in _by_line(lines, columns)]
    return parted


def _column_steps(cells: Sequence[dict[int, list[_Segment]]], count: int) -> Iterator[float]:
    """Distances of lines that follow each other in one column."""
    for at in range(count):
        middles = [line[at][0].middle for line in cells if at in line]
        yield from (two - one for one, two in pairwise(middles))


def _wraps(
    lines: Sequence[dict[int, list[_Segment]]], columns: Sequence[_Interval], *, is_head: bool
) -> bool:
    """Say whether lines that stand close are those of one row: they were broken where full.

    A figure never goes on in the next line; the lines of a head are broken to look well.
    """
    full = count = 0
    for at, (left, right) in enumerate(columns):
        pieces = [line[at][-1].piece for line in lines if at in line]
        firsts = [line[at][0].piece for line in lines if at in line]
        for one, two in zip(pieces, firsts[1:], strict=False):
            if is_figure(one.text) and is_figure(two.text):
                return False
            if right - left < WORDY * one.size:
                continue
            word = two.text.split(" ", 1)[0] if two.text.isascii() else two.text[:1]
            width = (two.box[2] - two.box[0]) * (len(word) + 1) / (len(two.text) + 1)
            full += one.box[2] + width > right - 0.5 * one.size
            count += 1
    if any(line.keys() != lines[0].keys() for line in lines):
        return is_head or 2 * full >= count
    # That three cells and more take the same number of lines hardly happens.
    return len(lines[0]) < 3 and 0 < count <= 2 * full


def _by_line(
    cells: Sequence[dict[int, list[_Segment]]], columns: Sequence[_Interval]
) -> list[list[int]]:
    """Each line a row, but for those that only go on with full lines of the row before."""
    groups: list[list[int]] = []
    for index, line in enumerate(cells):
        if groups and 0 not in line and _goes_on(cells[groups[-1][-1]], line, columns):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _goes_on(
    before: dict[int, list[_Segment]], line: dict[int, list[_Segment]], columns: Sequence[_Interval]
) -> bool:
    for at in line:
        if at not in before:
            return False
        left, right = columns[at]
        if before[at][-1].piece.box[2] - left < 0.6 * (right - left):
            return False
    return True


def _in_rows(run: Sequence[_Line], grouped: Sequence[Sequence[int]]) -> bool:
    """Say whether the content is written row by row."""
    order = sorted(
        (one.row, number)
        for number, members in enumerate(grouped)
        for index in members
        for one in run[index]
    )
    return all(one[1] <= two[1] for one, two in pairwise(order))


def _is_list(cells: Sequence[dict[int, list[_Segment]]]) -> bool:
    """Say whether the first column holds nothing but the marks of a list, or numbers of lines."""
    first = [one.piece.text for line in cells for one in line.get(0, ())]
    return sum(_MARK.fullmatch(text) is not None for text in first) > MARKS * len(first)
