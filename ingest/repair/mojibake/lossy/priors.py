"""What speaks for a character in a gap beside the words that it makes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from ingest.repair.language import Model
from ingest.repair.language_table import SEED, extend
from ingest.repair.mojibake.lossy.candidates import Pattern, fitting
from ingest.repair.mojibake.plausibility import classes

#: Candidates in one place that the model weighs; more are thinned out by their neighbours.
WEIGHED: Final = 14

# Nats of a character by its class beyond what the Han model says, which has one symbol for
# all that is neither Han nor common punctuation; from shares of running text.
_BEYOND: Final = {
    "a": 0.0,
    "k": 4.0,
    "p": 0.0,
    "P": 8.0,
    "t": 4.2,
    "s": 7.5,
    "c": 3.3,
    "C": 5.0,
    "l": 4.5,
    "L": 6.0,
    "q": 2.0,
    "m": 7.0,
    "o": 5.0,
}
#: The same for signs that the model takes for others, or passes over; shares of 2.5 million
#: characters of Chinese text.
_SIGNS: Final = {
    **dict.fromkeys("，、。（）：；“”《》「」·！？—…", 0.01),
    **dict.fromkeys("【】〔〕〈〉『』．～－‧＋＝／", 4.0),
    **dict.fromkeys("０１２３４５６７８９％", 5.0),
    "\u3000": 8.0,
}
#: Nats for a character of a class that nothing of the region has that survived.
_STRANGE: Final = 5.0
#: The same for kana and Hangul, of which no text has a single one.
_FOREIGN: Final = 12.0


class Priors:
    """What is known of a region before its gaps are looked at: its scripts and classes."""

    def __init__(self, model: Model, known: str) -> None:
        self._model = model
        self._kinds = frozenset(classes(known)) | frozenset("apq")
        scripts = model.scripts(known)
        total = sum(scripts) + 0.1
        self._script_costs = tuple(-math.log((count + 0.05) / total) for count in scripts)
        self._beyond: dict[str, float] = {}
        self._candidates: dict[
            tuple[Pattern, str, str], tuple[Sequence[tuple[str, float]], float]
        ] = {}

    def candidates(
        self, unit: Pattern, left: str, right: str
    ) -> tuple[Sequence[tuple[str, float]], float]:
        """Characters that fit, each with its nats, and how far behind those left out are.

        Where too many fit, the most common ones are taken, and those that make a word with
        the character on either side.
        """
        key = (unit, left, right)
        found = self._candidates.get(key)
        if found is None:
            fit: Sequence[tuple[str, str]] = fitting(unit)
            behind = math.inf
            if len(fit) > WEIGHED:
                fit, behind = self._thinned(fit, left, right)
            found = self._candidates[key] = (
                [(char, self._nats(char, kind)) for char, kind in fit],
                behind,
            )
        return found

    def _nats(self, char: str, kind: str) -> float:
        nats = self._beyond.get(char)
        if nats is None:
            nats = self._beyond[char] = self._nats_anew(char, kind)
        return nats

    def _nats_anew(self, char: str, kind: str) -> float:
        if kind in "hH":
            simplified, traditional = self._model.scripts(char)
            if simplified:
                return self._script_costs[0]
            return self._script_costs[1] if traditional else 0.0
        nats = _SIGNS.get(char) or _BEYOND[kind]
        if kind in self._kinds:
            return nats
        return nats + (_FOREIGN if kind in "kts" else _STRANGE)

    def _thinned(
        self, candidates: Sequence[tuple[str, str]], left: str, right: str
    ) -> tuple[Sequence[tuple[str, str]], float]:
        # Levels count down from the most probable word: a word of two characters costs its
        # level less that of the neighbour.
        get = self._model.lattice.words.get
        before = extend(SEED, ord(left)) if left else 0
        behind = ord(right) if right else 0
        saved_left = get(before) if left else 0
        saved_right = get(extend(SEED, behind)) if right else 0

        def level(candidate: tuple[str, str]) -> int:
            code = ord(candidate[0])
            alone = extend(SEED, code)
            best = get(alone)
            if best < 0:
                best = 255
            if before and (found := get(extend(before, code))) >= 0:
                best = min(best, found - saved_left)
            if behind and (found := get(extend(alone, behind))) >= 0:
                best = min(best, found - saved_right)
            return max(0, best)

        ranked = sorted(candidates, key=level)
        odds = self._model.lattice.word_probabilities
        return (
            ranked[:WEIGHED],
            math.log(odds[level(ranked[0])] / odds[level(ranked[WEIGHED])]),
        )
