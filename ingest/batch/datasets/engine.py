"""The engine for datasets: reader, cleaning children, work folder, one outcome per dataset."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ingest.batch.closing import Closing
from ingest.batch.datasets.kinds import Kind, kind_of, output_names
from ingest.batch.datasets.pieces import Cleaners, Loaded, Sums
from ingest.batch.datasets.wire import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ROW_BYTES,
    receive_chunk,
    write_all,
    write_order,
)
from ingest.batch.datasets.work import Work
from ingest.batch.endings import Ending, short, whole
from ingest.batch.folder import OutputFolder
from ingest.batch.guard import Guard
from ingest.batch.intake import Candidate, open_candidate
from ingest.batch.names import STAGING
from ingest.batch.options import DOCUMENT_JOB, RunOptions
from ingest.batch.outcome import Outcome, printable
from ingest.batch.versions import fingerprints, versions
from ingest.errors import DocumentError, IngestError, OutputError
from ingest.settings import Settings

_JOBS = {
    "jsonl": "ingest.batch.datasets.cleaning:clean_lines",
    "parquet": "ingest.batch.datasets.parquet:clean_batch",
}
_READER = "ingest.batch.datasets.reading:read_rows"
_JOIN = "ingest.batch.datasets.parquet:join_batches"
_AHEAD = 4
"""Chunks a worker that may be finished before an earlier one is: about 1 MB each, on the disk."""
_CHECKPOINT = 1.0
"""Seconds between two points that a resumed run can go on from: a point costs about 10 ms."""
_PIPE = 1 << 20
_READ_RATE = 1 << 20
"""Bytes of a file that a reader is sure to get through in a second of CPU; it does 50 to 300 times that."""
_PATIENCE = 1e7
_UNBOUNDED = 1 << 50
_FOR_GOOD = ("bomb", "no-field", "malformed", "no-rows")
"""Reasons that another run of the same file meets again: what was begun is thrown away."""
_UNFIT = ("no-field", "not-a-string", "broken-json", "not-an-object", "not-utf-8")
"""Reasons that, where no row at all is without them, say that this is another kind of file."""
_NO_TEXT = {"no-field", "not-a-string"}
_CODECS = ("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4")


class DatasetEngine(Closing):
    """Cleans datasets, one after the other, each with `settings.workers` children."""

    def __init__(self, folder: OutputFolder, settings: Settings, options: RunOptions) -> None:
        self._folder = folder
        self._settings = settings
        self._options = options
        self._guards: dict[str, Guard] = {}

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
            number, size = open_candidate(candidate, _UNBOUNDED)
            with os.fdopen(number, "rb") as file:
                kind = kind_of(number, candidate.relative)
                kind.require()
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                dataset = _Dataset(candidate, kind, number, size, sha256)
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

    def _dataset(self, dataset: _Dataset, started: float) -> Generator[None, None, Outcome]:
        targets = output_names(dataset.candidate.relative, dataset.kind)
        outputs = tuple(self._folder.path / target for target in targets)
        work = Work(self._folder.path, targets[0], self._key(dataset))
        with contextlib.closing(work):
            if self._options.restart:
                work.clear()
            known = work.done()
            made = work.made(dataset.kind.form == "parquet")
            if known is not None and [_size(path) for path in outputs] == known["sizes"]:
                return _outcome(dataset, known, outputs)
            if known is None or [_size(path) for path in made] != known["sizes"]:
                known = yield from self._clean(dataset, work)
                known["seconds"] = round(time.monotonic() - started, 4)
                if known["status"] == "quarantined":
                    work.close()
                    if known["reason"] in _FOR_GOOD:
                        work.clear()
                    return _outcome(dataset, known, ())
                known["sizes"] = [path.stat().st_size for path in made]
                work.finish(known)
            self._publish(work, made, targets)
        return _outcome(dataset, known, outputs)

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

    def _key(self, dataset: _Dataset) -> str:
        """Everything that decides what comes out of a dataset, as one hash."""
        form = {
            "sha256": dataset.sha256,
            "kind": asdict(dataset.kind),
            "text": fingerprints(self._settings, self._options).text,
            "columns": [self._options.field, self._options.id_field],
            "job": self._options.job,
            "chunks": [CHUNK_ROWS, CHUNK_BYTES, self._row_bytes()],
        }
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()

    def _row_bytes(self) -> int:
        return min(ROW_BYTES, self._settings.max_size)

    def _clean(self, dataset: _Dataset, work: Work) -> Generator[None, None, dict[str, Any]]:
        """Clean all rows into the work folder; return what there is to say of them."""
        point = work.begin() or {"chunks": 0, "rows": 0, "sums": Sums().to_json()}
        order = {
            "form": dataset.kind.form,
            "compression": dataset.kind.compression,
            "field": self._options.field,
            "id_field": self._options.id_field,
            "row_bytes": self._row_bytes(),
            "skip": point["chunks"],
        }
        guard = self._guard(self._job(dataset.kind))
        cleaners = Cleaners(guard, self._settings.workers, work.temporary, order)
        cleaners.sums = Sums.from_json(point["sums"])
        with _Reading(self._settings, dataset, work.temporary(), order) as reading:
            try:
                yield from self._flow(reading, cleaners, work, point)
            finally:
                # However this ends: what is appended is good, and the next run goes on there.
                work.checkpoint(point)
            ending = reading.ending()
        known = _judged(cleaners.sums, ending, point["rows"])
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
        settings = self._settings.replace(cpu_limit=_cpu_limit(self._settings, rows))
        settings = settings.replace(wall_limit=_PATIENCE)
        with (
            Guard(settings, _JOIN, output_limit=_UNBOUNDED) as guard,
            work.paths[0].open("rb") as source,
            work.joined().open("wb") as target,
            work.temporary() as note,
        ):
            write_order(note.fileno(), order)
            guard.submit(0, "dataset", source.fileno(), [target.fileno(), note.fileno()])
            ended = _ended(guard)
        if ended.report is None:
            raise ended.failure

    def _flow(
        self, reading: _Reading, cleaners: Cleaners, work: Work, point: dict[str, Any]
    ) -> Iterator[None]:
        """Bring chunks from the reader through the children into the work folder, in order."""
        flying: dict[int, Loaded] = {}
        number, row = point["chunks"], point["rows"] + 1
        due, noted = number, time.monotonic()
        most = self._settings.workers * _AHEAD
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
                if cleaners.busy:
                    yield None
                    cleaners.wait()
                while due in flying and flying[due].done:
                    done = flying.pop(due)
                    with contextlib.closing(done):
                        for piece in done.pieces:
                            assert piece.files is not None  # noqa: S101  # a piece that is done
                            work.append(piece.files[0].fileno(), piece.files[1].fileno())
                            cleaners.sums.add(piece.report)
                    due += 1
                    # Only now: what is noted as good holds whole chunks and nothing else.
                    work.settle_chunk()
                    point |= {"chunks": due, "rows": point["rows"] + done.rows}
                    point["sums"] = cleaners.sums.to_json()
                if time.monotonic() - noted >= _CHECKPOINT:
                    work.checkpoint(point)
                    noted = time.monotonic()
        finally:
            for left in flying.values():
                left.close()

    def _job(self, kind: Kind) -> str:
        return _JOBS[kind.form] if self._options.job == DOCUMENT_JOB else self._options.job

    def _guard(self, job: str) -> Guard:
        if job not in self._guards:
            self._guards[job] = Guard(self._settings, job, output_limit=self._options.output_limit)
        return self._guards[job]


@dataclass(frozen=True, slots=True)
class _Dataset:
    """A dataset that is open: its number stays its owner's to close."""

    candidate: Candidate
    kind: Kind
    number: int
    size: int
    sha256: str


