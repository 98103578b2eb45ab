"""What is done stays done; what is not, or no longer, is done; nothing is claimed that is not so."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile.kills import finish, inputs, kill_often, records, tree

from ingest.batch import Outcome, RunOptions, run
from ingest.batch.dryrun import plan
from ingest.batch.folder import OutputFolder
from ingest.batch.intake import Candidate
from ingest.batch.interrupt import Interruption
from ingest.batch.ledger import Ledger
from ingest.batch.ledger_reader import LedgerReader
from ingest.batch.resume import Resumption
from ingest.batch.status import read_status
from ingest.batch.versions import fingerprints
from ingest.errors import OutputError
from ingest.settings import Settings

COPY = RunOptions(job="hostile.faults:faulty_copy")
TINY = Settings(jobs=2, cpu_limit=1, wall_limit=20, memory_limit=200 << 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four documents, the third of which fails."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abd":
        (folder / name).write_text(f"text of {name}")
    (folder / "c").write_text("fault: refuse")
    _age(folder)
    return folder


def _age(folder: Path) -> None:
    past = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (past, past), follow_symlinks=False)


def again(folder: Path, settings: Settings = TINY, options: RunOptions = COPY) -> list[Outcome]:
    return list(run([folder], folder.parent / "out", settings=settings, options=options))


def resumed(outcomes: list[Outcome]) -> str:
    """Names of the documents that were not done again."""
    return "".join(Path(one.source).name for one in outcomes if one.resumed)


def test_a_second_run_does_nothing_and_says_the_same(folder, tmp_path):
    first = again(folder)
    assert resumed(first) == ""
    lines = (tmp_path / "out/documents.jsonl").read_bytes()
    written = (tmp_path / "out/a.txt").stat().st_ino
    second = again(folder)
    assert resumed(second) == "abcd"
    assert (tmp_path / "out/documents.jsonl").read_bytes() == lines
    assert (tmp_path / "out/a.txt").stat().st_ino == written
    for one, two in zip(first, second, strict=True):
        assert two.to_record(tmp_path) == {
            **one.to_record(tmp_path),
            "resumed": True,
        }
        assert two.outputs == one.outputs


def test_what_is_new_changed_or_gone_is_done_in_its_place(folder, tmp_path):
    again(folder)
    (folder / "aa").write_text("new")
    (folder / "b").write_text("changed text of b")
    (tmp_path / "out/d.txt").unlink()
    outcomes = again(folder)
    assert [Path(one.source).name for one in outcomes] == ["a", "aa", "b", "c", "d"]
    assert resumed(outcomes) == "ac"
    assert (tmp_path / "out/b.txt").read_text() == "changed text of b"
    assert (tmp_path / "out/d.txt").read_text() == "text of d"
    assert [Path(one["source"]).name for one in records(tmp_path / "out")] == [*"a", "aa", *"bcd"]


def test_a_change_that_keeps_size_and_time_is_seen_by_what_was_just_written(folder, tmp_path):
    (folder / "a").write_text("one")
    again(folder)
    before = (folder / "a").stat()
    (folder / "a").write_text("two")
    os.utime(folder / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert resumed(again(folder)) == "bcd"
    assert (tmp_path / "out/a.txt").read_text() == "two"


def test_a_file_with_other_times_and_the_same_bytes_is_not_done_again(folder):
    again(folder)
    (folder / "a").rename(folder / "x")
    (folder / "a").write_bytes((folder / "x").read_bytes())
    (folder / "x").unlink()
    assert resumed(again(folder)) == "abcd"


def test_an_output_that_was_cut_is_made_anew(folder, tmp_path):
    again(folder)
    (tmp_path / "out/a.txt").write_text("te")
    assert resumed(again(folder)) == "bcd"
    assert (tmp_path / "out/a.txt").read_text() == "text of a"


def test_other_settings_and_other_versions_do_everything_again(folder, monkeypatch):
    again(folder)
    assert resumed(again(folder, TINY.replace(script="keep"))) == ""
    assert resumed(again(folder, TINY.replace(script="keep", jobs=1))) == "abcd"
    monkeypatch.setattr("ingest.batch.versions.versions", lambda: {"tables": "other"})
    assert resumed(again(folder, TINY.replace(script="keep"))) == ""


def test_other_limits_concern_what_failed_only(folder):
    again(folder)
    assert resumed(again(folder, TINY.replace(cpu_limit=2))) == "abd"


def test_failed_documents_are_retried_when_asked(folder):
    again(folder)
    assert resumed(again(folder, options=_options(retry_failed=True))) == "abd"


def test_restart_does_everything_again(folder):
    again(folder)
    assert resumed(again(folder, options=_options(restart=True))) == ""
    assert resumed(again(folder)) == "abcd"


def _options(**changes: bool) -> RunOptions:
    return RunOptions(job=COPY.job, **changes)


def test_another_format_joins_the_first(folder, tmp_path):
    again(folder)
    outcomes = again(folder, TINY.replace(to=("md",)))
    assert resumed(outcomes) == ""
    assert sorted(tree(tmp_path / "out")) == ["a.md", "a.txt", "b.md", "b.txt", "d.md", "d.txt"]
    # Both are ours: when the document fails, both go.
    (folder / "a").write_text("fault: raise")
    outcomes = again(folder, TINY.replace(to=("md",)))
    assert {path.name for path in outcomes[0].removed} == {"a.md", "a.txt"}
    assert sorted(tree(tmp_path / "out")) == ["b.md", "b.txt", "d.md", "d.txt"]


def test_a_document_that_fails_leaves_no_old_output(folder, tmp_path):
    again(folder)
    (folder / "a").write_text("fault: segfault")
    (tmp_path / "out/c.txt").write_text("of somebody else")
    first, *_ = again(folder)
    assert (first.reason, first.removed) == ("signal-11", (tmp_path / "out/a.txt",))
    assert sorted(tree(tmp_path / "out")) == ["b.txt", "c.txt", "d.txt"]
    assert records(tmp_path / "out")[0]["removed"] == ["a.txt"]


def test_what_a_limit_stops_keeps_what_the_same_bytes_gave(folder, tmp_path):
    again(folder)
    text = (tmp_path / "out/a.txt").read_bytes()
    first, *_ = again(folder, TINY.replace(max_size=1, to=("md",)))
    assert (first.status, first.removed) == ("quarantined", ()), first
    assert "stays" in first.message
    assert (tmp_path / "out/a.txt").read_bytes() == text
    # Still known as ours: when the bytes are others, it goes.
    (folder / "a").write_text("fault: raise")
    first, *_ = again(folder)
    assert first.removed == (tmp_path / "out/a.txt",)


def test_an_input_that_cannot_be_reached_loses_nothing(folder, tmp_path):
    named = [folder / name for name in "abcd"]
    out = tmp_path / "out"
    list(run(named, out, settings=TINY, options=COPY))
    (folder / "a").rename(tmp_path / "elsewhere")
    outcomes = list(run(named, out, settings=TINY, options=COPY))
    assert (outcomes[0].reason, resumed(outcomes)) == ("missing", "bcd")
    assert records(out)[0]["reason"] == "missing"
    assert (out / "a.txt").read_text() == "text of a"
    (tmp_path / "elsewhere").rename(folder / "a")
    assert resumed(list(run(named, out, settings=TINY, options=COPY))) == "abcd"


def test_the_same_files_by_another_name(folder, tmp_path, monkeypatch):
    again(folder)
    monkeypatch.chdir(tmp_path)
    outcomes = list(run(["in"], "out", settings=TINY, options=COPY))
    assert resumed(outcomes) == "abcd"
    assert [outcome.source for outcome in outcomes] == ["in/a", "in/b", "in/c", "in/d"]
    assert records(Path("out"))[0]["source"] == "in/a"


def test_names_of_any_bytes_are_known_again(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n.pdf")).write_text("text")
    (first,), (second,) = again(folder), again(folder)
    assert second.resumed
    assert (second.source, second.outputs) == (first.source, first.outputs)


def test_a_ledger_that_cannot_be_read_is_an_error_and_restart_helps(folder, tmp_path):
    again(folder)
    ledger = tmp_path / "out/.ingest/ledger.sqlite"
    ledger.write_bytes(b"no database " * 1000)
    with pytest.raises(OutputError, match="--restart"):
        again(folder)
    assert resumed(again(folder, options=_options(restart=True))) == ""
    assert resumed(again(folder)) == "abcd"


def test_a_ledger_that_is_a_link_is_refused(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.touch()
    (tmp_path / "out/.ingest").mkdir(parents=True)
    (tmp_path / "out/.ingest/ledger.sqlite").symlink_to(victim)
    with pytest.raises(OutputError, match="not a regular file"):
        again(folder)
    assert victim.stat().st_size == 0


def test_a_list_is_there_only_when_it_is_true(folder, tmp_path):
    again(folder)
    (folder / "d").write_text("changed text of d")
    batch = run([folder], tmp_path / "out", settings=TINY, options=COPY)
    for outcome in batch:
        if not outcome.resumed:
            break
    batch.close()
    assert not (tmp_path / "out/documents.jsonl").exists()
    again(folder)
    assert len(records(tmp_path / "out")) == 4


def test_status_tells_of_a_run_in_the_middle(folder, tmp_path):
    batch = run([folder], tmp_path / "out", settings=TINY.replace(jobs=1), options=COPY)
    next(batch)
    status = read_status(tmp_path / "out")
    assert not status.finished
    assert 1 <= status.documents <= 4
    assert len(list(batch)) == 3
    status = read_status(tmp_path / "out")
    assert (status.finished, status.documents) == (True, 4)
    assert status.largest[0][0] == len("fault: refuse")
    assert status.confinement


def test_a_dry_run_tells_and_touches_nothing(folder, tmp_path):
    out = tmp_path / "out"
    again(folder)
    (folder / "e").write_text("new")
    (folder / "f").symlink_to("nowhere")
    (folder / ".hidden").touch()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    intents = [intent.line() for intent in plan([str(folder)], out, TINY, COPY)]
    assert intents[:5] == [
        f"skip {folder}/a: done already",
        f"skip {folder}/b: done already",
        f"skip {folder}/c: quarantined already",
        f"skip {folder}/d: done already",
        f"read {folder}/e -> {out}/e.txt",
    ]
    assert intents[5].startswith(f"quarantine {folder}/f: unreadable: is a link")
    assert intents[6:] == [f"skip {folder}/.hidden: hidden"]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    fresh = [one.verb for one in plan([str(folder)], tmp_path / "new", TINY, COPY)]
    assert fresh[:5] == ["read"] * 5
    assert not (tmp_path / "new").exists()


class Echo:
    """An engine that does nothing with what it is given but note it."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def outcomes(self, candidates: Iterator[Candidate]) -> Iterator[Outcome]:
        for candidate in candidates:
            self.given.append(candidate.source)
            yield Outcome(candidate.source, "done")

    def close(self) -> list[Outcome]:
        return []


