"""The tables of a text: blocks of lines with tabs between cells; and how they read as plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

BROADEST = 36
"""Columns of a terminal: a longer cell does not make its whole column so wide. Of the cells
of the measured reports nineteen in twenty are shorter."""

_BLOCK = re.compile(r"[^\n]+(?:\n[^\n]+)*")


class Table(NamedTuple):
    """Where a table stands in the text, and its rows."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]


def tables(text: str) -> Iterator[Table]:
    """Yield the tables of a text in their order.

    >>> [table.rows for table in tables("Words.\\n\\nyear\\tcases\\n2019\\t12\\n")]
    [(('year', 'cases'), ('2019', '12'))]
    """
    if "\t" not in text:
        return
    for block in _BLOCK.finditer(text):
        rows = rows_of(block[0].split("\n"))
        if rows:
            yield Table(block.start(), block.end(), rows)


def rows_of(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the lines of a block as the rows of a table; none where it is no table."""
    count = sum("\t" in line.strip() for line in lines)
    if count < 2 or 2 * count <= len(lines):
        return ()
    # A row whose other cells are empty has no tab.
    return tuple(tuple(map(str.strip, line.split("\t"))) for line in lines)


def aligned(text: str) -> str:
    """Return a text with the cells of its tables below each other.

    Ideographs count for two columns. Text outside of tables is not touched.

    >>> print(aligned("区\\t户数\\n东岸\\t12"))
    区    户数
    东岸  12
    """
    parts: list[str] = []
    done = 0
    for table in tables(text):
        parts += (text[done : table.start], _aligned(table.rows))
        done = table.end
    return "".join(parts) + text[done:] if parts else text


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    count = max(map(len, rows))
    widths = [
        min(BROADEST, max(_width(row[at]) for row in rows if at < len(row))) for at in range(count)
    ]
    return "\n".join(
        "".join(
            cell + " " * max(2, width + 2 - _width(cell))
            for cell, width in zip(row, widths, strict=False)
        ).rstrip()
        for row in rows
    )


def _width(cell: str) -> int:
    if cell.isascii():
        return len(cell)
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in cell)
