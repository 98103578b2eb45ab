"""What an output folder's records say: how many documents ended how, which failed, which took long."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.batch.names import RECORDS
from ingest.errors import UsageError

_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that has no text, or not all of it."""

    source: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """The sum of a batch's records. `slowest` pairs seconds with names, longest first."""

    documents: int
    statuses: dict[str, int]
    reasons: dict[str, int]
    failed: tuple[Failure, ...]
    slowest: tuple[tuple[float, str], ...]
    pages: int
    characters: int
    edits: int
    losses: int
    seconds: float
    cpu_seconds: float

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
        yield f"{self.documents} documents: {counts}"
        for reason, count in self.reasons.items():
            yield f"  {reason}: {count}"
        yield f"{self.pages} pages, {self.characters} characters, {self.edits} edits, {self.losses} losses"
        yield f"{self.seconds:.1f} s in documents, {self.cpu_seconds:.1f} s of CPU; the slowest:"
        for seconds, source in self.slowest:
            yield f"  {seconds:.2f} s  {source}"


def read_status(out: str | Path) -> Status:
    """Read and add up the records of an output folder.

    Raises `UsageError` where there are none, or where they are not records of a batch.
    """
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    failed: list[Failure] = []
    # The longest documents seen so far, the shortest of them first.
    slowest: list[tuple[float, str]] = []
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
        sums["edits"] += sum(record["edits"].values())
        seconds += record["seconds"]
        cpu_seconds += record["cpu_seconds"]
        heapq.heappush(slowest, (record["seconds"], record["source"]))
        if len(slowest) > _SLOWEST:
            heapq.heappop(slowest)
    return Status(
        documents=statuses.total(),
        statuses={status: statuses[status] for status in ("done", "partial", "quarantined")},
        reasons=dict(reasons.most_common()),
        failed=tuple(failed),
        slowest=tuple(sorted(slowest, reverse=True)),
        pages=sums["pages"],
        characters=sums["characters"],
        edits=sums["edits"],
        losses=sums["losses"],
        seconds=round(seconds, 3),
        cpu_seconds=round(cpu_seconds, 3),
    )


_FIELDS: dict[str, type | tuple[type, ...]] = {
    "source": str,
    "status": str,
    "reason": str,
    "message": str,
    "pages": int,
    "characters": int,
    "edits": dict,
    "losses": int,
    "seconds": (int, float),
    "cpu_seconds": (int, float),
}


def records(out: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records of an output folder, in input order. Raises `UsageError` as `read_status`."""
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
