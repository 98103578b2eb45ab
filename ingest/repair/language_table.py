"""A read-only table from hashed sequences to one byte, addressed without search.

The language model has hundreds of thousands of words and word pairs. A Python
dictionary of them takes seconds to fill and a hundred megabytes; here they are a
static hash table (compress, hash, displace: Belazzougui, Botelho and Dietzfelbinger,
2009) that is read as it lies in the file. A key is not stored, only a fingerprint: of 16
bits, so that one absent key in 65,536 is taken for a present one, or of 24 bits, where
that would do harm.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

MASK: Final = (1 << 64) - 1
#: Odd multiplier with well spread bits (2**64 divided by the golden ratio).
MULTIPLIER: Final = 0x9E3779B97F4A7C15
SEED: Final = 0x243F6A8885A308D3

_HEAD: Final = struct.Struct("<III")


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


class Table(NamedTuple):
    """The parts of one hash table, views into the bytes of the model file."""

    displacements: memoryview
    fingerprints: memoryview
    #: Eight more bits of every fingerprint; empty in a narrow table.
    tails: memoryview
    levels: memoryview

    def get(self, state: int) -> int:
        """The level stored for a hash, or -1."""
        displacement = self.displacements[state % len(self.displacements)]
        at = ((state >> 13) + displacement * ((state >> 37) | 1)) % len(self.fingerprints)
        if self.fingerprints[at] != state >> 48:
            return -1
        if self.tails and self.tails[at] != (state >> 40) & 255:
            return -1
        level: int = self.levels[at]
        return level


def read_table(content: memoryview, offset: int) -> tuple[Table, int]:
    """The table that starts at a byte offset, and the offset behind it."""
    buckets, slots, wide = _HEAD.unpack_from(content, offset)
    parts = []
    end = offset + _HEAD.size
    for size in (2 * buckets, 2 * slots, slots if wide else 0, slots):
        parts.append(content[end : end + size])
        end += size
    displacements, fingerprints, tails, levels = parts
    table = Table(displacements.cast("H"), fingerprints.cast("H"), tails, levels)
    return table, end + end % 2


def _prime_from(number: int) -> int:
    """The least prime that is not below an odd number."""
    number |= 1
    while any(number % divisor == 0 for divisor in range(3, int(number**0.5) + 1, 2)):
        number += 2
    return number


def table_bytes(levels: dict[int, int], *, wide: bool = False) -> bytes:
    """The bytes of a table from hash to level (0 to 255); what `read_table` reads.

    Deterministic: buckets are placed by size, then by number. The length is even.

    >>> table, end = read_table(memoryview(table_bytes({5 << 40: 7, 9 << 40: 200})), 0)
    >>> table.get(5 << 40), table.get(9 << 40), table.get(3 << 60)
    (7, 200, -1)
    """
    buckets = _prime_from(len(levels) // 4 + 1)
    # 0.97: fuller, and the last keys need hundreds of trials each.
    slots = _prime_from(int(len(levels) / 0.97) + 3)
    members: list[list[int]] = [[] for _ in range(buckets)]
    for state in sorted(levels):
        members[state % buckets].append(state)
    order = sorted(range(buckets), key=lambda bucket: (-len(members[bucket]), bucket))
    while True:
        displacements = [0] * buckets
        fingerprints = [0] * slots
        tails = bytearray(slots if wide else 0)
        values = bytearray(slots)
        taken = bytearray(slots)
        for bucket in order:
            states = members[bucket]
            for displacement in range(1 << 16):
                places = [((s >> 13) + displacement * ((s >> 37) | 1)) % slots for s in states]
                if len(set(places)) == len(places) and not any(taken[p] for p in places):
                    break
            else:
                break
            displacements[bucket] = displacement
            for state, place in zip(states, places, strict=True):
                taken[place] = 1
                fingerprints[place] = state >> 48
                values[place] = levels[state]
                if wide:
                    tails[place] = (state >> 40) & 255
        else:
            break
        # A key whose step is a multiple of the number of slots cannot move.
        slots = _prime_from(slots + 2)
    content = b"".join(
        (
            _HEAD.pack(buckets, slots, wide),
            struct.pack(f"<{buckets}H", *displacements),
            struct.pack(f"<{slots}H", *fingerprints),
            bytes(tails),
            bytes(values),
        )
    )
    return content + b"\0" * (len(content) % 2)
