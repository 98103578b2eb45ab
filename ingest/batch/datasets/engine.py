"""The engine for datasets: reader, cleaning children, work folder, one outcome per dataset."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.batch.closing import Closing
from ingest.batch.datasets.feed import PATIENCE, UNBOUNDED, Dataset, Reading, cpu_limit, ended
from ingest.batch.datasets.kinds import Kind, kind_of, output_names
from ingest.batch.datasets.pieces import Cleaners, Loaded, RowGuard, Sums
from ingest.batch.datasets.repeats import mark_repeats
from ingest.batch.datasets.verdict import judged, outcome
from ingest.batch.datasets.wire import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ROW_BYTES,
    receive_chunk,
    write_order,
)
from ingest.batch.datasets.work import Work
from ingest.batch.endings import Ending, short, whole
from ingest.batch.folder import OutputFolder
from ingest.batch.guard import Guard
from ingest.batch.intake import Candidate, open_candidate
from ingest.batch.names import STAGING
from ingest.batch.options import DOCUMENT_JOB, RunOptions
from ingest.batch.outcome import Outcome
from ingest.batch.versions import fingerprints, versions
from ingest.batch.writing import write_all
from ingest.errors import DocumentError, OutputError
from ingest.settings import Settings

_JOBS = {
    "jsonl": "ingest.batch.datasets.cleaning:clean_lines",
    "parquet": "ingest.batch.datasets.parquet:clean_batch",
}
_JOIN = "ingest.batch.datasets.parquet:join_batches"
_AHEAD = 4
"""Chunks a worker that may be finished before an earlier one is: some 4 MB each, on the disk."""
_CHECKPOINT = 1.0
"""Seconds between two points that a resumed run can go on from: a point costs about 10 ms."""
_FOR_GOOD = ("bomb", "no-field", "malformed", "no-rows")
"""Reasons that another run of the same file meets again: what was begun is thrown away."""
_CODECS = ("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4")


class DatasetEngine(Closing):
    """Cleans datasets, one after the other, each with `settings.workers` children."""

    def __init__(self, folder: OutputFolder, settings: Settings, options: RunOptions) -> None:
        self._folder = folder
        self._settings = settings
        self._options = options
        self._guards: dict[str, RowGuard] = {}
        self._flying = settings.workers
        """Chunks at work at a time."""

    def close(self) -> list[Outcome]:
        """End all children. What a dataset in the middle came to is kept for the next run."""
        while self._guards:
            self._guards.popitem()[1].close()
        return []

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome | None]:
        """Yield one outcome per candidate, in their order; None before each wait.

        Whoever stops at a None leaves the dataset where it is: the next run goes on there.
        """
        for candidate in candidates:
            yield (yield from self._outcome(candidate))

    def _outcome(self, candidate: Candidate) -> Generator[None, None, Outcome]:
        started = time.monotonic()
        try:
            if candidate.problem is not None:
                raise candidate.problem
            # No limit for the file: its rows are read one by one, and each has its own.
            number, size = open_candidate(candidate, UNBOUNDED)
            with os.fdopen(number, "rb") as file:
                kind = kind_of(number, candidate.relative)
                kind.require()
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                dataset = Dataset(candidate, kind, number, size, sha256)
                return (yield from self._dataset(dataset, started))
        except DocumentError as error:
            return Outcome(
                candidate.source,
                "quarantined",
                reason=error.reason,
                message=str(error),
                seconds=time.monotonic() - started,
                versions=versions(),
            )
        except OutputError as error:
            raise OutputError(f"{candidate.source}: {error.args[0]}", advice=error.advice) from None

    def _dataset(self, dataset: Dataset, started: float) -> Generator[None, None, Outcome]:
        targets = output_names(dataset.candidate.relative, dataset.kind)
        outputs = tuple(self._folder.path / target for target in targets)
        sketches = self._settings.near_duplicates
        work = Work(self._folder.path, targets[0], self._key(dataset), sketches=sketches)
        with contextlib.closing(work):
            if self._options.restart:
                work.clear()
            known = work.done()
            made = work.made(dataset.kind.form == "parquet")
            if known is not None and [_size(path) for path in outputs] == known["sizes"]:
                return outcome(dataset, known, outputs)
            if known is None or [_size(path) for path in made] != known["sizes"]:
                known = yield from self._clean(dataset, work)
                known["seconds"] = round(time.monotonic() - started, 4)
                if known["status"] == "quarantined":
                    work.close()
                    if known["reason"] in _FOR_GOOD:
                        work.clear()
                    return outcome(dataset, known, ())
                known["sizes"] = [path.stat().st_size for path in made]
                work.finish(known)
            self._publish(work, made, targets)
        return outcome(dataset, known, outputs)

    def _publish(self, work: Work, made: tuple[Path, Path], targets: tuple[str, str]) -> None:
        names = [f"dataset.{index}" for index in range(len(targets))]
        try:
            for path, name in zip(made, names, strict=True):
                path.rename(self._folder.path / STAGING / name)
            self._folder.publish(names, targets)
        except DocumentError:
            work.clear()
            raise
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}") from None
        work.clear(but_done=True)

    def _key(self, dataset: Dataset) -> str:
        """Everything that decides what comes out of a dataset, as one hash."""
        form = {
            "sha256": dataset.sha256,
            "kind": asdict(dataset.kind),
            "text": fingerprints(self._settings, self._options).text,
            "columns": [self._options.field, self._options.id_field],
            "job": self._options.job,
            **({"near_duplicates": True} if self._settings.near_duplicates else {}),
            "chunks": [CHUNK_ROWS, CHUNK_BYTES, self._row_bytes()],
        }
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()

    def _row_bytes(self) -> int:
        return min(ROW_BYTES, self._settings.max_size)

    def _clean(self, dataset: Dataset, work: Work) -> Generator[None, None, dict[str, Any]]:
        """Clean all rows into the work folder; return what there is to say of them."""
        point = work.begin() or {"chunks": 0, "rows": 0, "sums": Sums().to_json()}
        order = {
            "form": dataset.kind.form,
            "compression": dataset.kind.compression,
            "field": self._options.field,
            "id_field": self._options.id_field,
            "row_bytes": self._row_bytes(),
            "sketches": self._settings.near_duplicates,
            "skip": point["chunks"],
        }
        guard = self._guard(self._job(dataset.kind))
        cleaners = Cleaners(guard, self._flying, work.temporary, order)
        cleaners.sums = Sums.from_json(point["sums"])
        with Reading(self._settings, dataset, work.temporary(), order) as reading:
            try:
                for _ in self._flow(reading, cleaners, work, point):
                    if self._options.watch is not None:
                        rows = point["rows"]
                        self._options.watch(dataset.candidate.source, rows, reading.share(rows))
                    yield None
            finally:
                # However this ends: what is appended is good, and the next run goes on there.
                work.checkpoint(point)
            ending = reading.ending()
        known = judged(cleaners.sums, ending, point["rows"])
        if self._settings.near_duplicates and known["status"] != "quarantined":
            known["rows"]["near_duplicates"] = yield from mark_repeats(
                work, dataset.kind.compression
            )
            work.checkpoint(point)  # on the disk; a run that resumes finds them once more
        if dataset.kind.form == "parquet" and known["status"] != "quarantined":
            self._join(work, ending)
        return known

    def _join(self, work: Work, ending: Ending) -> None:
        """Make one Parquet file of the batches that were appended."""
        codec = short(ending.facts, "codec")
        order = {
            "codec": codec if codec in _CODECS else "SNAPPY",
            "group_rows": max(1, whole(ending.facts, "group_rows")),
        }
        rows = work.paths[0].stat().st_size
        settings = self._settings.replace(cpu_limit=cpu_limit(self._settings, rows))
        settings = settings.replace(wall_limit=PATIENCE)
        with (
            Guard(settings, _JOIN, output_limit=UNBOUNDED) as guard,
            work.paths[0].open("rb") as source,
            work.joined().open("wb") as target,
            work.temporary() as note,
        ):
            write_order(note.fileno(), order)
            guard.submit(0, "dataset", source.fileno(), [target.fileno(), note.fileno()])
            ending = ended(guard)
        if ending.report is None:
            raise ending.failure

    def _flow(
        self, reading: Reading, cleaners: Cleaners, work: Work, point: dict[str, Any]
    ) -> Iterator[None]:
        """Bring chunks from the reader through the children into the work folder, in order."""
        flying: dict[int, Loaded] = {}
        number, row = point["chunks"], point["rows"] + 1
        due, noted = number, time.monotonic()
        most = self._flying * _AHEAD
        more = True
        try:
            while more or flying:
                while more and cleaners.idle and number - due < most:
                    chunk = receive_chunk(reading.pipe, self._settings.memory_limit)
                    if chunk is None:
                        more = False
                        break
                    content = work.temporary()
                    write_all(content.fileno(), chunk.payload)
                    flying[number] = Loaded(number, row, chunk.rows, chunk.verbatim, content)
                    cleaners.begin(flying[number])
                    number, row = number + 1, row + chunk.rows
                    reading.rows = row - 1
                if cleaners.busy:
                    yield None
                    cleaners.wait()
                while due in flying and flying[due].done:
                    done = flying.pop(due)
                    with contextlib.closing(done):
                        for piece in done.pieces:
                            assert piece.files is not None  # noqa: S101  # a piece that is done
                            rows, changes, _, *sketches = piece.files
                            work.append(*(file.fileno() for file in (rows, changes, *sketches)))
                            cleaners.sums.add(piece.report)
                    due += 1
                    # Only now: what is noted as good holds whole chunks and nothing else.
                    point |= {"chunks": due, "rows": point["rows"] + done.rows}
                    work.settle_chunk(point["rows"])
                    point["sums"] = cleaners.sums.to_json()
                if time.monotonic() - noted >= _CHECKPOINT:
                    work.checkpoint(point)
                    noted = time.monotonic()
        finally:
            for left in flying.values():
                left.close()

    def _job(self, kind: Kind) -> str:
        return _JOBS[kind.form] if self._options.job == DOCUMENT_JOB else self._options.job

    def _guard(self, job: str) -> RowGuard:
        if job not in self._guards:
            self._guards[job] = self._started(job)
        return self._guards[job]

    def _started(self, job: str) -> RowGuard:
        return Guard(self._settings, job, output_limit=self._options.output_limit)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return -1
