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
from ingest.repair.glosses.runs import GONE_COST, VANISHED_COST, Unit, Way
from ingest.repair.glosses.weigh import LOST, START, State, Weigher, common

#: Cost in nats of a character, or of the one behind it, from which it is looked into.
SUSPICIOUS: Final = 8.5

#: Choices followed for the first character, and for the second.
CHOICES: Final = (8, 24)

#: Characters to the right that are weighed.
REACH: Final = 3


class Vanished:
    """Looks for vanished pairs on one page."""

    def __init__(self, annotated: Mapping[str, str], weigher: Weigher) -> None:
        self._annotated = annotated
        self._weigher = weigher

    def mend(self, way: Way, start: State, right: str) -> Way:
        """Put characters in where a way joins two to an improbable one."""
        weigher = self._weigher
        units: list[Unit] = []
        saved = 0.0
        state = start
        for index, unit in enumerate(way.units):
            text = way.text[index + 1 :] + right
            cost, behind = weigher.step(state, unit.char)
            pair = octets.pair(unit.char) if len(unit.options) == 1 else None
            if pair is None:
                units.append(unit)
                state = behind
                continue
            following = weigher.step(behind, text[0])[0] if text else 0.0
            if max(cost, following - 1.0) < SUSPICIOUS:
                units.append(unit)
                state = behind
                continue
            as_it_is = cost + weigher.run(behind, text[:REACH])[0]
            found = self._pairs(state, unit, pair, text[:REACH])
            if not found:
                units.append(unit)
                state = behind
                continue
            other, chosen = min(found, key=lambda item: item[0])
            share = 1 / (1 + math.exp(min(other - as_it_is, 50.0)))
            if other < as_it_is:
                units += [one._replace(share=share) for one in chosen]
                saved += as_it_is - other
                for one in chosen:
                    _, state = weigher.step(state, one.char) if not one.gone else (0.0, START)
            else:
                units.append(unit._replace(share=1 - share))
                state = behind
        text = "".join(unit.char for unit in units)
        return way._replace(units=tuple(units), text=text, cost=way.cost - saved)

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
            for cost, one in weigher.choices(state, ones)[: CHOICES[0]]:
                _, behind = weigher.step(state, one)
                for more, two in weigher.choices(behind, likely)[:2]:
                    _, end = weigher.step(behind, two)
                    total = cost + more + weigher.run(end, right)[0] + VANISHED_COST
                    units = (Unit(unit.end, one, all_ones), Unit(unit.end, two, all_twos))
                    found.append((total, units))
            # Two pairs in a row leave nothing of the character between them.
            cost, one = weigher.choices(state, ones)[0]
            more, two = weigher.choices(START, likely)[0]
            _, end = weigher.step(START, two)
            total = cost + GONE_COST + more + weigher.run(end, right)[0] + 2 * VANISHED_COST
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
