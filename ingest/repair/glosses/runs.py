"""Runs whose bytes are out of step: what the decoder saw, taken apart and put together again.

Behind a half annotation, or a mark cut out in the middle of a character, the decoder read
every character one byte late. Written back to bytes and paired anew, the run comes out
right up to its proven end: a trail byte that is a letter, an ASCII character, a bracket of
another annotation, a cut. Where the page leaves several ways open (a pair of bytes may have
vanished without a trace), all are followed, and the language model weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import READING, by_lead, converted
from ingest.repair.glosses.recognize import widened
from ingest.repair.glosses.weigh import LOST, State, Weigher

#: What a later generation of the mirror cuts out; behind it the decoder starts afresh.
CUT: Final = frozenset("，！？；。,!?;")

#: Longest run followed, in characters of the page. A character whose trail byte is a letter
#: ends one: the longest of 900 simulated runs had 64.
LONGEST: Final = 120

#: Ways kept open at once, choices tried for one damaged character, and choices kept of it.
WAYS: Final = 12
CHOICES: Final = 10
CHOSEN: Final = 4

#: What costs so much more than the cheapest way is not followed.
HOPELESS: Final = 30.0

#: Characters that all ways have in common at the end.
CONTEXT: Final = 6

#: Cost in nats of a lost ASCII character: one of some sixty that can stand there.
ASCII_COST: Final = 4.0

#: Cost of what the model of the damage excludes but a page's own additions can show.
ODD_COST: Final = 7.0

_BEHIND = re.compile(rf"\(({READING})|({READING})")


class Unit(NamedTuple):
    """One original character: where on the page its last trace ends, and what it can be.

    `options` has one entry where both bytes survive. `lost` is True for an ASCII
    character of which nothing survives.
    """

    end: int
    char: str
    options: tuple[str, ...]
    lost: bool = False


class Way(NamedTuple):
    """One way to take a run apart, as far as it has come."""

    cost: float
    text: str
    units: tuple[Unit, ...]
    at: int
    pending: tuple[int, ...]  # what the lead byte of the character under way can be
    state: State
    stop: int = -1  # where it came into step again
    spent: float = 0.0  # its cost up to there

    @property
    def form(self) -> tuple[tuple[int, bool], ...]:
        """How the bytes were taken apart, whatever the lost ones are."""
        return tuple((unit.end, unit.lost) for unit in self.units)


def _best(ways: list[Way]) -> list[Way]:
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


class Runs:
    """Follows runs on one page. `annotated` are its annotated characters with readings."""

    def __init__(
        self, text: str, annotated: Mapping[str, str], folded: bool, weigher: Weigher
    ) -> None:
        self._text = text
        self._annotated = annotated
        self._folded = folded
        self._weigher = weigher

    def follow(self, starts: Iterable[Way], *, vanished: bool) -> list[Way]:
        """Return ways from `starts` until all are in step again, the cheapest first.

        Ways that come into step go on over the text as it stands, so that all are weighed
        over the same stretch. With `vanished`, pairs that left no trace are considered
        between any two characters.
        """
        ways: dict[int, list[Way]] = {}
        for way in starts:
            ways.setdefault(way.at, []).append(way)
        if not ways:
            return []
        last = min(len(self._text), min(ways) + LONGEST)
        settled = 0
        while True:
            at = min(ways)
            here = _best(ways.pop(at))
            if vanished:
                # Behind a lost pair another one would leave a character without any byte.
                here = _best(
                    [
                        *here,
                        *(
                            gone
                            for way in here
                            if way.stop < 0 and len(way.pending) == 1
                            for gone in self._vanish(way)
                        ),
                    ]
                )
            if at >= last:
                return [way for way in here if way.stop >= 0]
            settled = settled + 1 if all(way.stop >= 0 for way in here) and not ways else 0
            if settled > CONTEXT:
                return here
            for way in here:
                for further in self._step(way) if way.stop < 0 else self._plain(way):
                    ways.setdefault(further.at, []).append(further)
            if not ways:
                return []

    def _plain(self, way: Way) -> Iterator[Way]:
        """Go on by one character of text that is in step."""
        here = self._text[way.at]
        cost, state = self._weigher.step(way.state, here)
        behind = way.at + 1
        if here in self._annotated:
            behind = self._skip(behind, self._annotated[here])
        yield way._replace(cost=way.cost + cost, at=behind, state=state)

    def begin(self, start: Way, trail: int) -> Iterator[Way]:
        """Ways in which a character of unknown lead byte ends before a cut."""
        return self._put(start, start.at, octets.chars(start.pending, (trail,)))

    def _step(self, way: Way) -> Iterator[Way]:
        """All that the next character of the page can mean."""
        at = way.at
        here = self._text[at] if at < len(self._text) else ""
        octet_pair = octets.pair(here) if here else None
        if octet_pair:
            behind = at + 1
            if here in self._annotated:
                behind = self._skip(behind, self._annotated[here])
            yield from self._pair(way, octet_pair, behind)
        elif here == "?":
            yield from self._question(way)
        elif "!" <= here <= "~":
            wide = octets.pair(widened(here))
            if self._folded and wide:
                yield from self._pair(way, wide, at + 1)
            if here >= "@":
                # A trail byte that is a letter: the decoder is in step again behind it.
                yield from self._letter(way, ord(here))
        elif here == "€":
            yield from self._put(way, at + 1, octets.chars(way.pending, (0x80,)), over=True)
        elif here == "" or here.isspace():
            # The trail byte went with the line end or with the end of the page.
            if len(way.pending) > 1:
                return
            yield from self._put(way, at, octets.chars(way.pending, octets.HIGH), over=True)

    def _pair(self, way: Way, pair: tuple[int, int], behind: int) -> Iterator[Way]:
        trail, lead = pair
        for done in self._put(way, behind, octets.chars(way.pending, (trail,))):
            yield done._replace(pending=(lead,))

    def _letter(self, way: Way, trail: int) -> Iterator[Way]:
        end = way.at + 1
        found = _BEHIND.match(self._text, end)
        options = octets.chars(way.pending, (trail,))
        if found and found[1]:
            reading = found[1][:-1]
            fitting = tuple(char for char in options if self._annotated.get(char, "") == reading)
            yield from self._put(way, found.end(), fitting, over=True, told=True)
        else:
            yield from self._put(way, end, options, over=True)

    def _question(self, way: Way) -> Iterator[Way]:
        text, at = self._text, way.at
        found = _BEHIND.match(text, at + 1)
        if found and found[2]:
            reading = found[2][:-1]
            fitting = tuple(
                char
                for lead in way.pending
                for char in by_lead().get((lead, reading), ())
                if char in self._annotated
            )
            yield from self._put(way, found.end(), fitting, over=True, told=True)
            if fitting:
                return
        if len(way.pending) > 1:
            # Two bytes of one character are gone: nothing to go by.
            return
        options = octets.chars(way.pending, octets.HIGH)
        following = text[at + 1 : at + 2]
        if following in CUT:
            # A lead byte dangled at the end of a piece.
            yield from self._put(way, at + 1, options, over=True)
        # The pair of a trail byte and an ASCII character: both are gone.
        for done in self._put(way, at + 1, options, over=True):
            unit = Unit(at + 1, LOST, (), lost=True)
            yield done._replace(
                cost=done.cost + ASCII_COST,
                spent=done.spent + ASCII_COST,
                text=done.text + LOST,
                units=(*done.units, unit),
            )
        if self._folded or following in CUT:
            wide = octets.pair("？")
            if wide:
                yield from self._pair(way, wide, at + 1)
        for first, seconds in octets.undecodable():
            for done in self._put(way, at + 1, octets.chars(way.pending, (first,))):
                yield done._replace(pending=seconds)

    def _vanish(self, way: Way) -> Iterator[Way]:
        """A user-defined pair stood before the next character and left no trace."""
        for firsts, seconds in (
            (octets.USER_LEADS, tuple(range(0xA1, 0xFF))),
            (octets.USER_LEADS_LOW, tuple(range(0x81, 0xA1))),
        ):
            for done in self._put(way, way.at, octets.chars(way.pending, firsts)):
                yield done._replace(pending=seconds)

    def _put(
        self,
        way: Way,
        end: int,
        options: tuple[str, ...],
        *,
        over: bool = False,
        told: bool = False,
    ) -> Iterator[Way]:
        """Append one original character, in its most probable forms."""
        if not told:
            options = tuple(char for char in options if char not in self._annotated)
        if not options:
            return
        ranked: tuple[str, ...]
        if len(options) == 1:
            ranked = options
        else:
            gone = converted()
            possible = (char for char in options if char not in gone)
            ranked = tuple(char for _, char in self._weigher.choices(way.state, possible)[:CHOICES])
        for char in ranked:
            cost, state = self._weigher.step(way.state, char)
            if char in converted():
                cost += ODD_COST
            units = (*way.units, Unit(end, char, options))
            cost += way.cost
            stop, spent = (end, cost) if over else (-1, 0.0)
            yield Way(cost, way.text + char, units, end, (), state, stop, spent)

    def _skip(self, at: int, reading: str) -> int:
        """Where the page goes on behind an annotation, if there is one."""
        inserted = f"({reading})"
        return at + len(inserted) if self._text.startswith(inserted, at) else at
