"""`%E4%B8%AD`: bytes as addresses write them, in prose; UTF-8 or GBK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.edits import Edit
from ingest.repair.escapes.context import Context
from ingest.repair.language import han

SIGN: Final = "%"
"""What every one begins with."""

#: Nats a Han character up to which bytes of GBK are text: text has 6, random pairs have 10.
PLAUSIBLE: Final = 8.5
#: Characters that bytes of GBK must make: two pairs of bytes are GBK by accident.
FEWEST: Final = 2

#: Code points of an alphabet, its rarer letters included.
BLOCK: Final = 0x180

#: Characters on either side among which Chinese shows.
BESIDE: Final = 12

# It begins with a plain character: the engine skips to it.
_RUN: Final = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})+")
_OF_ADDRESS: Final = re.compile(r"[/?=&#@:\\]")
_TOKEN: Final = re.compile(r"[!-~]{1,60}\Z")
_HAN: Final = re.compile("[㐀-鿿]")


def decoded(run: str, *, in_chinese: bool = True) -> tuple[str, str] | None:
    """What bytes say, and in which encoding; None where they are neither.

    `in_chinese` says that Chinese stands beside them: what two bytes a character say in
    UTF-8, Chinese in GBK may say too.

    >>> decoded("%E4%B8%AD%E5%9B%BD"), decoded("%D6%D0%B9%FA"), decoded("%20%41")
    (('中国', 'utf-8'), ('中国', 'gb18030'), None)
    """
    content = bytes.fromhex(run.replace("%", ""))
    utf8, gbk = _said(content, "utf-8"), _said(content, "gb18030")
    if utf8 is not None and any(char >= "\u0800" for char in utf8):
        return utf8, "utf-8"
    if gbk is not None and in_chinese and _is_chinese(gbk):
        return gbk, "gb18030"
    return (utf8, "utf-8") if utf8 is not None and _is_word(utf8) else None


def _said(content: bytes, encoding: str) -> str | None:
    try:
        said = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    printable = all(char.isprintable() or char in "\xa0\u3000" for char in said)
    return said if printable and not content.isascii() else None


def _is_word(said: str) -> bool:
    """Whether letters of one alphabet, or a single sign, stand there."""
    beyond = [char for char in said if char > "\x7f"]
    return len(beyond) == 1 or (
        all(map(str.isalpha, beyond)) and ord(max(beyond)) - ord(min(beyond)) < BLOCK
    )


def _is_chinese(said: str) -> bool:
    found = _HAN.findall(said)
    if len(found) < FEWEST or len(found) * 2 < len(said):
        return False
    return -han().score("".join(found)) <= PLAUSIBLE * len(found)


def edits(text: str, context: Context) -> Iterator[Edit]:
    """Edits for runs in prose, not within an address."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        before = _TOKEN.search(text, max(0, start - 60), start)
        token = (before[0] if before else "") + text[end : end + 20].split(" ", 1)[0]
        if _OF_ADDRESS.search(re.sub("%[0-9A-Fa-f]{2}", "", token)):
            continue
        beside = text[max(0, start - BESIDE) : start] + text[end : end + BESIDE]
        found = decoded(run[0], in_chinese=_HAN.search(beside) is not None)
        if found is None or not context.is_prose(start, end):
            continue
        said, encoding = found
        why = f"bytes of {encoding} as an address writes them, in prose"
        yield Edit(start, end, run[0], said, "escape.percent", "sure", why)
