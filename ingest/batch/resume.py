"""What is done already stays done: between the inputs, the ledger and an engine.

Inputs that the ledger knows as done go past the engine; their outcomes come in their
places among those that the engine makes. What an engine made is written to the ledger
before anybody hears of it.
"""

# Names stay strings: there may be a million, of any bytes.
# ruff: noqa: PTH116, PTH118

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ingest.batch.names import RECORDS
from ingest.batch.outcome import Outcome
from ingest.batch.standing import Standing, decoded, is_unchanged

if TYPE_CHECKING:
    from ingest.batch.folder import OutputFolder
    from ingest.batch.intake import Candidate
    from ingest.batch.ledger import Entry, Input, Ledger, Row
    from ingest.batch.local import Engine
    from ingest.batch.versions import Fingerprints

_UNSEEN = ("missing", "unreadable")
"""Reasons with which nothing was read: they do not speak against what was written earlier."""
_STAYS = "what an earlier run wrote for the same bytes stays"
_DRAIN = 1.5
"""Seconds that documents in flight have when a batch is asked to stop."""
_MARKS = 10_000
"""Places of inputs written down at once: each time costs as much as bringing a file to the disk."""
_LOOK_AHEAD = 500
"""Inputs that are compared with the ledger at once, at most. Behind one that has to be done it
is one again: what is next may be slow to come by, and a worker waits."""


class _Begun(NamedTuple):
    """A candidate on its way through the engine."""

    position: int
    candidate: Candidate
    stamp: str
    old: Entry | None


