"""The Ray engine: documents cleaned by guards on the workers of a cluster, records kept here.

Ray itself is no guard: a document that crashes its worker is retried for ever, or takes
others with it. So each worker is an actor with a guard of its own, the same as on one
machine, and what comes back is always an answer. A worker that is lost, with its
machine, costs a retry of what it had.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, document_error, whole
from ingest.batch.folder import OutputFolder, temporary_names
from ingest.batch.guard import Guard, GuardError
from ingest.batch.intake import Candidate, open_candidate
from ingest.batch.local import finished, quarantined
from ingest.batch.names import output_name
from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome, printable
from ingest.batch.regular import open_regular
from ingest.batch.urls import is_url, open_url
from ingest.batch.writing import write_whole
from ingest.errors import CrashError, DocumentError, IngestError, MissingExtraError, OutputError
from ingest.settings import Settings

_IN_FLIGHT = 2
"""Documents a worker: one at work and one on its way, so that it never waits for the network."""
_AHEAD = 1000
"""Outcomes that may wait for one that is not done."""
_TRIES = 3
"""Workers that one document may be lost with before it is taken for the cause."""
_HEARTBEAT = 0.2
_BLOCK = 1 << 20


class Worker:
    """What runs on the cluster: a guard, and the way of one document through it and back."""

    def __init__(self, settings: Settings, job: str, output_limit: int, confine: bool) -> None:
        self._settings = settings
        self._guard = Guard(settings, job, output_limit=output_limit, confine=confine)

    def clean(self, source: str, named: bool, content: bytes | None) -> dict[str, Any]:
        """Clean one document, read from its path or URL here, or from `content`.

        Returns plain values: report or error, facts, what was used, and the outputs' bytes.
        """
        try:
            number, size = self._open(source, named, content)
        except DocumentError as error:
            return {"error": _error_form(error), "size": 0}
        with contextlib.ExitStack() as files:
            files.callback(os.close, number)
            outputs = [files.enter_context(tempfile.TemporaryFile()) for _ in self._settings.to]
            self._guard.submit(0, printable(source), number, [one.fileno() for one in outputs])
            endings = self._guard.wait()
            while not endings:
                endings = self._guard.wait()
            (ending,) = endings
            answer = {
                "size": size,
                "facts": ending.facts,
                "used": [ending.seconds, ending.cpu_seconds, ending.memory],
            }
            if ending.report is None:
                return answer | {"error": _error_form(ending.failure)}
            for one in outputs:
                one.seek(0)
            return answer | {"report": ending.report, "outputs": [one.read() for one in outputs]}

    def _open(self, source: str, named: bool, content: bytes | None) -> tuple[int, int]:
        if content is not None:
            with tempfile.TemporaryFile() as spool:
                spool.write(content)
                spool.flush()
                number = os.dup(spool.fileno())
                os.lseek(number, 0, os.SEEK_SET)
                return number, len(content)
        if is_url(source):
            return open_url(source, self._settings.max_size)
        return open_regular(source, follow=named, max_size=self._settings.max_size)


def _error_form(error: IngestError) -> dict[str, str]:
    reason = error.reason if isinstance(error, DocumentError) else "crash"
    if isinstance(error, OutputError):
        reason = "output-error"
    if isinstance(error, GuardError):
        reason = "guard"
    return {"reason": reason, "message": str(error.args[0]), "advice": error.advice}


def _error(form: dict[str, str]) -> IngestError:
    reason, message, advice = form["reason"], form["message"], form["advice"]
    if reason == "output-error":
        return OutputError(message, advice=advice)
    if reason == "guard":
        return GuardError(message, advice=advice)
    return document_error(reason, message, advice)


def _join(ray: Any) -> None:
    """Join the cluster that RAY_ADDRESS names, or start one that ends with this process."""
    # What this program runs from and is not installed, workers must find, too.
    installed = (sys.prefix, sys.base_prefix)
    path = [os.path.abspath(one) for one in sys.path if one and not one.startswith(installed)]  # noqa: PTH100
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if path:
        options["runtime_env"] = {"env_vars": {"PYTHONPATH": os.pathsep.join(path)}}
    if "RAY_ADDRESS" not in os.environ:
        # A cluster of our own tells nobody that it runs, and shows no page.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        options["include_dashboard"] = False
    ray.init(**options)


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
        if find_spec("ray") is None:
            raise MissingExtraError(
                "--engine ray needs the package ray", advice="pip install 'ingest[ray]'"
            )
        import ray

        self._ray: Any = ray
        self._folder = folder
        self._settings = settings
        self._options = options
        self._own = not ray.is_initialized()
        if self._own:
            _join(ray)
        count = settings.jobs or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        # A worker that dies starts again, and what it had is ours to send again.
        self._actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(Worker)
        self._workers = [self._started() for _ in range(count)]
        self._load = [0] * count
        self._flights: dict[Any, tuple[_Task, int]] = {}
        self._finished: dict[int, Outcome] = {}
        self._again: list[_Task] = []

    def _started(self) -> Any:
        options = self._options
        return self._actor.remote(
            self._settings, options.job, options.output_limit, options.confine
        )

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
        return least if self._load[least] < _IN_FLIGHT else None

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
                self._lost(task, _error(form["error"]))
            else:
                self._finish(task, form)

    def _lost(self, task: _Task, error: Exception) -> None:
        """Send a document again whose worker was lost; in the end take it for the cause."""
        task.lost += 1
        if task.lost < _TRIES:
            self._again.append(task)
            return
        lost = CrashError(
            f"its worker was lost {task.lost} times: {printable(str(error))[:200]}",
            advice="look at the cluster; --retry-failed tries again",
        )
        self._finished[task.key] = quarantined(task.candidate, lost)

    def _finish(self, task: _Task, form: dict[str, Any]) -> None:
        candidate = task.candidate
        ending = Ending(
            task.key,
            form.get("report"),
            _error(form["error"]) if "error" in form else None,
            form.get("facts", {}),
            *form.get("used", ()),
        )
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
        for worker in self._workers:
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.kill(worker)
        self._workers.clear()
        self._flights.clear()
        if self._own and self._ray.is_initialized():
            self._ray.shutdown()
        left = [self._finished[key] for key in sorted(self._finished)]
        self._finished.clear()
        return left
