"""What a document says elsewhere, as evidence for the words at its broken places."""

from __future__ import annotations

import re
from typing import Final

from ingest.repair.language_lattice import is_han

#: Longest sequence of characters compared between two places of a document.
CACHE_REACH: Final = 5

#: Occurrences of a pair of characters that are looked at; more would say nothing new, and
#: a document of one character a million times would take seconds.
PLACES: Final = 250

#: Up to this length a pair is searched when it is asked for; an index of all pairs takes as
#: long as a thousand searches.
SEARCHED: Final = 20_000

_HAN: Final = re.compile(r"[㐀-鿿〇]+")


def _pairs(text: str) -> dict[str, list[int]]:
    pairs: dict[str, list[int]] = {}
    for match in _HAN.finditer(text):
        start, end = match.span()
        for at in range(start, end - 1):
            places = pairs.setdefault(text[at : at + 2], [])
            if len(places) < PLACES:
                places.append(at)
    return pairs


class Cache:
    """What a document says: evidence for the words at its broken places.

    `Model.cache` makes one: `simplified` is the document as `Model.simplified` spells it,
    `scripts` counts the characters that only Simplified and only Traditional text has.

    >>> cache = Cache("卢沟桥在永定河上。卢沟桥有石狮。", (0, 0))
    >>> cache.shared("乾隆重修卢", "沟", "桥").get((1, 1))
    2
    """

    def __init__(self, simplified: str, scripts: tuple[int, int]) -> None:
        self.text = simplified
        self.scripts = scripts
        self.size = sum(map(len, _HAN.findall(simplified)))
        self._pairs: dict[str, list[int]] | None = None
        self._found: dict[str, list[int]] = {}

    def _places(self, pair: str) -> list[int]:
        """Where a pair of characters begins, the first places only."""
        if len(self.text) > SEARCHED:
            if self._pairs is None:
                self._pairs = _pairs(self.text)
            return self._pairs.get(pair, [])
        found = self._found.get(pair)
        if found is None:
            found = self._found[pair] = []
            if all(is_han(ord(char)) for char in pair):
                at = self.text.find(pair)
                while at >= 0 and len(found) < PLACES:
                    found.append(at)
                    at = self.text.find(pair, at + 1)
        return found

    def shared(self, left: str, candidate: str, right: str) -> dict[tuple[int, int], int]:
        """How often a candidate stands here with the same neighbours.

        Keys are the numbers of characters that agree on the left and on the right, counted
        from the candidate; every number below the greatest is counted, too. All three
        strings are spelled as in `text`.
        """
        found: dict[tuple[int, int], int] = {}
        room = CACHE_REACH - len(candidate)
        seen: set[int] = set()
        places: list[int] = []
        if len(candidate) > 1:
            places = self._places(candidate[:2])
        else:
            if left:
                places = [at + 1 for at in self._places(left[-1] + candidate)]
                seen.update(places)
            if right:
                more = self._places(candidate + right[0])
                places = places + [at for at in more if at not in seen]
        text = self.text
        for at in places:
            end = at + len(candidate)
            if text[at:end] != candidate:
                continue
            before = 0
            while (
                before < min(room, len(left), at)
                and is_han(ord(left[-1 - before]))
                and text[at - 1 - before] == left[-1 - before]
            ):
                before += 1
            after = 0
            while (
                after < min(room, len(right), len(text) - end)
                and is_han(ord(right[after]))
                and text[end + after] == right[after]
            ):
                after += 1
            for b in range(before + 1):
                for a in range(min(after, room - b) + 1):
                    if a + b + len(candidate) > 1:
                        found[b, a] = found.get((b, a), 0) + 1
        return found
