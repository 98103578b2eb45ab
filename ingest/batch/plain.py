"""Which documents a child may do in turn with others of their kind: `text` and `pdf`.

A text is one that no native parser will read. A PDF is one that says of itself what a program
that finished its work says: what has to be recovered or guessed at gets a child of its
own, and so do web pages.
"""

from __future__ import annotations

import os
import re

from ingest.batch import turns

LARGEST = {turns.TEXT: 1 << 20, turns.PDF: 1 << 18}
"""Bytes of a document, by kind, beside whose work what it costs to bear a child is little: 5 ms
for a text and 8 ms for a PDF, which takes a tenth of a second and more from here on, and would
take it twice where it turns out to be none of the ordinary."""
_HEAD = 1024
_TAIL = 1024
"""Bytes at the end of a PDF that hold where its last cross-reference stands: readers look here."""
_TAG, _PDF = b"<", b"%PDF-"
_END = re.compile(rb"startxref\s{1,4}(\d{1,10})\s{1,4}%%EOF\s{0,4}\Z")
_CROSS_REFERENCE = re.compile(rb"xref\b|\d{1,10} \d{1,5} obj\b")


def kind(source: int, size: int) -> str:
    """Tell with what an open file of `size` bytes may take turns: `text`, `pdf` or, empty, nothing.

    A guess from its first bytes, and for a PDF its last: its child looks again.
    """
    if not turns.offered():
        return ""
    head = os.pread(source, _HEAD, 0)
    if head.startswith(_PDF):
        found = turns.PDF if _is_finished(source, size) else ""
    else:
        found = turns.TEXT if _TAG not in head and _PDF not in head else ""
    return found if found and size <= LARGEST[found] else ""


def _is_finished(source: int, size: int) -> bool:
    """True where a PDF ends as one should, and names a place where a cross-reference stands."""
    end = _END.search(os.pread(source, _TAIL, max(0, size - _TAIL)))
    if end is None or int(end[1]) >= size:
        return False
    return _CROSS_REFERENCE.match(os.pread(source, _TAIL, int(end[1]))) is not None


def may_join(content: bytes, kind: str, encoding: str | None) -> bool:
    """True where a document may be read in a child that has read others of a kind."""
    if kind == turns.PDF:
        return content.startswith(_PDF)
    return is_plain(content, encoding)


def is_plain(content: bytes, encoding: str | None) -> bool:
    """True for what cannot be read as a PDF or a web page, whatever it is.

    In the encodings that are recognized no `<` is without its byte; where `encoding` is
    forced, it may be.

    >>> is_plain("5 % 以下".encode("gb18030"), None), is_plain(b"if a < b", None)
    (True, False)
    """
    return _TAG not in content and _PDF not in content[:_HEAD] and encoding is None
