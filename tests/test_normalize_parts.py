"""Single parts of normalize: joints between lines, conversions, spaces, cells, page ends."""

from __future__ import annotations

import pytest

from ingest.document import Document, Edit, Line, Page, Source
from ingest.normalize import bands, bind, cells, geometry, script, spacing
from ingest.normalize.geometry import Relation, Row, neighbours, usual_pitch
from ingest.normalize.joints import Joints
from ingest.normalize.language import Language, guess
from ingest.settings import Settings


def page_of(*lines: tuple[str, float, float, float]) -> Document:
    """A page of lines, each given as text, left, right, top; all in 10 points."""
    text, placed = "", []
    for words, left, right, top in lines:
        box = (left, top, right, top + 10)
        placed.append(Line(len(text), len(text) + len(words), box, 10.0))
        text += words + "\n"
    source = Source("x.pdf", "0" * 64, "application/pdf")
    return Document(text, source, (Page(1, 0, len(text), 420, 600, tuple(placed)),))


@pytest.mark.parametrize(
    ("one", "two", "cut", "put"),
    [
        ("two", "words", "", " "),
        ("社区", "工作", "", ""),
        ("社区，", "“工作", "", ""),
        ("说：“好。”", "“行。”", "", ""),
        ("he said “yes”", "and left", "", " "),
        ("한국", "사람", "", " "),
        ("ภาษา", "ไทย", "", ""),
        ("depart\xad", "ment", "\xad", ""),
        ("depart-", "ment", "-", ""),
        ("well-", "watered", "", ""),
        ("forty-", "one", "", ""),
        ("Haupt-", "und Nebensatz", "", " "),
        ("Al-", "Cu", "", ""),
        ("2017-", "2018", "", ""),
        ("COVID-", "19", "", ""),
        ("a dash -", "and more", "", " "),
        ("and/", "or", "", ""),
        ("Temp.\u2010", "regler", "", " "),
        ("Temperatur\u2010", "regler", "\u2010", ""),
    ],
)
def test_between_lines(one: str, two: str, cut: str, put: str) -> None:
    assert Joints("").between(one, two) == (cut, put)


def test_a_compound_of_the_document_keeps_its_hyphen() -> None:
    assert Joints("a part-time post").between("a part-", "time post") == ("", "")
    assert Joints("parttime part-time").between("a part-", "time post") == ("-", "")


def test_han_and_latin_as_the_document_has_it() -> None:
    assert Joints("共 3 户，第 2 年").between("合计", "512吨") == ("", " ")
    assert Joints("共3户，第2年").between("合计", "512吨") == ("", "")
    assert Joints("共 3 户，第 2 年").between("合计，", "512吨") == ("", "")


def test_a_conversion_that_changes_lengths_goes_line_by_line() -> None:
    conversion = script.Conversion(("tw2sp",), "script.hans", "hans")
    text = "我們用網際網路。\n這裡沒有。\n相同\n"
    document = Document.from_text(text).revise("normalize", script.find(text, conversion))
    assert document.text == "我们用互联网。\n这里没有。\n相同\n"
    assert [edit.before for _, edit in document.edits()] == ["們用網際網路", "這裡沒"]
    assert document.undo().text == text


def test_a_mirror_asked_for_traditional_goes_by_way_of_simplified() -> None:
    document = Document(
        "范圍里面的干部", Source("x", "0" * 64, "text/plain"), metadata={"conversion": "mirror"}
    )
    normalized = bind(Settings(script="hant"))(document)
    assert normalized.text == "範圍裏面的幹部"
    assert normalized.metadata["script"] == "hant"


def test_traditional_to_a_variant() -> None:
    document = Document.from_text("會議在這裏開，大家看着窗外，問題說了幾個。")
    assert (
        bind(Settings(script="tw"))(document).text == "會議在這裡開，大家看著窗外，問題說了幾個。"
    )


def test_spaces_that_the_layout_put_between_han() -> None:
    words = "社区工 作进展 顺利，各 项任务按 期完成。"
    # 18 characters of 10 points and four gaps of a point each.
    document = page_of((words, 50, 50 + 180 + 4, 50))
    assert bind(Settings())(document).text == "社区工作进展顺利，各项任务按期完成。\n"
    spread = page_of((words, 50, 50 + 180 + 4 * 20, 50))
    assert bind(Settings())(spread).text == words + "\n"


def test_a_line_with_much_latin_is_not_weighed() -> None:
    words = "社区 工作 by the Committee for Works"
    assert bind(Settings())(page_of((words, 50, 200, 50))).text == words + "\n"


def test_a_space_behind_a_full_width_marker() -> None:
    document = page_of(("（一） 社区工作", 50, 150, 50), ("二、 存在问题", 50, 140, 100))
    assert bind(Settings())(document).text == "（一）社区工作\n\n二、存在问题\n"


def test_pages_that_lost_all_their_lines_are_empty() -> None:
    document = page_of(("广告", 50, 70, 50))
    assert bind(Settings())(document.revise("strip", [Edit(0, 2, "广告", "", "x")])).text == ""


