"""Whether text around an escape is prose, which has no use for it."""

from __future__ import annotations

import re
from typing import Final

#: Characters of a window in which the question is asked once.
WINDOW: Final = 240
#: Characters beside a window that count, too.
BESIDE: Final = 120
#: Characters on either side within which a word says that the text is about markup.
NEAR: Final = 600
#: Characters of a text that say whether it is source code, and the share of its lines then.
HEAD: Final = 20_000
CODE: Final = 0.4
#: Letters that a window of prose has at least, and the share of letters and digits in it.
LETTERS: Final = 4
SHARE: Final = 0.6

_ESCAPE: Final = re.compile(
    r"&(?:amp;){0,2}(?:#?\w{1,31}|#?\w{0,12}\s{0,4}\n\s{0,4}\w{0,12});|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}"
)
_CODE: Final = re.compile(
    r"[{}|^$]|`[^`]{1,80}`|<[/!?a-zA-Z]|/>|->|=>|:=|[=!<>]=|=[\"']|\+\+|&&|;[ \t]*$|[A-Za-z_]\(\)"
    r"|0x[0-9a-f]|//|/\*|\*/|#!|::|^\s*(?:#|>>>|\.\.\.|\$|@)\s*\w|\\(?!u[0-9A-Fa-f]{4})[A-Za-z]|[A-Za-z0-9]=[A-Za-z0-9]"
    r"|\[[^\]\s]{0,20}-[^\]\s]{0,20}\]|\b[a-zA-Z_]{2,}\([a-z\"'&%]|\b[a-z]+_[a-z_]+\b|[\"'][ \t]*:",
    re.MULTILINE | re.ASCII,
)
_ADDRESS: Final = re.compile(
    r"://|www\.|\w\.(?:com|cn|org|net|html?|php|asp|jsp)\b|[?&]\w+=|\w@\w+\.\w"
)
_ABOUT: Final = re.compile(
    r"\b(?:X?HTML|XML|SGML|JSON|URLs?|URI|URL-?encod\w*|Unicode|ASCII|UTF-?8|GBK|MIME|CSS|LaTeX|TeX)\b"
    r"|\b(?:entit(?:y|ies)|ampersands?|escap(?:e[ds]?|ing)|markup|percent-?encod\w+|encod(?:ed|ing)s?|regex\w*"
    r"|mojibake|source code|query string|character references?|syntax)\b"
    r"|转义|轉義|实体字符|字符实体|實體字元|编码|編碼|标记语言|標記語言|正则|源码|源代码|乱码|亂碼|エスケープ|文字参照|&;",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[^\W\d_]")


class Context:
    """What the text around a place is, asked once for each window of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._prose: dict[tuple[int, int], bool] = {}
        self._about: dict[int, bool] = {}
        self._is_code: bool | None = None

    def is_prose(self, start: int, end: int) -> bool:
        """Whether the line around a span is prose, and not about escapes.

        >>> Context("生产 &amp; 销售").is_prose(3, 8), Context("if (a &amp;&amp; b) {").is_prose(6, 11)
        (True, False)
        """
        if self._is_code is None:
            self._is_code = _is_code(self._text)
        if self._is_code or self._is_about(start):
            return False
        begin = self._text.rfind("\n", max(0, start - 2 * WINDOW), start) + 1
        begin = max(begin, start // WINDOW * WINDOW - BESIDE)
        stop = self._text.find("\n", end, end + 2 * WINDOW)
        stop = stop if stop >= 0 else len(self._text)
        stop = min(stop, (start // WINDOW + 1) * WINDOW + BESIDE)
        key = begin, max(stop, end)
        if key not in self._prose:
            self._prose[key] = _is_prose(self._text[slice(*key)])
        return self._prose[key]

    def _is_about(self, start: int) -> bool:
        at = start // NEAR
        if at not in self._about:
            around = self._text[max(0, (at - 1) * NEAR) : (at + 2) * NEAR]
            # The escapes themselves say nothing: `&euro;` is no entity that is spoken of.
            self._about[at] = _ABOUT.search(_ESCAPE.sub(" ", around)) is not None
        return self._about[at]


def _is_code(text: str) -> bool:
    """Whether the lines of a text's beginning are code for a good part."""
    lines = [line for line in text[:HEAD].split("\n") if line.strip()]
    return sum(_CODE.search(_ESCAPE.sub(" ", line)) is not None for line in lines) > CODE * len(
        lines
    )


def _is_prose(line: str) -> bool:
    if _ADDRESS.search(line):
        return False
    rest = _ESCAPE.sub(" ", line)
    if _CODE.search(rest):
        return False
    letters = len(_LETTER.findall(rest))
    written = letters + sum(map(str.isdigit, rest))
    size = sum(1 for char in rest if not char.isspace())
    return letters >= LETTERS and 2 * letters >= written and written >= SHARE * size
