"""What the guard costs: a child per document against the same work in one process.

python tests/bench/batch.py
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.batch import RunOptions, run
from ingest.batch.child import Task
from ingest.batch.folder import OutputFolder
from ingest.batch.intake import Candidate, candidates
from ingest.batch.job import ingest_document, preload
from ingest.batch.ledger import Ledger
from ingest.batch.local import Settle
from ingest.batch.names import output_name
from ingest.batch.outcome import Outcome
from ingest.batch.regular import open_regular
from ingest.batch.resume import Resumption
from ingest.batch.versions import fingerprints
from ingest.batch.writing import write_whole
from ingest.settings import Settings

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
_ROUNDS = 5
"""Times that each way is tried, in turn; the least counts: what else runs only ever adds."""
_LONG_PARTS = ("en-report", "zh-page-of-total", "zh-ruled-table", "en-two-columns", "zh-mixed")
JOB = "ingest.batch.job:ingest_document"
_FAULTS = ("segfault", "null", "half-output", "exit", "exit 1", "memory", "hang", "raise")


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Measure the guard; times in milliseconds a document."""
    if str(FIXTURES) not in sys.path:
        sys.path.insert(0, str(FIXTURES))  # the jobs with faults live there
    preload(Settings())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = _small(folder / "small", 100 if quick else 300)
        # The start of a batch takes as long as 70 documents, and no two take the same: with
        # fewer documents, what is left of that passes for their cost.
        real = _real(folder / "real", 4 if quick else 12)
        long, pages = _long(folder / "long", 520 if quick else 1000)
        return {
            "small": _compared(small, folder),
            "pdf": _compared(real, folder),
            "long": {"pages": pages} | _compared(long, folder),
            "faults": _fault_mix(folder),
            "durable_ms": _durable(folder / "durable", 100 if quick else 500),
        }


def _small(folder: Path, count: int) -> Path:
    """Texts of two kilobytes: next to nothing to do, so that what remains is the guard."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04}.txt").write_text("A plain line with nothing wrong in it.\n" * 50)
    return folder


def _real(folder: Path, times: int) -> Path:
    """The PDF fixtures, several times over."""
    folder.mkdir()
    for number in range(times):
        for path in sorted((FIXTURES / "pdf").glob("*.pdf")):
            (folder / f"{number}-{path.name}").write_bytes(path.read_bytes())
    return folder


def _long(folder: Path, pages: int) -> tuple[Path, int]:
    """A long PDF, made of the pages of the fixtures, behind a text that starts the batch."""
    import pypdfium2

    folder.mkdir()
    (folder / "0.txt").write_text("A plain line.\n")
    made = pypdfium2.PdfDocument.new()
    parts = [pypdfium2.PdfDocument(FIXTURES / f"pdf/{name}.pdf") for name in _LONG_PARTS]
    while len(made) < pages:
        for part in parts:
            made.import_pages(part)
    made.save(folder / "long.pdf")
    return folder, len(made)


class _Machine:
    """What the machine does beside us from now on: a speedup means something where that is little."""

    def __init__(self) -> None:
        self._since = self._busy(), _cpu(), time.perf_counter()

    @staticmethod
    def _busy() -> float:
        """Seconds of CPU that anything used since the machine started; 0 where it does not say."""
        try:
            line = Path("/proc/stat").read_text().split("\n", 1)[0]
        except OSError:
            return 0.0
        user, nice, system, _idle, _wait, *more = map(int, line.split()[1:9])
        return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")

    def elsewhere(self) -> float:
        """Share of the machine's CPUs that was not ours to use."""
        busy, ours, clock = self._since
        others = self._busy() - busy - (_cpu() - ours)
        return round(max(0.0, others / ((time.perf_counter() - clock) * (os.cpu_count() or 1))), 2)


