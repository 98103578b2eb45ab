"""Real children that really crash: every ending is named, nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

import pytest

from ingest.batch import RunOptions, run
from ingest.batch.endings import counts, document_error, limit_error, short, whole
from ingest.batch.guard import Guard
from ingest.batch.limits import Limits
from ingest.errors import EncryptedError, IngestError, LimitError
from ingest.settings import Settings

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc"
)

JOB = "hostile.faults:faulty_copy"
TINY = Settings(jobs=2, cpu_limit=1, wall_limit=20, memory_limit=200 << 20)
# Others use this machine too: so little time by the clock only where it is what is tested.
HASTY = TINY.replace(wall_limit=1.5)
OPTIONS = RunOptions(job=JOB, output_limit=4 << 20)
# For faults that do what the kernel would forbid.
FREE = RunOptions(job=JOB, output_limit=4 << 20, confine=False)
_LAWLESS = ("kill-zygote", "leave-behind")


def alive(process: int) -> bool:
    """True while a process runs; one that nobody has reaped yet is dead."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(processes: list[int], seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while any(alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def one(tmp_path: Path, fault: str, settings: Settings = TINY):
    """Run a batch of a good document, the fault and another good one; return the fault's."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a").write_text("good")
    (folder / "b").write_text(f"fault: {fault}")
    (folder / "c").write_text("good too")
    options = FREE if fault.startswith(_LAWLESS) else OPTIONS
    before, outcome, after = run([folder], tmp_path / "out", settings=settings, options=options)
    assert (before.status, after.status) == ("done", "done")
    assert (tmp_path / "out/a.txt").read_text() == "good"
    assert (tmp_path / "out/c.txt").read_text() == "good too"
    assert (tmp_path / "out/b.txt").exists() == outcome.ok
    assert [path.name for path in (tmp_path / "out/.ingest").iterdir()] == ["ledger.sqlite"]
    return outcome


@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        ("segfault", "signal-11", "SIGSEGV"),
        ("null", "signal-11", "SIGSEGV"),
        ("half-output", "signal-11", "SIGSEGV"),
        ("abort", "signal-6", "SIGABRT"),
        ("abort-starved", "memory", "200 MiB"),
        ("abort-after-growing", "memory", "200 MiB"),
        ("memory", "memory", "200 MiB"),
        ("exit", "crash", "without a result"),
        ("exit 3", "crash", "exit code 3"),
        ("spin", "cpu", "1 s of CPU"),
        ("hang", "wall", "1.5 s"),
        ("stubborn", "wall", "1.5 s"),
        ("raise", "crash", r"ZeroDivisionError: nobody\nexpected this [hostile.faults:"),
        ("recurse", "crash", "RecursionError"),
        ("refuse", "encrypted", "needs a password"),
        ("flood-file", "output", "4 MiB"),
        ("flood-reply", "output", "report"),
        ("garble-reply", "crash", "report cannot be read"),
        ("kill-zygote", "crash", "died while this one"),
    ],
)
def test_every_ending_is_named_and_costs_that_document_alone(tmp_path, fault, reason, said):
    outcome = one(tmp_path, fault, HASTY if reason == "wall" else TINY)
    assert (outcome.status, outcome.reason) == ("quarantined", reason)
    assert said in outcome.message
    assert "\n" not in outcome.message
    if fault not in ("kill-zygote", "flood-reply"):
        assert len(outcome.sha256) == 64, "what crashed is known by its content"


def test_lies_in_a_report_become_nothing_worse_than_zeros(tmp_path):
    outcome = one(tmp_path, "lie")
    assert outcome.status == "done"
    assert (outcome.characters, outcome.pages, outcome.losses) == (0, 0, 0)
    assert (outcome.edits, outcome.marks, outcome.sha256) == ({}, {"a": 0}, "")


def test_the_chatter_of_a_child_reaches_nobody_and_holds_nothing_up(tmp_path, capfd):
    assert one(tmp_path, "chatter").status == "done"
    assert capfd.readouterr() == ("", "")


def test_what_a_document_started_ends_with_it(tmp_path):
    note = tmp_path / "note"
    assert one(tmp_path, f"leave-behind {note}").status == "done"
    assert gone([int(note.read_text())])


def test_a_neighbour_of_a_dead_zygote_is_tried_again_and_not_blamed(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "0").write_text("fault: hang 0.3")
    (folder / "1").write_text("fault: kill-zygote")
    for number in range(2, 6):
        (folder / str(number)).write_text("good")
    outcomes = list(run([folder], tmp_path / "out", settings=TINY, options=FREE))
    assert [outcome.reason for outcome in outcomes] == ["", "crash", "", "", "", ""]


def guard(**changes: float) -> Guard:
    return Guard(TINY.replace(**changes), JOB, output_limit=1 << 20, confine=False)


def flown(guard: Guard, count: int) -> list:
    endings: list = []
    deadline = time.monotonic() + 20
    while len(endings) < count:
        assert time.monotonic() < deadline
        endings += guard.wait()
    return endings


def test_the_zygote_has_one_thread_and_a_session_of_its_own(tmp_path):
    note = tmp_path / "note"
    document = tmp_path / "document"
    document.write_text(f"fault: note {note}")
    with guard() as guarded, document.open() as source:
        guarded.submit(1, "document", source.fileno())
        while not note.exists():
            guarded.wait(0.02)
        child, zygote = map(int, note.read_text().split())
        assert os.getpgid(child) == child
        assert os.getsid(zygote) == zygote != os.getsid(0)
        assert len(list(Path(f"/proc/{zygote}/task").iterdir())) == 1
        # What the child has open: its own files, not those of its neighbours or its maker.
        sockets = [link for link in _open_files(child) if link.startswith("socket:")]
        assert sockets == []
    assert gone([child, zygote], 1.5)


def _open_files(process: int) -> list[str]:
    links = []
    for entry in Path(f"/proc/{process}/fd").iterdir():
        # The listing itself is an open file while it lasts.
        with contextlib.suppress(FileNotFoundError):
            links.append(str(entry.readlink()))
    return links


def test_a_killed_zygote_takes_its_children_along(tmp_path):
    note, document = tmp_path / "note", tmp_path / "document"
    document.write_text(f"fault: note {note}")
    with guard(wall_limit=60) as guarded, document.open() as source:
        guarded.submit(1, "document", source.fileno())
        while not note.exists():
            guarded.wait(0.02)
        child, zygote = map(int, note.read_text().split())
        os.kill(zygote, 9)
        (ending,) = flown(guarded, 1)
        assert ending.failure.reason == "crash"
        assert gone([child])


def test_a_guard_leaves_no_open_file_behind(tmp_path):
    document = tmp_path / "document"
    document.write_text("good")

    def use() -> None:
        with guard() as guarded:
            for key in range(5):
                with document.open() as source:
                    guarded.submit(key, "document", source.fileno())
            flown(guarded, 5)

    use()
    before = sorted(_open_files(os.getpid()))
    use()
    assert sorted(_open_files(os.getpid())) == before


def test_guards_work_side_by_side_in_threads(tmp_path):
    texts = [tmp_path / str(number) for number in range(3)]
    statuses: dict[str, list[str]] = {}

    def batch(path: Path) -> None:
        outcomes = run([path], tmp_path / f"out-{path.name}", settings=TINY, options=OPTIONS)
        statuses[path.name] = [outcome.status for outcome in outcomes]

    for path in texts:
        path.mkdir()
        for number in range(10):
            (path / str(number)).write_text("good")
    threads = [threading.Thread(target=batch, args=(path,)) for path in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == {path.name: ["done"] * 10 for path in texts}


def test_a_job_that_cannot_be_loaded_is_one_clear_error(tmp_path):
    (tmp_path / "a").write_text("x")
    for job in ("no.such.module:job", "hostile.faults:no_such_job"):
        with pytest.raises(IngestError, match=r"could not load.*no.such"):
            list(run([tmp_path / "a"], tmp_path / "out", options=RunOptions(job=job)))


def test_modules_in_the_folder_the_user_stands_in_are_not_loaded(tmp_path, monkeypatch):
    (tmp_path / "selectors.py").write_text("raise SystemExit('a document named like a module')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [entry for entry in __import__("sys").path if entry])
    assert one(tmp_path, "refuse").reason == "encrypted"


def test_errors_are_made_again_by_their_reason():
    assert type(document_error("encrypted", "m", "")) is EncryptedError
    assert document_error("engines-disagree", "m", "").reason == "engines-disagree"
    limits = Limits(cpu=1.5, wall=2, memory=3 << 20, output=4 << 20)
    for reason in ("cpu", "wall", "memory", "output"):
        error = limit_error(reason, limits)
        assert isinstance(error, LimitError)
        assert error.reason == reason


def test_what_a_child_sends_is_read_with_suspicion():
    form = {"n": 5, "b": True, "s": "x" * 999, "l": "a\nb", "c": {"r": 2, "q": -1, "f": 1.5}}
    assert (whole(form, "n"), whole(form, "b"), whole(form, "s"), whole(form, "no")) == (5, 0, 0, 0)
    assert len(short(form, "s")) == 200
    assert (short(form, "l"), short(form, "n")) == (r"a\nb", "")
    assert counts(form, "c") == {"r": 2, "q": 0, "f": 0}
    assert counts(form, "n") == {}
    assert len(counts({"c": {str(n): n for n in range(5000)}}, "c")) == 1000
