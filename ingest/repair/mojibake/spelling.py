"""How words are spelled in the languages that reports are found in mostly.

`ingest/data/spelling.tsv` holds, for each of them, how improbable a letter is behind up to
three others: sharper than the pairs of `letters`, which know more languages. The levels of
all languages lie side by side in one integer, as there.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import Final

#: Levels to a nat.
STEP: Final = 8
#: Letters that decide what follows.
REACH: Final = 3
#: Levels of a letter that a language does not have, of a word's end behind it, and what a
#: first letter costs more that is not among the usual ones: 14, 3 and 2.5 nats. The table
#: goes to 11.5.
_UNKNOWN: Final = 112
_END: Final = 24
_FIRST: Final = 20
_LANE: Final = 16


class _Language:
    """The levels of one language: behind a context, and of leaving it for a shorter one."""

    def __init__(self) -> None:
        self._behind: dict[str, int] = {}
        self._shorter: dict[str, int] = {}

    def add(self, context: str, shorter: str, followers: str) -> None:
        self._shorter[context] = ord(shorter) - 0x21
        for at in range(0, len(followers), 2):
            self._behind[context + followers[at]] = ord(followers[at + 1]) - 0x21

    def level(self, gram: str) -> int:
        """The level of the last character behind the others; a space is a word's edge."""
        behind = self._behind
        if gram[-1] == " ":
            if gram[0] == " ":
                return behind.get(gram, _UNKNOWN)
            return behind.get(gram[-3:], behind.get(gram[-2:], _END))
        if gram[0] == " ":
            if gram in behind:
                return behind[gram]
            gram = gram[1:]
            if len(gram) == 1:
                return min(behind.get(gram, _UNKNOWN) + _FIRST, _UNKNOWN)
        more = 0
        while gram not in behind:
            if len(gram) == 1:
                return _UNKNOWN
            more += self._shorter.get(gram[:-1], 0)
            gram = gram[1:]
        return min(more + behind[gram], _UNKNOWN)


class _Levels(dict[str, int]):
    """Characters and the one behind them to levels, filled as they turn up."""

    def __init__(self, languages: tuple[_Language, ...]) -> None:
        super().__init__()
        self._languages = languages

    def __missing__(self, gram: str) -> int:
        levels = (language.level(gram) for language in self._languages)
        found = self[gram] = sum(level << (_LANE * lane) for lane, level in enumerate(levels))
        return found


@cache
def _table() -> tuple[tuple[str, ...], _Levels]:
    content = resources.files("ingest").joinpath("data", "spelling.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in content.split("\n") if line and line[0] != "#"][1:]
    found: dict[str, _Language] = {}
    for language, context, followers in rows:
        found.setdefault(language, _Language()).add(context, followers[0], followers[1:])
    return tuple(found), _Levels(tuple(found.values()))


def languages() -> tuple[str, ...]:
    """The languages of the table, in the order of `levels`."""
    return _table()[0]


@lru_cache(maxsize=1 << 14)
def levels(word: str) -> tuple[int, ...]:
    """What a word of letters costs in each language, in eighths of a nat.

    >>> at = languages().index("fr")
    >>> levels("norvège")[at] + 80 < levels("norvčge")[at]
    True
    """
    table = _table()[1]
    total = 0
    for part in word.lower().replace("’", "'").split("'"):
        if not part:
            continue
        padded = f" {part} "
        if len(part) == 1:
            total += table[padded]
            continue
        total += table[padded[:2]] + table[padded[:3]] + table[padded[-3:]]
        for at in range(4, len(padded)):
            total += table[padded[max(1, at - REACH - 1) : at]]
    count = len(languages())
    return tuple(memoryview(total.to_bytes(count * _LANE // 8, "little")).cast("H"))
