"""Footnotes that stand between the two halves of a paragraph.

The notes of a page close it, and the sentence above them goes on overleaf. A reader reads
the sentence first: the notes go behind the paragraph that they part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.normalize.geometry import Row

SMALLER = 0.93
"""Type of notes against the text's: 0.75 to 0.9 of it where seen."""

MOST = 15
"""Lines of the notes of one page; more are an appendix in small type."""

COLUMN = 20.0
"""em: so far up the next column begins at least."""

_MARK = re.compile(
    r"[\[(（〔【]?\d{1,3}[\])）〕】.．]?(?=[^\W\d]|\s|[“\"‘《（(「])|[①-⑳\u00b9\u00b2\u00b3\u2070-\u2079*†‡§]|注[释：:\d]"
)


class Notes(NamedTuple):
    """The rows from `first` to `last`, both counted in."""

    first: int
    last: int


def find(lines: Sequence[str], rows: Sequence[Row], body: float) -> Iterator[Notes]:
    """Yield the notes that have text of the body's size right above them, and behind them."""
    index = 1
    count = len(rows)
    while index < count - 1:
        row, before = rows[index], rows[index - 1]
        if (
            row.em < SMALLER * body <= before.em
            and row.page == before.page
            and row.top > before.top
            and row.upright
            and before.upright
            and _MARK.match(lines[index])
        ):
            last = index
            while last + 1 < count and _goes_on(rows[last], rows[last + 1], body):
                last += 1
            if (
                last + 1 < count
                and last - index < MOST
                and _closes(rows[last], rows[last + 1], body)
            ):
                yield Notes(index, last)
            index = last
        index += 1


def _goes_on(one: Row, two: Row, body: float) -> bool:
    return two.page == one.page and two.em < SMALLER * body and two.top > one.top


def _closes(last: Row, following: Row, body: float) -> bool:
    """Whether the next row opens another page or column, in the size of the text."""
    if following.em < SMALLER * body or not following.upright:
        return False
    if following.page == last.page:
        # Formulas, too, have small rows and go up again; but not by half a column.
        return following.bottom < last.top - COLUMN * body
    return following.page == last.page + 1
