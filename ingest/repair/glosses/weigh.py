"""How probable a piece of the original is.

Two measures share the language model's tables. The quick one knows words but not which
word follows which, and is cheap enough to follow every way through a damaged place; the
full one decides among the few that are left. Costs are in nats (negative log
probabilities) and add up from character to character.
"""

from __future__ import annotations

import functools
import math
import string
from collections.abc import Iterable, Sequence
from typing import Final

from ingest.repair import language
from ingest.repair.glosses import signs
from ingest.repair.glosses.signs import FOLDED, LOST, MARKS, WIDENED, is_han, known
from ingest.repair.language_cache import Cache
from ingest.repair.language_lattice import Progress
from ingest.repair.language_table import MASK, MULTIPLIER, extend

#: Cost of a full-width letter or sign, which the full measure takes for any.
ODD_MARK: Final = 6.0

#: Cost of a stop behind another stop or an opening mark. The model sees marks one by one;
#: in 400,000 characters of the first halves such pairs are a twentieth of what it expects.
TWO_STOPS: Final = 3.0
_STOPS: Final = frozenset("，。、；：！？")
_BEFORE_NO_STOP: Final = _STOPS | frozenset("（《“「")

#: Quotation marks that the model takes for one another, and how many of either kind a page
#: is taken to show before it shows any.
QUOTES: Final = ("“「", "”」", "‘『", "’』")
QUOTES_LEAST: Final = 0.2

#: Share of ideographic spaces among all characters.
SPACE: Final = 0.001

#: Microseconds that the measures take: a quick step, one of several choices, a full step, a
#: ranking, and one of those ranked.
STEP_WORK: Final = 4
CHOICE_WORK: Final = 2
ADVANCE_WORK: Final = 20
RANK_WORK: Final = 300
RANKED_WORK: Final = 25

#: Characters of context on either side that a ranking is given.
REACH: Final = 6

#: Characters of left context that cost a measure of a few characters.
NEAR: Final = 6

#: Costs of the first letter or digit of a row, which the model has one symbol for.
_ALPHANUMERIC: Final = {
    **dict.fromkeys(string.ascii_letters, -math.log(language.SYMBOL_SHARES["A"])),
    **dict.fromkeys(string.digits, -math.log(language.SYMBOL_SHARES["0"])),
}


#: What the next character depends on: for each word under way, the model's hash of its
#: characters so far, and the probability of all before it as a share of that of all so far.
State = tuple[tuple[int, float], ...]

START: Final[State] = ()


