"""What an output folder's records say: how many documents ended how, which failed, which took long."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from ingest.batch.folder import LEDGER
from ingest.batch.ledger_reader import LedgerReader
from ingest.batch.names import RECORDS, STAGING
from ingest.errors import UsageError

_SLOWEST = 10
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that has no text, or not all of it."""

    source: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """The sum of a batch's records. `slowest` pairs seconds with names, `largest` bytes, most first.

    `finished` is False while the run goes on, or when it was interrupted; `confinement` says
    how the kernel confined the documents' processes.
    """

    documents: int
    statuses: dict[str, int]
    reasons: dict[str, int]
    failed: tuple[Failure, ...]
    slowest: tuple[tuple[float, str], ...]
    largest: tuple[tuple[int, str], ...]
    pages: int
    characters: int
    edits: int
    losses: int
    seconds: float
    cpu_seconds: float
    near_duplicates: int = 0
    finished: bool = True
    confinement: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the status as plain JSON values."""
        return asdict(self)

    def lines(self, *, failed: bool = False) -> Iterator[str]:
        """Yield the status as lines for people; `failed` lists what has no text instead."""
        if failed:
            for one in self.failed:
                yield f"{one.status} {one.source}: {one.reason}: {one.message}"
            return
        counts = ", ".join(f"{count} {status}" for status, count in self.statuses.items())
        unfinished = "" if self.finished else "; not finished, the same command goes on"
        yield f"{self.documents} documents: {counts}{unfinished}"
        for reason, count in self.reasons.items():
            yield f"  {reason}: {count}"
        if self.near_duplicates:
            yield f"nearly the same as an earlier one: {self.near_duplicates}"
        yield f"{self.pages} pages, {self.characters} characters, {self.edits} edits, {self.losses} losses"
        yield f"{self.seconds:.1f} s in documents, {self.cpu_seconds:.1f} s of CPU; the slowest:"
        for seconds, source in self.slowest:
            yield f"  {seconds:.2f} s  {source}"
        yield "the largest:"
        for size, source in self.largest:
            yield f"  {size:,} bytes  {source}"
        if self.confinement:
            yield f"confinement of the documents' processes: {self.confinement}"


def read_status(out: str | Path) -> Status:
    """Read and add up the records of an output folder.

    Raises `UsageError` where there are none, or where they are not records of a batch.
    """
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    failed: list[Failure] = []
    slowest: list[tuple[float, str]] = []
    largest: list[tuple[int, str]] = []
    seconds = cpu_seconds = 0.0
    for record in records(out):
        statuses[record["status"]] += 1
        if record["status"] != "done":
            reasons[record["reason"]] += 1
            failed.append(
                Failure(record["source"], record["status"], record["reason"], record["message"])
            )
        for name in ("pages", "characters", "losses"):
            sums[name] += record[name]
        sums["near_duplicates"] += "near_duplicate_of" in record
        sums["edits"] += sum(record["edits"].values())
        seconds += record["seconds"]
        cpu_seconds += record["cpu_seconds"]
        _keep_most(slowest, (record["seconds"], record["source"]))
        _keep_most(largest, (record["size"], record["source"]))
    with LedgerReader(Path(out) / STAGING / LEDGER) as ledger:
        facts = ledger.facts()
    return Status(
        documents=statuses.total(),
        statuses={status: statuses[status] for status in ("done", "partial", "quarantined")},
        reasons=dict(reasons.most_common()),
        failed=tuple(failed),
        slowest=tuple(sorted(slowest, reverse=True)),
        largest=tuple(sorted(largest, reverse=True)),
        pages=sums["pages"],
        characters=sums["characters"],
        edits=sums["edits"],
        losses=sums["losses"],
        seconds=round(seconds, 3),
        cpu_seconds=round(cpu_seconds, 3),
        near_duplicates=sums["near_duplicates"],
        finished=not (Path(out) / STAGING / LEDGER).is_file() or "ended" in facts,
        confinement=facts.get("confinement", ""),
    )


def _keep_most(heap: list[tuple[_Number, str]], one: tuple[_Number, str]) -> None:
    """Keep the largest few seen so far, the smallest of them first."""
    heapq.heappush(heap, one)
    if len(heap) > _SLOWEST:
        heapq.heappop(heap)


_FIELDS: dict[str, type | tuple[type, ...]] = {
    "source": str,
    "status": str,
    "reason": str,
    "message": str,
    "size": int,
    "pages": int,
    "characters": int,
    "edits": dict,
    "losses": int,
    "seconds": (int, float),
    "cpu_seconds": (int, float),
}


def records(out: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records of an output folder, in input order. Raises `UsageError` as `read_status`.

    They come from the ledger while a run is going on or was interrupted.
    """
    path = Path(out) / STAGING / LEDGER
    with LedgerReader(path) as ledger:
        if path.is_file() and "ended" not in ledger.facts():
            for number, text in enumerate(ledger.records(), start=1):
                yield _record(text, f"{path}:{number}", "run again with --restart")
            return
    path = Path(out) / RECORDS
    advice = "name the output folder of a finished or interrupted run"
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                yield _record(text, f"{path}:{number}", advice)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"{path}: {why}", advice=advice) from None


def _record(text: str, where: str, advice: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(text)
        fits = all(isinstance(record[name], kind) for name, kind in _FIELDS.items())
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise UsageError(f"{where}: is not a record of a batch", advice=advice)
    return record
