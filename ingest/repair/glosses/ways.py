"""A way to take a run of bytes apart: what it is made of, and what its steps cost.

Costs are in nats. Those of single steps stand here because everything that weighs ways
must charge the same.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from ingest.repair.glosses.weigh import State

#: Ways kept open at once, choices tried for one damaged character, and choices kept of it.
WAYS: Final = 12
CHOICES: Final = 3
CHOSEN: Final = 2

#: Choices tried for a character of which nothing survives, with the one behind it.
TRIED: Final = 12

#: What costs so much more than the cheapest way is not followed.
HOPELESS: Final = 30.0

#: Characters that all ways have in common at the end.
CONTEXT: Final = 6

#: Cost in nats of a lost ASCII character: one of some sixty that can stand there.
ASCII_COST: Final = 4.0

#: Cost of a character of which nothing survives: any can stand there, but both its bytes
#: must be of the kind that vanishes.
GONE_COST: Final = 2.0

#: Cost of taking one character for two between which a pair vanished: without it, of those
#: kept as they are with a share of 0.5 to 0.9 on the tuning pages 80 to 93% were right.
VANISHED_COST: Final = 0.7

#: Cost of taking a `?` for two bytes that have no character. Without it, literal signs
#: behind a `?` of simulated pages were taken for halves of lost characters.
UNDECODABLE_COST: Final = 3.0

#: Choices kept of a character before a vanished pair.
FEW: Final = 3

#: Cost of what the model of the damage excludes but a page's own additions can show.
ODD_COST: Final = 7.0

#: Cost of a reading's character that the page shows nowhere else: one that other pages
#: annotate, and one that only the dictionary has.
LISTED_COST: Final = 1.0
ABSENT_COST: Final = 4.0

#: Cost of a character of undamaged text: the mean of the quick measure
#: over 20,000 characters of the first halves.
USUAL: Final = 5.5

#: Pending of a way that has come into step and then to the next damage.
RESTING: Final = (-1,)


class Unit(NamedTuple):
    """One original character: where on the page its last trace ends, and what it can be.

    `options` has one entry where both bytes survive. Nothing survives of an ASCII
    character that is `lost`, and of a Chinese one that is `gone`.
    `share` is the probability that its bytes were taken apart rightly, of those weighed;
    `ranked` has what it is, the most probable first. Where a pair vanished in front of it,
    `pairs` has what it and the one before can be together. One that is `free` can be a listed
    character without its reading: another annotation took its lead byte.
    """

    end: int
    char: str
    options: tuple[str, ...]
    lost: bool = False
    gone: bool = False
    share: float = 1.0
    ranked: tuple[tuple[str, float], ...] = ()
    pairs: tuple[tuple[str, float], ...] = ()
    free: bool = False


class Way(NamedTuple):
    """One way to take a run apart, as far as it has come.

    `extra` is what its cost has beside that of the text.
    """

    cost: float
    text: str
    units: tuple[Unit, ...]
    at: int
    pending: tuple[int, ...]  # what the lead byte of the character under way can be
    state: State
    stop: int = -1  # where it came into step again
    extra: float = 0.0
    free: bool = False  # whether the next character can be a listed one that has no reading

    def charged(self, cost: float) -> Way:
        """This way with a cost that is not of its text."""
        return self._replace(cost=self.cost + cost, extra=self.extra + cost)

    @property
    def form(self) -> tuple[tuple[object, ...], ...]:
        """How the bytes were taken apart, whatever the lost ones are."""
        return tuple(
            (unit.end, unit.lost, unit.options[:1], len(unit.options)) for unit in self.units
        )

    @property
    def traces(self) -> list[tuple[int, int, tuple[str, ...]]]:
        """For each character, what two ways must have in common to agree on it.

        How many end there counts: one of which nothing survives leaves no other trace.
        """
        chars = Counter(unit.end for unit in self.units if not unit.lost)
        return [(unit.end, chars[unit.end], unit.options) for unit in self.units]


def best(ways: list[Way]) -> list[Way]:
    """The ways worth following: the cheapest forms, and of each the cheapest choices."""
    ways.sort(key=lambda way: way.cost)
    kept: list[Way] = []
    forms: dict[tuple[object, ...], int] = {}
    for way in ways:
        if len(kept) == WAYS or way.cost > ways[0].cost + HOPELESS:
            break
        form = (*way.form, way.pending)
        forms[form] = forms.get(form, 0) + 1
        if forms[form] <= CHOSEN:
            kept.append(way)
    return kept
