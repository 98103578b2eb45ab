"""Rows of ruled tables as lines: one line a row, a tab between cells.

PDFium gives a table as it was written: cell by cell, or line by line across cells of
several lines. Where lines drawn on the page enclose the words, the cells are known, and
nothing else is needed. In doubt the lines stay as they are: a table has two rows and two
columns with text at least, no word runs through its walls, and its text is all inside.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import pairwise, repeat
from statistics import mode
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.fragments import BLANK
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.lattice import Lattice, lattices
from ingest.extract.pdf.pdfium import library
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.rulings import rulings

FEWEST_ROWS = 2
"""Rows of PDFium from which a page may hold a table: two, where the cells of a row are joined."""

FILLED = 0.3
"""Share of cells with text: tables of the measured sets have 0.45 and more, the grids of charts,
whose words stand outside, hardly any."""

SURE = 0.8
"""Share of cells with text from which two rows are enough; a diagram of commuting arrows has 0.7."""

LONGEST = 200
"""Characters of the median cell: what encloses more is a page set in boxes, not a table."""

FULL = 0.8
"""Share of its cell's width from which a line may have been broken because it was full; of
the cells of several lines in the measured sets nearly all pass, of rows without rules few."""

FIGURES = 3
"""Figures in a line from which lines with as many below each other are rows."""

_FIGURE = re.compile(r"[-+(]?\d{1,3}(?:,\d{3})*(?:\.\d+)?[)%]?")
_STRIPPED = " \t" + DROPPED
_IDEOGRAPHIC = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)


class _Piece(NamedTuple):
    """What one row of PDFium has in one cell."""

    text: str
    box: Box
    size: float


class _Table(NamedTuple):
    """Where a table stands among the rows of the page, and its own rows."""

    members: frozenset[int]
    rows: list[Row]


def with_tables(page: int, text_page: int, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Give the rows with those of each ruled table as its own, in the place of its first one.

    The texts of the new rows no longer fit PDFium's indices.
    """
    if len(rows) < FEWEST_ROWS:
        return rows
    drawn = rulings(page, page_frame)
    if drawn is None:
        return rows
    tables: list[_Table] = []
    # A table inside a cell of another one comes first: the other is no simple table then.
    for lattice in sorted(lattices(drawn), key=_area):
        table = _table(text_page, page_frame, rows, lattice)
        if table and not any(table.members & other.members for other in tables):
            tables.append(table)
    if not tables:
        return rows
    first = {min(table.members): table for table in tables}
    taken = frozenset().union(*(table.members for table in tables))
    ordered: list[Row] = []
    for index, row in enumerate(rows):
        if index in first:
            ordered += first[index].rows
        elif index not in taken:
            ordered.append(row)
    return ordered


def _area(lattice: Lattice) -> float:
    left, top, right, bottom = lattice.box
    return (right - left) * (bottom - top)


def _table(text_page: int, page_frame: Frame, rows: list[Row], lattice: Lattice) -> _Table | None:
    left, top, right, bottom = lattice.box
    members: list[int] = []
    pieces: list[list[_Piece]] = [[] for _ in lattice.cells]
    for index, row in enumerate(rows):
        x0, y0, x1, y1 = row.box
        if not top < (y0 + y1) / 2 < bottom or x1 <= left or x0 >= right:
            continue
        if row.angle or not row.visible:
            continue
        slack = row.size / 2
        if x0 < left - slack or x1 > right + slack:
            # The line goes on outside: whose it is is not clear.
            return None
        parted = _parted(text_page, page_frame, row, lattice)
        if parted is None:
            return None
        members.append(index)
        for cell, piece in parted:
            pieces[cell].append(piece)
    texts = [_cell_text(found) for found in pieces]
    if not _is_table(lattice, texts):
        return None
    return _Table(frozenset(members), _table_rows(lattice, pieces, texts))


