"""What can have stood where UTF-8 lost bytes: parses of a gap, and the characters that fit.

UTF-8 says of every byte whether a character begins with it or goes on, so what survives
around a loss mostly fixes how many bytes are gone, and in which character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
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
    the other. `pairs` tells that some loss stands for two bytes, `single` for one.
    """

    cost: float
    units: tuple[Unit, ...]
    loose: bool = False
    pairs: bool = False
    single: bool = False


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
    pairs: bool = False
    single: bool = False


_FOLLOWING: Final = bytes(range(0x80, 0xC0))
#: First bytes of what is written today: Latin to Arabic, then punctuation to Hangul, signs.
_LEADS: Final = bytes((*range(0xC2, 0xDA), *range(0xE0, 0xEE), 0xEF))
_SPACE: Final = 0x20
_LOSSES: Final = bytes((REPLACED, QUESTION))
_LOSS_BYTES: Final = tuple(bytes((sign,)) for sign in _LOSSES)
#: Parses of one gap that are followed up, the cheapest first, and steps to look for them.
PARSES: Final = 4
STEPS: Final = 200
#: Gaps that show together how their reader counts: a pair within a character is no byte.
ENOUGH: Final = 3

# Nats for how a reader writes a loss. One byte for U+FFFD is what most do; `?` stands for
# a pair more often than for a byte, and for itself seldom.
_PAIR_AS_REPLACED: Final = 3.0
_BYTE_AS_QUESTION: Final = 0.7
_SWALLOWED: Final = 4.0
_TRUE_QUESTION: Final = 3.0
_DROPPED: Final = 1.0
_OTHER_STYLE: Final = 3.0
_TRUE_SPACE: Final = 1.0


# The same few gaps come again and again, above all where a whole language looks like them.
@lru_cache(maxsize=4096)
def parses(gap: Gap, reader: Reader) -> tuple[Parse, ...]:
    """Ways to understand a gap as whole characters, cheapest first; none if it is no UTF-8.

    >>> from ingest.repair.mojibake.lossy.readers import READERS
    >>> found = parses(Gap(b"\\xe5\\x02\\xb3", 0xE4, b""), READERS["cp949"])
    >>> [[place.hex() for place in unit.places] for unit in found[0].units]
    [['e5', '80adaeaf', 'b3']]
    """
    found: list[Parse] = []
    ways = [_Way(0, 0.0, (), (), -1, 0)]
    for _ in range(STEPS):
        if not ways:
            break
        way = ways.pop()
        if way.need and gap.dropped:
            dropped = _taken(way, (gap.dropped,), reader)
            if dropped is not None:
                ways.append(dropped._replace(cost=way.cost + _DROPPED))
        if way.at == len(gap.content):
            if not way.need:
                found.append(Parse(way.cost, way.units, *way[-3:]))
            continue
        for nats, sets, text in _options(gap, way, reader):
            grown = _taken(way, sets, reader)
            if grown is None or (text and grown.need):
                continue
            if text:
                grown = grown._replace(units=(*grown.units, text))
            lost = gap.content[way.at] in _LOSSES and len(sets)
            # A loss in front of a loss: what it was depends on what that was.
            double = gap.content[way.at + 1 : way.at + 2] in _LOSS_BYTES
            ways.append(
                grown._replace(
                    at=way.at + 1,
                    cost=way.cost + nats,
                    loose=grown.loose or (lost == 1 and double),
                    pairs=way.pairs or lost == 2,
                    single=way.single or (lost == 1 and not text),
                )
            )
    found.sort(key=lambda one: one.cost)
    return tuple(found[:PARSES])


def in_one_style(gaps: Sequence[Sequence[Parse]]) -> list[tuple[Parse, ...]]:
    """Parses of the gaps of one region: a reader counts its losses in one way throughout.

    Where every gap can be understood as single bytes, they are; where some gap cannot, a
    pair is more likely in the others, too.
    """
    if len(gaps) >= ENOUGH and all(any(not one.pairs for one in gap) for gap in gaps):
        return [tuple(one for one in gap if not one.pairs) for gap in gaps]
    if not any(all(one.pairs for one in gap) for gap in gaps):
        return [tuple(gap) for gap in gaps]
    return [
        tuple(one._replace(cost=one.cost + _OTHER_STYLE) if one.single else one for one in gap)
        for gap in gaps
    ]


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


def _options(gap: Gap, way: _Way, reader: Reader) -> Iterator[tuple[float, tuple[bytes, ...], str]]:
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
    yield _BYTE_AS_QUESTION if question else 0.0, (alone,), ""
    if reader.name != LATIN:
        yield 0.0 if question else _PAIR_AS_REPLACED, _pair_sets(reader), ""
        if question:
            yield _SWALLOWED, (_FOLLOWING,), "\ufffd"
    if question and not way.need:
        yield _TRUE_QUESTION, (), "?"


@lru_cache(maxsize=16)
def _pair_sets(reader: Reader) -> tuple[bytes, bytes]:
    """The first and the second bytes of pairs that are lost within a character."""
    return _halves(lost_pairs(reader))


@lru_cache(maxsize=16)
def _pair_across(reader: Reader) -> tuple[bytes, bytes]:
    """The same for pairs of the last byte of a character and the first of the next."""
    return _halves(
        pair for pair in lost_pairs(reader) if pair[0] in _FOLLOWING and pair[1] in _LEADS
    )


def _halves(pairs: Iterable[bytes]) -> tuple[bytes, bytes]:
    first, second = zip(*pairs, strict=True)
    return bytes(sorted(set(first))), bytes(sorted(set(second)))


def _taken(way: _Way, sets: Sequence[bytes], reader: Reader) -> _Way | None:
    """Where a parse stands behind more bytes, or None where UTF-8 has no such thing."""
    if len(sets) == 2 and way.need == 1:
        sets = _pair_across(reader)
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
