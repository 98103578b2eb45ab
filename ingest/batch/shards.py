"""All documents of a batch in a few large files, for programs that train or search on them.

A shard holds the texts that were written, in input order, one row each: as lines of JSON or
as Parquet. Shards come from the `jsonl` outputs of the documents when all inputs are done, and
appear whole or not at all; `documents-shards.json` names them, with rows and hashes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from ingest.batch.closing import Closing
from ingest.batch.datasets.kinds import Kind
from ingest.batch.folder import OutputFolder
from ingest.batch.names import MANIFEST, shard_name
from ingest.batch.records import stage_lines
from ingest.errors import OutputError

if TYPE_CHECKING:
    from ingest.batch.uploads import Uploads

FORMS = ("jsonl", "jsonl.gz", "parquet")
SHARD_BYTES = 256 << 20
"""Bytes of rows at which a shard ends: what trainers and stores read at once."""
_GROUP_BYTES = 32 << 20
"""Bytes of rows that are held before they go into a Parquet file as one row group."""
_BLOCK = 1 << 20
# Fast, and within a few per cent of what more work would save.
_GZIP_LEVEL = 4
_SUFFIX = ".jsonl"


class Shard(NamedTuple):
    """One finished shard, as the manifest names it."""

    name: str
    rows: int
    bytes: int
    sha256: str


class _Sink(Protocol):
    def add(self, row: bytes) -> None: ...

    def close(self) -> None: ...


def require(form: str) -> None:
    """Raise `MissingExtraError` where what writes a form is not installed."""
    if form == "parquet":
        Kind("parquet").require()


def write_shards(
    folder: OutputFolder,
    outputs: Iterator[Sequence[str]],
    form: str,
    *,
    uploads: Uploads | None = None,
    stop: Callable[[], bool],
) -> bool:
    """Write the shards of a finished batch and their manifest; False where `stop` said True.

    `outputs` yields, for each input in order, the names of its files below the folder; an
    input without one (quarantined) has no row. Raises `OutputError` where a file that the
    ledger knows is gone, or the disk or the store refuses.
    """
    try:
        with _Collection(folder, form, uploads) as collection:
            for names in outputs:
                if stop():
                    return False
                for name in names:
                    if name.endswith(_SUFFIX):
                        collection.add(_row(folder.path / name))
            collection.publish()
    except OSError as error:
        raise OutputError(
            f"{folder.path}: shards cannot be written: {error.strerror or error}",
            advice="make room and run again; what is done stays done",
        ) from None
    return True


def _row(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise OutputError(
            f"{path}: is gone, and its row with it", advice="run again: it is done anew"
        ) from None


class _Collection(Closing):
    """The shards of one batch, under temporary names until all are there."""

    def __init__(self, folder: OutputFolder, form: str, uploads: Uploads | None) -> None:
        self._folder = folder
        self._form = form
        self._uploads = uploads
        self._finished: list[Shard] = []
        self._staged: list[str] = []
        self._writer: _Writer | None = None

    def add(self, row: bytes) -> None:
        if self._writer is None:
            name = shard_name(len(self._finished), self._form)
            self._staged.append(name)
            self._writer = _Writer(self._folder, name, self._form)
        self._writer.add(row)
        if self._writer.size >= SHARD_BYTES:
            self._end_shard()

    def publish(self) -> None:
        """Give all shards their names, or send them; the manifest, which names them, comes last."""
        self._end_shard()
        self._staged.append(MANIFEST)
        self._write_manifest()
        names = [shard.name for shard in self._finished]
        if self._uploads:
            self._uploads.send(self._folder.staged_path(MANIFEST))
            self._uploads.remove_others(names)
        else:
            self._folder.remove(self._folder.shards())
            self._folder.settle()
            self._folder.publish(self._staged, self._staged)
        self._staged.clear()

    def close(self) -> None:
        """Remove what is not published."""
        if self._writer is not None:
            self._writer.abandon()
        self._folder.discard(self._staged)

    def _end_shard(self) -> None:
        if self._writer is None:
            return
        self._finished.append(self._writer.finish())
        self._writer = None
        if self._uploads:
            # One at a time, so that the disk holds no more than one.
            self._uploads.send(self._folder.staged_path(self._staged.pop()))

    def _write_manifest(self) -> None:
        manifest = {
            "form": self._form,
            "rows": sum(shard.rows for shard in self._finished),
            "shards": [shard._asdict() for shard in self._finished],
        }
        stage_lines(self._folder, MANIFEST, [json.dumps(manifest, indent=2)])


class _Writer:
    """One shard in the making, under its temporary name."""

    def __init__(self, folder: OutputFolder, name: str, form: str) -> None:
        self._name = name
        self._file = _Hashed(os.fdopen(folder.open_staged(name), "wb"))
        self._sink = _sink(form, self._file)
        self._rows = 0
        self.size = 0

    def add(self, row: bytes) -> None:
        self._sink.add(row)
        self._rows += 1
        self.size += len(row)

    def finish(self) -> Shard:
        """Bring the shard to the disk."""
        self._sink.close()
        size, digest = self._file.finish()
        return Shard(self._name, self._rows, size, digest)

    def abandon(self) -> None:
        """Let go of the file; whoever made the folder removes it."""
        self._file.file.close()


class _Hashed(io.RawIOBase):
    """A file that knows the hash of what went into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.file.write(content)
        self._digest.update(content)
        self._size += len(content)
        return len(content)

    def tell(self) -> int:
        return self._size

    def finish(self) -> tuple[int, str]:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        return self._size, self._digest.hexdigest()


def _sink(form: str, file: _Hashed) -> _Sink:
    if form == "parquet":
        return _ParquetRows(file)
    return _Lines(gzip.GzipFile("", "wb", _GZIP_LEVEL, file, 0) if form.endswith(".gz") else file)


class _Lines:
    def __init__(self, file: Any) -> None:
        self._file = file

    def add(self, row: bytes) -> None:
        self._file.write(row)

    def close(self) -> None:
        if isinstance(self._file, gzip.GzipFile):
            self._file.close()


class _ParquetRows:
    """Rows of the columns that every document has; what differs from one to another as JSON."""

    def __init__(self, file: _Hashed) -> None:
        import pyarrow
        from pyarrow import parquet

        self._pyarrow = pyarrow
        text, number = pyarrow.string(), pyarrow.int64()
        self._schema = pyarrow.schema(
            [
                ("id", text),
                ("source", text),
                ("media_type", text),
                ("text", pyarrow.large_string()),
                ("metadata", text),
                ("pages", number),
                ("edits", text),
                ("marks", text),
                ("losses", number),
                ("damaged", pyarrow.bool_()),
            ]
        )
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[dict[str, object]] = []
        self._size = 0

    def add(self, row: bytes) -> None:
        record = json.loads(row)
        for key in ("metadata", "edits", "marks"):
            record[key] = json.dumps(record[key], ensure_ascii=False)
        record["pages"] = len(record["pages"])
        self._held.append(record)
        self._size += len(row)
        if self._size >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            table = self._pyarrow.Table.from_pylist(self._held, schema=self._schema)
            self._writer.write_table(table)
            self._held, self._size = [], 0
