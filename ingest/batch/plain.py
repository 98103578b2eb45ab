"""Which documents a child may do in turn with others: those that no native parser will read."""

from __future__ import annotations

import os

from ingest.batch import turns

LARGEST_IN_TURN = 1 << 20
"""Bytes of a document, beside whose work what it costs to bear a child is little: 5 ms."""
_HEAD = 1024
_TAG, _PDF = b"<", b"%PDF-"


def seems_plain(source: int) -> bool:
    """Guess from its first bytes whether an open file is plain text; its child looks again."""
    if not turns.offered():
        return False
    head = os.pread(source, _HEAD, 0)
    return _TAG not in head and _PDF not in head


def is_plain(content: bytes, encoding: str | None) -> bool:
    """True for what cannot be read as a PDF or a web page, whatever it is.

    In the encodings that are recognized no `<` is without its byte; where `encoding` is
    forced, it may be.

    >>> is_plain("5 % 以下".encode("gb18030"), None), is_plain(b"if a < b", None)
    (True, False)
    """
    return _TAG not in content and _PDF not in content[:_HEAD] and encoding is None
