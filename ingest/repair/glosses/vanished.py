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
from ingest.repair.glosses.signs import common, is_han, likeliest, possible, words
from ingest.repair.glosses.ways import ODD_COST, VANISHED_COST, Unit, Way
from ingest.repair.glosses.weigh import START, Weigher

#: Cost in nats, of a character and the one behind it, from which the place is looked into.
#: On the tuning texts 99 of 100 pairs that vanished cost as much, and three in ten places
#: where none did.
SUSPICIOUS: Final = 11.0

#: Cost of the character alone below which it is not: of 930 such places on the tuning pages
#: none was one where a pair had vanished.
LIKELY: Final = 5.0

#: Pairs of characters that are ranked with the full measure. The right one is among the 12
#: that the quick one likes best in 96 of 100 places, among 16 in 97.
RANKED: Final = 16

#: Those that cost so much more than the likeliest are not ranked.
MARGIN: Final = 7.0

#: Where the quick measure finds two characters so much dearer than one, none of 700 places of
#: the tuning texts had two; of 320 where it found them dearer by 6 to 8, four had.
HOPELESS: Final = 8.0

#: Choices that are ranked first; the others only where these have a share.
AT_FIRST: Final = 4

#: Where two characters have so small a share of what one has, three are not thought of: what
#: they add would not keep the one from being written.
SETTLED: Final = 0.003

#: The exponent that makes shares of three characters against two honest: 30 of 290 that came
#: out as two on the tuning pages were three, most of them with 而 in the middle, and the full
#: measure gave a third of those less than one in a hundred.
MORE_SHARPNESS: Final = 0.6

#: Choices for either end of three characters, for the middle one, and of those in all that
#: are ranked.
OUTER: Final = 2
MIDDLE: Final = 6
TRIPLES: Final = 10

#: Choices for the first character.
FIRST: Final = 8

#: Characters to the right that are weighed.
REACH: Final = 6


