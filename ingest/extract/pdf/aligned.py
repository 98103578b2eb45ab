"""Rows of tables without a lattice: cells that stand in columns, parted by blank corridors.

A page announces such a table by lines with wide gaps, or by lines that stand beside each
other. Lines that follow each other belong to one table as long as corridors at least as
wide as `CORRIDOR` run down through all of them. What is no table is told by its order:
a table is written row by row, columns of prose one after the other; and by its columns:
the marks of a list are no cells, and full lines of a column are prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count, pairwise
from typing import NamedTuple

from ingest.extract.pdf.cells import Piece
from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.columns import Gap, gaps
from ingest.extract.pdf.corridors import CORRIDOR, FEWEST, SAME_LINE, Segment, lines_of, runs
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


class Announced(NamedTuple):
    """The rows of a page, and which of them are signs of a table: every table has some.

    `sparse` rows are longer than their characters need, so that they have a gap; those
    `beside` others begin behind the end of the row before, and no lower.
    """

    rows: list[Row]
    sparse: list[int]
    beside: list[int]


def announced(rows: list[Row]) -> Announced:
    """Look for the signs of a table. Where a page is prose that costs hardly anything."""
    beside = [
        at
        for at, (one, two) in enumerate(pairwise(rows))
        if two[1][0] > one[1][2] and two[1][1] < one[1][3] - 0.3 * two[2]
    ]
    return Announced(rows, list(compress(count(), _sparse(rows))), beside)


def with_aligned(
    text_page: Handle, page_frame: Frame, page: Announced, level: Sequence[Ruling]
) -> list[Row]:
    """Give the rows with those of tables whose cells only stand in columns as their own.

    `level` are the level lines that the page draws: they part rows where they run between
    them. The texts of the new rows no longer fit PDFium's indices.
    """
    rows = page.rows
    if page_frame.turns or len(page.sparse) + len(page.beside) < FEWEST:
        return rows
    found = _parted(text_page, page_frame, page)
    if found is None:
        return rows
    made: dict[int, tuple[frozenset[int], list[Row]]] = {}
    for begin, end in _stretches(rows):
        for run in runs(lines_of(_segments(rows, begin, end, found))):
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


def _parted(
    text_page: Handle, page_frame: Frame, page: Announced
) -> dict[int, Sequence[Gap]] | None:
    """The gaps of rows near a sign of a table, by index; None where none turns out to be one.

    Only rows that seem to have a gap are asked, and their neighbours only where they have.
    """
    rows, sparse, beside = page
    found: dict[int, Sequence[Gap]] = {}

    def ask(indices: Iterable[int]) -> None:
        # What has no blank has no gap, and of a text that fits no indices none can be asked for.
        asked = [at for at in indices if at not in found and _is_whole(rows[at])]
        of_rows = gaps(text_page, page_frame, [rows[at] for at in asked], CORRIDOR)
        found.update(zip(asked, of_rows, strict=True))

    ask(sparse)
    near: set[int] = set()
    for at in beside + [at for at in sparse if found.get(at)]:
        near.update(range(max(0, at - NEAR), min(len(rows), at + NEAR + 1)))
    ask(sorted(near))
    return found if near else None


def _is_whole(row: Row) -> bool:
    """Say whether a row has blanks, and a text that still fits PDFium's indices."""
    text, _, size, angle, visible, first, last = row
    return (
        " " in text
        and len(text) == last - first + 1
        and "\t" not in text
        and visible
        and not angle
        and size > 0
    )


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
    text, _, size, angle, visible, _, _ = row
    return visible and not angle and size > 0 and "\t" not in text


def _segments(
    rows: Sequence[Row], begin: int, end: int, found: Mapping[int, Sequence[Gap]]
) -> list[Segment]:
    """The rows of a stretch, cut at their gaps; none where no line has more than one piece."""
    middles = [(box[1] + box[3]) / 2 for _, box, _, _, _, _, _ in rows[begin:end]]
    if not any(map(found.get, range(begin, end))) and all(
        two - one >= SAME_LINE * row.size
        for one, two, row in zip(middles, middles[1:], rows[begin:end], strict=False)
    ):
        return []
    new = tuple.__new__
    segments: list[Segment] = []
    for index, middle in zip(range(begin, end), middles, strict=True):
        between = found.get(index)
        row = rows[index]
        if between:
            segments += [Segment(index, piece, middle) for piece in _pieces(row, between)]
            continue
        text = row.text.strip(_STRIPPED)
        if text:
            # `Piece` and `Segment` themselves take twice as long.
            segments.append(new(Segment, (index, new(Piece, (text, row.box, row.size)), middle)))
    return segments


def _pieces(row: Row, between: Sequence[Gap]) -> list[Piece]:
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
