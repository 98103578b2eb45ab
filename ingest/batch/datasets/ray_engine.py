"""The engine for datasets on a Ray cluster: read and put together here, cleaned by its workers.

Rows leave this machine a chunk at a time and come back as what a child made of them, so
that all else is as on one machine: order, account, work folder, resumption.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.batch.closing import Closing
from ingest.batch.datasets.engine import DatasetEngine
from ingest.batch.datasets.wire import content_of
from ingest.batch.endings import Ending
from ingest.batch.folder import OutputFolder
from ingest.batch.guard import GuardError
from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome, printable
from ingest.batch.ray_worker import IN_FLIGHT, TRIES, Cluster, ending_of
from ingest.batch.writing import write_all
from ingest.settings import Settings


@dataclass(slots=True)
class _Sent:
    """Rows on their way: their number, what goes, the files that wait for what comes back."""

    key: int
    name: str
    content: bytes
    outputs: tuple[int, ...]
    worker: int = 0
    lost: int = 0


class RemoteGuard(Closing):
    """Does what a guard does with rows, in guards of the cluster's workers.

    Rows that are lost with their worker are sent again; in the end they are a `GuardError`,
    and who sent them tries fewer at a time.
    """

    def __init__(self, cluster: Cluster, workers: list[Any]) -> None:
        self._cluster = cluster
        self._workers = workers
        self._load = [0] * len(workers)
        self._flights: dict[Any, _Sent] = {}

    def submit(self, key: int, name: str, source: int, outputs: Sequence[int] = ()) -> None:
        """Send rows to the worker that has least to do. The source stays the caller's to close;
        the outputs stay open until the rows have ended."""
        self._send(_Sent(key, name, content_of(source), tuple(outputs)))

    def _send(self, sent: _Sent) -> None:
        sent.worker = min(range(len(self._load)), key=self._load.__getitem__)
        before = [content_of(number) for number in sent.outputs]
        answer = self._workers[sent.worker].clean_rows.remote(sent.name, sent.content, before)
        self._load[sent.worker] += 1
        self._flights[answer] = sent

    def wait(self, timeout: float | None = None) -> list[Ending]:
        """Wait until something came back; return what ended, perhaps nothing."""
        ray = self._cluster.ray
        ready, _ = ray.wait(list(self._flights), num_returns=1, timeout=timeout, fetch_local=True)
        endings = []
        for answer in ready:
            sent = self._flights.pop(answer)
            self._load[sent.worker] -= 1
            try:
                form = ray.get(answer)
                ending = ending_of(sent.key, form)
            except ray.exceptions.RayError as error:
                lost = f"its worker was lost: {printable(str(error))[:200]}"
                form, ending = {}, Ending(sent.key, error=GuardError(lost))
            sent.lost += isinstance(ending.error, GuardError)
            if isinstance(ending.error, GuardError) and sent.lost < TRIES:
                self._send(sent)
                continue
            for number, content in zip(sent.outputs, form.get("outputs", ()), strict=False):
                os.ftruncate(number, 0)
                os.lseek(number, 0, os.SEEK_SET)
                write_all(number, content)
            endings.append(ending)
        return endings

    def close(self) -> None:
        """End the workers with what they have in hand."""
        self._flights.clear()
        self._cluster.end(self._workers)


class RayDatasetEngine(DatasetEngine):
    """Cleans datasets, one after the other, each by the workers of a cluster.

    `settings.jobs` is the number of workers; 0 means one for each CPU of the cluster. The
    dataset is read here, by a limited child as on one machine: workers need no file of it.
    """

    def __init__(self, folder: OutputFolder, settings: Settings, options: RunOptions) -> None:
        self._cluster = Cluster()
        self._count = self._cluster.size(settings)
        super().__init__(folder, settings, options)
        self._flying = self._count * IN_FLIGHT

    def _started(self, job: str) -> RemoteGuard:
        # A dataset of another kind needs another job: the CPUs are given back before.
        super().close()
        workers = self._cluster.workers(self._count, self._settings, self._options, job)
        return RemoteGuard(self._cluster, workers)

    def close(self) -> list[Outcome]:
        """End all workers. What a dataset in the middle came to is kept for the next run."""
        left = super().close()
        self._cluster.leave()
        return left
