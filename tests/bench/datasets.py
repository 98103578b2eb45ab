"""Datasets: rows a second on two workers against the text pipeline alone, memory, resumption.

python -m tests.bench datasets
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.batch import RunOptions, run
from ingest.batch.datasets.cleaning import lines_of
from ingest.document import Document
from ingest.pipeline import stages, through
from ingest.settings import Settings

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
sys.path.insert(0, str(FIXTURES))

import damage  # noqa: E402  (the simulator lives beside the fixtures)

_ROW = 2000
"""Bytes of text a row."""
_DAMAGED = 50
"""One row of so many is damaged."""
_RUN = """
import sys
from ingest.batch import RunOptions, run
from ingest.settings import Settings
for outcome in run([sys.argv[1]], sys.argv[2], settings=Settings(jobs=int(sys.argv[3])),
                   options=RunOptions(field="text", id_field="id")):
    print(outcome.status, dict(outcome.rows))
"""


def texts(count: int) -> Iterator[str]:
    """Texts of two kilobytes in the languages of the clean fixtures; two in a hundred damaged."""
    chance = random.Random(11)
    names = ("zh-Hans", "zh-Hant", "en", "de", "ja")
    sources = [(FIXTURES / "clean" / f"{name}.txt").read_text("utf-8") for name in names]
    sentences = [[part for part in source.split("\n") if part.strip()] for source in sources]
    for number in range(count):
        parts: list[str] = []
        size = 0
        kind = 0 if number % _DAMAGED == 0 else number % len(sources)
        while size < _ROW:
            parts.append(chance.choice(sentences[kind]))
            size += len(parts[-1].encode())
        text = "\n".join(parts) + "\n"
        yield damage.damage(text).text if number % _DAMAGED == 0 else text


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Rows a second, the share of twice the bare pipeline's, peak memory, and resumption."""
    count = 4_000 if quick else 20_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "crawl.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=5) as file:
            for number, text in enumerate(texts(count)):
                file.write(json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n")
        bare, bare_cpu_rate = _bare(count // 4)
        start = _timed(path, folder / "first", 2, rows=1)
        used = _children_cpu()
        seconds, memory = _watched(path, folder / "out")
        used = _children_cpu() - used
        rate = count / (seconds - start)
        return {
            "rows": count,
            "pipeline_rows_per_second": round(bare, 1),
            "start_seconds": round(start, 2),
            "two_workers_rows_per_second": round(rate, 1),
            "share_of_twice_the_pipeline": round(rate / (2 * bare), 3),
            # The same without what other programs of this machine took meanwhile.
            "cpu_share_of_the_pipeline": round(count / bare_cpu_rate / used, 3),
            "driver_memory_mb": round(memory / (1 << 20), 1),
            "resumed_equal": _resumed(path, folder, seconds),
        }


def _children_cpu() -> float:
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def _bare(count: int) -> tuple[float, float]:
    """Rows a second, by the clock and of CPU, of the stages alone, on one core, parsed and written as JSON."""
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts(count)]
    chain = stages(Settings())
    for row in rows[:60]:  # tables loaded
        through(Document.from_text(json.loads(row)["text"]), chain)
    started, started_cpu = time.perf_counter(), time.process_time()
    for row in rows:
        form = json.loads(row)
        form["text"] = through(Document.from_text(form["text"]), chain).text
        json.dumps(form, ensure_ascii=False)
    taken = time.perf_counter() - started, time.process_time() - started_cpu
    return count / taken[0], count / taken[1]


def _timed(path: Path, out: Path, jobs: int, *, rows: int) -> float:
    """Seconds of a run over the first rows of a dataset."""
    few = path.with_name(f"few-{path.name}")
    few.write_bytes(gzip.compress(b"".join(lines_of(gzip.decompress(path.read_bytes()))[:rows])))
    started = time.perf_counter()
    list(run([few], out, settings=Settings(jobs=jobs), options=RunOptions(field="text")))
    return time.perf_counter() - started


def _program(path: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(path), str(out), "2"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )


def _watched(path: Path, out: Path) -> tuple[float, int]:
    """Seconds of a whole run on two workers, and the most that its driver had resident."""
    started = time.perf_counter()
    program = _program(path, out)
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.2):
            try:
                status = Path(f"/proc/{program.pid}/statm").read_text().split()
                peak = max(peak, int(status[1]) * os.sysconf("SC_PAGE_SIZE"))
            except (OSError, IndexError):
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    program.wait()
    ended.set()
    watcher.join()
    return time.perf_counter() - started, peak


def _resumed(path: Path, folder: Path, seconds: float) -> bool:
    """True where a run that is killed in the middle and resumed gives the same bytes."""
    out = folder / "killed"
    program = _program(path, out)
    time.sleep(seconds / 2)
    program.send_signal(signal.SIGKILL)
    program.wait()
    _program(path, out).wait()
    names = (path.name, f"{path.name}.changes.jsonl.gz")
    return all((out / name).read_bytes() == (folder / "out" / name).read_bytes() for name in names)
