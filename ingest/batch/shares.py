"""A share of a document: some pages of a long PDF, read by a child of its own.

A child that finds a long PDF says how many pages it has instead of reading it. Others then
read a range of pages each, and one more joins what they read and does all that concerns the
document as a whole: it is the same document as if one child had read it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest.batch.writing import write_all

if TYPE_CHECKING:
    from ingest.batch.child import Task
    from ingest.document import Document

SMALLEST = 1 << 15
"""Bytes of a PDF that may be long: the leanest writers need a hundred for a page."""
_BLOCK = 1 << 20


def shared(task: Task, content: bytes) -> dict[str, Any] | None:
    """Do the share of a task and return its report; None where the task is the whole document.

    The report says `pages_to_share` where the document is long enough for that.
    """
    if "stop" in task.share:
        return {"pages_read": _read_range(task, content)}
    count = _pages_to_share(task, content)
    return {"pages_to_share": count} if count else None


def _pages_to_share(task: Task, content: bytes) -> int:
    fewest = task.share.get("fewest", 0)
    if not fewest or len(content) < SMALLEST:
        return 0
    from ingest.extract.sniff import is_pdf

    if not is_pdf(content):
        return 0
    from ingest.extract.pdf.ranges import page_count

    count = page_count(content, task.settings.password)
    return count if count >= fewest else 0


def _read_range(task: Task, content: bytes) -> int:
    """Read the pages of a share into the first output; return how many there were."""
    from ingest.extract.pdf.ranges import read_range

    pages = range(task.share["first"], task.share["stop"])
    waiting, size, count = [], 0, -1
    for line in read_range(content, pages, task.settings):
        waiting.append(line)
        size += len(line)
        count += 1
        if size > _BLOCK:
            write_all(task.outputs[0], b"".join(waiting))
            waiting, size = [], 0
    write_all(task.outputs[0], b"".join(waiting))
    return count


def joined(task: Task, content: bytes) -> Document:
    """Make the document of a task whose pages others have read."""
    from ingest.document import Source
    from ingest.errors import DocumentError
    from ingest.extract.pdf.ranges import read_joined

    source = Source(task.name, hashlib.sha256(content).hexdigest(), "application/pdf")
    try:
        return read_joined(content, source, map(_lines, task.readings), task.settings)
    except DocumentError as error:
        raise error.named(task.name) from error.__cause__


def _lines(number: int) -> Iterator[bytes]:
    os.lseek(number, 0, os.SEEK_SET)  # its writer left it at its end
    with os.fdopen(number, "rb", closefd=False) as file:
        yield from file
