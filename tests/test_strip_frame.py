"""The frame around a report: what the source of a page says, the learned scores, what stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest import read
from ingest.document import Document, Region
from ingest.strip import frame, scoring
from ingest.strip.facts import Facts, line_facts
from ingest.strip.features import shown
from ingest.strip.lines import split
from ingest.strip.passes import strip

FIXTURES = Path(__file__).parent.parent / "fixtures"
FRAMES = [
    json.loads(row)
    for row in (FIXTURES / "clean_traps" / "frames.jsonl").read_text(encoding="utf-8").splitlines()
]
PROSE = (
    "本次调研历时两个月，走访了六个乡镇，召开座谈会九次，回收问卷八百份。",
    "总的来看，供水情况是好的，问题也不少，主要是管网老化，漏损率接近三成。",
)
CLOSING = "建议先修管网，再议水价，并由各村推选的管水员每月公布抄表数。"
# A site of no kind that a pack or a fixture knows.
HEAD = (
    "青石笔记 | 登录 | 注册 | 我的收藏",
    "首页 > 农村 > 正文",
    "发布于 2021-03-04 10:20 浏览 318 次",
)
TAIL = (
    "点赞 12 收藏 4 分享到朋友圈",
    "本篇被 31 位书友加入笔记本",
    "上一篇：春耕见闻",
    "猜你喜欢",
    "老屋改造花了多少钱",
    "关于我们 | 联系客服 | 隐私政策",
    "© 2015-2021 青石笔记 版权所有",
)


def page(*report: str) -> str:
    return "\n".join([*HEAD, "", *report, "", *TAIL]) + "\n"


def left(document: Document, level: str = "sure") -> list[str]:
    return [line for line in strip(document, level).text.splitlines() if line]  # type: ignore[arg-type]


def test_the_frame_goes_and_says_why() -> None:
    title = "青溪镇农村供水调研报告"
    stripped = strip(Document.from_text(page(title, *PROSE, CLOSING)))
    assert [line for line in stripped.text.splitlines() if line] == [title, *PROSE, CLOSING]
    learned = [edit for edit in stripped.history[-1].edits if edit.rule == "notice.frame"]
    assert learned
    assert all(edit.why for edit in learned)


@pytest.mark.parametrize("one", FRAMES, ids=lambda one: one["id"])
@pytest.mark.parametrize("level", ["sure", "likely"])
def test_a_frame_of_content_stays_where_no_site_shows(one: dict[str, object], level: str) -> None:
    lines = one["lines"]
    assert isinstance(lines, list)
    report = [*lines, *PROSE] if one["place"] == "head" else [*PROSE, *lines]
    for between in ("\n", "\n\n"):
        text = between.join(report) + "\n"
        assert strip(Document.from_text(text), level).text == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "one", [one for one in FRAMES if one["split"] == "tuned"], ids=lambda one: one["id"]
)
def test_a_frame_of_content_stays_beside_the_notices_of_a_site(one: dict[str, object]) -> None:
    lines = one["lines"]
    assert isinstance(lines, list)
    around = [*PROSE, CLOSING]
    report = [*lines, *around] if one["place"] == "head" else [*around, *lines]
    kept = left(Document.from_text(page("青溪镇农村供水调研报告", *report)))
    assert [line for line in lines if line not in kept] == []


def test_what_interrupts_a_report_does_not_part_it() -> None:
    report = [PROSE[0], "- 2 -", PROSE[1], "下载本文", CLOSING]
    kept = left(Document.from_text(page(*report)))
    assert [line for line in (*PROSE, CLOSING) if line not in kept] == []


def test_the_source_of_a_page_tells_its_parts() -> None:
    html = (
        "<html><head><title>T</title></head><body>"
        "<div class='siteNav'><a href='/a'>石桥</a> <a href='/b'>柳树</a></div>"
        f"<h1>供水调研</h1><p>{PROSE[0]}</p><p>见<a href='#n1'>注一</a>。</p>"
        "<table><tr><td><a href='/c'>上河</a></td><td>乙</td></tr></table>"
        "<div class='page-footer'>青石笔记</div></body></html>"
    )
    document = read(html.encode(), name="page.html")
    found = {(document.text[one.start : one.end], one.kind) for one in document.regions}
    assert ("石桥 柳树", "nav") in found
    assert ("石桥", "link") in found
    assert ("上河", "link") in found
    assert ("供水调研", "heading") in found
    assert ("青石笔记", "footer") in found
    assert not any("注一" in text for text, _ in found)
    assert Document.from_json(document.to_json()) == document


def test_regions_follow_the_text() -> None:
    document = read(b"<body><p>aa</p><nav>bbb</nav></body>", name="page.html")
    from ingest.document import Edit

    revised = document.revise("repair", [Edit(0, 2, "aa", "", "test")])
    (region,) = revised.plan()
    assert revised.text[region.start : region.end] == "bbb"
    assert revised.undo().regions == document.regions


def test_facts_leave_out_what_is_around_everything() -> None:
    lines = split("首页\n正文一段，正文一段，正文一段。\n")
    facts = line_facts(lines, [Region(0, 19, "aside"), Region(0, 2, "nav"), Region(0, 2, "link")])
    assert facts == [Facts(1.0, frozenset(["nav"])), Facts(0.0, frozenset())]


def test_the_score_of_a_line_is_the_sum_of_named_weights() -> None:
    notice, report = shown("浏览 318 次 收藏 分享", Facts()), shown(PROSE[0], Facts())
    assert scoring.score(notice, "line") > 2 > -2 > scoring.score(report, "line")
    assert scoring.reasons(notice)
    assert not scoring.reasons({})


def test_a_text_without_signs_at_its_ends_is_not_scored() -> None:
    assert frame.look(split("\n".join(PROSE * 20)), ()) is None


@pytest.mark.parametrize("level", ["sure", "likely"])
def test_a_paragraph_with_a_phrase_of_the_site_in_it_stays(level: str) -> None:
    glued = PROSE[0] * 4 + "完整版可编辑欢迎下载开通会员"
    kept = left(Document.from_text(page("供水调研报告", glued, *PROSE, glued)), level)
    assert any(line.startswith(PROSE[0] * 2) for line in kept)


def test_what_the_source_sets_apart_inside_the_body_goes() -> None:
    html = (
        "<body><nav><a href='/'>首页</a> <a href='/l'>登录</a> <a href='/r'>注册</a></nav>"
        "<p><a href='/'>首页</a> &gt; <a href='/z'>农村</a> &gt; 正文</p>"
        f"<h1>青溪镇农村供水调研报告</h1><p>{PROSE[0]}</p>"
        "<div class='share-bar'><a href='/s'>收藏</a> <a href='/t'>分享到微信</a> <a href='/u'>举报</a></div>"
        f"<p>{PROSE[1]}</p><p>{CLOSING}</p>"
        "<footer><a href='/a'>关于我们</a> <a href='/b'>隐私政策</a> © 2021 青石笔记</footer></body>"
    )
    kept = left(read(html.encode(), name="page.html"))
    assert kept == ["青溪镇农村供水调研报告", *PROSE, CLOSING]
