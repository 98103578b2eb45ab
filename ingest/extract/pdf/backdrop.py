"""What lies on a page besides text: the fields and pictures that text may stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.document import Box
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.pdfium import (
    FORM_OBJECT,
    IMAGE_OBJECT,
    PATH_OBJECT,
    SHADING_OBJECT,
    TEXT_OBJECT,
    Handle,
    answers,
    handle,
    library,
)

NEAR_WHITE = 244
"""Of 255: from here on the contrast to white paper is below 1.1 to 1 (by WCAG 2 luminance)."""

MAX_DEPTH = 8
"""Forms within forms: deeper than any real page goes, and an end for a form that holds itself."""


def is_blank(page: Handle) -> bool:
    """Say whether a page holds no object at all."""
    return not library().count_objects(page)


def has_text(page: Handle) -> bool:
    """Say whether a page holds a text object, which need not mean that it draws letters."""
    pdfium = library()
    return any(
        _is_text(handle(pdfium.object_at(page, index)), 0)
        for index in range(pdfium.count_objects(page))
    )


def painted_boxes(page: Handle, page_frame: Frame) -> list[Box]:
    """Return the boxes of all pictures, shadings and fields that are not white."""
    return list(_boxes(page, page_frame, _paints))


def pictured(page: Handle, page_frame: Frame) -> bool:
    """Say whether pictures cover more than half of a page."""
    width, height = page_frame.width, page_frame.height
    covered = sum(
        max(0.0, min(x1, width) - max(x0, 0.0)) * max(0.0, min(y1, height) - max(y0, 0.0))
        for x0, y0, x1, y1 in _boxes(page, page_frame, _is_picture)
    )
    return covered * 2 > width * height


def _boxes(page: Handle, page_frame: Frame, wanted: Callable[[Handle, int], bool]) -> Iterator[Box]:
    pdfium = library()
    sides = answers("f")
    for index in range(pdfium.count_objects(page)):
        address = pdfium.object_at(page, index)
        if not address:
            continue
        page_object = handle(address)
        if wanted(page_object, 0) and pdfium.object_bounds(page_object, *sides.places(4)):
            yield page_frame.shown(*sides.values(4))


def _inside(page_object: Handle, depth: int, wanted: Callable[[Handle, int], bool]) -> bool:
    pdfium = library()
    return depth < MAX_DEPTH and any(
        wanted(handle(pdfium.form_object_at(page_object, index)), depth + 1)
        for index in range(pdfium.count_form_objects(page_object))
    )


def _is_text(page_object: Handle, depth: int) -> bool:
    kind = library().object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _is_text)
    return bool(kind == TEXT_OBJECT)


def _is_picture(page_object: Handle, depth: int) -> bool:
    kind = library().object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _is_picture)
    return bool(kind == IMAGE_OBJECT)


def _paints(page_object: Handle, depth: int) -> bool:
    pdfium = library()
    kind = pdfium.object_type(page_object)
    if kind == FORM_OBJECT:
        return _inside(page_object, depth, _paints)
    if kind != PATH_OBJECT:
        return kind in (IMAGE_OBJECT, SHADING_OBJECT)
    state = answers("i")
    if not pdfium.draw_mode(page_object, *state.places(2)) or not state.values(1)[0]:
        return False
    channels = answers("I")
    known = pdfium.fill_color(page_object, *channels.places(4))
    return not known or min(channels.values(3)) < NEAR_WHITE
