"""Page marks go as a sequence, never alone."""

from __future__ import annotations

import pytest

from ingest.document import Document
from ingest.strip.marks import fractions
from ingest.strip.passes import strip

PARAGRAPH = (
    "本次调研走访了六个乡镇三十个村，召开座谈会十二场，发放问卷六百份，形成了较为完整的第一手材料，"
    * 5
)


def marked(count: int, form: str = "{}/{}") -> str:
    return "".join(form.format(k, count) + PARAGRAPH for k in range(1, count + 1))


def stripped(text: str) -> str:
    return strip(Document.from_text(text)).text


def test_a_complete_run_at_even_distance_goes() -> None:
    assert stripped(marked(5)) == PARAGRAPH * 5


def test_the_run_says_its_rule_and_comes_back() -> None:
    document = strip(Document.from_text(marked(4)))
    assert {edit.rule for edit in document.history[-1].edits} == {"mark.page-of-pages"}
    assert document.undo().text == marked(4)


@pytest.mark.parametrize(
    "text",
    [
        marked(5).replace("3/5", ""),
        marked(3),
        marked(5).replace("1/5", "4/5", 1),
        "比例为1/4、2/4、3/4、4/4四档。" + PARAGRAPH * 3,
        PARAGRAPH + "组别1/5至5/5，其中2/5、3/5、4/5为女生组。",
        "文化程度2/4以上的占八成。",
        "".join(f"({k}/5){PARAGRAPH}" for k in range(1, 6)),
    ],
)
def test_less_than_a_run_stays(text: str) -> None:
    assert stripped(text) == text


def test_a_page_that_tells_its_pages_needs_no_four() -> None:
    page = "水情_第1页\n水情_第2页\n全文预览已结束\n文档简介\n\n1/2水情平稳，各库蓄水正常，灌溉有保障，群众满意，来年可期。2/2旱情没有发生，各村放心。\n"
    assert (
        stripped(page)
        == "水情平稳，各库蓄水正常，灌溉有保障，群众满意，来年可期。旱情没有发生，各村放心。\n"
    )


def test_a_fraction_beside_the_run_stays_and_is_reported() -> None:
    text = marked(5).replace("形成了", "占2/5，形成了", 1)
    document = strip(Document.from_text(text))
    assert "占2/5，形成了" in document.text
    assert document.history[-1].marks


def test_marks_on_lines_of_their_own_take_the_line() -> None:
    text = "".join(f"{PARAGRAPH}\n第{k}页 共3页\n" for k in (1, 2, 3))
    assert stripped(text) == (PARAGRAPH + "\n") * 3
    dashed = "".join(f"{PARAGRAPH}\n- {k} -\n" for k in (7, 8, 9))
    assert stripped(dashed) == (PARAGRAPH + "\n") * 3


def test_glued_page_of_total_goes_when_complete() -> None:
    assert stripped(marked(4, "第{}页共{}页")) == PARAGRAPH * 4
    english = "".join(f"Page {k} of 4\nThe lamp was lit on many nights.\n" for k in (1, 2, 3, 4))
    assert stripped(english) == "The lamp was lit on many nights.\n" * 4


@pytest.mark.parametrize(
    "text",
    [
        "合同共4页，第1页至第3页为正文。",
        "第3页共12页的图纸存在标注错误。\n",
        "第1页共2页的表格由村民填写，第2页共2页由村委会填写。",
        "- 1 -\n甲\n- 7 -\n",
    ],
)
def test_a_lone_page_of_total_stays(text: str) -> None:
    assert stripped(text) == text


def test_fractions_are_told_from_dates_and_figures() -> None:
    text = "2018/4/5 1/2.5 a1/2 5/4 0/3 24/7 1/3袋 .1/2 3/4% (1/3) 12345/6 1/23456"
    assert [(mark.number, mark.total) for mark in fractions(text)] == [(1, 2), (1, 3)]


def test_slices_join_the_sentences_that_they_cut() -> None:
    head = "快递报告.doc\n上传人:韩山 文档编号:50224 上传时间:2020-01-29 格式:DOC 页数:9 大小:5KB\n快递报告.doc_第1页\n第1页 / 共9页\n点击查看更多>>\n资源描述\n\n"
    one, two = PARAGRAPH + "各项工", "作有序推进。" + PARAGRAPH + "结束。"
    assert stripped(f"{head}1、{one}\n\n2、{two}\n") == f"{one}{two}\n"


def test_a_real_list_is_no_slices() -> None:
    head = "水情_第1页\n全文预览已结束\n文档简介\n\n"
    items = "1、加强领导，落实责任。\n\n2、广泛宣传，营造氛围。\n\n3、严格考核，兑现奖惩。\n"
    assert stripped(head + items) == items