def _compared(inputs: Path, folder: Path) -> dict[str, float]:
    """Times a document without the start of a batch, which is a figure of its own."""
    machine = _Machine()
    paths = sorted(inputs.iterdir())
    jobs = {"one_worker": 1, "two_workers": 2}
    best: dict[tuple[str, str], tuple[float, float]] = {}
    for number in range(_ROUNDS):
        for way in ("in_process", *jobs):
            for size, chosen in (("first", paths[:1]), ("all", paths)):
                out = folder / f"{inputs.name}-{way}-{size}-{number}"
                wall, cpu = time.perf_counter(), _cpu()
                if way in jobs:
                    _guarded(chosen, out, jobs[way])
                else:
                    _in_process(chosen, out)
                taken = (time.perf_counter() - wall) * 1000, (_cpu() - cpu) * 1000
                known = best.get((way, size), taken)
                best[way, size] = min(taken[0], known[0]), min(taken[1], known[1])
    each = {
        way: [
            (whole - first) / (len(paths) - 1)
            for first, whole in zip(best[way, "first"], best[way, "all"], strict=True)
        ]
        for way in ("in_process", *jobs)
    }
    wall_ms = {way: times[0] for way, times in each.items()}
    cpu_ms = {way: times[1] for way, times in each.items()}
    return {
        "documents": len(paths),
        "start_ms": round(best["one_worker", "first"][0], 1),
        **{f"{way}_ms": round(value, 2) for way, value in wall_ms.items()},
        **{f"{way}_cpu_ms": round(value, 2) for way, value in cpu_ms.items()},
        "overhead_ms": round(wall_ms["one_worker"] - wall_ms["in_process"], 2),
        "overhead_cpu_ms": round(cpu_ms["one_worker"] - cpu_ms["in_process"], 2),
        "speedup_of_two": round(wall_ms["one_worker"] / wall_ms["two_workers"], 2),
        "machine_busy_elsewhere": machine.elsewhere(),
    }


def _cpu() -> float:
    """CPU of this process and of all that it has waited for."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _guarded(inputs: list[Path], out: Path, jobs: int) -> None:
    for _ in run(inputs, out, settings=Settings(jobs=jobs), options=RunOptions(job=JOB)):
        pass


def _in_process(inputs: list[Path], out: Path) -> None:
    """Do the same documents, with the same durable writes, without a guard."""
    settings = Settings()
    deaf = os.open(os.devnull, os.O_WRONLY)
    with OutputFolder(out) as folder:
        for number, candidate in enumerate(candidates(inputs, out, RunOptions())):
            source, _ = open_regular(candidate.source, follow=False, max_size=1 << 30)
            output = folder.open_staged(f"{number}")
            try:
                ingest_document(Task(candidate.source, settings, source, (output,), deaf))
            except Exception:  # noqa: BLE001  # as in a batch, a fixture made to fail stops nothing
                folder.discard([f"{number}"])
            else:
                folder.publish([f"{number}"], [output_name(candidate.relative, "txt")])
            finally:
                os.close(source)
                os.close(output)
    os.close(deaf)


def _durable(out: Path, count: int) -> float:
    """Milliseconds to bring a small output, its name and its line in the ledger to the disk.

    In groups of four: what two workers finish within the time for which a group waits.
    """
    prints = fingerprints(Settings(), RunOptions())
    found = (Candidate(f"{number}", f"{number}", named=False) for number in range(count))
    started = time.perf_counter()
    with OutputFolder(out) as folder, Ledger(folder) as ledger:
        run = Resumption(ledger, folder, prints, retry=False, stop=lambda: False)
        engine = _Writing(folder, run.settle)
        assert sum(one.ok for one in run.outcomes(engine, found, settles=True)) == count
    return round((time.perf_counter() - started) * 1000 / count, 2)


class _Writing:
    """An engine whose only work is to write four kilobytes."""

    def __init__(self, folder: OutputFolder, settle: Settle) -> None:
        self._folder = folder
        self._settle = settle

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome]:
        ordinal = 0
        while group := list(islice(candidates, 4)):
            finished = []
            for candidate in group:
                number = self._folder.open_staged(f"{ordinal}")
                write_whole(number, b"x" * 4096)
                os.close(number)
                target = f"{candidate.relative}.txt"
                outputs = self._folder.publish([f"{ordinal}"], [target], settled=False)
                finished.append((ordinal, Outcome(candidate.source, "done", outputs=outputs)))
                ordinal += 1
            yield from self._settle(finished)

    def close(self) -> list[Outcome]:
        return []


def _fault_mix(folder: Path) -> dict[str, Any]:
    """Run 200 documents of which eight crash, hang or eat memory; count neighbours that are right."""
    inputs, out = folder / "mix", folder / "mix-out"
    inputs.mkdir()
    text = "Nothing is wrong in this document.\n"
    for number in range(200):
        fault, at = divmod(number, 25)
        (inputs / f"{number:03}").write_text(f"fault: {_FAULTS[fault]}" if at == 7 else text)
    settings = Settings(jobs=2, cpu_limit=2, wall_limit=3, memory_limit=512 << 20)
    job = RunOptions(job="hostile.faulty_ingest:faulty_ingest")
    outcomes = list(run([inputs], out, settings=settings, options=job))
    right = sum(
        outcome.status == "done" and outcome.outputs[0].read_text() == text for outcome in outcomes
    )
    named = [outcome.reason for outcome in outcomes if not outcome.ok]
    return {
        "documents": len(outcomes),
        "neighbours_right": right,
        "faults_named": len(named),
        "reasons": " ".join(named),
    }
