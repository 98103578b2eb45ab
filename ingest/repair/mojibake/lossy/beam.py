"""The most probable characters in the gaps of a region: a beam search around the losses only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ingest.repair.language import SHARPNESS, Model
from ingest.repair.language_lattice import UNKNOWN, Progress, State
from ingest.repair.mojibake.lossy.gaps import Unit, reads_so
from ingest.repair.mojibake.lossy.priors import Priors
from ingest.repair.mojibake.lossy.readers import Reader
from ingest.repair.mojibake.lossy.regions import Piece

#: Ways that are followed through a gap, ways that go on behind it, and nats behind the best
#: at which one is given up. Twice as many bring back one item more in a hundred of twenty
#: characters (tuning halves, UTF-8 read as EUC-KR with `?`), in 1.3 of the time.
WIDTH: Final = 12
ONWARD: Final = 8
BEHIND: Final = 9.0
#: Characters in front of a gap that the model is told of, and behind it before it is decided.
LEFT: Final = 6
RIGHT: Final = 3
#: Nats for a place that nothing fits, as for a rare character.
_NOTHING: Final = 16.0

_ANYWHERE: Final = State(UNKNOWN, 1.0, 1.0)

#: A way within a gap: nats less what the character behind the gap will save, nats, where the
#: model stands, the character that it has not been told of yet, the text of the gap so far
#: and those of undecided gaps before it. Most ways are given up before they are told.
_Step = tuple[float, float, Progress, str, str, tuple[str, ...]]


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
    `known` is text that survived; `weighed` counts the candidates that the model was asked of.
    """

    def __init__(self, model: Model, reader: Reader, left: str, known: str) -> None:
        self._model = model
        self._reader = reader
        self._priors = Priors(model, known)
        self._left = ""
        self._ways: list[_Way] = []
        self._since: list[int] = []
        self._missing: list[float] = []
        self._given_up = 0.0
        self._before = left[-LEFT:]
        self._decided: list[list[Choice]] = []
        self.weighed = 0

    def run(self, ways: Sequence[tuple[float, Sequence[Piece]]]) -> list[list[Choice]]:
        """The readings of each gap of a region, in order.

        `ways` are the region as each style of its reader has it, with the nats of the style.
        """
        found = [self._readings(pieces) for _, pieces in ways]
        if len(found) == 1:
            return found[0]
        nats = [
            style + self._cost(pieces, one)
            for (style, pieces), one in zip(ways, found, strict=True)
        ]
        masses = [math.exp(SHARPNESS * (min(nats) - one)) for one in nats]
        shares = [mass / sum(masses) for mass in masses]
        return [_mixed(choices, shares) for choices in zip(*found, strict=True)]

    def _cost(self, pieces: Sequence[Piece], found: Sequence[Sequence[Choice]]) -> float:
        """Nats of a region with its best readings, and of how these come about."""
        choices = iter(found)
        text = ""
        nats = 0.0
        for piece in pieces:
            if not piece.parses:
                text += piece.text
                continue
            best = next(choices)[0].text
            text += best
            nats += piece.parses[0].cost + sum(map(self._beyond, best))
        return nats - self._model.score(text)

    def _beyond(self, char: str) -> float:
        return _NOTHING if char == "\ufffd" else self._priors.nats(char)

    def _readings(self, pieces: Sequence[Piece]) -> list[list[Choice]]:
        self._left = self._before
        self._decided = []
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
            for piece, choices in zip(gaps, self._decided, strict=True)
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
            if len(self._ways) > 1:
                limit = min(way.cost for way in self._ways) + BEHIND
                self._ways = [way for way in self._ways if way.cost <= limit]
            self._left = (self._left + char)[-LEFT:]
            self._since = [since + 1 for since in self._since]
            while self._since and (self._since[0] >= RIGHT or len(self._ways) == 1):
                self._decide()

    def _fill(self, piece: Piece, right: str) -> None:
        if not self._ways:
            self._ways = [_Way(0.0, self._begin(), ())]
        self._given_up = BEHIND
        self._ways.sort(key=lambda way: way.cost)
        grown = sorted(self._through(piece, right), key=lambda step: step[0])
        best = grown[0][0]
        self._ways = []
        for step in grown[:ONWARD]:
            if step[0] <= best + BEHIND:
                _, cost, progress, _, text, gaps = self._told(step)
                self._ways.append(_Way(cost, progress, (*gaps, text)))
        if len(grown) > ONWARD:
            self._given_up = min(self._given_up, grown[ONWARD][0] - best)
        self._since.append(0)
        # What was given up was worse by this, but it is not impossible.
        self._missing.append(math.exp(-SHARPNESS * self._given_up))
        self._left = (self._left + self._ways[0].gaps[-1])[-LEFT:]

    def _begin(self) -> Progress:
        progress = self._model.lattice.begin(_ANYWHERE)
        for char in self._left:
            _, progress = self._model.advance(progress, char)
        return progress

    def _told(self, step: _Step) -> _Step:
        rank, cost, progress, char, text, gaps = step
        if char:
            _, progress = self._model.advance(progress, char)
        return rank, cost, progress, "", text, gaps

    def _through(self, piece: Piece, right: str) -> Iterator[_Step]:
        for parse in piece.parses:
            steps: list[_Step] = [
                (way.cost + parse.cost, way.cost + parse.cost, way.progress, "", "", way.gaps)
                for way in self._ways
            ]
            last = len(parse.units) - 1
            for nth, unit in enumerate(parse.units):
                behind = right if nth == last else ""
                # What looks worse than this by its neighbours alone will not come first.
                limit = BEHIND - parse.cost + steps[0][0]
                steps = [
                    grown
                    for step in steps
                    for grown in self._over(
                        self._told(step), unit, behind, max(0.0, limit - step[0])
                    )
                ]
                steps.sort(key=lambda step: step[0])
                if len(steps) > WIDTH and nth < last:
                    self._given_up = min(self._given_up, steps[WIDTH][0] - steps[0][0])
                    steps = steps[:WIDTH]
            if parse.loose and piece.gap is not None:
                # Bytes of two characters may have been lost as one.
                gap, reader = piece.gap, self._reader
                fits = (step for step in steps if reads_so(step[4], gap, reader))
                fit = list(islice(fits, WIDTH))
                if fit and fit[0] != steps[0]:
                    self._given_up = 0.0
                steps = fit or steps
            yield from steps[: ONWARD + 1]

    def _over(self, step: _Step, unit: Unit, right: str, limit: float) -> Iterator[_Step]:
        _, cost, progress, _, text, gaps = step
        if isinstance(unit, str):
            for char in unit:
                more, progress = self._model.advance(progress, char)
                cost += more
            yield cost, cost, progress, "", text + unit, gaps
            return
        candidates, behind = self._priors.candidates(unit, (self._left + text)[-1:], right)
        self._given_up = min(self._given_up, behind)
        self.weighed += len(candidates)
        if not candidates:
            more, progress = self._model.advance(progress, "\ufffd")
            cost += more + _NOTHING
            yield cost, cost, progress, "", text + "\ufffd", gaps
        for behind, char, nats, saved in candidates:
            if behind > limit:
                break
            here = cost + self._model.cost(progress, char) + nats
            yield here - saved, here, progress, char, text + char, gaps

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
        self._decided.append([Choice(text, sharpened[text] / total) for text in order])
        self._ways = [
            way._replace(gaps=way.gaps[1:]) for way in self._ways if way.gaps[0] == order[0]
        ]
        del self._since[0]


def _mixed(found: Sequence[Sequence[Choice]], shares: Sequence[float]) -> list[Choice]:
    """Readings of one gap, where either of two styles may be the reader's."""
    if len({choices[0] for choices in found}) == 1 and found[0][0].alone:
        return list(found[0])
    masses: dict[str, float] = {}
    for choices, share in zip(found, shares, strict=True):
        for text, probability, _ in choices:
            masses[text] = masses.get(text, 0.0) + share * probability
    order = sorted(masses, key=lambda text: -masses[text])
    return [Choice(text, masses[text]) for text in order]


def _is_alone(piece: Piece) -> bool:
    """Whether the bytes allow one reading only."""
    return len(piece.parses) == 1 and all(
        isinstance(unit, str) or unit.only for unit in piece.parses[0].units
    )
