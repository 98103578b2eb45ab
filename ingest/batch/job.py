"""What a child does with its document: read, clean, render, write, account for it."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from typing import Any

from ingest.batch.child import Task
from ingest.batch.warming import preload as preload
from ingest.batch.writing import write_whole
from ingest.document import Document
from ingest.errors import TooLargeError

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
