"""The character identifiers of the glyphs in a CFF font (Adobe Technical Note 5176)."""

from __future__ import annotations

from itertools import pairwise

_CHARSET = 15
_ROS = 1230
"""Operator 12 30: the font's glyphs have character identifiers instead of names."""


def glyphs_of_identifiers(font: bytes, count: int) -> dict[int, int] | None:
    """Return the number of the glyph for each character identifier, glyph 0 left out.

    `font` is the content of a CFF table, `count` how many glyphs it has. None where glyphs
    have names: then the identifiers of a PDF are numbers of glyphs. Raises IndexError where
    the table is damaged.
    """
    _, names = _index(font, font[2])
    tops, _ = _index(font, names)
    top = _dictionary(tops[0])
    if _ROS not in top:
        return None
    at = top.get(_CHARSET, 0)
    kind = font[at]
    at += 1
    found: dict[int, int] = {}
    if kind == 0:
        return {_number(font, at + 2 * glyph): glyph + 1 for glyph in range(count - 1)}
    width = 1 if kind == 1 else 2
    glyph = 1
    while glyph < count:
        first = _number(font, at)
        left = int.from_bytes(font[at + 2 : at + 2 + width], "big")
        at += 2 + width
        for identifier in range(first, first + left + 1):
            found[identifier] = glyph
            glyph += 1
    return found


def _number(font: bytes, at: int) -> int:
    return font[at] << 8 | font[at + 1]


def _index(font: bytes, at: int) -> tuple[list[bytes], int]:
    """The objects of an index that begins at an offset, and where it ends."""
    count = _number(font, at)
    if not count:
        return [], at + 2
    size = font[at + 2]
    begin = at + 3
    offsets = [
        int.from_bytes(font[begin + size * number : begin + size * (number + 1)], "big")
        for number in range(count + 1)
    ]
    base = begin + size * (count + 1) - 1
    parts = [font[base + one : base + other] for one, other in pairwise(offsets)]
    return parts, base + offsets[-1]


def _dictionary(content: bytes) -> dict[int, int]:
    """The last operand of each operator, as far as it is a whole number; escaped ones from 1200."""
    found: dict[int, int] = {}
    operand = at = 0
    while at < len(content):
        byte = content[at]
        at += 1
        if byte <= 21:
            if byte == 12:
                byte = 1200 + content[at]
                at += 1
            found[byte] = operand
        elif byte == 28:
            operand = _number(content, at)
            at += 2
        elif byte == 29:
            operand = int.from_bytes(content[at : at + 4], "big", signed=True)
            at += 4
        elif byte == 30:
            # A real number: two digits a byte, until one is 15.
            while content[at] & 15 != 15 and content[at] >> 4 != 15:
                at += 1
            at += 1
        elif byte <= 246:
            operand = byte - 139
        elif byte <= 250:
            operand = (byte - 247) * 256 + content[at] + 108
            at += 1
        else:
            operand = -(byte - 251) * 256 - content[at] - 108
            at += 1
    return found
