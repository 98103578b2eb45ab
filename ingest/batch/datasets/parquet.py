"""Parquet: batches for the reader, the cleaning of one batch, and the file that the batches make."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

from ingest.batch.child import Task
from ingest.batch.datasets import cleaning
from ingest.batch.datasets.account import Account
from ingest.batch.datasets.cleaning import Cleaner, RowError, cleaned
from ingest.batch.datasets.wire import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    Chunk,
    content_of,
    note_progress,
    read_order,
)
from ingest.batch.writing import write_all
from ingest.errors import DocumentError, MalformedError, OutputError
from ingest.settings import Settings

_GROUP_BYTES = 128 << 20
"""Bytes of values at which a row group ends, so that what joins them stays small."""
_LONGEST_ID = 1000


def _damaged(error: Exception) -> MalformedError:
    return MalformedError(f"its Parquet is damaged: {str(error)[:300]}", advice="write it anew")


def batches(task: Task, name: str) -> Iterator[Chunk]:
    """Yield the batches of a Parquet file as Arrow streams; announce its form first.

    Raises `DocumentError` (reason `no-field`) where there is no such column of strings,
    `MalformedError` where the file is damaged, after what could be read.
    """
    import pyarrow
    from pyarrow import parquet

    pyarrow.set_cpu_count(1)
    stream = io.FileIO(os.dup(task.source))
    try:
        file = parquet.ParquetFile(stream)
        schema = file.schema_arrow
        shape = file.metadata
        groups = [shape.row_group(number) for number in range(shape.num_row_groups)]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from None
    column = _column(schema, name)
    rows = max(1, sum(group.num_rows for group in groups))
    width = sum(group.total_byte_size for group in groups) // rows
    codec = groups[0].column(0).compression if groups and groups[0].num_columns else "SNAPPY"
    largest = max((group.num_rows for group in groups), default=1)
    task.announce({"codec": codec, "group_rows": largest, "column": column})
    count = min(max(CHUNK_BYTES // max(width, 1), 1), CHUNK_ROWS)
    sent = False
    try:
        for batch in file.iter_batches(batch_size=count, use_threads=False):
            yield Chunk(batch.num_rows, _stream(batch))
            sent = True
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from None
    if not sent:  # the schema at least must arrive
        yield Chunk(0, _stream(pyarrow.RecordBatch.from_pylist([], schema=schema)))


def _column(schema: Any, name: str) -> int:
    from pyarrow import types

    found = schema.get_all_field_indices(name)
    if len(found) != 1:
        names = ", ".join(schema.names[:20])
        raise _no_field(f"has {len(found) or 'no'} columns {name!r}, but {names}")
    kind = schema.field(found[0]).type
    if not (types.is_string(kind) or types.is_large_string(kind)):
        raise _no_field(f"its column {name!r} holds {kind}, not strings")
    return int(found[0])


def _no_field(message: str) -> DocumentError:
    error = DocumentError(message, advice="name the column of the text with --field")
    error.reason = "no-field"
    return error


def _stream(batch: Any) -> bytes:
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def clean_batch(task: Task, cleaner: Cleaner | None = None) -> dict[str, Any]:
    """Clean the rows `start` to `stop` of a batch: what `clean_lines` does for JSONL."""
    import pyarrow

    from ingest.pipeline import stages, through

    rows_out, account_out, note, *sketches_out = task.outputs
    order = read_order(note)
    batch = pyarrow.ipc.open_stream(content_of(task.source)).read_next_batch()
    account = Account(sketches=bytearray() if sketches_out else None)
    start, stop = order["start"], order["stop"]
    batch = batch.slice(start, stop - start)
    if order["failure"]:
        for at in range(start, stop):
            account.left(order["row"] + at, *order["failure"])
    else:
        if cleaner is None:
            chain = stages(task.settings)

            def cleaner(document: Any) -> Any:
                return through(document, chain)

        batch = _cleaned(batch, order, cleaner, account, note)
    note_progress(note, stop)
    write_all(rows_out, _stream(batch))
    account.write(account_out, sketches_out, order["compression"])
    return account.report()


def _cleaned(
    batch: Any, order: dict[str, Any], cleaner: Cleaner, account: Account, note: int
) -> Any:
    import pyarrow

    at = batch.schema.get_field_index(order["field"])
    kind = batch.schema.field(at).type
    large = pyarrow.types.is_large_string(kind)
    raw_kind = pyarrow.large_binary() if large else pyarrow.binary()
    # As bytes: a column of strings may hold what is no UTF-8, and must keep it.
    values: list[bytes | None] = batch.column(at).view(raw_kind).to_pylist()
    identities = _identities(batch, order["id_field"])
    changed = False
    for index, value in enumerate(values):
        note_progress(note, order["start"] + index)
        row = order["row"] + order["start"] + index
        identity = identities[index]
        try:
            text = _text(value, order)
            document = cleaned(text, f"row {row}", cleaner, identity)
            account.cleaned(row, document, identity)
            if document.text != text:
                values[index] = document.text.encode()
                changed = True
        except RowError as error:
            account.left(row, error.reason, str(error), identity)
    if not changed:
        return batch
    return batch.set_column(at, batch.schema.field(at), pyarrow.array(values, raw_kind).view(kind))


def _text(value: bytes | None, order: dict[str, Any]) -> str:
    if value is None:
        raise RowError("not-a-string", f"its column {order['field']!r} is null")
    if len(value) > order["row_bytes"]:
        raise RowError("too-large", f"the text has more than {order['row_bytes']} bytes")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RowError("not-utf-8", f"is no UTF-8 at byte {error.start}") from None


def _identities(batch: Any, name: str | None) -> list[object]:
    at = -1 if name is None else batch.schema.get_field_index(name)
    if at < 0:
        return [None] * int(batch.num_rows)
    try:
        values = batch.column(at).to_pylist()
    except ValueError:  # strings that are no UTF-8
        return [None] * int(batch.num_rows)
    return [
        value
        if isinstance(value, int | float | bool)
        or (isinstance(value, str) and len(value) <= _LONGEST_ID)
        else None
        for value in values
    ]


def join_batches(task: Task) -> dict[str, Any]:
    """Write the Arrow streams that follow each other in a file as one Parquet file."""
    import pyarrow
    from pyarrow import parquet

    target, note = task.outputs
    order = read_order(note)
    source = io.BufferedReader(io.FileIO(os.dup(task.source)), 1 << 20)
    size = os.fstat(task.source).st_size
    codec = "none" if order["codec"] == "UNCOMPRESSED" else order["codec"].lower()
    writer = None
    held: list[Any] = []
    rows = held_bytes = held_rows = 0
    try:
        # The descriptor is duplicated: closing the writer must leave ours to be synced.
        with io.BufferedWriter(io.FileIO(os.dup(target), "w"), 1 << 20) as sink:
            while source.tell() < size:
                stream = pyarrow.ipc.open_stream(source)
                if writer is None:
                    writer = parquet.ParquetWriter(sink, stream.schema, compression=codec)
                for batch in stream:
                    held.append(batch)
                    rows += batch.num_rows
                    held_rows += batch.num_rows
                    held_bytes += batch.nbytes
                if held_rows >= order["group_rows"] or held_bytes >= _GROUP_BYTES:
                    writer.write_table(pyarrow.Table.from_batches(held))
                    held, held_bytes, held_rows = [], 0, 0
            if writer is not None:
                if held_rows:
                    writer.write_table(pyarrow.Table.from_batches(held))
                writer.close()
        os.fsync(target)
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from None
    return {"rows": rows}


def preload(settings: Settings) -> None:
    """Load what rows need, in the zygote."""
    import pyarrow
    import pyarrow.ipc

    pyarrow.set_cpu_count(1)
    cleaning.preload(settings)
