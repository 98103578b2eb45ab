"""Runs whose bytes are out of step: what the decoder saw, taken apart and put together again.

Behind a half annotation, or a mark cut out in the middle of a character, the decoder read
every character one byte late. Written back to bytes and paired anew, the run comes out
right up to its proven end: a trail byte that is a letter, an ASCII character, a bracket of
another annotation, a cut. Where the page leaves several ways open, all are followed, and
the language model weighs them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import READING, by_reading, converted, table
from ingest.repair.glosses.recognize import Fingerprint, widened
from ingest.repair.glosses.signs import LOST, likeliest
from ingest.repair.glosses.ways import (
    ABSENT_COST,
    ASCII_COST,
    CHOICES,
    CHOSEN,
    CONTEXT,
    FEW,
    GONE_COST,
    LISTED_COST,
    ODD_COST,
    RESTING,
    TRIED,
    UNDECODABLE_COST,
    USUAL,
    VANISHED_COST,
    Unit,
    Way,
    best,
)
from ingest.repair.glosses.weigh import START, Weigher

#: What a later generation of the mirror cuts out; behind it the decoder starts afresh.
CUT: Final = frozenset("，！？；。,!?;")

#: Longest run followed, in characters of the page, readings included. The longest of 331
#: simulated runs had 22 characters.
LONGEST: Final = 120

_WORD = re.compile("[A-Za-z]{2}")
_BEHIND = re.compile(rf"\(({READING})|({READING})")


class Runs:
    """Follows runs on one page, of which the fingerprint is known."""

    def __init__(self, text: str, shown: Fingerprint, weigher: Weigher) -> None:
        self._text = text
        self._annotated = shown.annotated
        self._present = shown.present
        self._folded = shown.folded
        self._weigher = weigher
        self._gone: dict[tuple[object, ...], list[Way]] = {}

    def follow(self, starts: Iterable[Way]) -> list[Way]:
        """Return ways from `starts` until all are in step again, the cheapest first.

        Ways that come into step go on over the text as it stands, so that all are weighed
        over the same stretch. Empty where none leads on.
        """
        ways: dict[int, list[Way]] = {}
        for way in starts:
            ways.setdefault(way.at, []).append(way)
        if not ways:
            return []
        last = min(len(self._text), min(ways) + LONGEST)
        settled = 0
        while ways:
            at = min(ways)
            here = best(ways.pop(at))
            if at >= last:
                return [way for way in here if way.stop >= 0]
            settled = settled + 1 if all(way.stop >= 0 for way in here) and not ways else 0
            if settled > CONTEXT:
                return here
            for way in here:
                for further in self._step(way) if way.stop < 0 else self._plain(way):
                    ways.setdefault(further.at, []).append(further)
        return []

    def _plain(self, way: Way) -> Iterator[Way]:
        """Go on by one character of text that is in step.

        Further damage ends what can be said of it: what follows costs what text usually does.
        """
        here = self._text[way.at]
        if here == "?" and way.at > way.stop:
            found = _BEHIND.match(self._text, way.at + 1)
            if found and found[2]:
                cost = way.cost + USUAL
                yield way._replace(cost=cost, at=found.end(), pending=RESTING, state=START)
                return
            if self._text[way.at + 1 : way.at + 2] in CUT:
                way = way._replace(pending=RESTING, state=START)
        cost, state = USUAL, START
        if way.pending != RESTING:
            cost, state = self._weigher.step(way.state, here)
        behind = way.at + 1
        if here in self._annotated:
            behind = self._skip(behind, self._annotated[here])
        yield way._replace(cost=way.cost + cost, at=behind, state=state)

    def told_cost(self, char: str) -> float | None:
        """Cost of taking a character for one that the page annotates; None where it does not."""
        if char in self._annotated:
            return 0.0
        if char in self._present or char not in table():
            return None
        return LISTED_COST if table()[char].evidence == "listed" else ABSENT_COST

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
            for done in self._pair(way, octet_pair, behind):
                yield done._replace(free=behind > at + 1)
        elif here == "?":
            yield from self._question(way)
        elif "!" <= here <= "~":
            wide = octets.pair(widened(here))
            if self._folded and wide:
                yield from self._pair(way, wide, at + 1)
            if here >= "@":
                # A trail byte that is a letter: the decoder is in step again behind it.
                yield from self._letter(way, ord(here))
            if len(way.pending) == 1 and _WORD.match(self._text, at):
                # A trail byte and the first letter of a word vanished as one pair.
                options = octets.chars(way.pending, octets.BEFORE_LETTER)
                for done in self._put(way, at, options, over=True):
                    yield _without_ascii(done, at, here)
        elif here == "€":
            yield from self._letter(way, 0x80)
        elif here == "" or here.isspace():
            # The trail byte went with the line end or with the end of the page.
            options = octets.chars(way.pending, octets.HIGH) if len(way.pending) == 1 else ()
            yield from self._put(way, at, options, over=True)

    def _pair(self, way: Way, pair: tuple[int, int], behind: int) -> Iterator[Way]:
        trail, lead = pair
        options = octets.chars(way.pending, (trail,))
        if not options:
            # No such character: a pair vanished before it, or this is not the way.
            for before in self._vanish(way):
                yield from self._pair(before, pair, behind)
            return
        if lead > 0x80:
            for done in self._put(way, behind, options):
                yield done._replace(pending=(lead,))
            return
        # The decoder took an ASCII letter for a trail byte, and is in step again behind it.
        for done in self._put(way, behind, options):
            letter = chr(lead)
            cost, state = self._weigher.step(done.state, letter)
            cost += done.cost
            yield done._replace(
                cost=cost,
                text=done.text + letter,
                units=(*done.units, Unit(behind, letter, (letter,))),
                state=state,
                stop=behind,
            )

    def _letter(self, way: Way, trail: int) -> Iterator[Way]:
        end = way.at + 1
        found = _BEHIND.match(self._text, end)
        if found and found[1]:
            yield from self._told(way, found.end(), found[1][:-1], trail)
        else:
            for before in (way, *self._vanish(way)):
                options = octets.chars(before.pending, (trail,))
                yield from self._put(before, end, options, over=True)

    def _question(self, way: Way) -> Iterator[Way]:
        text, at = self._text, way.at
        found = _BEHIND.match(text, at + 1)
        if found and found[2] and self._read(found[2][:-1]):
            yield from self._told(way, found.end(), found[2][:-1], None)
            return
        options = octets.chars(way.pending, octets.HIGH) if len(way.pending) == 1 else ()
        following = text[at + 1 : at + 2]
        if following in CUT:
            # A lead byte dangled at the end of a piece.
            yield from self._put(way, at + 1, options, over=True)
        # The pair of a trail byte and an ASCII character: both are gone.
        for done in self._put(way, at + 1, options, over=True):
            yield _without_ascii(done, at + 1, following)
        if self._folded or following in CUT:
            wide = octets.pair("？")
            if wide:
                yield from self._pair(way, wide, at + 1)
        for first, seconds in octets.undecodable() if options else ():
            for done in self._put(way, at + 1, octets.chars(way.pending, (first,))):
                yield done._replace(pending=seconds).charged(UNDECODABLE_COST)

    def _told(self, way: Way, end: int, reading: str, trail: int | None) -> Iterator[Way]:
        """End a run with a character that its reading tells.

        Where its lead byte is not the one that is under way, the pair before it vanished; where
        it is, that may be chance.
        """
        split = [(char, pair) for char in self._read(reading) if (pair := octets.pair(char))]
        if trail is not None:
            split = [(char, pair) for char, pair in split if pair[1] == trail]
        # What pages were seen to annotate goes before what only the dictionary has.
        fitting = self._likeliest(char for char, pair in split if pair[0] in way.pending)
        if fitting:
            yield from self._put(way, end, fitting, over=True, told=True)
        for char, pair in split if len(way.pending) == 1 else ():
            if fitting and self.told_cost(char):
                continue
            firsts = tuple(first for first in octets.HIGH if octets.vanishes(first, pair[0]))
            for done in self._put(way, way.at, octets.chars(way.pending, firsts)):
                done = done._replace(pending=(pair[0],))
                done = done.charged(VANISHED_COST) if fitting else done
                yield from self._put(done, end, (char,), over=True, told=True)
                if not fitting:
                    yield from self._between(way, pair, end, char)

    def _between(self, way: Way, pair: tuple[int, int], end: int, char: str) -> Iterator[Way]:
        """Ways in which two pairs in a row vanished before a character that a reading tells.

        Nothing is left of the character between them but what its neighbours say.
        """
        # Ways that differ further back only have the same ways on.
        place = (way.at, way.pending, way.state, way.free, char)
        if place not in self._gone:
            bare = way._replace(cost=0.0, text="", units=(), extra=0.0)
            self._gone[place] = list(self._with_gone(bare, pair, end, char))
        for on in self._gone[place]:
            yield on._replace(
                cost=way.cost + on.cost,
                text=way.text + on.text,
                units=way.units + on.units,
                extra=way.extra + on.extra,
            )

    def _with_gone(self, way: Way, pair: tuple[int, int], end: int, char: str) -> Iterator[Way]:
        for trails, _ in octets.VANISHING:
            for done in self._put(way, way.at, octets.chars(way.pending, trails)):
                last = octets.pair(done.text[-1:])
                options = likeliest(octets.between(last[1], pair[0])) if last else ()
                found: list[Way] = []
                for gone in self._put(done, way.at, options, few=TRIED) if options else ():
                    found += self._put(
                        gone._replace(pending=(pair[0],)), end, (char,), over=True, told=True
                    )
                found.sort(key=lambda one: one.cost)
                # All of them are one way: what they cost together.
                shares = sum(math.exp(found[0].cost - one.cost) for one in found)
                yield from (one.charged(-math.log(shares)) for one in found[:CHOSEN])

    def _read(self, reading: str) -> list[str]:
        """Characters that the page has annotated with a reading, or can have."""
        found = [char for char, told in self._annotated.items() if told == reading]
        return found + [
            char
            for char in by_reading().get(reading, ())
            if char not in self._present and char not in self._annotated
        ]

    def _likeliest(self, chars: Iterable[str]) -> tuple[str, ...]:
        costs = [(cost, char) for char in chars if (cost := self.told_cost(char)) is not None]
        least = min(costs, default=(0.0, ""))[0]
        return tuple(char for cost, char in costs if cost == least)

    def _vanish(self, way: Way) -> Iterator[Way]:
        """Ways in which a pair vanished before the next character."""
        if len(way.pending) > 1:
            return
        for firsts, seconds in octets.VANISHING:
            options = octets.chars(way.pending, firsts)
            for done in list(self._put(way, way.at, options) if options else ())[:FEW]:
                yield done._replace(pending=seconds).charged(VANISHED_COST)

    def _put(
        self,
        way: Way,
        end: int,
        options: tuple[str, ...],
        *,
        over: bool = False,
        told: bool = False,
        few: int = CHOICES,
    ) -> Iterator[Way]:
        """Append one original character, in its most probable forms.

        Without options where two bytes can be anything, nothing of it survives.
        """
        if not options:
            if len(way.pending) > 1 and not told:
                units = (*way.units, Unit(end, LOST, (), gone=True))
                stop = end if over else -1
                gone = Way(way.cost, way.text + LOST, units, end, (), START, stop, way.extra)
                yield gone.charged(GONE_COST)
            return
        # A listed character is always annotated, unless another annotation took its lead byte.
        if not told and not way.free:
            options = tuple(char for char in options if char not in self._annotated)
        ranked = options
        never = converted()
        if len(options) > 1:
            possible = self._weigher.possible(options)
            likely = self._weigher.choices(way.state, possible)
            ranked = tuple(char for _, char in (likely if told else likely[:few]))
        for char in ranked:
            cost, state = self._weigher.step(way.state, char)
            stop = end if over else -1
            units = (*way.units, Unit(end, char, options, free=way.free))
            cost += way.cost
            put = Way(cost, way.text + char, units, end, (), state, stop, way.extra)
            odd = (self.told_cost(char) or 0.0) if told else 0.0
            odd += ODD_COST if char in never else 0.0
            yield put.charged(odd) if odd else put

    def _skip(self, at: int, reading: str) -> int:
        """Where the page goes on behind an annotation, if there is one."""
        inserted = f"({reading})"
        return at + len(inserted) if self._text.startswith(inserted, at) else at


def _without_ascii(way: Way, end: int, following: str) -> Way:
    """A way whose last character took an ASCII character with it: one like what follows."""
    like = following if following.isascii() and following.isalnum() else LOST
    units = (*way.units, Unit(end, like, (), lost=True))
    return way._replace(text=way.text + like, units=units).charged(ASCII_COST)
