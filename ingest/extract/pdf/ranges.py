"""A long PDF read by several readers, some pages each, and joined.

What a reader makes of a page depends on nothing but that page, so that the document is the
same however many have read it. Readings travel as lines of JSON, a page a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ingest.document import Document, Source
from ingest.extract.pdf.assembly import Reading
from ingest.extract.pdf.pdfium import LoadError, library, opened
from ingest.extract.pdf.reader import read_pdf, readings
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.second_opinion import SecondOpinion
from ingest.settings import Settings


def page_count(content: bytes, password: str | None) -> int:
    """Return the number of pages that a PDF announces; 0 where PDFium cannot open it."""
    try:
        with opened(content, password) as document:
            return max(0, int(library().page_count(document)))
    except LoadError:
        return 0


def read_range(content: bytes, pages: range, settings: Settings) -> Iterator[bytes]:
    """Read some pages, counted from 0; yield a line that says how many were asked for, then
    one for each.

    Fewer come where the file announces pages behind the last that it holds.
    """
    yield b"%d\n" % len(pages)
    password = settings.password
    with SecondOpinion(content, password) as second, opened(content, password) as document:
        for reading in readings(document, second, settings.ocr, pages):
            line = json.dumps(reading, ensure_ascii=False, separators=(",", ":"))
            # Lone halves of characters come back as they were.
            yield line.encode("utf-8", "surrogatepass") + b"\n"


def read_joined(
    content: bytes, source: Source, ranges: Iterable[Iterable[bytes]], settings: Settings
) -> Document:
    """Join what `read_range` gave for all pages, in order, to the document that `read_pdf` gives.

    Where no page has text the document is read again as a whole, to find out why. Raises
    what `read_pdf` raises, `ValueError` where the lines are not those of `read_range`.
    """
    return read_pdf(
        content,
        source,
        password=settings.password,
        recognize=settings.ocr,
        given=_joined(ranges),
    )


def _joined(ranges: Iterable[Iterable[bytes]]) -> Iterator[Reading]:
    for lines in ranges:
        rest = iter(lines)
        asked = int(next(rest, b""))
        for line in rest:
            rows, *others = json.loads(line.decode("utf-8", "surrogatepass"))
            asked -= 1
            yield Reading([Row(text, tuple(box), *more) for text, box, *more in rows], *others)
        if asked:
            return  # the last page that is there; a whole reading ends here, too
