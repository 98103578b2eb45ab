"""What the lost characters of a way are: ranked with all that stands around them.

A vanished pair is ranked as one, because its two characters are the best evidence for each
other. Where two damages are so close that one is in the other's context, each is ranked
again with what the first turn made of its neighbours.
"""

from __future__ import annotations

from typing import Final

from ingest.repair.glosses import octets
from ingest.repair.glosses.vanished import MARGIN, Vanished
from ingest.repair.glosses.ways import Unit, Way
from ingest.repair.glosses.weigh import Weigher

#: Choices for a character that are ranked with the full measure.
RANKED: Final = 20

#: Damages up to so many characters apart are ranked twice.
CLOSE: Final = 4


class Filler:
    """Ranks what can stand at the lost places of one page's ways."""

    def __init__(self, vanished: Vanished, weigher: Weigher) -> None:
        self._vanished = vanished
        self._weigher = weigher

    def fill(self, way: Way, left: str, right: str) -> Way:
        """The way with its lost characters ranked, and the likeliest of each put in."""
        units = list(way.units)
        open_at = [at for at, unit in enumerate(units) if len(unit.options) > 1]
        pairs = {
            at for at in open_at if at and at - 1 in open_at and _is_pair(units[at - 1], units[at])
        }
        singles = [at for at in open_at if at not in pairs and at + 1 not in pairs]
        places = sorted([*((at - 1, at) for at in pairs), *((at, at) for at in singles)])
        seen: dict[int, tuple[str, str]] = {}
        for _ in range(2):
            for first, last in places:
                before = left + "".join(unit.char for unit in units[:first])
                behind = "".join(unit.char for unit in units[last + 1 :]) + right
                near = (before[-CLOSE:], behind[:CLOSE])
                if seen.get(last) == near:
                    continue
                seen[last] = near
                if first == last:
                    units[last] = self._single(units[last], before, behind)
                else:
                    units[first], units[last] = self._pair(
                        units[first], units[last], before, behind
                    )
        return way._replace(units=tuple(units), text="".join(unit.char for unit in units))

    def _single(self, unit: Unit, left: str, right: str) -> Unit:
        weigher = self._weigher
        options = self._vanished.usable(unit.options, unit.free) or list(unit.options)
        # The quick measure finds the candidates for the full one.
        opened = {char: cost for cost, char in weigher.openings(options, right)}
        costs = weigher.choices(weigher.start(left), options)
        alone = {char: cost for cost, char in weigher.choices((), options)}
        likely = sorted((cost + opened[char] - alone[char], char) for cost, char in costs)
        near = [char for cost, char in likely[:RANKED] if cost < likely[0][0] + MARGIN]
        ranked = weigher.rank(left, near, right)
        return unit._replace(char=ranked[0][0], ranked=tuple(ranked))

    def _pair(self, one: Unit, two: Unit, left: str, right: str) -> tuple[Unit, Unit]:
        lead, trail = octets.pair(one.options[0]), octets.pair(two.options[0])
        found = (
            self._vanished.pairs(left, (lead[0], trail[1]), right, one.free)
            if lead and trail
            else []
        )
        if not found:
            one = self._single(one, left, two.char + right)
            return one, self._single(two, left + one.char, right)
        ranked = tuple(self._weigher.rank(left, found, right))
        best = ranked[0][0]
        return (
            one._replace(char=best[0], ranked=_share(ranked, 0)),
            two._replace(char=best[1], ranked=_share(ranked, 1), pairs=ranked),
        )


def _is_pair(one: Unit, two: Unit) -> bool:
    """Whether only the lead byte of the one and the trail byte of the other survive."""
    leads = {octets.pair(char) for char in one.options}
    trails = {octets.pair(char) for char in two.options}
    return (
        len({pair[0] for pair in leads if pair}) == 1
        and len({pair[1] for pair in trails if pair}) == 1
    )


def _share(ranked: tuple[tuple[str, float], ...], at: int) -> tuple[tuple[str, float], ...]:
    """What one character of a pair is, whatever the other; the best pair's comes first."""
    shares: dict[str, float] = {}
    for both, share in ranked:
        shares[both[at]] = shares.get(both[at], 0.0) + share
    best = ranked[0][0][at]
    return tuple(sorted(shares.items(), key=lambda item: (item[0] != best, -item[1])))
