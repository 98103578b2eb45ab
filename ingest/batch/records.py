"""`documents.jsonl`: one record per input, in input order, there whole or not at all."""

from __future__ import annotations

import json
import os
from types import TracebackType
from typing import Protocol

from ingest.batch.folder import OutputFolder
from ingest.batch.names import RECORDS
from ingest.batch.outcome import Outcome
from ingest.errors import OutputError


class Ledger(Protocol):
    """What a batch tells its outcomes to, in input order."""

    def add(self, outcome: Outcome) -> None:
        """Keep one outcome. Raises `OutputError` where that is impossible."""


class Records:
    """The ledger that is a file: grows under a temporary name, gets its name at the end.

    An interrupted batch closes it too, with the records of what was finished.
    """

    def __init__(self, folder: OutputFolder) -> None:
        self._folder = folder
        # Line by line: on a full disk no more than the record being written is lost.
        self._file = os.fdopen(folder.open_staged(RECORDS), "w", buffering=1, encoding="utf-8")

    def __enter__(self) -> Records:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, outcome: Outcome) -> None:
        """Write one record."""
        record = outcome.to_record(self._folder.path)
        try:
            self._file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
        except OSError as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Bring the file to the disk and give it its name.

        Raises `OutputError` on a full disk; the records that reached it are kept.
        """
        try:
            with self._file as file:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._folder.cut_to_lines(RECORDS)
            self._folder.publish((RECORDS,), (RECORDS,))
            raise self._failure(error) from None
        self._folder.publish((RECORDS,), (RECORDS,))

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"{self._folder.path / RECORDS}: cannot be written: {error.strerror}")
