"""The command line as a user calls it: real processes, real files, exit codes, clear lines."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

DAMAGED = "<p>Das KÃ¤sebrÃ¶tchen schmeckt im CafÃ© besonders gut.</p>"


def ingest(
    *arguments: str | Path,
    stdin: bytes = b"",
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        timeout=120,
        check=False,
    )


def one_line(stderr: bytes) -> str:
    """The only line of messages: no traceback, no chatter of foreign libraries."""
    (line,) = stderr.decode().splitlines()
    return line


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text("Das KÃ¤sebrÃ¶tchen schmeckt im CafÃ© besonders gut.\n", encoding="utf-8")
    return path


class TestHelp:
    @pytest.mark.parametrize("command", ["", "run", "clean", "explain", "status"])
    def test_every_command_explains_itself(self, command: str) -> None:
        done = ingest(*filter(None, [command]), "--help")
        assert done.returncode == 0
        assert b"Exit codes: 0 done" in done.stdout

    def test_version(self) -> None:
        assert ingest("--version").stdout.startswith(b"ingest, version ")

    def test_wrong_usage(self) -> None:
        done = ingest("clean", "--nonsense")
        assert done.returncode == 2
        assert b"No such option" in done.stderr
        assert ingest("run", "-o", "out").returncode == 2
        rows = ingest("run", "rows.jsonl", "-o", "out", "--field", "text", "--isolate")
        assert rows.returncode == 2
        assert b"rows of a dataset share processes" in rows.stderr


class TestClean:
    def test_a_file_to_standard_output(self, page: Path) -> None:
        done = ingest("clean", page)
        assert done.returncode == 0
        assert done.stdout.decode() == "Das Käsebrötchen schmeckt im Café besonders gut.\n"
        assert done.stderr == b""

    def test_standard_input_in_utf8_under_any_locale(self) -> None:
        for locale in ("C", "POSIX", "en_US.ISO-8859-1"):
            done = ingest("clean", "-", stdin="關于本镇".encode(), environment={"LC_ALL": locale})
            assert done.stdout.decode() == "關于本镇"

    def test_to_a_file(self, page: Path, tmp_path: Path) -> None:
        done = ingest("clean", page, "-o", tmp_path / "clean.md", "--to", "md")
        assert (done.returncode, done.stdout) == (0, b"")
        assert "Käsebrötchen" in (tmp_path / "clean.md").read_text("utf-8")

    def test_an_output_that_cannot_be_written(self, page: Path, tmp_path: Path) -> None:
        done = ingest("clean", page, "-o", tmp_path / "none" / "clean.txt")
        assert done.returncode == 5
        assert "none/clean.txt" in one_line(done.stderr)

    def test_diff(self, page: Path) -> None:
        done = ingest("clean", page, "--diff")
        assert b"-Das K\xc3\x83\xc2\xa4sebr" in done.stdout
        assert "+Das Käsebrötchen" in done.stdout.decode()

    def test_check(self, page: Path, tmp_path: Path) -> None:
        assert ingest("clean", page, "--check").returncode == 1
        good = tmp_path / "good.txt"
        good.write_text("Alles in Ordnung.\n")
        done = ingest("clean", good, "--check")
        assert (done.returncode, done.stdout) == (0, b"")
        assert "is clean" in one_line(done.stderr)

    def test_json_can_be_read_back(self, page: Path) -> None:
        from ingest import Document

        done = ingest("clean", page, "--json")
        document = Document.from_json(json.loads(done.stdout))
        assert document.undo().text == page.read_text("utf-8")

    def test_only_some_stages(self, page: Path) -> None:
        done = ingest("clean", page, "--stages", "normalize")
        assert done.stdout == page.read_bytes()

    def test_one_format_only(self, page: Path) -> None:
        assert ingest("clean", page, "--to", "txt,md").returncode == 2

    def test_settings_from_the_environment_and_a_file(self, page: Path, tmp_path: Path) -> None:
        done = ingest("clean", page, environment={"INGEST_STAGES": "normalize"})
        assert done.stdout == page.read_bytes()
        (tmp_path / "own.toml").write_text('stages = ["strip"]\n')
        done = ingest("clean", page, "--config", tmp_path / "own.toml")
        assert done.stdout == page.read_bytes()

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (["--script", "klingon"], 4, "'klingon'"),
            (["-e", "utf-9"], 4, "'utf-9' is not a known text encoding"),
            (["--stages", "paint"], 4, "unknown stage 'paint'"),
            (["--memory-limit", "much"], 4, "'much' is not a size"),
            (["--config", "none.toml"], 4, "none.toml"),
        ],
    )
    def test_settings_that_cannot_be_used(
        self, page: Path, arguments: Sequence[str], code: int, words: str
    ) -> None:
        done = ingest("clean", page, *arguments)
        assert done.returncode == code
        assert words in one_line(done.stderr)

    def test_a_reader_that_has_had_enough(self, tmp_path: Path) -> None:
        long = tmp_path / "long.txt"
        long.write_text("Zeile um Zeile, alles in Ordnung.\n" * 40_000)
        done = subprocess.run(
            f"{sys.executable} -m ingest clean {long} | head -n 1",
            shell=True,
            capture_output=True,
            check=True,
        )
        assert (done.stdout.count(b"\n"), done.stderr) == (1, b"")


BAD = {
    "empty.pdf": (b"", "empty"),
    "junk.bin": (bytes(range(256)) * 40, "binary"),
    "half.pdf": (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 ob", ""),
    "zip.pdf": (b"PK\x03\x04" + b"\0" * 200, "zip"),
}


class TestBadInput:
    @pytest.mark.parametrize("name", BAD)
    def test_one_line_naming_file_and_cause(self, tmp_path: Path, name: str) -> None:
        content, words = BAD[name]
        (tmp_path / name).write_bytes(content)
        done = ingest("clean", tmp_path / name)
        assert (done.returncode, done.stdout) == (1, b"")
        line = one_line(done.stderr)
        assert name in line
        assert words in line.lower()

    def test_missing_and_folder(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.pdf", tmp_path):
            done = ingest("clean", path)
            assert done.returncode == 1
            assert path.name in one_line(done.stderr)

    def test_html_named_pdf_is_read_as_what_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "report.pdf"
        path.write_text(f"<!DOCTYPE html><html><body>{DAMAGED}</body></html>", encoding="utf-8")
        done = ingest("clean", path)
        assert done.stdout.decode() == "Das Käsebrötchen schmeckt im Café besonders gut.\n"


class TestExplain:
    def test_every_change_with_its_rule(self, page: Path) -> None:
        done = ingest("explain", page)
        assert done.returncode == 0
        assert "line 1, column 6: mojibake." in done.stdout.decode()

    def test_json(self, page: Path) -> None:
        form = json.loads(ingest("explain", page, "--json").stdout)
        assert form["edits"]
        assert all(edit["rule"].startswith("mojibake.") for edit in form["edits"])


class TestRun:
    @pytest.fixture
    def inputs(self, tmp_path: Path, page: Path) -> Path:
        folder = tmp_path / "in"
        (folder / "deep" / "er").mkdir(parents=True)
        (folder / "page.txt").write_bytes(page.read_bytes())
        (folder / "deep" / "page.txt").write_bytes(page.read_bytes())
        (folder / "deep" / "er" / "saved.html").write_text(
            f"<html><body>{DAMAGED}</body></html>", encoding="utf-8"
        )
        for name, (content, _) in BAD.items():
            (folder / name).write_bytes(content)
        (folder / "folder.pdf").mkdir()
        return folder

    def test_the_tree_is_mirrored_and_every_input_accounted_for(
        self, inputs: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        done = ingest("run", inputs, tmp_path / "none.pdf", "-o", out, "-j", "2", "--json")
        assert done.returncode == 1
        records = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(records) == 3 + len(BAD) + 1
        kept = [json.loads(line) for line in (out / "documents.jsonl").open(encoding="utf-8")]
        assert [record["source"] for record in kept] == [record["source"] for record in records]
        written = sorted(
            str(path.relative_to(out)) for path in out.rglob("*.txt") if path.is_file()
        )
        assert [name.removeprefix("in/") for name in written] == [
            "deep/er/saved.html.txt",
            "deep/page.txt.txt",
            "page.txt.txt",
        ]
        messages = done.stderr.decode()
        for name in (*BAD, "none.pdf"):
            assert sum(name in line for line in messages.splitlines()) == 1
        assert "Traceback" not in messages

        status = ingest("status", out)
        assert status.returncode == 0
        assert b"3 done" in status.stdout
        failed = ingest("status", out, "--failed").stdout.decode()
        assert all(name in failed for name in BAD)
        assert json.loads(ingest("status", out, "--json").stdout)["statuses"]["done"] == 3

    def test_globs_and_formats(self, inputs: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        done = ingest(
            "run", inputs, "-o", out, "--include", "*.txt", "--exclude", "deep", "--to", "md,jsonl"
        )
        assert done.returncode == 0
        assert sorted(path.name for path in out.iterdir() if path.is_file()) == [
            "documents.jsonl",
            "page.txt.jsonl",
            "page.txt.md",
        ]

    def test_files_from_a_list(self, inputs: Path, tmp_path: Path) -> None:
        names = f"{inputs / 'page.txt'}\n".encode()
        done = ingest("run", "--files-from", "-", "-o", tmp_path / "out", stdin=names)
        assert done.returncode == 0
        assert (tmp_path / "out" / "page.txt.txt").is_file()

    @pytest.mark.parametrize("quiet", [False, True])
    def test_lines_without_a_terminal(self, inputs: Path, tmp_path: Path, quiet: bool) -> None:
        done = ingest("run", inputs, "-o", tmp_path / "out", *["-q"] * quiet)
        assert done.stdout == b""
        assert (b"3 done" in done.stderr) is not quiet
        assert b"\x1b" not in done.stderr

    def test_an_output_folder_that_cannot_be_made(self, inputs: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        done = ingest("run", inputs, "-o", tmp_path / "file" / "out")
        assert done.returncode == 5
        assert "file" in one_line(done.stderr)

    def test_status_of_what_is_no_batch(self, tmp_path: Path) -> None:
        done = ingest("status", tmp_path)
        assert done.returncode == 2
        assert "documents.jsonl" in one_line(done.stderr)

    @pytest.mark.slow
    def test_a_terminal_sees_a_bar_and_ctrl_c_ends_cleanly(
        self, inputs: Path, tmp_path: Path
    ) -> None:
        for number in range(3000):
            (inputs / f"{number:04}.txt").write_text("Alles in Ordnung.\n")
        out = tmp_path / "out"
        primary, secondary = pty.openpty()
        command = [sys.executable, "-m", "ingest", "run", str(inputs), "-o", str(out), "-j", "2"]
        running = subprocess.Popen(command, stdin=secondary, stdout=secondary, stderr=secondary)
        os.close(secondary)
        shown = b""
        deadline = time.monotonic() + 60
        while b"/s" not in shown and time.monotonic() < deadline:
            shown += os.read(primary, 4096)
        running.send_signal(signal.SIGINT)
        while True:
            try:
                shown += os.read(primary, 4096)
            except OSError:
                break
        assert running.wait(10) == 130
        os.close(primary)
        assert b"interrupted" in shown
        assert b"Traceback" not in shown
        assert b"run the same command again" in shown
        assert not (out / "documents.jsonl").exists()
        status = json.loads(ingest("status", out, "--json").stdout)
        assert not status["finished"]
        assert 0 < status["documents"] < 3000
        assert len(list(out.rglob("*.txt"))) == status["statuses"]["done"]
        assert [path.name for path in (out / ".ingest").iterdir()] == ["ledger.sqlite"]
