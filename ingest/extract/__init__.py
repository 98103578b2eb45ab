"""Bytes in, `Document` out: PDF, HTML and plain text, told apart by content.

The only room that reads bytes. Nothing is repaired here, and nothing judged.
"""

from __future__ import annotations

import hashlib
import os
import stat
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

from ingest.document import Document, Source
from ingest.errors import (
    DocumentError,
    EmptyFileError,
    MissingFileError,
    NotADocumentError,
    TooLargeError,
    UnreadableError,
    UsageError,
)
from ingest.settings import Settings

#: Bytes asked of a file at a time, so that a file that grows cannot pass the size limit.
_CHUNK: Final = 1 << 20


def read(
    source: str | Path | bytes | BinaryIO,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    password: str | None = None,
) -> Document:
    """Read a document from a path, from bytes, or from a file object opened for bytes.

    What it is, PDF, HTML or text, is decided by its content. `name` is what messages and
    records call it (default: the path, or the file object's own name). `settings` brings
    the encoding, where it is to be told, and the size limit; `password` is for a PDF.

    The text of a plain text file is its exact decoding: encoding it again in
    `metadata["encoding"]` gives the bytes. Raises a `DocumentError` naming file and cause.

    >>> document = read("全年粮食总产量比上年增长\\r\\n".encode("gb18030"), name="price.txt")
    >>> document.text, document.source.media_type
    ('全年粮食总产量比上年增长\\r\\n', 'text/plain')
    >>> read(b"PK\\x03\\x04...", name="report.pdf")
    Traceback (most recent call last):
        ...
    ingest.errors.NotADocumentError: report.pdf: the content is of type ZIP archive (only PDF, HTML and text are read; convert the file first)
    """
    settings = settings or Settings()
    name, content = _content(source, name, settings.max_size)
    if not content:
        raise EmptyFileError(f"{name}: the file is empty")
    try:
        return _extract(content, name, settings, password)
    except DocumentError as error:
        raise error.named(name) from error.__cause__


def _extract(content: bytes, name: str, settings: Settings, password: str | None) -> Document:
    from ingest.extract.sniff import binary_name, is_html, is_pdf

    digest = hashlib.sha256(content).hexdigest()
    if is_pdf(content):
        from ingest.extract.pdf import read_pdf

        source = Source(name, digest, "application/pdf")
        secret = settings.password if password is None else password
        return read_pdf(content, source, password=secret, recognize=settings.ocr)
    binary = binary_name(content)
    if binary is not None:
        raise NotADocumentError(f"{name}: the content is of type {binary}")
    from ingest.extract.text import decode, read_text

    decoded = decode(
        content, name, encoding=settings.encoding, declared=_declared_encoding(content)
    )
    if is_html(decoded.text):
        from ingest.extract.html import read_html

        return read_html(decoded, Source(name, digest, "text/html"))
    return read_text(decoded, Source(name, digest, "text/plain"))


def _declared_encoding(content: bytes) -> str | None:
    """What a page says of its own encoding; a text that talks about pages says nothing."""
    from ingest.extract.encoding import DECLARATION, declared_encoding
    from ingest.extract.sniff import HEAD, is_html

    head = content[:DECLARATION]
    if b"charset" not in head.lower() and b"encoding" not in head:
        return None
    if not head.lstrip().startswith(b"<?xml") and not is_html(content[:HEAD].decode("latin-1")):
        return None
    return declared_encoding(head)


def _content(
    source: str | Path | bytes | BinaryIO, name: str | None, limit: int
) -> tuple[str, bytes]:
    """The name and the bytes of a source, at most `limit` of them."""
    if isinstance(source, bytes | bytearray | memoryview):
        name = name or "bytes"
        content = bytes(source)
        if len(content) > limit:
            raise _too_large(name, limit)
        return name, content
    if isinstance(source, str | Path):
        name = name or _printable(str(source))
        return name, _read_path(source, name, limit)
    own = getattr(source, "name", None)
    name = name or (_printable(own) if isinstance(own, str) else "stream")
    return name, _read_stream(source, name, limit)


def _printable(path: str) -> str:
    """A path as text: bytes of a file name that are no UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def _read_path(path: str | Path, name: str, limit: int) -> bytes:
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to never returns.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(f"{name}: no such file") from None
    except OSError as error:
        raise UnreadableError(f"{name}: {_cause(error)}") from None
    except ValueError as error:
        raise UnreadableError(f"{name!r}: {error}") from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError(f"{name}: is a folder, not a file", advice="name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(f"{name}: is not a regular file")
        if status.st_size > limit:
            raise _too_large(name, limit)
        with FileIO(descriptor, closefd=False) as stream:
            return _read_stream(stream, name, limit)
    finally:
        os.close(descriptor)


def _read_stream(stream: BinaryIO | FileIO, name: str, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            part = stream.read(min(_CHUNK, limit + 1 - size))
        except (OSError, ValueError) as error:  # ValueError: the file object is closed
            raise UnreadableError(f"{name}: {_cause(error)}") from None
        if isinstance(part, str):
            raise UsageError(f"{name}: the file object gives text; open it in mode 'rb'")
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > limit:
            raise _too_large(name, limit)


def _cause(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return reason[:1].lower() + reason[1:]


def _too_large(name: str, limit: int) -> TooLargeError:
    return TooLargeError(f"{name}: more than {limit:,} bytes")
