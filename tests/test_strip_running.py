"""What belongs to the pages of a PDF goes; what only looks like it stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.document import Document, Line, Page, Source
from ingest.extract import read
from ingest.strip.folding import fold
from ingest.strip.passes import strip

PDFS = sorted((Path(__file__).parent.parent / "fixtures" / "pdf").glob("*.pdf"))

Row = tuple[str, float, float]
"""Words, distance from the top of the page, type size."""


def made(*pages: list[Row | Line], height: float = 800.0, boxes: bool = True) -> Document:
    """Make a PDF's document of rows; a `Line` gives angle and visibility for its words."""
    text, built = "", []
    for number, rows in enumerate(pages, start=1):
        start, lines = len(text), []
        for words, top, size in rows:  # type: ignore[misc]
            box = (60.0, top, 500.0, top + size) if boxes else None
            lines.append(Line(len(text), len(text) + len(words), box, size if boxes else 0.0))
            text += words + "\n"
        built.append(Page(number, start, len(text), 600.0, height if boxes else 0.0, tuple(lines)))
    return Document(text, Source("made.pdf", "0" * 64, "application/pdf"), tuple(built))


def body(number: int, first: float = 100.0, size: float = 12.0) -> list[Row]:
    return [
        (f"第{number}页正文的第{row}行，各有各的话。", first + 20 * row, size) for row in range(30)
    ]


def left(document: Document) -> list[str]:
    return strip(document).text.splitlines()


def test_headers_and_page_numbers_go() -> None:
    pages = [[("水情年报", 40, 9.0), *body(k), (f"— {k} —", 770, 9.0)] for k in range(1, 6)]
    document = strip(made(*pages))
    assert "水情年报" not in document.text
    assert document.text.count("\n") == 150
    rules = {edit.rule for edit in document.history[-1].edits}
    assert rules == {"running.header", "running.page-number"}
    assert document.undo().text == made(*pages).text


def test_pages_that_alternate_and_a_first_page_without() -> None:
    pages = [body(1)]
    pages += [
        [("水情年报" if k % 2 else "水务局", 40, 9.0), *body(k), (f"第{k}页", 770, 9.0)]
        for k in range(2, 9)
    ]
    assert len(left(made(*pages))) == 8 * 30


def test_headers_of_short_chapters_go_by_their_slot() -> None:
    names = ["绪论", "方法", "结果", "结果", "讨论", "结论"]
    pages = [[(f"{name} {k}", 30, 8.0), *body(k)] for k, name in enumerate(names, start=1)]
    assert len(left(made(*pages))) == 6 * 30


def test_roman_numbers_and_two_pages() -> None:
    pages = [[*body(k), (("i", "ii", "iii", "iv")[k - 1], 780, 9.0)] for k in range(1, 5)]
    assert len(left(made(*pages))) == 4 * 30
    pages = [[*body(k), (f"{k} / 2", 780, 9.0)] for k in (1, 2)]
    assert len(left(made(*pages))) == 2 * 30


@pytest.mark.parametrize(
    "row",
    [
        lambda k: (str(2015 + k), 60, 16.0),  # years as headings, larger than the text
        lambda k: (f"表{k * 7 % 5}　各村水位", 60, 12.0),  # figures that do not count pages
        lambda k: (f"各村水位{'甲乙丙丁戊'[k - 1]}", 60, 12.0),
    ],
)
def test_headings_at_the_top_of_pages_stay(row: object) -> None:
    pages = [[row(k), *body(k)] for k in range(1, 6)]  # type: ignore[operator]
    assert len(left(made(*pages))) == 5 * 31


def test_the_head_of_a_table_on_every_page_stays() -> None:
    head: Row = ("项目　类别　方式　金额", 100, 9.0)
    pages = [[head, *body(k, first=120.0, size=9.0)] for k in range(1, 5)]
    pages += [body(k) for k in range(5, 9)]
    assert len(left(made(*pages))) == 4 * 31 + 4 * 30


def test_questions_that_count_with_the_pages_stay() -> None:
    pages = [[(f"第{k}题　简述水情。", 100, 12.0), *body(k, first=120.0)] for k in range(1, 6)]
    assert len(left(made(*pages))) == 5 * 31


