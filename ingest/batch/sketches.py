"""Texts that are nearly the same, found by sketches of a fixed size.

A sketch is a MinHash of a text's shingles (one permutation in bins: Li, Owen and Zhang,
"One Permutation Hashing", 2012; empty bins borrow as in Shrivastava and Li, "Densifying
One Permutation Hashing", 2014), and a smaller one of its figures: reports of one template
share nearly all of their words, but not their figures.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from operator import eq
from typing import NamedTuple
from zlib import crc32

_BINS, _FIGURE_BINS = 128, 32
"""Bins of the words and of the figures. 128 tell similarities of 0.9 to within 0.03 (one
standard error), in 2 bytes each."""
SKETCH_BYTES = 2 * (_BINS + _FIGURE_BINS)
_SKETCH = re.compile(rf"[0-9a-f]{{{2 * SKETCH_BYTES}}}")
_WIDTH = 5
"""Characters of a shingle: five Han characters are two or three words."""
_BLOCK = 1 << 16
"""Shingles that are in memory at a time."""
_NOISE = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_SPREAD, _WORD = 0x9E3779B1, 0xFFFFFFFF
"""Fibonacci hashing: CRC-32 alone gives neighbours in the text neighbouring bins."""

ALIKE = 0.85
"""Share of shingles from which two texts count as nearly the same; see the benchmark `duplicates`."""
_FIGURES_ALIKE = 0.66
"""Share of figures that they must have in common: a form filled in for another year shares up to
half, and of three figures a site may have added one."""

_BANDS, _ROWS = 10, 6
"""Texts meet where all bins of one band agree: with ten bands of six, 99% of those whose
similarity is 0.85 do, and a quarter of those at 0.5."""
_CROWD = 32
"""Originals that are looked at in one band: more are one template, and the first of them will do."""


def sketch(text: str) -> bytes:
    """Return the sketch of a text, `SKETCH_BYTES` long; all zeros for one without a letter or digit.

    The same for texts that differ in case, spaces and punctuation only.

    >>> sketch("Nothing is wrong here.") == sketch("nothing is\\nwrong here")
    True
    """
    plain = _NOISE.sub("", text).casefold()
    if not plain:
        return bytes(SKETCH_BYTES)
    # Two bytes a character, so that a shingle is a slice; rare characters count as two.
    raw = plain.encode("utf-16-le", "surrogatepass")
    size = 2 * _WIDTH
    ends = range(0, max(len(raw) - size, 0) + 2, 2)
    words = (
        {crc32(raw[at : at + size]) * _SPREAD & _WORD for at in ends[begin : begin + _BLOCK]}
        for begin in range(0, len(ends), _BLOCK)
    )
    figures = {
        crc32(found[0].encode()) * _SPREAD & _WORD
        for found in _FIGURE.finditer(text)
        if len(found[0]) > 1  # one digit alone numbers a list or a page
    }
    return _lowest(words, _BINS) + _lowest([figures], _FIGURE_BINS)


def told(form: str) -> bytes:
    """Read a sketch in hexadecimal that a child sent; empty where it is none."""
    return bytes.fromhex(form) if _SKETCH.fullmatch(form) else b""


def _lowest(parts: Iterable[set[int]], bins: int) -> bytes:
    """The lowest hash of each bin, its 15 low bits; 0 where the bin is empty."""
    width = (1 << 32) // bins
    lowest: dict[int, int] = {}
    for hashes in parts:
        hashes.update(lowest.values())
        lowest = {value // width: value for value in sorted(hashes, reverse=True)}
    kept = {number: value & 0xFFFE | 1 for number, value in lowest.items()}
    return array("H", [kept.get(number, 0) for number in range(bins)]).tobytes()


def similarity(one: bytes, other: bytes) -> float:
    """Estimate the share of shingles that two texts have in common, from 0 to 1.

    0 also where their figures say that they are different texts.

    >>> similarity(sketch("在2019年投入资金200万元"), sketch("在2020年投入资金350万元"))
    0.0
    """
    first, second = array("H", one), array("H", other)
    figures = _shared(first[_BINS:], second[_BINS:])
    if figures is not None and figures < _FIGURES_ALIKE:
        return 0.0
    return _shared(first[:_BINS], second[:_BINS]) or 0.0


def _shared(first: array[int], second: array[int]) -> float | None:
    """The share of bins that agree, of those that are not empty; None where all are."""
    empty = sum(a == b == 0 for a, b in zip(first, second, strict=True)) if 0 in first else 0
    if empty == len(first):
        return None
    agreed: int = sum(map(eq, first, second))
    return (agreed - empty) / (len(first) - empty)


class Likeness(NamedTuple):
    """The place of the first text that another is nearly the same as, and how similar they are."""

    place: int
    similarity: float


class Originals:
    """Texts of which none is nearly the same as an earlier one, by their places.

    `sketch_at` gives back the sketch of a place. Memory grows with the originals alone: a
    table of `_BANDS` numbers each, 200 bytes at most.
    """

    def __init__(self, sketch_at: Callable[[int], bytes]) -> None:
        self._sketch_at = sketch_at
        self._table = array("Q", bytes(8 << 10))
        self._filled = 0

    def first_like(self, place: int, own: bytes) -> Likeness | None:
        """Return the earliest original that a text is nearly the same as, or make it one.

        Texts must come in order; the same texts in the same order give the same. Of more
        than `_CROWD` originals that agree in a band only the first are looked at.
        """
        if not any(own[: 2 * _BINS]):
            return None
        keys = _keys(own)
        met: set[int] = set()
        crowded = []
        for key in keys:
            before = len(met)
            met.update(self._at(key))
            crowded.append(len(met) - before >= _CROWD)
        for other in sorted(met):
            found = similarity(own, self._sketch_at(other))
            if found >= ALIKE:
                return Likeness(other, round(found, 3))
        for key, full in zip(keys, crowded, strict=True):
            if not full:
                self._insert(key << 32 | place + 1)
        return None

    def _at(self, key: int) -> Iterator[int]:
        """Yield the places under a key, at most `_CROWD`."""
        table, mask = self._table, len(self._table) - 1
        slot, left = key & mask, _CROWD
        while left and (entry := table[slot]):
            if entry >> 32 == key:
                yield (entry & _WORD) - 1
                left -= 1
            slot = slot + 1 & mask

    def _insert(self, entry: int) -> None:
        if 4 * self._filled >= 3 * len(self._table):
            entries, self._table = self._table, array("Q", bytes(16 * len(self._table)))
            for known in entries:
                if known:
                    self._put(known)
        self._put(entry)
        self._filled += 1

    def _put(self, entry: int) -> None:
        table, mask = self._table, len(self._table) - 1
        slot = entry >> 32 & mask
        while table[slot]:
            slot = slot + 1 & mask
        table[slot] = entry


def _keys(own: bytes) -> list[int]:
    """One number for each band; an empty bin counts as the next that is not."""
    bins = list(array("H", own[: 2 * _BINS]))
    if 0 in bins:
        last = next(value for value in bins if value)
        for at in range(_BINS - 1, -1, -1):
            last = bins[at] = bins[at] or last
    return [
        crc32(array("H", bins[at : at + _ROWS]).tobytes(), at)
        for at in range(0, _BANDS * _ROWS, _ROWS)
    ]