class _Reading:
    """The reader of one dataset: its child, and the end of the pipe that its chunks come from."""

    def __init__(
        self, settings: Settings, dataset: _Dataset, note: IO[bytes], order: dict[str, Any]
    ) -> None:
        settings = settings.replace(
            cpu_limit=_cpu_limit(settings, dataset.size), wall_limit=_PATIENCE
        )
        self._note = note
        self._guard = Guard(settings, _READER, output_limit=_UNBOUNDED)
        self.pipe, theirs = os.pipe()
        try:
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # more than this user may have
                    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, _PIPE)
            write_order(note.fileno(), order)
            os.lseek(dataset.number, 0, os.SEEK_SET)
            name = printable(dataset.candidate.source)
            self._guard.submit(0, name, dataset.number, [theirs, note.fileno()])
        finally:
            os.close(theirs)

    def __enter__(self) -> _Reading:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.pipe)
        self._guard.close()
        self._note.close()

    def ending(self) -> Ending:
        """Wait for the end of the reader, whose pipe is at its end."""
        return _ended(self._guard)


def _ended(guard: Guard) -> Ending:
    endings = guard.wait()
    while not endings:
        endings = guard.wait()
    return endings[0]


def _cpu_limit(settings: Settings, size: int) -> float:
    return settings.cpu_limit + size / _READ_RATE


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return -1


def _judged(sums: Sums, ending: Ending, rows: int) -> dict[str, Any]:
    """Say what a dataset came to: status, reason, message, counts."""
    total = sum(count for name, count in sums.rows.items() if name != "blank")
    left = sums.rows["left"]
    reasons = ", ".join(f"{count} {reason}" for reason, count in sums.reasons.most_common())
    status, reason, message = "done", "", ""
    if ending.report is None:
        error: IngestError = ending.failure
        reason = error.reason if isinstance(error, DocumentError) else "crash"
        whole_rows = reason == "malformed" and rows > 0
        status = "partial" if whole_rows else "quarantined"
        message = f"after row {rows}: {error}" if rows else str(error)
    elif whole(ending.report, "rows") != rows:
        status, reason = "quarantined", "crash"
        message = f"its reader counts {whole(ending.report, 'rows')} rows, but {rows} came"
    elif total and left == total and set(sums.reasons) <= set(_UNFIT):
        status = "quarantined"
        reason = "no-field" if _NO_TEXT & sums.reasons.keys() else "malformed"
        message = f"none of its {total} rows has the text: {reasons} (see --field)"
    elif left:
        status, reason = "partial", "rows-left"
        message = f"{left} of {total} rows are left as they were: {reasons}"
    return {
        "status": status,
        "reason": reason,
        "message": message,
        "rows": {"total": total, **dict(sorted(sums.rows.items()))},
        "edits": dict(sums.edits),
        "marks": dict(sums.marks),
        "characters": sums.totals["characters"],
        "losses": sums.totals["losses"],
        "damaged": sums.totals["damaged"] > 0,
        "cpu_seconds": round(sums.cpu_seconds + ending.cpu_seconds, 4),
        "memory": max(sums.memory, ending.memory),
    }


def _outcome(dataset: _Dataset, known: dict[str, Any], outputs: tuple[Path, ...]) -> Outcome:
    media = {"jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}
    fields = {name: value for name, value in known.items() if name != "sizes"}
    return Outcome(
        dataset.candidate.source,
        outputs=outputs,
        sha256=dataset.sha256,
        media_type=media[dataset.kind.form],
        size=dataset.size,
        versions=versions(),
        **fields,
    )
