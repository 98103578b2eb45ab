"""Codes of glyphs where characters should be, read through the fonts that draw them.

A font without a Unicode map leaves PDFium nothing to give but the codes of the content,
which are numbers of glyphs: text that looks like text and says nothing. The embedded font
file often still knows which character a glyph is for; where it does not, the codes become
U+FFFD, and the page counts as garbled instead of passing for good.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat

from ingest.extract.pdf.characters import DROPPED, HYPHEN
from ingest.extract.pdf.pdfium import Handle, handle, library

SHARE = 0.03
"""Of control characters on a page. Formulas reach 0.02 in 2,200 pages of 42 real documents; of
text in numbers of glyphs the blanks alone are more, having one of the lowest numbers."""

SAMPLE = 16
"""Characters of a page that are asked for. Of text in codes more than half have no map."""

KNOWN = 0.9
"""Share of a font's codes that its file must know: else they are no codes of that file."""

WRITTEN = 0.95
"""Share of codes among the letters that people write beyond which they are characters after all.
Of numbers of glyphs of a Chinese font half are, by chance."""

Tables = Mapping[bytes, Mapping[int, str]]
"""By the content of a font's file: the characters of its codes."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TWO_BLANKS = re.compile(" {2,}")
_LETTERS = re.compile(
    "[ -~\xa0-\u024f\u0370-\u052f\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)


def are_suspected(text_page: Handle, text: str) -> bool:
    """Say whether some of a page's text seems to be codes that no Unicode map was given for.

    `text` is what `characters` gave.
    """
    controls = 0 if text.replace("\r\n", "").isprintable() else len(_CONTROLS.findall(text))
    if controls > SHARE * len(text):
        return True
    if not controls and text.isascii():
        return False
    some: Iterable[int] = range(0, len(text), len(text) // SAMPLE + 1)
    # A font of single bytes has no code as high as this, and may lack a map that it does not need.
    some = list(some if controls else [at for at in some if text[at] > "\xff"])
    unmapped = list(map(library().has_no_unicode, repeat(text_page), some))
    return 2 * unmapped.count(1) > len(some)


def read_through_fonts(text_page: Handle, text: str, tables: Callable[[], Tables]) -> str:
    """Replace the codes of fonts without a Unicode map by the characters that their files know.

    The result has one character for each index, as `text` has. `tables` is called only
    where there are such codes. What cannot be known becomes U+FFFD in the end: ligatures,
    which have no character of their own, and all codes of a font whose file does not say.
    Codes of a font of single bytes stay: they may be characters.
    """
    found = list(text)
    for font, indices in _unmapped(text_page, text).items():
        codes = list(map(library().unicode, repeat(text_page), indices))
        shown = "".join([text[at] for at in indices])
        is_wide = max(codes) > 0xFF and len(_LETTERS.findall(shown)) < WRITTEN * len(shown)
        table = tables().get(_file_of(font)) if font else None
        if not (table or is_wide or (table is not None and _CONTROLS.search(shown))):
            continue
        is_known = table is not None and sum(map(table.__contains__, codes)) >= KNOWN * len(codes)
        for at, code in zip(indices, codes, strict=True):
            found[at] = table.get(code, HYPHEN) if table and is_known else HYPHEN
    # PDFium did not see that these are blanks, and put its own beside those of wide lines.
    return _TWO_BLANKS.sub(lambda blanks: _one_of(text, blanks), "".join(found))


def _unmapped(text_page: Handle, text: str) -> dict[int, list[int]]:
    """Where the codes of each font without a Unicode map stand."""
    pdfium = library()
    unmapped = list(map(pdfium.has_no_unicode, repeat(text_page), range(len(text))))
    # PDFium says nothing of codes that happen to be letters written from right to left.
    asked = [
        at
        for at, (is_unmapped, character) in enumerate(zip(unmapped, text, strict=True))
        if is_unmapped == 1 or character > "\xff"
    ]
    places: dict[int, list[int]] = {}
    font_of: dict[int, int] = {}
    for at in asked:
        drawn = pdfium.text_object(text_page, at) or 0
        if drawn and drawn not in font_of:
            font_of[drawn] = pdfium.font(handle(drawn)) or 0
        places.setdefault(font_of.get(drawn, 0), []).append(at)
    return {
        font: indices
        for font, indices in places.items()
        if 2 * sum(unmapped[at] == 1 for at in indices) > len(indices)
    }


def _one_of(text: str, blanks: re.Match[str]) -> str:
    """Keep of some blanks those of a font that was read, and of PDFium's own none beside them."""
    before = text[blanks.start() : blanks.end()]
    if not before.strip(" "):
        return before
    return "".join(DROPPED if one == " " else " " for one in before)


def _file_of(font: int) -> bytes:
    pdfium = library()
    length = ctypes.c_size_t()
    if not pdfium.font_file(font, None, 0, ctypes.addressof(length)) or not length.value:
        return b""
    content = ctypes.create_string_buffer(length.value)
    if not pdfium.font_file(font, content, length.value, ctypes.addressof(length)):
        return b""
    return content.raw