class Weigher:
    """Costs of characters one after another; what is so far is in `State`.

    `document` is the page without its readings: its own words are the best witness.
    `work` counts what was asked, in units of about a microsecond.
    """

    def __init__(self, document: str) -> None:
        self._model = language.han()
        lattice = self._model.lattice
        self._get = lattice.words.get
        self._probabilities = lattice.word_probabilities
        self._longest = lattice.longest
        self._document = document
        self._present = frozenset(document)
        self.work = 0
        self._quotes: dict[str, float] = {}
        for alike in QUOTES:
            counts = [document.count(quote) + QUOTES_LEAST for quote in alike]
            for quote, count in zip(alike, counts, strict=True):
                self._quotes[quote] = -math.log(count / sum(counts))

    @functools.cached_property
    def _cache(self) -> Cache:
        return self._model.cache(self._document)

    def start(self, left: str) -> State:
        """State behind a text that stands to the left."""
        return self.run(START, left[-NEAR:])[1]

    def run(self, state: State, text: str) -> tuple[float, State]:
        """Quick cost of a text behind a state, and the state behind it."""
        total = 0.0
        for char in text:
            cost, state = self.step(state, char)
            total += cost
        return total, state

    def step(self, state: State, char: str) -> tuple[float, State]:
        """Quick cost of one character behind a state, and the state behind it."""
        self.work += STEP_WORK
        code, first, total, mark = known(char)
        if not code:
            return mark, START
        get, probabilities = self._get, self._probabilities
        grown = []
        for word, share in state:
            word = ((word ^ code) * MULTIPLIER) & MASK
            word ^= word >> 32
            grown.append((word, share))
            level = get(word)
            if level >= 0:
                total += share * probabilities[level]
        scale = 1.0 / total
        after = [(word, share * scale) for word, share in grown[2 - self._longest :]]
        after.append((first, scale))
        return -math.log(total), tuple(after)

    def choices(self, state: State, chars: Iterable[str]) -> list[tuple[float, str]]:
        """Quick costs of several characters in the same place, the least first."""
        found = []
        get, probabilities = self._get, self._probabilities
        log = math.log
        for char in chars:
            code, _, total, mark = known(char)
            if not code:
                found.append((mark, char))
                continue
            for word, share in state:
                # `extend`, written out.
                word = ((word ^ code) * MULTIPLIER) & MASK
                level = get(word ^ (word >> 32))
                if level >= 0:
                    total += share * probabilities[level]
            found.append((-log(total), char))
        found.sort()
        self.work += CHOICE_WORK * len(found)
        return found

    def openings(self, chars: Iterable[str], right: str) -> list[tuple[float, str]]:
        """Quick costs of several characters where a word begins, with the two that follow."""
        get, probabilities = self._get, self._probabilities
        log = math.log
        codes: list[int] = []
        rests = [1.0]
        for char in reversed(right[:2]):
            code, first, alone, mark = known(char)
            rest = (alone or math.exp(-mark)) * rests[-1]
            if code and codes and codes[-1]:
                level = get(extend(first, codes[-1]))
                if level >= 0:
                    rest += probabilities[level]
            codes.append(code)
            rests.append(rest)
        codes.reverse()
        rests.reverse()
        found = []
        for char in chars:
            code, word, alone, mark = known(char)
            if not code:
                found.append((mark - log(rests[0]), char))
                continue
            total = alone * rests[0]
            for code, rest in zip(codes, rests[1:], strict=True):
                if not code:
                    break
                word = extend(word, code)
                level = get(word)
                if level >= 0:
                    total += probabilities[level] * rest
            found.append((-log(total), char))
        found.sort()
        self.work += CHOICE_WORK * len(found)
        return found

    def begin(self, left: str) -> Progress:
        """Where the full measure stands behind a text."""
        return self._model.begin(left[-NEAR:].translate(WIDENED))

    def advance(self, progress: Progress, before: str, char: str) -> tuple[float, Progress]:
        """Full cost of a character, and where the measure stands behind it."""
        if char == LOST:
            return 0.0, self._model.begin()
        self.work += ADVANCE_WORK
        char = char.translate(WIDENED)
        cost, progress = self._model.advance(progress, char)
        return cost + self._odd(before.translate(WIDENED), char), progress

    def full(self, left: str, texts: Sequence[str]) -> list[float]:
        """Full costs of several texts behind the same left context."""
        begin = self.begin(left)
        costs = []
        for text in texts:
            total, progress, before = 0.0, begin, left[-1:]
            for char in text:
                cost, progress = self.advance(progress, before, char)
                total += cost
                before = char
            costs.append(total)
        return costs

    def rank(self, left: str, options: Sequence[str], right: str) -> list[tuple[str, float]]:
        """Choices for one place in its context, the most probable first."""
        left, right = left[-REACH:].translate(WIDENED), right[:REACH].translate(WIDENED)
        self.work += RANK_WORK + RANKED_WORK * len(options)
        weights = []
        for option, share in self._model.rank(left, options, right, self._cache):
            odd = 0.0
            before = left[-1:]
            for char in option:
                odd += self._odd(before, char)
                before = char
            odd += TWO_STOPS if before in _BEFORE_NO_STOP and right[:1] in _STOPS else 0.0
            weights.append((option, share * math.exp(-odd)))
        total = sum(share for _, share in weights) or 1.0
        weights.sort(key=lambda item: -item[1])
        return [(option, share / total) for option, share in weights]

    def possible(self, chars: tuple[str, ...]) -> list[str]:
        """Those that can stand for a lost character: no sign that the page shows nowhere else."""
        likely, rare = signs.possible(chars)
        return [*likely, *(sign for sign in rare if self._shows(sign))]

    def _shows(self, char: str) -> bool:
        return char in self._present or char.translate(FOLDED) in self._present

    def _odd(self, before: str, char: str) -> float:
        """What the full measure does not know of a character behind another."""
        if char in _ALPHANUMERIC:
            return 0.0 if before in _ALPHANUMERIC else _ALPHANUMERIC[char]
        if char in _STOPS:
            return TWO_STOPS if before in _BEFORE_NO_STOP else 0.0
        if char in self._quotes:
            return self._quotes[char]
        if char == "　":
            # The model passes over spaces; this one stands where a paragraph begins.
            return -math.log(SPACE)
        return ODD_MARK if char > "\x7f" and not is_han(char) and char not in MARKS else 0.0