def _parted(
    text_page: int, page_frame: Frame, row: Row, lattice: Lattice
) -> list[tuple[int, _Piece]] | None:
    """Cut a row at the walls of the cells; None where a wall runs through a word."""
    x0, y0, x1, y1 = row.box
    y = (y0 + y1) / 2
    em = row.size
    inset = min(em / 2, (x1 - x0) / 2)
    one = lattice.cell_at(x0 + inset, y)
    if one == lattice.cell_at(x1 - inset, y):
        return [(one, _Piece(row.text, row.box, em))]
    count = row.last - row.first + 1
    if len(row.text) != count:
        return None
    floats = array("f", bytes(16 * count))
    start, _ = floats.buffer_info()
    indices = range(row.first, row.last + 1)
    sum(map(library().loose_box, repeat(text_page), indices, range(start, start + 16 * count, 16)))
    numbers = floats.tolist()
    if page_frame.turns:
        sides = iter(numbers)
        boxes = [
            page_frame.shown(x, y, w, z)
            for x, z, w, y in zip(sides, sides, sides, sides, strict=True)
        ]
        begins, ends = [box[0] for box in boxes], [box[2] for box in boxes]
    else:
        begins = [x - page_frame.left for x in numbers[0::4]]
        ends = [x - page_frame.left for x in numbers[2::4]]
    middles = [(begin + end) / 2 for begin, end in zip(begins, ends, strict=True)]
    if any(two < one for one, two in pairwise(middles)):
        middles = _risen(row.text, middles)
        if not middles:
            return None
    parted: list[tuple[int, _Piece]] = []
    at = 0
    while at < count:
        cell = lattice.cell_at(middles[at], y)
        wall = lattice.cells[cell].box[2]
        end = max(at + 1, bisect_right(middles, wall, at))
        part = row.text[at:end]
        text = part.strip(_STRIPPED)
        if text:
            begin = at + part.index(text)
            last = begin + len(text) - 1
            joined = parted and begin == at and row.text[at - 1] not in _STRIPPED
            if joined and begins[begin] - parted[-1][1].box[2] < BLANK * em:
                # Neighbours without a gap: a word cut, or two cells filled to the brim.
                return None
            parted.append((cell, _Piece(text, (begins[begin], y0, ends[last], y1), em)))
        at = end
    return parted


def _risen(text: str, middles: list[float]) -> list[float]:
    """Places of characters where blanks of PDFium's own, which have none, stand between them.

    Nothing where other characters run backwards as well.
    """
    risen = list(middles)
    for at in range(1, len(risen)):
        if risen[at] < risen[at - 1]:
            if text[at] not in _STRIPPED and text[at - 1] not in _STRIPPED:
                return []
            risen[at] = risen[at - 1]
    return risen


def _cell_text(pieces: list[_Piece]) -> str:
    """The pieces of a cell as one line: the order of the content, unless the page contradicts."""
    if not pieces:
        return ""
    ordered = pieces
    if any(two.box[3] <= one.box[1] for one, two in pairwise(pieces)):
        ordered = sorted(pieces, key=lambda piece: piece.box[3])
    text = ordered[0].text
    for one, two in pairwise(ordered):
        shared = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
        beside = 2 * shared > min(one.box[3] - one.box[1], two.box[3] - two.box[1])
        if beside:
            blank = two.box[0] - one.box[2] > BLANK * max(one.size, two.size)
        else:
            blank = not _is_cut(text, two.text)
        if blank and (_IDEOGRAPHIC.match(text[-1]) or _IDEOGRAPHIC.match(two.text)):
            # Between ideographs a line end is no blank, and a gap of less than one em neither.
            blank = beside and two.box[0] - one.box[2] > max(one.size, two.size)
        text += (" " if blank else "") + two.text
    return text


def _is_cut(text: str, rest: str) -> bool:
    """Say whether a line ends inside a word, or inside a figure that is one only as a whole."""
    if text[-1] == "-" and text[-2:-1].isalpha():
        return True
    return bool(_FIGURE.fullmatch(text + rest)) and not (
        _FIGURE.fullmatch(text) and _FIGURE.fullmatch(rest)
    )


