"""How a line begins that opens a list item, a numbered heading or a row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_HAN_NUMBER = "[一二三四五六七八九十百零〇]{1,5}"

# Kinds of markers. Two items of one list carry the same kind.
_MARKERS = re.compile(
    rf"""
      (?P<bullet>[•●■▪◆❖➢✔✓·◦‣○□◇▶►※❑➔⬥⋅]\s?|[-–—*]\s)
    | (?P<circled>[①-⑳⑴-⒇㈠-㈩])
    | (?P<bracketed>[(（](?:\d{{1,2}}|{_HAN_NUMBER}|[a-zA-Z]|[ivx]{{1,5}})[)）])
    | (?P<chapter>第\s?(?:\d{{1,3}}|{_HAN_NUMBER})\s?[章节条部篇讲回])
    | (?P<han>{_HAN_NUMBER}[、．])
    | (?P<levels>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}}\.?(?=\s|[\u4e00-\u9fff])(?!\s?[%％‰亿万元]))
    | (?P<number>\d{{1,3}}(?:[)）、．]|\.(?!\d))\s?)
    | (?P<letter>[A-Za-z][.)]\s)
    | (?P<roman>[ivxIVX]{{1,5}}[.)]\s)
    """,
    re.VERBOSE,
)
# One look says that a line opens with none of them: most lines do.
_OPENING = re.compile(
    "[•●■▪◆❖➢✔✓·◦‣○□◇▶►※❑➔⬥⋅\\-–—*①-⑳⑴-⒇㈠-㈩(（第一二三四五六七八九十百零〇0-9]|[A-Za-z]{1,5}[.)]"
)

# The row of a table of contents: dots lead to the number of a page.
_LEADERS = re.compile(r"(?:\.{4}|…{2}|·{4}|(?:\. ){4}|_{4})[.…·_ ]{0,200}[0-9IVXivx]{0,5}\Z")

_LEADING = ("....", "……", "····", ". . . .", "____")

_DIGIT = re.compile(r"\d")
_LETTERS = bytes(code for code in range(128) if chr(code) not in "\t\n?0123456789")
"""Signs without which a line is no row; what is not ASCII stands as a question mark."""

_FIGURE_BEGINS = "-+(（.,–—/N"
_FIGURE = re.compile(r"[-+(（]?[\d.,]*\d[\d.,]*[%％)）]?|[-–—/]+|N/?A")


def kinds(lines: Iterable[str]) -> list[str]:
    """Name the kind of marker that each of some lines opens with, as `kind` does."""
    opening = _OPENING.match
    return [kind(line) if opening(line) else "" for line in lines]


def kind(line: str) -> str:
    """Name the kind of marker that a line opens with; empty: none.

    >>> kind("（一）设施"), kind("3.1 Methods"), kind("• item"), kind("24.3%"), kind("Plain.")
    ('bracketed', 'levels', 'bullet', '', '')
    """
    found = _MARKERS.match(line) if _OPENING.match(line) else None
    return found.lastgroup or "" if found else ""


def contents(text: str, lines: Sequence[str]) -> list[bool]:
    """Say of each line of a text whether it is the row of a table of contents, as `is_contents`."""
    if not any(dots in text for dots in _LEADING):
        return [False] * len(lines)
    return list(map(is_contents, lines))


def is_contents(line: str) -> bool:
    """Say whether a line is the row of a table of contents, with dots that lead to a page.

    >>> is_contents("一、总则........12"), is_contents("and so on...")
    (True, False)
    """
    tail = line[-80:]
    if "...." not in tail and "…" not in tail and "··" not in tail and "__" not in tail:
        return ". . . ." in tail and _LEADERS.search(tail) is not None
    return _LEADERS.search(tail) is not None


def tabular(lines: Sequence[str]) -> list[bool]:
    """Say of each line whether it is a row of cells, as `is_tabular` does."""
    # What is left of a line of letters is nothing, and known for all lines at once.
    figures = "\n".join(lines).encode("ascii", "replace").translate(None, _LETTERS).split(b"\n")
    if len(figures) != len(lines):
        return list(map(is_tabular, lines))
    return [
        is_tabular(line) if found or "   " in line else False
        for line, found in zip(lines, figures, strict=True)
    ]


def is_tabular(line: str) -> bool:
    """Say whether a line is a row of cells: tabs, wide gaps, or mostly figures.

    >>> is_tabular("营业收入 366,175,089.52 258,180,404.26"), is_tabular("共有 12 个社区")
    (True, False)
    """
    if "\t" in line or "   " in line.strip():
        return True
    if " " not in line or not _DIGIT.search(line):
        return False
    cells = line.split()
    if len(cells) < 3:
        return False
    wanted = max(2, 0.5 * len(cells))
    # The first character tells words from figures, but for a few.
    likely = [cell for cell in cells if cell[0] in _FIGURE_BEGINS or cell[0].isdigit()]
    return len(likely) >= wanted and len(list(filter(_FIGURE.fullmatch, likely))) >= wanted


def trailing_figures(words: Sequence[str]) -> int:
    """Count the figures that a row ends with.

    >>> trailing_figures(["Larger", "pump", "3,400", "—"])
    2
    """
    count = 0
    while count < len(words) and _FIGURE.fullmatch(words[-1 - count]):
        count += 1
    return count
