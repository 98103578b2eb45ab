"""Odd places of text in Korean, Japanese and Russian: what is reported though nothing repairs it.

Searches are chosen by the script of a text's beginning, and begin with characters that clean
text in that script hardly has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from ingest.repair.mojibake.letters import STEP, levels
from ingest.repair.mojibake.readings import is_chart

#: Characters of a text's beginning that say which script it is in, and their least number.
HEAD: Final = 2000
LEAST: Final = 3
#: Kana for each Han character from which a text is Japanese: Japanese has 1 and more.
KANA: Final = 0.7
#: Letters of a Russian word in capitals from which it is no abbreviation, and nats a pair of
#: letters that a word costs at most.
LONG: Final = 6
USUAL: Final = 3.3

_LETTER: Final = re.compile("[가-힣ぁ-ヶА-яЁё]")
# Runs: they begin with one character of a set, which is fast.
_HANGUL: Final = re.compile("[가-힣][가-힣]*+")
_HAN: Final = re.compile("[一-鿿][一-鿿]*+")
_KANA: Final = re.compile("[ぁ-ヶ][ぁ-ヶ]*+")
_CYRILLIC: Final = re.compile("[А-яЁё][А-яЁё]*+")
# Dashes, quotation marks and middle dots of EUC-JP, read as GBK.
_KANA_SIGNS: Final = re.compile("[〖∽≈ˇ∈∧∠](?<=[ぁ-ヶ一-鿿].)(?=[ぁ-ヶ一-鿿])")
_CAPITALS: Final = re.compile("[А-ЯЁ][А-ЯЁ]+(?:[ ,.-]{1,3}[А-ЯЁ]{1,})*")
_WORD: Final = re.compile("[А-ЯЁ]+")


@cache
def _rare_syllables() -> re.Pattern[str]:
    """Syllables that Korean never writes: those that its standard of 2,350 leaves out."""
    every = (chr(code) for code in range(0xAC00, 0xD7A4))
    rare = "".join(char for char in every if len(char.encode("euc_kr", "ignore")) != 2)
    return re.compile(f"[{rare}]")


@cache
def _not_japanese() -> re.Pattern[str]:
    """Han characters that no Japanese charset of the time has: Simplified ones."""
    every = (chr(code) for code in range(0x4E00, 0x9FA6))
    alien = "".join(char for char in every if not _is_in_cp932(char))
    return re.compile(f"[{alien}](?:(?<=[ぁ-ん].)|(?=[ぁ-ん]))")


def _is_in_cp932(char: str) -> bool:
    return bool(char.encode("cp932", "ignore"))


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def places(text: str) -> Iterator[tuple[int, int, float, str]]:
    """Spans of odd places with their nats and why, in no order.

    >>> [place[:2] for place in places("も极端しかいない、撵なしのまま。やや给として")]
    [(1, 2), (9, 10), (18, 19)]
    """
    head = text[:HEAD]
    # Chinese has none of these: its characters need not be counted.
    if not _LETTER.search(head):
        return
    if _count(_HANGUL, head) >= LEAST:
        for hit in _rare_syllables().finditer(text):
            yield *hit.span(), 3.0, "syllable that Korean does not write"
    elif _count(_KANA, head) > max(LEAST - 1, KANA * _count(_HAN, head)):
        for hit in _KANA_SIGNS.finditer(text):
            yield *hit.span(), 3.0, "sign between kana"
        for hit in _not_japanese().finditer(text):
            yield *hit.span(), 2.5, "character that Japanese does not write"
    elif _count(_CYRILLIC, head) >= LEAST:
        for run in _CAPITALS.finditer(text):
            if is_chart(run[0]):
                continue
            for word in _WORD.finditer(run[0]):
                size = len(word[0])
                excess = min(levels(word[0])) / STEP - USUAL * (size + 1) if size >= LONG else 0.0
                if excess > 0:
                    start = run.start() + word.start()
                    yield start, start + size, excess, "capitals that make no word"
