"""`documents.jsonl`: one record per input, in input order, there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ingest.batch.folder import OutputFolder
from ingest.batch.names import RECORDS
from ingest.errors import OutputError


def write_records(folder: OutputFolder, lines: Iterable[str]) -> None:
    """Write the records under a temporary name, bring them to the disk, give them their name.

    Memory does not grow with their number. Raises `OutputError` where the disk refuses.
    """
    try:
        stage_lines(folder, RECORDS, lines)
    except OSError as error:
        folder.discard((RECORDS,))
        raise OutputError(
            f"{folder.path / RECORDS}: cannot be written: {error.strerror}",
            advice="make room and run again; what is done stays done",
        ) from None
    folder.publish((RECORDS,), (RECORDS,))


def stage_lines(folder: OutputFolder, name: str, lines: Iterable[str]) -> None:
    """Write lines under a temporary name and bring them to the disk; raises what that raises."""
    with os.fdopen(folder.open_staged(name), "w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