class Resumption:
    """One run over inputs of which some may be done.

    `retry` has quarantined documents done again; `stop` is asked again and again, and
    when it says True no more documents begin.
    """

    def __init__(
        self,
        ledger: Ledger,
        folder: OutputFolder,
        prints: Fingerprints,
        *,
        retry: bool,
        stop: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._prints = prints
        self._standing = Standing(folder.path, prints, retry=retry)
        self._stop = stop
        self._prefix = os.path.join(folder.path, "")
        self._count = 0
        self._begun: dict[int, _Begun] = {}
        self._due: deque[int] = deque()
        self._fresh_count = 0
        self._marks: list[Input] = []
        self._seen_again: list[tuple[bytes, str, str, int]] = []
        self._records_hold = True
        self.complete = False

    def outcomes(
        self, engine: Engine, found: Iterator[Candidate], *, settles: bool
    ) -> Iterator[Outcome]:
        """Yield one outcome per input, in order. `settles`: the engine calls `settle` itself."""
        place, ordinal, deadline = 0, 0, 0.0
        for outcome in engine.outcomes(self._fresh(found)):
            if self._stop():
                deadline = deadline or time.monotonic() + _DRAIN
            if outcome is None:
                until = self._due[0] if self._due else self._count
                yield from self._recalled(place, until)
                place = until
                if deadline and time.monotonic() > deadline:
                    return
                continue
            if not settles:
                (outcome,) = self.settle([(ordinal, outcome)])
            ordinal += 1
            position = self._due.popleft()
            yield from self._recalled(place, position)
            yield outcome
            place = position + 1
        yield from self._recalled(place, self._count)
        self.complete = not self._stop()

    def left(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what an engine that does not settle had finished when it was closed."""
        waiting = {begun.candidate.source: ordinal for ordinal, begun in self._begun.items()}
        self.settle([(waiting[one.source], one) for one in outcomes if one.source in waiting])

    def settle(self, finished: Sequence[tuple[int, Outcome]]) -> list[Outcome]:
        """Write down what became of candidates, by their number in the order of the engine.

        Their outputs are on the disk already, by name; what an earlier run wrote for a
        document that has become another is removed here, and stays where the same bytes have
        failed this time. Returns the outcomes as recorded. What is settled twice, because an
        interrupt came between, is there once.
        """
        if finished and self._records_hold:
            # From here on the list of an earlier run, and what it collected, is not true of
            # what lies beside it.
            self._records_hold = False
            self._folder.remove([RECORDS, *self._folder.shards()])
        rows: list[Row] = []
        sketches: list[bytes] = []
        settled: list[Outcome] = []
        for ordinal, outcome in finished:
            begun = self._begun[ordinal]
            if begun.old is not None and outcome.reason in _UNSEEN:
                record = self._record(outcome)
                self._marks.append((begun.position, begun.old.number, record))
                settled.append(outcome)
                continue
            row, outcome = self._row(begun, outcome)
            rows.append(row)
            sketches.append(outcome.sketch)
            self._marks.append((begun.position, row[0], None))
            settled.append(outcome)
        self._folder.settle()
        self._ledger.keep(rows, self._marks, sketches)
        self._marks.clear()
        for ordinal, _ in finished:
            del self._begun[ordinal]
        return settled

    def _row(self, begun: _Begun, outcome: Outcome) -> tuple[Row, Outcome]:
        files = [self._file(os.fspath(path)) for path in outcome.outputs]
        if begun.old is not None:
            now = {name for name, _, _ in files}
            earlier = [name for name, *_ in json.loads(begun.old.files) if name not in now]
            # What was not read has no hash.
            same_bytes = (
                begun.old.sha256 == outcome.sha256
                if outcome.sha256
                else is_unchanged(begun.stamp, begun.old)
            )
            if same_bytes and (not outcome.ok or begun.old.text == self._prints.text):
                # Other formats of the same text, or what the document gave before a setting or a
                # limit made it fail, which may be a night's work: no longer looked after, still
                # known as ours.
                files += [(name, -1, 0) for name in earlier]
                if earlier and not outcome.ok:
                    outcome = dataclasses.replace(outcome, message=f"{outcome.message}; {_STAYS}")
            elif earlier:
                outcome = dataclasses.replace(outcome, removed=self._folder.remove(earlier))
        made = self._prints.made
        if not outcome.ok:
            # What cost no child costs nothing to find out again.
            made = self._prints.limited if outcome.sha256 or outcome.seconds else ""
        row = (
            begun.old.number if begun.old else self._ledger.number(),
            os.fsencode(begun.candidate.relative),
            os.fsencode(begun.candidate.source),
            begun.stamp,
            outcome.sha256,
            made,
            self._prints.text,
            outcome.status,
            json.dumps(files, separators=(",", ":")),
            self._record(outcome),
        )
        return row, outcome

    def _file(self, path: str) -> tuple[str, int, int]:
        found = os.stat(path, follow_symlinks=False)
        return path.removeprefix(self._prefix), found.st_size, found.st_mtime_ns

    def _record(self, outcome: Outcome) -> str:
        return json.dumps(
            outcome.to_record(self._folder.path), ensure_ascii=False, separators=(",", ":")
        )

    def _fresh(self, found: Iterator[Candidate]) -> Iterator[Candidate]:
        """Yield the candidates that have to be done; mark the place of the others."""
        ahead = 1
        while group := list(islice(found, ahead)):
            ahead = min(2 * ahead, _LOOK_AHEAD)
            names = [os.fsencode(candidate.relative) for candidate in group]
            known = self._ledger.find(names)
            for name, candidate in zip(names, group, strict=True):
                if self._stop():
                    return
                position, self._count = self._count, self._count + 1
                old = known.get(name)
                stamp = self._standing.stamp(candidate)
                if old is not None and self._standing.known(candidate, stamp, old):
                    self._marks.append((position, old.number, None))
                    self._note(candidate, stamp, old)
                    if len(self._marks) >= _MARKS or len(self._seen_again) >= _LOOK_AHEAD:
                        self._mark()
                    continue
                ahead = 1
                self._begun[self._fresh_count] = _Begun(position, candidate, stamp, old)
                self._fresh_count += 1
                self._due.append(position)
                yield candidate

    def _note(self, candidate: Candidate, stamp: str, old: Entry) -> None:
        """Note what is new about a candidate that is done: its name as given now, its stamp."""
        source = os.fsencode(candidate.source)
        if stamp == old.stamp and source == old.source:
            return
        record = json.loads(self._ledger.record(old.number))
        named = Outcome(candidate.source, "done").to_record()
        record.pop("source_bytes", None)
        record |= {key: named[key] for key in ("source", "source_bytes") if key in named}
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        self._seen_again.append((source, stamp, text, old.number))

    def _mark(self) -> None:
        self._ledger.keep((), self._marks)
        self._marks.clear()
        self._ledger.seen_again(self._seen_again)
        self._seen_again.clear()

    def _recalled(self, start: int, stop: int) -> Iterator[Outcome]:
        if start < stop:
            self._mark()
            for record, files in self._ledger.between(start, stop):
                outputs = tuple(
                    self._folder.path / name for name, size, _ in decoded(files) if size >= 0
                )
                yield Outcome.from_record(decoded(record), outputs, resumed=True)

    def outputs(self) -> Iterator[list[str]]:
        """Yield the files of all inputs, in order, when the run has come to its end."""
        self._mark()
        for _, files in self._ledger.between(0, self._count):
            yield [name for name, size, _ in decoded(files) if size >= 0]

    def records(self, *, near_duplicates: bool = False) -> Iterator[str]:
        """Return the records of all inputs, in order, when the run has come to its end.

        With `near_duplicates` they say which repeat an earlier one.
        """
        self._mark()
        if near_duplicates:
            from ingest.batch.duplicates import with_near_duplicates

            return with_near_duplicates(self._ledger)
        return (record for record, _ in self._ledger.between(0, self._count))
