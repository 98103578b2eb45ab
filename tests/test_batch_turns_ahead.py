"""Documents sent ahead to a child that is still at work: each is done once, whatever that one does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.batch.guard import Guard
from ingest.batch.turns import TEXT
from ingest.settings import Settings

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc"
)

TINY = Settings(jobs=1, cpu_limit=1, wall_limit=4, memory_limit=400 << 20)
JOB = "hostile.faults:faulty_copy"
ENDINGS = {
    "segfault": "signal-11",
    "half-output": "signal-11",
    "exit": "crash",
    "raise": "crash",
    "refuse": "encrypted",
    "flood-reply": "output",
    "garble-reply": "crash",
    "leave thread": "",
    "busy 0.05": "",
}


@contextmanager
def submitted(folder: Path, contents: list[str], workers: int) -> Iterator[Guard]:
    """A guard to which documents were given all at once, as `in0`, `out0` and so on."""
    with Guard(TINY, JOB, output_limit=1 << 20, confine=False, workers=workers) as guard:
        for number, content in enumerate(contents):
            given, made = folder / f"in{number}", folder / f"out{number}"
            given.write_text(content)
            with given.open("rb") as source, made.open("wb") as output:
                guard.submit(number, "n", source.fileno(), [output.fileno()], in_turn=TEXT)
        assert len(guard) == len(contents)
        yield guard


def reasons(folder: Path, contents: list[str], workers: int) -> list[str]:
    """Return the reasons for which documents ended, and check what was written."""
    found: dict[int, str] = {}
    with submitted(folder, contents, workers) as guard:
        while len(guard):
            for ended in guard.wait():
                assert ended.key not in found
                found[ended.key] = ended.failure.reason if ended.report is None else ""
                made = (folder / f"out{ended.key}").read_text()
                assert ended.report is None or made.endswith(contents[ended.key])
    return [found[number] for number in range(len(contents))]


@pytest.mark.parametrize("fault", ENDINGS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_was_sent_ahead_is_done_whatever_becomes_of_the_one_before(tmp_path, fault, at):
    contents = [f"report {number}" for number in range(4)]
    contents.insert(at, f"fault: {fault}")
    expected = [""] * 4
    expected.insert(at, ENDINGS[fault])
    assert reasons(tmp_path, contents, 1) == expected


def test_nothing_waits_for_a_document_that_hangs(tmp_path):
    ended: list[int] = []
    with submitted(tmp_path, ["fault: hang", *"01234"], 2) as guard:
        while len(guard):
            ended += [one.key for one in guard.wait()]
    assert ended[-1] == 0
    assert sorted(ended) == list(range(6))


def test_one_child_does_what_it_was_sent_ahead(tmp_path):
    assert reasons(tmp_path, ["fault: sign"] * 3, 1) == [""] * 3
    processes = {(tmp_path / f"out{number}").read_text().split()[0] for number in range(3)}
    assert len(processes) == 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([*ENDINGS, "", "", "", ""]), max_size=10),
    st.integers(min_value=1, max_value=3),
)
def test_any_order_of_faults_ends_each_document_once_and_for_its_own_reason(faults, workers):
    contents = [f"fault: {fault}" if fault else "report" for fault in faults]
    with tempfile.TemporaryDirectory() as folder:
        found = reasons(Path(folder), contents, workers)
    assert found == [ENDINGS.get(fault, "") for fault in faults]
