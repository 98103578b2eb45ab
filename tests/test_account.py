"""The account: every change with its place, and a diff that `patch` understands."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Alternative, Document, Edit, Line, Mark, Page, account


def damaged() -> Document:
    text = "第一行\n社區(qū)工作?\n末行\n"
    box = (1.0, 2.0, 3.0, 4.0)
    document = dataclasses.replace(
        Document.from_text(text, "page.txt"),
        pages=(Page(1, 0, len(text), 10, 10, (Line(0, 3), Line(4, 13, box), Line(14, 16))),),
    )
    lost = Edit(
        12, 13, "?", "\ufffd", "gloss.half", "lost", "a digit", None, (Alternative("付", 0.6),)
    )
    document = document.revise(
        "repair",
        [Edit(6, 10, "(qū)", "", "gloss.aligned"), lost],
        marks=[Mark(14, 16, "uncertain", "gloss.left")],
        metadata={"conversion": "mirror"},
    )
    return document.revise("normalize", [Edit(5, 6, "區", "区", "script.mirror")])


def test_every_entry_has_its_place() -> None:
    found = [
        (entry.stage, entry.item.rule, entry.line, entry.column, entry.here)
        for entry in account.entries(damaged())
    ]
    assert found == [
        ("repair", "gloss.aligned", 2, 3, "(qū)"),
        ("repair", "gloss.half", 2, 9, "?"),
        ("repair", "gloss.left", 3, 1, "末行"),
        ("normalize", "script.mirror", 2, 2, "區"),
    ]


def test_lines_for_people() -> None:
    lines = list(account.as_lines(damaged()))
    assert lines[0] == "page.txt"
    assert "  conversion: mirror" in lines
    aligned = next(line for line in lines if "gloss.aligned" in line)
    assert aligned.startswith("page 1, line 2, column 3: gloss.aligned (proven): ")
    assert "[(qū) → ]" in aligned
    lost = next(line for line in lines if "gloss.half (lost)" in line)
    assert "a digit" in lost
    assert "付 0.600" in lost
    assert any("left: uncertain" in line and "[末行]" in line for line in lines)
    assert "1 loss: what stood there cannot be known" in lines
    assert list(account.as_lines(Document.from_text("a")))[-1] == "no changes"


def test_inferred_shows_its_probability_and_controls_are_made_visible() -> None:
    document = Document.from_text("a\x1b[0mb").revise(
        "repair", [Edit(1, 2, "\x1b", "x\ny", "r", "inferred", "", 0.995)]
    )
    line = next(line for line in account.as_lines(document) if "inferred" in line)
    assert "(inferred 0.995)" in line
    assert "[<U+001B> → x⏎y]" in line
    assert "\x1b" not in line


def test_json_for_programs() -> None:
    form = json.loads(json.dumps(account.as_json(damaged())))
    assert form["edits_per_rule"] == {"gloss.aligned": 1, "gloss.half": 1, "script.mirror": 1}
    assert form["marks_per_rule"] == {"gloss.left": 1}
    assert form["losses"] == 1
    assert form["damaged"]
    first = form["edits"][0]
    assert (first["page"], first["line"], first["column"], first["extracted_offset"]) == (
        1,
        2,
        3,
        6,
    )
    assert first["box"] == [1.0, 2.0, 3.0, 4.0]
    assert first["before"] == "(qū)"
    assert form["marks"][0]["kind"] == "uncertain"


def test_diff_of_nothing_is_nothing() -> None:
    assert list(account.diff(Document.from_text("a").revise("repair", []))) == []


def test_diff_shows_whole_lines_and_no_other() -> None:
    assert list(account.diff(damaged())) == [
        "--- page.txt (extracted)\n",
        "+++ page.txt (clean)\n",
        "@@ -2,1 +2,1 @@\n",
        "-社區(qū)工作?\n",
        "+社区工作\ufffd\n",
    ]


@st.composite
def edited(draw: st.DrawFn) -> Document:
    text = draw(st.text(st.sampled_from("ab\n"), max_size=40))
    document = Document.from_text(text, "x")
    for _ in range(draw(st.integers(1, 2))):
        cuts = sorted(draw(st.sets(st.integers(0, len(document.text)), max_size=6)))
        edits = [
            Edit(start, end, document.text[start:end], after, "r")
            for start, end in zip(cuts[::2], cuts[1::2], strict=False)
            for after in [draw(st.text(st.sampled_from("xy\n"), max_size=3))]
            if after != document.text[start:end]
        ]
        document = document.revise("round", edits)
    return document


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch program here")
@given(document=edited())
def test_patch_accepts_the_diff(
    tmp_path_factory: pytest.TempPathFactory, document: Document
) -> None:
    lines = "".join(account.diff(document))
    before = document.undo().text
    if not lines:
        assert before == document.text
        return
    path: Path = tmp_path_factory.mktemp("patch") / "x"
    path.write_text(before, newline="")
    subprocess.run(
        ["patch", "--unified", "--quiet", "--binary", "--fuzz=0", str(path)],
        input=lines.encode(),
        check=True,
        capture_output=True,
    )
    # patch removes a file that becomes empty.
    assert (path.read_bytes().decode() if path.exists() else "") == document.text
