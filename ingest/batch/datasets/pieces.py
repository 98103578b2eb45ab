"""Chunks on their way through cleaning children, and what is done when a child dies.

A child that dies over its rows has noted at which one: that row goes again alone, its
neighbours before and behind it go again without it. A row whose own child dies stays as
it is, with the reason.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from ingest.batch.datasets.wire import Verbatim, progress, write_order
from ingest.batch.endings import Ending, counts, short, whole
from ingest.batch.guard import GuardError
from ingest.errors import DocumentError, OutputError

_HEARTBEAT = 0.2
"""Seconds after which whoever waits may look after other things."""
_TRIES = 3
"""How often a row is tried when it is the guard that fails."""


class RowGuard(Protocol):
    """What cleans rows: a guard, here or elsewhere."""

    def submit(self, key: int, name: str, source: int, outputs: Sequence[int] = ()) -> None:
        """Start on some rows."""

    def wait(self, timeout: float | None = None) -> list[Ending]:
        """Wait until something happened; return what ended."""

    def close(self) -> None:
        """Kill what is in flight."""


@dataclass(slots=True, eq=False)
class Piece:
    """Some rows of a chunk, for one child; `failure` is why they are passed on as they are."""

    chunk: Loaded
    start: int
    stop: int
    failure: tuple[str, str] | None = None
    tries: int = 0
    files: tuple[IO[bytes], ...] | None = None
    """Rows, account of changes, the note with order and progress, sketches where they are asked for."""
    done: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Close its files."""
        for file in self.files or ():
            file.close()
        self.files = None


@dataclass(slots=True, eq=False)
class Loaded:
    """A chunk in flight: its number, the number of its first row, its bytes, its pieces in order."""

    number: int
    row: int
    rows: int
    verbatim: Verbatim
    content: IO[bytes]
    pieces: list[Piece] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """True when every piece is done."""
        return all(piece.done for piece in self.pieces)

    def close(self) -> None:
        """Close all files."""
        self.content.close()
        for piece in self.pieces:
            piece.close()


@dataclass(slots=True)
class Sums:
    """Counts over the rows of a dataset."""

    rows: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    memory: int = 0
    example: str = ""
    """The first row that stays as it is, and why."""

    def add(self, report: Mapping[str, Any]) -> None:
        """Add what one child reports; nothing in it is trusted but its shape."""
        form = dict(report)
        for name in ("rows", "reasons", "edits", "marks"):
            getattr(self, name).update(counts(form, name))
        for name in ("characters", "losses"):
            self.totals[name] += whole(form, name)
        self.example = self.example or short(form, "example", 300)
        self.totals["damaged"] += form.get("damaged") is True

    def used(self, ending: Ending) -> None:
        """Add what a child used, however it ended."""
        self.cpu_seconds += ending.cpu_seconds
        self.memory = max(self.memory, ending.memory)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {name: dict(getattr(self, name)) for name in _COUNTERS} | {
            "cpu_seconds": self.cpu_seconds,
            "memory": self.memory,
            "example": self.example,
        }

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Sums:
        """Read what `to_json` gave."""
        counters = {name: Counter(form[name]) for name in _COUNTERS}
        return cls(
            **counters,
            cpu_seconds=form["cpu_seconds"],
            memory=form["memory"],
            example=form.get("example", ""),
        )


_COUNTERS = ("rows", "reasons", "edits", "marks", "totals")


class Cleaners:
    """The children that clean chunks: `workers` at a time, one guard for all of them."""

    def __init__(
        self,
        guard: RowGuard,
        workers: int,
        temporary: Callable[[], IO[bytes]],
        order: dict[str, Any],
    ) -> None:
        self._files = 4 if order["sketches"] else 3
        self._guard = guard
        self._workers = workers
        self._temporary = temporary
        self._order = order
        self._waiting: deque[Piece] = deque()
        self._flights: dict[int, Piece] = {}
        self._next = 0
        self.sums = Sums()

    @property
    def idle(self) -> bool:
        """True when another chunk would begin at once."""
        return not self._waiting and len(self._flights) < self._workers

    @property
    def busy(self) -> bool:
        """True while anything is waiting or in flight."""
        return bool(self._waiting or self._flights)

    def begin(self, chunk: Loaded) -> None:
        """Take a chunk on."""
        chunk.pieces.append(Piece(chunk, 0, chunk.rows or 1))
        self._waiting.append(chunk.pieces[0])
        self._submit()

    def wait(self) -> None:
        """Wait until something happened, and act on it. Raises `OutputError` on a full disk."""
        for ending in self._guard.wait(_HEARTBEAT):
            piece = self._flights.pop(ending.key)
            self.sums.used(ending)
            if isinstance(ending.error, OutputError):
                raise ending.error
            if ending.report is not None:
                piece.report, piece.done = ending.report, True
            else:
                self._again(piece, ending)
        self._submit()

    def _submit(self) -> None:
        while self._waiting and len(self._flights) < self._workers:
            # What is tried again because the guard failed goes alone: no neighbour is blamed.
            suspects = (self._waiting[0], *self._flights.values())
            if self._flights and any(piece.tries for piece in suspects):
                return
            piece = self._waiting.popleft()
            piece.files = tuple(self._temporary() for _ in range(self._files))
            chunk = piece.chunk
            numbers = [file.fileno() for file in piece.files]
            write_order(
                numbers[2],
                self._order
                | {
                    "row": chunk.row,
                    "start": piece.start,
                    "stop": piece.stop,
                    "verbatim": chunk.verbatim,
                    "failure": piece.failure,
                },
            )
            self._flights[self._next] = piece
            name = f"row {chunk.row + piece.start}"
            self._guard.submit(self._next, name, chunk.content.fileno(), numbers)
            self._next += 1

    def _again(self, piece: Piece, ending: Ending) -> None:
        """Put in the place of a piece whose child died what is to be tried instead."""
        assert piece.files is not None  # noqa: S101  # it was in flight
        at = progress(piece.files[2].fileno())
        piece.close()
        chunk, start, stop = piece.chunk, piece.start, piece.stop
        error = ending.failure
        if piece.failure is not None or chunk.verbatim:
            # Nothing was done with these rows but to pass them on: not their fault.
            if piece.tries >= _TRIES:
                raise OutputError(f"row {chunk.row + start}: cannot be written: {error}")
            self._waiting.appendleft(piece)
            piece.tries += 1
            return
        if stop - start == 1:
            if isinstance(error, GuardError) and piece.tries < _TRIES:
                piece.tries += 1
            else:
                reason = error.reason if isinstance(error, DocumentError) else "crash"
                piece.failure = (reason, str(error))
                piece.tries = 0
            self._waiting.appendleft(piece)
            return
        if start <= at < stop:
            spans = [(start, at), (at, at + 1), (at + 1, stop)]
        else:  # before its first row or after its last: half of them at a time
            spans = [(start, (start + stop) // 2), ((start + stop) // 2, stop)]
        parts = [Piece(chunk, begin, end) for begin, end in spans if begin < end]
        index = chunk.pieces.index(piece)
        chunk.pieces[index : index + 1] = parts
        self._waiting.extendleft(reversed(parts))
