"""Codes of glyphs instead of characters: read through the font's file, or told as noise."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from pdf_writer import rules

import ingest
from ingest.errors import GarbledError
from ingest.extract.pdf.cff import glyphs_of_identifiers
from ingest.extract.pdf.font_tables import code_tables
from ingest.extract.pdf.opentype import characters_of_glyphs, tables
from ingest.extract.pdf.quality import is_noise, verdict


def cmap(*parts: tuple[int, int, bytes]) -> bytes:
    head = struct.pack(">HH", 0, len(parts))
    at = 4 + 8 * len(parts)
    for platform, encoding, part in parts:
        head += struct.pack(">HHL", platform, encoding, at)
        at += len(part)
    return head + b"".join(part for *_, part in parts)


# "a" to "c" are 5 to 7 by a shift, "x" and "y" 40 and 30 by a list.
RUNS = struct.pack(
    ">HHHHHHH3HH3H3H3H2H",
    *(4, 0, 0, 6, 0, 0, 0),
    *(ord("c"), ord("y"), 0xFFFF, 0, ord("a"), ord("x"), 0xFFFF),
    *(5 - ord("a") + 0x10000, 0, 1, 0, 4, 0, 40, 30),
)
LIST = struct.pack(">HHHHHHH", 6, 0, 0, ord("p"), 2, 9, 0)
WIDE = struct.pack(">HHLLLLLL", 12, 0, 0, 0, 1, ord("中"), ord("中") + 1, 300)
VARIANTS = struct.pack(">HLL", 14, 10, 0)


def test_tables_of_characters() -> None:
    found = characters_of_glyphs(cmap((3, 1, RUNS), (0, 3, LIST), (3, 10, WIDE), (0, 5, VARIANTS)))
    assert found == {5: "a", 6: "b", 7: "c", 40: "x", 30: "y", 9: "p", 300: "中", 301: "丮"}
    assert characters_of_glyphs(cmap((1, 0, LIST))) == {}
    with pytest.raises(struct.error):
        characters_of_glyphs(cmap((3, 1, RUNS))[:-30])


def font(**parts: bytes) -> bytes:
    content = b"\x00\x01\x00\x00" + struct.pack(">H6x", len(parts))
    at = len(content) + 16 * len(parts)
    for name, part in parts.items():
        content += struct.pack(">4sLLL", name.encode().ljust(4), 0, at, len(part))
        at += len(part)
    return content + b"".join(parts.values())


def test_tables_of_a_file() -> None:
    assert tables(font(cmap=b"abc", CFF=b"de")) == {b"cmap": b"abc", b"CFF ": b"de"}
    assert tables(b"%!PS") == {}


def index(*parts: bytes) -> bytes:
    offsets = [1 + sum(map(len, parts[:at])) for at in range(len(parts) + 1)]
    return struct.pack(">HB", len(parts), 1) + bytes(offsets) + b"".join(parts)


@pytest.mark.parametrize(
    "charset",
    [b"\x00" + struct.pack(">3H", 7, 8, 20), b"\x02" + struct.pack(">4H", 7, 1, 20, 0)],
)
def test_identifiers_of_glyphs(charset: bytes) -> None:
    # A real number, ROS, and the place of the charset as a 16-bit number.
    head = b"\x01\x00\x04\x01" + index(b"Name")
    top = b"\x1e\xa1\x4f\x12\x04" + b"\x8b\x8b\x8b\x0c\x1e" + b"\x1c%s\x0f"
    at = len(head) + len(index(top % b"00"))
    cff = head + index(top % struct.pack(">H", at)) + charset
    assert glyphs_of_identifiers(cff, 4) == {7: 1, 8: 2, 20: 3}
    assert glyphs_of_identifiers(head + index(b"\x8b\x0f"), 4) is None


def test_fonts_that_have_a_map_are_left_out() -> None:
    assert code_tables({"Font": {"F1": {"ToUnicode": None, "DescendantFonts": []}}}) == {}
    assert code_tables({}) == {}


def test_a_page_in_codes_is_read_through_its_fonts(fixtures: Path) -> None:
    path = fixtures / "unseen" / "kept" / "unmapped-de-chromium.pdf"
    document = ingest.read(path)
    assert {page.quality for page in document.pages} == {"good"}
    assert b"/ToUnicode" not in path.read_bytes()
    assert rules(document) == []


@pytest.mark.parametrize("name", ["zh-office-lists", "hant-odd-even", "zh-hidden"])
def test_codes_that_no_font_explains_are_noise(fixtures: Path, name: str) -> None:
    content = (fixtures / "pdf" / f"{name}.pdf").read_bytes()
    assert ingest.read(content).text
    with pytest.raises(GarbledError, match="do not say which characters"):
        ingest.read(content.replace(b"/ToUnicode", b"/ToUnicodf"))


def test_numbers_of_glyphs_are_told_from_formulas() -> None:
    codes = "6WUHHW\x037UHH\x03,QYHQWRU\\\x03\x15\x13\x14"
    assert is_noise(codes)
    assert verdict(codes, pictured=False) == "garbled"
    formula = "the sum of all terms \x01 over k is bounded by the norm of f, as shown above \x12"
    assert verdict(formula, pictured=False) == "good"
    assert verdict("(cid:12)(cid:7) a (cid:9)", pictured=False) == "garbled"
