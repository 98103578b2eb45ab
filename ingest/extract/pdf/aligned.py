"""Rows of tables without a lattice: cells that stand in columns, parted by blank corridors.

A page announces such a table by lines with wide gaps, or by lines that stand beside each
other. Lines that follow each other belong to one table as long as corridors at least as
wide as `CORRIDOR` run down through all of them. What is no table is told by its order:
a table is written row by row, columns of prose one after the other; and by its columns:
the marks of a list are no cells, and full lines of a column are prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, pairwise

from ingest.extract.pdf.cells import Piece
from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.columns import Gap, gaps
from ingest.extract.pdf.corridors import CORRIDOR, FEWEST, Segment, lines_of, runs
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.gridding import gridded
from ingest.extract.pdf.pdfium import Handle
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.rulings import Ruling

SPREAD = 1.2
"""In em: a line that is so much longer than its characters need has a gap somewhere."""

STRETCH = 0.3
"""In em for each blank: a line that is longer by less has its blanks stretched to fill it. Of
760 such lines of eleven reports 45 had a gap as wide as a corridor, none of them in a table."""

NARROW = 0.42
"""In em: the mean width of a letter or a digit in narrow faces."""

BROAD = 0.54
"""The same in broad ones. Lines with gaps seem to be set in broader ones still."""

LONG = 20
"""Letters and digits of a line that tells how wide they are."""

RETURN = 9.0
"""In em: a cell has up to six lines, from whose end the next cell's first line is so far up.
Columns of a page are longer."""

ABOVE = 0.3
"""In em: by how much two lines, one above the other, may reach into each other."""

NEAR = 3
"""Rows before and behind a sign of a table that are looked at for gaps, too."""

_STRIPPED = " \t" + DROPPED


def with_aligned(
    text_page: Handle, page_frame: Frame, rows: list[Row], level: Sequence[Ruling]
) -> list[Row]:
    """Give the rows with those of tables whose cells only stand in columns as their own.

    `level` are the level lines that the page draws: they part rows where they run between
    them. The texts of the new rows no longer fit PDFium's indices.
    """
    if page_frame.turns:
        return rows
    found = _parted(text_page, page_frame, rows)
    if not found:
        return rows
    made: dict[int, tuple[frozenset[int], list[Row]]] = {}
    for begin, end in _stretches(rows):
        segments = [
            Segment(index, piece, (piece.box[1] + piece.box[3]) / 2)
            for index in range(begin, end)
            for piece in _pieces(rows[index], found.get(index, ()))
        ]
        for run in runs(lines_of(segments)):
            table = gridded(run, level)
            if table is not None:
                made[min(table[0])] = table
    if not made:
        return rows
    taken = frozenset().union(*(members for members, _ in made.values()))
    early = {
        index
        for first, (members, lines) in made.items()
        for index in range(first, max(members))
        # Written among the cells, but above them on the page: the begin of a heading, a unit.
        if index not in taken and rows[index].box[3] <= lines[0].box[1] + ABOVE * rows[index].size
    }
    ordered: list[Row] = []
    for index, row in enumerate(rows):
        if index in made:
            members, lines = made[index]
            ordered += [rows[at] for at in range(index, max(members)) if at in early]
            ordered += lines
        elif index not in taken and index not in early:
            ordered.append(row)
    return ordered


def _parted(text_page: Handle, page_frame: Frame, rows: Sequence[Row]) -> dict[int, Sequence[Gap]]:
    """The gaps of rows near a sign of a table, by index; none where the page announces none.

    Where it is prose that costs hardly anything: only rows that seem to have a gap are
    asked, and their neighbours only where they have.
    """
    sparse = list(compress(count(), _sparse(rows)))
    # A row that begins to the right of the one before, and no lower.
    beside = [
        at
        for at, (one, two) in enumerate(pairwise(rows))
        if two[1][0] > one[1][2] and two[1][1] < one[1][3] - 0.3 * two[2]
    ]
    if len(sparse) + len(beside) < FEWEST:
        return {}
    found: dict[int, Sequence[Gap]] = {}

    def ask(indices: Iterable[int]) -> None:
        asked = [at for at in indices if at not in found and _is_whole(rows[at])]
        # What has no blank has no gap.
        spaced = [at for at in asked if " " in rows[at].text]
        of_rows = gaps(text_page, page_frame, [rows[at] for at in spaced], CORRIDOR)
        found.update(dict.fromkeys(asked, ()))
        found.update(zip(spaced, of_rows, strict=True))

    ask(sparse)
    near: set[int] = set()
    for at in beside + [at for at in sparse if found.get(at)]:
        near.update(range(max(0, at - NEAR), min(len(rows), at + NEAR + 1)))
    ask(sorted(near))
    return found if near else {}


def _is_whole(row: Row) -> bool:
    """Say whether the text of a row still fits PDFium's indices."""
    return _fits(row) and len(row.text) == row.last - row.first + 1


def _sparse(rows: Sequence[Row]) -> list[bool]:
    """Say of each row whether it is longer than its characters, in the faces of the page."""
    spare: list[float] = []
    letters: list[float] = []
    widths: list[float] = []
    for text, (left, _, right, _), size, _, _, _, _ in rows:
        if " " not in text or "\t" in text or size <= 0:
            spare.append(0.0)
            letters.append(0.0)
            continue
        length = (right - left) / size
        own: float = len(text)
        if not text.isascii():
            text = text.replace(DROPPED, "")
            # Three bytes for an ideograph, one for a letter or a digit.
            wide = (len(text.encode("utf-8", "replace")) - len(text)) / 2
            length -= wide
            own = len(text) - wide
        spare.append(length)
        letters.append(own)
        if own >= LONG:
            widths.append(length / own)
    usual = sorted(widths)[len(widths) // 4] if widths else NARROW
    letter = min(max(usual, NARROW), BROAD)
    return [
        length > letter * count + SPREAD and length > letter * count + STRETCH * row.text.count(" ")
        for row, length, count in zip(rows, spare, letters, strict=True)
    ]


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


def _pieces(row: Row, between: Sequence[Gap]) -> list[Piece]:
    if not between:
        text = row.text.strip(_STRIPPED)
        return [Piece(text, row.box, row.size)] if text else []
    pieces: list[Piece] = []
    x0, top, x1, bottom = row.box
    begin, left = 0, x0
    for gap in between:
        at = gap.behind - row.first
        text = row.text[begin : at - 1].strip(_STRIPPED)
        if text:
            pieces.append(Piece(text, (left, top, gap.left, bottom), row.size))
        begin, left = at, gap.right
    text = row.text[begin:].strip(_STRIPPED)
    if text:
        pieces.append(Piece(text, (left, top, x1, bottom), row.size))
    return pieces
