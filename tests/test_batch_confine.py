"""What the kernel forbids a child, tried by a child."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ingest.batch import RunOptions, run
from ingest.batch.guard import Guard
from ingest.settings import Settings

JOB = "hostile.faults:faulty_copy"
TINY = Settings(jobs=1, cpu_limit=5, wall_limit=20)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux offers it")


def words(confine: bool, tmp_path: Path) -> str:
    (tmp_path / "plain").write_text("text")
    with (
        Guard(TINY, JOB, output_limit=1 << 20, confine=confine) as guard,
        (tmp_path / "plain").open() as source,
    ):
        guard.submit(0, "plain", source.fileno())
        while not guard.wait():
            continue
        return guard.confinement


def could(tmp_path: Path, *, confine: bool) -> str:
    """What a child that tries to escape could do."""
    (tmp_path / "there").write_text("precious")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_text(f"fault: escape {tmp_path}")
    options = RunOptions(job=JOB, confine=confine)
    (outcome,) = run([tmp_path / "in"], tmp_path / "out", settings=TINY, options=options)
    assert outcome.status == "done", outcome.message
    return outcome.outputs[0].read_text()


def test_a_confined_child_reads_and_writes_its_output_and_nothing_else(tmp_path):
    said = words(True, tmp_path)
    if "off" in said or int(said.split()[1].strip(",")) < 6:
        pytest.skip(f"this kernel offers less: {said}")
    before = (tmp_path / "plain").stat()
    assert could(tmp_path, confine=True).startswith("; read")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out", "plain", "there"]
    assert (tmp_path / "plain").stat() == before


def test_a_child_that_is_not_confined_can_do_some_of_it(tmp_path):
    """The test above would pass with a child that tries nothing."""
    free = could(tmp_path, confine=False).partition(";")[0].split(", ")
    assert {"write", "make", "remove", "program", "tcp", "udp", "parent"} <= set(free)


def test_it_says_what_is_in_force(tmp_path):
    assert words(False, tmp_path) == "off: as asked"
    said = words(True, tmp_path)
    assert said.count("off") < 2
    assert "Landlock" in said
    assert "seccomp" in said
