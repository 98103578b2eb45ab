"""What a dataset came to: status, reason and counts, and the outcome that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.batch.datasets.feed import Dataset
from ingest.batch.datasets.pieces import Sums
from ingest.batch.endings import Ending, whole
from ingest.batch.outcome import Outcome
from ingest.batch.versions import versions
from ingest.errors import DocumentError, IngestError

_UNFIT = ("no-field", "not-a-string", "broken-json", "not-an-object", "not-utf-8")
"""Reasons that, where no row at all is without them, say that this is another kind of file."""
_NO_TEXT = {"no-field", "not-a-string"}


def judged(sums: Sums, ending: Ending, rows: int) -> dict[str, Any]:
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
        message = f"none of its {total} rows has the text: {reasons}; {sums.example} (see --field)"
    elif left:
        status, reason = "partial", "rows-left"
        message = f"{left} of {total} rows are left as they were: {reasons}; {sums.example}"
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


def outcome(dataset: Dataset, known: dict[str, Any], outputs: tuple[Path, ...]) -> Outcome:
    """Return the outcome of a dataset of which `judged` has spoken."""
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
