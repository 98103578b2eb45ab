"""The long runs: a batch killed three hundred times, a million inputs, resuming over many.

python -m tests.bench endurance [--quick]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
_LINKS = 50_000
"""Names for one file: ext4 takes 65,000."""
_GROUP = 500


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Run all of it; `quick` is a tenth of the inputs and ten kills."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "many": _apart("many", folder / "many", 100_000 if quick else 1_000_000),
            "resume": _apart("resume", folder / "resume", 100_000),
            "kills": _kills(folder / "kills", 10 if quick else 300),
        }


def _apart(what: str, folder: Path, count: int) -> dict[str, float]:
    """Measure in a program of its own, whose memory is then that of the batch."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.endurance", what, str(folder), str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _kills(folder: Path, kills: int) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "fixtures"))
    from hostile.kills import inputs, kill_often

    toll = kill_often(inputs(folder / "in", 120), folder / "out", kills)
    for broken in toll.broken:
        print(f"  {broken}", file=sys.stderr)
    return {"kills": toll.kills, "batches": toll.batches, "broken": len(toll.broken)}


def _inputs(folder: Path, count: int) -> Path:
    """Make many small files fast: names for a few."""
    past = time.time() - 3600
    for number in range(count):
        if number % 1000 == 0:
            here = folder / f"{number // 1000:04}"
            here.mkdir(parents=True)
        if number % _LINKS == 0:
            first = here / f"{number:07}.txt"
            first.write_text("Nothing is wrong here.\n")
            os.utime(first, (past, past))
        else:
            os.link(first, here / f"{number:07}.txt")
    return folder


class Trivial:
    """An engine that does next to nothing: intake, ledger and records are what remains.

    Each output is one more name for a file that is there.
    """

    def __init__(self, folder: Any) -> None:
        self._folder = folder
        self.begun = 0.0
        self.settle: Any = None

    def outcomes(self, candidates: Iterator[Any]) -> Iterator[Any]:
        from ingest.batch.names import output_name
        from ingest.batch.outcome import Outcome

        ordinal, here = 0, ""
        while group := list(islice(candidates, _GROUP)):
            self.begun = self.begun or time.perf_counter()
            finished = []
            for candidate in group:
                target = self._folder.path / output_name(candidate.relative, "txt")
                if str(target.parent) != here:
                    here = str(target.parent)
                    target.parent.mkdir(parents=True, exist_ok=True)
                if ordinal % _LINKS == 0:
                    first = target
                    first.write_text("Nothing is wrong here.\n")
                else:
                    os.link(first, target)
                outcome = Outcome(
                    candidate.source,
                    "done",
                    outputs=(target,),
                    sha256=f"{ordinal:064}",
                    media_type="text/plain",
                    size=23,
                    characters=23,
                    edits={"paragraph.join": 2},
                )
                finished.append((ordinal, outcome))
                ordinal += 1
            yield from self.settle(finished)

    def close(self) -> list[Any]:
        return []


def _batch(inputs: Path, out: Path) -> dict[str, float]:
    """Send inputs through intake, ledger and records; as `ingest.run` does with its engine."""
    from ingest.batch.folder import OutputFolder
    from ingest.batch.intake import candidates
    from ingest.batch.ledger import Ledger
    from ingest.batch.options import RunOptions
    from ingest.batch.records import write_records
    from ingest.batch.resume import Resumption
    from ingest.batch.versions import fingerprints
    from ingest.settings import Settings

    started = time.perf_counter()
    prints = fingerprints(Settings(), RunOptions())
    with OutputFolder(out) as folder, Ledger(folder) as ledger:
        engine = Trivial(folder)
        run = Resumption(ledger, folder, prints, retry=False, stop=lambda: False)
        engine.settle = run.settle
        found = candidates([str(inputs)], out, RunOptions())
        outcomes = run.outcomes(engine, found, settles=True)
        count = sum(outcome.ok for outcome in outcomes)
        write_records(folder, run.records())
    seconds = time.perf_counter() - started
    return {
        "documents": count,
        "seconds": round(seconds, 1),
        "per_second": round(count / seconds),
        "begins_after_s": round((engine.begun or time.perf_counter()) - started, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _many(folder: Path, count: int) -> dict[str, float]:
    return _batch(_inputs(folder / "in", count), folder / "out")


def _resume(folder: Path, count: int) -> dict[str, float]:
    """Time until the first new document begins behind `count` that are done."""
    inputs = _inputs(folder / "in", count)
    _batch(inputs, folder / "out")
    (inputs / "9999").mkdir()
    (inputs / "9999/new.txt").write_text("Something new.\n")
    return _batch(inputs, folder / "out")


if __name__ == "__main__":
    figures = {"many": _many, "resume": _resume}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps(figures))
