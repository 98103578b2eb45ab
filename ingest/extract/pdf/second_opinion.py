"""pdfplumber where PDFium finds nothing, fails, or gives signs instead of letters.

Its engine, pdfminer, reads some damaged files that PDFium does not, and raises whatever
a damaged file provokes. Nothing of that leaves this module: no exception, no warning,
no log line.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from ingest.extract.pdf.characters import plain
from ingest.extract.pdf.rows import TINY, Row

_NO_CHARACTER = re.compile(r"\x00|\(cid:\d+\)")
"""What pdfminer writes for a glyph without a character."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the chatter of pdfminer and pdfplumber away from the user."""
    loggers = [logging.getLogger(name) for name in ("pdfminer", "pdfplumber")]
    before = [(logger.propagate, list(logger.handlers)) for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.handlers = [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, (propagate, handlers) in zip(loggers, before, strict=True):
            logger.propagate = propagate
            logger.handlers = handlers


def _is_empty_tree(catalog: Any) -> bool:
    """Say whether a document states that it has no pages."""
    from pdfminer.pdftypes import resolve1

    tree = resolve1(catalog.get("Pages"))
    return isinstance(tree, dict) and resolve1(tree.get("Kids")) == []


class SecondOpinion:
    """A document in pdfplumber, opened when the first page is asked for.

    `count` is its number of pages, 0 where pdfplumber cannot open it; then `is_too_deep`
    says whether that is because its objects are nested beyond what any program writes.
    """

    def __init__(self, content: bytes, password: str | None) -> None:
        self._content = content
        self._password = password
        self._document: Any = None
        self._pages: list[Any] = []
        self._tried = False
        self.is_too_deep = False

    def __enter__(self) -> SecondOpinion:
        return self

    def __exit__(self, *_: object) -> None:
        # pdfplumber's own way to close goes through the pages once more, and may raise on them.
        self._document, self._pages = None, []

    def _open(self) -> None:
        if self._tried:
            return
        self._tried = True
        import pdfplumber

        with _quiet():
            try:
                self._document = pdfplumber.open(BytesIO(self._content), password=self._password)
                # Where the tree of pages is sound and empty, pdfminer collects what pages lie
                # about in the file: left-overs that the document does not show.
                if not _is_empty_tree(self._document.doc.catalog):
                    self._pages = self._document.pages
            except Exception as error:  # noqa: BLE001 - pdfminer raises anything; no opinion is an answer
                self._pages = []
                # pdfplumber puts what pdfminer raised into an exception of its own.
                raised = (error, error.__context__, *error.args)
                self.is_too_deep = any(isinstance(one, RecursionError) for one in raised)

    @property
    def count(self) -> int:
        """Number of pages that pdfplumber sees."""
        self._open()
        return len(self._pages)

    def code_tables(self, index: int) -> dict[bytes, dict[int, str]]:
        """Return what the files of a page's fonts know of their codes; see `font_tables`."""
        self._open()
        if index >= len(self._pages):
            return {}
        from ingest.extract.pdf.font_tables import code_tables

        with _quiet():
            try:
                return code_tables(self._pages[index].page_obj.resources)
            except Exception:  # noqa: BLE001 - as above
                return {}

    def page(self, index: int) -> tuple[list[Row], float, float] | None:
        """Read one page: its rows from the top down, its width and height. None: it cannot."""
        self._open()
        if index >= len(self._pages):
            return None
        page = self._pages[index]
        with _quiet():
            try:
                lines = page.extract_text_lines(return_chars=True)
                width, height = float(page.width), float(page.height)
            except Exception:  # noqa: BLE001 - as above
                return None
            finally:
                page.close()
        rows = []
        for line in lines:
            text = plain(_NO_CHARACTER.sub("\ufffd", line["text"]).strip())
            if text:
                sizes = sorted(character["size"] for character in line["chars"])
                box = (line["x0"], line["top"], line["x1"], line["bottom"])
                size = sizes[len(sizes) // 2]
                rows.append(Row(text, box, size, 0.0, size > TINY, 0, len(text) - 1))
        return rows, width, height
