"""A read-only table from hashed sequences to one byte, addressed without search.

The language model has hundreds of thousands of words and word pairs. A Python
dictionary of them takes seconds to fill and a hundred megabytes; here they are a
static hash table (compress, hash, displace: Belazzougui, Botelho and Dietzfelbinger,
2009) that is read as it lies in the file. A key is not stored, only a fingerprint of
18 or 24 bits: one absent pair of words in 260,000, one absent word in 16 million is taken
for a present one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

MASK: Final = (1 << 64) - 1
#: Odd multiplier with well spread bits (2**64 divided by the golden ratio).
MULTIPLIER: Final = 0x9E3779B97F4A7C15
SEED: Final = 0x243F6A8885A308D3

_HEAD: Final = struct.Struct("<IIII")
_TAILS: Final = {8: "B", 16: "H"}


def extend(state: int, symbol: int) -> int:
    """Hash of a sequence that is one symbol longer.

    >>> extend(extend(SEED, 1), 2) == extend(extend(SEED, 2), 1)
    False
    """
    state = ((state ^ symbol) * MULTIPLIER) & MASK
    return state ^ (state >> 32)


def follow(before: int, word: int) -> int:
    """Hash of a pair: a word behind another, both given as hashes."""
    state = (((before << 1) ^ word) * MULTIPLIER) & MASK
    return state ^ (state >> 32)


class Table:
    """One hash table in the bytes of the model file.

    `get(hash)` is the level stored for it, or -1. It is a closure and not a method: the
    model asks some two thousand times for one broken place.
    """

    def __init__(
        self,
        displacements: memoryview,
        fingerprints: memoryview,
        tails: memoryview,
        level_bits: int,
    ) -> None:
        buckets, slots = len(displacements), len(fingerprints)
        # A tail holds the bits below the fingerprint, as many as there is room for, and the
        # level in its lower bits.
        room = 8 * tails.itemsize - level_bits
        below, more, levels = 48 - room, (1 << room) - 1, (1 << level_bits) - 1

        def get(state: int) -> int:
            at = ((state >> 13) + displacements[state % buckets] * ((state >> 37) | 1)) % slots
            if fingerprints[at] != state >> 48:
                return -1
            tail: int = tails[at]
            return tail & levels if tail >> level_bits == (state >> below) & more else -1

        self.get: Final[Callable[[int], int]] = get


def read_table(content: memoryview, offset: int) -> tuple[Table, int]:
    """The table that starts at a byte offset, and the offset behind it."""
    buckets, slots, tail_bits, level_bits = _HEAD.unpack_from(content, offset)
    first = offset + _HEAD.size
    second = first + 2 * buckets
    third = second + 2 * slots
    end = third + slots * tail_bits // 8
    tails = content[third:end]
    table = Table(
        content[first:second].cast("H"),
        content[second:third].cast("H"),
        tails if tail_bits == 8 else tails.cast("H"),
        level_bits,
    )
    return table, end + end % 2


def _prime_from(number: int) -> int:
    """The least prime that is not below an odd number."""
    number |= 1
    while any(number % divisor == 0 for divisor in range(3, int(number**0.5) + 1, 2)):
        number += 2
    return number


def table_bytes(levels: dict[int, int], *, tail_bits: int = 8, level_bits: int = 8) -> bytes:
    """The bytes of a table from hash to level; what `read_table` reads.

    A key takes four and a half bytes with tails of 16 bits, one less with tails of 8;
    what a tail has beside the level widens the fingerprint. Deterministic: buckets are
    placed by size, then by number. The length is even. ValueError if a level is too large,
    or if keys are not spread over 64 bits as hashes are.

    >>> table, end = read_table(memoryview(table_bytes({5 << 40: 7, 9 << 40: 200})), 0)
    >>> table.get(5 << 40), table.get(9 << 40), table.get(3 << 60)
    (7, 200, -1)
    """
    if not all(0 <= level < 1 << level_bits for level in levels.values()):
        raise ValueError(f"a level does not fit into {level_bits} bits")
    buckets = _prime_from(len(levels) // 4 + 1)
    members: list[list[int]] = [[] for _ in range(buckets)]
    for state in sorted(levels):
        members[state % buckets].append(state)
    # 0.97: fuller, and the last keys need hundreds of trials each.
    slots = _prime_from(int(len(levels) / 0.97) + 3)
    for _ in range(20):
        placed = _placed(members, slots)
        if placed is not None:
            break
        # A key whose step is a multiple of the number of slots cannot move.
        slots = _prime_from(slots + 2)
    else:
        raise ValueError("the keys are no hashes: their bits are too much alike")
    displacements, places = placed
    fingerprints = [0] * slots
    tails = [0] * slots
    room = tail_bits - level_bits
    for state, place in places.items():
        fingerprints[place] = state >> 48
        more = (state >> (48 - room)) & ((1 << room) - 1)
        tails[place] = more << level_bits | levels[state]
    content = b"".join(
        (
            _HEAD.pack(buckets, slots, tail_bits, level_bits),
            struct.pack(f"<{buckets}H", *displacements),
            struct.pack(f"<{slots}H", *fingerprints),
            struct.pack(f"<{slots}{_TAILS[tail_bits]}", *tails),
        )
    )
    return content + b"\0" * (len(content) % 2)


def _placed(members: list[list[int]], slots: int) -> tuple[list[int], dict[int, int]] | None:
    """Displacements of the buckets and slots of the keys; None if a bucket finds no place."""
    displacements = [0] * len(members)
    places: dict[int, int] = {}
    taken = bytearray(slots)
    for bucket in sorted(range(len(members)), key=lambda bucket: (-len(members[bucket]), bucket)):
        states = members[bucket]
        # From the number of slots on, the places come round again.
        for displacement in range(min(1 << 16, slots)):
            tried = [((s >> 13) + displacement * ((s >> 37) | 1)) % slots for s in states]
            if len(set(tried)) == len(tried) and not any(taken[place] for place in tried):
                break
        else:
            return None
        displacements[bucket] = displacement
        places.update(zip(states, tried, strict=True))
        for place in tried:
            taken[place] = 1
    return displacements, places
