"""A document as bytes to store: plain text, Markdown, or a line of JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.document import Document
from ingest.errors import ConfigurationError
from ingest.write import jsonl, markdown, tables

_PDF = "application/pdf"

Renderer = Callable[[Document], str]


def _plain(document: Document) -> str:
    # Only where the tabs are ours: those of a text file stay as they are.
    return tables.aligned(document.text) if document.source.media_type == _PDF else document.text


FORMS: dict[str, Renderer] = {
    "txt": _plain,
    "md": markdown.render,
    "jsonl": jsonl.render,
}
"""What can be written, by the name that is also the suffix of its files."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(document: Document, form: str) -> bytes:
    """Render a document in one of `FORMS`, as UTF-8.

    `txt` is the text and nothing else, the cells of a PDF's tables below each other. `md` adds the title, marks headings, lists and
    tables, and escapes what Markdown would take for markup. `jsonl` is one line with
    the text, metadata, pages and a summary of the edits; the full history is what
    `Document.to_json` gives. Lone surrogates and NUL, which no file should hold, are
    written as U+FFFD. Raises `ConfigurationError` for a form that is not known.

    >>> render(Document.from_text("社区\\x00"), "txt").decode()
    '社区�'
    """
    renderer = FORMS.get(form)
    if renderer is None:
        raise ConfigurationError(
            f"to: unknown format {form!r}", advice=f"known: {', '.join(FORMS)}"
        )
    text = renderer(document)
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if _SURROGATE.search(text):
        # Halves that belong together make their character; the others are lost.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.encode("utf-8")
