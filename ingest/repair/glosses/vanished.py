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
from ingest.repair.glosses.ways import GONE_COST, ODD_COST, VANISHED_COST, Unit, Way
from ingest.repair.glosses.weigh import LOST, START, State, Weigher, common

#: Cost in nats from which a character is looked into, with what the one behind it costs
#: above the usual. Three in ten characters of undamaged text cost as much: a search costs
#: time, a pair that is not looked for is lost.
SUSPICIOUS: Final = 8.5
USUAL: Final = 7.0

#: Choices followed for the first character, and for the second.
CHOICES: Final = (8, 24)

#: Characters to the right that are weighed.
REACH: Final = 4

#: Ways to fill a place that are weighed with the full measure.
WEIGHED: Final = 6


class Vanished:
    """Looks for vanished pairs on one page."""

    def __init__(self, annotated: Mapping[str, str], weigher: Weigher) -> None:
        self._annotated = annotated
        self._weigher = weigher
        self.searches = 0

    def mend(self, way: Way, start: State, left: str, right: str) -> Way:
        """Put characters in where a way joins two to an improbable one."""
        weigher = self._weigher
        units: list[Unit] = []
        saved = 0.0
        state = start
        done = left
        costs = [*weigher.each(left, way.text + right[:1]), 0.0]
        for index, unit in enumerate(way.units):
            text = (way.text[index + 1 :] + right)[:REACH]
            pair = octets.pair(unit.char) if len(unit.options) == 1 else None
            chosen: tuple[Unit, ...] = (unit,)
            cost = costs[index] + max(0.0, costs[index + 1] - USUAL)
            if pair and (cost >= SUSPICIOUS or unit.char in converted() or not common(unit.char)):
                gain, chosen = self._weighed(done, state, unit, pair, text)
                saved += gain
            units += chosen
            for one in chosen:
                state = weigher.step(state, one.char)[1] if not one.gone else START
            done += "".join(one.char for one in chosen)
        text = "".join(unit.char for unit in units)
        return way._replace(units=tuple(units), text=text, cost=way.cost - saved)

    def _weighed(
        self, left: str, state: State, unit: Unit, pair: tuple[int, int], right: str
    ) -> tuple[float, tuple[Unit, ...]]:
        """Weigh one character against two; what the better saves, and which it is."""
        self.searches += 1
        found = self._pairs(state, unit, pair, right)
        if not found:
            return 0.0, (unit,)
        found.sort(key=lambda item: item[0])
        texts = [unit.char + right]
        extra = [ODD_COST if unit.char in converted() else 0.0]
        for _, units in found[:WEIGHED]:
            texts.append("".join(one.char for one in units) + right)
            extra.append(VANISHED_COST)
            if len(units) > 2:
                extra[-1] += GONE_COST + VANISHED_COST
        costs = [
            cost + more for cost, more in zip(self._weigher.full(left, texts), extra, strict=True)
        ]
        least = min(costs)
        total = sum(math.exp(least - cost) for cost in costs)
        best = costs.index(least)
        as_it_is = math.exp(least - costs[0]) / total
        if best == 0:
            return 0.0, (unit._replace(share=as_it_is),)
        units = found[best - 1][1]
        alike = sum(
            math.exp(least - cost)
            for cost, (_, other) in zip(costs[1:], found, strict=False)
            if len(other) == len(units)
        )
        return costs[0] - least, tuple(one._replace(share=alike / total) for one in units)

    def _pairs(
        self, state: State, unit: Unit, pair: tuple[int, int], right: str
    ) -> list[tuple[float, tuple[Unit, ...]]]:
        """What two characters cost whose outer bytes are known, with what follows them."""
        weigher = self._weigher
        found: list[tuple[float, tuple[Unit, ...]]] = []
        for firsts, seconds in octets.VANISHING:
            ones = self._possible((pair[0],), firsts)
            twos = self._possible(seconds, (pair[1],))
            if not ones or not twos:
                continue
            all_ones, all_twos = tuple(ones), tuple(twos)
            likely = weigher.likely(twos)[: CHOICES[1]]
            openings = weigher.choices(state, ones)[: CHOICES[0]]
            for cost, one in openings:
                _, behind = weigher.step(state, one)
                for more, two in weigher.choices(behind, likely)[:3]:
                    _, end = weigher.step(behind, two)
                    total = cost + more + weigher.run(end, right[:1])[0]
                    units = (Unit(unit.end, one, all_ones), Unit(unit.end, two, all_twos))
                    found.append((total, units))
            # Two pairs in a row leave nothing of the character between them.
            cost, one = openings[0]
            more, two = weigher.choices(START, likely)[0]
            _, end = weigher.step(START, two)
            total = cost + GONE_COST + more + weigher.run(end, right[:1])[0]
            three = (
                Unit(unit.end, one, all_ones),
                Unit(unit.end, LOST, (), gone=True),
                Unit(unit.end, two, all_twos),
            )
            found.append((total, three))
        return found

    def _possible(self, leads: tuple[int, ...], trails: tuple[int, ...]) -> list[str]:
        gone = converted()
        return [
            char
            for char in octets.chars(leads, trails)
            if char not in gone and char not in self._annotated and common(char)
        ]
