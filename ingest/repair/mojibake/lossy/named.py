"""Misreadings that lose nearly everything: named and reported, never restored.

Two bytes of a Chinese character are hardly ever UTF-8, so that GBK, Big5 and their like become
U+FFFD twice a character, with a letter here and there where two bytes happened to fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.edits import Mark

RULE: Final = "mojibake.read-as-utf-8"
# Letters that two bytes make by accident. Western ones are left out: UTF-8 that was read as
# Windows-1252 has them between its losses.
_ACCIDENT: Final = (
    "\u0100-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c\u0180-\u0191\u0193-\u02c5\u02dd-\u07ff"
)
# Second bytes of Big5 and Shift_JIS are ASCII now and then, and words have spaces.
_RUN: Final = re.compile(f"\ufffd(?:[\ufffd{_ACCIDENT}]|[\x20-\x7e]{{1,2}}(?=\ufffd))*")
#: U+FFFD in a run, and their share of it: fewer are holes in a text.
LEAST: Final = 6
SHARE: Final = 0.4


def named(text: str) -> Iterator[Mark]:
    """Marks for runs of U+FFFD that were text of another encoding, read as UTF-8.

    >>> garbled = "汉字编码转换".encode("gb18030").decode("utf-8", "replace")
    >>> [(mark.start, mark.end, mark.rule) for mark in named("标题：" + garbled)]
    [(3, 13, 'mojibake.read-as-utf-8')]
    """
    if "\ufffd" not in text:
        return
    for found in _RUN.finditer(text):
        if found[0].count("\ufffd") >= max(LEAST, SHARE * len(found[0])):
            why = "bytes of another encoding (GBK, Big5 or the like) read as UTF-8: gone"
            yield Mark(found.start(), found.end(), "garbled", RULE, why)
