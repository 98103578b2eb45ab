"""The lines of a page as PDFium found them, each with its place, size and direction.

The plain path asks PDFium for the text of the page once and for geometry at three
characters of each line. Boxes of every character would cost as much again as the
text itself (0.3-0.5 microseconds each); pages that need them are read by `glyphs`.
"""

from __future__ import annotations

import ctypes
import re
from itertools import repeat
from math import atan2, degrees, hypot
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.frame import Frame, drawn_box
from ingest.extract.pdf.pdfium import library
from ingest.extract.pdf.spaces import DROPPED

HYPHEN = "\ufffe"
"""What PDFium's text holds for a hyphen that ends a line, and for a glyph without a code."""

STRAIGHT = 1.0
"""Degrees: a scan's text layer is set straight to within less; watermarks stand at 30 and more."""

TINY = 1.0
"""Points, on a page of 800: nobody reads type of this size; small print begins at 4."""

_LINE_END = "\r\n"
_GAPS = (" ", DROPPED)
# Line ends that come from a glyph would split a line of ours in two.
_STRAY_ENDS = re.compile("[\r\n]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class Row(NamedTuple):
    """One line of a page before it has a place in the document's text.

    `box` is in points from the upper left corner of the page as shown, `angle` in
    degrees counter-clockwise as shown. `first` and `last` are PDFium's indices of its
    first and last character.
    """

    text: str
    box: Box
    size: float
    angle: float
    visible: bool
    first: int
    last: int


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


def whole(text: str) -> str:
    """Put surrogate pairs together; a lone half becomes U+FFFD.

    >>> whole("\\ud842\\udfb7 and \\ud842") == "\\U00020bb7 and \\ufffd"
    True
    """
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def plain(text: str) -> str:
    """Return the text of a row without what stands in it only to keep indices right."""
    if DROPPED in text:
        text = text.replace(DROPPED, "")
    return whole(text)


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


def read_rows(text_page: int, page_frame: Frame, text: str) -> list[Row]:
    """Give the lines of a page in the order of its content, with geometry from samples.

    `text` is what `characters` gave. A box reaches from the first to the last character
    of its line and takes its height from a typical one of three. All rows count as
    visible but tiny ones and those off the page; `visibility` looks closer.
    """
    firsts, lasts, texts = spans(text_page, text)
    count = len(firsts)
    if not count:
        return []
    pdfium = library()
    middles = [
        middle if text[middle] not in _GAPS else middle + 1
        for middle in [(first + last) >> 1 for first, last in zip(firsts, lasts, strict=True)]
    ]
    floats = (ctypes.c_float * (18 * count))()
    boxes = ctypes.addressof(floats)
    matrices = boxes + 48 * count
    indices = firsts + middles + lasts
    page_texts = repeat(text_page)
    # Adding up what the calls return is the cheapest way to drive a map to its end.
    sum(map(pdfium.loose_box, page_texts, indices, range(boxes, matrices, 16)))
    sum(map(pdfium.matrix, page_texts, middles, range(matrices, matrices + 24 * count, 24)))
    sizes = map(pdfium.font_size, page_texts, middles)
    numbers: list[float] = list(floats)
    geometry = zip(
        *(_columns(numbers, 4, 0, count)),
        *(_columns(numbers, 4, 4 * count, count)),
        *(_columns(numbers, 4, 8 * count, count)),
        *(_columns(numbers, 6, 12 * count, count)[:4]),
        sizes,
        strict=True,
    )
    left, _, _, top, turns = page_frame
    wide, high = page_frame.width, page_frame.height
    tiny = TINY * min(1.0, high / 800)
    rows: list[Row] = []
    for first, last, line, numbers_of in zip(firsts, lasts, texts, geometry, strict=True):
        l0, t0, _, b0, _, t1, _, b1, l2, t2, r2, b2, ma, mb, mc, md, size = numbers_of
        if mb == 0 and ma > 0 and not turns and b1 < t2 and b2 < t1 and l0 <= l2:
            # A raised or larger character in the middle: the two others tell the height.
            if abs(t2 - b2 - t1 + b1) > 0.1 and abs(t2 - b2 - t0 + b0) < 0.1:
                t1, b1 = t2, b2
                size = pdfium.font_size(text_page, last)
            box = (l0 - left, top - t1, r2 - left, top - b1)
            angle = 0.0
            size = abs(size * md)
        else:
            box, angle = _oblique(text_page, page_frame, first, last, (ma, mb, size))
            size = abs(size) * hypot(mc, md)
        seen = box[2] > 0 and box[0] < wide and box[3] > 0 and box[1] < high and size > tiny
        rows.append(Row(line, box, size, angle, seen, first, last))
    return rows


def _columns(numbers: list[float], width: int, start: int, count: int) -> list[list[float]]:
    end = start + width * count
    return [numbers[start + column : end : width] for column in range(width)]


def _oblique(
    text_page: int, page_frame: Frame, first: int, last: int, direction: tuple[float, float, float]
) -> tuple[Box, float]:
    """Box and angle of a line that does not run from left to right in user space.

    Rotated and vertical text and text on rotated pages: PDFium's loose boxes hold only
    for upright characters, so the box is the union of the drawn ones.
    """
    along, across, size = direction
    angle = degrees(atan2(across, along)) + (180 if size < 0 else 0)
    angle = (angle - 90 * page_frame.turns) % 360
    if min(angle, 360 - angle) < STRAIGHT:
        angle = 0.0
    box = drawn_box(text_page, page_frame, first, last) or (0.0, 0.0, 0.0, 0.0)
    return box, angle