def _lines(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces of a cell, or of several cells, by the line of the page that they stand on."""
    lines: list[list[_Piece]] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.box[1] + piece.box[3]):
        middle = (piece.box[1] + piece.box[3]) / 2
        if lines and middle < bottom:
            lines[-1].append(piece)
        else:
            lines.append([piece])
            bottom = piece.box[3] - piece.size / 4
    return lines


def _is_table(lattice: Lattice, texts: list[str]) -> bool:
    filled = [index for index, text in enumerate(texts) if text]
    if len(filled) < FILLED * len(texts):
        return False
    by_row: dict[int, int] = {}
    by_column: dict[int, int] = {}
    for index in filled:
        cell = lattice.cells[index]
        by_row[cell.row] = by_row.get(cell.row, 0) + 1
        by_column[cell.column] = by_column.get(cell.column, 0) + 1
    lengths = sorted(len(texts[index]) for index in filled)
    rows = sum(count > 1 for count in by_row.values())
    return (
        (rows > 2 or (rows == 2 and len(filled) >= SURE * len(texts)))
        and sum(count > 1 for count in by_column.values()) > 1
        and lengths[len(lengths) // 2] <= LONGEST
    )


def _table_rows(lattice: Lattice, pieces: list[list[_Piece]], texts: list[str]) -> list[Row]:
    columns = sorted({cell.column for cell, text in zip(lattice.cells, texts, strict=True) if text})
    place = {column: at for at, column in enumerate(columns)}
    by_row: dict[int, list[int]] = {}
    for index, cell in enumerate(lattice.cells):
        if texts[index]:
            by_row.setdefault(cell.row, []).append(index)
    made: list[Row] = []
    for number in sorted(by_row):
        words = {place[lattice.cells[index].column]: pieces[index] for index in by_row[number]}
        if _holds_rows(lattice, by_row[number], pieces):
            made += _unruled(words, len(columns))
        else:
            made.append(_row(words, len(columns)))
    return made


def _row(words: dict[int, list[_Piece]], width: int) -> Row:
    inside = [piece for pieces in words.values() for piece in pieces]
    box = (
        min(piece.box[0] for piece in inside),
        min(piece.box[1] for piece in inside),
        max(piece.box[2] for piece in inside),
        max(piece.box[3] for piece in inside),
    )
    size = sorted(piece.size for piece in inside)[len(inside) // 2]
    text = "\t".join(_cell_text(words.get(column, [])) for column in range(width))
    return Row(text, box, size, 0.0, True, 0, 0)


def _holds_rows(lattice: Lattice, indices: list[int], pieces: list[list[_Piece]]) -> bool:
    """Say whether what the rules enclose as one row is several, one below the other.

    Then most of its cells have the same number of lines, on the same heights, and their
    lines end where nothing made them end.
    """
    lines = {index: _lines(pieces[index]) for index in indices}
    if any(map(_is_numbers, lines.values())):
        return True
    counts = [len(found) for found in lines.values() if len(found) > 1]
    if len(counts) < 2:
        return False
    count = mode(counts)
    level = [index for index in indices if len(lines[index]) == count]
    if len(level) < 2 or 2 * len(level) <= len(indices):
        return False
    heights = [[line[0].box[3] for line in lines[index]] for index in level]
    size = pieces[level[0]][0].size
    if any(abs(a - b) > size / 2 for one in heights for a, b in zip(heights[0], one, strict=True)):
        return False
    short = 0
    for index in level:
        left, _, right, _ = lattice.cells[index].box
        ends = [max(piece.box[2] for piece in line) for line in lines[index][:-1]]
        begins = [min(piece.box[0] for piece in line) for line in lines[index][:-1]]
        longest = max(end - begin for begin, end in zip(begins, ends, strict=True))
        short += longest < FULL * (right - left) - size
    return short > 1


def _is_numbers(lines: list[list[_Piece]]) -> bool:
    """Say whether each of several lines holds figures only, and as many as the others."""
    if len(lines) < 2:
        return False
    words = [" ".join(piece.text for piece in line).split() for line in lines]
    count = len(words[0])
    return count >= FIGURES and all(
        len(line) == count and all(map(_FIGURE.fullmatch, line)) for line in words
    )


def _unruled(words: dict[int, list[_Piece]], width: int) -> list[Row]:
    """The lines of a ruled row as rows of their own."""
    column_of = {id(piece): column for column, pieces in words.items() for piece in pieces}
    made = []
    for line in _lines([piece for pieces in words.values() for piece in pieces]):
        cells: dict[int, list[_Piece]] = {}
        for piece in sorted(line, key=lambda piece: piece.box[0]):
            cells.setdefault(column_of[id(piece)], []).append(piece)
        made.append(_row(cells, width))
    return made
