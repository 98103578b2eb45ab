"""Every attack of the generators at once: what each ends with, what it cost, what the batch paid.

python -m tests.bench hostile [--quick]
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.batch.shares import SMALLEST

ROOT = Path(__file__).parent.parent.parent
REASONS = re.compile(
    r"bomb|cpu|damaged|empty|encrypted|engines-disagree|garbled|malformed|memory|missing|no-text-layer"
    r"|not-a-document|output|signal-\d+|too-large|unknown-encoding|unreadable|unreadable-bytes"
    r"|unreadable-pages|unsafe-name|wall|zero-pages"
)
EXCEPTION = re.compile(r"\b\w+(?:Error|Exception)\b|Traceback")
CPU, WALL, MEMORY = 6, 120, 1 << 30
_WARM = 10
"""Ordinary documents at the start: what the batch has in memory after them it needs anyway."""


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Run one batch over all attacks in a program of its own; print what became of each."""
    sys.path.insert(0, str(ROOT / "fixtures"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = _inputs(folder / "in", 8 if quick else 60)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.hostile", str(folder)],
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            return {"aborts": 1, "said": done.stderr[-500:]}
        told = json.loads(done.stdout)
        records = [json.loads(line) for line in (folder / "out/documents.jsonl").open()]
    for record in sorted(records, key=lambda one: -one["cpu_seconds"]):
        name = record["source"].removeprefix(f"{folder}/in/")
        if not name.startswith(("cut/", "flip/", "plain/")):
            print(
                f"    {name:<28} {record['status']:<12} {record['reason']:<18}"
                f" {record['cpu_seconds']:6.2f} s {record['memory'] >> 20:5} MB"
            )
    return _judged(records, count, told, done.stderr)


def _judged(
    records: list[dict[str, Any]], count: int, told: dict[str, int], errors: str
) -> dict[str, Any]:
    statuses = Counter(record["status"] for record in records)
    bad = [record for record in records if record["status"] != "done"]
    # What a child has in memory before it opens its document is not the document's, nor are
    # the libraries that it uses.
    least = min(record["memory"] for record in records if record["memory"]) + (20 << 20)
    return {
        "inputs": count,
        **{status: statuses[status] for status in ("done", "partial", "quarantined")},
        "not_accounted": count - len(records),
        "aborts": 0,
        "exceptions_shown": sum(bool(EXCEPTION.search(one["message"])) for one in records)
        + bool(EXCEPTION.search(errors)),
        "without_a_reason": sum(not REASONS.fullmatch(one["reason"]) for one in bad),
        "over_a_limit": sum(
            # A document that may be long is read by two children at a time, each with the limit.
            one["cpu_seconds"] > (CPU + 1) * (2 if one["size"] >= SMALLEST else 1)
            or one["seconds"] > WALL + 5
            or one["memory"] > MEMORY + least
            for one in records
        ),
        "no_pages_yet_done": sum(
            one["status"] == "done" and one["media_type"] == "application/pdf" and not one["pages"]
            for one in records
        ),
        "disagreed_yet_done": sum(
            one["status"] == "done" and "extract.engines-disagree" in one["marks"]
            for one in records
        ),
        "parent_grew_mb": told["grew_mb"],
        "reasons": " ".join(
            f"{reason}:{number}"
            for reason, number in sorted(Counter(one["reason"] for one in bad).items())
        ),
    }


def _inputs(folder: Path, variants: int) -> int:
    """Write the attacks, as files and inside of archives; return how many inputs they are."""
    from hostile.attacks import ATTACKS

    count = 0
    for name, content in (*_named(), *_variants(variants)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count += 1
    for name, build in ATTACKS.items():
        (folder / name).write_bytes(build())
        count += 1
    return count + _archives(folder) + _odd(folder)


def _named() -> Iterator[tuple[str, bytes]]:
    for number in range(_WARM):
        yield f"plain/{number}.txt", b"Nothing is wrong here.\n" * 50


def _variants(count: int) -> Iterator[tuple[str, bytes]]:
    """Whole documents cut at random places, and with random bits turned over."""
    chance = random.Random(count)
    for source in ("pdf/zh-page-of-total.pdf", "pdf/en-report.pdf"):
        content = (ROOT / "fixtures" / source).read_bytes()
        for number in range(count):
            stem = Path(source).stem
            yield f"cut/{stem}-{number}.pdf", content[: chance.randrange(20, len(content))]
            flipped = bytearray(content)
            for _ in range(1 + number):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            yield f"flip/{stem}-{number}.pdf", bytes(flipped)


def _archives(folder: Path) -> int:
    """Write archives that become more than they are; return how many members are inputs."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.txt", b"x" * (1 << 20))
    members = {
        "bomb.txt": bytes(1 << 28),
        "inner.zip": inner.getvalue(),
        "../../out-of-it.txt": b"x",
        "good.txt": b"Nothing is wrong here.\n",
    }
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    torn = inner.getvalue()
    (folder / "torn.zip").write_bytes(torn[: len(torn) // 2])
    return len(members) + 1


def _odd(folder: Path) -> int:
    """Put things beside the documents that are none; return how many count as inputs."""
    os.mkfifo(folder / "pipe.pdf")
    (folder / "zero.pdf").symlink_to("/dev/zero")
    (folder / "dangling.pdf").symlink_to(folder / "nowhere")
    (folder / "folder.pdf").mkdir()
    with (folder / "sparse.pdf").open("wb") as file:
        file.truncate(50 << 30)
    (folder / "empty.pdf").touch()
    (folder / os.fsdecode(b"name\xff\n.txt")).write_text("Nothing is wrong here.\n")
    return 6


def _run(folder: Path) -> dict[str, int]:
    from ingest.batch import run
    from ingest.settings import Settings

    settings = Settings(jobs=2, cpu_limit=CPU, wall_limit=WALL, memory_limit=MEMORY)
    plain = run([folder / "in/plain"], folder / "warm", settings=settings)
    assert sum(outcome.ok for outcome in plain) == _WARM
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in run([folder / "in"], folder / "out", settings=settings):
        pass
    grew = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"grew_mb": grew >> 10}


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]))))
