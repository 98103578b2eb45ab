"""Rows of ruled tables as lines: one line a row, a tab between cells.

PDFium gives a table as it was written: cell by cell, or line by line across cells of
several lines. Where lines drawn on the page enclose the words, the cells are known, and
nothing else is needed. In doubt the lines stay as they are: a table has two rows and two
columns with text at least, or one row that a page break may have cut off; no word runs
through its walls, and its text is all inside.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import repeat
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.aligned import announced, with_aligned
from ingest.extract.pdf.cells import Piece, cell_text, table_rows
from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.fragments import BLANK
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.lattice import FEWEST_CELLS, Lattice, lattices
from ingest.extract.pdf.pdfium import Handle, answers, library
from ingest.extract.pdf.rows import TWO_LINES, Row
from ingest.extract.pdf.rulings import Rulings, rulings

FEWEST_ROWS = 2
"""Rows of PDFium from which a page may hold a table: two, where the cells of a row are joined."""

FILLED = 0.15
"""Share of cells with text: forms that hardly apply to a firm have 0.2 and more, the grids of
charts, whose words stand outside, hardly any."""

REGULAR = 0.6
"""Of two rows of words: cells by places of the grid. Tables of two rows merge few of theirs, a
diagram of commuting arrows has 0.44."""

HALF = 0.5
"""Share of cells with text from which two rows are enough."""

LONGEST = 200
"""Characters of the median cell: what encloses more is a page set in boxes, not a table."""

MARGINALS = 2
"""Lines of the page's head or foot beyond a single row that a page break cut off its table."""

_STRIPPED = " \t" + DROPPED


class _Table(NamedTuple):
    """Where a table stands among the rows of the page, and its own rows."""

    members: frozenset[int]
    rows: list[Row]


def with_tables(page: Handle, text_page: Handle, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Give the rows with those of each table as its own, in the place of its first one.

    The texts of the new rows no longer fit PDFium's indices.
    """
    if len(rows) < FEWEST_ROWS:
        return rows
    found = announced(rows)
    if not found.sparse and not found.beside:
        return rows
    drawn = rulings(page, page_frame)
    ruled = _ruled(text_page, page_frame, rows, drawn)
    if ruled is not rows:
        found = announced(ruled)
    return with_aligned(text_page, page_frame, found, drawn.level)


def _ruled(text_page: Handle, page_frame: Frame, rows: list[Row], drawn: Rulings) -> list[Row]:
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


def _table(
    text_page: Handle, page_frame: Frame, rows: list[Row], lattice: Lattice
) -> _Table | None:
    left, top, right, bottom = lattice.box
    members: list[int] = []
    pieces: list[list[Piece]] = [[] for _ in lattice.cells]
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
    texts = [cell_text(found) for found in pieces]
    if len(lattice.owner) == 1:
        if not _is_cut_off(texts) or not _at_page_end(rows, members) or _median(texts) > LONGEST:
            return None
    elif not _is_table(lattice, texts):
        return None
    return _Table(frozenset(members), table_rows(lattice, pieces, texts))


def _parted(
    text_page: Handle, page_frame: Frame, row: Row, lattice: Lattice
) -> list[tuple[int, Piece]] | None:
    """Cut a row at the walls of the cells; None where a wall runs through a word."""
    x0, y0, x1, y1 = row.box
    y = (y0 + y1) / 2
    em = row.size
    inset = min(em / 2, (x1 - x0) / 2)
    one = lattice.cell_at(x0 + inset, y)
    is_tall = y1 - y0 > TWO_LINES * em
    if one == lattice.cell_at(x1 - inset, y) and not is_tall:
        return [(one, Piece(row.text, row.box, em))]
    if len(row.text) != row.last - row.first + 1:
        return None
    boxes = _boxes(text_page, page_frame, row)
    middles = [] if is_tall else _middles(row.text, boxes)
    if not middles:
        return _by_character(row, boxes, lattice)
    parted: list[tuple[int, Piece]] = []
    at = 0
    while at < len(middles):
        cell = lattice.cell_at(middles[at], y)
        wall = lattice.cells[cell].box[2]
        end = max(at + 1, bisect_right(middles, wall, at))
        part = row.text[at:end]
        text = part.strip(_STRIPPED)
        if text:
            begin = at + part.index(text)
            last = begin + len(text) - 1
            joined = parted and begin == at and row.text[at - 1] not in _STRIPPED
            if joined and boxes[begin][0] - parted[-1][1].box[2] < BLANK * em:
                # Neighbours without a gap: a word cut, or two cells filled to the brim.
                return None
            parted.append((cell, Piece(text, (boxes[begin][0], y0, boxes[last][2], y1), em)))
        at = end
    return parted


def _boxes(text_page: Handle, page_frame: Frame, row: Row) -> list[Box]:
    """The boxes of the characters of a row, on the page as shown."""
    count = row.last - row.first + 1
    floats = answers("f")
    places = floats.places(4 * count)
    indices = range(row.first, row.last + 1)
    sum(map(library().loose_box, repeat(text_page), indices, places[::4]))
    sides = iter(floats.values(4 * count))
    quadruples = zip(sides, sides, sides, sides, strict=True)
    if page_frame.turns:
        return [page_frame.shown(x0, y0, x1, y1) for x0, y1, x1, y0 in quadruples]
    left, _, _, top, _ = page_frame
    return [(x0 - left, top - y1, x1 - left, top - y0) for x0, y1, x1, y0 in quadruples]


def _middles(text: str, boxes: list[Box]) -> list[float]:
    """Where characters stand, from left to right; nothing where they run backwards.

    Blanks go with the character before them: those that PDFium made stand anywhere.
    """
    middles: list[float] = []
    for character, (begin, _, end, _) in zip(text, boxes, strict=True):
        at = (begin + end) / 2
        if character in _STRIPPED and middles:
            at = middles[-1]
        elif middles and at < middles[-1]:
            return []
        middles.append(at)
    return middles


def _by_character(row: Row, boxes: list[Box], lattice: Lattice) -> list[tuple[int, Piece]] | None:
    """Cut a row that holds words of several lines, each character looked at for itself."""
    runs: list[tuple[int, list[int]]] = []
    previous: Box | None = None
    for index, (character, box) in enumerate(zip(row.text, boxes, strict=True)):
        if character in _STRIPPED:
            if runs:
                runs[-1][1].append(index)
            previous = None
            continue
        x0, top, x1, bottom = box
        cell = lattice.cell_at((x0 + x1) / 2, (top + bottom) / 2)
        level = previous is not None and abs(top - previous[1]) < row.size / 2
        follows = level and previous is not None and abs(x0 - previous[2]) < BLANK * row.size
        if runs and runs[-1][0] == cell and (previous is None or level):
            runs[-1][1].append(index)
        elif follows and runs and runs[-1][0] != cell:
            return None
        else:
            runs.append((cell, [index]))
        previous = box
    pieces: list[tuple[int, Piece]] = []
    for cell, indices in runs:
        drawn = [boxes[index] for index in indices if row.text[index] not in _STRIPPED]
        text = "".join([row.text[index] for index in indices]).strip(_STRIPPED)
        lefts, tops, rights, bottoms = zip(*drawn, strict=True)
        box = (min(lefts), min(tops), max(rights), max(bottoms))
        pieces.append((cell, Piece(text, box, row.size)))
    return pieces


def _is_cut_off(texts: list[str]) -> bool:
    """Say whether the cells of a single row are full: all, or most behind a first one that is
    empty, where the rest of a row stands on the next page."""
    return all(texts[1:]) and (bool(texts[0]) or len(texts) >= FEWEST_CELLS)


def _at_page_end(rows: list[Row], members: list[int]) -> bool:
    """Say whether hardly anything of a page stands above some of its rows, or below them."""
    top = min(rows[index].box[1] for index in members)
    bottom = max(rows[index].box[3] for index in members)
    above = sum(row.box[3] <= top and row.visible for row in rows)
    below = sum(row.box[1] >= bottom and row.visible for row in rows)
    return min(above, below) <= MARGINALS


def _median(texts: list[str]) -> int:
    lengths = sorted(map(len, filter(None, texts)))
    return lengths[len(lengths) // 2]


def _is_regular(lattice: Lattice, filled: int) -> bool:
    places = (len(lattice.xs) - 1) * (len(lattice.ys) - 1)
    return len(lattice.cells) >= REGULAR * places and filled >= HALF * len(lattice.cells)


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
    rows = sum(count > 1 for count in by_row.values())
    return (
        (rows > 2 or (rows == 2 and _is_regular(lattice, len(filled))))
        and sum(count > 1 for count in by_column.values()) > 1
        and _median(texts) <= LONGEST
    )
