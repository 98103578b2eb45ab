"""Page marks with a line to themselves, and lists that only look like a site's."""

from __future__ import annotations

import pytest

from ingest.strip import page_lines
from ingest.strip.lines import Removals, split

PAGE = "全镇共有水厂九处，管网老化，漏损率接近三成，枯水季节每天只能供水两小时。" * 6


def removed(text: str, pages: int | None = None) -> list[str]:
    removals = Removals(text)
    page_lines.find(removals, [line for line in split(text) if not line.blank], pages)
    return [edit.before.strip() for edit in removals.edits]


@pytest.mark.parametrize("form", ["- {} -", "第{}页", "Page {}", "{}/2", "第 {} 页 共 2 页", "{}"])
def test_a_run_from_one_goes(form: str) -> None:
    marks = [form.format(number) for number in (1, 2)]
    assert removed(f"{PAGE}\n{marks[0]}\n{PAGE}\n{marks[1]}\n") == marks


@pytest.mark.parametrize(
    "text",
    [
        f"{PAGE}\n- 2 -\n{PAGE}\n",
        f"{PAGE}\n1/4\n{PAGE}\n2/4\n",
        f"{PAGE}\n2\n{PAGE}\n1\n",
        f"1\n{PAGE}\n2\n{PAGE}\n",
        "站点\n1\n读数\n2\n",
        f"{PAGE}\n第1页\n第2页\n{PAGE}\n",
    ],
)
def test_what_does_not_count_pages_stays(text: str) -> None:
    assert removed(text) == []


def test_a_sample_from_the_middle_of_a_document() -> None:
    for form in ("第{}页", "- {} -", "Page {}", "{}/12"):
        marks = [form.format(number) for number in (4, 5)]
        assert removed(f"{PAGE}\n{marks[0]}\n{PAGE}\n{marks[1]}\n") == marks


@pytest.mark.parametrize(
    "form",
    [
        "水务调研报告 第{}页",
        "Water survey | page {} | sample",
        "Seite {} von 7",
        "プレビュー {} ページ",
        "{}쪽 / 총 7쪽",
        "Preview sheet {}",
        "стр. {}",
        "== {} ==",
        "{} of 2",
    ],
)
def test_marks_of_any_words_go_where_they_count_pages(form: str) -> None:
    marks = [form.format(number) for number in (1, 2)]
    assert removed(f"{PAGE}\n{marks[0]}\n{PAGE}\n{marks[1]}\n") == marks
    # The first may stand above the report.
    assert removed(f"{marks[0]}\n{PAGE}\n{marks[1]}\n{PAGE}\n") == marks


@pytest.mark.parametrize(
    "lines",
    [
        ("见第1页的图", "见第3页的图"),
        ("Table 1 (page 1)", "Table 2 (page 2)"),
        ("第1页表格由村民填写。", "第2页表格由村民填写。"),
        ("Slide 2", "Slide 5"),
        ("第1页", "第1页"),
        ("Pagination 1", "Pagination 2"),
        ("Stage 1", "Stage 2"),
    ],
)
def test_lines_of_the_report_that_name_pages_stay(lines: tuple[str, str]) -> None:
    assert removed(f"{PAGE}\n{lines[0]}\n{PAGE}\n{lines[1]}\n{PAGE}\n") == []


def test_figures_go_where_the_page_tells_as_many_pages() -> None:
    text = f"{PAGE}\n1\n{PAGE}\n2\n{PAGE}\n"
    assert removed(text) == []
    assert removed(text, pages=2) == ["1", "2"]
