"""Long documents on their way through several children at a time.

Between an engine and its guard: the engine submits documents and hears of their ends, and
need not know that one was read by many.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count, pairwise

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, limit_error, whole
from ingest.batch.guard import Guard
from ingest.batch.limits import Limits
from ingest.batch.plain import kind
from ingest.batch.shares import SMALLEST
from ingest.errors import IngestError, UnreadableError

FEWEST = 500
"""Pages from which a document is split: a second of work, beside which what is done twice
(children, opening the file, the way of the readings) is little."""
_RANGE = 100
"""Fewest pages of a range: 0.1 s of work and more."""
_RANGES = 2
"""Ranges a worker: pages differ, and who had light ones takes another."""
_MOST = 32
"""Ranges of a document: as many open files go to the child that joins them."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Held:
    """What a document was submitted with, kept open until it is known whether it is long."""

    name: str
    source: int
    outputs: tuple[int, ...]

    def close(self) -> None:
        for number in (self.source, *self.outputs):
            os.close(number)


class _Split:
    """A document that is read in ranges of pages, each by a child that leaves them in a spool."""

    def __init__(
        self, held: _Held, pages: int, workers: int, asking: Ending, limits: Limits
    ) -> None:
        self.held = held
        self._limits = limits
        self.key = asking.key
        parts = min(_MOST, _RANGES * workers, max(1, pages // _RANGE))
        bounds = [pages * at // parts for at in range(parts + 1)]
        self.ranges = [range(first, stop) for first, stop in pairwise(bounds)]
        self.waiting = deque(range(parts))
        self.running: set[int] = set()
        self.spools: list[int] = []
        self.failure: IngestError | None = None
        self._used = asking
        self._since = time.monotonic() - asking.seconds

    @property
    def spent(self) -> float:
        """Seconds of CPU that its children have used which have ended."""
        return self._used.cpu_seconds

    def take(self, at: int, ending: Ending) -> None:
        """Add the ending of the child that read the range `at`."""
        if ending.report is None:
            pages, error = self.ranges[at], ending.failure
            error.args = (f"pages {pages.start + 1} to {pages.stop}: {error.args[0]}",)
            self.failure = self.failure or error
        self._used = self.together(ending)
        # What a document may use it may use in all.
        if self.failure is None and self._used.cpu_seconds > self._limits.cpu:
            self.failure = limit_error("cpu", self._limits)
        if self.failure is not None:
            self.waiting.clear()

    def together(self, ending: Ending) -> Ending:
        """Return an ending with what all the children used: CPU in sum, memory at most.

        The document may not have changed under their hands.
        """
        used = self._used
        error = self.failure or ending.error
        if error is None and ending.facts.get("sha256") != used.facts.get("sha256"):
            self.failure = error = UnreadableError("changed while it was read")
        return dataclasses.replace(
            ending,
            key=self.key,
            report=None if error else ending.report,
            error=error,
            facts=used.facts,
            seconds=time.monotonic() - self._since,
            cpu_seconds=used.cpu_seconds + ending.cpu_seconds,
            memory=max(used.memory, ending.memory),
        )

    def failed(self) -> Ending | None:
        """Return the ending where the document cannot be joined."""
        if self.failure is None:
            return None
        return dataclasses.replace(self._used, report=None, error=self.failure)

    def close(self) -> None:
        self.held.close()
        for number in self.spools:
            os.close(number)


class Splitter(Closing):
    """Sends documents through a guard, `workers` children at a time; long ones in ranges of pages.

    `spool` opens a nameless temporary file. With one worker nothing is split. With `isolate`
    no child serves a second document.
    """

    def __init__(
        self, guard: Guard, workers: int, spool: Callable[[str], int], *, isolate: bool = False
    ) -> None:
        self._guard = guard
        self._isolate = isolate
        self._workers = workers
        # With one worker one thing happens at a time.
        self._most = workers + (workers if workers > 1 else 0)
        self._spool = spool
        self._held: dict[int, _Held] = {}
        self._splits: dict[int, _Split] = {}
        self._ranges: dict[int, tuple[_Split, int]] = {}
        self._keys = count(-1, -1)  # those of documents count up from 0

    @property
    def has_room(self) -> bool:
        """True when another document could begin at once, or be sent ahead to a child at work."""
        waiting = sum(len(split.waiting) for split in self._splits.values())
        return len(self._guard) + waiting < self._most

    def submit(
        self, key: int, name: str, source: int, outputs: Sequence[int], *, size: int, alone: bool
    ) -> None:
        """Start on a document of `size` bytes. The open files stay the caller's to close."""
        share = {}
        if self._workers > 1 and size >= SMALLEST and not alone:
            share["fewest"] = FEWEST
            self._held[key] = _Held(name, os.dup(source), tuple(map(os.dup, outputs)))
        in_turn = "" if alone or self._isolate else kind(source, size)
        self._guard.submit(key, name, source, outputs, share=share, in_turn=in_turn)

    def wait(self, timeout: float) -> list[Ending]:
        """Wait until something happened; return the documents that ended, perhaps none."""
        endings = []
        for child in self._guard.wait(timeout):
            ended = self._ended(child)
            if ended is not None:
                endings.append(ended)
        for split in self._splits.values():
            while split.waiting and self._guard.has_place:
                self._begin(split, split.waiting.popleft())
        return endings

    def _ended(self, child: Ending) -> Ending | None:
        """Return the ending of the document whose child has ended; None where others go on."""
        if child.key in self._ranges:
            return self._read(*self._ranges.pop(child.key), child)
        split = self._splits.pop(child.key, None)
        if split is not None:
            split.close()
            return split.together(child)
        held = self._held.pop(child.key, None)
        pages = whole(child.report or {}, "pages_to_share")
        if held is None or not pages:
            if held is not None:
                held.close()
            return child
        split = self._splits[child.key] = _Split(
            held, pages, self._workers, child, self._guard.limits
        )
        for at in range(len(split.ranges)):
            split.spools.append(self._spool(f"{split.key}.pages-{at}"))
        return None

    def _begin(self, split: _Split, at: int) -> None:
        key = next(self._keys)
        pages = split.ranges[at]
        split.running.add(key)
        self._ranges[key] = split, at
        share = {"first": pages.start, "stop": pages.stop}
        self._guard.submit(
            key,
            split.held.name,
            split.held.source,
            [split.spools[at]],
            share=share,
            document=split.key,
            spent=split.spent,
        )

    def _read(self, split: _Split, at: int, child: Ending) -> Ending | None:
        """Take what a range came to; when all are there, have them joined."""
        split.running.discard(child.key)
        split.take(at, child)
        if split.failure is not None:
            for key in split.running:
                self._guard.stop(key)
        if split.running or split.waiting:
            return None
        failed = split.failed()
        if failed is not None:
            del self._splits[split.key]
            split.close()
            return failed
        held = split.held
        self._guard.submit(
            split.key,
            held.name,
            held.source,
            held.outputs,
            readings=split.spools,
            document=split.key,
            spent=split.spent,
        )
        return None

    def close(self) -> None:
        """Kill what is in flight, release everything."""
        self._guard.close()
        for held in self._held.values():
            held.close()
        for split in self._splits.values():
            split.close()
        self._held.clear()
        self._splits.clear()
        self._ranges.clear()
