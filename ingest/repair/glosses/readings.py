"""The table of annotated characters: which, with what reading, from which level on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, cast

Evidence = Literal["listed", "never", "dictionary"]

#: Letters that carry a tone. A reading of the mirror always has exactly one of them.
TONED: Final = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"

#: A reading and its closing bracket: at most three letters stand before the toned one
#: (zhuāng) and two behind it.
READING: Final = rf"[a-zü]{{0,3}}[{TONED}][a-zü]{{0,3}}\)"


class Row(NamedTuple):
    """One character: what the conversion made it of, its only reading, and the evidence.

    `level` is the lowest level on which it was seen annotated, `bare` the highest on which
    it was seen bare; both are -1 where nothing was seen.
    """

    char: str
    simplified: str
    reading: str
    evidence: Evidence
    level: int
    bare: int


@functools.cache
def table() -> Mapping[str, Row]:
    """All characters that the conversion gives outside GB2312, by character.

    >>> table()["關"].reading
    'guān'
    """
    content = resources.files("ingest").joinpath("data", "gloss_readings.tsv")
    rows = {}
    lines = content.read_text(encoding="utf-8").splitlines()
    for line in [line for line in lines if not line.startswith("#")][1:]:
        char, simplified, reading, evidence, level, bare = line.split("\t")
        rows[char] = Row(
            char, simplified, reading, cast("Evidence", evidence), int(level or -1), int(bare or -1)
        )
    return MappingProxyType(rows)


@functools.cache
def by_lead() -> Mapping[tuple[int, str], tuple[str, ...]]:
    """Characters by their first byte in GBK and their reading, the surest first.

    >>> by_lead()[0xC2, "lián"][0]
    '聯'
    """
    found: dict[tuple[int, str], list[Row]] = {}
    for row in table().values():
        found.setdefault((row.char.encode("gbk")[0], row.reading), []).append(row)
    rank = {"listed": 0, "dictionary": 1, "never": 2}
    return {
        key: tuple(
            row.char for row in sorted(rows, key=lambda row: (rank[row.evidence], row.level))
        )
        for key, rows in found.items()
    }


@functools.cache
def by_reading() -> Mapping[str, tuple[str, ...]]:
    """Characters by their reading."""
    found: dict[str, list[str]] = {}
    for row in table().values():
        found.setdefault(row.reading, []).append(row.char)
    return {reading: tuple(chars) for reading, chars in found.items()}


@functools.cache
def converted() -> frozenset[str]:
    """Simplified characters that the conversion always changes: none stands on its pages."""
    return frozenset(row.simplified for row in table().values() if row.simplified)
