"""Bytes into open files: all of them, or an error that says which limit or disk is in the way."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable

from ingest.errors import DocumentError, EmptyFileError, LimitError, OutputError, TooLargeError


def write_all(number: int, content: bytes) -> None:
    """Write all of `content`, without waiting for the disk.

    Raises `LimitError` (reason `output`) past the child's file limit, `OutputError`
    where the disk refuses, `DocumentError` where a pipe has no reader.
    """
    view = memoryview(content)
    try:
        while view:
            view = view[os.write(number, view) :]
    except BrokenPipeError:
        raise DocumentError("nobody reads its rows any more") from None
    except OSError as error:
        raise _refused(error) from None


def write_whole(number: int, content: bytes) -> None:
    """Write all of `content` as `write_all`, and wait until it is on the disk."""
    write_all(number, content)
    try:
        os.fsync(number)
    except OSError as error:
        raise _refused(error) from None


def _refused(error: OSError) -> LimitError | OutputError:
    if error.errno == errno.EFBIG:
        return LimitError("its output is over the limit", reason="output")
    return OutputError(f"cannot write the output: {error.strerror}")


def spooled(blocks: Iterable[bytes], max_size: int) -> tuple[int, int]:
    """Bring bytes to a nameless temporary file, open at its start; return its number and its size.

    Raises `EmptyFileError`, `TooLargeError` past `max_size` bytes, and what `blocks` raises.
    """
    with tempfile.TemporaryFile() as spool:
        size = 0
        for block in blocks:
            size += len(block)
            if size > max_size:
                raise TooLargeError(f"has more than {max_size} bytes")
            spool.write(block)
        if not size:
            raise EmptyFileError("is empty")
        spool.flush()
        number = os.dup(spool.fileno())
        os.lseek(number, 0, os.SEEK_SET)
        return number, size
