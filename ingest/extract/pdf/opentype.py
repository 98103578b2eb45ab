"""The tables of an OpenType or TrueType file, and which character each glyph is for.

pdfminer has such a reader, which gives up on tables of variants that most CJK fonts have.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SIGNATURES = (b"\x00\x01\x00\x00", b"true", b"OTTO")
_UNICODE = ((0, range(5)), (3, (1, 10)))
"""Platforms and their encodings whose tables speak of Unicode; (0, 5) are variants."""


def tables(content: bytes) -> dict[bytes, bytes]:
    """Return the tables of a file by name; none where it is of another kind.

    >>> tables(b"%!PS-AdobeFont")
    {}
    """
    if content[:4] not in _SIGNATURES:
        return {}
    found = {}
    for number in range(int.from_bytes(content[4:6], "big")):
        name, _, begin, length = struct.unpack_from(">4sLLL", content, 12 + 16 * number)
        found[name] = content[begin : begin + length]
    return found


def characters_of_glyphs(cmap: bytes) -> dict[int, str]:
    """Return the character of each glyph, of several the first; those of 16 bits only.

    `cmap` is the content of that table. Raises struct.error where it is damaged.
    """
    found: dict[int, str] = {}
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, at = struct.unpack_from(">HHL", cmap, 4 + 8 * number)
        if any(platform == one and encoding in few for one, few in _UNICODE):
            for character, glyph in _pairs(cmap, at):
                if glyph:
                    found.setdefault(glyph, chr(character))
    return found


def _pairs(cmap: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Characters and glyphs of one table: of runs with 16 bits (4) or 32 (12), or a list (6)."""
    (kind,) = struct.unpack_from(">H", cmap, at)
    if kind == 4:
        yield from _runs(cmap, at)
    elif kind == 6:
        first, count = struct.unpack_from(">HH", cmap, at + 6)
        yield from enumerate(struct.unpack_from(f">{count}H", cmap, at + 10), first)
    elif kind == 12:
        (count,) = struct.unpack_from(">L", cmap, at + 12)
        for number in range(count):
            first, last, glyph = struct.unpack_from(">LLL", cmap, at + 16 + 12 * number)
            for character in range(first, min(last, 0xFFFF) + 1):
                yield character, glyph + character - first


def _runs(cmap: bytes, at: int) -> Iterator[tuple[int, int]]:
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    lasts = struct.unpack_from(f">{count}H", cmap, at + 14)
    firsts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
    shifts = struct.unpack_from(f">{count}H", cmap, at + 16 + 4 * count)
    places = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", cmap, places)
    for number, (first, last, shift, offset) in enumerate(
        zip(firsts, lasts, shifts, offsets, strict=True)
    ):
        for character in range(first, min(last, 0xFFFE) + 1):
            glyph = character
            if offset:
                place = places + 2 * number + offset + 2 * (character - first)
                (glyph,) = struct.unpack_from(">H", cmap, place)
            yield character, (glyph + shift) & 0xFFFF if glyph else 0
