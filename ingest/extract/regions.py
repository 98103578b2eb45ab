"""What the elements of a page are for: links, menus, side bars, footers, as spans of its text.

Facts only: which of them are the report's is not judged here. Rendering changes nothing
but white space, so that a place in the page is found again in the text by the number of
other characters before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from ingest.document import Region

_NAME: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+")
_SOLID: Final = re.compile(r"\S+")
#: Longest class or id that is read; generated ones run to kilobytes.
_LONGEST: Final = 200


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    rows = (files("ingest") / "data" / "html_regions.tsv").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = {"tag": {}, "role": {}, "name": {}}
    for row in rows.splitlines():
        if not row.startswith(("#", "source\t")):
            source, word, region = row.split("\t")
            table[source][word] = region
    return table


@lru_cache(maxsize=4096)
def _named(names: str) -> frozenset[str]:
    known = _table()["name"]
    words = (found[0].lower() for found in _NAME.finditer(names[:_LONGEST]))
    return frozenset(known[word] for word in words if word in known)


def kinds(tag: str, attributes: Mapping[str, str | None]) -> frozenset[str]:
    """Return the kinds of region that an element opens.

    A link to a place on the page itself is none.

    >>> sorted(kinds("div", {"class": "rightSideBar hot-list"}))
    ['aside']
    >>> kinds("a", {"href": "#note-3"})
    frozenset()
    """
    table = _table()
    found = {table["tag"].get(tag), table["role"].get(attributes.get("role") or "")}
    if tag == "a":
        target = attributes.get("href") or ""
        if not target or (target.startswith("#") and len(target) > 1):
            found.discard("link")
    for key in ("class", "id"):
        if names := attributes.get(key):
            found |= _named(names)
    return frozenset(kind for kind in found if kind)


class Counter:
    """Counts the characters that are no white space, and where regions begin and end."""

    __slots__ = ("_count", "_found", "_open")

    def __init__(self) -> None:
        self._count = 0
        self._open: list[tuple[frozenset[str], int]] = []
        self._found: list[tuple[int, int, str]] = []

    def opens(self, kinds: frozenset[str]) -> None:
        """Note the start of an element; every one has its `closes`."""
        self._open.append((kinds, self._count))

    def closes(self) -> None:
        """Note the end of the element that was opened last."""
        kinds, start = self._open.pop()
        if start < self._count:
            self._found += [(start, self._count, kind) for kind in kinds]

    def adds(self, text: str) -> None:
        """Note a piece of text."""
        self._count += len("".join(text.split()))

    def regions(self, text: str) -> tuple[Region, ...]:
        """Return the regions as spans of the rendered text, in order.

        None where the text has other characters than were counted.
        """
        if not self._found:
            return ()
        wanted = sorted({count for start, end, _ in self._found for count in (start, end - 1)})
        offsets: dict[int, int] = {}
        seen = at = 0
        for word in _SOLID.finditer(text):
            after = seen + len(word[0])
            while at < len(wanted) and wanted[at] < after:
                offsets[wanted[at]] = word.start() + wanted[at] - seen
                at += 1
            seen = after
        if seen != self._count:
            return ()
        return tuple(
            sorted(
                Region(offsets[start], offsets[end - 1] + 1, kind)
                for start, end, kind in self._found
            )
        )
