"""A batch as a whole: one outcome per input, in order, whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import ingest
from ingest.batch import Outcome, RunOptions, run
from ingest.batch.ledger_reader import LedgerReader
from ingest.errors import OutputError, UsageError
from ingest.settings import Settings

COPY = RunOptions(job="hostile.faults:faulty_copy", confine=False)  # some write notes
TINY = Settings(jobs=2, cpu_limit=1, wall_limit=3, memory_limit=200 << 20)


def records(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "documents.jsonl").read_text("utf-8").splitlines()]


def files(out: Path) -> list[str]:
    names = (str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.startswith(".ingest/"))


def known(out: Path) -> list[dict]:
    """What the ledger of a run that has not ended knows, in input order."""
    with LedgerReader(out / ".ingest/ledger.sqlite") as ledger:
        assert "ended" not in ledger.facts()
        return [json.loads(line) for line in ledger.records()]


def test_two_hundred_documents_with_eight_faults(tmp_path):
    faults = {
        3: "segfault",
        57: "null",
        101: "half-output",
        20: "exit",
        150: "exit 1",
        88: "memory",
        120: "hang",
        199: "raise",
    }
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(200):
        text = f"fault: {faults[number]}" if number in faults else f"document {number}\n" * 50
        (folder / f"{number:03}").write_text(text)
    outcomes = list(run([folder], out, settings=TINY, options=COPY))
    assert [Path(outcome.source).name for outcome in outcomes] == [f"{n:03}" for n in range(200)]
    reasons = {number: outcome.reason for number, outcome in enumerate(outcomes) if outcome.reason}
    assert reasons == {
        3: "signal-11",
        57: "signal-11",
        101: "signal-11",
        20: "crash",
        150: "crash",
        88: "memory",
        120: "wall",
        199: "crash",
    }
    right = [n for n in range(200) if n not in faults]
    assert len(right) == 192
    for number in right:
        assert (out / f"{number:03}.txt").read_text() == f"document {number}\n" * 50
    assert files(out) == [f"{n:03}.txt" for n in right] + ["documents.jsonl"]
    assert [record["status"] for record in records(out)] == [o.status for o in outcomes]


def test_outcomes_and_outputs_do_not_depend_on_the_number_of_workers(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(20):
        text = f"fault: hang {0.1 if number % 3 else 0}" if number % 2 else f"{number}"
        (folder / f"{number:02}").write_text(text)
    seen = []
    for jobs in (1, 4):
        out = tmp_path / f"out{jobs}"
        outcomes = list(run([folder], out, settings=TINY.replace(jobs=jobs), options=COPY))
        seen.append([(o.source, o.status, o.sha256, o.characters) for o in outcomes])
    assert seen[0] == seen[1]
    assert files(tmp_path / "out1") == files(tmp_path / "out4")


def test_only_so_many_outcomes_wait_for_one_that_is_not_done(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batch.local._AHEAD", 4)
    folder, out, note = tmp_path / "in", tmp_path / "out", tmp_path / "note"
    folder.mkdir()
    (folder / "00").write_text(f"fault: note {note}")
    for number in range(1, 12):
        (folder / f"{number:02}").write_text("text")
    batch = run([folder], out, settings=TINY.replace(wall_limit=2), options=COPY)
    assert next(batch).reason == "wall"
    assert len(files(out)) == 3
    assert [outcome.status for outcome in batch] == ["done"] * 11
    assert len(records(out)) == 12


def test_every_input_has_its_outcome_and_none_stops_the_batch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    (folder / "x.pdf").mkdir(parents=True)
    (folder / "x.pdf/inner").write_text("text")
    (folder / "empty").touch()
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "fifo")
    with (folder / "sparse").open("wb") as file:
        file.truncate(50 << 30)
    (tmp_path / "fifo").symlink_to(folder / "fifo")
    named = ["in", "missing", "fifo", "in/empty", "long" * 2000, "nul\0"]
    outcomes = list(run(named, "out", settings=TINY, options=COPY))
    assert [(o.source, o.status, o.reason) for o in outcomes] == [
        ("in/dangling", "quarantined", "unreadable"),
        ("in/fifo", "quarantined", "unreadable"),
        ("in/sparse", "quarantined", "too-large"),
        ("in/x.pdf/inner", "done", ""),
        ("missing", "quarantined", "missing"),
        ("fifo", "quarantined", "unreadable"),
        ("in/empty", "quarantined", "empty"),
        ("long" * 2000, "quarantined", "unreadable"),
        ("nul\0", "quarantined", "missing"),
    ]
    assert len(records(Path("out"))) == len(outcomes)
    assert files(Path("out")) == ["documents.jsonl", "in/x.pdf/inner.txt"]


def test_names_of_any_bytes_are_read_written_and_recorded(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    raw = os.fsencode(folder) + b"/\xff\n\x1b.pdf"
    Path(os.fsdecode(raw)).write_bytes(b"text")
    (outcome,) = run([folder], out, settings=TINY, options=COPY)
    assert os.fsencode(outcome.source) == raw
    assert outcome.outputs[0].read_bytes() == b"text"
    (record,) = records(out)
    assert bytes.fromhex(record["source_bytes"]) == raw
    assert record["outputs"] == [r"\xff\n\x1b.pdf.txt"]


def test_the_output_folder_inside_the_input_is_not_an_input_of_the_next_run(tmp_path):
    (tmp_path / "a").write_text("text")
    for _ in range(2):
        (outcome,) = run([tmp_path], tmp_path / "out", settings=TINY, options=COPY)
        assert outcome.source.endswith("/a")


def test_a_folder_cannot_be_input_and_output(tmp_path):
    (tmp_path / "a").write_text("text")
    with pytest.raises(UsageError, match="both input and output"):
        list(run([tmp_path], tmp_path, options=COPY))
    assert files(tmp_path) == ["a"]


def test_no_inputs_no_outcomes(tmp_path):
    assert list(run([], tmp_path / "out", options=COPY)) == []
    assert records(tmp_path / "out") == []


def test_an_output_that_cannot_be_named_is_that_documents_problem(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (out / "a.txt").mkdir(parents=True)
    (folder / "a").write_text("text")
    (folder / "b").write_text("text")
    outcomes = list(run([folder], out, settings=TINY, options=COPY))
    assert [outcome.reason for outcome in outcomes] == ["output", ""]


def test_two_batches_do_not_share_an_output_folder(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}").write_text("text")
    inputs = [tmp_path / f"{number}" for number in range(3)]
    first = run(inputs, tmp_path / "out", settings=TINY, options=COPY)
    next(first)
    with pytest.raises(OutputError, match="another batch"):
        next(run(inputs, tmp_path / "out", settings=TINY, options=COPY))
    assert len(list(first)) == 2
    assert len(records(tmp_path / "out")) == 3


def test_what_is_written_about_is_what_was_named_ingest(tmp_path):
    assert ingest.run is run
    assert ingest.Outcome is Outcome


def _hanging_second(tmp_path: Path) -> tuple[Path, Path]:
    """A folder whose second document hangs and says so; those behind it can only wait."""
    folder, note = tmp_path / "in", tmp_path / "note"
    folder.mkdir()
    for number in (0, 2, 3, 4, 5):
        (folder / f"{number}").write_text("text")
    (folder / "1").write_text(f"fault: note {note}")
    return folder, note


def _left_in_order(tmp_path: Path) -> None:
    """Nothing runs any more; what was finished has its record, what was not has nothing."""
    processes = [int(number) for number in (tmp_path / "note").read_text().split()]
    assert _until(lambda: not any(map(_alive, processes)), 1)
    out = tmp_path / "out"
    assert [Path(record["source"]).name for record in known(out)] == ["0", "2", "3", "4", "5"]
    assert files(out) == ["0.txt", "2.txt", "3.txt", "4.txt", "5.txt"]
    assert [path.name for path in (out / ".ingest").iterdir()] == ["ledger.sqlite"]


def test_an_interrupt_in_the_middle_keeps_what_is_finished_and_ends_the_rest(tmp_path):
    folder, note = _hanging_second(tmp_path)
    batch = run([folder], tmp_path / "out", settings=TINY.replace(wall_limit=60), options=COPY)
    assert next(batch).status == "done"

    def interrupt() -> None:
        last = tmp_path / "out/5.txt"
        assert _until(lambda: note.exists() and last.exists())
        time.sleep(0.5)  # by then the other thread waits for the second document
        os.kill(os.getpid(), signal.SIGINT)

    interruption = threading.Thread(target=interrupt)
    interruption.start()
    with pytest.raises(KeyboardInterrupt):
        next(batch)
    interruption.join()
    _left_in_order(tmp_path)


def test_closing_the_iterator_keeps_what_is_finished_and_ends_the_rest(tmp_path):
    folder, note = _hanging_second(tmp_path)
    (folder / "0").write_text("fault: hang 0.5")
    batch = run([folder], tmp_path / "out", settings=TINY.replace(wall_limit=60), options=COPY)
    with_first = next(batch)  # while it takes its time, the worker beside it meets the second
    assert with_first.status == "done"
    assert _until(note.exists)
    batch.close()
    processes = [int(number) for number in note.read_text().split()]
    assert _until(lambda: not any(map(_alive, processes)), 1)
    # Perhaps another was done while the first waited for company on its way to the disk.
    done = [record["outputs"][0] for record in known(tmp_path / "out")]
    assert files(tmp_path / "out") == done
    assert "0.txt" in done
    assert "1.txt" not in done


def _until(true, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


_PROGRAM = """
import sys
from ingest.batch import RunOptions, run
from ingest.settings import Settings
for outcome in run([sys.argv[1]], sys.argv[2], settings=Settings(jobs=2, wall_limit=60),
                   options=RunOptions(job="hostile.faults:faulty_copy", confine=False)):
    print(outcome.source, flush=True)
