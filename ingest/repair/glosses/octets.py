"""GBK as the mirror's lenient decoder reads it, forwards and backwards.

A pair of bytes is a character, or invalid (the decoder writes one `?` for both), or of the
user-defined area (it vanishes without a trace).
"""

from __future__ import annotations

import functools
from typing import Final

#: Leads with trails from A1 that belong to the user-defined area.
USER_LEADS: Final = (*range(0xAA, 0xB0), *range(0xF8, 0xFF))

#: Leads with trails up to A0 that belong to it.
USER_LEADS_LOW: Final = tuple(range(0xA1, 0xA8))

#: Both kinds: first bytes with the second bytes that a lead byte of a character can be.
VANISHING: Final = (
    (USER_LEADS, tuple(range(0xA1, 0xFF))),
    (USER_LEADS_LOW, tuple(range(0x81, 0xA1))),
)

#: Trail bytes that vanish together with an ASCII letter behind them.
BEFORE_LETTER: Final = USER_LEADS_LOW

HIGH: Final = tuple(range(0x81, 0xFF))


@functools.cache
def pair(char: str) -> tuple[int, int] | None:
    """Bytes of a character that takes two in GBK, or None.

    >>> pair("月"), pair("a")
    ((212, 194), None)
    """
    try:
        octets = char.encode("gbk")
    except UnicodeEncodeError:
        return None
    return (octets[0], octets[1]) if len(octets) == 2 else None


@functools.cache
def char(lead: int, trail: int) -> str | None:
    """Character of two bytes; None where the pair is invalid or user-defined."""
    if trail < 0x40 or trail in (0x7F, 0xFF):
        return None
    try:
        decoded = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return None
    return decoded if len(decoded) == 1 else None


@functools.cache
def chars(leads: tuple[int, ...], trails: tuple[int, ...]) -> tuple[str, ...]:
    """Characters whose bytes are among those given."""
    found = (char(lead, trail) for lead in leads for trail in trails)
    return tuple(one for one in found if one)


@functools.cache
def around(lead: int, trail: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Characters with a lead byte and with a trail byte between which a pair vanished."""
    firsts: list[str] = []
    lasts: list[str] = []
    for trails, leads in VANISHING:
        firsts += chars((lead,), trails)
        lasts += chars(leads, (trail,))
    return tuple(firsts), tuple(lasts)


@functools.cache
def between(trail: int, lead: int) -> tuple[str, ...]:
    """Characters of which nothing is left between a trail byte and a lead byte.

    >>> "而" in between(0xAC, 0xD9), "而" in between(0xAC, 0x90)
    (True, False)
    """
    leads = tuple(second for second in HIGH if vanishes(trail, second))
    return chars(leads, tuple(first for first in HIGH if vanishes(first, lead)))


@functools.cache
def undecodable() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """First bytes with those high second bytes that make the decoder write one `?` for both."""
    rows = []
    for first in HIGH:
        seconds = tuple(
            second for second in HIGH if char(first, second) is None and not vanishes(first, second)
        )
        if seconds:
            rows.append((first, seconds))
    return tuple(rows)


def vanishes(first: int, second: int) -> bool:
    """Whether a pair is user-defined, so that nothing of it is left on the page."""
    if second >= 0xA1:
        return first in USER_LEADS
    return first in USER_LEADS_LOW and second >= 0x40
