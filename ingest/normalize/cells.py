"""Rows of tables among the lines of a page, and the borders of their cells.

PDF text gives a row as one line with spaces. Where all rows agree, the spaces that part
cells are known; where they do not, the row stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.document import Edit
from ingest.normalize import markers
from ingest.normalize.bands import width
from ingest.normalize.geometry import Relation, Row

RULE = "paragraph.cell"

_SENTENCE = re.compile(r"[。，；！？,;!?]|\.(?:\s|\Z)")
_SPACES = re.compile("[ \t]+")
_ALPHABETIC = re.compile("[A-Za-z\u00c0-\u04ff]{2}")
# Two words in an alphabet beside each other.
_PHRASE = re.compile("[A-Za-z]{2} [A-Za-z(]{2}")
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


def tabular(
    lines: Sequence[str],
    rows: Sequence[Row],
    relations: Sequence[Relation],
    likely: Sequence[bool],
) -> list[bool]:
    """Say for each line whether it is the row of a table, or a piece of one, heads among them.

    `likely` says which lines look like rows by themselves.
    """
    are_rows = list(likely)
    if "beside" in relations:
        for index, where in enumerate(relations):
            if where == "beside" and parts(gap(rows[index], rows[index + 1])):
                are_rows[index] = are_rows[index + 1] = True
    if True not in are_rows:
        return are_rows
    for index, where in enumerate(relations):
        following = lines[index + 1]
        if where == "below" and are_rows[index + 1] and not are_rows[index]:
            if "\t" in following:
                # Extraction knew its cells, and the head's with them.
                continue
            # The line above the first row is its head where it has about as many cells.
            count = len(lines[index].split())
            are_rows[index] = (
                count >= 3
                and abs(count - len(following.split())) <= 1
                and not _SENTENCE.search(lines[index])
            )
    return are_rows


def find(lines: Sequence[str], are_rows: Sequence[bool], rows: Sequence[Row]) -> list[Edit]:
    """Return the edits that put tabs between the cells of tables."""
    if True not in are_rows:
        return []
    borders = {
        index: count
        for begin, end in _tables(are_rows)
        for index, count in enumerate(_borders([line.split() for line in lines[begin:end]]), begin)
    }
    edits: list[Edit] = []
    for index, is_row in enumerate(are_rows):
        if not is_row or "\t" in lines[index]:
            # Where extraction knew the cells, their words stay together.
            continue
        gaps = list(_SPACES.finditer(lines[index]))
        count = len(gaps) if _is_spread(lines[index], rows[index]) else borders.get(index, 0)
        for found in gaps[len(gaps) - count :]:
            if found[0] != "\t":
                place = rows[index].start + found.start()
                stop = place + len(found[0])
                edits.append(Edit(place, stop, found[0], "\t", RULE, "sure"))
    return edits


def _is_spread(line: str, row: Row) -> bool:
    """Whether the spaces of a row in Han and figures are as wide as borders of cells are.

    Words in an alphabet are too uneven to be weighed that way.
    """
    spaces = line.count(" ")
    if not spaces or _ALPHABETIC.search(line):
        return False
    return (row.right - row.left) / row.em - width(line.replace(" ", "")) > _BORDER * spaces


def _tables(are_rows: Sequence[bool]) -> Iterator[tuple[int, int]]:
    begin = 0
    for index in range(len(are_rows) + 1):
        if index == len(are_rows) or not are_rows[index]:
            if index - begin >= _ROWS:
                yield begin, index
            begin = index + 1


def _borders(words: Sequence[Sequence[str]]) -> list[int]:
    """How many of the spaces at the end of each row part cells.

    Those before the figures, where every row ends with as many figures: the words
    before them may be one cell. All spaces, where every row has as many words and no
    two of them read as one phrase.

    >>> _borders([["年份", "户数", "天数"], ["2019", "12", "3"], ["2020", "9", "1"]])
    [2, 2, 2]
    >>> _borders([["Item", "Cost", "Sum"], ["Larger", "pump", "12", "3"], ["Tanks", "9", "1"]])
    [2, 2, 2]
    """
    counts = set(map(len, words))
    if len(counts) == 1 and not any(_PHRASE.search(" ".join(row)) for row in words[1:]):
        return [len(words[0]) - 1] * len(words)
    figures = [markers.trailing_figures(row) for row in words]
    body = set(figures[1:])
    if len(body) != 1 or min(body) < 2:
        return [0] * len(words)
    count = body.pop()
    # The head has no figures; its words are its cells where there are just as many.
    first = count if figures[0] == count or len(words[0]) == count + 1 else 0
    return [min(first, len(words[0]) - 1)] + [min(count, len(row) - 1) for row in words[1:]]
