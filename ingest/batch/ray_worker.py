"""What runs on the workers of a Ray cluster, how this process joins one, and what it hears back.

Nothing that comes back is more than plain values: a worker's child has read a hostile file.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from ingest.batch.endings import Ending, document_error
from ingest.batch.guard import Guard, GuardError
from ingest.batch.options import RunOptions
from ingest.batch.outcome import printable
from ingest.batch.regular import open_regular
from ingest.batch.urls import is_url, open_url
from ingest.errors import DocumentError, IngestError, MissingExtraError, OutputError
from ingest.settings import Settings

IN_FLIGHT = 2
"""Documents a worker: one at work and one on its way, so that it never waits for the network."""
TRIES = 3
"""Workers that one document may be lost with before it is taken for the cause."""


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
            return {"error": error_form(error), "size": 0}
        answer = self._through(printable(source), number, [b""] * len(self._settings.to))
        if "error" in answer:
            del answer["outputs"]
        return answer | {"size": size}

    def clean_rows(self, name: str, content: bytes, outputs: Sequence[bytes]) -> dict[str, Any]:
        """Send rows of a dataset through the guard; `outputs` is what its files hold before.

        Returns what `clean` returns, the outputs' bytes also where the child died.
        """
        return self._through(name, _spool(content), outputs)

    def _through(self, name: str, source: int, outputs: Sequence[bytes]) -> dict[str, Any]:
        """Send an open file through the guard, and close it."""
        with contextlib.ExitStack() as files:
            files.callback(os.close, source)
            numbers = [_spool(before) for before in outputs]
            for number in numbers:
                files.callback(os.close, number)
            self._guard.submit(0, name, source, numbers)
            endings = self._guard.wait()
            while not endings:
                endings = self._guard.wait()
            (ending,) = endings
            return {
                "facts": ending.facts,
                "used": [ending.seconds, ending.cpu_seconds, ending.memory],
                "outputs": [_content(number) for number in numbers],
                **(
                    {"error": error_form(ending.failure)}
                    if ending.report is None
                    else {"report": ending.report}
                ),
            }

    def _open(self, source: str, named: bool, content: bytes | None) -> tuple[int, int]:
        if content is not None:
            return _spool(content), len(content)
        if is_url(source):
            return open_url(source, self._settings.max_size)
        return open_regular(source, follow=named, max_size=self._settings.max_size)


def _spool(content: bytes) -> int:
    """Open a nameless temporary file with this content, at its start."""
    with tempfile.TemporaryFile() as spool:
        spool.write(content)
        spool.flush()
        number = os.dup(spool.fileno())
    os.lseek(number, 0, os.SEEK_SET)
    return number


def _content(number: int) -> bytes:
    with os.fdopen(number, "rb", closefd=False) as file:
        file.seek(0)
        return file.read()


def error_form(error: IngestError) -> dict[str, str]:
    """Return an error as plain values."""
    reason = error.reason if isinstance(error, DocumentError) else "crash"
    if isinstance(error, OutputError):
        reason = "output-error"
    if isinstance(error, GuardError):
        reason = "guard"
    return {"reason": reason, "message": str(error.args[0]), "advice": error.advice}


def error_of(form: dict[str, str]) -> IngestError:
    """Return the error that `error_form` made plain."""
    reason, message, advice = form["reason"], form["message"], form["advice"]
    if reason == "output-error":
        return OutputError(message, advice=advice)
    if reason == "guard":
        return GuardError(message, advice=advice)
    return document_error(reason, message, advice)


def join(ray: Any) -> None:
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


class Cluster:
    """A Ray cluster: the one that RAY_ADDRESS names, or one that is started here and ended again."""

    def __init__(self) -> None:
        if find_spec("ray") is None:
            raise MissingExtraError(
                "--engine ray needs the package ray", advice="pip install 'ingest[ray]'"
            )
        import ray

        self.ray: Any = ray
        self._own = not ray.is_initialized()
        if self._own:
            join(ray)

    def size(self, settings: Settings) -> int:
        """Return how many workers there should be: as many as asked for, or one for each CPU."""
        return settings.jobs or max(1, int(self.ray.cluster_resources().get("CPU", 1)))

    def workers(self, count: int, settings: Settings, options: RunOptions, job: str) -> list[Any]:
        """Start workers, each with a guard for a job."""
        # A worker that dies starts again, and what it had is ours to send again.
        actor = self.ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(Worker)
        given = settings, job, options.output_limit, options.confine
        return [actor.remote(*given) for _ in range(count)]

    def end(self, workers: list[Any]) -> None:
        """Kill workers, and what they have in hand."""
        for worker in workers:
            with contextlib.suppress(self.ray.exceptions.RayError):
                self.ray.kill(worker)
        workers.clear()

    def leave(self) -> None:
        """Leave the cluster; end it where it was started here."""
        if self._own and self.ray.is_initialized():
            self.ray.shutdown()


def ending_of(key: int, form: dict[str, Any]) -> Ending:
    """Return the ending that a worker's answer tells of."""
    return Ending(
        key,
        form.get("report"),
        error_of(form["error"]) if "error" in form else None,
        form.get("facts", {}),
        *form.get("used", ()),
    )
