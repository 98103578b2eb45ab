"""Characters as the quick measure knows them: how common each is, whatever stands around.

Costs are in nats.
"""

from __future__ import annotations

import functools
import math
from typing import Final, NamedTuple

from ingest.repair import language
from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import converted, table
from ingest.repair.language_table import MASK, MULTIPLIER, SEED, extend

#: Share of marks among the characters of running text, counted over 190,000 characters of
#: the first halves of two corpora; those rarer than one in 10,000 as that.
MARKS: Final = {
    "，": 0.032, "。": 0.017, "、": 0.0072, "：": 0.0023, "；": 0.0008, "“": 0.0007, "”": 0.0007,
    "（": 0.003, "）": 0.003, "《": 0.001, "》": 0.001, "？": 0.0001, "！": 0.0001, "．": 0.0001,
    "　": 0.0001, "—": 0.0001, "…": 0.0001, "·": 0.0006, "％": 0.0001,
}  # fmt: skip
OTHER_MARK: Final = 0.00003

#: Cost of an ASCII letter or digit: what follows one is mostly another.
ALPHANUMERIC: Final = 4.0

#: Cost of a character that GB2312 lacks. The tables of the model hold few of them, and take
#: one absent key in thousands for a present one, which would make one look common.
RARE: Final = 15.0

#: How many characters are thought of where nothing survives of one. They are four in five of
#: those between two pairs that vanish in the first halves.
LIKELIEST: Final = 60

#: What stands for a lost character: says nothing about its neighbours.
LOST: Final = "�"

#: Folding has made ASCII of these marks; they weigh what they were.
_WIDE: Final = {chr(code): chr(code + 0xFEE0) for code in (*range(0x21, 0x30), *range(0x3A, 0x41))}
#: Marks as they were before they were folded, and the other way round.
WIDENED: Final = str.maketrans(_WIDE)
FOLDED: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@functools.cache
def common(char: str) -> bool:
    """Whether a character can stand for a lost one: a mark, or one that GB2312 has.

    The mirror's pages were Simplified ones: what GB2312 lacks is one character in
    thousands on them, and most of GBK.
    """
    if not is_han(char):
        return True
    simplified = table()[char].simplified if char in table() else char
    pair = octets.pair(simplified)
    return bool(pair) and "gb2312" in _charsets(simplified)


def _charsets(char: str) -> str:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return "gbk"
    return "gb2312"


def is_han(char: str) -> bool:
    return "㐀" <= char <= "鿿" or char == "〇"


class Known(NamedTuple):
    """What the quick measure knows of a character that begins a word, or of a mark.

    `code` is 0 for what is no Chinese character; `mark` is what that costs.
    """

    code: int
    word: int
    alone: float
    mark: float


@functools.cache
def known(char: str) -> Known:
    """What the quick measure knows of a character."""
    if not is_han(char):
        return Known(0, 0, 0.0, _mark(char))
    if not common(char):
        return Known(0, 0, 0.0, RARE)
    model = language.han()
    code = model.symbols(char).exact[0]
    word = extend(SEED, code)
    level = model.lattice.words.get(word)
    alone = model.lattice.word_probabilities[level] if level >= 0 else model.lattice.unseen
    return Known(code, word, alone, 0.0)


@functools.cache
def possible(chars: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Characters that can stand for a lost one, and rare signs that may."""
    gone = converted()
    usual = [char for char in chars if char not in gone and common(char)]
    return (
        tuple(char for char in usual if is_han(char) or char in MARKS),
        tuple(char for char in usual if not is_han(char) and char not in MARKS),
    )


@functools.cache
def likeliest(chars: tuple[str, ...]) -> tuple[str, ...]:
    """The most common of characters that can stand for one of which nothing survives."""
    by_cost = sorted((_alone(char), char) for char in possible(chars)[0])
    return tuple(char for _, char in by_cost[:LIKELIEST])


@functools.lru_cache(maxsize=4096)
def words(ones: tuple[str, ...], twos: tuple[str, ...]) -> tuple[tuple[float, str], ...]:
    """The words of two characters that can be made, with their costs."""
    lattice = language.han().lattice
    get, probabilities = lattice.words.get, lattice.word_probabilities
    behind = [(code, two) for two in twos if (code := known(two).code)]
    found = []
    for one in ones:
        begun = known(one)
        for code, two in behind if begun.code else ():
            both = ((begun.word ^ code) * MULTIPLIER) & MASK
            level = get(both ^ (both >> 32))
            if level >= 0:
                found.append((-math.log(probabilities[level]), one + two))
    return tuple(found)


def _alone(char: str) -> float:
    here = known(char)
    return -math.log(here.alone) if here.code else here.mark


def _mark(char: str) -> float:
    if char == LOST:
        return 0.0
    char = char.translate(WIDENED)
    if char < "\x80" and char.isalnum():
        return ALPHANUMERIC
    return -math.log(MARKS.get(char, OTHER_MARK))
