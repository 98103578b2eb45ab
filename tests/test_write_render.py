"""A document as text, Markdown and JSON lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Edit, Line, Mark, MetadataValue, Page, Source
from ingest.errors import ConfigurationError
from ingest.write import FORMS, render
from ingest.write.escape import escaped


def document_of(text: str, **metadata: MetadataValue) -> Document:
    document = Document.from_text(text, "report.txt")
    return Document(document.text, document.source, metadata=metadata)


def laid_out(*lines: tuple[str, float], **metadata: MetadataValue) -> Document:
    """One page of lines, each a paragraph, in the given sizes."""
    text, placed = "", []
    for number, (words, size) in enumerate(lines):
        top = 40.0 * number
        box = (50.0, top, 50.0 + size * len(words), top + size)
        placed.append(Line(len(text), len(text) + len(words), box, size))
        text += words + "\n\n"
    text = text[:-1]
    source = Source("report.pdf", "0" * 64, "application/pdf")
    return Document(text, source, (Page(1, 0, len(text), 400, 600, tuple(placed)),), metadata)


def markdown(document: Document) -> str:
    return render(document, "md").decode("utf-8")


def test_every_form_is_utf_8() -> None:
    document = document_of("社区\ud83d\ude00\ud800\x00", title="标\ud800题\x00")
    for form in FORMS:
        written = render(document, form).decode("utf-8")
        assert "\x00" not in written
        assert "\ufffd" in written
        assert "😀" in written


def test_unknown_form() -> None:
    with pytest.raises(ConfigurationError, match=r"parquet.*txt, md, jsonl"):
        render(document_of("x"), "parquet")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_text_is_the_text(text: str) -> None:
    assert render(document_of(text), "txt").decode("utf-8") == text


def test_title_becomes_a_heading() -> None:
    assert markdown(document_of("正文。\n", title="调研 报告")) == "# 调研 报告\n\n正文。\n"


def test_title_that_the_text_begins_with_stands_once() -> None:
    assert (
        markdown(document_of("调研报告\n\n正文。\n", title="调研 报告")) == "# 调研报告\n\n正文。\n"
    )


def test_headings_by_size() -> None:
    body = "这里是正文，写了很长的一段，讲全镇各社区一年来的工作。"
    document = laid_out(
        ("总结", 20), ("一、情况", 15), (body, 10.5), ("二、问题", 15), (body, 10.5)
    )
    assert [line for line in markdown(document).split("\n") if line.startswith("#")] == [
        "# 总结",
        "## 一、情况",
        "## 二、问题",
    ]


def test_headings_stand_below_a_title_of_the_metadata() -> None:
    body = "这里是正文，写了很长的一段，讲全镇各社区一年来的工作。"
    document = laid_out(("一、情况", 15), (body, 10.5), title="总结")
    assert markdown(document).split("\n\n")[:2] == ["# 总结", "## 一、情况"]


def test_large_type_over_much_text_is_no_heading() -> None:
    document = laid_out(("大字" * 80, 20), ("正文" * 200, 10))
    assert "#" not in markdown(document)


def test_one_odd_size_is_no_heading() -> None:
    # The sampled character is larger, the line is not.
    document = laid_out(("正文" * 50, 10), ("又一段", 10))
    page = document.pages[0]
    lines = (page.lines[0], page.lines[1]._replace(size=16.0))
    odd = Document(document.text, document.source, (Page(1, 0, page.end, 400, 600, lines),))
    assert "#" not in markdown(odd)


def test_table() -> None:
    written = markdown(document_of("见下表：\n\n年份\t户数\n2019\t1|2\n2020\n\n完。\n"))
    assert written == (
        "见下表：\n\n| 年份 | 户数 |\n| --- | --- |\n| 2019 | 1\\|2 |\n| 2020 |  |\n\n完。\n"
    )


def test_lists_and_lines() -> None:
    written = markdown(document_of("• one\n• two\n\n1. first\n2. second\n\na line\nand a line\n"))
    assert written == "- one\n- two\n\n1. first\n2. second\n\na line  \nand a line\n"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("# not a heading", "\\# not a heading"),
        ("#hashtag", "#hashtag"),
        ("> not a quotation", "\\> not a quotation"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("- not an item", "\\- not an item"),
        ("-5 degrees", "-5 degrees"),
        ("2019. It was a year", "2019\\. It was a year"),
        ("3.14 is pi", "3.14 is pi"),
        ("a * b", "a * b"),
        ("*a* b", "\\*a\\* b"),
        ("snake_case_name", "snake_case_name"),
        ("_stressed_", "\\_stressed\\_"),
        ("`code`", "\\`code\\`"),
        ("a < b", "a < b"),
        ("<b>bold</b>", "\\<b>bold\\</b>"),
        ("AT&T", "AT&T"),
        ("&amp; so on", "\\&amp; so on"),
        ("[1] and [a](b)", "[1] and \\[a](b)"),
        ("C:\\temp\\*", "C:\\temp\\\\\\*"),
        ("~~struck~~", "\\~~struck\\~~"),
        ("社区工作，一是经费。", "社区工作，一是经费。"),
    ],
)
def test_only_what_would_be_markup_is_escaped(line: str, wanted: str) -> None:
    assert escaped(line) == wanted


def test_record_of_json_lines() -> None:
    document = laid_out(("甲乙", 10), ("丙", 10), title="t", tags=("a", "b"))
    document = document.revise(
        "normalize",
        [Edit(0, 1, "甲", "", "x.one"), Edit(4, 5, "丙", "\ufffd", "x.two", "lost")],
        marks=[Mark(1, 2, "uncertain", "x.three")],
    )
    written = render(document, "jsonl").decode("utf-8")
    assert written.count("\n") == 1
    assert written.endswith("\n")
    record = json.loads(written)
    assert record == {
        "id": "0" * 64,
        "source": "report.pdf",
        "media_type": "application/pdf",
        "text": "乙\n\n\ufffd\n",
        "metadata": {"title": "t", "tags": ["a", "b"]},
        "pages": [{"number": 1, "start": 0, "end": 5, "quality": "good"}],
        "edits": {"x.one": 1, "x.two": 1},
        "marks": {"x.three": 1},
        "losses": 1,
        "damaged": True,
    }


def test_a_record_is_one_line_to_every_reader() -> None:
    written = render(document_of("a\u2028b\u2029c\x85d\ne\r\x0b\x0c\x1c\x1d\x1e"), "jsonl").decode()
    assert len(written.splitlines()) == 1
    assert json.loads(written)["text"] == "a\u2028b\u2029c\x85d\ne\r\x0b\x0c\x1c\x1d\x1e"


def test_backslash_before_u0000_in_a_text_is_no_nul() -> None:
    written = render(document_of("the escape \\u0000 in C"), "jsonl").decode("utf-8")
    assert json.loads(written)["text"] == "the escape \\u0000 in C"