"""


def _started(tmp_path: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    """Start a batch that hangs over its last two documents; return it and all its processes."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}").write_text("text")
    notes = [tmp_path / "note7", tmp_path / "note8"]
    for note in notes:
        (folder / note.name[-1]).write_text(f"fault: note {note}")
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(folder), str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert _until(lambda: all(note.exists() for note in notes), 20)
    numbers = {int(number) for note in notes for number in note.read_text().split()}
    assert len(numbers) == 3
    assert all(map(_alive, numbers))
    return program, sorted(numbers)


def test_a_killed_batch_leaves_no_process_and_no_half_file(tmp_path):
    program, processes = _started(tmp_path)
    assert _until(lambda: len(known(tmp_path / "out")) == 5)
    program.kill()
    program.wait()
    assert _until(lambda: not any(map(_alive, processes)), 3)
    out = tmp_path / "out"
    whole = [f"{number}.txt" for number in range(5)]
    assert files(out) == whole
    assert all((out / name).read_text() == "text" for name in whole)
    # The next batch gets the lock, clears away the halves and does what is left.
    for name in ("7", "8"):
        (tmp_path / "in" / name).write_text("text")
    outcomes = list(run([tmp_path / "in"], out, settings=TINY, options=COPY))
    assert [outcome.status for outcome in outcomes] == ["done"] * 7
    assert [outcome.resumed for outcome in outcomes] == [True] * 5 + [False] * 2
    assert files(out) == [*whole, "7.txt", "8.txt", "documents.jsonl"]


def test_an_interrupted_batch_ends_within_a_second_and_knows_what_is_done(tmp_path):
    program, processes = _started(tmp_path)
    started = time.monotonic()
    program.send_signal(signal.SIGINT)
    program.wait(5)
    assert time.monotonic() - started < 1.5
    assert _until(lambda: not any(map(_alive, processes)), 1)
    out = tmp_path / "out"
    assert len(known(out)) == 5
    assert files(out) == [f"{number}.txt" for number in range(5)]


def test_batches_say_where_they_cannot_run(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batch.driver.os.name", "nt")
    with pytest.raises(UsageError, match="POSIX"):
        next(run([], "out"))
