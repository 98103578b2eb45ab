"""Pages as read become one document: its text, its spans, and the marks that pages earn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, repeat
from typing import NamedTuple

from ingest.document import Document, Line, Mark, MetadataValue, Page, Quality, Source
from ingest.extract.pdf.rows import Row
from ingest.extract.pdf.titles import title_of

_LOST = re.compile("\ufffd+")


class Reading(NamedTuple):
    """One page as read: its rows, how good they are, and the mark that it earns."""

    rows: list[Row]
    width: float
    height: float
    quality: Quality
    rule: str = ""
    why: str = ""


def assembled(
    source: Source,
    readings: Iterable[Reading],
    metadata: dict[str, MetadataValue],
    *,
    is_cut_off: bool,
) -> Document | None:
    """Join pages to a document; None where none of them has a line.

    `metadata` holds the number of pages that the file announces. Pages are taken one by
    one, so that only their text stays in memory.
    """
    parts: list[str] = []
    pages: list[Page] = []
    marks: list[Mark] = []
    offset = 0
    for number, reading in enumerate(readings, 1):
        start = offset
        lines: tuple[Line, ...] = ()
        if reading.rows:
            texts, *facts, _, _ = zip(*reading.rows, strict=True)
            starts = list(accumulate([len(text) + 1 for text in texts], initial=start))
            ends = [begin - 1 for begin in starts[1:]]
            # Quicker than to call `Line` for each.
            columns = zip(starts, ends, *facts, strict=False)
            lines = tuple(map(tuple.__new__, repeat(Line), columns))
            parts += texts
            offset = starts[-1]
        page = Page(number, start, offset, reading.width, reading.height, lines, reading.quality)
        pages.append(page)
        marks += _page_marks(page, reading)
    if not parts:
        return None
    text = "\n".join(parts) + "\n"
    outline = metadata.get("outline", ())
    stated = str(metadata.get("title", ""))
    title = title_of(stated, text, pages, outline if isinstance(outline, tuple) else ())
    if title:
        metadata["title"] = title
    announced = metadata["page_count"]
    if announced != len(pages):
        why = f"the file announces {announced} pages, {len(pages)} were found"
        marks.append(Mark(len(text), len(text), "unreadable", "extract.pages-missing", why))
    marks += [
        Mark(found.start(), found.end(), "lost", "extract.unmapped-glyph", "a glyph without a code")
        for found in (_LOST.finditer(text) if "\ufffd" in text else ())
    ]
    if is_cut_off:
        why = "the end of the file is missing; pages may be missing with it"
        marks.append(Mark(len(text), len(text), "unreadable", "extract.cut-off", why))
    metadata["page_count"] = len(pages)
    return Document(text, source, tuple(pages), metadata).revise("extract", (), marks=marks)


def _page_marks(page: Page, reading: Reading) -> Iterator[Mark]:
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
