"""Which characters the codes of fonts without a Unicode map stand for, as their files say.

PDFium tells neither whether a font has a map nor how its codes become numbers of glyphs;
pdfminer shows the font's own entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pdfminer.pdftypes import PDFStream, list_value, resolve1

from ingest.extract.pdf.cff import glyphs_of_identifiers
from ingest.extract.pdf.opentype import characters_of_glyphs, tables

_DEEPEST = 4
"""Forms within forms whose fonts are looked for."""


def code_tables(resources: Any) -> dict[bytes, dict[int, str]]:
    """Return the characters by code, for each file of a composite font without a Unicode map.

    `resources` are those of a page, forms included. None are given for a file that two fonts
    read in different ways, and for one that has no table of characters. Raises anything on
    a damaged file.
    """
    found: dict[bytes, dict[int, str]] = {}
    for font in _fonts(resources, _DEEPEST):
        if "ToUnicode" in font or "DescendantFonts" not in font:
            continue
        descendant = resolve1(list_value(font["DescendantFonts"])[0])
        described = resolve1(descendant.get("FontDescriptor", {}))
        file = resolve1(described.get("FontFile2") or described.get("FontFile3"))
        encoding = getattr(resolve1(font.get("Encoding")), "name", "")
        if not isinstance(file, PDFStream) or not str(encoding).startswith("Identity"):
            continue
        content = file.get_data()
        table = _table(content, resolve1(descendant.get("CIDToGIDMap")))
        found[content] = table if found.get(content, table) == table else {}
    return found


def _fonts(resources: Any, depth: int) -> Iterator[dict[str, Any]]:
    entries = resolve1(resources) or {}
    for font in (resolve1(entries.get("Font")) or {}).values():
        yield resolve1(font)
    if not depth:
        return
    for form in map(resolve1, (resolve1(entries.get("XObject")) or {}).values()):
        if isinstance(form, PDFStream) and "Resources" in form:
            yield from _fonts(form["Resources"], depth - 1)


def _table(content: bytes, glyphs: Any) -> dict[int, str]:
    """Characters by code; `glyphs` is the font's list of glyphs by code, where it has one."""
    parts = tables(content)
    known = characters_of_glyphs(parts[b"cmap"]) if b"cmap" in parts else {}
    pairs: Iterable[tuple[int, int]] | None = None
    if b"CFF " in parts:
        count = int.from_bytes(parts[b"maxp"][4:6], "big")
        identifiers = glyphs_of_identifiers(parts[b"CFF "], count)
        pairs = identifiers.items() if identifiers else None
    elif isinstance(glyphs, PDFStream):
        numbers = glyphs.get_data()
        pairs = enumerate(
            int.from_bytes(numbers[at : at + 2], "big") for at in range(0, len(numbers), 2)
        )
    return known if pairs is None else {code: known[one] for code, one in pairs if one in known}
