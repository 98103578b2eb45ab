"""The view of a line that rules match on: one script, one width, no spaces, no readings.

A notice is the same notice whether a site wrote it in Simplified or a mirror in
Traditional characters, with full-width or half-width punctuation, with or without the
spaces that layout put in. Rules are written once, against the folded form.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# A reading that repair left (or that it was not asked to remove): Latin letters in
# brackets with a tone mark, at most six of them ("zhuāng" is the longest reading).
_READING = re.compile(r"[（(][a-zü]{0,5}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}[）)]")

_QUOTES = dict.fromkeys("“”„‟〝〞＂「」『』", '"') | dict.fromkeys("‘’‚‛＇", "'")
_BULLETS = "•·●○◆◇■□▪※►▶"


@cache
def table() -> dict[int, str | None]:
    """Return the character table of the folding: script, width, quotes; spaces to nothing."""
    folded: dict[int, str | None] = {}
    rows = (files("ingest") / "data" / "notices" / "folding.tsv").read_text(encoding="utf-8")
    for row in rows.splitlines():
        if not row.startswith("#") and row != "traditional\tsimplified":
            traditional, simplified = row.split("\t")
            folded[ord(traditional)] = simplified
    for code in range(0xFF01, 0xFF5F):
        folded[code] = chr(code - 0xFEE0)
    folded |= {ord(mark): plain for mark, plain in _QUOTES.items()}
    folded |= {ord(mark): "•" for mark in _BULLETS}
    for code in [*range(0x21), 0x7F, *range(0x80, 0xA1), 0xAD, *range(0x2000, 0x2010), 0x3000]:
        folded[code] = None
    folded |= dict.fromkeys([0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0xFEFF])
    folded |= {ord("—"): "-", ord("–"): "-", ord("－"): "-", ord("〔"): "[", ord("〕"): "]"}
    folded |= {ord("【"): "[", ord("】"): "]", ord("《"): "<<", ord("》"): ">>", ord("…"): "."}
    return folded


def fold(text: str) -> str:
    """Return the folded view of a text.

    >>> fold("版權(quán)說明：本文檔由 用戶 上傳")
    '版权说明:本文档由用户上传'
    """
    if "(" in text or "（" in text:
        text = _READING.sub("", text)
    return text.translate(table())


def fold_with_map(text: str) -> tuple[str, list[int]]:
    """Return the folded view and, for each of its characters, the offset it comes from.

    The list has one entry more than the view: the offset of the text's end.

    >>> fold_with_map("文 檔(dàng)1")
    ('文档1', [0, 2, 9, 10])
    """
    characters: list[str] = []
    offsets: list[int] = []
    folding = table()
    position = 0
    spans = [found.span() for found in _READING.finditer(text)]
    for start, end in [*spans, (len(text), len(text))]:
        for offset in range(position, start):
            for character in folding.get(ord(text[offset]), text[offset]) or "":
                characters.append(character)
                offsets.append(offset)
        position = end
    return "".join(characters), [*offsets, len(text)]


@cache
def _variants() -> dict[str, str]:
    variants: dict[str, str] = {}
    for code, folded in table().items():
        if folded and is_han(folded):
            variants[folded] = variants.get(folded, folded) + chr(code)
    return variants


def either_script(literal: str) -> str:
    """Return a regular expression that finds a word in Simplified and in Traditional form.

    >>> re.search(either_script("文档简介"), "一 文檔簡介") is not None
    True
    """
    variants = _variants()
    return "".join(
        f"[{variants[character]}]" if character in variants else re.escape(character)
        for character in literal
    )


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, in either script.

    All its alternatives begin with a plain character, which lets the engine skip ahead by
    a set of first characters: 5 ns a character instead of 170.

    >>> any_of(["版权", "ICP备"]).search("版權").group()
    '版權'
    """
    variants = _variants()
    rests: dict[str, set[str]] = {}
    for word in words:
        for first in variants.get(word[0], word[0]):
            rests.setdefault(first, set()).add(either_script(word[1:]))
    # Grouped by it, what begins otherwise is passed over in one step.
    groups = (
        f"{re.escape(first)}(?:{'|'.join(sorted(rest))})" for first, rest in sorted(rests.items())
    )
    return re.compile("|".join(groups))


class Gate(NamedTuple):
    """Words without one of which a text has nothing to look at, in either script.

    Latin words are looked for one by one: their first letters stop a pattern at every
    third letter of an English text.

    >>> gate = Gate.of(["版权", "JSTOR"])
    >>> gate.opens("版權所有"), gate.opens("via JSTOR"), gate.opens("版本"), gate.opens("jstor")
    (True, True, False, False)
    """

    latin: tuple[str, ...]
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, words: Iterable[str]) -> Gate:
        """Make a gate of words as they stand in the rules' tables."""
        distinct = sorted(set(words))
        others = [word for word in distinct if not word.isascii()]
        return cls(
            tuple(word for word in distinct if word.isascii()), any_of(others) if others else None
        )

    def opens(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Say whether one of the words stands in `[start, end)` of a text."""
        return any(text.find(word, start, end) >= 0 for word in self.latin) or bool(
            self.pattern and not text.isascii() and self.pattern.search(text, start, end)
        )


def is_han(character: str) -> bool:
    """Say whether a character is an ideograph (of the blocks in general use)."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿"


def ends_sentence(folded: str) -> bool:
    """Say whether a folded line ends as a sentence does."""
    return folded.rstrip("\"')]").endswith(("。", "!", "?", ";", "."))


def is_word(character: str) -> bool:
    """Say whether a character belongs to a word: letter, ideograph or digit."""
    return unicodedata.category(character)[0] in "LN"