def test_among_many_only_what_changed_is_given_to_the_engine_and_order_stays(tmp_path):
    prints = fingerprints(Settings(), RunOptions())
    names = [f"{number:04}" for number in range(1300)]
    changed = set(random.Random(5).sample(names, 40)) | {"0700", "0701"}
    drawn: list[str] = []

    def found(stamps: str) -> Iterator[Candidate]:
        for name in names:
            drawn.append(name)
            stamp = stamps if name in changed else "1:0:0"
            yield Candidate(name, name, named=True, opener=lambda _: (0, 0), stamp=stamp)

    def batch(stamps: str) -> tuple[Echo, list[Outcome], list[str]]:
        engine = Echo()
        with OutputFolder(tmp_path / "out") as folder, Ledger(folder) as ledger:
            run = Resumption(ledger, folder, prints, retry=False, stop=lambda: False)
            outcomes = run.outcomes(engine, found(stamps), settles=False)
            first = next(outcomes)
            ahead = list(drawn)
            return engine, [first, *outcomes], ahead

    engine, outcomes, ahead = batch("1:0:0")
    assert engine.given == names == [one.source for one in outcomes]
    assert ahead == names[:1]  # behind what has to be done nothing is drawn that nobody waits for
    engine, outcomes, _ = batch("2:0:0")
    assert engine.given == sorted(changed)
    assert [one.source for one in outcomes] == names
    assert [one.source for one in outcomes if not one.resumed] == sorted(changed)


