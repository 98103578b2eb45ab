"""What lies on a page besides text: the fields and pictures that text may stand on."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

from ingest.document import Box
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.pdfium import (
    FORM_OBJECT,
    IMAGE_OBJECT,
    PATH_OBJECT,
    SHADING_OBJECT,
    TEXT_OBJECT,
    library,
)

NEAR_WHITE = 244
"""Of 255: from here on the contrast to white paper is below 1.1 to 1 (by WCAG 2 luminance)."""

MAX_DEPTH = 8
"""Forms within forms: deeper than any real page goes, and an end for a form that holds itself."""


def is_blank(page: int) -> bool:
    """Say whether a page holds no object at all."""
    return not library().count_objects(page)


def has_text(page: int) -> bool:
    """Say whether a page holds a text object, which need not mean that it draws letters."""
    pdfium = library()
    return any(
        _is_text(pdfium.object_at(page, index), 0) for index in range(pdfium.count_objects(page))
    )


def painted_boxes(page: int, page_frame: Frame) -> list[Box]:
    """Return the boxes of all pictures, shadings and fields that are not white."""
    return list(_boxes(page, page_frame, _paints))


def pictured(page: int, page_frame: Frame) -> bool:
    """Say whether pictures cover more than half of a page."""
    width, height = page_frame.width, page_frame.height
    covered = sum(
        max(0.0, min(x1, width) - max(x0, 0.0)) * max(0.0, min(y1, height) - max(y0, 0.0))
        for x0, y0, x1, y1 in _boxes(page, page_frame, _is_picture)
    )
    return covered * 2 > width * height


def _boxes(page: int, page_frame: Frame, wanted: Callable[[int, int], bool]) -> Iterator[Box]:
    pdfium = library()
    sides = (ctypes.c_float * 4)()
    address = ctypes.addressof(sides)
    addresses = tuple(range(address, address + 16, 4))
    for index in range(pdfium.count_objects(page)):
        page_object = pdfium.object_at(page, index)
        if page_object and wanted(page_object, 0) and pdfium.object_bounds(page_object, *addresses):
            yield page_frame.shown(*sides)


def _inside(page_object: int, depth: int, wanted: Callable[[int, int], bool]) -> bool:
    pdfium = library()
    return depth < MAX_DEPTH and any(
        wanted(pdfium.form_object_at(page_object, index), depth + 1)
        for index in range(pdfium.count_form_objects(page_object))
    )


def _is_text(page_object: int, depth: int) -> bool:
    kind = library().object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _is_text)
    return bool(kind == TEXT_OBJECT)


def _is_picture(page_object: int, depth: int) -> bool:
    kind = library().object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _is_picture)
    return bool(kind == IMAGE_OBJECT)


def _paints(page_object: int, depth: int) -> bool:
    pdfium = library()
    kind = pdfium.object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _paints)
    if kind != PATH_OBJECT:
        return kind in (IMAGE_OBJECT, SHADING_OBJECT)
    state = (ctypes.c_int * 2)()
    address = ctypes.addressof(state)
    if not pdfium.draw_mode(page_object, address, address + 4) or not state[0]:
        return False
    channels = (ctypes.c_uint * 4)()
    address = ctypes.addressof(channels)
    known = pdfium.fill_color(page_object, *range(address, address + 16, 4))
    return not known or min(channels[:3]) < NEAR_WHITE
