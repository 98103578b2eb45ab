"""The cells of a table as text: lines of a cell joined, rows put together.

Knows nothing of PDFium: a piece is words, a box, a size.
"""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import mode
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.fragments import BLANK
from ingest.extract.pdf.lattice import Lattice
from ingest.extract.pdf.rows import Row

FULL = 0.8
"""Share of its cell's width from which a line may have been broken because it was full; of
the cells of several lines in the measured sets nearly all pass, of rows without rules few."""

FIGURES = 3
"""Figures in a line from which lines with as many below each other are rows."""

_SOFT_HYPHEN = "\xad"
"""Behind a hyphen at which a line of a cell was broken: normalizing decides what becomes of both."""

_HYPHENS = "-\u2010"
_FIGURE = re.compile(r"[-+(]?\d{1,3}(?:,\d{3})*(?:\.\d+)?[)%]?")
_IDEOGRAPHIC = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)


class Piece(NamedTuple):
    """What one row of PDFium has in one cell."""

    text: str
    box: Box
    size: float


def cell_text(pieces: list[Piece]) -> str:
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
        if not blank and not beside and text[-1] in _HYPHENS and two.text[0].islower():
            # Whether the word has a hyphen of its own the document will tell.
            text += _SOFT_HYPHEN
        text += (" " if blank else "") + two.text
    return text


def is_figure(text: str) -> bool:
    """Say whether a cell holds one figure, or the dash that stands for none.

    >>> is_figure("1,204.5"), is_figure("-12%"), is_figure("12 houses"), is_figure("—")
    (True, True, False, True)
    """
    return text in ("-", "–", "—", "--", "/") or _FIGURE.fullmatch(text) is not None


def _is_cut(text: str, rest: str) -> bool:
    """Say whether a line ends inside a word, or inside a figure that is one only as a whole."""
    if text[-1] in _HYPHENS and text[-2:-1].isalpha():
        return True
    return bool(_FIGURE.fullmatch(text + rest)) and not (
        _FIGURE.fullmatch(text) and _FIGURE.fullmatch(rest)
    )


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces of a cell, or of several cells, by the line of the page that they stand on."""
    lines: list[list[Piece]] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.box[1] + piece.box[3]):
        middle = (piece.box[1] + piece.box[3]) / 2
        if lines and middle < bottom:
            lines[-1].append(piece)
        else:
            lines.append([piece])
            bottom = piece.box[3] - piece.size / 4
    return lines


def table_rows(lattice: Lattice, pieces: list[list[Piece]], texts: list[str]) -> list[Row]:
    # The rest of a row that the page before cut off keeps the place of its first cell.
    is_rest = len(lattice.owner) == 1
    columns = sorted(
        {cell.column for cell, text in zip(lattice.cells, texts, strict=True) if text or is_rest}
    )
    place = {column: at for at, column in enumerate(columns)}
    by_row: dict[int, list[int]] = {}
    for index, cell in enumerate(lattice.cells):
        if texts[index]:
            by_row.setdefault(cell.row, []).append(index)
    made: list[Row] = []
    head = min(by_row)
    for number in sorted(by_row):
        words = {place[lattice.cells[index].column]: pieces[index] for index in by_row[number]}
        if _holds_rows(lattice, by_row[number], pieces, is_head=number == head):
            made += _unruled(words, len(columns))
        else:
            made.append(joined_row(words, len(columns)))
    return made


def joined_row(words: dict[int, list[Piece]], width: int) -> Row:
    """Return one row of a table of so many columns, a tab between its cells."""
    inside = [piece for pieces in words.values() for piece in pieces]
    box = (
        min(piece.box[0] for piece in inside),
        min(piece.box[1] for piece in inside),
        max(piece.box[2] for piece in inside),
        max(piece.box[3] for piece in inside),
    )
    size = sorted(piece.size for piece in inside)[len(inside) // 2]
    text = "\t".join(cell_text(words.get(column, [])) for column in range(width))
    return Row(text, box, size, 0.0, True, 0, 0)


def _holds_rows(
    lattice: Lattice, indices: list[int], pieces: list[list[Piece]], *, is_head: bool
) -> bool:
    """Say whether what the rules enclose as one row is several, one below the other.

    Then most of its cells have the same number of lines, on the same heights, and their
    lines end where nothing made them end. In the head of a table lines are broken to look
    well.
    """
    lines = {index: _lines(pieces[index]) for index in indices}
    if any(map(_is_numbers, lines.values())):
        return True
    if is_head:
        return False
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
    return sum(_has_room(lattice.cells[index].box, lines[index], size) for index in level) > 1


def _has_room(box: Box, lines: list[list[Piece]], size: float) -> bool:
    """Say whether a cell's lines end though the first word of the next one would have fit."""
    left, _, right, _ = box
    lengths = [
        max(piece.box[2] for piece in line) - min(piece.box[0] for piece in line) for line in lines
    ]
    if max(lengths[:-1]) >= FULL * (right - left) - size:
        return False
    # The padding on one side is that on the other, and it is not more than a line's height.
    padding = min(max(0.0, min(piece.box[0] for line in lines for piece in line) - left), size)
    room = right - left - 2 * padding
    return any(
        length + first_word_width(two[0]) <= room
        for length, two in zip(lengths, lines[1:], strict=False)
    )


def first_word_width(piece: Piece) -> float:
    """How far the first word of a piece and the blank before it reach, by its share of the letters.

    Of a text in ideographs that is one character.
    """
    text = piece.text
    word = text.split(" ", 1)[0] if text.isascii() else text[:1]
    return (piece.box[2] - piece.box[0]) * (len(word) + 1) / (len(text) + 1)


def _is_numbers(lines: list[list[Piece]]) -> bool:
    """Say whether each of several lines holds figures only, and as many as the others."""
    if len(lines) < 2:
        return False
    words = [" ".join(piece.text for piece in line).split() for line in lines]
    count = len(words[0])
    return count >= FIGURES and all(
        len(line) == count and all(map(_FIGURE.fullmatch, line)) for line in words
    )


def _unruled(words: dict[int, list[Piece]], width: int) -> list[Row]:
    """The lines of a ruled row as rows of their own."""
    column_of = {id(piece): column for column, pieces in words.items() for piece in pieces}
    made = []
    for line in _lines([piece for pieces in words.values() for piece in pieces]):
        cells: dict[int, list[Piece]] = {}
        for piece in sorted(line, key=lambda piece: piece.box[0]):
            cells.setdefault(column_of[id(piece)], []).append(piece)
        made.append(joined_row(cells, width))
    return made
