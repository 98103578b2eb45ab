"""Which lines of a run make one row of a table, and whether they are a table at all.

Rows are parted by rules that the page draws, or by the padding between them; a cell goes
on in the next line where its line was full, and a figure never does.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from ingest.extract.pdf.cells import first_word_width, is_figure, joined_row
from ingest.extract.pdf.corridors import (
    FEWEST,
    OPEN,
    TIGHT,
    Interval,
    Line,
    Segment,
    is_typewritten,
    merged,
)
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.rulings import Ruling

FILLED = 0.85
"""Share of its column's width that a full line takes."""

PROSE = 0.6
"""Share of full lines from which a wide column is prose."""

WIDE = 11.0
"""In em: a narrower column is no column of prose."""

WORDY = 4.0
"""In em: in a narrower column every word is a full line, and none says anything."""

RULED = 0.85
"""Share of a table's width that the pieces of a rule cover together."""

EQUAL = 0.95
"""The distance of two lines by that of two rows from which both are rows."""

LEVEL = 0.15
"""In em: what begins in one place differs by less; sides of glyphs differ by up to a tenth."""

UNIT = 4
"""Characters: what stands behind a figure and has no more may be its unit."""

RAGGED = 1.0
"""In em: what ends in many places differs by more."""

MARKS = 0.3
"""Share of marks in a first column from which it is that of a list."""

_MARK = re.compile(
    r"[^\w\s]{1,2}|[(（\[]?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[)）\].、．:：]"
    "|[\u2460-\u249b]"
)
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}|…{2}|·{4}|_{4}")

Cells = Mapping[int, list[Segment]]
"""The segments of a line by the column in which they stand."""


def gridded(run: list[Line], level: Sequence[Ruling]) -> tuple[frozenset[int], list[Row]] | None:
    """Which rows of the page are a table, and its own; None where the lines are none."""
    columns: list[Interval] = []
    for line in run:
        columns = merged(columns, line)
    if len(columns) < 2 or any(_LEADERS.search(one.piece.text) for line in run for one in line):
        return None
    columns = _open(_shared(columns, run), run)
    if len(columns) < 2:
        return None
    rights = [right for _, right in columns]
    cells = [_by_column(line, rights) for line in run]
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


def _shared(columns: Sequence[Interval], run: Sequence[Line]) -> list[Interval]:
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


def _open(columns: Sequence[Interval], run: Sequence[Line]) -> list[Interval]:
    """Columns between which gaps are wide in most rows; others are words of one cell.

    Two figures are two cells, however close they stand; so are words that begin in one place,
    wherever those before them end.
    """
    kept = [columns[0]]
    for column in columns[1:]:
        left, right = kept[-1]
        across: list[float] = []
        begins: list[float] = []
        sides: list[tuple[float, float]] = []
        figures = units = 0
        for line in run:
            before = [one.piece for one in line if left <= one.piece.box[0] <= right]
            behind = [one.piece for one in line if column[0] <= one.piece.box[0] <= column[1]]
            if before and behind:
                gap = behind[0].box[0] - before[-1].box[2]
                across.append(gap / line[0].piece.size)
                if not is_figure(behind[0].text):
                    begins.append(behind[0].box[0])
                    units += is_figure(before[-1].text) and len(behind[0].text) <= UNIT
                sides.append((before[0].box[0], before[-1].box[2]))
                figures += is_figure(before[-1].text) and is_figure(behind[0].text)
        are_near = bool(across) and median(across) < OPEN and 2 * figures < len(across)
        if are_near and not (
            2 * units < len(begins)
            and _are_aligned(begins, sides, run[0][0].piece.size)
            and not is_typewritten(run)
        ):
            kept[-1] = left, column[1]
        else:
            kept.append(column)
    return kept


def _are_aligned(
    begins: Sequence[float], sides: Sequence[tuple[float, float]], size: float
) -> bool:
    """Say whether words begin in one place though those before them begin or end in many.

    `Phase 1` and `Phase 2` below each other have both in one place.
    """
    if len(begins) < 2 or len(sides) < FEWEST or max(begins) - min(begins) > LEVEL * size:
        return False
    return any(max(places) - min(places) > RAGGED * size for places in zip(*sides, strict=True))


def _by_column(line: Line, rights: Sequence[float]) -> Cells:
    """The segments of a line by column; `rights` are the right edges of the columns."""
    found: dict[int, list[Segment]] = {}
    for segment in line:
        left, _, right, _ = segment.piece.box
        at = min(bisect_left(rights, (left + right) / 2), len(rights) - 1)
        found.setdefault(at, []).append(segment)
    return found


