"""What can have stood where UTF-8 lost bytes: parses of a gap, and the characters that fit.

UTF-8 says of every byte whether a character begins with it or goes on, so what survives
around a loss mostly fixes how many bytes are gone, and in which character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.lossy.candidates import Pattern
from ingest.repair.mojibake.lossy.readers import (
    QUESTION,
    REPLACED,
    Reader,
    lost_anywhere,
    lost_before,
    lost_pairs,
)

#: A character of which bytes are known, or a text that stands for itself.
Unit = Pattern | str


class Parse(NamedTuple):
    """One way to understand a gap: its cost in nats and what stands in it.

    `loose` tells that the units do not say all: which bytes of one were lost depends on
    the other.
    """

    cost: float
    units: tuple[Unit, ...]
    loose: bool = False


class Style(Enum):
    """How a reader counts what it loses: a sign for each byte, or for each pair that it lacks.

    80 begins a pair for old readers only.
    """

    BYTES = "bytes"
    PAIRS = "pairs"
    OLD_PAIRS = "old pairs"
    EITHER = "either"


class Gap(NamedTuple):
    """Bytes with losses among them, and how they may be understood.

    `following` is the byte behind, or -1 at the end; `dropped` are bytes that may have
    vanished without a trace.
    """

    content: bytes
    following: int
    dropped: bytes


class _Way(NamedTuple):
    """A parse under way: elements and nats so far, whole units, the character begun."""

    at: int
    cost: float
    units: tuple[Unit, ...]
    begun: tuple[bytes, ...]
    pair: int
    need: int
    loose: bool = False


_FOLLOWING: Final = bytes(range(0x80, 0xC0))
#: First bytes of what is written today: Latin to Arabic, then punctuation to Hangul, signs.
_LEADS: Final = bytes((*range(0xC2, 0xDA), *range(0xE0, 0xEE), 0xEF))
_SPACE: Final = 0x20
_LOSSES: Final = bytes((REPLACED, QUESTION))
_LOSS_BYTES: Final = tuple(bytes((sign,)) for sign in _LOSSES)
#: Parses of one gap that are followed up, the cheapest first, and steps to look for them.
PARSES: Final = 4
STEPS: Final = 200
#: Gaps that show together that each U+FFFD is a byte: a pair within a character is none.
ENOUGH: Final = 3

# Nats for how a reader writes a loss: most write U+FFFD for a byte, and `?` for either. `?`
# stands for itself seldom.
_PAIRS_AS_REPLACED: Final = 3.0
_OLD: Final = 1.0
_EITHER: Final = 6.0
_SWALLOWED: Final = 4.0
_TRUE_QUESTION: Final = 3.0
_DROPPED: Final = 1.0
_TRUE_SPACE: Final = 1.0


# The same few gaps come again and again, above all where a whole language looks like them.
@lru_cache(maxsize=4096)
def parses(gap: Gap, reader: Reader, style: Style = Style.EITHER) -> tuple[Parse, ...]:
    """Ways to understand a gap as whole characters, cheapest first; none if it is no UTF-8.

    >>> from ingest.repair.mojibake.lossy.readers import READERS
    >>> found = parses(Gap(b"\\xe5\\x02\\xb3", 0xE4, b""), READERS["cp949"])
    >>> [[place.hex() for place in unit.places] for unit in found[0].units]
    [['e5', '80adaeaf', 'b3']]
    """
    found: list[Parse] = []
    steps = count()
    ways = [(0.0, 0, next(steps), _Way(0, 0.0, (), (), -1, 0))]
    for _ in range(STEPS):
        if not ways or len(found) == PARSES:
            break
        way = heappop(ways)[-1]
        grown = []
        if way.need and gap.dropped:
            dropped = _taken(way, (gap.dropped,), reader, style)
            if dropped is not None:
                grown.append(dropped._replace(cost=way.cost + _DROPPED))
        if way.at < len(gap.content):
            grown += _grown(gap, way, reader, style)
        elif not way.need:
            found.append(Parse(way.cost, way.units, way.loose))
        for one in grown:
            heappush(ways, (one.cost, -one.at, next(steps), one))
    return tuple(found)


def _grown(gap: Gap, way: _Way, reader: Reader, style: Style) -> Iterator[_Way]:
    """A parse with the next element of its gap, in each way that UTF-8 allows."""
    for nats, sets, text in _options(gap, way, reader, style):
        grown = _taken(way, sets, reader, style)
        if grown is None or (text and grown.need):
            continue
        if text:
            grown = grown._replace(units=(*grown.units, text))
        # A loss in front of a loss: what it was depends on what that was.
        lost = gap.content[way.at] in _LOSSES and len(sets) == 1
        double = gap.content[way.at + 1 : way.at + 2] in _LOSS_BYTES
        yield grown._replace(
            at=way.at + 1, cost=way.cost + nats, loose=grown.loose or (lost and double)
        )


def styles(gaps: Sequence[Gap], reader: Reader) -> list[tuple[float, Style]]:
    """How the reader may have counted the losses of a region, which it did in one way
    throughout, with the nats of each."""
    signs = b"".join(gap.content for gap in gaps)
    if reader.name == LATIN or not (REPLACED in signs or QUESTION in signs):
        return [(0.0, Style.BYTES)]
    pairs = 0.0
    if REPLACED in signs:
        pairs = _PAIRS_AS_REPLACED
        if len(gaps) >= ENOUGH and all(parses(gap, reader, Style.BYTES) for gap in gaps):
            return [(0.0, Style.BYTES)]
    found = [
        (nats, style)
        for nats, style in (
            (0.0, Style.BYTES),
            (pairs, Style.PAIRS),
            (pairs + _OLD, Style.OLD_PAIRS),
        )
        if all(parses(gap, reader, style) for gap in gaps)
    ]
    return found or [(_EITHER, Style.EITHER)]


def reads_so(text: str, gap: Gap, reader: Reader) -> bool:
    """Whether a text, written in UTF-8 and read by this reader, can look like a gap.

    >>> from ingest.repair.mojibake.lossy.readers import READERS
    >>> gap = Gap(bytes.fromhex("e5 02 b3"), 0xE4, b"")
    >>> reads_so("倳", gap, READERS["cp949"]), reads_so("关", gap, READERS["cp949"])
    (True, False)
    """
    content = text.encode()
    places = {0}
    for at, byte in enumerate(gap.content):
        reached = set()
        for place in places:
            here = content[place : place + 2]
            if not here:
                continue
            if byte not in (REPLACED, QUESTION):
                if here[0] == byte:
                    reached.add(place + 1)
                continue
            if len(here) > 1:
                following = here[1]
            elif at + 1 < len(gap.content):
                following = gap.content[at + 1]
            else:
                following = gap.following
            if following in (REPLACED, QUESTION) or here[0] in lost_before(reader, following):
                reached.add(place + 1)
            if here in lost_pairs(reader):
                reached.add(place + 2)
        places = reached
    return len(content) in places


def _options(
    gap: Gap, way: _Way, reader: Reader, style: Style
) -> Iterator[tuple[float, tuple[bytes, ...], str]]:
    """What an element can stand for: nats, bytes, and text behind them."""
    byte = gap.content[way.at]
    if byte == _SPACE:
        if way.need:
            yield 0.0, (b"\xa0",), ""
        else:
            yield _TRUE_SPACE, (), " "
        return
    if byte not in (REPLACED, QUESTION):
        yield 0.0, (bytes((byte,)),), ""
        return
    at = way.at + 1
    following = gap.content[at] if at < len(gap.content) else gap.following
    known = following not in (REPLACED, QUESTION)
    alone = lost_before(reader, following) if known else lost_anywhere(reader)
    question = byte == QUESTION
    if style in (Style.PAIRS, Style.OLD_PAIRS) and following >= 0:
        # Who counts pairs knows what begins none.
        alone = bytes(one for one in alone if one not in _pair_sets(reader, style)[0])
    yield 0.0, (alone,), ""
    if style is not Style.BYTES and reader.name != LATIN:
        yield 0.0, _pair_sets(reader, style), ""
        if question:
            yield _SWALLOWED, (_FOLLOWING,), "\ufffd"
    if question and not way.need:
        yield _TRUE_QUESTION, (), "?"


@lru_cache(maxsize=16)
def _pair_sets(reader: Reader, style: Style) -> tuple[bytes, bytes]:
    """The first and the second bytes of pairs that are lost within a character."""
    return _halves(pair for pair in lost_pairs(reader) if pair[0] >= _least(style))


@lru_cache(maxsize=16)
def _pair_across(reader: Reader, style: Style) -> tuple[bytes, bytes]:
    """The same for pairs of the last byte of a character and the first of the next."""
    return _halves(
        pair
        for pair in lost_pairs(reader)
        if _least(style) <= pair[0] <= _FOLLOWING[-1] and pair[1] in _LEADS
    )


def _least(style: Style) -> int:
    return 0x81 if style is Style.PAIRS else 0x80


def _halves(pairs: Iterable[bytes]) -> tuple[bytes, bytes]:
    first, second = zip(*pairs, strict=True)
    return bytes(sorted(set(first))), bytes(sorted(set(second)))


def _taken(way: _Way, sets: Sequence[bytes], reader: Reader, style: Style) -> _Way | None:
    """Where a parse stands behind more bytes, or None where UTF-8 has no such thing."""
    if len(sets) == 2 and way.need == 1:
        sets = _pair_across(reader, style)
        way = way._replace(loose=True)
    for nth, one in enumerate(sets):
        fits = _within(one, way.need > 0)
        if not fits:
            return None
        if way.need:
            pair = len(way.begun) - 1 if nth else way.pair
            way = way._replace(begun=(*way.begun, fits), need=way.need - 1, pair=pair)
        elif fits[-1] < 0xE0:
            way = way._replace(begun=(fits,), need=1, pair=-1)
        else:
            # An unknown first byte is taken for one of three, by far the most common.
            leads = bytes(lead for lead in fits if lead >= 0xE0)
            way = way._replace(begun=(leads,), need=2, pair=-1)
        if not way.need:
            unit = Pattern(way.begun, way.pair, reader)
            way = way._replace(units=(*way.units, unit), begun=())
    return way


@lru_cache(maxsize=4096)
def _within(one: bytes, inside: bool) -> bytes:
    allowed = _FOLLOWING if inside else _LEADS
    return bytes(byte for byte in one if byte in allowed)
