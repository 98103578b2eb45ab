"""Sites that no pack knows: what proves a page, what goes with it, and what stays."""

from __future__ import annotations

import pytest

from ingest.document import Document
from ingest.strip import vocabulary
from ingest.strip.passes import strip

REPORT = """本次调研历时两个月，走访了六个乡镇，召开座谈会九次。

总的来看，供水情况是好的，问题也不少，主要是管网老化。"""


def left(text: str, level: str = "sure") -> list[str]:
    stripped = strip(Document.from_text(text), level)  # type: ignore[arg-type]
    return [line for line in stripped.text.splitlines() if line]


def page(head: str, tail: str, report: str = REPORT) -> str:
    return f"{head}\n\n{report}\n\n{tail}\n"


KEPT = REPORT.split("\n\n")


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("当前位置: 首页 > 资讯 > 正文", ""),
        ("", "上一篇：夏季防溺水倡议书\n下一篇：没有了"),
        ("查看: 327|回复: 2", ""),
        (
            "首页\n新闻\n走进青溪\n办事服务\n登录/注册",
            "青溪新闻网版权所有 未经授权禁止转载\n浙ICP备12345678号",
        ),
        ("发布日期：2016-11-22 浏览次数：33 信息来源：某某委", "【打印】【关闭】"),
        ("Skip to main content\nSign in | Register", "© 2019 Example Ltd. All Rights Reserved."),
    ],
)
def test_chrome_at_the_edge_proves_the_page(head: str, tail: str) -> None:
    assert left(page(head, tail)) == KEPT


@pytest.mark.parametrize("level", ["sure", "likely"])
@pytest.mark.parametrize(
    "title", ["线上会员付费满意度调查", "网站用户登录行为研究", "公众号与版权", "冬闲不闲"]
)
def test_a_title_between_notices_stays(title: str, level: str) -> None:
    head = f"首页 > 资讯 > 正文\n{title}\n2019-09-18 06:23 来源：某某日报\n字号：大 中 小"
    report = f"{REPORT}\n\n会员付费、用户登录与公众号的版权都在调查之列。"
    assert title in left(page(head, "上一篇：别的文章", report), level)


@pytest.mark.parametrize("level", ["sure", "likely"])
def test_a_title_stays_above_a_report_of_one_line_that_ends_with_a_colon(level: str) -> None:
    head = "关于我们 | 联系我们 | 加入收藏 | 网站地图\n首页 > 投资\n全县投资结构趋稳\n发布日期：2016-11-22 浏览次数：33"
    report = "前十个月，全县固定资产投资完成二百四十六亿元，投资结构进一步优化，各行业投资情况见下列各表："
    assert left(page(head, "", report), level) == ["全县投资结构趋稳", report]


def test_the_last_entry_of_a_menu_may_be_the_report() -> None:
    head = "首页\n新闻\n视频\n登录\n收藏\n目录"
    assert left(page(head, "浙ICP备12345678号"))[0] == "目录"


def test_what_notices_enclose_goes_when_the_title_is_known() -> None:
    head = "登录 | 注册 | 帮助中心\n青石家园\n当前位置：首页 > 正文"
    report = f"青溪镇供水调研报告\n\n{REPORT}"
    assert left(page(head, "", report)) == ["青溪镇供水调研报告", *KEPT]


def test_lists_of_other_pages_go_with_their_heading() -> None:
    tail = "分享到：微信 微博\n24小时热文\n谁家的狗走丢了？\n老街又亮灯了！\n浙ICP备12345678号"
    assert left(page("首页 > 正文", tail)) == KEPT


def test_a_sentence_ends_the_block() -> None:
    tail = "分享到：微信 微博\n附近水库的泄洪信息尚未接入平台，建议明年完成。\n浙ICP备12345678号"
    assert "附近水库的泄洪信息尚未接入平台，建议明年完成。" in left(page("", tail))


def test_a_report_about_sites_is_none() -> None:
    report = (
        "文库网站侵权问题调查\n\n多数网站要求用户登录后下载，并声明资料由网友上传。\n\n"
        "建议网站核实上传者身份，收到投诉后及时删除侵权内容。"
    )
    assert left(report) == report.split("\n\n")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("大家都在看", "strong"),
        ("热门图片", "strong"),
        ("往期精选", "strong"),
        ("相关文献", "weak"),
        ("参考文献", ""),
        ("推广情况", ""),
        ("热门", ""),
    ],
)
def test_headings_of_lists(line: str, kind: str) -> None:
    assert vocabulary.heading(line, line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "项目 | 数量 | 金额",
        "新闻 体育 教育 医疗",
        "姓名 性别 年龄",
        "Home gardens and orchards",
        "商品 数量 价格",
    ],
)
def test_rows_of_tables_are_no_menus(line: str) -> None:
    assert not vocabulary.row(line)


def test_a_register_of_holders_is_what_the_document_is_about() -> None:
    """One line names the owner of a site; many different ones are a list of owners."""
    holders = [
        f"Copyright: {year} Example Maker {year} <maker{year}@example.org>"
        for year in range(1996, 2010)
    ]
    text = "\n".join(
        ["Format: https://example.org/format/1.0/", "Files: *", *holders, "License: free"]
    )
    assert strip(Document.from_text(text)).text == text


def test_the_holder_of_the_rights_proves_no_site() -> None:
    """Reports end and begin with it; a rule of dashes is no row of links."""
    text = (
        "© 2020 Regional Water Board. All rights reserved.\n\nRiver levels\n------------\n"
        "Write to the board at levels@example.org for the tables.\n"
        "Copyright 2020 Regional Water Board\n"
    )
    assert strip(Document.from_text(text)).text == text


def test_capitals_and_addresses_make_no_site_of_a_text_in_latin_letters() -> None:
    """What tells a Chinese page's frame is what an English appendix consists of."""
    text = (
        "A.8 AUTHOR\nCopyright 2014 Ada Example <ada@example.org>\nA.9 LICENSE\nFree License\n"
        "A.10 SEE ALSO\nThe manual describes every option; it comes with the program.\n\n"
        "MAINTAINER\nBo Example <bo@example.org>\nHOMEPAGE\nhttps://example.org/tool/\n"
    )
    assert strip(Document.from_text(text)).text == text
