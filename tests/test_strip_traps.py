"""Content that looks like a notice comes out whole, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Document
from ingest.strip.passes import strip

FIXTURES = Path(__file__).parent.parent / "fixtures"
TRAPS = {
    name: (FIXTURES / "clean_traps" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for name in ("before", "after", "fresh")
}
EVERY = [trap for traps in TRAPS.values() for trap in traps]
PAGES = sorted((FIXTURES / "pages").glob("*/*.json"))


def test_there_are_a_hundred_of_each_kind() -> None:
    assert all(len(set(traps)) >= 100 for traps in TRAPS.values())


@pytest.mark.parametrize("level", ["sure", "likely"])
@pytest.mark.parametrize("trap", EVERY)
def test_a_trap_alone_stays(trap: str, level: str) -> None:
    assert strip(Document.from_text(trap), level).text == trap  # type: ignore[arg-type]


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("name", TRAPS)
def test_a_document_of_traps_stays(name: str, between: str) -> None:
    text = between.join(TRAPS[name])
    stripped = strip(Document.from_text(text))
    assert stripped.text == text
    assert not stripped.history[-1].edits


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(EVERY), min_size=1, max_size=30, unique=True),
    st.sampled_from(["\n", "\n\n"]),
    st.sampled_from(["sure", "likely"]),
)
def test_traps_in_any_order_stay(chosen: list[str], between: str, level: str) -> None:
    text = between.join(chosen)
    assert strip(Document.from_text(text), level).text == text  # type: ignore[arg-type]


def page_around(path: Path, report: list[str]) -> str | None:
    """Put a report of our own into a saved page; None where notices interrupt the report."""
    account = json.loads(path.read_text(encoding="utf-8"))
    if account["form"] != "text":
        return None
    notices = {notice["line"]: notice["text"] for notice in account["notices"]}
    text = (path.parent / account["file"]).read_text(encoding="utf-8")
    count = sum(bool(line.strip()) for line in text.splitlines())
    content = [number for number in range(count) if number not in notices]
    # The longest stretch without a notice is the report.
    runs: list[list[int]] = []
    for number in content:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    if len(runs) != 1:
        return None
    head = [text for number, text in notices.items() if number < runs[0][0]]
    tail = [text for number, text in notices.items() if number > runs[0][-1]]
    return "\n".join([*head, "", *report, "", *tail, ""])


SITES = [path for path in PAGES if page_around(path, ["x"]) is not None]


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", TRAPS)
def test_traps_as_the_report_of_a_saved_page_stay(path: Path, name: str) -> None:
    report = [
        "关于基层情况的调研报告",
        "现将调研情况报告如下，请予审阅。",
        *TRAPS[name],
        "以上报告，请审议。",
    ]
    page = page_around(path, report)
    assert page is not None
    left = strip(Document.from_text(page)).text.splitlines()
    lost = [trap for trap in report if trap not in left]
    assert not lost


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(SITES),
    st.lists(st.sampled_from(EVERY), min_size=1, max_size=12, unique=True),
    st.sampled_from(["\n", "\n\n"]),
)
def test_traps_between_paragraphs_of_a_saved_page_stay(
    path: Path, chosen: list[str], between: str
) -> None:
    report = "本次调研历时两个月，走访了六个乡镇。" + between + between.join(chosen)
    report += between + "总的来看，情况是好的，问题也不少。"
    page = page_around(path, report.split("\n"))
    assert page is not None
    left = strip(Document.from_text(page)).text.splitlines()
    assert [trap for trap in chosen if trap not in left] == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SITES), st.sampled_from(EVERY), st.sampled_from(EVERY))
def test_a_trap_right_beside_the_notices_stays(path: Path, first: str, last: str) -> None:
    page = page_around(path, [first, "本次调研历时两个月，走访了六个乡镇。", last])
    assert page is not None
    left = strip(Document.from_text(page)).text.splitlines()
    assert first in left
    assert last in left
