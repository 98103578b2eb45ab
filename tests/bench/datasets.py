"""Datasets: rows a second on two workers against the text pipeline alone, memory, resumption.

python -m tests.bench datasets
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
_TOKEN = re.compile(r"[\u3040-\u9fff][，。]?|[^\W\u3040-\u9fff]+[,.]?\s")
_RUN = """
import sys
from ingest.batch import RunOptions, run
from ingest.settings import Settings
for outcome in run([sys.argv[1]], sys.argv[2], settings=Settings(jobs=2),
                   options=RunOptions(field="text", id_field="id")):
    print(outcome.status, dict(outcome.rows))
"""


def texts(count: int) -> Iterator[str]:
    """Texts of two kilobytes, scraps of the clean fixtures mixed; two in a hundred are damaged.

    They shrink to a fifth by gzip, about as crawled text does; the damage takes turns.
    """
    chance = random.Random(11)
    names = ("zh-Hans", "zh-Hant", "en", "de", "ja", "ru", "fr")
    sources = [
        _TOKEN.findall((FIXTURES / "clean" / f"{name}.txt").read_text("utf-8")) for name in names
    ]
    for number in range(count):
        damaged = number % _DAMAGED == 0
        tokens = sources[0 if damaged else number % len(sources)]
        parts: list[str] = []
        size = 0
        while size < _ROW:
            start = chance.randrange(len(tokens))
            scrap = "".join(tokens[start : start + chance.randrange(3, 9)])
            parts.append(scrap if chance.random() < 0.9 else f"{scrap}\n")
            size += len(scrap.encode())
        text = "".join(parts).strip() + "\n"
        yield _DAMAGES[number // _DAMAGED % len(_DAMAGES)](text, number) if damaged else text


def _glossed(cutting: Any) -> Callable[[str, int], str]:
    def damaged(text: str, number: int) -> str:
        settings = damage.Settings(level=number // _DAMAGED % 14, cutting=cutting, seed=number)
        return damage.damage(text, settings).text

    return damaged


def _misread(text: str, number: int) -> str:
    """UTF-8 read in an encoding that it is not in; where that loses bytes, they are lost."""
    encoding = ("latin-1", "gbk", "big5")[number // _DAMAGED % 3]
    return text.encode().decode(encoding, "replace")


def _published(text: str, number: int) -> str:
    """As a document site shows it: page marks in it, the site's own lines around it."""
    half = text.find("\n", len(text) // 2) + 1
    return (
        f"第1页 / 共2页\n{text[:half]}第2页 / 共2页\n{text[half:]}"
        f"全文预览已结束\n下载本文档\n文档编号：{number}\n下载积分：5\n"
    )


_DAMAGES = (_glossed("off"), _glossed("partial"), _glossed("always"), _misread, _published)


def write_rows(path: Path, count: int) -> Path:
    """Write a dataset of `count` rows."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=5) as file:
        for number, text in enumerate(texts(count)):
            form = {"id": number, "text": text, "url": f"https://a.example/{number}"}
            file.write(json.dumps(form, ensure_ascii=False) + "\n")
    return path


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Rows a second, the share of twice the bare pipeline's, peak memory, and resumption."""
    count = 12_000 if quick else 20_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_rows(folder / "crawl.jsonl.gz", count)
        alone = Pipeline(count // 4)
        start = first_row(path, folder / "first")
        run = Run(path, folder / "out")
        run.wait()
        killed = Run(path, folder / "killed")
        killed.kill_after(count // 2)
        Run(path, folder / "killed").wait()
        names = (path.name, f"{path.name}.changes.jsonl.gz")
        equal = [
            (folder / "out" / name).read_bytes() == (folder / "killed" / name).read_bytes()
            for name in names
        ]
        return {
            "rows": count,
            "start_seconds": round(start.seconds, 2),
            **shares(alone, count, run.seconds - start.seconds, run.cpu - start.cpu),
            "driver_memory_mb": round(max(run.resident) / (1 << 20), 1),
            "killed_after_rows": killed.noted,
            "resumed_equal": all(equal),
        }


class Pipeline:
    """The stages alone, in one process, their rows parsed from and written as JSON.

    `rate` counts by the clock, `cpu_rate` by CPU: rows a second.
    """

    def __init__(self, count: int) -> None:
        rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts(count)]
        chain = stages(Settings())
        for row in rows[:300]:  # tables loaded, each kind of damage seen
            through(Document.from_text(json.loads(row)["text"]), chain)
        started, started_cpu = time.perf_counter(), time.process_time()
        for row in rows:
            form = json.loads(row)
            form["text"] = through(Document.from_text(form["text"]), chain).text
            json.dumps(form, ensure_ascii=False)
        self.rate = count / (time.perf_counter() - started)
        self.cpu_rate = count / (time.process_time() - started_cpu)


def shares(alone: Pipeline, rows: int, seconds: float, cpu: float) -> dict[str, float]:
    """Rows a second of two workers, and what share that is of the bare pipeline twice."""
    return {
        "pipeline_rows_per_second": round(alone.rate, 1),
        "two_workers_rows_per_second": round(rows / seconds, 1),
        "share_of_twice_the_pipeline": round(rows / seconds / (2 * alone.rate), 3),
        # The same without what other programs of this machine took meanwhile.
        "cpu_share_of_the_pipeline": round(rows / alone.cpu_rate / cpu, 3),
    }


def first_row(path: Path, out: Path) -> Run:
    """Run over the first row of a dataset: what it takes to start."""
    few = path.with_name(f"few-{path.name}")
    with gzip.open(path) as file:
        few.write_bytes(gzip.compress(file.readline()))
    run = Run(few, out)
    run.wait()
    return run


class Run:
    """A batch of one dataset on two workers, in a program of its own.

    `resident` are the bytes that its driver had in memory, five times a second; `cpu` is
    what it and its children used, where they came to their end.
    """

    def __init__(self, path: Path, out: Path) -> None:
        self._out = out
        self._started = time.perf_counter()
        self._before = _children_cpu()
        self.noted = self.seconds = 0
        self.cpu = 0.0
        self.resident: list[int] = []
        self._program = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(path), str(out)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Wait for its end."""
        while self._program.poll() is None:
            time.sleep(0.2 if self.resident else 0.01)
            self._look()
        self.seconds = time.perf_counter() - self._started
        self.cpu = _children_cpu() - self._before
        if self._program.returncode:
            raise RuntimeError(f"a run ended with {self._program.returncode}")

    def kill_after(self, rows: int) -> None:
        """Kill it when so many rows are noted as done; `noted` says how many were."""
        while self._program.poll() is None and _noted(self._out) < rows:
            time.sleep(0.05)
            self._look()
        self._program.send_signal(signal.SIGKILL)
        self._program.wait()
        self.noted = _noted(self._out)

    def _look(self) -> None:
        with contextlib.suppress(OSError, IndexError):
            pages = Path(f"/proc/{self._program.pid}/statm").read_text().split()[1]
            self.resident.append(int(pages) * os.sysconf("SC_PAGE_SIZE"))


def _noted(out: Path) -> int:
    """The rows of the one dataset in the middle that its journal says are good."""
    for path in out.glob(".ingest-datasets/*/journal"):
        points = [line for line in path.read_bytes().split(b"\n")[:-1] if b'"point"' in line]
        if points:
            rows: int = json.loads(points[-1])["point"]["rows"]
            return rows
    return 0


def _children_cpu() -> float:
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime
