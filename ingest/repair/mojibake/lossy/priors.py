"""What speaks for a character in a gap beside the words that it makes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.repair.language import Model
from ingest.repair.language_table import MASK, MULTIPLIER
from ingest.repair.mojibake.lossy.candidates import (
    BEYOND,
    SIMPLIFIED,
    TRADITIONAL,
    Pattern,
    fitting,
    known,
)
from ingest.repair.mojibake.plausibility import classes

#: Candidates in one place that the model weighs; more are thinned out by their neighbours.
WEIGHED: Final = 24

#: Nats for a character of a class that nothing of the region has that survived.
_STRANGE: Final = 5.0
#: The same for kana and Hangul, of which no text has a single one.
_FOREIGN: Final = 12.0


class Weighed(NamedTuple):
    """A character that fits a place.

    `behind` says by how many nats it looks worse than the best one, by its neighbours alone;
    `nats` is what speaks against it beside the model; `saved` are nats that the character
    behind it will save when the model comes to it, as far as the two make a word.
    """

    behind: float
    char: str
    nats: float
    saved: float


class Priors:
    """What is known of a region before its gaps are looked at: its scripts and classes."""

    def __init__(self, model: Model, text: str) -> None:
        self._model = model
        kinds = frozenset(classes(text)) | frozenset("hHapq")
        counts = model.scripts(text)
        total = sum(counts) + 0.1
        self._nats = {
            kind: _FOREIGN if kind in "kts" else _STRANGE for kind in BEYOND if kind not in kinds
        }
        self._nats |= dict.fromkeys(kinds, 0.0)
        for script, count in zip((SIMPLIFIED, TRADITIONAL), counts, strict=True):
            self._nats[script] = -math.log((count + 0.05) / total)
        self._candidates: dict[tuple[Pattern, str, str], tuple[Sequence[Weighed], float]] = {}

    def nats(self, char: str) -> float:
        """Nats of a character beside what the model says of it."""
        found = known(char)
        return 0.0 if found is None else found.beyond + self._nats[found.kind]

    def candidates(self, unit: Pattern, left: str, right: str) -> tuple[Sequence[Weighed], float]:
        """Characters that fit, the likeliest first, and how far behind in nats those left out are.

        What is likely is common, or makes a word with the character on either side.
        """
        key = (unit, left, right)
        found = self._candidates.get(key)
        if found is None:
            ranked = self._weighed(unit, left, right)
            best = ranked[0][0] if ranked else 0.0
            found = self._candidates[key] = (
                [
                    Weighed(said - best, char, prior, saved)
                    for said, char, prior, saved in ranked[:WEIGHED]
                ],
                ranked[WEIGHED][0] - best if len(ranked) > WEIGHED else math.inf,
            )
        return found

    def _weighed(
        self, unit: Pattern, left: str, right: str
    ) -> list[tuple[float, str, float, float]]:
        """What `Weighed` says of each character that fits, but by nats and not by how far behind."""
        # A word of two characters saves its neighbour's nats. This is where much of the time
        # goes: `extend` is written out.
        lattice = self._model.lattice
        get, nats = lattice.words.get, lattice.word_nats
        by_kind = self._nats
        before, behind = known(left), known(right)
        found = []
        for char, kind, code, alone, own, beyond in fitting(unit):
            prior = beyond + by_kind[kind]
            said = own
            if before is not None:
                state = ((before.alone ^ code) * MULTIPLIER) & MASK
                level = get(state ^ (state >> 32))
                if level >= 0 and nats[level] - before.nats < own:
                    said = nats[level] - before.nats
            saved = 0.0
            if behind is not None:
                state = ((alone ^ behind.code) * MULTIPLIER) & MASK
                level = get(state ^ (state >> 32))
                if level >= 0:
                    saved = max(0.0, own + behind.nats - nats[level])
            found.append((said + prior - saved, char, prior, saved))
        found.sort()
        return found
