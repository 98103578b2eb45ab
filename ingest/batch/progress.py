"""What a person sees of a batch: a bar on a terminal, quiet lines elsewhere, all on stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter
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
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failures]}", markup=False),
            console=Console(file=self._stream),
            # No thread of its own: it would fight with what else happens in this one.
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("", total=self._total, rate="", failures="")
        self._bar.start()

    def _draw(self) -> None:
        if self._bar is None or self._task is None:
            return
        self._drawn = time.monotonic()
        done = self._statuses.total()
        rate = done / max(self._drawn - self._started, 1e-9)
        self._bar.update(
            self._task, completed=done, rate=f"{rate:.1f}/s", failures=self._by_reason("", "")
        )
        self._bar.refresh()
