"""What a child does with its document: read, clean, render, write, account for it."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from typing import Any

from ingest.batch.child import Task
from ingest.batch.plain import may_join
from ingest.batch.shares import joined, shared
from ingest.batch.warming import preload as preload
from ingest.batch.writing import write_whole
from ingest.document import Document
from ingest.errors import TooLargeError

_BLOCK = 1 << 20


def ingest_document(task: Task) -> dict[str, Any]:
    """Read and clean one document, write every format asked for, return the account."""
    from ingest.pipeline import clean
    from ingest.write import render

    content = announced(task)
    if not (task.first or may_join(content, task.kind, task.settings.encoding)):
        return {"alone": True}
    share = shared(task, content)
    if share is not None:
        return share
    document = clean(read_document(task, content), settings=task.settings)
    for form, number in zip(task.settings.to, task.outputs, strict=True):
        write_whole(number, render(document, form))
    report = account(document)
    if task.settings.near_duplicates:
        from ingest.batch.sketches import sketch

        report["sketch"] = sketch(document.text).hex()
    return report


def clean_document(task: Task) -> dict[str, Any]:
    """Read and clean one document, return it whole as JSON values."""
    return cleaned(task).to_json()


def cleaned(task: Task) -> Document:
    """Read and clean the document of a task, announcing the hash of its bytes first."""
    from ingest.pipeline import clean

    return clean(read_document(task, announced(task)), settings=task.settings)


def announced(task: Task) -> bytes:
    """Return the bytes of a task's document, having announced their hash.

    A child that dies over this document has then already said which content killed it.
    """
    content = read_whole(task.source, task.settings.max_size)
    task.announce({"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)})
    return content


def read_document(task: Task, content: bytes) -> Document:
    """Read the document of a task from its bytes, or from what others have read of it."""
    from ingest.extract import read

    if task.readings:
        return joined(task, content)
    return read(content, name=task.name, settings=task.settings)


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
    """Read an open file from its start, wherever it stands: children of one document share it.

    Raises `TooLargeError` where it has grown past `most`.
    """
    parts = bytearray()
    while part := os.pread(number, _BLOCK, len(parts)):
        parts += part
        if len(parts) > most:
            raise TooLargeError(f"more than {most} bytes")
    return bytes(parts)
