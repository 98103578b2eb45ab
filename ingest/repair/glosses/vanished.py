"""Pairs of bytes that vanished from a run without a trace.

The decoder drops user-defined codes. In a run that is out of step such a pair is the trail
byte of one character and the lead byte of the next; without it the two come out as one, made
of the first byte of the first and the last of the second. Only improbable neighbours show
that. What can stand there is not much: the lost bytes are of the user-defined kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import converted
from ingest.repair.glosses.signs import LOST, common, is_han
from ingest.repair.glosses.ways import GONE_COST, ODD_COST, VANISHED_COST, Unit, Way
from ingest.repair.glosses.weigh import START, Weigher

#: Cost in nats, of a character and the one behind it, from which the place is looked into.
#: On the tuning texts 99 of 100 pairs that vanished cost as much, and three in ten places
#: where none did.
SUSPICIOUS: Final = 11.0

#: Pairs of characters that are ranked with the full measure. The right one is among the 12
#: that the quick one likes best in 96 of 100 places, among 16 in 97.
RANKED: Final = 16

#: Those that cost so much more than the likeliest are not ranked.
MARGIN: Final = 7.0

#: Where the quick measure finds two characters so much dearer than one, the full one agreed
#: in all of 270 places of the tuning texts but one.
HOPELESS: Final = 9.5

#: Where two characters have so small a share of what one has, three are not thought of.
SETTLED: Final = 0.002

#: Choices for the first character.
FIRST: Final = 8

#: Characters to the right that are weighed.
REACH: Final = 6


class Vanished:
    """Looks for vanished pairs on one page."""

    def __init__(self, annotated: Mapping[str, str], weigher: Weigher) -> None:
        self._annotated = annotated
        self._weigher = weigher
        self._possible: dict[tuple[str, ...], list[str]] = {}
        self._known: dict[tuple[str, str, str], tuple[Unit, ...]] = {}

    def mend(self, way: Way, left: str, right: str) -> Way:
        """Put characters in where a way joins two to an improbable one.

        The cost of what comes back is by the full measure, and with that of the text behind.
        """
        weigher = self._weigher
        units: list[Unit] = []
        done = left
        text = way.text + right
        total = way.extra
        behind = weigher.begin(left)
        cost, ahead = None, behind
        for index, unit in enumerate(way.units):
            if cost is None:
                cost, ahead = weigher.advance(behind, done[-1:], unit.char)
            more, further = weigher.advance(ahead, unit.char, text[index + 1 : index + 2])
            chosen: tuple[Unit, ...] = (unit,)
            if len(unit.options) == 1 and unit.char not in self._annotated:
                odd = not self.usable((unit.char,))
                if odd or cost + more >= SUSPICIOUS:
                    chosen = self._remembered(done, unit, text[index + 1 :][:REACH])
            units += chosen
            if len(chosen) == 1:
                total += cost
                done, behind, cost, ahead = done + unit.char, ahead, more, further
                continue
            total += VANISHED_COST if len(chosen) == 2 else 2 * VANISHED_COST + GONE_COST
            for one in chosen:
                cost, behind = weigher.advance(behind, done[-1:], one.char)
                total += cost
                done += one.char
            cost = None
        for char in right:
            cost, behind = weigher.advance(behind, done[-1:], char)
            total += cost
            done += char
        chars = "".join(unit.char for unit in units)
        return way._replace(units=tuple(units), text=chars, cost=total)

    def _remembered(self, left: str, unit: Unit, right: str) -> tuple[Unit, ...]:
        """What `_weighed` says; ways have most of their places in common."""
        place = (left[-REACH:], unit.char, right)
        if place not in self._known:
            self._known[place] = self._weighed(left, unit, right)
        return tuple(one._replace(end=unit.end) for one in self._known[place])

    def _weighed(self, left: str, unit: Unit, right: str) -> tuple[Unit, ...]:
        """Weigh one character against two, or three."""
        pair = octets.pair(unit.char)
        if not pair:
            return (unit,)
        found = self.pairs(left, pair, right)
        weigher = self._weigher
        if not found or self._hopeless(left, unit.char, found[0], right[:2]):
            return (unit,)
        odd = ODD_COST if unit.char in converted() else 0.0
        odd += ODD_COST if is_han(unit.char) and not common(unit.char) else 0.0
        ranked = {
            one: share * (math.exp(-odd) if one == unit.char else 1.0)
            for one, share in weigher.rank(left, [unit.char, *found], right)
        }
        as_it_is = ranked.pop(unit.char)
        ranked = {both: share * math.exp(-VANISHED_COST) for both, share in ranked.items()}
        two = sum(ranked.values())
        if two < SETTLED * as_it_is:
            return (unit._replace(share=as_it_is / (as_it_is + two)),)
        best = max(ranked, key=lambda both: ranked[both])
        # Two pairs in a row leave nothing of the character between them.
        costs = weigher.full(left, [best + right, best[0] + LOST + best[1] + right])
        more = costs[0] - costs[1] - GONE_COST - VANISHED_COST
        three = ranked[best] * math.exp(min(more, 30.0))
        total = as_it_is + two + three
        if as_it_is >= max(two, three):
            return (unit._replace(share=as_it_is / total),)
        firsts, lasts = octets.around(*pair)
        if three > two:
            share = three / total
            return (
                Unit(unit.end, best[0], firsts, share=share),
                Unit(unit.end, LOST, (), gone=True, share=share),
                Unit(unit.end, best[1], lasts, share=share),
            )
        share = two / total
        pairs = tuple(sorted(((b, s / two) for b, s in ranked.items()), key=lambda item: -item[1]))
        return (
            Unit(unit.end, best[0], firsts, share=share),
            Unit(unit.end, best[1], lasts, share=share, pairs=pairs),
        )

    def _hopeless(self, left: str, one: str, both: str, right: str) -> bool:
        """Whether two characters cost so much more than one that the full measure agrees."""
        state = self._weigher.start(left)
        least = self._weigher.run(state, one + right)[0] + HOPELESS
        return self._weigher.run(state, both + right)[0] > least

    def pairs(self, left: str, pair: tuple[int, int], right: str) -> list[str]:
        """The likeliest two characters whose outer bytes are known, the cheapest first."""
        weigher = self._weigher
        state = weigher.start(left)
        costs: dict[str, float] = {}
        rest = weigher.run(START, right[:2])[0]
        for firsts, seconds in octets.VANISHING:
            ones = self.usable(octets.chars((pair[0],), firsts))
            twos = self.usable(octets.chars(seconds, (pair[1],)))
            if not ones or not twos:
                continue
            openings = weigher.openings(twos, right)
            for cost, one in weigher.choices(state, ones)[:FIRST]:
                for more, two in openings[:RANKED]:
                    costs[one + two] = cost + more
            for cost, both in weigher.words(ones, twos):
                costs[both] = min(costs.get(both, math.inf), cost + rest)
        likely = sorted(costs, key=lambda both: costs[both])[:RANKED]
        return [both for both in likely if costs[both] < costs[likely[0]] + MARGIN]

    def usable(self, chars: tuple[str, ...]) -> list[str]:
        """Those of some characters that a lost one can be on this page."""
        found = self._possible.get(chars)
        if found is None:
            found = self._possible[chars] = [
                char for char in self._weigher.possible(chars) if char not in self._annotated
            ]
        return found
