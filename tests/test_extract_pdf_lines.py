"""Lines of PDF pages: their characters, their places, their order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_writer import lines, read, rules, text


def test_lines_stand_one_per_line_with_their_boxes() -> None:
    document = read(text("First line") + text("Second line", y=686), text("Next page"))
    assert document.text == "First line\nSecond line\nNext page\n"
    assert [(page.number, page.start, page.end) for page in document.pages] == [
        (1, 0, 23),
        (2, 23, 33),
    ]
    assert [(page.width, page.height) for page in document.pages] == [(600, 800)] * 2
    first, second, _ = (line for _, line in lines(document))
    assert first.box is not None
    assert second.box is not None
    assert first.box[0] == pytest.approx(72)
    # The baseline lies 700 points above the lower edge.
    assert first.box[1] < 100 < first.box[3] < second.box[3]
    assert second.box[1] - first.box[1] == pytest.approx(14, abs=0.01)
    assert first.size == pytest.approx(12)
    assert first.angle == 0
    assert document.metadata["page_count"] == 2
    assert [step.stage for step in document.history] == ["extract"]
    assert not document.damaged


def test_size_is_as_shown_where_the_page_scales_its_text() -> None:
    ((_, line),) = lines(read("q 0.5 0 0 0.5 0 0 cm\n" + text("Scaled", 144, 1400, 24) + "Q"))
    assert line.size == pytest.approx(12)
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [(90, "0 1 -1 0 150 100"), (180, "-1 0 0 -1 500 100"), (270, "0 -1 1 0 450 700")],
)
def test_upright_text_on_a_rotated_page(turn: int, matrix: str) -> None:
    content = f"BT /F 12 Tf {matrix} Tm (Turned upright) Tj ET"
    document = read(content, page=f"/MediaBox [0 0 600 800] /Rotate {turn}")
    ((found, line),) = lines(document)
    page = document.pages[0]
    assert found == "Turned upright"
    assert (page.width, page.height) == ((600, 800) if turn == 180 else (800, 600))
    assert line.angle == 0
    assert line.size == pytest.approx(12)
    assert line.box is not None
    x0, top, x1, bottom = line.box
    assert x0 == pytest.approx(100, abs=2)
    assert 70 < x1 - x0 < 90
    assert 5 < bottom - top < 20
    # The baseline lies 150 points (100 for the half turn) below the upper edge as shown.
    assert top < (100 if turn == 180 else 150) < bottom + 1
    # Ascenders and descenders are there, whether or not the letters have any.
    assert bottom - top == pytest.approx(14, abs=1.5)


def test_a_page_box_that_does_not_begin_at_zero() -> None:
    ((_, line),) = lines(read(text("Shifted", 172, 750), page="/MediaBox [100 50 700 850]"))
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)
    assert line.box[1] < 100 < line.box[3]


def test_rotated_text_says_so() -> None:
    slanted = "BT /F 40 Tf 0.7071 0.7071 -0.7071 0.7071 150 300 Tm (DRAFT) Tj ET\n"
    document = read(text("Body") + slanted)
    assert [(found, round(line.angle)) for found, line in lines(document)] == [
        ("Body", 0),
        ("DRAFT", 45),
    ]
    box = lines(document)[1][1].box
    assert box is not None
    assert box[2] - box[0] == pytest.approx(box[3] - box[1], rel=0.1)


def test_a_hyphen_at_a_line_end_stays_and_the_line_ends() -> None:
    document = read(
        text("A word is inter-") + text("rupted here - and", y=686) + text("goes on", y=672)
    )
    assert document.text == "A word is inter-\nrupted here - and\ngoes on\n"
    tops = [line.box[1] for _, line in lines(document) if line.box]
    assert tops == sorted(set(tops))


def test_characters_beyond_the_first_plane_and_broken_ones() -> None:
    unicode = {
        "A": "\U00020bb7",
        "B": "\U0001f600",
        "C": "\ud842",
        "D": "\x00",
        "E": "ffi",
        "F": "e",
    }
    document = read(text("AFBF") + text("FCFDFE", y=686), unicode=unicode)
    assert document.text.splitlines()[0] == "\U00020bb7e\U0001f600e"
    second = document.text.splitlines()[1]
    assert second.startswith("e\ufffde")
    assert second.endswith("effi")
    document.text.encode("utf-8")
    assert "\x00" not in document.text
    assert "extract.unmapped-glyph" in rules(document)
    for _, line in lines(document):
        assert 0 <= line.start < line.end < len(document.text)
        assert document.text[line.end] == "\n"


ODD = {"A": "\x93", "B": "\U00020bb7", "C": "\x03", "D": "\u6f22", "E": "\x94", "F": "\ufb01"}
MEANT = {**ODD, "F": "fi"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("ABCDEFabcxyz", min_size=1, max_size=30), min_size=1, max_size=12))
def test_every_glyph_stands_for_what_its_font_says(written: list[str]) -> None:
    # PDFium leaves some control characters out of its text and splits ligatures, so that its
    # indices and its text run apart. (Single letters below each other it takes for vertical.)
    written = [f"abcxyz{line}" for line in written]
    content = "".join(text(line, y=780 - 20 * n) for n, line in enumerate(written))
    # The second page is there because a document of nothing but odd signs is refused.
    unicode = {**ODD, **{letter: letter for letter in "abcxyz"}}
    document = read(content, text("abcxyz"), unicode=unicode)
    meant = ["".join(MEANT.get(letter, letter) for letter in line) for line in [*written, "abcxyz"]]
    assert document.text.split("\n")[:-1] == meant


def test_a_glyph_that_means_a_line_end_does_not_split_its_line() -> None:
    document = read(text("AXB"), unicode={"A": "a", "X": "\n", "B": "b"})
    assert document.text == "a b\n"


HAN = {"A": "\u4e2d", "B": "\u6587", "C": "\u5b57", "1": "1"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Adjustments in thousandths of an em: a quarter em beside a digit is typesetting,
        ("[(AB) -250 (1) -250 (C)] TJ", "\u4e2d\u65871\u5b57"),
        # one em is a gap, and a blank that is a character stays.
        ("[(AB) -1000 (C)] TJ", "\u4e2d\u6587 \u5b57"),
        ("(AB C) Tj", "\u4e2d\u6587 \u5b57"),
    ],
)
def test_gaps_beside_ideographs(content: str, expected: str) -> None:
    unicode = {**HAN, " ": " "}
    document = read(f"BT /F 12 Tf 72 700 Td {content} ET", unicode=unicode)
    assert document.text == expected + "\n"


def test_scripts_belong_to_their_line() -> None:
    content = text("E = mc") + text("2", x=110, y=705, size=7) + text("holds", x=118)
    assert read(content + text("Below", y=686)).text == "E = mc2 holds\nBelow\n"


def test_gaps_beside_ideographs_on_a_rotated_page() -> None:
    content = "BT /F 12 Tf 0 1 -1 0 150 100 Tm [(AB) -250 (1) -1000 (C)] TJ ET"
    page = "/MediaBox [0 0 600 800] /Rotate 90"
    assert read(content, page=page, unicode=HAN).text == "\u4e2d\u65871 \u5b57\n"


def test_narrow_letters_written_one_by_one_are_no_copies_of_each_other() -> None:
    from ingest.extract.pdf.overprint import _covers
    from ingest.extract.pdf.rows import Row

    one = Row("l", (100.0, 50.0, 105.0, 68.0), 18.0, 0.0, True, 0, 0)
    assert not _covers(one, one._replace(box=(105.0, 50.0, 110.0, 68.0)))
    assert _covers(one, one._replace(box=(100.9, 50.0, 105.9, 68.0)))


def test_the_number_of_a_section_keeps_its_blank_and_a_quantity_has_none() -> None:
    from ingest.extract.pdf.spaces import _SECTION

    assert _SECTION.search("前文\n1.1 报告背景")
    assert _SECTION.search("2.3.1 方法")
    assert not _SECTION.search("前文\n16.43 个百分点")
    assert not _SECTION.search("约1.1 公里")
