"""The documents of a folder, each read in a guarded child, as what they show of their site."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.batch.child import Task
from ingest.batch.job import cleaned, preload
from ingest.batch.outcome import Outcome
from ingest.errors import CrashError, DocumentError, IngestError
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.batch.endings import Ending
    from ingest.batch.intake import Candidate
    from ingest.strip.observe import Observation

__all__ = ["observe_document", "observed", "preload"]

_BOUND = 64 << 20
"""Bytes of one observation that are taken back: a report of a million lines has 8 MB."""


def observe_document(task: Task) -> dict[str, Any]:
    """Read and repair the document of a task, return what it shows as JSON values."""
    from ingest.strip.observe import observe

    return observe(cleaned(task)).to_json()


def observed(
    folder: str | Path, settings: Settings
) -> Iterator[tuple[Outcome, Observation | None]]:
    """Yield an outcome for each document of a folder, and what it shows where it could be read.

    As they end, not in order. Each is read in a child of its own with the limits of
    `settings`, and repaired, nothing else.
    """
    from ingest.batch.guard import Guard
    from ingest.batch.intake import candidates
    from ingest.batch.options import RunOptions
    from ingest.batch.regular import open_regular

    settings = dataclasses.replace(settings, stages=("repair",), rules=())
    waiting = candidates([folder], os.devnull, RunOptions())
    flights: dict[int, Candidate] = {}
    begun = 0
    more = True
    job = f"{__name__}:observe_document"
    with Guard(settings, job, output_limit=_BOUND, bound=_BOUND) as guard:
        while more or flights:
            while more and len(flights) < settings.workers:
                candidate = next(waiting, None)
                if candidate is None:
                    more = False
                    break
                try:
                    if candidate.problem is not None:
                        raise candidate.problem
                    number, _ = open_regular(
                        candidate.source, follow=candidate.named, max_size=settings.max_size
                    )
                except DocumentError as error:
                    yield _refused(candidate, error), None
                    continue
                try:
                    guard.submit(begun, candidate.source, number)
                finally:
                    os.close(number)
                flights[begun] = candidate
                begun += 1
            for ending in guard.wait() if flights else ():
                yield _ended(flights.pop(ending.key), ending)


def _ended(candidate: Candidate, ending: Ending) -> tuple[Outcome, Observation | None]:
    from ingest.strip.observe import Observation

    if ending.report is None:
        return _refused(candidate, ending.failure), None
    try:
        shown = Observation.from_json(candidate.source, ending.report)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return _refused(candidate, CrashError(f"its report cannot be read: {error!r}")), None
    return Outcome(candidate.source, "done"), shown


def _refused(candidate: Candidate, error: IngestError) -> Outcome:
    reason = error.reason if isinstance(error, DocumentError) else "crash"
    return Outcome(candidate.source, "quarantined", reason=reason, message=str(error))
