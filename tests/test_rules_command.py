"""`ingest rules` and `--rules` as a user calls them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.strip import packs

PAGES = Path(__file__).parent.parent / "fixtures" / "pages" / "tuned"

# Two lines without any sign: one before the notices of the site, one right below the report.
SLOGAN = "四十年来风雨无阻陪伴全城百姓每一个清晨"
SIGNED = "执笔 临江区联合课题组全体成员"


def ingest(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of one site, and what else lies in folders."""
    folder = tmp_path_factory.mktemp("pages")
    for path in PAGES.glob("news-*.txt"):
        page = path.read_text(encoding="utf-8")
        page = re.sub(r"(?m)^[（(][责責]", lambda found: f"{SIGNED}\n{found[0]}", page, count=1)
        (folder / path.name).write_text(f"{SLOGAN}\n{page}", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing more")
    return folder


@pytest.fixture(scope="module")
def pack(folder: Path) -> Path:
    path = folder.parent / "news.toml"
    done = ingest("rules", "learn", folder, "-o", path, "-j", "2")
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def wrong(pack: Path, tmp_path: Path) -> Path:
    path = tmp_path / "wrong.toml"
    path.write_text(pack.read_text(encoding="utf-8").replace("pattern =", "patern =", 1))
    return path


class TestHelp:
    @pytest.mark.parametrize("command", ["", "list", "test", "learn"])
    def test_every_command_explains_itself(self, command: str) -> None:
        done = ingest("rules", *filter(None, [command]), "--help")
        assert done.returncode == 0
        assert "Exit codes: 0 done" in done.stdout

    @pytest.mark.parametrize("command", ["run", "clean", "explain"])
    def test_rules_can_be_named_wherever_documents_are_cleaned(self, command: str) -> None:
        assert "--rules FILE" in ingest(command, "--help").stdout


class TestList:
    def test_every_rule_has_a_line(self) -> None:
        done = ingest("rules", "list")
        every = [rule for pack in packs.packs() for rule in pack.rules]
        lines = done.stdout.splitlines()
        assert len(lines) == len(every) + len(packs.packs())
        for rule in every:
            (line,) = [line for line in lines if line.startswith(f"  {rule.id}  ")]
            assert rule.evidence in line

    def test_as_json(self) -> None:
        rows = [json.loads(line) for line in ingest("rules", "list", "--json").stdout.splitlines()]
        assert {row["id"] for row in rows} == {
            rule.id for pack in packs.packs() for rule in pack.rules
        }
        assert all(row["hit"] and row["miss"] for row in rows)


class TestLearn:
    def test_a_proposal_passes_its_test_and_says_what_it_is(self, pack: Path) -> None:
        assert "A proposal: read every row" in pack.read_text(encoding="utf-8")
        done = ingest("rules", "test", pack)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("1 file, ")

    def test_it_goes_to_standard_output_and_the_account_to_standard_error(
        self, folder: Path
    ) -> None:
        done = ingest("rules", "learn", folder)
        assert done.returncode == 0
        assert done.stdout.startswith("# Proposed by")
        assert "broken.pdf: malformed" in done.stderr
        assert "4 documents: 3 done, 0 partial, 1 quarantined" in done.stderr
        assert "nothing was changed: read every row" in done.stderr
        assert f"not proposed, nothing shows that it is a notice: {SIGNED}" in done.stderr
        quiet = ingest("rules", "learn", folder, "-q")
        assert (quiet.returncode, quiet.stderr) == (0, "")
        assert quiet.stdout == done.stdout

    def test_too_few_documents_are_said(self, folder: Path, tmp_path: Path) -> None:
        done = ingest(
            "rules", "learn", folder, "-o", tmp_path / "no.toml", "--min-documents", "9", "-q"
        )
        assert done.returncode == 1
        assert "3 different documents, and 9 must share a line" in done.stderr
        assert not (tmp_path / "no.toml").exists()

    def test_no_folder_is_wrong_usage(self, tmp_path: Path) -> None:
        assert ingest("rules", "learn", tmp_path / "gone").returncode == 2


class TestTest:
    def test_one_line_a_problem_with_file_row_and_advice(self, wrong: Path) -> None:
        done = ingest("rules", "test", wrong)
        assert done.returncode == 1
        lines = done.stdout.splitlines()
        assert len(lines) == 2
        assert all(line.startswith(f"{wrong}: ") and line.endswith(")") for line in lines)
        assert "unknown key 'patern'" in lines[0]
        assert "'pattern' is missing" in lines[1]

    def test_as_json(self, wrong: Path, pack: Path) -> None:
        done = ingest("rules", "test", wrong, "--json")
        assert done.returncode == 1
        found = json.loads(done.stdout)
        assert {problem["file"] for problem in found["problems"]} == {str(wrong)}
        good = ingest("rules", "test", pack, "--json")
        assert (good.returncode, json.loads(good.stdout)["problems"]) == (0, [])

    def test_a_missing_file_is_a_problem(self, tmp_path: Path) -> None:
        done = ingest("rules", "test", tmp_path / "gone.toml")
        assert done.returncode == 1
        assert "gone.toml: No such file" in done.stdout


class TestUse:
    @pytest.mark.parametrize("way", ["flag", "environment", "file"])
    def test_the_notices_go_and_the_report_stays(
        self, pack: Path, folder: Path, tmp_path: Path, way: str
    ) -> None:
        page = folder / "news-flood.txt"
        plain = ingest("clean", page).stdout
        assert SLOGAN in plain
        config = tmp_path / "ingest.toml"
        config.write_text(f'rules = ["{os.path.relpath(pack, tmp_path)}"]\n')
        own = {
            "flag": lambda: ingest("clean", page, "--rules", pack),
            "environment": lambda: ingest("clean", page, INGEST_RULES=str(pack)),
            "file": lambda: ingest("clean", page, "--config", config),
        }[way]()
        assert own.returncode == 0, own.stderr
        assert SLOGAN not in own.stdout
        truth = (PAGES / "news-flood.truth").read_text(encoding="utf-8").strip()
        assert truth in own.stdout
        assert SIGNED in own.stdout

    def test_explain_names_the_rules(self, pack: Path, folder: Path) -> None:
        account = ingest("explain", folder / "news-flood.txt", "--rules", pack).stdout
        assert "notice.news." in account

    @pytest.mark.parametrize("command", ["run", "clean", "explain"])
    def test_a_wrong_pack_stops_before_any_document(
        self, wrong: Path, folder: Path, tmp_path: Path, command: str
    ) -> None:
        out = ["-o", tmp_path / "out"] if command == "run" else []
        source = folder if command == "run" else folder / "news-flood.txt"
        done = ingest(command, source, *out, "--rules", wrong)
        assert done.returncode == 4
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert f"{wrong}: " in line
        assert "unknown key 'patern'" in line
        assert not list((tmp_path / "out").rglob("*.txt"))

    def test_a_batch_does_anew_what_another_pack_made(
        self, pack: Path, folder: Path, tmp_path: Path
    ) -> None:
        own = tmp_path / "own.toml"
        shutil.copy(pack, own)

        def run() -> list[dict[str, object]]:
            done = ingest("run", folder, "-o", tmp_path / "out", "--rules", own, "--json", "-q")
            return [json.loads(line) for line in done.stdout.splitlines()]

        assert not any(record.get("resumed") for record in run()[1:])
        assert all(record.get("resumed") for record in run()[1:])
        own.write_text(own.read_text(encoding="utf-8") + "# one more remark\n", encoding="utf-8")
        assert not any(record.get("resumed") for record in run()[1:])
        text = (tmp_path / "out" / "news-flood.txt.txt").read_text(encoding="utf-8")
        assert SLOGAN not in text
