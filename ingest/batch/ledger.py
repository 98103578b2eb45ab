"""The ledger: what became of which input, in a database that no kill can tear.

A row is written after the outputs that it speaks of are on the disk, and is on the disk
itself before anybody hears of it. SQLite with a write-ahead log, synchronous FULL.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ingest.batch.closing import Closing
from ingest.batch.folder import OutputFolder
from ingest.errors import OutputError

_VERSION = 1
_SKETCHES = """
CREATE TABLE IF NOT EXISTS sketches(
  number INTEGER PRIMARY KEY,
  sketch BLOB NOT NULL        -- of the text, where near-duplicates are looked for
)"""
_SCHEMA = f"""
CREATE TABLE documents(
  number INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE,  -- path below the folder that all inputs share, its exact bytes
  source BLOB NOT NULL,       -- as given or found
  stamp TEXT NOT NULL,        -- size, time of change and inode when it was read
  sha256 TEXT NOT NULL,
  made TEXT NOT NULL,         -- fingerprint of versions, settings and what is written
  text TEXT NOT NULL,         -- fingerprint of versions and settings of the text
  status TEXT NOT NULL,
  files TEXT NOT NULL,        -- JSON: [name, bytes, time of change] of each file written
  record TEXT NOT NULL        -- JSON: as in documents.jsonl
);
CREATE TABLE inputs(
  position INTEGER PRIMARY KEY,
  document INTEGER NOT NULL,
  record TEXT                 -- where this run has something else to say than the row
);
{_SKETCHES};
CREATE TABLE facts(key TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = {_VERSION};
"""
ENTRY = "number, source, stamp, sha256, made, text, status, files"
_AT_ONCE = 500
"""Documents looked up in one query: of one alone, more than half the time is the query's own."""
_CHUNK = 500
_ADVICE = "--restart begins a new ledger"

Row: TypeAlias = tuple[int, bytes, bytes, str, str, str, str, str, str, str]
"""One row of `documents`, in the order of its columns."""
Input: TypeAlias = tuple[int, int, str | None]
"""One row of `inputs`: position, number of the document, record where it differs."""


class Entry(NamedTuple):
    """What the ledger knows of a document from before."""

    number: int
    source: bytes
    stamp: str
    sha256: str
    made: str
    text: str
    status: str
    files: str


class Ledger(Closing):
    """The ledger of an output folder, opened for one batch.

    Raises `OutputError` where it cannot be read or written; `restart` then replaces it,
    and marks what a readable one knows as not done.
    """

    def __init__(self, folder: OutputFolder, *, restart: bool = False) -> None:
        self._path = folder.ledger_path()
        try:
            self._connection = _opened(self._path)
        except sqlite3.DatabaseError as error:
            if not restart or isinstance(error, sqlite3.OperationalError):
                raise _failure(self._path, error) from None
            folder.discard_ledger()
            with _told(self._path):
                self._connection = _opened(self._path)
        with _told(self._path):
            (last,) = self._connection.execute("SELECT max(number) FROM documents").fetchone()
            self._last: int = last or 0
            with self._transaction():
                self._connection.execute(_SKETCHES)  # not in the ledgers of earlier versions
                self._connection.execute("DELETE FROM inputs")
                self._connection.execute("DELETE FROM facts")
                if restart:
                    self._connection.execute("UPDATE documents SET made = ''")

    def number(self) -> int:
        """Return the number of a document that is not in the ledger yet."""
        self._last += 1
        return self._last

    def find(self, names: Sequence[bytes]) -> dict[bytes, Entry]:
        """Look documents up; what is not known is left out."""
        found: dict[bytes, Entry] = {}
        for start in range(0, len(names), _AT_ONCE):
            part = names[start : start + _AT_ONCE]
            places = ",".join("?" * len(part))
            query = f"SELECT name, {ENTRY} FROM documents WHERE name IN ({places})"  # noqa: S608
            with _told(self._path):
                for name, *row in self._connection.execute(query, part):
                    found[name] = Entry(*row)
        return found

    def record(self, number: int) -> str:
        """Return the record of a document that is in the ledger."""
        with _told(self._path):
            record: str = self._connection.execute(
                "SELECT record FROM documents WHERE number = ?", (number,)
            ).fetchone()[0]
        return record

    def keep(
        self, rows: Sequence[Row], inputs: Sequence[Input], sketches: Sequence[bytes] = ()
    ) -> None:
        """Write documents and the places of inputs; all on the disk when this returns.

        `sketches` are those of the rows, in their order; empty where there is none.
        """
        if not rows and not inputs:
            return
        with _told(self._path), self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
            self._connection.executemany("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?)", inputs)
            numbers = [row[0] for row in rows]
            known = [pair for pair in zip(numbers, sketches, strict=False) if pair[1]]
            self._connection.executemany("INSERT OR REPLACE INTO sketches VALUES (?, ?)", known)
            old = set(numbers).difference(number for number, _ in known)
            self._connection.executemany(
                "DELETE FROM sketches WHERE number = ?", [(number,) for number in old]
            )

    def seen_again(self, changes: Sequence[tuple[bytes, str, str, int]]) -> None:
        """Note source, stamp and record, by number, of documents that are the same elsewhere."""
        if changes:
            with _told(self._path), self._transaction():
                self._connection.executemany(
                    "UPDATE documents SET source = ?, stamp = ?, record = ? WHERE number = ?",
                    changes,
                )

    def state(self, facts: Mapping[str, str]) -> None:
        """Note facts of this run."""
        with _told(self._path), self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items())
            )

    def between(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        """Yield records and files of the inputs of this run from one place to before another."""
        while start < stop:
            with _told(self._path):
                rows = self._connection.execute(
                    "SELECT position, coalesce(inputs.record, documents.record), files"
                    " FROM inputs JOIN documents ON documents.number = inputs.document"
                    " WHERE position >= ? AND position < ? ORDER BY position LIMIT ?",
                    (start, stop, _CHUNK),
                ).fetchall()
            for _, record, files in rows:
                yield record, files
            if len(rows) < _CHUNK:
                return
            start = rows[-1][0] + 1

    def sketched(self) -> Iterator[tuple[int, str, bytes | None]]:
        """Yield place, record and sketch of the inputs of this run, in order."""
        start = 0
        while True:
            with _told(self._path):
                rows = self._connection.execute(
                    "SELECT position, coalesce(inputs.record, documents.record),"
                    " CASE WHEN inputs.record IS NULL THEN sketch END"
                    " FROM inputs JOIN documents ON documents.number = inputs.document"
                    " LEFT JOIN sketches ON sketches.number = inputs.document"
                    " WHERE position >= ? ORDER BY position LIMIT ?",
                    (start, _CHUNK),
                ).fetchall()
            yield from rows
            if len(rows) < _CHUNK:
                return
            start = rows[-1][0] + 1

    def sketch_at(self, position: int) -> bytes:
        """Return the sketch of the input of this run at a place where there is one."""
        with _told(self._path):
            sketch: bytes = self._connection.execute(
                "SELECT sketch FROM inputs JOIN sketches ON number = document WHERE position = ?",
                (position,),
            ).fetchone()[0]
        return sketch

    def record_at(self, position: int) -> str:
        """Return the record of the input of this run at a place."""
        return next(self.between(position, position + 1))[0]

    def close(self) -> None:
        """Close the ledger; what is in its log goes to its file, which then can be read alone."""
        with contextlib.suppress(sqlite3.Error):  # else the log is read when it is next opened
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk has sometimes undone the transaction already.
            with contextlib.suppress(sqlite3.OperationalError):
                self._connection.execute("ROLLBACK")
            raise


def _opened(path: Path) -> sqlite3.Connection:
    # The generator that a batch is may be advanced from another thread than it began in.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        elif version != _VERSION:
            raise sqlite3.DatabaseError("was written by another version of this program")
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _failure(path, error) from None


def _failure(path: Path, error: sqlite3.Error) -> OutputError:
    if isinstance(error, sqlite3.OperationalError):
        return OutputError(
            f"{path}: {error}", advice="check space and permissions; what is written stays"
        )
    return OutputError(f"{path}: {error}", advice=_ADVICE)
