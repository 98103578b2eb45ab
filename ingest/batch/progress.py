"""What a person sees of a batch: a bar on a terminal, quiet lines elsewhere, all on stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from ingest.batch.outcome import Outcome, printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_REDRAW = 0.1
"""Seconds between two drawings of the bar."""


def line(outcome: Outcome) -> str:
    """Say on one line what is wrong with a document: its name and the cause.

    >>> line(Outcome("a.pdf", "quarantined", reason="empty", message="is empty"))
    'quarantined a.pdf: empty: is empty'
    """
    return f"{outcome.status} {printable(outcome.source)}: {outcome.reason}: " + printable(
        outcome.message
    )


@dataclass(slots=True)
class _Dataset:
    """A dataset in hand: its line in the bar, when it was first shown, and with how many rows."""

    source: str
    task: TaskID
    started: float
    rows: int


def _pace(what: str, done: int, seconds: float, left: int | None) -> str:
    """Say how fast things get done, and how long those that are left will take.

    >>> _pace("rows", 12_000, 4.0, 225_000)
    '3,000.0 rows/s, 1:15 left'
    """
    rate = done / max(seconds, 1e-9)
    if not rate or left is None:
        return f"{rate:,.1f} {what}/s"
    remaining = str(timedelta(seconds=round(left / rate))).removeprefix("0:").removeprefix("0")
    return f"{rate:,.1f} {what}/s, {remaining} left"


class Progress:
    """Shows a batch as it goes: call `advance` for each outcome.

    On a terminal a bar with count, rate, remaining time (where `total` is known) and
    failures by reason, drawn by the caller's own thread; elsewhere nothing but lines.
    Each document that is not whole gets a line naming it and the cause; a summary comes
    at the end. `quiet` leaves everything out.
    """

    def __init__(
        self, total: int | None = None, *, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        self._stream = stream or sys.stderr
        self._total = total
        self._quiet = quiet
        self._statuses: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._resumed = 0
        self._started = self._drawn = 0.0
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._dataset: _Dataset | None = None

    def __enter__(self) -> Progress:
        self._started = time.monotonic()
        if not self._quiet and self._stream.isatty():
            self._start_bar()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._draw()
            self._bar.stop()
        # A batch that could not even start has nothing to sum up.
        if not self._quiet and (error is None or self._statuses):
            print(self.summary(), file=self._stream)

    def advance(self, outcome: Outcome) -> None:
        """Count one outcome and show what there is to show."""
        self._statuses[outcome.status] += 1
        if self._bar is not None and self._dataset is not None:
            self._bar.remove_task(self._dataset.task)
            self._dataset = None
        self._resumed += outcome.resumed
        if outcome.reason:
            self._reasons[outcome.reason] += 1
        if self._quiet:
            return
        # What failed in an earlier run was said then, and stands in the summary.
        if outcome.status != "done" and not outcome.resumed:
            self._say(line(outcome))
        if self._bar is not None and time.monotonic() - self._drawn >= _REDRAW:
            self._draw()

    def rows(self, source: str, rows: int, share: float) -> None:
        """Show how far a dataset is: `rows` of it are done, about `share` of it is read."""
        if self._bar is None or time.monotonic() - self._drawn < _REDRAW:
            return
        now = time.monotonic()
        if self._dataset is None or self._dataset.source != source:
            task = self._bar.add_task("", total=None, pace="", note="")
            self._dataset = _Dataset(source, task, now, rows)
        # Only the share that is read tells how many rows there are.
        total = round(rows / share) if rows and share else None
        one = self._dataset
        self._bar.update(
            one.task,
            completed=rows,
            total=total,
            pace=_pace("rows", rows - one.rows, now - one.started, total and total - rows),
            note=printable(Path(source).name),
        )
        self._draw()

    def summary(self) -> str:
        """Say how many documents ended how, failures by reason, and how long it took."""
        seconds = time.monotonic() - self._started
        counts = ", ".join(
            f"{self._statuses[status]} {status}" for status in ("done", "partial", "quarantined")
        )
        total = self._statuses.total()
        text = f"{total} document{'' if total == 1 else 's'}: {counts}"
        resumed = f", {self._resumed} of them in an earlier run" if self._resumed else ""
        return f"{text}{self._by_reason(' (', ')')}{resumed}, {seconds:.1f} s"

    def _by_reason(self, before: str, after: str) -> str:
        if not self._reasons:
            return ""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self._reasons.most_common())
        return f"{before}{reasons}{after}"

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(
                text, markup=False, highlight=False, emoji=False, soft_wrap=True
            )
        else:
            print(text, file=self._stream, flush=True)

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        self._bar = Bar(
            BarColumn(20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            # Reasons take the room that is left; the numbers keep theirs.
            TextColumn(
                "{task.fields[note]}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=Console(file=self._stream),
            expand=True,
            # No thread of its own: it would fight with what else happens in this one.
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("", total=self._total, pace="", note="")
        self._bar.start()

    def _draw(self) -> None:
        if self._bar is None or self._task is None:
            return
        self._drawn = time.monotonic()
        done = self._statuses.total()
        left = None if self._total is None else max(self._total - done, 0)
        self._bar.update(
            self._task,
            completed=done,
            pace=_pace("documents", done, self._drawn - self._started, left),
            note=self._by_reason("", ""),
        )
        self._bar.refresh()
