"""A dataset that is open, and the child that reads it, seen from the batch's own process."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from typing import IO, Any

from ingest.batch.closing import Closing
from ingest.batch.datasets.kinds import Kind
from ingest.batch.datasets.wire import write_order
from ingest.batch.endings import Ending
from ingest.batch.guard import Guard
from ingest.batch.intake import Candidate
from ingest.batch.outcome import printable
from ingest.settings import Settings

_READER = "ingest.batch.datasets.reading:read_rows"
_PIPE = 1 << 20
_READ_RATE = 1 << 20
"""Bytes of a file that a reader is sure to get through in a second of CPU; it does 50 to 300 times that."""
PATIENCE = 1e7
UNBOUNDED = 1 << 50


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that is open: its number stays its owner's to close."""

    candidate: Candidate
    kind: Kind
    number: int
    size: int
    sha256: str


class Reading(Closing):
    """The reader of one dataset: its child, and the end of the pipe that its chunks come from."""

    def __init__(
        self, settings: Settings, dataset: Dataset, note: IO[bytes], order: dict[str, Any]
    ) -> None:
        settings = settings.replace(
            cpu_limit=cpu_limit(settings, dataset.size), wall_limit=PATIENCE
        )
        self._note = note
        self._dataset = dataset
        self.rows = 0
        """Rows that came from it, with those of an earlier run."""
        self._guard = Guard(settings, _READER, output_limit=UNBOUNDED)
        self.pipe, theirs = os.pipe()
        try:
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # more than this user may have
                    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, _PIPE)
            write_order(note.fileno(), order)
            os.lseek(dataset.number, 0, os.SEEK_SET)
            name = printable(dataset.candidate.source)
            self._guard.submit(0, name, dataset.number, [theirs, note.fileno()])
        finally:
            os.close(theirs)

    def close(self) -> None:
        """End the reader."""
        os.close(self.pipe)
        self._guard.close()
        self._note.close()

    def share(self, rows: int) -> float:
        """Which share of the file so many of its rows are, from 0 to 1.

        The reader shares its place in the file with this process; what it has read ahead
        is counted as rows that it has sent.
        """
        place = os.lseek(self._dataset.number, 0, os.SEEK_CUR) / max(self._dataset.size, 1)
        return min(1.0, place) * rows / max(self.rows, rows, 1)

    def ending(self) -> Ending:
        """Wait for the end of the reader, whose pipe is at its end."""
        return ended(self._guard)


def ended(guard: Guard) -> Ending:
    """Wait for the end of the one child of a guard."""
    endings = guard.wait()
    while not endings:
        endings = guard.wait()
    return endings[0]


def cpu_limit(settings: Settings, size: int) -> float:
    """Return the CPU seconds of a child that goes through a file of `size` bytes."""
    return settings.cpu_limit + size / _READ_RATE
