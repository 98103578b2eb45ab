"""The characters of a page as PDFium gives them, and its lines among them.

PDFium counts characters in UTF-16 halves and puts signs of its own among them: a blank
for a gap, a line end, and a mark for the hyphen that ends a line. Geometry is asked for
by index, so the text keeps one character for each index until rows are done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, compress, repeat
from typing import NamedTuple

from ingest.extract.pdf.pdfium import Answers, Handle, answers, library

HYPHEN = "\ufffe"
"""What PDFium's text holds for a hyphen that ends a line, and for a glyph without a code."""

DROPPED = "\uffff"
"""Stands for a blank to be left out, so that PDFium's indices still fit the text."""

PROBES = 24
"""Characters compared before indices are trusted. Where PDFium miscounts, all behind is shifted."""

_LINE_END = "\r\n"
# Line ends that come from a glyph would split a line of ours in two, tabs part cells.
_STRAY_ENDS = re.compile("[\r\n\t]")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
# The upper halves of the UTF-16 units of all other characters.
_OTHER_HALVES = bytes(half for half in range(256) if half != 0x30 and not 0x34 <= half <= 0x9F)
_SPECIAL = re.compile("[\ud800-\udfff\uffff]")


def characters(text_page: Handle) -> str:
    """Return the text of a page with exactly one character for each of PDFium's indices.

    Characters outside the Basic Multilingual Plane stand as their two surrogates, the
    halves that PDFium counts; `whole` puts them together.
    """
    pdfium = library()
    count = pdfium.count_characters(text_page)
    if count <= 0:
        return ""
    units = answers("H")
    written = pdfium.text(text_page, 0, count, units.place(count + 1)) - 1
    text = _halves(units, written)
    if written == count:
        return text
    # PDFium leaves some control characters out of its text, so indices do not fit.
    spread = _spread(text_page, text, count) if 0 < written < count else ""
    if len(spread) == count and _agrees(text_page, spread):
        return spread
    return "".join(map(_character, map(pdfium.unicode, repeat(text_page), range(count))))


def _halves(units: Answers, count: int) -> str:
    text = units.text(count, "surrogatepass")
    return text if len(text) == count else "".join(map(chr, units.values(count)))


def _character(code: int) -> str:
    if code in (0, 2):
        return HYPHEN
    return chr(code) if code < 0x110000 else "\ufffd"


def _spread(text_page: Handle, text: str, count: int) -> str:
    """Put the characters that PDFium left out back in their places.

    From a character that was left out to the next, index and text run in step: the places
    are found by bisection.
    """
    pdfium = library()
    index_of = pdfium.character_index
    pieces: list[str] = []
    last = len(text) - 1
    last_shift = index_of(text_page, last) - last
    begin = index = 0
    while begin <= last:
        at = index_of(text_page, begin)
        missing = at - index
        if missing < 0 or missing + len(text) > count:
            return ""
        pieces += map(_character, map(pdfium.unicode, repeat(text_page), range(index, at)))
        shift = at - begin
        end = last + 1
        if shift != last_shift:
            low, high = begin, last
            while high - low > 1:
                middle = (low + high) >> 1
                if index_of(text_page, middle) - middle == shift:
                    low = middle
                else:
                    high = middle
            end = high
        pieces.append(text[begin:end])
        begin, index = end, end + shift
    pieces += map(_character, map(pdfium.unicode, repeat(text_page), range(index, count)))
    return "".join(pieces)


def _agrees(text_page: Handle, text: str) -> bool:
    """Compare some characters, the last ones among them, with what PDFium has at their index."""
    unicode = library().unicode
    places = {
        *range(0, len(text), len(text) // PROBES + 1),
        *range(max(0, len(text) - 8), len(text)),
    }
    return all(text[at] == _character(unicode(text_page, at)) for at in places)


def has_ideographs(text: str) -> bool:
    """Say whether a text has ideographs or kana.

    >>> has_ideographs("Größe — “x”"), has_ideographs("表 3")
    (False, True)
    """
    if text.isascii():
        return False
    # Ten times as fast as to search for one where there is none.
    halves = text.encode("utf-16-le", "surrogatepass")[1::2]
    return bool(halves.translate(None, _OTHER_HALVES)) and _IDEOGRAPH.search(text) is not None


def is_plain(text: str) -> bool:
    """Say whether a text holds nothing that `plain` would change."""
    # What is printable is plain, and known to be so in no time.
    return text.replace(_LINE_END, "").isprintable() or not _SPECIAL.search(text)


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


def spans(text_page: Handle, text: str) -> Spans:
    """Split the characters of a page into lines, without the blanks around them.

    A line that PDFium joined to the next one at a hyphen is ended behind the hyphen,
    as on the page. Lines of blanks alone are left out.
    """
    pieces = text.split(_LINE_END)
    offsets = list(accumulate([len(piece) + 2 for piece in pieces], initial=0))
    has_hyphens = HYPHEN in text
    if has_hyphens:
        pieces, offsets = _divided(text_page, pieces, offsets)
    lines = [piece.strip(" ") for piece in pieces]
    if has_hyphens or text[:1] == " " or _LINE_END + " " in text:
        offsets = [
            offset + len(piece) - len(piece.lstrip(" ")) if piece[:1] == " " else offset
            for piece, offset in zip(pieces, offsets, strict=False)
        ]
    firsts = list(compress(offsets, lines))
    texts = list(filter(None, lines))
    lasts = [first + len(line) - 1 for first, line in zip(firsts, texts, strict=True)]
    if "\t" in text or text.count("\r") + text.count("\n") > 2 * text.count(_LINE_END):
        texts = [_STRAY_ENDS.sub(" ", line) for line in texts]
    return Spans(firsts, lasts, texts)


def _divided(
    text_page: Handle, pieces: Sequence[str], offsets: Sequence[int]
) -> tuple[list[str], list[int]]:
    """Split lines behind the hyphens that end lines; a glyph without a code becomes U+FFFD."""
    is_hyphen = library().is_hyphen
    divided: list[str] = []
    begins: list[int] = []
    for piece, offset in zip(pieces, offsets, strict=False):
        begin = 0
        at = piece.find(HYPHEN)
        if at < 0:
            divided.append(piece)
            begins.append(offset)
            continue
        while at >= 0:
            if is_hyphen(text_page, offset + at) == 1:
                divided.append(piece[begin:at].replace(HYPHEN, "\ufffd") + "-")
                begins.append(offset + begin)
                begin = at + 1
            at = piece.find(HYPHEN, at + 1)
        divided.append(piece[begin:].replace(HYPHEN, "\ufffd"))
        begins.append(offset + begin)
    return divided, begins
