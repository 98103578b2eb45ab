"""A PDF as a `Document`: page by page through PDFium, with a second opinion where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ingest.document import Document, Line, Mark, MetadataValue, Page, Quality, Source
from ingest.errors import (
    DocumentError,
    EncryptedError,
    MalformedError,
    NoTextLayerError,
    ZeroPagesError,
)
from ingest.extract.pdf import overprint, visibility
from ingest.extract.pdf.backdrop import is_blank, pictured
from ingest.extract.pdf.frame import frame
from ingest.extract.pdf.metadata import read_metadata
from ingest.extract.pdf.pdfium import (
    PASSWORD_ERROR,
    SECURITY_ERROR,
    LoadError,
    library,
    opened,
    opened_page,
    opened_text,
)
from ingest.extract.pdf.quality import readable, verdict
from ingest.extract.pdf.rows import Row, characters, plain, read_rows
from ingest.extract.pdf.second_opinion import SecondOpinion
from ingest.extract.pdf.spaces import without_layout_gaps

_LOST = re.compile("\ufffd+")

_TAIL = 4096
"""Bytes: the end mark stands in the last kilobyte, some servers append a page of HTML."""

FEW = 64
"""Characters: only pages with fewer are looked at as possible scans."""


class _Reading(NamedTuple):
    """One page as read: its rows, how good they are, and the mark that it earns."""

    rows: list[Row]
    width: float
    height: float
    quality: Quality
    rule: str = ""
    why: str = ""


_UNREAD = _Reading([], 0.0, 0.0, "none", "extract.page-unreadable", "the page cannot be loaded")


def read_pdf(content: bytes, source: Source, *, password: str | None = None) -> Document:
    """Read a PDF.

    The text of a page is its lines, each ended by a line end, in the order of the page's
    content; pages follow each other directly. `pages` carries the lines with their boxes.
    Hidden text and rotated text stay in, as lines that say so. The history holds one step,
    `extract`, whose marks name pages without text and what else could not be read.

    Raises `EncryptedError` where a password is needed (an empty one is tried),
    `MalformedError`, `ZeroPagesError`, and `NoTextLayerError` where no page has text.
    Memory grows with the text and not with the pages. Not safe in two threads at once,
    as PDFium is not.
    """
    with SecondOpinion(content, password) as second:
        try:
            with opened(content, password) as document:
                metadata = read_metadata(document)
                count = library().page_count(document)
                readings = _through_pdfium(document, count, second)
                if count < 1:
                    readings, count = _through_second(second), second.count
                if count < 1:
                    raise ZeroPagesError("the PDF has no pages")
                return _assembled(content, source, readings, {**metadata, "page_count": count})
        except LoadError as error:
            if error.code in (PASSWORD_ERROR, SECURITY_ERROR):
                raise _locked(error.code, password) from None
            if not second.count:
                raise MalformedError(_cause(content)) from None
            readings = _through_second(second)
            return _assembled(content, source, readings, {"page_count": second.count})


def _locked(code: int, password: str | None) -> DocumentError:
    if code == SECURITY_ERROR:
        return EncryptedError("the PDF is protected by a scheme that is not supported")
    if password:
        return EncryptedError("the password does not open the PDF", advice="check --password")
    return EncryptedError(
        "the PDF asks for a password",
        advice="give it with --password, or remove it first, for example with qpdf --decrypt",
    )


def _cause(content: bytes) -> str:
    if _cut_off(content):
        return "the PDF is cut off: its end is missing, and with it the table of its contents"
    return "the PDF's structure is damaged: neither of two readers finds its pages"


def _cut_off(content: bytes) -> bool:
    tail = content[-_TAIL:]
    return b"%%EOF" not in tail and b"startxref" not in tail


def _through_pdfium(document: int, count: int, second: SecondOpinion) -> Iterator[_Reading]:
    for index in range(count):
        with opened_page(document, index) as page:
            if page:
                yield _read_page(page, index, second)
            elif 0 < second.count <= index:
                # Neither engine finds the page: the file announces more than it holds.
                return
            else:
                yield _instead(_UNREAD, index, second)


def _through_second(second: SecondOpinion) -> Iterator[_Reading]:
    for index in range(second.count):
        yield _instead(_UNREAD, index, second)


def _read_page(page: int, index: int, second: SecondOpinion) -> _Reading:
    page_frame = frame(page)
    text = ""
    rows: list[Row] = []
    with opened_text(page) as text_page:
        if text_page:
            text = without_layout_gaps(text_page, characters(text_page))
            rows = read_rows(text_page, page_frame, text)
            if rows:
                rows = visibility.hide(page, text_page, page_frame, rows)
                rows = overprint.once(text_page, rows)
    on_picture = len(text) < FEW and pictured(page, page_frame)
    quality = verdict("\n".join([plain(row.text) for row in rows]), pictured=on_picture)
    reading = _Reading(rows, page_frame.width, page_frame.height, quality)
    # A picture without text is a scan: there is nothing that the engines could disagree on.
    if quality == "garbled" or (quality == "none" and not on_picture):
        reading = _instead(reading, index, second)
    if reading.quality == "none" and is_blank(page):
        return reading._replace(quality="good")
    return reading


def _instead(reading: _Reading, index: int, second: SecondOpinion) -> _Reading:
    """Ask the second engine about a page and give the better of the two readings."""
    answer = second.page(index)
    if answer is None:
        return reading
    rows, width, height = answer
    ours = sum(readable(row.text) for row in reading.rows)
    theirs = sum(readable(row.text) for row in rows)
    if theirs <= ours:
        return reading._replace(width=reading.width or width, height=reading.height or height)
    return _Reading(
        rows,
        width,
        height,
        verdict("\n".join(row.text for row in rows), pictured=False),
        "extract.engines-disagree",
        f"PDFium read {ours} characters, pdfminer {theirs}; pdfminer's reading was taken",
    )


def _assembled(
    content: bytes,
    source: Source,
    readings: Iterator[_Reading],
    metadata: dict[str, MetadataValue],
) -> Document:
    parts: list[str] = []
    pages: list[Page] = []
    marks: list[Mark] = []
    offset = 0
    for number, reading in enumerate(readings, 1):
        start = offset
        lines = []
        for text, box, size, angle, visible, _, _ in reading.rows:
            line = plain(text)
            end = offset + len(line)
            lines.append(Line(offset, end, box, size, angle, visible))
            parts.append(line)
            offset = end + 1
        page = Page(
            number, start, offset, reading.width, reading.height, tuple(lines), reading.quality
        )
        pages.append(page)
        marks += _page_marks(page, reading)
    if not any(page.lines for page in pages):
        raise NoTextLayerError(
            "the page has no text layer"
            if len(pages) == 1
            else f"none of the {len(pages)} pages has a text layer"
        )
    text = "\n".join(parts) + "\n"
    announced = metadata["page_count"]
    if announced != len(pages):
        why = f"the file announces {announced} pages, {len(pages)} were found"
        marks.append(Mark(len(text), len(text), "unreadable", "extract.pages-missing", why))
    marks += [
        Mark(found.start(), found.end(), "lost", "extract.unmapped-glyph", "a glyph without a code")
        for found in _LOST.finditer(text)
    ]
    if _cut_off(content):
        why = "the end of the file is missing; pages may be missing with it"
        marks.append(Mark(len(text), len(text), "unreadable", "extract.cut-off", why))
    metadata["page_count"] = len(pages)
    return Document(text, source, tuple(pages), metadata).revise("extract", (), marks=marks)


def _page_marks(page: Page, reading: _Reading) -> Iterator[Mark]:
    start, end = page.start, max(page.start, page.end)
    if reading.rule and page.quality == "none":
        yield Mark(start, end, "unreadable", reading.rule, f"page {page.number}: {reading.why}")
        return
    if reading.rule:
        yield Mark(start, end, "uncertain", reading.rule, f"page {page.number}: {reading.why}")
    if page.quality == "none":
        why = f"page {page.number} has no text layer"
        yield Mark(start, start, "unreadable", "extract.no-text-layer", why)
    elif page.quality == "garbled":
        why = f"the fonts of page {page.number} do not say which characters they draw"
        yield Mark(start, end, "garbled", "extract.garbled-page", why)
    elif page.quality == "sparse":
        why = f"page {page.number} is a picture with few characters of text"
        yield Mark(start, end, "uncertain", "extract.sparse-text-layer", why)
    for line in page.lines:
        if not line.visible:
            why = f"page {page.number} does not show this text"
            yield Mark(line.start, line.end, "proposed", "extract.hidden-text", why)
