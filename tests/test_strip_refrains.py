"""Refrains that no pack knows go where several signs agree; what content repeats stays."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document
from ingest.strip.folding import fold
from ingest.strip.passes import strip
from ingest.strip.refrains import kinds
from ingest.strip.slides import FEW

SENTENCES = (
    "今年上半年全镇共排查老旧小区四十二处，完成管网改造的有三十一处，其余列入明年计划。",
    "走访发现，独居老人对送餐服务的需求最为迫切，其次是助浴和陪同就医。",
    "村集体收入主要来自冷库出租和光伏发电，两项合计占全年收入的六成以上。",
    "问卷显示，七成受访者每周至少去一次社区图书室，周末人数是平日的三倍。",
    "河道保洁实行包干制，每一公里设一名巡查员，发现问题当天上报、三天办结。",
    "技能培训共开班十八期，结业六百余人，其中四百二十人找到了新的工作。",
)
BODY = tuple(SENTENCES[index % 6] for index in range(48))


def stripped(text: str) -> str:
    return strip(Document.from_text(text)).text


def glued(refrains: list[str], chance: random.Random, *, inside: bool) -> str:
    """The body with the refrains at even distance: inside sentences or behind them.

    Never at the same place of the same sentence each time: that would be a part of the refrain.
    """
    sentences = list(BODY)
    cuts = chance.sample(range(6, 12), 6)
    for index, refrain in enumerate(refrains):
        at = 2 + 7 * index  # seven sentences on, so that another one stands before it
        sentence = sentences[at]
        cut = cuts[index % len(cuts)] if inside else len(sentence)
        sentences[at] = sentence[:cut] + refrain + sentence[cut:]
    return "\n".join(sentences)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.id)
def test_a_kind_of_words_keeps_its_promises(kind: object) -> None:
    for text in kind.hit:  # type: ignore[attr-defined]
        assert kind.words.search(fold(text))  # type: ignore[attr-defined]
    for text in kind.miss:  # type: ignore[attr-defined]
        assert not kind.words.search(fold(text))  # type: ignore[attr-defined]


@given(st.integers(0, 10_000), st.integers(3, 7), st.booleans())
def test_what_sellers_of_documents_glue_in_goes(seed: int, count: int, inside: bool) -> None:
    chance = random.Random(seed)
    wording = chance.choice(
        (
            "本套优质资料，欢迎下载",
            "精选资料-----值得收藏",
            "优质文档 第{}张",
            "本材料收集于网络，若有侵权烦请告知删除",
        )
    )
    refrains = [wording.format(number) for number in range(1, count + 1)]
    assert stripped(glued(refrains, chance, inside=inside)) == "\n".join(BODY)


def test_advertising_that_interrupts_goes_after_two() -> None:
    text = glued(["承接毕业设计请加QQ987654321"] * 2, random.Random(5), inside=True)
    document = strip(Document.from_text(text))
    assert document.text == "\n".join(BODY)
    assert document.undo().text == text
    assert {edit.rule for edit in document.history[-1].edits} == {"refrain.unknown"}


def test_a_clause_that_says_nothing_of_the_kind_stays() -> None:
    text = glued(["单位：万元，精选资料欢迎下载"] * 4, random.Random(3), inside=False)
    assert stripped(text) == glued(["单位：万元，"] * 4, random.Random(3), inside=False)


@pytest.mark.parametrize(
    "repeated",
    [
        "网络侵权责任的认定",
        "欢迎下载“某某办事”手机应用",
        "“精品文档，欢迎下载”",
        "仅供参考",
        "以上数据来源于网络公开资料，仅供参考",
        "市图书馆微信公众号",
        "第3页至第5页",
        "资料来源：作者根据网络公开资料整理",
        "监督电话12345",
        "学习资料",
        "本报告仅供客户参考",
        "毕业论文答辩",
    ],
)
def test_what_content_repeats_stays(repeated: str) -> None:
    sentences = list(BODY)
    for at in range(2, 24, 4):
        sentences[at] = sentences[at].replace("，", f"，{repeated}，", 1)
    as_clauses = "\n".join(sentences)
    assert stripped(as_clauses) == as_clauses
    as_lines = "\n".join((*BODY[:6], repeated, *BODY[6:12], repeated, *BODY[12:], repeated))
    assert stripped(as_lines) == as_lines


def test_a_notice_of_a_school_keeps_its_contact() -> None:
    text = "\n".join(
        f"{campus}校区购买教材请联系QQ123456789，工作日上午办理。" for campus in ("东", "西")
    )
    assert stripped(text) == text


@pytest.mark.parametrize("form", ["2021/9/24 {}", "2021-9-24{}", "2021年9月24日\n{}"])
def test_slide_numbers_with_their_date_go(form: str) -> None:
    text = "\n".join(
        f"{sentence}\n{form.format(number)}" for number, sentence in enumerate(BODY[:9], 1)
    )
    assert stripped(text).rstrip("\n") == "\n".join(BODY[:9])


@pytest.mark.parametrize(
    "places",
    [
        [f"2021/9/{day}" for day in range(11, 20)],  # days, not slide 1 to 9
        ["2021/9/24 3", "2021/9/24 8", "2021/9/24 5", "2021/9/24 6", "2021/9/24 7"],
        [f"2021/9/24 {hour}:30" for hour in range(1, 9)],
        [f"2021/9/24 {number}" for number in range(1, FEW)],
        [f"2021/9/{20 + number} {number}" for number in range(1, 9)],
    ],
)
def test_dates_of_a_report_stay(places: list[str]) -> None:
    text = "\n".join(f"{place}\n{sentence}" for place, sentence in zip(places, BODY, strict=False))
    assert stripped(text) == text
