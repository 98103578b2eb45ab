"""What a child does with its document: read, clean, render, write, account for it."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from typing import Any

from ingest.batch.child import Task
from ingest.batch.writing import write_whole
from ingest.document import Document
from ingest.errors import DocumentError, TooLargeError
from ingest.settings import Settings

_BLOCK = 1 << 20


def ingest_document(task: Task) -> dict[str, Any]:
    """Read and clean one document, write every format asked for, return the account."""
    from ingest.write import render

    document = cleaned(task)
    for form, number in zip(task.settings.to, task.outputs, strict=True):
        write_whole(number, render(document, form))
    return account(document)


def clean_document(task: Task) -> dict[str, Any]:
    """Read and clean one document, return it whole as JSON values."""
    return cleaned(task).to_json()


def cleaned(task: Task) -> Document:
    """Read and clean the document of a task, announcing the hash of its bytes first."""
    from ingest.extract import read
    from ingest.pipeline import clean

    content = read_whole(task.source, task.settings.max_size)
    # A child that dies over this document has then already said which content killed it.
    task.announce({"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)})
    document = read(content, name=task.name, settings=task.settings)
    return clean(document, settings=task.settings)


def account(document: Document) -> dict[str, Any]:
    """Return what the batch records of a cleaned document."""
    unreadable = [mark for _, mark in document.marks() if mark.kind == "unreadable"]
    return {
        "media_type": document.source.media_type,
        "pages": len(document.pages),
        "characters": len(document.text),
        "edits": Counter(edit.rule for _, edit in document.edits()),
        "marks": Counter(mark.rule for _, mark in document.marks()),
        "losses": document.losses,
        "damaged": document.damaged,
        "unreadable": len(unreadable),
        "unreadable_why": next((mark.why for mark in unreadable if mark.why), ""),
    }


def read_whole(number: int, most: int) -> bytes:
    """Read an open file to its end. Raises `TooLargeError` where it has grown past `most`."""
    parts = bytearray()
    while part := os.read(number, _BLOCK):
        parts += part
        if len(parts) > most:
            raise TooLargeError(f"more than {most} bytes")
    return bytes(parts)


# One page with the word "Warm": enough to make pdfium, its fonts and its tables load.
_WARM_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R\
/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 33>>stream
BT /F 12 Tf 20 20 Td (Warm) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
"""
# Text in each script and with each kind of damage, so that every table is read once.
_WARM_TEXTS = (
    "<!doctype html><html><body><p>Warm caf\u00c3\u00a9 \u5929\u6c14</p></body></html>",
    "\u793e\u533a(q\u016b)\u5de5\u4f5c\uff0c\u95dc(gu\u0101n)\u65bc\u5b78\u7fd2\u7684\u5831\u544a\u3002\n",
    "Plain words, nothing else.\n",
)


def preload(settings: Settings) -> None:
    """Load what documents need, in the zygote: its children then start with everything warm."""
    from ingest.extract import read
    from ingest.pipeline import clean
    from ingest.write import render

    for content in (_WARM_PDF, *(text.encode() for text in _WARM_TEXTS)):
        # An encoding forced by the settings, for one, may refuse a sample.
        with contextlib.suppress(DocumentError):
            document = clean(read(content, name="warm", settings=settings), settings=settings)
            for form in settings.to:
                render(document, form)
