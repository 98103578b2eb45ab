"""The output folder: locked, whole files only, no link followed, honest about failure."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.batch.folder import OutputFolder
from ingest.batch.names import RECORDS, STAGING
from ingest.batch.outcome import Outcome
from ingest.batch.records import write_records
from ingest.errors import LimitError, OutputError


def stage(folder: OutputFolder, name: str, content: str) -> str:
    with os.fdopen(folder.open_staged(name), "w") as file:
        file.write(content)
    return name


def test_a_file_appears_whole_and_nothing_else_stays(tmp_path):
    out = tmp_path / "new/out"
    with OutputFolder(out) as folder:
        name = stage(folder, "0.0", "text")
        assert not list(out.rglob("*.txt"))
        (path,) = folder.publish([name], ["a/b/x.pdf.txt"])
        assert path == out / "a/b/x.pdf.txt"
    assert path.read_text() == "text"
    assert sorted(entry.name for entry in out.iterdir()) == ["a"]


def test_a_second_batch_is_refused_until_the_first_ends(tmp_path):
    with OutputFolder(tmp_path), pytest.raises(OutputError, match="another batch"):
        OutputFolder(tmp_path)
    OutputFolder(tmp_path).close()


def test_what_a_killed_batch_left_is_removed(tmp_path):
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "7.0").write_text("half a docum")
    with OutputFolder(tmp_path):
        assert not list((tmp_path / STAGING).iterdir())
    assert not list(tmp_path.iterdir())


def test_links_in_the_output_folder_are_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.txt").symlink_to(victim / "file")
    (out / "folder").symlink_to(victim)
    with OutputFolder(out) as folder:
        folder.publish([stage(folder, "0.0", "new")], ["x.txt"])
        with pytest.raises(LimitError, match="something else stands there") as caught:
            folder.publish([stage(folder, "1.0", "new")], ["folder/y.txt"])
    assert caught.value.reason == "output"
    assert (out / "x.txt").read_text() == "new"
    assert not (out / "x.txt").is_symlink()
    assert [(path.name, path.read_text()) for path in victim.iterdir()] == [("file", "precious")]


def test_a_link_in_place_of_the_temporary_folder_is_refused(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    (out / STAGING).symlink_to(victim)
    with pytest.raises(OutputError):
        OutputFolder(out)
    assert (victim / "file").exists()


def test_formats_of_one_document_appear_together_or_not_at_all(tmp_path):
    (tmp_path / "x.md").mkdir()
    with OutputFolder(tmp_path) as folder:
        names = [stage(folder, "0.0", "text"), stage(folder, "0.1", "text")]
        with pytest.raises(LimitError):
            folder.publish(names, ["x.txt", "x.md"])
        assert not (tmp_path / "x.txt").exists()
        assert not list((tmp_path / STAGING).iterdir())


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file/below", tmp_path / "nul\0"):
        with pytest.raises(OutputError):
            OutputFolder(path)


def _as_other_user(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    head = (
        "import os, sys\nfrom pathlib import Path\nfrom ingest.batch.folder import OutputFolder\n"
    )
    drop = "if os.geteuid() == 0: os.seteuid(65534)\n"
    return subprocess.run(
        [sys.executable, "-c", head + drop + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_a_folder_that_may_not_be_written(tmp_path):
    # Reaching it must not be what fails.
    out = Path("/tmp") / f"ingest-readonly-{os.getpid()}"
    out.mkdir(mode=0o555)
    try:
        answer = _as_other_user("OutputFolder(sys.argv[1])", str(out))
        assert "OutputError" in answer.stderr
        assert "cannot be written: Permission denied" in answer.stderr
    finally:
        out.rmdir()


def test_records_are_one_line_each_and_safe_to_show(tmp_path):
    outcomes = [
        Outcome("\udcff\n.pdf", "quarantined", reason="empty", message="is\x1b[31m empty"),
        Outcome("報告.txt", "done", outputs=(tmp_path / "報告.txt.txt",), edits={"b": 1, "a": 2}),
    ]
    with OutputFolder(tmp_path) as folder:
        lines = (json.dumps(outcome.to_record(tmp_path)) for outcome in outcomes)
        write_records(folder, lines)
        lines = (tmp_path / RECORDS).read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    first, second = map(json.loads, lines)
    assert first["source"] == "\\xff\\n.pdf"
    assert bytes.fromhex(first["source_bytes"]) == b"\xff\n.pdf"
    assert "\x1b" not in first["message"]
    assert second["source"] == "報告.txt"
    assert "source_bytes" not in second
    assert second["outputs"] == ["報告.txt.txt"]
    assert list(second["edits"]) == ["a", "b"]
    again = Outcome.from_record(first, ())
    assert (again.source, again.reason) == (outcomes[0].source, "empty")


def test_records_appear_whole_or_not_at_all(tmp_path):
    def torn():
        yield "{}"
        raise OSError(28, "No space left on device")

    with OutputFolder(tmp_path) as folder:
        with pytest.raises(OutputError, match="No space left"):
            write_records(folder, torn())
        assert not list((tmp_path / STAGING).iterdir())
    assert not list(tmp_path.iterdir())


def test_only_what_was_written_there_is_removed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("precious")
    out = tmp_path / "out"
    (out / "a.txt").mkdir(parents=True)
    (out / "folder").symlink_to(victim)
    (out / "b.txt").symlink_to(victim / "file")
    (out / "c.txt").write_text("old")
    with OutputFolder(out) as folder:
        removed = folder.remove(["a.txt", "folder/file", "b.txt", "c.txt", "no/such.txt"])
        folder.settle()
    assert removed == (out / "c.txt",)
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "b.txt", "folder"]
    assert (victim / "file").read_text() == "precious"


def test_more_folders_than_are_held_open(tmp_path):
    with OutputFolder(tmp_path) as folder:
        for number in range(100):
            names = [stage(folder, f"{number}.0", str(number))]
            folder.publish(names, [f"{number}/x/y.txt"], settled=False)
        folder.settle()
    assert all((tmp_path / f"{n}/x/y.txt").read_text() == str(n) for n in range(100))


_FULL = """
set -e
mount -t tmpfs -o size=4m none "$1"
exec "$2" -c "$3" "$1" "$4"
"""


@pytest.mark.parametrize("when", ["by the outputs", "later"])
def test_a_full_disk_stops_the_batch_and_loses_nothing(tmp_path, when):
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare to mount a small disk with")
    probe = [unshare, "--user", "--map-root-user", "--mount"]
    if subprocess.run([*probe, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system mounts nothing for ordinary users")
    disk, inputs = tmp_path / "disk", tmp_path / "in"
    disk.mkdir()
    inputs.mkdir()
    # More than are settled at once: outcomes come a few dozen at a time.
    for number in range(240):
        (inputs / f"{number}").write_text("x" * 6_000)
    code = (
        "import json, sys\nfrom pathlib import Path\n"
        "filler = Path(sys.argv[1], 'filler')\n"
        "def fill(room=0):\n"
        "    try:\n"
        "        with filler.open('wb', 0) as file:\n"
        "            while True: file.write(bytes(4096))\n"
        "    except OSError: pass\n"
        "    with filler.open('r+b') as file: file.truncate(max(0, filler.stat().st_size - room))\n"
        "from ingest.batch import RunOptions, run\nfrom ingest.errors import OutputError\n"
        "from ingest.settings import Settings\n"
        "out = Path(sys.argv[1], 'out')\n"
        f"def batch(): return run([{str(inputs)!r}], out, settings=Settings(jobs=1),"
        " options=RunOptions(job='hostile.faults:faulty_copy'))\n"
        "if sys.argv[2] == 'by the outputs': fill(500_000)\n"
        "done = []\n"
        "try:\n    for outcome in batch():\n        done.append(outcome.outputs[0])\n"
        "        if len(done) == 1 and sys.argv[2] == 'later': fill()\n"
        "except OutputError as error: print(error)\n"
        "assert len(done) < 240, done\n"
        "assert all(path.stat().st_size == 6000 for path in done)\n"
        "assert not (out / 'documents.jsonl').exists()\n"
        "filler.unlink()\n"
        "again = list(batch())\n"
        "assert sum(outcome.resumed for outcome in again) >= len(done)\n"
        "assert [o.outputs[0].stat().st_size for o in again] == [6000] * 240\n"
        "assert len((out / 'documents.jsonl').read_text().splitlines()) == 240\n"
        "print(sorted(path.name for path in out.iterdir()))\n"
    )
    answer = subprocess.run(
        [*probe, "sh", "-c", _FULL, "sh", str(disk), sys.executable, code, when],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert answer.returncode == 0, answer.stderr
    said, names = answer.stdout.splitlines()
    assert re.search("No space left|full", said), said
    whole = [".ingest", *(f"{number}.txt" for number in range(240)), "documents.jsonl"]
    assert names == str(sorted(whole))
