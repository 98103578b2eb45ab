"""PDFium through calls that cost a third of what plain ctypes takes.

`pypdfium2` brings the library and its declarations. Its own function objects check
every argument and release the interpreter lock on each call, which doubles the time
of a page that is asked for a few hundred numbers. The prototypes here take plain
integers (handles and addresses) and keep the lock, so that `map` can drive them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

Function = Callable[..., Any]

PASSWORD_ERROR = 4
SECURITY_ERROR = 5

TEXT_OBJECT, PATH_OBJECT, IMAGE_OBJECT, SHADING_OBJECT, FORM_OBJECT = 1, 2, 3, 4, 5

INVISIBLE_MODES = frozenset((3, 7))
"""Text rendering modes that paint nothing: invisible, and clip only (PDF 32000-1, table 106)."""

FILLED_MODES = frozenset((0, 4))
"""Text rendering modes that show nothing but the fill."""


class Pdfium(NamedTuple):
    """The functions of the library that extraction calls, named as what they give."""

    last_error: Function
    load_document: Function
    close_document: Function
    page_count: Function
    metadata: Function
    load_page: Function
    close_page: Function
    page_width: Function
    page_height: Function
    page_box: Function
    page_rotation: Function
    load_text: Function
    close_text: Function
    count_characters: Function
    text: Function
    unicode: Function
    character_index: Function
    is_generated: Function
    is_hyphen: Function
    loose_box: Function
    origin: Function
    count_rectangles: Function
    rectangle: Function
    font_size: Function
    matrix: Function
    text_object: Function
    render_mode: Function
    fill_color: Function
    count_objects: Function
    object_at: Function
    object_type: Function
    object_bounds: Function
    count_form_objects: Function
    form_object_at: Function
    draw_mode: Function
    object_matrix: Function
    count_segments: Function
    segment_at: Function
    segment_type: Function
    segment_point: Function
    closes: Function
    first_bookmark: Function
    next_bookmark: Function
    bookmark_title: Function


@cache
def library() -> Pdfium:
    """Load and initialize PDFium once for the process.

    PDFium keeps global state and is not safe to call from two threads at a time.
    """
    import pypdfium2  # noqa: F401 - importing it initializes the library
    import pypdfium2.raw as declared

    pointer, integer = ctypes.c_void_p, ctypes.c_int
    real, double, count = ctypes.c_float, ctypes.c_double, ctypes.c_ulong

    def bound(name: str, result: Any, *arguments: Any) -> Function:
        address = ctypes.cast(getattr(declared, name), ctypes.c_void_p).value
        if address is None:  # pragma: no cover - the wheel always carries the symbol
            raise ImportError(f"PDFium lacks {name}")
        return ctypes.PYFUNCTYPE(result, *arguments)(address)

    return Pdfium(
        last_error=bound("FPDF_GetLastError", count),
        load_document=bound(
            "FPDF_LoadMemDocument64", pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p
        ),
        close_document=bound("FPDF_CloseDocument", None, pointer),
        page_count=bound("FPDF_GetPageCount", integer, pointer),
        metadata=bound("FPDF_GetMetaText", count, pointer, ctypes.c_char_p, pointer, count),
        load_page=bound("FPDF_LoadPage", pointer, pointer, integer),
        close_page=bound("FPDF_ClosePage", None, pointer),
        page_width=bound("FPDF_GetPageWidthF", real, pointer),
        page_height=bound("FPDF_GetPageHeightF", real, pointer),
        page_box=bound("FPDF_GetPageBoundingBox", integer, pointer, pointer),
        page_rotation=bound("FPDFPage_GetRotation", integer, pointer),
        load_text=bound("FPDFText_LoadPage", pointer, pointer),
        close_text=bound("FPDFText_ClosePage", None, pointer),
        count_characters=bound("FPDFText_CountChars", integer, pointer),
        text=bound("FPDFText_GetText", integer, pointer, integer, integer, pointer),
        unicode=bound("FPDFText_GetUnicode", ctypes.c_uint, pointer, integer),
        character_index=bound("FPDFText_GetCharIndexFromTextIndex", integer, pointer, integer),
        is_generated=bound("FPDFText_IsGenerated", integer, pointer, integer),
        is_hyphen=bound("FPDFText_IsHyphen", integer, pointer, integer),
        loose_box=bound("FPDFText_GetLooseCharBox", integer, pointer, integer, pointer),
        origin=bound("FPDFText_GetCharOrigin", integer, pointer, integer, pointer, pointer),
        count_rectangles=bound("FPDFText_CountRects", integer, pointer, integer, integer),
        rectangle=bound(
            "FPDFText_GetRect", integer, pointer, integer, pointer, pointer, pointer, pointer
        ),
        font_size=bound("FPDFText_GetFontSize", double, pointer, integer),
        matrix=bound("FPDFText_GetMatrix", integer, pointer, integer, pointer),
        text_object=bound("FPDFText_GetTextObject", pointer, pointer, integer),
        render_mode=bound("FPDFTextObj_GetTextRenderMode", integer, pointer),
        fill_color=bound(
            "FPDFPageObj_GetFillColor", integer, pointer, pointer, pointer, pointer, pointer
        ),
        count_objects=bound("FPDFPage_CountObjects", integer, pointer),
        object_at=bound("FPDFPage_GetObject", pointer, pointer, integer),
        object_type=bound("FPDFPageObj_GetType", integer, pointer),
        object_bounds=bound(
            "FPDFPageObj_GetBounds", integer, pointer, pointer, pointer, pointer, pointer
        ),
        count_form_objects=bound("FPDFFormObj_CountObjects", integer, pointer),
        form_object_at=bound("FPDFFormObj_GetObject", pointer, pointer, count),
        draw_mode=bound("FPDFPath_GetDrawMode", integer, pointer, pointer, pointer),
        object_matrix=bound("FPDFPageObj_GetMatrix", integer, pointer, pointer),
        count_segments=bound("FPDFPath_CountSegments", integer, pointer),
        segment_at=bound("FPDFPath_GetPathSegment", pointer, pointer, integer),
        segment_type=bound("FPDFPathSegment_GetType", integer, pointer),
        segment_point=bound("FPDFPathSegment_GetPoint", integer, pointer, pointer, pointer),
        closes=bound("FPDFPathSegment_GetClose", integer, pointer),
        first_bookmark=bound("FPDFBookmark_GetFirstChild", pointer, pointer, pointer),
        next_bookmark=bound("FPDFBookmark_GetNextSibling", pointer, pointer, pointer),
        bookmark_title=bound("FPDFBookmark_GetTitle", count, pointer, pointer, count),
    )


class LoadError(Exception):
    """PDFium refuses the document; `code` is its error number. Does not leave this package."""

    def __init__(self, code: int) -> None:
        super().__init__(f"PDFium error {code}")
        self.code = code


@contextmanager
def opened(content: bytes, password: str | None) -> Iterator[int]:
    """Open a document for the length of a `with` block and give its handle.

    `content` stays referenced until the end, as PDFium reads from it. Raises `LoadError`.
    """
    pdfium = library()
    secret = None if password is None else password.encode("utf-8")
    document = pdfium.load_document(content, len(content), secret)
    if not document:
        raise LoadError(pdfium.last_error())
    try:
        yield document
    finally:
        pdfium.close_document(document)


@contextmanager
def opened_page(document: int, index: int) -> Iterator[int | None]:
    """Load one page for the length of a `with` block; None where PDFium cannot."""
    pdfium = library()
    page = pdfium.load_page(document, index)
    try:
        yield page
    finally:
        if page:
            pdfium.close_page(page)


@contextmanager
def opened_text(page: int) -> Iterator[int | None]:
    """Build the text of one page for the length of a `with` block; None where PDFium cannot."""
    pdfium = library()
    text = pdfium.load_text(page)
    try:
        yield text
    finally:
        if text:
            pdfium.close_text(text)
