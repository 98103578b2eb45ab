"""HTML to readable text: blocks, tables, white space, what is hidden, and hostile nesting."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Document, read
from ingest.errors import NotADocumentError


def page(body: str, head: str = "<title>T</title>") -> Document:
    source = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return read(source.encode(), name="page.html")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo.\n"),
        ("<p>One.<p>Two.", "One.\n\nTwo.\n"),
        ("<div>One.</div><div>Two.</div>", "One.\nTwo.\n"),
        ("<h1>Head</h1>text<h2>More</h2>", "Head\n\ntext\n\nMore\n"),
        ("a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd\n"),
        ("<p>a<br></p><p>b</p>", "a\n\nb\n"),
        ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", "a\nb\nc\nd\n\ne\n"),
        ("<p>a <b> b</b> <i>c</i>  d</p>", "a b c d\n"),
        ("<p>  lead\n\tand\r\n trail  </p>", "lead and trail\n"),
        ("<a>one</a><a>two</a>", "onetwo\n"),
        (
            "<p>a&nbsp;b &lt;c&gt; &amp;amp; &#x4e2d;&#22269; &hellip;</p>",
            "a\xa0b <c> &amp; 中国 …\n",
        ),
        ("<pre>\n  if x:\n\n    y\t1\n</pre>after", "  if x:\n\n    y\t1\n\nafter\n"),
        ("<div style='white-space: pre-wrap'>a  b\n c</div>", "a  b\n c\n"),
        ("x<hr>y", "x\n\ny\n"),
        ("<dl><dt>term<dd>meaning</dl>", "term\nmeaning\n"),
        ("<blockquote>quoted</blockquote>not", "quoted\n\nnot\n"),
        ("<textarea>kept\n as is</textarea>", "kept\n as is\n"),
        ("<section><p>a</p></section><footer>b</footer>", "a\n\nb\n"),
    ],
)
def test_blocks_and_white_space(body: str, text: str) -> None:
    assert page(body).text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>第一行\n第二行</p>", "第一行第二行\n"),
        ("<p>第一行\n  <b>第二行</b></p>", "第一行第二行\n"),
        ("<p>中文 word\n中文</p>", "中文 word 中文\n"),
        ("<p>有 空格</p>", "有 空格\n"),  # a space is not a line end
        ("<p>한국어\n문장</p>", "한국어 문장\n"),  # Korean has spaces
    ],
)
def test_line_ends_between_cjk_are_the_sources(body: str, text: str) -> None:
    assert page(body).text == text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<tr><td>1<td>2<tr><td>3<td>4", "1\t2\n3\t4\n"),
        ("<tr><td><p>1</p></td><td><p>2</p></td></tr>", "1\t2\n"),
        ("<tr><th>a</th><td></td><td>c</td><td></td></tr>", "a\t\tc\n"),
        ("<tr><td>营业收入<br>（万元）</td><td>12</td></tr>", "营业收入（万元）\t12\n"),
        ("<caption>Cap</caption><tr><td>1", "Cap\n1\n"),
        ("<tr><td> </td></tr><tr><td>x</td></tr>", "x\n"),
    ],
)
def test_rows_of_a_table(rows: str, text: str) -> None:
    assert page(f"<table>{rows}</table>").text == text


def test_a_table_for_layout_is_no_row() -> None:
    long = "A paragraph of the page that stands beside its navigation. " * 5
    body = (
        f"<table><tr><td><ul><li>Home<li>News</ul></td><td><p>{long}</p><p>{long}</p></td></table>"
    )
    assert page(body).text == f"Home\nNews\n{long.strip()}\n\n{long.strip()}\n"
    nested = (
        "<table><tr><td>nav</td><td><table><tr><td>1<td>2<tr><td>3<td>4</table></td></tr></table>"
    )
    assert page(nested).text == "nav\n1\t2\n3\t4\n"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var x = '<p>no</p>';</script>",
        "<style>p { color: red }</style>",
        "<template><p>no</p></template>",
        "<noscript><p>no</p></noscript>",
        "<!-- no -->",
        "<p hidden>no</p>",
        "<div style='color:red; display : NONE'><p>no <b>no</b></p></div>",
        "<font style=display:none>no</font>",
        "<iframe src=x>no</iframe>",
        "<svg><title>no</title><defs><text>no</text></defs></svg>",
        "<math><semantics><annotation>no</annotation></semantics></math>",
        "<img alt=no>",
    ],
)
def test_what_nobody_sees_is_gone(hidden: str) -> None:
    assert page(f"<p>before</p>{hidden}<p>after</p>").text == "before\n\nafter\n"


@pytest.mark.parametrize(
    "shown",
    [
        "<p style='display:block'>yes</p>",
        "<nav>yes</nav>",
        "<p hidden=until-found>yes</p>",
        "<p class=hidden>yes</p>",
        "<details><summary>yes</summary></details>",
        "<p data-hidden style='--display:none-of-that'>yes</p>",
        "<svg><text>yes</text></svg>",
    ],
)
def test_what_may_be_seen_stays(shown: str) -> None:
    assert "yes" in page(f"<p>x</p>{shown}").text


def test_readings_stand_in_brackets() -> None:
    assert page("<ruby>漢<rt>kan</rt></ruby>").text == "漢(kan)\n"
    assert page("<ruby>字<rp>（</rp><rt>ji</rt><rp>）</rp></ruby>").text == "字（ji）\n"


def test_title_is_metadata_and_not_text() -> None:
    document = page("<p>x</p>", "<title>\n A &amp;\n B </title>")
    assert document.metadata["title"] == "A & B"
    assert document.text == "x\n"
    assert document.source.media_type == "text/html"
    assert "title" not in page("<p>x</p>", "").metadata


@pytest.mark.parametrize("body", ["", "<script>x</script>", "<div hidden>x</div>", "<img src=x>"])
def test_a_page_without_text(body: str) -> None:
    with pytest.raises(NotADocumentError, match=r"page\.html.*has no text"):
        page(body)


def test_unreadable_bytes_are_marked_where_they_show() -> None:
    source = b"<html><meta charset=utf-8><p>caf\xe9 " + "été ".encode() * 20 + b"</p></html>"
    document = read(source, name="x.html")
    (mark,) = [mark for _, mark in document.marks()]
    assert document.text[mark.start - 3 : mark.end] == "caf\ufffd"
    assert mark.kind == "unreadable"


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<b>",
        "<ul><li>",
        "<a><div>",
        "<blockquote>",
        "<table><tr><td>",
        "<span><p>",
        "<svg><g>",
    ],
)
def test_deep_nesting(unit: str) -> None:
    start = time.process_time()
    document = read(("<html><body>" + unit * 100_000 + "the end").encode())
    assert document.text == "the end\n"
    assert time.process_time() - start < 20


def test_deep_nesting_keeps_lines_apart() -> None:
    deep = "<div>" * 6000 + "inner" + "</div>" * 6000
    assert page(f"<div>one</div>{deep}<div>two</div><p>three</p>").text.split() == [
        "one",
        "inner",
        "two",
        "three",
    ]


def test_many_formatting_elements_left_open() -> None:
    """Old pages never close their fonts; their lines still end where they end."""
    body = "".join(f"<div><font size={n}>line {n}</div>" for n in range(5000))
    lines = page(body).text.splitlines()
    assert lines[:2] == ["line 0", "line 1"]
    assert lines[-1] == "line 4999"
    assert len(lines) == 5000


@given(st.text(max_size=60))
def test_text_of_a_paragraph_comes_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "ignore")
    content = b"<!DOCTYPE html><meta charset=utf-8><pre>|" + escaped + b"|</pre>"
    if any(byte < 32 and byte not in (9, 10) for byte in content) or "\x7f" in text:
        return
    kept = text.encode("utf-8", "ignore").decode()
    assert read(content).text == f"|{kept}|\n"


def test_raised_figures_stay_raised() -> None:
    """10 to the 6th is not 106; ordinals, footnotes in brackets and lowered figures are plain."""
    page = (
        "<html><body><p>10<sup>6</sup> Pa, 10<sup>-3</sup> m<sup>2</sup>, Ca<sup>2+</sup>, the 1<sup>st</sup>"
        ", a note<sup>[1]</sup>, CO<sub>2</sub>, x<sup><a href='#n'>12</a></sup></p></body></html>"
    )
    text = read(page.encode()).text.strip()
    assert text == "10⁶ Pa, 10⁻³ m², Ca²⁺, the 1st, a note[1], CO2, x¹²"
