"""The most probable characters in the gaps of a region: a beam search around the losses only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ingest.repair.language import SHARPNESS, Model
from ingest.repair.language_lattice import UNKNOWN, Progress, State
from ingest.repair.language_table import SEED, extend
from ingest.repair.mojibake.lossy.gaps import Unit, fitting, reads_so
from ingest.repair.mojibake.lossy.readers import Reader
from ingest.repair.mojibake.lossy.regions import Piece
from ingest.repair.mojibake.plausibility import classes

#: Ways that are followed through a gap, and nats behind the best at which one is given up.
WIDTH: Final = 6
BEHIND: Final = 9.0
#: Characters in front of a gap that the model is told of, and behind it before it is decided.
LEFT: Final = 6
RIGHT: Final = 3
#: Candidates in one place that the model weighs; more are thinned out by their neighbours.
WEIGHED: Final = 14
#: Nats for a place that nothing fits, as for a rare character.
_NOTHING: Final = 12.0

_ANYWHERE: Final = State(UNKNOWN, 1.0, 1.0)

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


class Choice(NamedTuple):
    """A reading of a gap and its probability among those that fit the bytes.

    `alone` tells that nothing else fits.
    """

    text: str
    probability: float
    alone: bool = False


class _Way(NamedTuple):
    cost: float
    progress: Progress
    gaps: tuple[str, ...]


class Search:
    """Readings for the gaps of one region, decided from left to right.

    A gap is decided when `RIGHT` characters behind it are known, or nothing competes.
    `known` is text that survived.
    """

    def __init__(self, model: Model, reader: Reader, left: str, known: str) -> None:
        self._reader = reader
        self._model = model
        self._left = left[-LEFT:]
        self._kinds = frozenset(classes(known))
        scripts = model.scripts(known)
        total = sum(scripts) + 0.1
        self._script_costs = tuple(-math.log((count + 0.05) / total) for count in scripts)
        self._ways: list[_Way] = []
        self._since: list[int] = []
        self._missing: list[float] = []
        self._given_up = 0.0
        self.decided: list[list[Choice]] = []

    def run(self, pieces: Sequence[Piece]) -> list[list[Choice]]:
        """The readings of each gap of a region, in order."""
        for index, piece in enumerate(pieces):
            if not piece.parses:
                self._pass(piece.text)
                continue
            right = pieces[index + 1].text[:1] if index + 1 < len(pieces) else ""
            self._fill(piece, right)
        while self._since:
            self._decide()
        gaps = (piece for piece in pieces if piece.parses)
        return [
            [choices[0]._replace(alone=True)] if _is_alone(piece) else choices
            for piece, choices in zip(gaps, self.decided, strict=True)
        ]

    def _pass(self, text: str) -> None:
        """Go on over text that is known, as far as something is undecided."""
        for at, char in enumerate(text):
            if not self._since:
                self._left = (self._left + text[at:])[-LEFT:]
                self._ways = []
                return
            for nth, way in enumerate(self._ways):
                cost, progress = self._model.advance(way.progress, char)
                self._ways[nth] = _Way(way.cost + cost, progress, way.gaps)
            self._left = (self._left + char)[-LEFT:]
            self._since = [since + 1 for since in self._since]
            while self._since and (self._since[0] >= RIGHT or len(self._ways) == 1):
                self._decide()

    def _fill(self, piece: Piece, right: str) -> None:
        if not self._ways:
            self._ways = [_Way(0.0, self._begin(), ())]
        self._given_up = BEHIND
        grown = [
            way._replace(gaps=(*before.gaps, text))
            for before in self._ways
            for way, text in self._through(before, piece, right)
        ]
        grown.sort(key=lambda way: way.cost)
        best = grown[0].cost
        self._ways = [way for way in grown[: 2 * WIDTH] if way.cost <= best + BEHIND]
        if len(grown) > 2 * WIDTH:
            self._given_up = min(self._given_up, grown[2 * WIDTH].cost - best)
        self._since.append(0)
        # What was given up was worse by this, but it is not impossible.
        self._missing.append(math.exp(-SHARPNESS * self._given_up))
        self._left = (self._left + self._ways[0].gaps[-1])[-LEFT:]

    def _begin(self) -> Progress:
        model = self._model
        progress = model.lattice.begin(_ANYWHERE)
        for char in self._left:
            _, progress = model.advance(progress, char)
        return progress

    def _through(self, before: _Way, piece: Piece, right: str) -> Iterator[tuple[_Way, str]]:
        for parse in piece.parses:
            ways = [(before.cost + parse.cost, before.progress, "")]
            last = len(parse.units) - 1
            for nth, unit in enumerate(parse.units):
                behind = right if nth == last else ""
                ways = [grown for way in ways for grown in self._over(way, unit, behind)]
                ways.sort(key=lambda way: way[0])
                if len(ways) > WIDTH and nth < last:
                    self._given_up = min(self._given_up, ways[WIDTH][0] - ways[0][0])
                    ways = ways[:WIDTH]
            if last and piece.gap is not None and not piece.gap.dropped:
                # Bytes of two characters may have been lost as one.
                gap, reader = piece.gap, self._reader
                fit = [way for way in ways if reads_so(way[2], gap, reader)]
                if fit and fit[0] != ways[0]:
                    self._given_up = 0.0
                ways = fit or ways
            for cost, progress, text in ways[:WIDTH]:
                yield _Way(cost, progress, ()), text

    def _over(
        self, way: tuple[float, Progress, str], unit: Unit, right: str
    ) -> Iterator[tuple[float, Progress, str]]:
        cost, progress, text = way
        if isinstance(unit, str):
            for char in unit:
                more, progress = self._model.advance(progress, char)
                cost += more
            yield cost, progress, text + unit
            return
        candidates: Sequence[tuple[str, str]] = fitting(unit)
        if not candidates:
            more, progress = self._model.advance(progress, "\ufffd")
            yield cost + more + _NOTHING, progress, text + "\ufffd"
            return
        if len(candidates) > WEIGHED:
            candidates = self._thinned(candidates, (self._left + text)[-1:], right)
        for char, kind in candidates:
            more, after = self._model.advance(progress, char)
            yield cost + more + self._beyond(char, kind), after, text + char

    def _beyond(self, char: str, kind: str) -> float:
        """Nats of a character beyond what the Han model says of it."""
        if kind in "hH":
            simplified, traditional = self._model.scripts(char)
            if simplified:
                return self._script_costs[0]
            return self._script_costs[1] if traditional else 0.0
        nats = _SIGNS.get(char) or _BEYOND[kind]
        if kind in self._kinds or kind in "apq":
            return nats
        return nats + (_FOREIGN if kind in "kts" else _STRANGE)

    def _thinned(
        self, candidates: Sequence[tuple[str, str]], left: str, right: str
    ) -> Sequence[tuple[str, str]]:
        """The most common ones, and those that make a word with a neighbour.

        Levels of the model count down from the most probable word: a word of two characters
        costs its level less that of the neighbour.
        """
        get = self._model.lattice.words.get
        before = extend(SEED, ord(left)) if left else 0
        saved_left = get(before) if left else 0
        behind = ord(right) if right else 0
        saved_right = get(extend(SEED, behind)) if right else 0

        def level(candidate: tuple[str, str]) -> int:
            code = ord(candidate[0])
            alone = extend(SEED, code)
            best = get(alone)
            if best < 0:
                best = 255
            if before:
                found = get(extend(before, code))
                if found >= 0:
                    best = min(best, found - saved_left)
            if behind:
                found = get(extend(alone, behind))
                if found >= 0:
                    best = min(best, found - saved_right)
            return best

        ranked = sorted(candidates, key=level)
        odds = self._model.lattice.word_probabilities
        best, next_best = (max(0, level(ranked[at])) for at in (0, WEIGHED))
        self._given_up = min(self._given_up, math.log(odds[best] / odds[next_best]))
        return ranked[:WEIGHED]

    def _decide(self) -> None:
        """Settle the oldest gap; ways that disagree are given up."""
        best = min(way.cost for way in self._ways)
        masses: dict[str, float] = {}
        for way in self._ways:
            text = way.gaps[0]
            masses[text] = masses.get(text, 0.0) + math.exp(best - way.cost)
        sharpened = {text: mass**SHARPNESS for text, mass in masses.items()}
        total = sum(sharpened.values()) + self._missing.pop(0)
        order = sorted(sharpened, key=lambda text: -sharpened[text])
        self.decided.append([Choice(text, sharpened[text] / total) for text in order])
        self._ways = [
            way._replace(gaps=way.gaps[1:]) for way in self._ways if way.gaps[0] == order[0]
        ]
        del self._since[0]


def _is_alone(piece: Piece) -> bool:
    """Whether the bytes allow one reading only."""
    return len(piece.parses) == 1 and all(
        isinstance(unit, str) or unit.only for unit in piece.parses[0].units
    )
