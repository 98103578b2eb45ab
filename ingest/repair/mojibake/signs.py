"""Characters that give a misreading between encodings of East Asia away.

`ingest/data/mojibake_signs.tsv` holds, for each such misreading, what common characters
become and the languages of the reader hardly write: one in a thousand characters of theirs
is among them, of the misreading a third or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources


@cache
def _table() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """A search for two signs close together, and the misreadings of each sign."""
    content = resources.files("ingest").joinpath("data", "mojibake_signs.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in content.split("\n") if line and line[0] != "#"][1:]
    of: dict[str, set[str]] = {}
    for written, read, chars in rows:
        for char in chars:
            of.setdefault(char, set()).add(f"{written}→{read}")
    every = re.escape("".join(of))
    pattern = re.compile(f"[{every}](?=.{{0,5}}?([{every}]))")
    return pattern, {char: frozenset(names) for char, names in of.items()}


def together(text: str, start: int = 0) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Places with two signs of a misreading within seven characters, and which misreadings.

    >>> [(start, end, "cp949→gb18030" in names) for start, end, names in together("有捞的俊")]
    [(1, 4, True)]
    """
    pattern, of = _table()
    for found in pattern.finditer(text, start):
        one, two = found.group(0, 1)
        if one != two and not of[one].isdisjoint(of[two]):
            yield found.start(), found.end(1), of[one] & of[two]
