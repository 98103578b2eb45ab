"""Text that is printed more than once in the same place, to look bold or to cast a shadow.

PDFium itself drops a copy that follows its original within a few text objects. What is
left: a whole line printed again later, and glyphs printed twice side by side (AABBCC).
"""

from __future__ import annotations

import re
from itertools import repeat

from ingest.extract.pdf.pdfium import Handle, answers, library
from ingest.extract.pdf.rows import Row

SHIFT = 0.35
"""In em: how far a copy may lie from its original. Shadows lie at 0.05 to 0.2 em, and the
next line or the next character of real text at 0.9 em and more (0.5 for narrow letters)."""

DENSE_LATIN = 0.45
"""In em per character: below this a line of ASCII is looked at. Small letters of narrow faces
have 0.38 and more, printed twice 0.2 to 0.28, capitals printed twice up to 0.42."""

DENSE = 0.65
"""The same for other lines: ideographs take 1 em, printed twice 0.5."""

OWN_WIDTH = 0.5
"""Share of a line's own width by which its copy may be shifted: an l beside an l, each written
as a line of its own, is no shadow of it."""

_PAIR = re.compile(r"(\w)\1")


def once(text_page: Handle, rows: list[Row]) -> list[Row]:
    """Give the rows with each overprinted line, and each overprinted character, once."""
    # An end shows what is printed twice through and through.
    ended = [row for row in rows if row[0][:1] == row[0][1:2] or row[0][-1:] == row[0][-2:-1]]
    dense = [row for row in ended if _is_dense(row)]
    if dense:
        doubled = {row.first for row in dense if _is_doubled(row.text)}
        rows = [_single(text_page, row) if row.first in doubled else row for row in rows]
    if len({row[0] for row in rows}) == len(rows):
        return rows
    seen: dict[str, list[Row]] = {}
    copies = set()
    for index, row in enumerate(rows):
        earlier = seen.get(row.text)
        if earlier is None:
            seen[row.text] = [row]
        elif any(_covers(other, row) for other in earlier):
            copies.add(index)
        else:
            earlier.append(row)
    return [row for index, row in enumerate(rows) if index not in copies] if copies else rows


def _is_dense(row: Row) -> bool:
    """Say whether a row has more characters than its width should hold."""
    text = row.text
    em = DENSE_LATIN if text.isascii() else DENSE
    return row.box[2] - row.box[0] < em * row.size * len(text)


def _is_doubled(text: str) -> bool:
    """Say whether more than half of the characters stand in pairs of equal ones."""
    return 4 * len(_PAIR.findall(text)) > len(text) > 3


def _covers(one: Row, other: Row) -> bool:
    reach = SHIFT * max(one.size, other.size)
    (left, top, right, bottom), (x0, y0, x1, y1) = one.box, other.box
    if not (-reach <= top - y0 <= reach and -reach <= bottom - y1 <= reach):
        return False
    aside = min(reach, OWN_WIDTH * (right - left)) if right > left else reach
    return -aside <= left - x0 <= aside and -aside <= right - x1 <= aside


def _single(text_page: Handle, row: Row) -> Row:
    """Drop each character that stands on an equal one before it."""
    pdfium = library()
    count = row.last - row.first + 1
    coordinates = answers("d")
    places = coordinates.places(2 * count)
    indices = range(row.first, row.last + 1)
    sum(map(pdfium.origin, repeat(text_page), indices, places[::2], places[1::2]))
    points = coordinates.values(2 * count)
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
