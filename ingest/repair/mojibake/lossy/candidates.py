"""The characters that a few known bytes of UTF-8, and sets of possible ones, leave."""

from __future__ import annotations

import math
import operator
from functools import cache, lru_cache
from itertools import product
from typing import Final, NamedTuple

from ingest.repair.language import han
from ingest.repair.language_lattice import is_han
from ingest.repair.language_table import SEED, extend
from ingest.repair.mojibake.lossy.readers import Reader, lost_pairs
from ingest.repair.mojibake.plausibility import classes

#: Candidates for one place, the most common ones.
FITTING: Final = 48
#: Combinations of bytes that are gone through one by one; of more, all characters are.
FEW: Final = 300


class Pattern(NamedTuple):
    """A character of which each byte is one of some; two of them were perhaps lost together.

    `pair` is the place of the first of two bytes that the reader lost as one, or -1.
    """

    places: tuple[bytes, ...]
    pair: int
    reader: Reader

    @property
    def only(self) -> str:
        """The only character that fits, or nothing."""
        if any(len(place) != 1 for place in self.places):
            return ""
        return b"".join(self.places).decode("utf-8", "ignore")


@lru_cache(maxsize=4096)
def fitting(pattern: Pattern) -> tuple[tuple[str, str], ...]:
    """Characters that fit a pattern with their classes, common ones first.

    >>> from ingest.repair.mojibake.lossy.readers import READERS
    >>> places = (b"\\xe5", b"\\x85", b"\\xa8\\xac\\xb1\\xb3")
    >>> [char for char, _ in fitting(Pattern(places, -1, READERS["gb18030"]))]
    ['全', '共', '关', '公']
    """
    places, pair, reader = pattern
    together = lost_pairs(reader) if pair >= 0 else frozenset()
    if math.prod(map(len, places)) <= FEW:
        known = _ranks()
        ranked = []
        for octets in product(*places):
            content = bytes(octets)
            char = content.decode("utf-8", "ignore")
            if char in known and (pair < 0 or content[pair : pair + 2] in together):
                ranked.append((*known[char], char))
        return tuple((char, kind) for _, kind, char in sorted(ranked))
    sets = [frozenset(place) for place in places]
    found: list[tuple[str, str]] = []
    for char, kind, content in _repertoire()[len(places)]:
        if not all(map(operator.contains, sets, content)):
            continue
        if pair < 0 or content[pair : pair + 2] in together:
            found.append((char, kind))
            if len(found) == FITTING:
                break
    return tuple(found)


@cache
def _ranks() -> dict[str, tuple[int, str]]:
    """How common each character of the repertoire is, from 0 on, and its class."""
    return {
        char: (rank, kind)
        for characters in _repertoire().values()
        for rank, (char, kind, _) in enumerate(characters)
    }


@cache
def _repertoire() -> dict[int, list[tuple[str, str, bytes]]]:
    """What is written anywhere, common words first, by the number of bytes in UTF-8."""
    model = han()
    get = model.lattice.words.get
    ranked = []
    for code in (*range(0xA0, 0x0600), *range(0x2000, 0xD7A4), *range(0xFF00, 0xFFE7)):
        kind = classes(chr(code))
        if kind in "xOS" or (kind in "hH" and not is_han(model.symbols(chr(code)).exact[0])):
            continue
        # Levels count from 0, the most common word, to 255; -1 is no word.
        level = get(extend(SEED, code))
        ranked.append((level if level >= 0 else 255, code, kind))
    ranked.sort()
    found: dict[int, list[tuple[str, str, bytes]]] = {2: [], 3: []}
    for _, code, kind in ranked:
        content = chr(code).encode()
        found[len(content)].append((chr(code), kind, content))
    return found