class Vanished:
    """Looks for vanished pairs on one page."""

    def __init__(self, annotated: Mapping[str, str], weigher: Weigher) -> None:
        self._annotated = annotated
        self._weigher = weigher
        self._possible: dict[tuple[tuple[str, ...], bool], list[str]] = {}
        self._known: dict[tuple[str, str, str, bool], tuple[Unit, ...]] = {}

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
                odd = not self.usable((unit.char,), unit.free)
                if odd or (cost >= LIKELY and cost + more >= SUSPICIOUS):
                    chosen = self._remembered(done, unit, text[index + 1 :][:REACH])
            units += chosen
            if len(chosen) == 1:
                total += cost
                done, behind, cost, ahead = done + unit.char, ahead, more, further
                continue
            total += VANISHED_COST * (len(chosen) - 1)
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
        place = (left[-REACH:], unit.char, right, unit.free)
        if place not in self._known:
            self._known[place] = self._weighed(left, unit, right)
        return tuple(one._replace(end=unit.end) for one in self._known[place])

    def _weighed(self, left: str, unit: Unit, right: str) -> tuple[Unit, ...]:
        """Weigh one character against two, or three."""
        pair = octets.pair(unit.char)
        if not pair:
            return (unit,)
        found = self.pairs(left, pair, right, unit.free)
        if not found:
            return (unit,)
        odd = ODD_COST if unit.char in converted() else 0.0
        odd += ODD_COST if is_han(unit.char) and not common(unit.char) else 0.0
        dearer = self._dearer(left, unit.char, found[0], right[:2]) - odd
        if dearer > HOPELESS:
            return (unit._replace(share=1.0 - math.exp(-dearer)),)
        ranked = dict(self._weigher.rank(left, [unit.char, *found[:AT_FIRST]], right))
        as_it_is = ranked.pop(unit.char) * math.exp(VANISHED_COST - odd)
        two = sum(ranked.values())
        if two < SETTLED * as_it_is:
            return (unit._replace(share=as_it_is / (as_it_is + two)),)
        likely = self._triples(left, pair, right, found, unit.free)
        ranked = dict(self._weigher.rank(left, [unit.char, *found, *likely], right))
        as_it_is = ranked.pop(unit.char) * math.exp(VANISHED_COST - odd)
        three = sum(ranked[both] for both in likely) * math.exp(-VANISHED_COST)
        two = sum(ranked[both] for both in found)
        if as_it_is >= max(two, three):
            return (unit._replace(share=as_it_is / (as_it_is + two + three)),)
        firsts, lasts = octets.around(*pair)
        if three > two:
            share = three / (as_it_is + two + three)
            triple = max(likely, key=lambda three: ranked[three])
            one, last = octets.pair(triple[0]), octets.pair(triple[2])
            gone = octets.between(one[1], last[0]) if one and last else ()
            return (
                Unit(unit.end, triple[0], firsts, share=share, free=unit.free),
                Unit(unit.end, triple[1], likeliest(gone), share=share),
                Unit(unit.end, triple[2], lasts, share=share),
            )
        more = (three / two) ** MORE_SHARPNESS
        share = two / (as_it_is + two * (1.0 + more))
        pairs = tuple(sorted(((b, ranked[b] / two) for b in found), key=lambda item: -item[1]))
        best = pairs[0][0]
        return (
            Unit(unit.end, best[0], firsts, share=share, free=unit.free),
            Unit(unit.end, best[1], lasts, share=share, pairs=pairs),
        )

    def _triples(
        self, left: str, pair: tuple[int, int], right: str, found: list[str], free: bool
    ) -> list[str]:
        """The likeliest three characters between two pairs that vanished in a row."""
        weigher = self._weigher
        state = weigher.start(left)
        firsts, lasts = octets.around(*pair)
        ahead = {char: cost for cost, char in weigher.choices(state, self.usable(firsts, free))}
        behind = {char: cost for cost, char in weigher.openings(self.usable(lasts), right)}
        # Those of the best pairs, too: what makes a word with its neighbour goes on doing so
        # where a short one stands between them.
        ones = dict.fromkeys([*list(ahead)[:OUTER], *(both[0] for both in found[:OUTER])])
        twos = dict.fromkeys([*list(behind)[:OUTER], *(both[1] for both in found[:OUTER])])
        costs: dict[str, float] = {}
        for one in ones:
            first = octets.pair(one)
            after = weigher.step(state, one)[1]
            middles: dict[tuple[str, ...], list[tuple[float, str]]] = {}
            for two in twos:
                last = octets.pair(two)
                gone = likeliest(octets.between(first[1], last[0])) if first and last else ()
                if gone not in middles:
                    middles[gone] = weigher.choices(after, gone)[:MIDDLE]
                for cost, char in middles[gone]:
                    costs[one + char + two] = ahead[one] + cost + behind[two]
        return sorted(costs, key=lambda three: costs[three])[:TRIPLES]

    def _dearer(self, left: str, one: str, both: str, right: str) -> float:
        """How much more two characters cost than one, by the quick measure."""
        state = self._weigher.start(left)
        return self._weigher.run(state, both + right)[0] - self._weigher.run(state, one + right)[0]

    def pairs(self, left: str, pair: tuple[int, int], right: str, free: bool = False) -> list[str]:
        """The likeliest two characters whose outer bytes are known, the cheapest first.

        The first is `free` as a unit is.
        """
        weigher = self._weigher
        state = weigher.start(left)
        costs: dict[str, float] = {}
        rest = weigher.run(START, right[:2])[0]
        for firsts, seconds in octets.VANISHING:
            before, behind = octets.chars((pair[0],), firsts), octets.chars(seconds, (pair[1],))
            ones, twos = self.usable(before, free), self.usable(behind)
            if not ones or not twos:
                continue
            openings = weigher.openings(twos, right)
            for cost, one in weigher.choices(state, ones)[:FIRST]:
                for more, two in openings[:RANKED]:
                    costs[one + two] = cost + more
            for cost, both in words(*(possible(chars)[0] for chars in (before, behind))):
                if both[1] not in self._annotated and (free or both[0] not in self._annotated):
                    costs[both] = min(costs.get(both, math.inf), cost + rest)
        likely = sorted(costs, key=lambda both: costs[both])[:RANKED]
        return [both for both in likely if costs[both] < costs[likely[0]] + MARGIN]

    def usable(self, chars: tuple[str, ...], free: bool = False) -> list[str]:
        """Those of some characters that a lost one can be on this page."""
        found = self._possible.get((chars, free))
        if found is None:
            found = self._possible[chars, free] = [
                char
                for char in self._weigher.possible(chars)
                if free or char not in self._annotated
            ]
        return found
