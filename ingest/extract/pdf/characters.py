"""The characters of a page as PDFium gives them, and its lines among them.

PDFium counts characters in UTF-16 halves and puts signs of its own among them: a blank
for a gap, a line end, and a mark for the hyphen that ends a line. Geometry is asked for
by index, so the text keeps one character for each index until rows are done.
"""

from __future__ import annotations

import ctypes
import re
from itertools import repeat
from typing import NamedTuple

from ingest.extract.pdf.pdfium import library

HYPHEN = "\ufffe"
"""What PDFium's text holds for a hyphen that ends a line, and for a glyph without a code."""

DROPPED = "\uffff"
"""Stands for a blank to be left out, so that PDFium's indices still fit the text."""

_LINE_END = "\r\n"
# Line ends that come from a glyph would split a line of ours in two.
_STRAY_ENDS = re.compile("[\r\n]")
_SPECIAL = re.compile("[\ud800-\udfff\uffff]")


def characters(text_page: int) -> str:
    """Return the text of a page with exactly one character for each of PDFium's indices.

    Characters outside the Basic Multilingual Plane stand as their two surrogates, the
    halves that PDFium counts; `whole` puts them together.
    """
    pdfium = library()
    count = pdfium.count_characters(text_page)
    if count <= 0:
        return ""
    units = (ctypes.c_ushort * (count + 1))()
    written = pdfium.text(text_page, 0, count, ctypes.addressof(units)) - 1
    if written == count:
        text = bytes(memoryview(units)[:count]).decode("utf-16-le", "surrogatepass")
        if len(text) == count:
            return text
        return "".join(map(chr, units[:count]))
    # PDFium leaves some control characters out of its text, so indices do not fit.
    codes = map(pdfium.unicode, repeat(text_page), range(count))
    return "".join(map(_character, codes))


def _character(code: int) -> str:
    if code in (0, 2):
        return HYPHEN
    return chr(code) if code < 0x110000 else "\ufffd"


def is_plain(text: str) -> bool:
    """Say whether a text holds nothing that `plain` would change."""
    return not _SPECIAL.search(text)


def plain(text: str) -> str:
    """Return a text without what stands in it only to keep indices right.

    Surrogate pairs are put together, a lone half becomes U+FFFD.

    >>> plain("\\ud842\\udfb7 and\\uffff \\ud842") == "\\U00020bb7 and \\ufffd"
    True
    """
    kept = text.replace(DROPPED, "")
    return kept.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Spans(NamedTuple):
    """Where the lines of a page lie in its characters: first and last index, and the text."""

    firsts: list[int]
    lasts: list[int]
    texts: list[str]


def spans(text_page: int, text: str) -> Spans:
    """Split the characters of a page into lines, without the blanks around them.

    A line that PDFium joined to the next one at a hyphen is ended behind the hyphen,
    as on the page. Lines of blanks alone are left out.
    """
    firsts: list[int] = []
    lasts: list[int] = []
    texts: list[str] = []
    offset = 0
    for part in text.split(_LINE_END):
        pieces = _pieces(text_page, part, offset) if HYPHEN in part else (part,)
        for piece in pieces:
            line = piece.rstrip(" ")
            if line:
                bare = line.lstrip(" ")
                end = offset + len(line)
                firsts.append(end - len(bare))
                lasts.append(end - 1)
                if "\n" in bare or "\r" in bare:
                    bare = _STRAY_ENDS.sub(" ", bare)
                texts.append(bare)
            offset += len(piece)
        offset += 2
    return Spans(firsts, lasts, texts)


def _pieces(text_page: int, part: str, offset: int) -> list[str]:
    """Split behind the hyphens that end lines; a glyph without a code becomes U+FFFD."""
    is_hyphen = library().is_hyphen
    pieces = []
    begin = 0
    at = part.find(HYPHEN)
    while at >= 0:
        if is_hyphen(text_page, offset + at) == 1:
            pieces.append(part[begin:at].replace(HYPHEN, "\ufffd") + "-")
            begin = at + 1
        at = part.find(HYPHEN, at + 1)
    pieces.append(part[begin:].replace(HYPHEN, "\ufffd"))
    return pieces
