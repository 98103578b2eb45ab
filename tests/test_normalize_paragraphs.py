"""Lines into paragraphs: pages written by hand, PDFs with known text, and what must not be joined."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Edit, Line, Page, Source
from ingest.normalize import bind, geometry
from ingest.normalize.columns import needs
from ingest.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = sorted((FIXTURES / "cases" / "paragraphs").glob("*.case"))
# Scans and fonts without a map have no text to join.
UNREADABLE = {"zh-scan", "zh-mixed", "zh-no-unicode-map"}
PDFS = sorted(
    path.with_suffix(".pdf")
    for path in (FIXTURES / "pdf").glob("*.txt")
    if path.stem not in UNREADABLE and path.with_suffix(".json").exists()
)

normalize = bind(Settings())


def read_case(path: Path) -> tuple[Document, str]:
    """Make a document of a hand-written page; `left right top size | text` is a line."""
    given_lines, expected = path.read_text("utf-8").split("# output\n")
    pages: list[Page] = []
    lines: list[Line] = []
    text = ""
    width = height = 0.0
    start = 0

    def end_page() -> None:
        if width:
            number = len(pages) + 1
            pages.append(Page(number, start, len(text), width, height, tuple(lines)))

    for row in given_lines.splitlines():
        if row.startswith("page "):
            end_page()
            width, height = map(float, row.split()[1:])
            lines, start = [], len(text)
        elif not row.startswith("#"):
            place, words = row.split(" | ", 1)
            left, right, top, size = place.split()
            upper, _, lower = top.partition("..")
            bottom = float(lower) if lower else float(upper) + float(size)
            box = (float(left), float(upper), float(right), bottom)
            lines.append(Line(len(text), len(text) + len(words), box, float(size)))
            text += words + "\n"
    end_page()
    source = Source(path.name, "0" * 64, "application/pdf")
    return Document(text, source, tuple(pages)), expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_page_by_hand(path: Path) -> None:
    document, expected = read_case(path)
    normalized = normalize(document)
    assert normalized.text == expected
    assert normalized.undo().text == document.text


def breaks(text: str) -> Counter[tuple[str, str]]:
    """The paragraph breaks of a text, each by the twelve characters on both sides."""
    bare = [line for line in re.sub(r"[ \t\u3000]", "", text).split("\n") if line]
    return Counter((one[-12:], two[:12]) for one, two in pairwise(bare))


def f1(got: str, wanted: str) -> float:
    ours, theirs = breaks(got), breaks(wanted)
    hits = (ours & theirs).total()
    return 2 * hits / max(1, ours.total() + theirs.total())


def without_running_lines(document: Document, truth: dict[str, object]) -> Document:
    """Take out what the truth names as running, painted over or hidden, and nothing else."""
    edits: set[Edit] = set()
    pages = {page["number"]: page for page in truth["pages"]}  # type: ignore[attr-defined, index]
    for page in document.pages:
        known = pages.get(page.number, {})
        spurious = [
            re.sub(r"\s", "", item["text"])
            for kind in ("running", "watermarks", "hidden")
            for item in known.get(kind, [])
        ]
        by_height = sorted(page.lines, key=lambda line: line.box[1] if line.box else 0.0)
        for line in [*by_height, *reversed(by_height)]:
            words = re.sub(r"\s", "", document.text[line.start : line.end])
            odd = not line.visible or line.angle != 0
            if words in spurious or odd:
                if words in spurious:
                    spurious.remove(words)
                end = line.end + 1
                edits.add(Edit(line.start, end, document.text[line.start : end], "", "test.out"))
    return document.revise("strip", sorted(edits))


@pytest.mark.parametrize("path", PDFS, ids=lambda path: path.stem)
def test_pdf_with_known_text(path: Path) -> None:
    from ingest.extract import read

    truth = json.loads(path.with_suffix(".json").read_text("utf-8"))
    wanted = path.with_suffix(".txt").read_text("utf-8")
    document = without_running_lines(read(path), truth)
    normalized = normalize(document)
    assert f1(normalized.text, wanted) >= 0.95
    if len(wanted) < 30_000:
        matcher = SequenceMatcher(None, normalized.text, wanted, autojunk=False)
        assert matcher.ratio() >= 0.995
    assert normalized.text.endswith("\n")
    assert not normalized.text.endswith("\n\n")
    assert normalized.undo(1).text == document.text


def test_every_break_is_one_edit() -> None:
    document, _ = read_case(FIXTURES / "cases" / "paragraphs" / "zh-indent.case")
    edits = normalize(document).history[-1].edits
    assert len(edits) <= document.text.count("\n")
    assert {edit.rule for edit in edits} == {"paragraph.join", "paragraph.break"}


def test_lines_without_a_box_keep_their_ends() -> None:
    text = "one line of words\nanother line of words\n"
    lines = (Line(0, 17), Line(18, 39))
    source = Source("x.pdf", "0" * 64, "application/pdf")
    document = Document(text, source, (Page(1, 0, len(text), 400, 600, lines),))
    assert normalize(document).text == text


def test_hidden_and_rotated_lines_are_joined_with_nothing() -> None:
    document, _ = read_case(FIXTURES / "cases" / "paragraphs" / "zh-gap.case")
    page = document.pages[0]
    lines = [
        line._replace(angle=45.0) if number == 1 else line for number, line in enumerate(page.lines)
    ]
    turned = Page(1, page.start, page.end, page.width, page.height, tuple(lines))
    normalized = normalize(Document(document.text, document.source, (turned,)))
    words = document.text[lines[1].start : lines[1].end]
    assert f"\n\n{words}\n\n" in normalized.text


@given(st.data())
def test_rows_stand_where_layout_puts_them(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=8))
    text, lines = "", []
    for number, word in enumerate(words):
        top = 20.0 * number
        box = (10.0, top, 10.0 + 5 * len(word), top + 10)
        lines.append(Line(len(text), len(text) + len(word), box, 10.0))
        text += word + "\n"
    source = Source("x.pdf", "0" * 64, "application/pdf")
    document = Document(text, source, (Page(1, 0, len(text), 400, 600, tuple(lines)),))
    for stage in ("repair", "strip"):
        document = document.revise(stage, data.draw(edits_of(document.text)))
    rows = geometry.rows_of(document.pages, document.history)
    one_by_one = []
    for start, end in [line[:2] for line in lines]:
        for step in document.history:
            start, end = step.start_now(start), step.end_now(end)
        one_by_one.append((start, max(start, end)))
    assert [line[:2] for line in document.layout()[0].lines] == one_by_one
    assert [row[:2] for row in rows] == [span for span in one_by_one if span[0] < span[1]]


def test_a_deleted_line_stands_behind_what_is_inserted_in_its_place() -> None:
    source = Source("x.pdf", "0" * 64, "application/pdf")
    document = Document("a\nb\n", source, (Page(1, 0, 4, 400, 600, (Line(0, 1), Line(2, 3))),))
    document = document.revise("repair", [Edit(1, 3, "\nb", "x", "test.edit")])
    document = document.revise("strip", [Edit(2, 2, "", "y", "test.edit")])
    assert [line[:2] for line in document.layout()[0].lines] == [(0, 1), (3, 3)]


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> Sequence[Edit]:
    edits: list[Edit] = []
    at = 0
    while at < len(text) and draw(st.booleans()):
        start = draw(st.integers(at, len(text)))
        end = draw(st.integers(start, min(len(text), start + 4)))
        after = draw(st.text("xy", max_size=3))
        if text[start:end] != after:
            edits.append(Edit(start, end, text[start:end], after, "test.edit"))
        at = end + 1
    return edits


def test_a_box_of_two_lines_is_one_paragraph_and_centred_lines_are_not() -> None:
    wide = ["甲" * 40] * 5 + ["乙" * 12]
    body = [(60.0, 460.0, words) for words in wide]
    box = [(90.0, 430.0, "丙" * 34), (90.0, 200.0, "丁" * 11)]
    centred = [(140.0, 380.0, "戊" * 24), (170.0, 350.0, "己" * 18)]
    text, lines, top = "", [], 60.0
    for part in (body, box, body, centred, body):
        for left, right, words in part:
            lines.append(
                Line(len(text), len(text) + len(words), (left, top, right, top + 10), 10.0)
            )
            text += words + "\n"
            top += 15
        top += 15
    page = Page(1, 0, len(text), 520.0, 900.0, tuple(lines))
    document = Document(text, Source("made.pdf", "0" * 64, "application/pdf"), (page,))
    paragraphs = normalize(document).text.split("\n\n")
    assert "丙" * 34 + "丁" * 11 in paragraphs
    assert "戊" * 24 in paragraphs


def test_the_size_of_text_is_told_by_prose_and_not_by_tables() -> None:
    rows = [(f"科目{at}\t{at}12.5\t{at}31.8\t{at}77.1", 8.0, 400.0) for at in range(30)]
    prose = [("甲" * 34, 10.0, 400.0)] * 5 + [
        ("资格编号：乙丙丁戊己庚辛", 10.0, 260.0),
        ("邮箱：不详", 10.0, 110.0),
    ]
    text, lines, top = "", [], 40.0
    for words, size, right in [*prose, *rows]:
        box = (60.0, top, right, top + size)
        lines.append(Line(len(text), len(text) + len(words), box, size))
        text += words + "\n"
        top += 1.5 * size
    page = Page(1, 0, len(text), 460.0, 900.0, tuple(lines))
    document = Document(text, Source("made.pdf", "0" * 64, "application/pdf"), (page,))
    assert "庚辛\n\n邮箱" in normalize(document).text


def two_pages(note: str, first: str, second: str) -> Document:
    """Two pages of full lines; a note in small type closes the first one."""
    text, pages = "", []
    for number, rows in enumerate(
        (
            [
                *[("甲" * 34, 10.0, 400.0)] * 6,
                (first, 10.0, 60 + 10.0 * len(first)),
                (note, 8.0, 200.0),
            ],
            [(second, 10.0, 60 + 10.0 * len(second)), *[("乙" * 34, 10.0, 400.0)] * 6],
        ),
        start=1,
    ):
        lines, top, start = [], 60.0, len(text)
        for words, size, right in rows:
            top += 20 if size < 10 else 0
            box = (60.0, top, right, top + size)
            lines.append(Line(len(text), len(text) + len(words), box, size))
            text += words + "\n"
            top += 15
        pages.append(Page(number, start, len(text), 460.0, 700.0, tuple(lines)))
    return Document(text, Source("made.pdf", "0" * 64, "application/pdf"), tuple(pages))


def test_a_footnote_goes_behind_the_paragraph_that_it_parts() -> None:
    document = two_pages("① 见县志第三卷。", "丙" * 34, "丁" * 34)
    normalized = normalize(document)
    assert (
        normalized.text
        == "甲" * 204 + "丙" * 34 + "丁" * 34 + "乙" * 204 + "\n\n① 见县志第三卷。\n"
    )
    assert normalized.undo().text == document.text
    assert {edit.rule for edit in normalized.history[-1].edits} >= {"paragraph.note"}


def test_a_footnote_after_a_finished_paragraph_stays_where_it_stands() -> None:
    text = normalize(two_pages("① 见县志第三卷。", "丙" * 9, "丁" * 34)).text
    assert text.split("\n\n")[1:2] == ["① 见县志第三卷。"]


def test_small_type_without_a_mark_stays_where_it_stands() -> None:
    text = normalize(two_pages("图一 渡口的水位", "丙" * 34, "丁" * 34)).text
    assert text.index("图一") < text.index("丁")


def test_lines_that_a_face_states_taller_than_its_type_fill_a_narrow_column() -> None:
    # Noto and Source Han state 1.45 em; the column is 16 em wide.
    words = ["甲" * 16] * 6 + ["乙" * 4]
    text, lines, top = "", [], 60.0
    for line in words:
        box = (60.0, top, 60 + 10.0 * len(line), top + 14.5)
        lines.append(Line(len(text), len(text) + len(line), box, 10.0))
        text += line + "\n"
        top += 17
    page = Page(1, 0, len(text), 280.0, 700.0, tuple(lines))
    document = Document(text, Source("made.pdf", "0" * 64, "application/pdf"), (page,))
    assert normalize(document).text == "".join(words) + "\n"


def test_an_opening_mark_goes_down_with_the_figure_that_it_opens() -> None:
    row = geometry.Row(0, 12, 60.0, 60.0, 180.0, 70.0, 10.0, 0, upright=True)
    assert needs(["（+34.56%）支撑", "《通知》已"], [row, row]) == [45.0, 20.0]


def page_of(rows: Sequence[tuple[float, float, float, str]]) -> Document:
    """A page of one size of type from left, right, top and words of each line."""
    text, lines = "", []
    for left, right, top, words in rows:
        lines.append(Line(len(text), len(text) + len(words), (left, top, right, top + 10), 10.0))
        text += words + "\n"
    page = Page(1, 0, len(text), 600.0, 900.0, tuple(lines))
    return Document(text, Source("made.pdf", "0" * 64, "application/pdf"), (page,))


PROSE = [
    (80.0, 540.0, 60.0 + 12 * at, "The board met on the second day of the month, as")
    for at in range(6)
]


def test_a_word_parted_between_two_lines_is_proof_of_one_paragraph() -> None:
    box = [
        (
            120.0,
            480.0,
            160.0,
            "The optional part may have negative effects. In case of doubt, dis-",
        ),
        (120.0, 170.0, 172.0, "able it."),
    ]
    assert "doubt, disable it.\n" in normalize(page_of([*PROSE, *box])).text
    # A dash at the end of a line and a capital below it are two lines of a list.
    names = [(120.0, 300.0, 160.0, "Carried over -"), (120.0, 170.0, 172.0, "Brought in")]
    assert "over -\n" in normalize(page_of([*PROSE, *names])).text


def test_a_sentence_that_goes_on_in_small_letters_is_not_parted_by_an_indent() -> None:
    item = [
        (82.0, 540.0, 160.0, "frame.install Installed into the folder of the package in"),
        (105.0, 170.0, 172.0, "question."),
        (105.0, 220.0, 190.0, "See the manual."),
    ]
    text = normalize(page_of([*PROSE, *item])).text
    assert "package in question.\n\nSee the manual." in text
