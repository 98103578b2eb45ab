"""A PDF as a `Document`: page by page through PDFium, with a second opinion where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal, NamedTuple

from ingest.document import Document, MetadataValue, Source
from ingest.errors import (
    DocumentError,
    EncryptedError,
    GarbledError,
    MalformedError,
    NoTextLayerError,
    ZeroPagesError,
)
from ingest.extract.pdf import overprint, visibility
from ingest.extract.pdf.assembly import Reading, assembled
from ingest.extract.pdf.backdrop import has_text, is_blank, pictured
from ingest.extract.pdf.characters import characters, is_plain, plain
from ingest.extract.pdf.columns import untangled
from ingest.extract.pdf.fragments import merge_rows, split_rows
from ingest.extract.pdf.frame import frame
from ingest.extract.pdf.glyph_numbers import Tables, are_suspected, read_through_fonts
from ingest.extract.pdf.metadata import read_metadata, read_outline
from ingest.extract.pdf.order import in_order
from ingest.extract.pdf.pdfium import (
    PASSWORD_ERROR,
    SECURITY_ERROR,
    Handle,
    LoadError,
    library,
    opened,
    opened_page,
    opened_text,
)
from ingest.extract.pdf.quality import is_noise, readable, verdict
from ingest.extract.pdf.recovery import with_trailer
from ingest.extract.pdf.rows import Row, read_rows
from ingest.extract.pdf.second_opinion import SecondOpinion
from ingest.extract.pdf.spaces import without_layout_gaps
from ingest.extract.pdf.tables import with_tables

_TAIL = 4096
"""Bytes: the end mark stands in the last kilobyte, some servers append a page of HTML."""

FEW = 64
"""Characters: only pages with fewer are looked at as possible scans."""

_READ_PICTURES = "read its pictures with --ocr auto, which needs pip install 'ingest[ocr]'"

Recognize = Literal["never", "auto", "always"]

_UNREAD = Reading([], 0.0, 0.0, "none", "extract.page-unreadable", "the page cannot be loaded")


def read_pdf(
    content: bytes,
    source: Source,
    *,
    password: str | None = None,
    recognize: Recognize = "never",
    given: Iterable[Reading] | None = None,
) -> Document:
    """Read a PDF.

    The text of a page is its lines, each ended by a line end, in the order of the page's
    content; pages follow each other directly. `pages` carries the lines with their boxes.
    Hidden text and rotated text stay in, as lines that say so. The history holds one step,
    `extract`, whose marks name pages without text and what else could not be read.

    `recognize` says which pages are read from their picture: `auto` those without a text
    layer that says something, `always` all of them. It needs the extra `ocr`. `given` are
    the readings of all pages where others have made them already.

    Raises `EncryptedError` where a password is needed (an empty one is tried),
    `MalformedError`, `ZeroPagesError`, and `NoTextLayerError` where no page has text,
    `GarbledError` where what they have is noise.
    Memory grows with the text and not with the pages. Not safe in two threads at once,
    as PDFium is not.
    """
    if recognize != "never":
        from ingest.extract.ocr import require

        require()
    asked = _Asked(password, recognize, _cut_off(content), given)
    return _read(content, source, asked)


class _Asked(NamedTuple):
    """How a document is to be read, whether its end is missing, and what is read already."""

    password: str | None
    recognize: Recognize
    is_cut_off: bool
    given: Iterable[Reading] | None = None


def _read(content: bytes, source: Source, options: _Asked) -> Document:
    name = source.name
    password, recognize, is_cut_off, given = options
    with SecondOpinion(content, password) as second:
        metadata: dict[str, MetadataValue] = {}
        unclear: list[int] = []
        missing: list[int] = []
        found = None
        try:
            with opened(content, password) as document:
                count = library().page_count(document)
                if count > 0:
                    metadata = {**read_metadata(document), "page_count": count}
                    outline = read_outline(document)
                    if outline:
                        metadata["outline"] = outline
                    made = given or readings(
                        document, second, recognize, range(count), unclear, missing
                    )
                    found = assembled(source, made, metadata, is_cut_off=is_cut_off)
        except LoadError as error:
            if error.code in (PASSWORD_ERROR, SECURITY_ERROR):
                raise _locked(name, error.code, password) from None
            mended = with_trailer(content)
            if mended:
                return _read(mended, source, options)
            if not second.count:
                raise MalformedError(f"{name}: {_cause(is_cut_off=is_cut_off)}") from None
        if found is None and given is not None:
            return _read(content, source, options._replace(given=None))
        if found is None and (unclear or not metadata):
            # No page has text for PDFium. What is a picture for sure stays one.
            asked = set(unclear) if metadata else set(range(second.count))
            metadata = {"page_count": second.count, **metadata}
            found = assembled(
                source, _through_second(second, asked), metadata, is_cut_off=is_cut_off
            )
    announced = metadata["page_count"]
    if found is None and second.is_too_deep:
        raise MalformedError(f"{name}: the PDF's page tree is nested too deeply to be read")
    if found is None and announced == len(missing):
        what = f"announces {announced} pages, but none is there" if announced else "has no pages"
        raise ZeroPagesError(f"{name}: the PDF {what}")
    if found is None:
        none_of = "the page has no" if announced == 1 else f"none of the {announced} pages has a"
        raise NoTextLayerError(f"{name}: {none_of} text layer", advice=_READ_PICTURES)
    if all(page.quality in ("none", "garbled") for page in found.pages) and is_noise(found.text):
        raise GarbledError(
            f"{name}: the fonts do not say which characters they draw, the text layer is noise",
            advice=_READ_PICTURES,
        )
    return found


def _locked(name: str, code: int, password: str | None) -> DocumentError:
    if code == SECURITY_ERROR:
        return EncryptedError(f"{name}: the PDF is protected by a scheme that is not supported")
    if password:
        return EncryptedError(
            f"{name}: the password does not open the PDF", advice="check --password"
        )
    return EncryptedError(
        f"{name}: the PDF asks for a password",
        advice="give it with --password, or remove it first, for example with qpdf --decrypt",
    )


def _cause(*, is_cut_off: bool) -> str:
    if is_cut_off:
        return "the PDF is cut off: its end is missing, and with it the table of its contents"
    return "the PDF's structure is damaged: neither of two readers finds its pages"


def _cut_off(content: bytes) -> bool:
    tail = content[-_TAIL:]
    return b"%%EOF" not in tail and b"startxref" not in tail


def readings(
    document: Handle,
    second: SecondOpinion,
    recognize: Recognize,
    pages: range,
    unclear: list[int] | None = None,
    missing: list[int] | None = None,
) -> Iterator[Reading]:
    """Read some pages of an open document, counted from 0, one by one.

    `unclear` receives the pages whose emptiness PDFium cannot explain, `missing` those that
    no engine finds. Fewer come where neither engine finds any behind the last.
    """
    made = _through_pdfium(
        document,
        second,
        pages,
        [] if unclear is None else unclear,
        [] if missing is None else missing,
    )
    return made if recognize == "never" else _recognized(document, made, recognize, pages)


def _through_pdfium(
    document: Handle, second: SecondOpinion, pages: range, unclear: list[int], missing: list[int]
) -> Iterator[Reading]:
    for index in pages:
        with opened_page(document, index) as page:
            if not page:
                if 0 < second.count <= index:
                    # Neither engine finds the page: the file announces more than it holds.
                    return
                reading = _instead(_UNREAD, index, second)
                missing += [index] * (not reading.rows)
                yield reading
                continue
            reading = _read_page(page, partial(second.code_tables, index))
            if reading.quality == "garbled" or (reading.quality == "none" and has_text(page)):
                reading = _instead(reading, index, second)
            elif reading.quality == "none":
                if is_blank(page):
                    reading = reading._replace(quality="good")
                if not pictured(page, frame(page)):
                    unclear.append(index)
            yield reading


def _recognized(
    document: Handle, made: Iterator[Reading], recognize: Recognize, pages: range
) -> Iterator[Reading]:
    """Read pages from their picture where that is asked for."""
    from ingest.extract.pdf.scans import recognized

    # Fewer readings than pages: the file announces more than it holds.
    for index, reading in zip(pages, made, strict=False):
        is_asked = reading.quality != "good" or recognize == "always"
        if is_asked and reading.rule != _UNREAD.rule:
            with opened_page(document, index) as page:
                reading = recognized(page, reading) if page else reading
        yield reading


def _through_second(second: SecondOpinion, asked: set[int]) -> Iterator[Reading]:
    for index in range(second.count):
        yield _instead(_UNREAD, index, second) if index in asked else _UNREAD


def _read_page(page: Handle, tables: Callable[[], Tables]) -> Reading:
    page_frame = frame(page)
    text = ""
    rows: list[Row] = []
    with opened_text(page) as text_page:
        if text_page:
            text = characters(text_page)
            if are_suspected(text_page, text):
                text = read_through_fonts(text_page, text, tables)
            text = without_layout_gaps(text_page, text)
            rows = read_rows(text_page, page_frame, text)
            if rows:
                rows = split_rows(text_page, page_frame, rows)
                rows = untangled(text_page, page_frame, rows)
                rows = visibility.hide(page, text_page, page_frame, rows)
                rows = overprint.once(text_page, rows)
                rows = with_tables(page, text_page, page_frame, rows)
                if not is_plain(text):
                    rows = [
                        row if is_plain(row.text) else row._replace(text=plain(row.text))
                        for row in rows
                    ]
                rows = in_order(merge_rows(rows))
    on_picture = 0 < len(text) < FEW and pictured(page, page_frame)
    quality = verdict(" ".join([row.text for row in rows]), pictured=on_picture)
    return Reading(rows, page_frame.width, page_frame.height, quality)


def _instead(reading: Reading, index: int, second: SecondOpinion) -> Reading:
    """Ask the second engine about a page and give the better of the two readings."""
    answer = second.page(index)
    if answer is None:
        return reading
    rows, width, height = answer
    ours = sum(readable(row.text) for row in reading.rows)
    theirs = sum(readable(row.text) for row in rows)
    if theirs <= ours:
        return reading._replace(width=reading.width or width, height=reading.height or height)
    return Reading(
        rows,
        width,
        height,
        verdict("\n".join(row.text for row in rows), pictured=False),
        "extract.engines-disagree",
        f"PDFium read {ours} characters, pdfminer {theirs}; pdfminer's reading was taken",
    )
