"""Rows of tables among the lines of a page, and the borders of their cells.

PDF text gives a row as one line with spaces. Where all rows agree, the spaces that part
cells are known; where they do not, the row stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.document import Edit
from ingest.normalize import markers
from ingest.normalize.geometry import Relation, Row

RULE = "paragraph.cell"

_SENTENCE = re.compile(r"[。，；！？,;!?]|\.(?:\s|\Z)")
_SPACES = re.compile("[ \t]+")
# em: wider than any space inside a line, justified lines included.
_BORDER = 1.5
# Fewer rows that agree may do so by chance.
_ROWS = 3


def gap(one: Row, two: Row) -> float:
    """Return the space between two pieces of one line, in em; below 0 where `two` is left of it."""
    return (two.left - one.right) / max(one.em, two.em)


def parts(space: float) -> bool:
    """Say whether a gap in a line is the border of two cells."""
    return space < -0.5 or space > _BORDER


def tabular(lines: Sequence[str], rows: Sequence[Row], relations: Sequence[Relation]) -> list[bool]:
    """Say for each line whether it is the row of a table, or a piece of one, heads among them."""
    are_rows = list(map(markers.is_tabular, lines))
    for index, where in enumerate(relations):
        if where == "beside" and parts(gap(rows[index], rows[index + 1])):
            are_rows[index] = are_rows[index + 1] = True
    for index, where in enumerate(relations):
        if where == "below" and are_rows[index + 1] and not are_rows[index]:
            # The line above the first row is its head where it has about as many cells.
            count = len(lines[index].split())
            are_rows[index] = (
                count >= 3
                and abs(count - len(lines[index + 1].split())) <= 1
                and not _SENTENCE.search(lines[index])
            )
    return are_rows


def find(lines: Sequence[str], are_rows: Sequence[bool], rows: Sequence[Row]) -> list[Edit]:
    """Return the edits that put tabs between the cells of tables."""
    edits: list[Edit] = []
    for begin, end in _tables(are_rows):
        words = [line.split() for line in lines[begin:end]]
        for index, borders in enumerate(_borders(words), begin):
            gaps = list(_SPACES.finditer(lines[index]))
            for found in gaps[len(gaps) - borders :]:
                if found[0] != "\t":
                    place = rows[index].start + found.start()
                    stop = place + len(found[0])
                    edits.append(Edit(place, stop, found[0], "\t", RULE, "sure"))
    return edits


def _tables(are_rows: Sequence[bool]) -> Iterator[tuple[int, int]]:
    begin = 0
    for index in range(len(are_rows) + 1):
        if index == len(are_rows) or not are_rows[index]:
            if index - begin >= _ROWS:
                yield begin, index
            begin = index + 1


def _borders(words: Sequence[Sequence[str]]) -> list[int]:
    """How many of the spaces at the end of each row part cells.

    All of them, where every row has as many words; else those before the figures, where
    every row ends with as many figures: the words before them are one cell.

    >>> _borders([["Year", "Cases", "Days"], ["2019", "12", "3"], ["2020", "9", "1"]])
    [2, 2, 2]
    >>> _borders([["Item", "Cost", "Sum"], ["Larger", "pump", "12", "3"], ["Tanks", "9", "1"]])
    [2, 2, 2]
    """
    counts = set(map(len, words))
    if len(counts) == 1:
        return [len(words[0]) - 1] * len(words)
    figures = [markers.trailing_figures(row) for row in words]
    body = set(figures[1:])
    if len(body) != 1 or min(body) < 2:
        return [0] * len(words)
    count = body.pop()
    # The head has no figures; its words are its cells where there are just as many.
    first = count if figures[0] == count or len(words[0]) == count + 1 else 0
    return [first] + [min(count, len(row) - 1) for row in words[1:]]
