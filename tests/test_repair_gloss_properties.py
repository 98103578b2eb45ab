"""Damage, then repair: the original comes back, or the loss is recorded."""

from __future__ import annotations

import random
import time

import damage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Document
from ingest.repair import bind, glosses
from ingest.settings import Settings

#: What makes any page a recognizable one: several listed characters of every level, and
#: characters that the conversion leaves alone.
HEAD = "关于社区业务的调研，经过数据统计，最后里面有统一规范，范围在于发展现状。"

SENTENCES = (
    "每月拨付500元给困难家庭。",
    "请跳转到首页，查看更多内容。",
    "大家的日常活动很丰富，比如下棋或者唱歌。",
    "作者Mac在序言里说，这本书写了三年！",
    "会议决定：（1）加强管理；（2）节约开支；（3）改进服务。",
    "老人坐在门口晒太阳，孩子们在院子里踢球。",
    "“你们什么时候回来？”他问。",
    "给我们日常生活的方方面面都带来了便利。",
    "工厂去年生产了三万台机器，今年打算再增加两成。",
    "他学会了游泳，又学了滑冰；妹妹喜欢跳舞。",
    "北京、上海和广州的气温都超过30度。",
    "历史学家认为，那座桥建于宋代，距今约八百年。",
)

pages = st.builds(
    lambda lines, level, cutting, seed, fold: damage.damage(
        HEAD + "\n" + "\n".join(lines), damage.Settings(level, cutting, seed, fold)
    ),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8),
    st.integers(3, 13),
    st.sampled_from(["off", "partial", "always"]),
    st.integers(0, 9),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(pages)
def test_damage_then_repair(page: damage.Page) -> None:
    repaired = bind(Settings())(Document.from_text(page.text))
    assert repaired.metadata["conversion"] == "mirror"
    assert not glosses.recognize.glosses(repaired.text)
    assert repaired.undo().text == page.text
    if all(place.kind in ("aligned", "letter", "proven") for place in page.places):
        assert repaired.text == page.original
    elif repaired.text != page.original:
        assert repaired.damaged


@settings(max_examples=30, deadline=None)
@given(pages)
def test_repair_is_idempotent(page: damage.Page) -> None:
    stage = bind(Settings())
    once = stage(Document.from_text(page.text))
    again = stage(Document.from_text(once.text))
    assert again.text == once.text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), max_size=8), st.booleans())
def test_undamaged_text_stays(lines: list[str], converted: bool) -> None:
    text = "\n".join(lines)
    text = damage.convert(text) if converted else text
    assert glosses.edits(text, Settings()) == ([], [], False)


@settings(max_examples=60, deadline=None)
@given(st.text("關区(guān)于社區qū)?，。！調diào)研月lián芨?0A\n€", max_size=80))
def test_any_text_can_be_undone(text: str) -> None:
    for head in ("", "關(guān)于社區(qū)工作調(diào)研。"):
        document = Document.from_text(head + text)
        assert bind(Settings(infer="always"))(document).undo().text == head + text


@pytest.mark.parametrize("unit", ["月?lián)", "(", "聯", "月?；蛘", "?", "關(guān)"])
def test_no_page_takes_more_than_linear_time(unit: str) -> None:
    head = damage.damage(HEAD, damage.Settings(6)).text
    text = head + unit * (60_000 // len(unit))
    start = time.process_time()
    glosses.edits(text, Settings())
    # 60,000 characters of running text take 0.1 s; a search without a budget took minutes.
    assert time.process_time() - start < 20


def test_the_same_page_gives_the_same_result() -> None:
    draw = random.Random(4)
    lines = [draw.choice(SENTENCES) for _ in range(20)]
    page = damage.damage(HEAD + "".join(lines), damage.Settings(9, "always")).text
    assert glosses.edits(page, Settings()) == glosses.edits(page, Settings())
