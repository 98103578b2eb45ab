"""How probable a piece of the original is: the language model of Han text, and marks.

The costs are in nats (negative log probabilities) and add up from character to character,
so that many ways through a damaged place share the work of what they have in common.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from ingest.repair import language
from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import table
from ingest.repair.language_table import SEED, extend

#: Share of marks among the characters of running text, where the model of Han text has
#: one cost for all. Counted over the first halves of the measured corpora.
MARKS: Final = {
    "，": 0.055, "。": 0.025, "、": 0.018, "：": 0.005, "；": 0.002, "“": 0.004, "”": 0.004,
    "（": 0.006, "）": 0.006, "《": 0.002, "》": 0.002, "？": 0.001, "！": 0.001, "．": 0.0005,
    "　": 0.002, "—": 0.001, "…": 0.0005, "·": 0.001, "％": 0.001,
}  # fmt: skip
OTHER_MARK: Final = 0.00003

#: Cost of an ASCII letter or digit: what follows one is mostly another.
ALPHANUMERIC: Final = 4.0

#: Least cost of a single character by its rank in GB2312: the table of the model takes one
#: absent key in 65,536 for a present one, and then a rare character would look common.
FLOORS: Final = {1: 3.0, 2: 8.0, 3: 14.0}

#: What stands for a lost character: says nothing about its neighbours.
LOST: Final = "�"

#: Folding has made ASCII of these marks; they weigh what they were.
_WIDE: Final = {chr(code): chr(code + 0xFEE0) for code in (*range(0x21, 0x30), *range(0x3A, 0x41))}


class State(NamedTuple):
    """What the next character depends on: the words under way, and how probable each is.

    `hashes[i]` is the model's hash of the characters from the i-th start on, `forwards[i]`
    the probability of all before it, as a share of the probability of all so far.
    """

    hashes: tuple[int, ...] = (SEED,)
    forwards: tuple[float, ...] = (1.0,)


START: Final = State()


@functools.cache
def _floor(char: str) -> float:
    simplified = table()[char].simplified if char in table() else char
    pair = octets.pair(simplified)
    try:
        simplified.encode("gb2312")
    except UnicodeEncodeError:
        return FLOORS[3]
    return FLOORS[1] if pair and pair[0] < 0xD8 else FLOORS[2]


def common(char: str) -> bool:
    """Whether a character can stand for a lost one: a mark, or one that GB2312 has.

    The mirror's pages were Simplified ones: what GB2312 lacks is one character in
    thousands on them, and most of GBK.
    """
    return not is_han(char) or _floor(char) < FLOORS[3]


def is_han(char: str) -> bool:
    return "㐀" <= char <= "鿿" or char == "〇"


class Weigher:
    """Costs of characters one after another. Holds no state: that is in `State`."""

    def __init__(self) -> None:
        model = language.han()
        self._fold = model._fold
        self._get = model._words.get
        self._probabilities = model._probabilities
        self._unseen = model._unseen
        self._longest = model._longest

    def start(self, left: str) -> State:
        """State behind a text that stands to the left."""
        return self.run(START, left)[1]

    def run(self, state: State, text: str) -> tuple[float, State]:
        """Cost of a text behind a state, and the state behind it."""
        total = 0.0
        for char in text:
            cost, state = self.step(state, char)
            total += cost
        return total, state

    def step(self, state: State, char: str) -> tuple[float, State]:
        """Cost of one character behind a state, and the state behind it."""
        if not is_han(char):
            return self._mark(char), START
        code = self._fold.get(ord(char), ord(char))
        total, hashes = self._extend(state, code, char)
        keep = self._longest - 1
        behind = (*hashes, SEED)[-keep - 1 :]
        forwards = (*(share / total for share in state.forwards), 1.0)[-keep - 1 :]
        return -math.log(total), State(behind, forwards)

    def _extend(self, state: State, code: int, char: str) -> tuple[float, list[int]]:
        total = 0.0
        hashes = []
        floor = _floor(char)
        get, probabilities = self._get, self._probabilities
        for before, share in zip(state.hashes, state.forwards, strict=True):
            after = extend(before, code)
            hashes.append(after)
            level = get(after)
            if before == SEED:
                alone = probabilities[level] if level >= 0 else self._unseen
                total += share * min(alone, math.exp(-floor))
            elif level >= 0 and floor < FLOORS[3]:
                total += share * probabilities[level]
        return total, hashes

    def choices(self, state: State, chars: Iterable[str]) -> list[tuple[float, str]]:
        """Costs of several characters in the same place, the least first."""
        fold = self._fold
        found = []
        for char in chars:
            if is_han(char):
                total, _ = self._extend(state, fold.get(ord(char), ord(char)), char)
                found.append((-math.log(total), char))
            else:
                found.append((self._mark(char), char))
        found.sort()
        return found

    def likely(self, chars: Iterable[str]) -> list[str]:
        """Characters by their own probability, the most probable first."""
        return [char for _, char in self.choices(START, chars)]

    def _mark(self, char: str) -> float:
        if char == LOST:
            return 0.0
        char = _WIDE.get(char, char)
        return ALPHANUMERIC if char < "\x80" else -math.log(MARKS.get(char, OTHER_MARK))
