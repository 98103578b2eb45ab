"""The Ray engine: documents cleaned by guards on the workers of a cluster, records kept here.

Ray itself is no guard: a document that crashes its worker is retried for ever, or takes
others with it. So each worker is an actor with a guard of its own, the same as on one
machine, and what comes back is always an answer. A worker that is lost, with its
machine, costs a retry of what it had.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.batch.closing import Closing
from ingest.batch.endings import whole
from ingest.batch.folder import OutputFolder, temporary_names
from ingest.batch.intake import Candidate, open_candidate
from ingest.batch.local import finished, quarantined
from ingest.batch.names import output_name
from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome, printable
from ingest.batch.ray_worker import IN_FLIGHT, TRIES, Cluster, ending_of, error_of
from ingest.batch.urls import is_url
from ingest.batch.writing import write_whole
from ingest.errors import CrashError, DocumentError, OutputError
from ingest.settings import Settings

_AHEAD = 1000
"""Outcomes that may wait for one that is not done."""
_HEARTBEAT = 0.2


@dataclass(slots=True)
class _Task:
    """A document, and how often it was lost with its worker."""

    key: int
    candidate: Candidate
    lost: int = 0


class RayEngine(Closing):
    """Runs documents on a Ray cluster: the one that RAY_ADDRESS names, or a local one of its own.

    Workers read their documents themselves, from the path or URL that the batch was given:
    a path must lead to the same file on every machine. `settings.jobs` is the number of
    workers; 0 means one for each CPU of the cluster.
    """

    def __init__(self, folder: OutputFolder, settings: Settings, options: RunOptions) -> None:
        self._cluster = Cluster()
        self._ray = self._cluster.ray
        self._folder = folder
        self._settings = settings
        count = self._cluster.size(settings)
        self._workers = self._cluster.workers(count, settings, options, options.job)
        self._load = [0] * count
        self._flights: dict[Any, tuple[_Task, int]] = {}
        self._finished: dict[int, Outcome] = {}
        self._again: list[_Task] = []

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome | None]:
        """Yield one outcome per candidate, in their order; None before each wait."""
        begun = due = 0
        more = True
        while more or self._flights or self._again or self._finished:
            while self._again and self._free() is not None:
                self._submit(self._again.pop())
            while more and self._free() is not None and begun - due < _AHEAD:
                candidate = next(candidates, None)
                if candidate is None:
                    more = False
                    break
                self._begin(_Task(begun, candidate))
                begun += 1
            while due in self._finished:
                yield self._finished.pop(due)
                due += 1
            if self._flights:
                yield None
                self._wait()

    def _free(self) -> int | None:
        least = min(range(len(self._load)), key=self._load.__getitem__)
        return least if self._load[least] < IN_FLIGHT else None

    def _begin(self, task: _Task) -> None:
        problem = task.candidate.problem
        if problem is not None:
            self._finished[task.key] = quarantined(task.candidate, problem)
            return
        try:
            self._submit(task)
        except DocumentError as error:
            self._finished[task.key] = quarantined(task.candidate, error)

    def _submit(self, task: _Task) -> None:
        candidate = task.candidate
        source, content = candidate.source, None
        if not is_url(source):
            source = os.path.abspath(source)  # noqa: PTH100  # a string of any bytes
            if candidate.opener is not None:  # a member of an archive: read here, sent along
                number, _ = open_candidate(candidate, self._settings.max_size)
                with os.fdopen(number, "rb") as file:
                    content = file.read()
        worker = self._free() or 0
        answer = self._workers[worker].clean.remote(source, candidate.named, content)
        self._load[worker] += 1
        self._flights[answer] = task, worker

    def _wait(self) -> None:
        """Take what has come back within a heartbeat."""
        ready, _ = self._ray.wait(
            list(self._flights), num_returns=1, timeout=_HEARTBEAT, fetch_local=True
        )
        for answer in ready:
            task, worker = self._flights.pop(answer)
            self._load[worker] -= 1
            try:
                form = self._ray.get(answer)
            except self._ray.exceptions.RayError as error:
                self._lost(task, error)
                continue
            if form.get("error", {}).get("reason") == "guard":
                self._lost(task, error_of(form["error"]))
            else:
                self._finish(task, form)

    def _lost(self, task: _Task, error: Exception) -> None:
        """Send a document again whose worker was lost; in the end take it for the cause."""
        task.lost += 1
        if task.lost < TRIES:
            self._again.append(task)
            return
        lost = CrashError(
            f"its worker was lost {task.lost} times: {printable(str(error))[:200]}",
            advice="look at the cluster; --retry-failed tries again",
        )
        self._finished[task.key] = quarantined(task.candidate, lost)

    def _finish(self, task: _Task, form: dict[str, Any]) -> None:
        candidate = task.candidate
        ending = ending_of(task.key, form)
        if isinstance(ending.error, OutputError):
            raise OutputError(f"{candidate.source}: {ending.error.args[0]}")
        size = whole(form, "size")
        if ending.report is None:
            self._finished[task.key] = quarantined(candidate, ending.failure, ending, size)
            return
        staged = tuple(temporary_names(task.key, len(self._settings.to)))
        targets = [output_name(candidate.relative, one) for one in self._settings.to]
        for name, content in zip(staged, form["outputs"], strict=True):
            number = self._folder.open_staged(name)
            try:
                write_whole(number, content)
            finally:
                os.close(number)
        try:
            outputs = self._folder.publish(staged, targets)
        except DocumentError as error:
            self._finished[task.key] = quarantined(candidate, error, ending, size)
            return
        self._finished[task.key] = finished(candidate, ending, outputs)

    def close(self) -> list[Outcome]:
        """End the workers; return outcomes that are finished and were not yielded."""
        self._cluster.end(self._workers)
        self._flights.clear()
        self._cluster.leave()
        left = [self._finished[key] for key in sorted(self._finished)]
        self._finished.clear()
        return left
