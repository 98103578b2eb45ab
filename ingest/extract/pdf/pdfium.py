"""PDFium through calls that cost a sixth of what plain ctypes takes.

`pypdfium2` brings the library and its declarations. Its own function objects check
every argument and release the interpreter lock on each call, which doubles the time
of a page that is asked for a few hundred numbers. The prototypes here keep the lock, so
that `map` can drive them. What is called for each line, blank or path takes its addresses
made ready, as `Handle`s, and has no types to check: half of such a call was the making
of them. PDFium's answers go to `Answers`, whose places are made ready once.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, NewType

Function = Callable[..., Any]

Handle = NewType("Handle", object)
"""An address as a call takes it. The calls that are made for each line would cut a bare integer
to 32 bits."""

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
    has_no_unicode: Function
    loose_box: Function
    origin: Function
    count_rectangles: Function
    rectangle: Function
    font_size: Function
    matrix: Function
    text_object: Function
    font: Function
    font_file: Function
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

    def bare(name: str, result: Any) -> Function:
        """Bind a function that takes handles and C integers, and no others."""
        return bound(name, result)

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
        unicode=bare("FPDFText_GetUnicode", ctypes.c_uint),
        character_index=bare("FPDFText_GetCharIndexFromTextIndex", integer),
        is_generated=bare("FPDFText_IsGenerated", integer),
        is_hyphen=bare("FPDFText_IsHyphen", integer),
        has_no_unicode=bare("FPDFText_HasUnicodeMapError", integer),
        loose_box=bare("FPDFText_GetLooseCharBox", integer),
        origin=bare("FPDFText_GetCharOrigin", integer),
        count_rectangles=bound("FPDFText_CountRects", integer, pointer, integer, integer),
        rectangle=bound(
            "FPDFText_GetRect", integer, pointer, integer, pointer, pointer, pointer, pointer
        ),
        font_size=bare("FPDFText_GetFontSize", double),
        matrix=bare("FPDFText_GetMatrix", integer),
        text_object=bare("FPDFText_GetTextObject", pointer),
        font=bare("FPDFTextObj_GetFont", pointer),
        font_file=bound(
            "FPDFFont_GetFontData", integer, pointer, pointer, ctypes.c_size_t, pointer
        ),
        render_mode=bare("FPDFTextObj_GetTextRenderMode", integer),
        fill_color=bare("FPDFPageObj_GetFillColor", integer),
        count_objects=bound("FPDFPage_CountObjects", integer, pointer),
        object_at=bare("FPDFPage_GetObject", pointer),
        object_type=bare("FPDFPageObj_GetType", integer),
        object_bounds=bare("FPDFPageObj_GetBounds", integer),
        count_form_objects=bound("FPDFFormObj_CountObjects", integer, pointer),
        form_object_at=bound("FPDFFormObj_GetObject", pointer, pointer, count),
        draw_mode=bare("FPDFPath_GetDrawMode", integer),
        object_matrix=bare("FPDFPageObj_GetMatrix", integer),
        count_segments=bare("FPDFPath_CountSegments", integer),
        segment_at=bare("FPDFPath_GetPathSegment", pointer),
        segment_type=bare("FPDFPathSegment_GetType", integer),
        segment_point=bare("FPDFPathSegment_GetPoint", integer),
        closes=bare("FPDFPathSegment_GetClose", integer),
        first_bookmark=bound("FPDFBookmark_GetFirstChild", pointer, pointer, pointer),
        next_bookmark=bound("FPDFBookmark_GetNextSibling", pointer, pointer, pointer),
        bookmark_title=bound("FPDFBookmark_GetTitle", count, pointer, pointer, count),
    )


def handle(address: int) -> Handle:
    """Make an address ready to be passed."""
    return Handle(ctypes.c_void_p.from_param(address))


def handles(addresses: Iterable[int]) -> list[Handle]:
    """Make addresses ready to be passed, none of which is 0."""
    # Twice as fast as `handle` for each.
    ready: Iterator[Any] = map(ctypes.c_void_p.from_param, addresses)
    return list(ready)


class Answers:
    """Numbers of one type that PDFium writes, and the places that it writes them to.

    `code` is that of `array`. Valid until the next call of `place` or `places`, so one function fills
    and reads them before it calls another.
    """

    def __init__(self, code: str) -> None:
        self._numbers = array(code)
        self._places: list[Handle] = []

    def places(self, count: int) -> list[Handle]:
        """Return the addresses of so many numbers, one behind the other, all 0."""
        size = self._numbers.itemsize
        if count > len(self._places):
            self._numbers = array(self._numbers.typecode, bytes(2 * count * size))
            start, length = self._numbers.buffer_info()
            self._places = handles(range(start, start + length * size, size))
        else:
            start, _ = self._numbers.buffer_info()
            ctypes.memset(start, 0, count * size)
        return self._places[:count]

    def place(self, count: int) -> Handle:
        """Return the address of the first of so many numbers, which are whatever they were."""
        if count > len(self._numbers):
            self._numbers = array(self._numbers.typecode, bytes(2 * count * self._numbers.itemsize))
            self._places = []
        return handle(self._numbers.buffer_info()[0])

    def values(self, count: int) -> list[Any]:
        """Return the first so many numbers."""
        return self._numbers[:count].tolist()

    def text(self, count: int, errors: str) -> str:
        """Return the first so many numbers, which are UTF-16 units, as text."""
        return self._numbers[:count].tobytes().decode("utf-16-le", errors)

    def column(self, begin: int, end: int, step: int) -> list[Any]:
        """Return some numbers of equal distance: what is not asked for need not be made."""
        return self._numbers[begin:end:step].tolist()


@cache
def answers(code: str) -> Answers:
    """Return the one place for numbers of a type: PDFium is not called by two threads at a time."""
    return Answers(code)


class LoadError(Exception):
    """PDFium refuses the document; `code` is its error number. Does not leave this package."""

    def __init__(self, code: int) -> None:
        super().__init__(f"PDFium error {code}")
        self.code = code


@contextmanager
def opened(content: bytes, password: str | None) -> Iterator[Handle]:
    """Open a document for the length of a `with` block and give its handle.

    `content` stays referenced until the end, as PDFium reads from it. Raises `LoadError`.
    """
    pdfium = library()
    secret = None if password is None else password.encode("utf-8")
    document = pdfium.load_document(content, len(content), secret)
    if not document:
        raise LoadError(pdfium.last_error())
    try:
        yield handle(document)
    finally:
        pdfium.close_document(document)


class _Opened:
    """A handle for the length of a `with` block; None where PDFium gives none.

    Not a generator: two of them for each page cost a twentieth of what a short page takes.
    """

    def __init__(self, address: int | None, close: Function) -> None:
        self._handle = handle(address) if address else None
        self._close = close

    def __enter__(self) -> Handle | None:
        return self._handle

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._close(self._handle)


def opened_page(document: Handle, index: int) -> _Opened:
    """Load one page for the length of a `with` block; None where PDFium cannot."""
    pdfium = library()
    return _Opened(pdfium.load_page(document, index), pdfium.close_page)


def opened_text(page: Handle) -> _Opened:
    """Build the text of one page for the length of a `with` block; None where PDFium cannot."""
    pdfium = library()
    return _Opened(pdfium.load_text(page), pdfium.close_text)
