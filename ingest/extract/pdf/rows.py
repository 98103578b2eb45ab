"""The lines of a page as PDFium found them, each with its place, size and direction.

The plain path asks PDFium for the text of the page once and for geometry at three
characters of each line. Boxes of every character would cost as much again as the
text itself (0.3-0.5 microseconds each). Everything here works on whole columns of
numbers: a page has some fifty lines, and a loop over them in Python costs more than
PDFium's answers.
"""

from __future__ import annotations

from itertools import repeat
from math import atan2, degrees, hypot
from operator import le, lt, mul, sub
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.characters import DROPPED, spans
from ingest.extract.pdf.frame import Frame, drawn_box
from ingest.extract.pdf.pdfium import Handle, answers, library

STRAIGHT = 1.0
"""Degrees: a scan's text layer is set straight to within less; watermarks stand at 30 and more."""

TINY = 1.0
"""Points, on a page of 800: nobody reads type of this size; small print begins at 4."""

_GAPS = (" ", DROPPED)

_WIDE = "\u2e80"
"""Ideographs, kana, and full-width marks come behind this; all take one em."""

TWO_LINES = 1.7
"""In units of type size: the height of a row from which it may be two lines. One line of the
measured sets is 0.9 to 1.4 high, two are at least 2."""


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


def read_rows(text_page: Handle, page_frame: Frame, text: str) -> list[Row]:
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
    floats = answers("f")
    places = floats.places(18 * count)
    indices = firsts + middles + lasts
    page_texts = repeat(text_page)
    # Adding up what the calls return is the cheapest way to drive a map to its end.
    sum(map(pdfium.loose_box, page_texts, indices, places[: 12 * count : 4]))
    sum(map(pdfium.matrix, page_texts, middles, places[12 * count :: 6]))
    sizes = list(map(pdfium.font_size, page_texts, middles))
    numbers = floats.values(18 * count)
    lefts, first_tops, first_rights, first_bottoms = _columns(numbers, 4, 0, count)
    _, tops, _, bottoms = _columns(numbers, 4, 4 * count, count)
    last_lefts, last_tops, rights, last_bottoms = _columns(numbers, 4, 8 * count, count)
    along, across, slant, up, _, _ = _columns(numbers, 6, 12 * count, count)

    # A raised or larger character in the middle: the two others tell the height.
    heights = map(sub, tops, bottoms)
    for at, over in enumerate(map(sub, heights, map(sub, last_tops, last_bottoms))):
        if over > 0.1 or over < -0.1:
            last_height = last_tops[at] - last_bottoms[at]
            on_one_line = bottoms[at] < last_tops[at] and last_bottoms[at] < tops[at]
            if on_one_line and abs(last_height - first_tops[at] + first_bottoms[at]) < 0.1:
                tops[at], bottoms[at] = last_tops[at], last_bottoms[at]
                sizes[at] = pdfium.font_size(text_page, lasts[at])

    left, _, _, top, turns = page_frame
    boxes_shown = [
        (x0 - left, top - y1, x1 - left, top - y0)
        for x0, y1, x1, y0 in zip(lefts, tops, rights, bottoms, strict=True)
    ]
    angles = [0.0] * count
    straight = (
        not turns
        and not any(across)
        and min(along) > 0
        and min(up) > 0
        and min(sizes) > 0
        and all(map(lt, bottoms, last_tops))
        and all(map(lt, last_bottoms, tops))
        and all(map(le, lefts, last_lefts))
    )
    if straight:
        sizes = list(map(mul, sizes, up))
    else:
        for at in range(count):
            if (
                turns
                or across[at]
                or min(along[at], up[at], sizes[at]) <= 0
                or bottoms[at] >= last_tops[at]
                or last_bottoms[at] >= tops[at]
                or lefts[at] > last_lefts[at]
            ):
                direction = (along[at], across[at], sizes[at])
                span = (firsts[at], lasts[at])
                boxes_shown[at], angles[at] = _oblique(
                    text_page, page_frame, texts[at], span, direction
                )
                ends = (
                    (lefts[at], first_bottoms[at], first_rights[at], first_tops[at]),
                    (last_lefts[at], last_bottoms[at], rights[at], last_tops[at]),
                )
                if turns and not angles[at] and all(x0 < x1 and y0 < y1 for x0, y0, x1, y1 in ends):
                    boxes_shown[at] = _union(*(page_frame.shown(*end) for end in ends))
                elif not angles[at] and texts[at][-1] >= _WIDE:
                    size = abs(sizes[at]) * hypot(slant[at], up[at])
                    boxes_shown[at] = _filled(
                        text_page, page_frame, lasts[at], (boxes_shown[at], size)
                    )
            sizes[at] = abs(sizes[at]) * hypot(slant[at], up[at])
    visible = _on_page(boxes_shown, sizes, page_frame)
    columns = (texts, boxes_shown, sizes, angles, visible, firsts, lasts)
    # `Row` itself takes twice as long: a page has some fifty of them.
    return list(map(tuple.__new__, repeat(Row), zip(*columns, strict=True)))


def _filled(text_page: Handle, page_frame: Frame, last: int, drawn: tuple[Box, float]) -> Box:
    """The drawn box of a line of a given size, to the end of its last full-width character.

    The ink of a comma stops half an em before the line does.
    """
    (left, top, right, bottom), size = drawn
    point = answers("d")
    if not library().origin(text_page, last, *point.places(2)):
        return left, top, right, bottom
    x, y, _, _ = page_frame.shown(*point.values(2), *point.values(2))
    if bottom - top > right - left and right - left < TWO_LINES * size:
        return left, top, right, max(bottom, min(y + size, bottom + size))
    return left, top, max(right, min(x + size, right + size)), bottom


def _union(one: Box, other: Box) -> Box:
    (left, top, right, bottom), (x0, y0, x1, y1) = one, other
    return min(left, x0), min(top, y0), max(right, x1), max(bottom, y1)


def _columns(numbers: list[float], width: int, start: int, count: int) -> list[list[float]]:
    end = start + width * count
    return [numbers[start + column : end : width] for column in range(width)]


def _on_page(boxes: list[Box], sizes: list[float], page_frame: Frame) -> list[bool]:
    wide, high = page_frame.width, page_frame.height
    tiny = TINY * min(1.0, high / 800)
    return [
        x1 > 0 and x0 < wide and bottom > 0 and top < high and size > tiny
        for (x0, top, x1, bottom), size in zip(boxes, sizes, strict=True)
    ]


def _oblique(
    text_page: Handle,
    page_frame: Frame,
    text: str,
    span: tuple[int, int],
    direction: tuple[float, float, float],
) -> tuple[Box, float]:
    """Box and angle of a line that does not run from left to right in user space.

    Rotated and vertical text and text on rotated pages: PDFium's loose boxes hold only
    for upright characters, so the box is the union of the drawn ones.
    """
    along, across, size = direction
    if across:
        # Digits lie on their side in vertical text, whose other characters stand upright.
        matrix = answers("f")
        at = next((at for at, one in enumerate(text) if one >= _WIDE), 0)
        library().matrix(text_page, span[0] + at, matrix.places(6)[0])
        along_upright, across_upright = matrix.values(2)
        if not across_upright:
            along, across = along_upright, 0.0
    angle = degrees(atan2(across, along)) + (180 if size < 0 else 0)
    angle = (angle - 90 * page_frame.turns) % 360
    if min(angle, 360 - angle) < STRAIGHT:
        angle = 0.0
    box = drawn_box(text_page, page_frame, *span) or (0.0, 0.0, 0.0, 0.0)
    return box, angle
