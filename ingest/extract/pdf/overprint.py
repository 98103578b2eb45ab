"""Text that is printed more than once in the same place, to look bold or to cast a shadow.

PDFium itself drops a copy that follows its original within a few text objects. What is
left: a whole line printed again later, and glyphs printed twice side by side (AABBCC).
"""

from __future__ import annotations

import ctypes
import re
from itertools import repeat

from ingest.extract.pdf.pdfium import library
from ingest.extract.pdf.rows import Row

SHIFT = 0.35
"""In em: how far a copy may lie from its original. Shadows lie at 0.05 to 0.2 em, and the
next line or the next character of real text at 0.9 em and more (0.5 for narrow letters)."""

_PAIR = re.compile(r"(\w)\1")


def once(text_page: int, rows: list[Row]) -> list[Row]:
    """Give the rows with each overprinted line, and each overprinted character, once."""
    seen: dict[str, list[Row]] = {}
    kept: list[Row] = []
    for printed in rows:
        row = _single(text_page, printed) if _is_doubled(printed.text) else printed
        earlier = seen.setdefault(row.text, [])
        if not any(_covers(other, row) for other in earlier):
            earlier.append(row)
            kept.append(row)
    return kept


def _is_doubled(text: str) -> bool:
    """Say whether more than half of the characters stand in pairs of equal ones."""
    return bool(_PAIR.search(text)) and sum(4 for _ in _PAIR.finditer(text)) > len(text) > 3


def _covers(one: Row, other: Row) -> bool:
    reach = SHIFT * max(one.size, other.size)
    return all(abs(a - b) <= reach for a, b in zip(one.box, other.box, strict=True))


def _single(text_page: int, row: Row) -> Row:
    """Drop each character that stands on an equal one before it."""
    pdfium = library()
    count = row.last - row.first + 1
    points = (ctypes.c_double * (2 * count))()
    start = ctypes.addressof(points)
    sum(
        map(
            pdfium.origin,
            repeat(text_page),
            range(row.first, row.last + 1),
            range(start, start + 16 * count, 16),
            range(start + 8, start + 16 * count, 16),
        )
    )
    reach = SHIFT * row.size
    text = row.text
    kept = [text[0]]
    for index in range(1, count):
        near = (
            abs(points[2 * index] - points[2 * index - 2]) <= reach
            and abs(points[2 * index + 1] - points[2 * index - 1]) <= reach
        )
        if not (near and text[index] == text[index - 1]):
            kept.append(text[index])
    return row if len(kept) == count else row._replace(text="".join(kept))
