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
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

# A reading that repair left (or that it was not asked to remove): Latin letters in
# brackets with a tone mark, at most six of them ("zhuāng" is the longest reading).
_READING = re.compile(r"[（(][a-zü]{0,5}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}[）)]")

_QUOTES = dict.fromkeys("“”„‟〝〞＂「」『』", '"') | dict.fromkeys("‘’‚‛＇", "'")
_BULLETS = "•·●○◆◇■□▪※►▶"


# The commonest ideographs of encyclopedias and reports, commonest first: half of their text.
_FREQUENT = (
    "的年为是在公有和一元中国业上用大司人于资以出发费长产率了后动入成地利收营金时股及得会与现其不份日流行负增限计之债月务总学部主比本个所理经由东定方分生等"
    "对而西代市新工并这可最多式作同要能斯到名北南他法来被研管重高区期家政将自合通内数物民军海线电加度位外润科力下体建开前也文财因三亚化此过特第进球路世面员"
    "车制台至都全尔相马立据关间投表美性企机站战水道或子但州技提事联使售系德算教明称销当设天已种无平场益量形城集罗保山报统根士展小里额克二两货十品原华净次岛"
    "实约安者王任队团交影然应共星目语治如则江帝权信布占达拉基知广从术运港意赛龙价常正存起些非认英府领改持古河包四向尼风太传结号史纪较义著属程色变供条币万受"
)


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


# Every pass asks for it again, and of a page a few hundred lines are looked at.
@lru_cache(maxsize=1 << 10)
def fold_line(text: str) -> str:
    """Return the folded view of a line.

    A mirror that has no bullet writes `?`: at the start of a line it counts as none.

    >>> fold_line("?文 檔")
    '文档'
    """
    return fold(text).removeprefix("?")


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

    It begins with the rarest character of each word, which lets the engine skip ahead by a set
    of characters that clean text has few of: `word_span` says where the word begins.

    >>> found = any_of(["版权", "ICP备"]).search("原版權")
    >>> word_span(found)
    (1, 3)
    """
    variants = _variants()
    branches: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        at = min(range(len(word)), key=lambda index: _frequency(word[index]))
        before, rest = either_script(word[:at]), either_script(word[at + 1 :])
        for key in variants.get(word[at], word[at]):
            look = f"(?<=({before}){re.escape(key)})" if before else ""
            branches.setdefault(key, []).append(look + rest)
    # Grouped by it, what begins otherwise is passed over in one step.
    groups = (f"{re.escape(key)}(?:{'|'.join(rest)})" for key, rest in sorted(branches.items()))
    return re.compile("|".join(groups))


def word_span(found: re.Match[str]) -> tuple[int, int]:
    """Return the span of the word that a pattern of `any_of` has found."""
    return found.start(found.lastindex or 0), found.end()


def _frequency(character: str) -> float:
    """How frequent a character is in text that is no notice, by rank: 0 for rare ones."""
    if character.isascii():
        return 1.0
    rank = _FREQUENT.find(character)
    return 1.0 / (2 + rank) if rank >= 0 else 0.0


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
        part = text[start:end]
        # Of a Chinese text hardly anything is left here, and all Latin words.
        latin = part.encode("ascii", "ignore").decode("ascii")
        if any(word in latin and word in part for word in self.latin):
            return True
        # As long as `part`, it is all of it: then nothing else is there.
        return bool(self.pattern and len(latin) < len(part) and self.pattern.search(part))


def is_han(character: str) -> bool:
    """Say whether a character is an ideograph (of the blocks in general use)."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿"


def ends_sentence(folded: str) -> bool:
    """Say whether a folded line ends as a sentence does."""
    return folded.rstrip("\"')]").endswith(("。", "!", "?", ";", "."))


def is_word(character: str) -> bool:
    """Say whether a character belongs to a word: letter, ideograph or digit."""
    return unicodedata.category(character)[0] in "LN"
