"""What a PDF says about itself, as far as it can be believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from ingest.document import MetadataValue
from ingest.extract.pdf.pdfium import Handle, answers, library

MOST_BOOKMARKS = 5000
"""Of an outline: the longest of the measured sets has 330."""

LONGEST_BOOKMARK = 2048
"""Bytes: a thousand characters are no heading."""

_USUAL = 128
"""UTF-16 units that are asked for at once: hardly an entry is longer."""

_FIELDS = {"author": "Author", "producer": "Producer"}

_BLANKS = re.compile(r"\s+")
_FILE_NAME = re.compile(
    r"\.(?:docx?|docm|dotx?|wps|wpt|rtf|odt|ott|pages|txt|md|tex|dvi|e?ps|pdf|pptx?|odp|xlsx?|ods"
    r"|csv|html?|mht|php|aspx?|jsp|indd|qxd|qxp|pmd|p65|fm|cdr|ai|psd|vsdx?|dwg|pub|xps|jpe?g|png|tiff?)$",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel|publisher|office)\b|powerpoint (?:presentation|演示文稿)$"
    r"|slide 1$|untitled|no title|無標題|无标题|(?:document|presentation|book|drawing|layout)\s?\d*$"
    r"|(?:文档|文件|演示文稿|簡報|工作簿|幻灯片)\s?\d+$|新建|pdf$|title$|scan\w*[\s_-]*\d*$|print$)",
    re.IGNORECASE,
)
_PATH = re.compile(r"^(?:[a-z]:[\\/]|file:|https?:|/\w+/)|\\", re.IGNORECASE)
_IDENTIFIER = re.compile(r"^[0-9A-Fa-f{}_-]{12,}$")
# No language writes four accented Latin-1 letters in a row; GBK or UTF-8 read as
# PDFDocEncoding does. That encoding has the letters and signs after U+0152 as well.
_MOJIBAKE = re.compile(
    "[\x80-\xff\u0131\u0141\u0142\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6-\u02dd"
    "\u2020-\u2022\u2030\u2039\u203a\u2044\u20ac\u2122\u2212\ufb01\ufb02]{4}"
    "|[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd-\uffff]"
)
# Marks that office programs set by themselves and export as bookmarks.
_AUTOMATIC = re.compile(
    r"(?:OLE_LINK|_Toc|_Ref|_Hlk|_bookmark)\d+|_GoBack|(?:幻灯片|投影片|slide)(?:编号|編號| number)? ?\d+",
    re.IGNORECASE,
)
_DATE = re.compile(r"^(?:D:)?\s*(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?")
_ACCOUNTS = frozenset(
    (
        "administrator",
        "admin",
        "user",
        "users",
        "owner",
        "unknown",
        "guest",
        "author",
        "root",
        "pc",
        "微软用户",
        "用户",
        "未定义",
        "microsoft",
    )
)


def sane(value: str) -> str:
    """Return a metadata string with its blanks in order, or nothing where it is mojibake.

    >>> sane(" Annual\\n report "), sane("\\xb9\\xd8\\xd3\\xda\\xc4\\xea")
    ('Annual report', '')
    """
    tidy = _BLANKS.sub(" ", value.replace("\x00", "")).strip()
    return "" if _MOJIBAKE.search(tidy) else tidy


def title(value: str) -> str:
    """Return a metadata title where it is one, and not what a program filled in.

    >>> title("Microsoft Word - draft3.doc"), title("report_final.pdf"), title("年度报告")
    ('', '', '年度报告')
    """
    tidy = sane(value)
    if not any(map(str.isalpha, tidy)):
        return ""
    if any(rule.search(tidy) for rule in (_FILE_NAME, _PROGRAM, _PATH, _IDENTIFIER)):
        return ""
    return tidy


def created(value: str) -> str:
    """Return the day of a PDF date as ISO 8601, or nothing where it is not a date.

    >>> created("D:20210305093000+08'00'"), created("D:2021"), created("yesterday")
    ('2021-03-05', '', '')
    """
    found = _DATE.match(value)
    if not found or not found[2] or not found[3]:
        return ""
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""


def read_metadata(document: Handle) -> dict[str, MetadataValue]:
    """Read title, author, producer and day of creation; what is not sane is left out."""
    values = {
        "title": title(_entry(document, "Title")),
        "created": created(_entry(document, "CreationDate")),
        **{key: sane(_entry(document, name)) for key, name in _FIELDS.items()},
    }
    if values["author"].lower() in _ACCOUNTS:
        values["author"] = ""
    return {key: value for key, value in values.items() if value}


def read_outline(document: Handle) -> tuple[str, ...]:
    """Read the titles of the bookmarks, in the order in which they stand; what is not sane is
    left out, and so is all behind the first `MOST_BOOKMARKS`."""
    pdfium = library()
    titles: list[str] = []
    seen: set[int] = set()
    waiting = [pdfium.first_bookmark(document, None)]
    while waiting and len(seen) < MOST_BOOKMARKS:
        bookmark = waiting.pop()
        # A damaged outline may lead back into itself.
        if not bookmark or bookmark in seen:
            continue
        seen.add(bookmark)
        written = _written(partial(pdfium.bookmark_title, bookmark), LONGEST_BOOKMARK)
        if written:
            titles.append(sane(written))
        waiting += (
            pdfium.next_bookmark(document, bookmark),
            pdfium.first_bookmark(document, bookmark),
        )
    return tuple(title for title in titles if title and not _AUTOMATIC.fullmatch(title))


def _entry(document: Handle, name: str) -> str:
    return _written(partial(library().metadata, document, name.encode("ascii")))


def _written(ask: Callable[[Handle, int], int], longest: int | None = None) -> str:
    """Read a string that PDFium writes to a place of so many bytes, where those suffice.

    It says how many it needs; nothing is read of what needs more than `longest`.
    """
    units = answers("H")
    size = ask(units.place(_USUAL), 2 * _USUAL)
    if size <= 2 or (longest is not None and size > longest):
        return ""
    if size > 2 * _USUAL:
        ask(units.place(size // 2), size)
    return units.text(size // 2 - 1, "replace")
