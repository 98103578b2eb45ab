"""How probable a piece of the original is.

Two measures share the language model's tables. The quick one knows words but not which
word follows which, and is cheap enough to follow every way through a damaged place; the
full one decides among the few that are left. Costs are in nats (negative log
probabilities) and add up from character to character.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ingest.repair import language
from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import table
from ingest.repair.language_cache import Cache
from ingest.repair.language_table import SEED, extend

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

#: Cost of a full-width letter or sign, which the full measure takes for any.
ODD_MARK: Final = 6.0

#: Share of ideographic spaces among all characters.
SPACE: Final = 0.001

#: Characters of left context that cost a measure of a few characters.
NEAR: Final = 6

#: What stands for a lost character: says nothing about its neighbours.
LOST: Final = "�"

#: Folding has made ASCII of these marks; they weigh what they were.
_WIDE: Final = {chr(code): chr(code + 0xFEE0) for code in (*range(0x21, 0x30), *range(0x3A, 0x41))}
_WIDENED: Final = str.maketrans(_WIDE)


class State(NamedTuple):
    """What the next character depends on: the words under way, and how probable each is.

    `hashes[i]` is the model's hash of the characters from the i-th start on, `forwards[i]`
    the probability of all before it, as a share of the probability of all so far.
    """

    hashes: tuple[int, ...] = (SEED,)
    forwards: tuple[float, ...] = (1.0,)


START: Final = State()


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


def _odd(char: str) -> bool:
    """Whether a character is a full-width letter or a sign: rare among Chinese."""
    return char == "　" or (char > "\x7f" and not is_han(char) and char not in MARKS)


class Weigher:
    """Costs of characters one after another; what is so far is in `State`.

    `document` is the page without its readings: its own words are the best witness.
    """

    def __init__(self, document: str) -> None:
        self._model = language.han()
        lattice = self._model.lattice
        self._get = lattice.words.get
        self._probabilities = lattice.word_probabilities
        self._unseen = lattice.unseen
        self._keep = lattice.longest
        self._document = document
        self._codes: dict[str, int] = {}

    @functools.cached_property
    def _cache(self) -> Cache:
        return self._model.cache(self._document)

    def start(self, left: str) -> State:
        """State behind a text that stands to the left."""
        return self.run(START, left)[1]

    def run(self, state: State, text: str) -> tuple[float, State]:
        """Quick cost of a text behind a state, and the state behind it."""
        total = 0.0
        for char in text:
            cost, state = self.step(state, char)
            total += cost
        return total, state

    def step(self, state: State, char: str) -> tuple[float, State]:
        """Quick cost of one character behind a state, and the state behind it."""
        if not is_han(char):
            return self._mark(char), START
        if not common(char):
            return RARE, START
        code = self._code(char)
        get, probabilities = self._get, self._probabilities
        total = 0.0
        hashes = []
        for before, share in zip(state.hashes, state.forwards, strict=True):
            after = extend(before, code)
            hashes.append(after)
            level = get(after)
            if level >= 0:
                total += share * probabilities[level]
            elif before == SEED:
                total += share * self._unseen
        hashes.append(SEED)
        forwards = [share / total for share in state.forwards]
        forwards.append(1.0)
        keep = self._keep
        return -math.log(total), State(tuple(hashes[-keep:]), tuple(forwards[-keep:]))

    def choices(self, state: State, chars: Iterable[str]) -> list[tuple[float, str]]:
        """Quick costs of several characters in the same place, the least first."""
        found = []
        get, probabilities = self._get, self._probabilities
        begun = list(zip(state.hashes, state.forwards, strict=True))
        for char in chars:
            if not is_han(char):
                found.append((self._mark(char), char))
                continue
            if not common(char):
                found.append((RARE, char))
                continue
            code = self._code(char)
            total = 0.0
            for before, share in begun:
                level = get(extend(before, code))
                if level >= 0:
                    total += share * probabilities[level]
                elif before == SEED:
                    total += share * self._unseen
            found.append((-math.log(total), char))
        found.sort()
        return found

    def likely(self, chars: Iterable[str]) -> list[str]:
        """Characters by their own probability, the most probable first."""
        return [char for _, char in self.choices(START, chars)]

    def full(self, left: str, texts: Sequence[str]) -> list[float]:
        """Full costs of several texts behind the same left context."""
        advance = self._model.advance
        begin = self._model.begin(left[-NEAR:].translate(_WIDENED))
        costs = []
        for text in texts:
            total, progress = 0.0, begin
            for char in text.translate(_WIDENED):
                if char == LOST:
                    progress = self._model.begin()
                    continue
                cost, progress = advance(progress, char)
                total += cost
                total += ODD_MARK if _odd(char) else 0.0
            costs.append(total)
        return costs

    def each(self, left: str, text: str) -> list[float]:
        """Full cost of each character of a text behind its left context."""
        advance = self._model.advance
        progress = self._model.begin(left[-NEAR:].translate(_WIDENED))
        costs = []
        for char in text.translate(_WIDENED):
            cost, progress = advance(progress, char)
            costs.append(cost + (ODD_MARK if _odd(char) else 0.0))
        return costs

    def rank(self, left: str, options: Sequence[str], right: str) -> list[tuple[str, float]]:
        """Choices for one character in its context, the most probable first."""
        left, right = left.translate(_WIDENED), right.translate(_WIDENED)
        ranked = self._model.rank(left, options, right, self._cache)
        if "　" not in options:
            return ranked
        # The model passes over spaces; the ideographic one stands where a paragraph begins.
        weights = [(char, share * (SPACE if char == "　" else 1.0)) for char, share in ranked]
        total = sum(share for _, share in weights) or 1.0
        weights.sort(key=lambda item: -item[1])
        return [(char, share / total) for char, share in weights]

    def _code(self, char: str) -> int:
        code = self._codes.get(char)
        if code is None:
            code = self._codes[char] = self._model.symbols(char).exact[0]
        return code

    def _mark(self, char: str) -> float:
        if char == LOST:
            return 0.0
        char = _WIDE.get(char, char)
        return (
            ALPHANUMERIC
            if char < "\x80" and char.isalnum()
            else -math.log(MARKS.get(char, OTHER_MARK))
        )
