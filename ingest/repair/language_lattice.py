"""Sums over all ways to cut a stretch of text into words: the arithmetic of the language model.

A word follows another with the probability `P(word) * (rest(before) + boost(before, word))`;
the boost is zero for most pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.repair.language_table import MASK, MULTIPLIER, SEED, Table, extend, follow

#: The greatest level in the table of pairs.
LEVELS: Final = 63

#: The history before a text of which nothing is known; no word has this hash.
UNKNOWN: Final = 0


class Symbols(NamedTuple):
    """A text as the model sees it: code points, and other things as one code point each.

    `exact` is the spelling that words are looked up by, `simple` the one of pairs.
    """

    exact: Sequence[int]
    simple: Sequence[int]


class State(NamedTuple):
    """A way to have come here: the last word, what it leaves for any word, and the probability."""

    word: int
    rest: float
    mass: float


class Ending(NamedTuple):
    """What can follow at a position of the right context.

    `alone` is the sum over next words of P(word) times what follows; `words` lists their
    hashes with that product for each.
    """

    alone: float
    words: tuple[tuple[int, float], ...]


class Open(NamedTuple):
    """Where words may have started: the hashes of what stands since then, the states there."""

    exact: int
    simple: int
    states: tuple[State, ...]


class Progress(NamedTuple):
    """Where a walk through a text stands: the words under way, the last of them just begun.

    `run` is the symbol of a run of digits or letters that one more character continues, or
    0. `mass` is the probability to be here, of which the states have their shares.
    """

    open: tuple[Open, ...]
    run: int
    mass: float = 1.0


#: The symbols of runs.
_RUNS: Final = (ord("0"), ord("A"))

#: Masses below are scaled up, lest a long text without marks come to nothing.
_LEAST: Final = 1e-100


def is_han(code: int) -> bool:
    return 0x3400 <= code <= 0x9FFF or code == 0x3007


class Lattice:
    """The tables of the model, and sums over them."""

    def __init__(
        self,
        words: Table,
        pairs: Table,
        *,
        word_scale: float,
        pair_scale: float,
        pair_offset: float,
        unseen: float,
        longest: int,
    ) -> None:
        self.words = words
        self._pairs = pairs
        self.word_probabilities = [math.exp(-n / word_scale) for n in range(256)]
        #: Nats of a word by its level; the last, at -1, those of a character that is no word.
        self.word_nats = [*(n / word_scale for n in range(256)), -math.log(unseen)]
        self._rests = [max(n, 0.5) / LEVELS for n in range(LEVELS + 1)]
        self._boosts = [math.exp(n / pair_scale - pair_offset) for n in range(LEVELS + 1)]
        self.unseen = unseen
        self.longest = longest

    def rest(self, word: int) -> float:
        """The share that a word leaves to words of which it says nothing."""
        level = self._pairs.get(follow(word, 0))
        return self._rests[level] if level >= 0 else 1.0

    def words_from(self, text: Symbols, start: int, least: int = 0) -> list[tuple[int, int, float]]:
        """Words that start at a position and end at `least` or behind: end, hash, P(word)."""
        exact, simple = text
        get = self.words.get
        probabilities = self.word_probabilities
        found = []
        state = pair_state = SEED
        for end in range(start + 1, min(len(exact), start + self.longest) + 1):
            code = exact[end - 1]
            if end > start + 1 and not is_han(code):
                break
            same = state == pair_state and code == simple[end - 1]
            state = extend(state, code)
            pair_state = state if same else extend(pair_state, simple[end - 1])
            if end >= least:
                level = get(state)
                if level >= 0:
                    found.append((end, pair_state, probabilities[level]))
                elif end == start + 1:
                    found.append((end, pair_state, self.unseen))
            if end == start + 1 and not is_han(code):
                break
        return found

    def step(self, states: Sequence[State], word: int, probability: float) -> float:
        """Probability to have come to these states and go on with a word."""
        get = self._pairs.get
        boosts = self._boosts
        total = 0.0
        for before, rest, mass in states:
            level = get(follow(before, word))
            if level < 0:
                total += mass * rest * probability
            else:
                # Levels are rounded, and now and then a pair is mistaken for another.
                total += mass * min(1.0, (rest + boosts[level]) * probability)
        return total

    def begin(self, first: State) -> Progress:
        return Progress((Open(SEED, SEED, (first,)),), 0)

    def cost(self, progress: Progress, exact: int, simple: int) -> float:
        """What `advance` says of the cost, in a third of the time."""
        get = self.words.get
        probabilities = self.word_probabilities
        total = 0.0
        for state, pair_state, states in progress.open if is_han(exact) else progress.open[-1:]:
            same = state == pair_state and exact == simple
            # `extend`, written out: this is where the time of a search goes.
            grown = ((state ^ exact) * MULTIPLIER) & MASK
            grown ^= grown >> 32
            level = get(grown)
            if level >= 0:
                probability = probabilities[level]
            elif state == SEED:
                probability = self.unseen
            else:
                continue
            word = grown if same else extend(pair_state, simple)
            total += self.step(states, word, probability)
        return math.log(progress.mass / total)

    def advance(self, progress: Progress, exact: int, simple: int) -> tuple[float, Progress]:
        """Cost of one more symbol, and where the walk stands behind it."""
        han = is_han(exact)
        get, get_pair = self.words.get, self._pairs.get
        boosts = self._boosts
        states = []
        older = []
        total = 0.0
        opened, _, before = progress
        for begun_exact, begun_simple, begun in opened if han else opened[-1:]:
            # `extend`, `step` and `rest`, written out: this is where the time goes.
            state = ((begun_exact ^ exact) * MULTIPLIER) & MASK
            state ^= state >> 32
            if begun_exact == begun_simple and exact == simple:
                word = state
            else:
                word = ((begun_simple ^ simple) * MULTIPLIER) & MASK
                word ^= word >> 32
            older.append(Open(state, word, begun))
            level = get(state)
            if level >= 0:
                probability = self.word_probabilities[level]
            elif begun_exact == SEED:
                probability = self.unseen
            else:
                continue
            here = 0.0
            for last, rest, mass in begun:
                both = (((last << 1) ^ word) * MULTIPLIER) & MASK
                level = get_pair(both ^ (both >> 32))
                if level < 0:
                    here += mass * rest * probability
                else:
                    here += mass * min(1.0, (rest + boosts[level]) * probability)
            both = ((word << 1) * MULTIPLIER) & MASK
            level = get_pair(both ^ (both >> 32))
            states.append(State(word, self._rests[level] if level >= 0 else 1.0, here))
            total += here
        cost = -math.log(total / before)
        if not han:
            fresh = tuple(State(word, rest, mass / total) for word, rest, mass in states)
            return cost, Progress((Open(SEED, SEED, fresh),), exact if exact in _RUNS else 0)
        found = (*older[1 - self.longest :], Open(SEED, SEED, tuple(states)))
        if total > _LEAST:
            return cost, Progress(found, 0, total)
        scaled = tuple(
            Open(
                exact, simple, tuple(State(word, rest, mass / total) for word, rest, mass in begun)
            )
            for exact, simple, begun in found
        )
        return cost, Progress(scaled, 0)

    def endings(self, text: Symbols) -> list[Ending]:
        """For every position of a right context, the ways to go on from there."""
        size = len(text.exact)
        found = [Ending(1.0, ())] * (size + 1)
        for start in reversed(range(size)):
            alone = 0.0
            words = []
            for end, word, probability in self.words_from(text, start):
                follows = self.finish(word, self.rest(word), found[end])
                alone += probability * follows
                words.append((word, probability * follows))
            found[start] = Ending(alone, tuple(words))
        return found

    def finish(self, word: int, rest: float, ending: Ending) -> float:
        """Probability of what follows a word."""
        get = self._pairs.get
        boosts = self._boosts
        total = rest * ending.alone
        for after, follows in ending.words:
            level = get(follow(word, after))
            if level >= 0:
                total += boosts[level] * follows
        return total if ending.words else 1.0

    def between(
        self, begun: Sequence[Open], text: Symbols, size: int, endings: Sequence[Ending]
    ) -> float:
        """Probability of a candidate in its context, summed over the words that touch it.

        `begun` are the words under way in front of it; `text` is the candidate, of `size`
        symbols, and some of what follows; `endings` are those of what follows.
        """
        exact, simple = text
        get, get_pair = self.words.get, self._pairs.get
        probabilities, boosts = self.word_probabilities, self._boosts
        inside: list[list[State]] = [[] for _ in range(size)]
        starts = [(0, self.longest + 1 - len(begun) + nth, word) for nth, word in enumerate(begun)]
        starts += [(at, self.longest, Open(SEED, SEED, ())) for at in range(1, size)]
        total = 0.0
        for start, room, (state, pair_state, came) in starts:
            states = came or inside[start]
            if not states:
                continue
            for end in range(start + 1, min(len(exact), start + room) + 1):
                code = exact[end - 1]
                han = 0x3400 <= code <= 0x9FFF or code == 0x3007
                if not han and state != SEED:
                    break
                same = state == pair_state and code == simple[end - 1]
                # `is_han`, `extend` and `step`, written out: this is where the time of ranking goes.
                state = ((state ^ code) * MULTIPLIER) & MASK
                state ^= state >> 32
                if same:
                    pair_state = state
                else:
                    pair_state = ((pair_state ^ simple[end - 1]) * MULTIPLIER) & MASK
                    pair_state ^= pair_state >> 32
                level = get(state)
                if level >= 0:
                    probability = probabilities[level]
                elif end == start + 1 and room == self.longest:
                    probability = self.unseen
                else:
                    continue
                mass = 0.0
                for last, rest, share in states:
                    both = (((last << 1) ^ pair_state) * MULTIPLIER) & MASK
                    level = get_pair(both ^ (both >> 32))
                    if level < 0:
                        mass += share * rest * probability
                    else:
                        mass += share * min(1.0, (rest + boosts[level]) * probability)
                rest = self.rest(pair_state)
                if end < size:
                    inside[end].append(State(pair_state, rest, mass))
                else:
                    total += mass * self.finish(pair_state, rest, endings[end - size])
                if not han:
                    break
        return total
