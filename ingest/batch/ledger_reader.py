"""A look into a ledger that somebody else may be writing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.batch.closing import Closing
from ingest.batch.ledger import ENTRY, Entry

_FIND = f"SELECT {ENTRY} FROM documents WHERE name = ?"  # noqa: S608  # names of columns


class LedgerReader(Closing):
    """A look into a ledger, also beside a batch that is writing it.

    What is not there, or cannot be read, is empty.
    """

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        if path.is_file():
            uri = f"{path.absolute().as_uri()}?mode=ro"
            with contextlib.suppress(sqlite3.Error):
                self._connection = sqlite3.connect(uri, uri=True)

    def close(self) -> None:
        """Close the ledger."""
        if self._connection is not None:
            self._connection.close()

    def find(self, name: bytes) -> Entry | None:
        """Look a document up."""
        for row in self._rows(_FIND, (name,)):
            return Entry(*row)
        return None

    def facts(self) -> dict[str, str]:
        """Return the facts of the last run; `ended` is among them when it came to its end."""
        return dict(self._rows("SELECT key, value FROM facts"))

    def records(self) -> Iterator[str]:
        """Yield the records of the inputs of the last run, in order."""
        query = (
            "SELECT coalesce(inputs.record, documents.record) FROM inputs"
            " JOIN documents ON documents.number = inputs.document ORDER BY position"
        )
        for (record,) in self._rows(query):
            yield record

    def _rows(self, query: str, values: tuple[bytes, ...] = ()) -> Iterator[Any]:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                yield from self._connection.execute(query, values)
