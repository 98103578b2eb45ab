"""Leftover escapes: fixtures/cases/escapes.jsonl, and what holds for any text."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest
from ingest.document import Document
from ingest.edits import in_order, replaced
from ingest.repair import bind, escapes
from ingest.repair.escapes.context import Context
from ingest.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [
    json.loads(line)
    for line in (FIXTURES / "cases" / "escapes.jsonl").read_text("utf-8").split("\n")
    if line
]
HAN = st.text(alphabet="本报告说明项目进度与安全管理情况各单位应当按时完成", min_size=2, max_size=8)
PIECES = st.sampled_from(
    [
        "&nbsp;",
        "&amp;",
        "&#20013;",
        "&lt",
        ";",
        "\\u4e2d",
        "%E4%B8%AD",
        "%D6%D0",
        "\n",
        "中",
        "a ",
        "{",
        "&",
        "amp;",
    ]
)


def undone(text: str) -> str:
    return replaced(text, in_order(escapes.edits(text)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    found = escapes.edits(case["before"])
    assert replaced(case["before"], in_order(found)) == case["after"]
    assert sorted({edit.rule for edit in found}) == case["rules"]
    assert all(edit.certainty == "sure" and edit.why for edit in found)


@settings(deadline=None)  # the language model is read when it is first asked
@given(HAN, HAN, HAN)
def test_what_is_escaped_in_chinese_comes_back(before: str, word: str, behind: str) -> None:
    numbers = "".join(f"&#{ord(char)};" for char in word)
    for written in (
        numbers,
        numbers.replace("&", "&amp;"),
        "".join(f"\\u{ord(char):04x}" for char in word),
        "".join(f"%{byte:02x}" for byte in word.encode()),
    ):
        assert (
            undone(f"{before}{written}{behind}，全部完成。")
            == f"{before}{word}{behind}，全部完成。"
        )


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_mixture_gives_edits_that_fit(text: str) -> None:
    stage = bind(Settings(stages=("repair",)))
    document = stage(Document.from_text(text))
    assert document.undo().text == text


@given(st.text(alphabet=st.characters(exclude_characters="&\\%"), max_size=80))
def test_text_without_their_signs_is_untouched(text: str) -> None:
    assert escapes.edits(text) == []


@given(st.text(alphabet="ab <>&\"'", min_size=1, max_size=30))
def test_markup_is_never_made(text: str) -> None:
    """What was escaped so that it is no tag does not become one."""
    written = html.escape(text)
    assert undone(written).count("<b") <= written.count("<b")


def test_the_account_has_a_step_of_its_own() -> None:
    text = "社區(qū)工作：項目&nbsp;進度"
    document = ingest.clean(Document.from_text(text), settings=Settings(stages=("repair",)))
    assert [step.stage for step in document.history] == ["repair", "repair"]
    assert [edit.rule for _, edit in document.edits()][-1] == "escape.entity"
    assert document.undo().text == text


def test_an_answer_is_asked_once_for_a_window() -> None:
    text = "各单位应当按时完成&nbsp;" * 200
    context = Context(text)
    assert all(context.is_prose(at, at + 6) for at in range(9, 3000, 15))
    assert len(context._prose) < 40


@pytest.mark.parametrize("name", ["code.txt", "maths.txt", "report-punctuation.txt"])
def test_clean_fixtures_stay(name: str) -> None:
    text = (FIXTURES / "clean" / name).read_text(encoding="utf-8")
    assert escapes.edits(text) == []
    assert all(escapes.edits(line) == [] for line in text.split("\n"))
