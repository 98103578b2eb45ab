"""The simulator against damage that was seen on real pages (snippets of a few characters)."""

from __future__ import annotations

import re
from pathlib import Path

import damage
import pytest
from hypothesis import given
from hypothesis import strategies as st

SEEN = [
    ("作者Mac", 6, "off", "作者M(jìn)ac"),
    ("执行go", 2, "off", "執(zhí)行go"),
    ("每月拨付500元", 4, "off", "每月?lián)芨?00元"),
    ("请跳转", 3, "off", "請?zhí)D(zhuǎn)"),
    ("出栈或者出队", 9, "always", "出?；蛘叱鲫?duì)"),
    ("日常活动", 8, "always", "日?；顒?"),
    ("就结束了。基维特", 9, "always", "就結(jié)束了?；S特"),
    ("　（1）实现", 6, "always", "?。?）實現(xiàn)"),
    ("转向。现场", 4, "always", "轉(zhuǎn)向?，F(xiàn)場"),
    ("文化。“十二", 0, "always", "文化?！笆"),
]


@pytest.mark.parametrize(("text", "level", "cutting", "page"), SEEN)
def test_seen_damage_is_reproduced(text: str, level: int, cutting: str, page: str) -> None:
    made = damage.damage(text, damage.Settings(level=level, cutting=cutting, fold=False))  # type: ignore[arg-type]
    # What follows a straddled mark stays shifted: only its beginning was seen.
    assert made.text.startswith(page)


def test_the_pages_body_is_reproduced_exactly(shared: Path) -> None:
    page = (shared / "source" / "download-page.txt").read_text(encoding="utf-8")
    body = page[page.index("各位代表") : page.index("溫馨提示")].strip()
    body = re.sub(r"[1-4]/4", "", body)
    clean = (shared / "source" / "clean.txt").read_text(encoding="utf-8").split("\n", 2)[2]
    text = clean.strip().replace("拨\ufffd", "拨付3")
    assert damage.damage(text, damage.Settings(level=6)).text == body


def test_levels_are_nested() -> None:
    for level in range(14):
        assert damage.listed(level).items() <= damage.listed(level + 1).items()
    assert not damage.listed(-1)
    assert damage.listed(0)["創"] == "chuàng"


def test_nothing_happens_without_listed_characters() -> None:
    text = "明天早上八点，大家在校门口集合。"
    page = damage.damage(text, damage.Settings(level=-1, fold=False))
    assert page.text == page.original == damage.convert(text)
    assert page.places == ()


@given(
    st.text("关于社区工作的调研报告，一二三！常活动或者。Mac5 日为生\n", max_size=60),
    st.integers(-1, 13),
    st.sampled_from(["off", "partial", "always"]),
    st.integers(0, 3),
)
def test_outside_the_places_nothing_is_changed(
    text: str, level: int, cutting: str, seed: int
) -> None:
    page = damage.damage(text, damage.Settings(level, cutting, seed))  # type: ignore[arg-type]
    mended = []
    position = 0
    for place in page.places:
        assert position <= place.start <= place.end
        assert len(place.known) == len(place.original)
        mended += [page.text[position : place.start], place.original]
        position = place.end
    mended.append(page.text[position:])
    assert "".join(mended) == page.original