def test_a_line_of_the_text_that_repeats_elsewhere_stays() -> None:
    pages = [[*body(k), ("以上情况，特此说明。", 700 - 37 * k, 12.0)] for k in range(1, 6)]
    assert len(left(made(*pages))) == 5 * 31


def test_without_geometry_only_the_outermost_lines_count() -> None:
    rows = [[("水情年报", 0, 0), *body(k), (f"{k}", 0, 0)] for k in range(1, 6)]
    lines = left(made(*rows, boxes=False))
    assert "3" not in lines
    assert len([line for line in lines if "正文" in line]) == 150
    assert "水情年报" not in lines


def angled(angle: float, visible: bool, pages: int, words: str = "内部资料") -> Document:
    document = made(*[[*body(k), (words, 400, 40.0)] for k in range(1, pages + 1)])
    changed = [
        Page(
            page.number,
            page.start,
            page.end,
            page.width,
            page.height,
            (*page.lines[:-1], page.lines[-1]._replace(angle=angle, visible=visible)),
        )
        for page in document.pages
    ]
    return Document(document.text, document.source, tuple(changed))


def test_rotated_watermarks_go_where_they_repeat() -> None:
    assert "内部资料" not in strip(angled(45, True, 3)).text
    once = strip(angled(45, True, 1))
    assert "内部资料" in once.text
    assert [mark.rule for mark in once.history[-1].marks] == ["watermark.rotated"]
    assert "内部资料" in strip(angled(90, True, 2)).text
    assert "内部资料" not in strip(angled(270, True, 3)).text


def test_hidden_text_goes_unless_it_is_the_text_of_a_scan() -> None:
    assert "内部资料" not in strip(angled(0, False, 2)).text
    scan = made(body(1))
    page = scan.pages[0]
    unseen = tuple(line._replace(visible=False) for line in page.lines)
    hidden = Page(1, page.start, page.end, page.width, page.height, unseen)
    assert strip(Document(scan.text, scan.source, (hidden,))).text == scan.text


@pytest.mark.parametrize("path", PDFS, ids=lambda path: path.stem)
def test_pdf_fixtures_lose_their_running_lines_and_nothing_else(path: Path) -> None:
    account_path = path.with_suffix(".json")
    if not account_path.is_file():
        pytest.skip("no account beside it")
    account = json.loads(account_path.read_text(encoding="utf-8"))
    if account.get("text_layer") != "full" or not path.with_suffix(".txt").is_file():
        pytest.skip("not all of its text can be extracted")
    document = read(path)
    truth = path.with_suffix(".txt").read_text(encoding="utf-8")
    stripped = strip(document)
    before = set(fold(document.text))
    words = [fold(one) for one in truth.split() if set(fold(one)) <= before]
    left, had = fold(stripped.text), fold(document.text)
    assert not [word for word in words if word in had and word not in left]


def test_a_header_on_two_of_three_pages_goes_with_the_page_numbers() -> None:
    pages = [
        [
            *([("水情年报", 36, 9.0)] if number > 1 else []),
            *body(number),
            (str(number), 770, 9.0),
        ]
        for number in (1, 2, 3)
    ]
    assert left(made(*pages)) == [words for number in (1, 2, 3) for words, _, _ in body(number)]


def test_two_equal_last_lines_of_three_pages_stay() -> None:
    pages = [
        [*body(number), ("特此说明。", 750 if number > 1 else 720, 12.0)] for number in (1, 2, 3)
    ]
    assert left(made(*pages)).count("特此说明。") == 3


def test_what_stands_inside_of_body_text_is_no_running_line() -> None:
    slides = [
        [(f"第{number}部分的标题各不相同", 40, 24.0), ("• 县档案馆的卷宗", 90, 18.0)]
        + [(f"• 第{number}张的第{row}点", 200 + 40 * row, 18.0) for row in range(6)]
        for number in range(1, 6)
    ]
    assert left(made(*slides)).count("• 县档案馆的卷宗") == 5


def test_footnotes_that_open_or_read_alike_stay() -> None:
    notes = [
        "1同上书，第3页。",
        "2渡口的账目",
        "3同上书，第9页。",
        "4仓库的清单",
        "5同上书，第27页。",
    ]
    pages = [[*body(at), (note, 760, 8.0)] for at, note in enumerate(notes, start=1)]
    assert [line for line in left(made(*pages)) if line in notes] == notes
