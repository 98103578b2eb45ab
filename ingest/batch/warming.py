"""What the zygote loads before its first document: every library, every table.

What is loaded here a child inherits; what is not, each child loads for itself: the grammar of
notices alone costs a child 17 ms, more than most documents.
"""

from __future__ import annotations

import contextlib
from importlib import import_module

from ingest.errors import DocumentError
from ingest.settings import Settings

# Two pages of Latin and Chinese text with a ruled table: pdfium loads its fonts and its maps.
_LINES = (b"(Warm words for a first page, with a hyphen-)", b"(ation and a figure of 3.5%)")
_CHINESE = (b"<5929 6c14 9884 62a5>", b"<4e00 3001 5de5 4f5c 62a5 544a>")
_RULES = b"".join(
    b"%d 300 m %d 360 l S 20 %d m 260 %d l S " % (20 + 80 * at, 20 + 80 * at, y, y)
    for at, y in enumerate((300, 320, 340, 360))
)


def _page() -> bytes:
    """Return the content of a page."""
    shown = b"".join(b"/L 10 Tf %s Tj 0 -14 Td " % line for line in _LINES * 4)
    shown += b"".join(b"/C 10 Tf %s Tj 0 -14 Td " % line for line in _CHINESE * 4)
    cells = b"".join(
        b"BT /L 9 Tf 1 0 0 1 %d %d Tm (c%d) Tj ET " % (25 + 80 * (at % 3), 305 + 20 * (at // 3), at)
        for at in range(9)
    )
    return b"BT 20 560 Td " + shown + b"ET " + _RULES + cells


def warm_pdf() -> bytes:
    """Return a file without a cross-reference table: readers rebuild it."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Contents 5 0 R/Resources<</Font<</L 6 0 R/C 7 0 R>>>>>>"
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        page,
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(_page()), _page()),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[8 0 R]>>",
        (
            b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 9 0 R"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>"
        ),
        (
            b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]"
            b"/Ascent 880/Descent -120/CapHeight 880/ItalicAngle 0/StemV 80>>"
        ),
    )
    objects = b"".join(b"%d 0 obj%s\nendobj\n" % one for one in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>\n"


# Text in each script and encoding, with each kind of damage, so that every table is read once.
_GBK = "社区工作的报告说明，全年粮食总产量比上年增长，城镇就业人数稳定。\n" * 9
# A site around a report, which no pack knows.
_SITE = """<!doctype html><html><body><p>首頁 | 登入 | 註冊</p><p>收藏文档</p>
<p>本站文檔由網友上傳，下載後請在二十四小時內刪除，版權歸原作者所有</p>
<p>社区工作的报告</p><p>全年粮食总产量比上年增长百分之三。</p><p>caf\u00c3\u00a9</p>
<p>立即下载</p><p>上一页 1 2 3 下一页</p></body></html>"""
_TEXTS = (
    _SITE,
    # Glosses; Traditional script made by a machine; radicals, marks of a symbol font.
    "社区(q\u016b)工作，關(gu\u0101n)于学(xu\u00e9)习的报告。\n",
    "關於社區工作的報告著重說明，經濟發展與環境保護並重，學習貫徹會議精神，推進各項工作。\n" * 4,
    "⼀、\u2f2f作报告\n\uf06c 第一项\n\uf06c 第二项\n",
    # UTF-8 read as GB 18030.
    _GBK.encode().decode("gb18030", "replace"),
    "Plain words, nothing else.\n",
    # What reads as Japanese or Korean in other encodings is weighed by their common characters.
    "备案号：鄂ICP备2022009000号-1\n",
    "昨年度の利用状況をまとめたものです。\n".encode("cp932").decode("cp949", "ignore"),
    # Latin letters with marks; words misread one byte at a time.
    "The “annual” report – prices rose, as they did before, by 3 % – is here for you to read.\n",
    "Il y a aux environs de la gare des maisons qui sont très bien, trčs bien, et la mairie.\n",
)


def preload(settings: Settings) -> None:
    """Load what documents need, in the zygote: its children then start with everything warm."""
    from ingest.extract import read
    from ingest.pipeline import clean
    from ingest.write import render

    # The second engine for PDFs is loaded only: the few that need it would take 45 ms for that,
    # and it adds 1 MB to what a child is born with. Setting it to work would add 24 MB.
    import_module("pdfplumber")
    import_module("ingest.extract.pdf.ranges")
    for content in (warm_pdf(), _GBK.encode("gb18030"), *(text.encode() for text in _TEXTS)):
        # An encoding forced by the settings, for one, may refuse a sample.
        with contextlib.suppress(DocumentError):
            document = clean(read(content, name="warm", settings=settings), settings=settings)
            for form in settings.to:
                render(document, form)