def _grouped(
    run: Sequence[Line],
    cells: Sequence[Cells],
    columns: Sequence[Interval],
    level: Sequence[Ruling],
) -> list[list[int]] | None:
    """Which lines make a row: parted by rules, by padding, or each for itself."""
    rules = _rules_between(run, level, columns[0][0], columns[-1][1])
    ruled = _between_rules(rules)
    if len(ruled) >= FEWEST and len(run) < 4 * len(ruled):
        between = [run[two[0]][0].middle - run[one[-1]][0].middle for one, two in pairwise(ruled)]
        most = EQUAL * median(between)
        if not any(_holds_rows(run, members, (cells, columns), most) for members in ruled):
            return ruled
    if _is_prose(cells, columns, run[0][0].piece.size):
        return None
    padded = _between_padding(run, cells, columns, rules)
    if len(padded) >= FEWEST:
        return padded
    return _by_line(cells, columns)


def _rules_between(
    run: Sequence[Line], level: Sequence[Ruling], left: float, right: float
) -> list[int]:
    """For each line, how many level rules over the width of the table lie above it."""
    lengths: dict[int, float] = {}
    for rule in level:
        if rule.end > left and rule.start < right:
            place = round(rule.at)
            lengths[place] = lengths.get(place, 0.0) + min(rule.end, right) - max(rule.start, left)
    wanted = RULED * (right - left)
    places = [place for place in lengths if lengths[place] >= wanted]
    return [sum(place < line[0].middle for place in places) for line in run]


def _between_rules(rules: Sequence[int]) -> list[list[int]]:
    groups = [[0]]
    for index in range(1, len(rules)):
        if rules[index] == rules[index - 1]:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _holds_rows(
    run: Sequence[Line],
    members: Sequence[int],
    grid: tuple[Sequence[Cells], Sequence[Interval]],
    most: float,
) -> bool:
    """Say whether lines between two rules are rows each for itself.

    They hold figures below each other, or fill the same columns and stand as far apart as
    rows do.
    """
    if len(members) < 2:
        return False
    cells, columns = grid
    lines = [cells[at] for at in members]
    if not _wraps(lines, columns, is_head=True):
        return True
    if any(line.keys() != lines[0].keys() for line in lines):
        return False
    steps = [run[two][0].middle - run[one][0].middle for one, two in pairwise(members)]
    return min(steps) > most


def _is_prose(cells: Sequence[Cells], columns: Sequence[Interval], size: float) -> bool:
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
    run: Sequence[Line],
    cells: Sequence[Cells],
    columns: Sequence[Interval],
    rules: Sequence[int],
) -> list[list[int]]:
    """Lines parted by a rule, and where the distance is larger than that of lines in one cell."""
    height = _top if all(one.piece.text.isascii() for line in run for one in line) else _middle
    steps = [height(two) - height(one) for one, two in pairwise(run)]
    least = min(_column_steps(cells, len(columns), height), default=0.0)
    groups = [[0]]
    for index, step in enumerate(steps, 1):
        if step <= TIGHT * least and rules[index] == rules[index - 1]:
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


def _column_steps(
    cells: Sequence[Cells], count: int, height: Callable[[Sequence[Segment]], float]
) -> Iterator[float]:
    """Distances of lines that follow each other in one column."""
    for at in range(count):
        places = [height(line[at]) for line in cells if at in line]
        yield from (two - one for one, two in pairwise(places))


def _top(line: Sequence[Segment]) -> float:
    """Where the tallest letters of a line begin.

    Some boxes are those of the ink: few words of an alphabet have no tall letter, but half of
    them have none that goes below the line, and so another middle.
    """
    return min(one.piece.box[1] for one in line)


def _middle(line: Sequence[Segment]) -> float:
    return line[0].middle


def _wraps(lines: Sequence[Cells], columns: Sequence[Interval], *, is_head: bool) -> bool:
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
            full += one.box[2] + first_word_width(two) > right - 0.5 * one.size
            count += 1
    if any(line.keys() != lines[0].keys() for line in lines):
        return is_head or 2 * full >= count
    return 0 < count <= 2 * full


def _by_line(cells: Sequence[Cells], columns: Sequence[Interval]) -> list[list[int]]:
    """Each line a row, but for those that only go on with full lines of the row before."""
    groups: list[list[int]] = []
    for index, line in enumerate(cells):
        if groups and 0 not in line and _goes_on(cells[groups[-1][-1]], line, columns):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _goes_on(before: Cells, line: Cells, columns: Sequence[Interval]) -> bool:
    for at in line:
        if at not in before:
            return False
        left, right = columns[at]
        if before[at][-1].piece.box[2] - left < 0.6 * (right - left):
            return False
    return True


def _in_rows(run: Sequence[Line], grouped: Sequence[Sequence[int]]) -> bool:
    """Say whether the content is written row by row."""
    order = sorted(
        (one.row, number)
        for number, members in enumerate(grouped)
        for index in members
        for one in run[index]
    )
    return all(one[1] <= two[1] for one, two in pairwise(order))


def _is_list(cells: Sequence[Cells]) -> bool:
    """Say whether the first column holds nothing but the marks of a list, or numbers of lines."""
    first = [one.piece.text for line in cells for one in line.get(0, ())]
    return sum(_MARK.fullmatch(text) is not None for text in first) > MARKS * len(first)
