"""A dataset of a million rows, killed in the middle and resumed, checked row for row.

python -m tests.bench million [--quick]

The share by the clock says something on two cores that have nothing else to do; the share
of CPU also on others.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import ingest
from tests.bench.datasets import Pipeline, Run, first_row, shares, write_rows

_COMPARED = 97
"""One row of so many that came out as they were is cleaned once more, here."""


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Rows a second after the kill, memory early and late, and what is wrong in the output."""
    count = 20_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, out = write_rows(folder / "crawl.jsonl.gz", count), folder / "out"
        start = first_row(path, folder / "first")
        killed = Run(path, out)
        killed.kill_after(count // 2)
        alone = Pipeline(max(2_000, count // 100))
        run = Run(path, out)
        run.wait()
        record = json.loads((out / "documents.jsonl").read_text("utf-8"))
        third = len(run.resident) // 3
        return {
            "rows": count,
            "killed_after_rows": killed.noted,
            **shares(alone, count - killed.noted, run.seconds - start.seconds, run.cpu - start.cpu),
            "driver_memory_mb.first_third": _megabytes(max(run.resident[:third])),
            "driver_memory_mb.last_third": _megabytes(max(run.resident[-third:])),
            "worker_memory_mb": _megabytes(record["memory"]),
            "changed": record["rows"]["changed"],
            **_checked(path, out),
        }


def _megabytes(count: int) -> float:
    return round(count / (1 << 20), 1)


def _checked(path: Path, out: Path) -> dict[str, int]:
    """Compare input and output line by line; what is changed must be what the library makes of it.

    Every changed row is cleaned here once more, and some of those that are as they were.
    """
    wrong = compared = 0
    with gzip.open(path) as before, gzip.open(out / path.name) as after:
        pairs = zip(before, after, strict=True)
        for number, (given, made) in enumerate(pairs):
            if given == made and number % _COMPARED:
                continue
            form = json.loads(given)
            form["text"] = ingest.clean_text(form["text"])
            compared += 1
            wrong += made != (json.dumps(form, ensure_ascii=False) + "\n").encode()
    with gzip.open(out / f"{path.name}.changes.jsonl.gz") as account:
        rows = [json.loads(line)["row"] for line in account]
    wrong += rows != sorted(set(rows))
    return {"compared": compared, "wrong": wrong}
