"""The local engine: a few documents in flight at a time, outcomes in input order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, counts, short, whole
from ingest.batch.folder import OutputFolder, temporary_names
from ingest.batch.guard import Guard, GuardError
from ingest.batch.intake import Candidate, open_candidate
from ingest.batch.names import output_name
from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome, printable
from ingest.batch.sketches import SKETCH_BYTES, told
from ingest.batch.splitting import Splitter
from ingest.batch.versions import versions
from ingest.errors import DocumentError, IngestError, OutputError
from ingest.settings import Settings

_AHEAD = 10_000
"""Outcomes that may wait for one that is not done: about 2 kB each, and enough that one
document that runs into its wall limit does not hold up the others."""
_GROUP = 64
_WINDOW = 0.1
"""Documents, and seconds, for which the first of a group that is finished waits for others:
bringing names and ledger to the disk costs 5 ms a time, however many they are."""
_HEARTBEAT = 0.2
"""Seconds after which whoever waits for an outcome may look after other things."""

Settle: TypeAlias = Callable[[Sequence[tuple[int, Outcome]]], list[Outcome]]
"""Writes down what became of candidates, by their number in the order in which they came;
returns the outcomes as recorded."""


class Engine(Protocol):
    """What turns candidates into outcomes, in the order of the candidates."""

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome | None]:
        """Yield one outcome per candidate, and None whenever it is about to wait.

        An engine that never yields None is asked to stop only with its next outcome.
        Raises `OutputError` and nothing else of its own.
        """

    def close(self) -> list[Outcome]:
        """Stop what is in flight; return outcomes that are finished and were not yielded."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """A document in flight."""

    candidate: Candidate
    size: int
    staged: tuple[str, ...]
    alone: bool


class LocalEngine(Closing):
    """Runs documents in children of this machine, `settings.workers` at a time.

    What is finished is given to `settle` a few at a time, in any order, and yielded after.
    """

    settle: Settle | None = None

    def __init__(self, folder: OutputFolder, settings: Settings, options: RunOptions) -> None:
        self._folder = folder
        self._settings = settings
        self._guard = Guard(
            settings,
            options.job,
            output_limit=options.output_limit,
            confine=options.confine,
            workers=settings.workers,
        )
        self._splitter = Splitter(
            self._guard, settings.workers, folder.open_spool, isolate=options.isolate
        )
        self._flights: dict[int, _Flight] = {}
        self._landed: list[tuple[int, Outcome]] = []
        self._landed_first = 0.0
        self._finished: dict[int, Outcome] = {}
        # In flight when the guard failed: each is tried once more alone, so that the one
        # that did it is known and its neighbours are not blamed.
        self._suspects: dict[int, Candidate] = {}
        self._begun = 0
        self._more = True

    @property
    def confinement(self) -> str:
        """How the kernel confines the children, in words; empty before the first is ready."""
        return self._guard.confinement

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome | None]:
        """Yield one outcome per candidate, in their order; None before each wait."""
        due = 0
        while self._fill(candidates, due) or self._landed or self._finished:
            if self._landed and (not self._flights or self._group_is_full()):
                self._settle()
            # Whoever asked gets what is ready before anything is waited for.
            while due in self._finished:
                yield self._finished.pop(due)
                due += 1
            if not self._flights:
                continue
            yield None
            patience = _HEARTBEAT
            if self._landed:
                patience = max(0.0, self._landed_first + _WINDOW - time.monotonic())
            ended = [(self._flights.pop(end.key), end) for end in self._splitter.wait(patience)]
            # The next ones work while what ended is brought to the disk.
            self._fill(candidates, due)
            for flight, ending in ended:
                self._finish(flight, ending)

    def _group_is_full(self) -> bool:
        return len(self._landed) >= _GROUP or time.monotonic() - self._landed_first >= _WINDOW

    def _land(self, key: int, outcome: Outcome) -> None:
        if not self._landed:
            self._landed_first = time.monotonic()
        self._landed.append((key, outcome))

    def _settle(self) -> None:
        """Bring what has landed to the disk, all at once."""
        self._folder.settle()
        landed = tuple(self._landed)
        outcomes = self.settle(landed) if self.settle else [outcome for _, outcome in landed]
        self._finished.update(zip((key for key, _ in landed), outcomes, strict=True))
        # Only now: an interrupt in the middle has it all settled once more on closing.
        self._landed.clear()

    def _fill(self, candidates: Iterator[Candidate], due: int) -> bool:
        """Begin as many documents as may be in flight; False when all there were are done."""
        if self._suspects and not self._flights:
            key = min(self._suspects)
            self._begin(key, self._suspects.pop(key), alone=True)
        while self._more and self._may_begin(due):
            candidate = next(candidates, None)
            if candidate is None:
                self._more = False
            else:
                self._begin(self._begun, candidate)
                self._begun += 1
        return bool(self._more or self._flights or self._suspects)

    def close(self) -> list[Outcome]:
        """Kill what is in flight; return what is finished and was not yielded, in order."""
        self._splitter.close()
        for flight in self._flights.values():
            self._folder.discard(flight.staged)
        self._flights.clear()
        self._settle()
        left = [self._finished[key] for key in sorted(self._finished)]
        self._finished.clear()
        return left

    def _may_begin(self, due: int) -> bool:
        alone = self._suspects or any(flight.alone for flight in self._flights.values())
        return self._splitter.has_room and self._begun - due < _AHEAD and not alone

    def _begin(self, key: int, candidate: Candidate, *, alone: bool = False) -> None:
        """Open a candidate and send it on its way, or finish it at once."""
        if candidate.problem is not None:
            self._land(key, quarantined(candidate, candidate.problem))
            return
        try:
            source, size = open_candidate(candidate, self._settings.max_size)
        except DocumentError as error:
            self._land(key, quarantined(candidate, error))
            return
        staged = tuple(temporary_names(key, len(self._settings.to)))
        outputs: list[int] = []
        self._flights[key] = _Flight(candidate, size, staged, alone)
        try:
            outputs.extend(self._folder.open_staged(name) for name in staged)
            shown = printable(candidate.source)
            self._splitter.submit(key, shown, source, outputs, size=size, alone=alone)
        finally:
            for number in (source, *outputs):
                os.close(number)

    def _finish(self, flight: _Flight, ending: Ending) -> None:
        candidate = flight.candidate
        if ending.report is None:
            self._folder.discard(flight.staged)
        if isinstance(ending.error, GuardError) and not flight.alone:
            self._suspects[ending.key] = candidate
            return
        if isinstance(ending.error, OutputError):
            raise OutputError(f"{candidate.source}: {ending.error.args[0]}")
        if ending.report is None:
            failed = quarantined(candidate, ending.failure, ending, flight.size)
            self._land(ending.key, failed)
            return
        targets = [output_name(candidate.relative, form) for form in self._settings.to]
        try:
            outputs = self._folder.publish(flight.staged, targets, settled=False)
        except DocumentError as error:
            self._land(ending.key, quarantined(candidate, error, ending, flight.size))
            return
        self._land(ending.key, finished(candidate, ending, outputs))


def finished(candidate: Candidate, ending: Ending, outputs: tuple[Path, ...]) -> Outcome:
    """Return the outcome of a document whose child has reported and whose outputs are written."""
    report = ending.report or {}
    marks = counts(report, "marks")
    reason, message = _partial(report, marks)
    return Outcome(
        candidate.source,
        "partial" if reason else "done",
        reason=reason,
        message=message,
        outputs=outputs,
        sha256=short(ending.facts, "sha256", 64),
        media_type=short(report, "media_type"),
        size=whole(ending.facts, "size"),
        pages=whole(report, "pages"),
        characters=whole(report, "characters"),
        edits=counts(report, "edits"),
        marks=marks,
        losses=whole(report, "losses"),
        damaged=report.get("damaged") is True,
        seconds=ending.seconds,
        cpu_seconds=ending.cpu_seconds,
        memory=ending.memory,
        versions=versions(),
        sketch=told(short(report, "sketch", 2 * SKETCH_BYTES)),
    )


_DOUBTS = {
    "extract.engines-disagree": ("engines-disagree", "two engines read different texts from"),
    "extract.garbled-page": ("garbled", "the fonts do not say which characters they draw on"),
}
"""Marks with which a document is not whole: the reason and what is said of its pages."""


def _partial(report: dict[str, Any], marks: Mapping[str, int]) -> tuple[str, str]:
    """Return why a document is not done as a whole, a word and a sentence; empty where it is."""
    unreadable = whole(report, "unreadable")
    if unreadable:
        places = "pages" if whole(report, "pages") else "bytes"
        why = short(report, "unreadable_why")
        return f"unreadable-{places}", f"{unreadable} unreadable {places}{why and f': {why}'}"
    for rule, (reason, said) in _DOUBTS.items():
        pages = marks.get(rule, 0)
        if pages:
            return reason, f"{said} {pages} {'page' if pages == 1 else 'pages'}"
    return "", ""


def quarantined(
    candidate: Candidate, error: IngestError, ending: Ending | None = None, size: int = 0
) -> Outcome:
    """Return the outcome of a document that came to nothing, and why."""
    reason = error.reason if isinstance(error, DocumentError) else "crash"
    used = ending or Ending(-1)
    return Outcome(
        candidate.source,
        "quarantined",
        reason=reason,
        message=str(error),
        sha256=short(used.facts, "sha256", 64),
        size=size,
        seconds=used.seconds,
        cpu_seconds=used.cpu_seconds,
        memory=used.memory,
        versions=versions(),
    )
