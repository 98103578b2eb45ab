"""The reader: a child that decompresses a dataset and cuts it into chunks of rows.

It sends them through a pipe, which holds it up as long as nobody takes them. Where a
chunk ends depends on the file alone, so that a resumed run cuts at the same places.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from ingest.batch.child import Task
from ingest.batch.datasets.wire import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    Chunk,
    read_order,
    send_chunk,
)
from ingest.errors import DocumentError, LimitError, MalformedError

_BLOCK = 1 << 18
_ZSTD_BLOCK = 1 << 13
"""Compressed bytes given to zstd at once: at its utmost they become 256 MB, inside the child's limit."""
_ADVICE = "fetch it again; the rows up to there are cleaned"
BOMB_FREE, BOMB_RATIO = 64 << 20, 200
"""A compressed file may become 64 MiB, and past that 200 times its size. Crawled text
shrinks 3 to 10 times, one page repeated all over 100 to 150 times; gzip's utmost is 1032."""


def read_rows(task: Task) -> dict[str, Any]:
    """Send the chunks of a dataset, from the order's chunk `skip` on; report how many rows it has.

    A file that breaks off or is damaged is sent up to there; then `MalformedError` is raised.
    """
    pipe, note = task.outputs
    order = read_order(note)
    rows = 0
    if order["form"] == "parquet":
        from ingest.batch.datasets.parquet import batches

        chunks = batches(task, order["field"])
        text = None
    else:
        text = opened(task.source, order["compression"])
        chunks = cut(text.stream, order["row_bytes"])
    for number, chunk in enumerate(chunks):
        if number >= order["skip"]:
            send_chunk(pipe, chunk)
        rows += chunk.rows
    if text is not None and text.damage is not None:
        raise text.damage
    return {"rows": rows}


class Text:
    """The lines of a file. `damage` says, at their end, why there are no more."""

    def __init__(self, stream: BinaryIO, bounded: _Bounded | None = None) -> None:
        self.stream = stream
        self._bounded = bounded

    @property
    def damage(self) -> DocumentError | None:
        return None if self._bounded is None else self._bounded.damage


def opened(number: int, compression: str) -> Text:
    """Open a file's text for reading, decompressed within bounds."""
    file = os.fdopen(os.dup(number), "rb", _BLOCK)
    if not compression:
        return Text(file)
    made = _gunzip(file) if compression == "gz" else _unzstd(file)
    bounded = _Bounded(made, file.tell)
    return Text(cast("BinaryIO", io.BufferedReader(bounded, _BLOCK)), bounded)


def cut(stream: BinaryIO, row_bytes: int) -> Iterator[Chunk]:
    r"""Cut lines into chunks; a line over `row_bytes` becomes chunks of its own.

    >>> [chunk.rows for chunk in cut(io.BufferedReader(io.BytesIO(b"{}\n" * 2700)), 100)]
    [2000, 700]
    """
    held: list[bytes] = []
    size = filled = 0
    while row := stream.readline(row_bytes):
        if len(row) == row_bytes and not row.endswith(b"\n"):
            if held:
                yield Chunk(len(held), b"".join(held))
                held, size, filled = [], 0, 0
            yield from _verbatim(row, stream)
            continue
        held.append(row)
        size += len(row)
        filled += len(row) > 2 or bool(row.strip())  # blank lines cost next to nothing
        if filled >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield Chunk(len(held), b"".join(held))
            held, size, filled = [], 0, 0
    if held:
        yield Chunk(len(held), b"".join(held))


def _verbatim(begun: bytes, stream: BinaryIO) -> Iterator[Chunk]:
    """Send a line that is too long in parts, so that no memory must hold it."""
    for at in range(0, len(begun), CHUNK_BYTES):
        yield Chunk(0, begun[at : at + CHUNK_BYTES], "part")
    part = stream.readline(CHUNK_BYTES)
    while part and not part.endswith(b"\n"):
        yield Chunk(0, part, "part")
        part = stream.readline(CHUNK_BYTES)
    yield Chunk(1, part, "end")


class _Bounded(io.RawIOBase):
    """Decompressed bytes, as long as they are not out of all proportion to the compressed ones."""

    def __init__(self, read: Iterator[bytes], consumed: Callable[[], int]) -> None:
        self._read = read
        self._consumed = consumed
        self._held = memoryview(b"")
        self._made = 0
        self.damage: DocumentError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held:
            part = self._next()
            if part is None:
                return 0
            self._held = memoryview(part)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _next(self) -> bytes | None:
        # An error raised through a buffer would take the row begun with it: it waits here.
        if self.damage is not None:
            return None
        try:
            part = next(self._read, None)
        except DocumentError as error:
            self.damage = error
            return None
        self._made += len(part or b"")
        if self._made > BOMB_FREE + BOMB_RATIO * self._consumed():
            self.damage = LimitError(
                f"{self._consumed()} compressed bytes become more than {self._made}",
                reason="bomb",
                advice="decompress it first, if it is what it seems",
            )
            return None
        return part


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Decompress all members of a gzip file."""
    inflater = zlib.decompressobj(31)
    begun = False
    block = file.read(_BLOCK)
    while block:
        try:
            made = inflater.decompress(block, _BLOCK)
        except zlib.error as error:
            raise MalformedError(f"its gzip is damaged: {error}", advice=_ADVICE) from None
        begun = True
        if made:
            yield made
        block = inflater.unconsumed_tail
        if inflater.eof:
            # Members follow each other; NULs behind the last one are padding.
            block = inflater.unused_data.lstrip(b"\0")
            inflater, begun = zlib.decompressobj(31), False
            while not block and (more := file.read(_BLOCK)):
                block = more.lstrip(b"\0")
        elif not block:
            block = file.read(_BLOCK)
    if begun:
        # What is left may be more than one block.
        while made := inflater.decompress(b"", _BLOCK):
            yield made
        if not inflater.eof:
            raise MalformedError("its gzip ends too early", advice=_ADVICE)


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    """Decompress all frames of a Zstandard file."""
    import zstandard

    context = zstandard.ZstdDecompressor()
    frame = context.decompressobj()
    begun = False
    block = file.read(_ZSTD_BLOCK)
    while block:
        try:
            made = frame.decompress(block)
        except zstandard.ZstdError as error:
            raise MalformedError(f"its zstd is damaged: {error}", advice=_ADVICE) from None
        begun = True
        if made:
            yield made
        block = b""
        if frame.eof:
            block = frame.unused_data
            frame, begun = context.decompressobj(), False
        block = block or file.read(_ZSTD_BLOCK)
    if begun:
        raise MalformedError("its zstd ends too early", advice=_ADVICE)
