"""Plain texts share a child: none sees anything of the one before, and only a clean end goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile.leavings import LEAVINGS

from ingest.batch import RunOptions, run
from ingest.batch.endings import Ending
from ingest.batch.guard import Guard
from ingest.batch.turns import MOST, TEXT
from ingest.extract import read
from ingest.pipeline import clean
from ingest.settings import Settings

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc"
)

TINY = Settings(jobs=1, cpu_limit=2, wall_limit=30, memory_limit=400 << 20)
SIGN = "fault: sign"


class Turns:
    """Documents one after the other through one guard, each offered to the child of the last."""

    def __init__(self, guard: Guard, folder: Path) -> None:
        self._guard = guard
        self._folder = folder
        self._count = 0

    def ending(self, content: str) -> tuple[Ending, str]:
        """Return how a document ended, and what stands in its output."""
        self._count += 1
        source, output = (self._folder / f"{kind}{self._count}" for kind in ("in", "out"))
        source.write_text(content, "utf-8")
        with source.open("rb") as given, output.open("wb") as made:
            self._guard.submit(self._count, "n", given.fileno(), [made.fileno()], in_turn=TEXT)
            endings: list[Ending] = []
            while not endings:
                endings = self._guard.wait()
        (ended,) = endings
        assert ended.key == self._count
        return ended, output.read_text("utf-8")

    def process(self, content: str = SIGN) -> int:
        """Return the process that served a document that ended well."""
        ended, made = self.ending(content)
        assert ended.error is None
        number, _, rest = made.partition(" ")
        assert rest == content
        return int(number)


@contextmanager
def turns(
    folder: Path, job: str = "hostile.faults:faulty_copy", settings: Settings = TINY
) -> Iterator[Turns]:
    # The faults do what the kernel would forbid.
    with Guard(settings, job, output_limit=1 << 20, confine=False) as guard:
        yield Turns(guard, folder)


def test_a_child_serves_many_and_then_makes_room_for_a_new_one(tmp_path):
    with turns(tmp_path) as served:
        processes = [served.process() for _ in range(MOST[TEXT] + 3)]
    assert len(set(processes[: MOST[TEXT]])) == 1
    assert len(set(processes[MOST[TEXT] :])) == 1
    assert processes[0] != processes[-1]


@pytest.mark.parametrize("left", LEAVINGS)
def test_what_leaves_something_behind_has_no_successor(tmp_path, left):
    with turns(tmp_path) as served:
        first = served.process()
        assert served.process(f"fault: leave {left}") == first
        second = served.process()
        assert second != first
        assert served.process() == second


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("segfault", "signal-11"),
        ("half-output", "signal-11"),
        ("exit", "crash"),
        ("exit 3", "crash"),
        ("memory", "memory"),
        ("raise", "crash"),
        ("refuse", "encrypted"),
        ("spin", "cpu"),
        ("flood-reply", "output"),
        ("garble-reply", "crash"),
    ],
)
def test_a_fault_in_a_later_turn_is_judged_in_a_new_child(tmp_path, fault, reason):
    with turns(tmp_path, settings=TINY.replace(cpu_limit=1)) as served:
        first = served.process()
        ended, _ = served.ending(f"fault: {fault}")
        assert ended.failure.reason == reason
        assert served.process() != first


def test_what_fails_only_in_company_is_done_once_and_whole(tmp_path):
    with turns(tmp_path) as served:
        first = served.process()
        assert served.process("fault: not-here") != first


def test_each_document_has_its_limit_of_cpu(tmp_path):
    with turns(tmp_path, settings=TINY.replace(cpu_limit=1)) as served:
        processes = [served.process("fault: busy 0.35") for _ in range(6)]
    assert 1 < len(set(processes)) < 6


def test_a_child_that_died_between_two_documents_is_missed_by_nobody(tmp_path):
    with turns(tmp_path) as served:
        first = served.process()
        os.kill(first, 9)
        assert served.process() != first


def test_what_a_parser_must_read_is_read_in_a_new_child(tmp_path):
    pages = ("价格上涨", "<p>价格</p><p>上涨</p><p>说明</p>", "if a < b then", "第二篇")
    with turns(tmp_path, "ingest.batch.job:ingest_document") as served:
        for page in pages:
            ended, made = served.ending(page)
            assert ended.report is not None
            expected = clean(read(page.encode(), name="n"))
            assert made == expected.text
            assert ended.report["media_type"] == expected.source.media_type


def test_a_batch_with_every_leaving_loses_nothing(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}").write_text(f"report {number}")
    for number, left in enumerate(LEAVINGS):
        (folder / f"{2 * number:02}-{left}").write_text(f"fault: leave {left}")
    options = RunOptions(job="hostile.faults:faulty_copy", confine=False)
    outcomes = list(run([folder], tmp_path / "out", settings=TINY.replace(jobs=2), options=options))
    assert {outcome.status for outcome in outcomes} == {"done"}
    for outcome in outcomes:
        source, made = Path(outcome.source), outcome.outputs[0].read_text()
        assert made.endswith(source.read_text())
    assert len(outcomes) == 40 + len(LEAVINGS)