def test_blank_lines_at_the_ends_of_pages() -> None:
    document = page_of(("广告", 50, 70, 50), ("正文", 50, 70, 80), ("广告", 50, 70, 110))
    edits = [Edit(0, 2, "广告", "", "x"), Edit(6, 8, "广告", "", "x")]
    normalized = bind(Settings())(document.revise("strip", edits))
    assert normalized.text == "正文\n"


def test_text_between_lines_that_no_line_holds_stays() -> None:
    document = page_of(("one", 50, 70, 50), ("two", 50, 70, 65))
    page = document.pages[0]
    stray = Document(
        "one\nstray\ntwo\n",
        document.source,
        (Page(1, 0, 14, 400, 600, (page.lines[0], Line(10, 13, page.lines[1].box, 10.0))),),
    )
    assert bind(Settings())(stray).text == "one\nstray\ntwo\n"


def test_the_box_of_a_flat_character_is_made_as_high_as_its_line() -> None:
    page = page_of(("一二三四五六", 50, 110, 50), ("七八九", 50, 80, 66)).pages[0]
    flat = page.lines[0]._replace(box=(50.0, 54.0, 110.0, 55.0))
    tall = page.lines[1]._replace(box=(300.0, 50.0, 304.0, 80.0))
    rows = geometry.rows_of([Page(1, 0, 11, 420, 600, (flat, tall))], ())
    assert (rows[0].top, rows[0].bottom, rows[0].em) == (49.5, 59.5, 10.0)
    assert (rows[1].top, rows[1].bottom) == (50.0, 80.0)


def _relation(one: Row, two: Row) -> Relation:
    return neighbours([one, two]).relations[0]


def test_relations() -> None:
    one = Row(0, 4, 50, 100, 150, 110, 10, 0, True)
    assert _relation(one, one._replace(page=1)) == "elsewhere"
    assert _relation(one, one._replace(top=80, bottom=90)) == "elsewhere"
    assert _relation(one, one._replace(left=200, right=260, top=130, bottom=140)) == "elsewhere"
    assert _relation(one, one._replace(top=104, bottom=114)) == "below"
    assert _relation(one, one._replace(left=10, right=40)) == "beside"
    assert usual_pitch([one], neighbours([one])) == 0.0


def test_cells_with_words_in_an_alphabet_are_told_by_their_figures() -> None:
    lines = ["Site Day Night", "Upper Fen 12 7", "Lower Fen 11 6", "Old Mill 9 5"]
    rows = [
        Row(0, len(line), 0, 20 * at, 90, 20 * at + 10, 10, 0, True)
        for at, line in enumerate(lines)
    ]
    edits = cells.find(lines, [True] * 4, rows)
    assert [edit.start for edit in edits] == [4, 8, 9, 12, 9, 12, 8, 10]


def test_uneven_rows_stay_as_they_are() -> None:
    lines = ["A 12 7", "B 11", "C D 1 2 3"]
    rows = [
        Row(0, len(line), 0, 20 * at, 6 * len(line), 20 * at + 10, 10, 0, True)
        for at, line in enumerate(lines)
    ]
    assert cells.find(lines, [True] * 3, rows) == []


def test_a_column_of_prose_is_no_cell() -> None:
    lines = ["这一栏的文字从左到右排得满满当当没有空隙也没有格", "子", "那一栏"]
    rows = [
        Row(0, 24, 50, 100, 290, 110, 10, 0, True),
        Row(25, 26, 50, 116, 60, 126, 10, 0, True),
        Row(27, 30, 310, 100, 340, 110, 10, 0, True),
    ]
    assert bands.find(lines, rows, neighbours(rows)) == {}


def test_places_taken_out_count_in_the_text_that_was_made() -> None:
    step = (
        Document.from_text("abcdef")
        .revise(
            "strip",
            [Edit(0, 1, "a", "xyz", "r"), Edit(2, 4, "cd", "", "r"), Edit(5, 6, "f", "", "r")],
        )
        .history[-1]
    )
    assert spacing.taken_out(step) == [4, 5]


def test_languages_that_are_not_told() -> None:
    assert guess("") == Language()
    assert guess("1,234 5,678") == guess("— 12 —") == Language()
    assert guess("Це український текст, у якому є свої літери: ї, є, ґ.") == Language()
    assert guess("会議で新しい問題について話し合いました。") == Language("ja")
    half = "这个问题说了几年，现在还没有着落。" + "這個問題說了幾年，現在還沒有著落。"
    assert guess(half) == Language("zh")
    mixed = "这些文字一半是汉字的 " + "and half of it is in English, word for word, as it were "
    assert guess(mixed).name in ("", "en")


@pytest.mark.parametrize("text", ["\uf0b7\ue5e5", "\uf0b7\t\ue5e5"])
def test_edits_of_one_rule_come_in_text_order(text: str) -> None:
    # Bullets are judged after the last of them; what stands behind the first one is known before.
    document = Document(
        text, Source("x", "0" * 64, "text/plain"), metadata={"conversion": "mirror"}
    )
    cleaned = bind(Settings())(document)
    assert cleaned.undo() == document
    starts = [edit.start for edit in cleaned.history[-1].edits]
    assert starts == sorted(starts)