def test_any_number_of_workers_makes_the_same(tmp_path):
    folder = inputs(tmp_path / "in", 40)
    made = []
    for jobs in (1, 3):
        out = tmp_path / f"out{jobs}"
        finish(folder, out, jobs)
        made.append((tree(out), records(out)))
    assert made[0] == made[1]
    assert len(made[0][0]) == 39


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_torn_lost_or_double(tmp_path):
    folder = inputs(tmp_path / "in", 40)
    toll = kill_often(folder, tmp_path / "out", 5, seed=1)
    assert toll.broken == ()
    assert toll.kills == 5


def test_what_is_asked_to_stop_ends_what_is_in_flight(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}").write_text("fault: hang 0.2")
    asked = [False]
    batch = run([folder], tmp_path / "out", settings=TINY, options=COPY, stop=lambda: asked[0])
    next(batch)
    asked[0] = True
    rest = list(batch)
    assert 1 <= len(rest) < 8
    assert all(outcome.status == "done" for outcome in rest)
    assert not (tmp_path / "out/documents.jsonl").exists()
    with LedgerReader(tmp_path / "out/.ingest/ledger.sqlite") as ledger:
        assert len(list(ledger.records())) == 1 + len(rest)


def test_what_does_not_end_in_time_is_stopped(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "0").write_text("text")
    for number in range(1, 4):
        (folder / f"{number}").write_text("fault: hang")
    asked = [False]
    batch = run([folder], tmp_path / "out", settings=TINY, options=COPY, stop=lambda: asked[0])
    next(batch)
    asked[0] = True
    started = time.monotonic()
    assert list(batch) == []
    assert 1 < time.monotonic() - started < 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_with_130_and_says_how_to_go_on(tmp_path, number):
    folder = inputs(tmp_path / "in", 400)
    command = [sys.executable, "-m", "ingest", "run", str(folder), "-o", str(tmp_path / "out")]
    program = subprocess.Popen(
        [*command, "-j", "1", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    assert json.loads(program.stdout.readline())["status"] == "done"
    program.send_signal(number)
    asked = time.monotonic()
    printed, said = program.communicate(timeout=20)
    assert time.monotonic() - asked < 4
    assert program.returncode == 130
    assert b"run the same command again" in said
    assert b"Traceback" not in said
    claimed = 1 + len(printed.splitlines())
    assert claimed < 400
    with sqlite3.connect(tmp_path / "out/.ingest/ledger.sqlite") as ledger:
        assert ledger.execute("SELECT count(*) FROM documents").fetchone()[0] >= claimed


def test_a_second_signal_interrupts():
    noticed: list[bool] = []
    with Interruption(lambda: noticed.append(True)) as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert noticed == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_engine_decides_nothing_about_an_output():
    """What was done on one machine is done: a cluster goes on where it stopped, and back."""
    local, cluster = (fingerprints(Settings(), RunOptions(engine=one)) for one in ("local", "ray"))
    assert local == cluster
