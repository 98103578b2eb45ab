"""What passes between the batch and its children: chunks through a pipe, orders in a file."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingest.batch.writing import write_all
from ingest.errors import TooLargeError

Verbatim = Literal["", "part", "end"]

CHUNK_ROWS = 2000
"""Rows of one chunk. A child begins with cold caches: 2 kB rows cost 0.69 ms of CPU in chunks
of 500, 0.6 in chunks of 2000, 0.44 in one process that does nothing else."""
CHUNK_BYTES = 4 << 20
"""Bytes of one chunk, at which it ends with the row begun."""
ROW_BYTES = 16 << 20
"""Bytes of one row; a longer one is passed on in parts, and not cleaned."""

_FRAME = struct.Struct("!BQQ")
_PROGRESS = struct.Struct("!q")
_KINDS: tuple[Verbatim, ...] = ("", "part", "end")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a dataset as the reader sends them: how many, and their bytes.

    `verbatim` is `part` or `end` for a part of a row that is too long to be cleaned.
    """

    rows: int
    payload: bytes
    verbatim: Verbatim = ""


def send_chunk(pipe: int, chunk: Chunk) -> None:
    """Write a chunk to a pipe."""
    head = _FRAME.pack(_KINDS.index(chunk.verbatim), chunk.rows, len(chunk.payload))
    write_all(pipe, head)
    write_all(pipe, chunk.payload)


def receive_chunk(pipe: int, most: int) -> Chunk | None:
    """Read the next chunk from a pipe; None at its end, also one in the middle of a chunk.

    Raises `TooLargeError` for a chunk over `most` bytes: the reader has read a hostile file.
    """
    head = _exactly(pipe, _FRAME.size)
    if head is None:
        return None
    kind, rows, length = _FRAME.unpack(head)
    if length > most or kind >= len(_KINDS) or rows > most:
        raise TooLargeError(f"a chunk of {rows} rows and {length} bytes")
    payload = _exactly(pipe, length)
    return None if payload is None else Chunk(rows, payload, _KINDS[kind])


def _exactly(pipe: int, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(pipe, min(count - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def content_of(number: int) -> bytes:
    """Read a file from its start. Its position, which other children share, stays where it is."""
    parts = bytearray()
    while part := os.pread(number, 1 << 20, len(parts)):
        parts += part
    return bytes(parts)


def write_order(number: int, order: Mapping[str, Any]) -> None:
    """Write an order to its file, behind the place where the child notes its progress."""
    os.pwrite(number, _PROGRESS.pack(-1) + json.dumps(order).encode(), 0)


def read_order(number: int) -> dict[str, Any]:
    """Read the order that `write_order` wrote."""
    order: dict[str, Any] = json.loads(content_of(number)[_PROGRESS.size :])
    return order


def note_progress(number: int, row: int) -> None:
    """Note which row of its chunk a child works at: it stands there also when the child is killed."""
    os.pwrite(number, _PROGRESS.pack(row), 0)


def progress(number: int) -> int:
    """Return the row that a child noted last; -1 where it came to none."""
    return int(_PROGRESS.unpack(os.pread(number, _PROGRESS.size, 0))[0])
