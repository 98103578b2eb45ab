"""Blanks that PDFium made of gaps that are typesetting and not text.

Typesetting programs leave a quarter of an em between ideographs and Latin letters or
digits, and stretch ideographs a little to fill a line. PDFium writes a space there; the
author did not. A blank that is a character of the document is never touched.
"""

from __future__ import annotations

import re
from itertools import repeat
from math import hypot

from ingest.extract.pdf.characters import DROPPED, has_ideographs
from ingest.extract.pdf.pdfium import Handle, answers, library

GAP = 0.32
"""In em. Of 8,400 generated blanks beside ideographs in seven reports 72% have a gap of 0.15
to 0.32 (the quarter em); half-width blanks begin at 0.4, columns of tables at 1."""

OVERLAP = -0.6
"""In em. Full-width punctuation may reach under its neighbour by half an em, no more."""

_IDEOGRAPHIC = "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_CANDIDATE = re.compile(
    f" (?:(?<=[{_IDEOGRAPHIC}] )(?=[^ \r\n])|(?<=[^ \r\n] )(?=[{_IDEOGRAPHIC}]))"
)
# The number of a section, in the way authors type it: with a blank behind. Before a unit it
# is a quantity at the begin of a line.
_SECTION = re.compile(
    r"(?:^|\n)\d{1,2}(?:\.\d{1,2})+\.?(?= [^个個亿億万萬元%％‰倍年月日天人次项項家户戶吨噸米])"
)


def without_layout_gaps(text_page: Handle, text: str) -> str:
    """Return the text of a page with `DROPPED` in place of each blank that is no blank."""
    if not has_ideographs(text):
        return text
    at = [found.start() for found in _CANDIDATE.finditer(text)]
    typed = {found.end() for found in _SECTION.finditer(text)} if at else set()
    if typed:
        at = [index for index in at if index not in typed]
    if not at:
        return text
    pdfium = library()
    made = map(pdfium.is_generated, repeat(text_page), at)
    at = [index for index, generated in zip(at, made, strict=True) if generated == 1]
    count = len(at)
    if not count:
        return text
    floats = answers("f")
    places = floats.places(14 * count)
    lefts = [index - 1 for index in at]
    rights = [index + 1 for index in at]
    page_texts = repeat(text_page)
    sum(map(pdfium.loose_box, page_texts, lefts + rights, places[: 8 * count : 4]))
    sum(map(pdfium.matrix, page_texts, lefts, places[8 * count :: 6]))
    sizes = map(pdfium.font_size, page_texts, lefts)
    numbers = floats.values(14 * count)
    one = [numbers[side : 4 * count : 4] for side in range(4)]
    other = [numbers[4 * count + side : 8 * count : 4] for side in range(4)]
    scales = map(hypot, numbers[8 * count :: 6], numbers[8 * count + 1 :: 6])
    pieces = []
    begin = 0
    for index, size, scale, l0, t0, r0, b0, l1, t1, r1, b1 in zip(
        at, sizes, scales, *one, *other, strict=True
    ):
        em = abs(size * scale)
        # The distance of two boxes, along the line whichever way it runs. Some versions of
        # PDFium give characters of rotated text no extent: their blanks stay.
        gap = max(l1 - r0, l0 - r1, b1 - t0, b0 - t1)
        if OVERLAP * em < gap < GAP * em and l0 < r0 and b0 < t0 and l1 < r1 and b1 < t1:
            pieces.append(text[begin:index])
            begin = index + 1
    pieces.append(text[begin:])
    return DROPPED.join(pieces)
