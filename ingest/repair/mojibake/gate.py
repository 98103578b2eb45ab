"""Where a text looks garbled at all: compiled searches that clean text passes at once.

`looks` says what misreadings look like; clean text has a few such places, and what
`ordinary` can explain with a glance around is let go. Only the lines of the others are
searched for what they might say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, filterfalse
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import beyond_ascii, bytes_each
from ingest.repair.mojibake.context import strangers
from ingest.repair.mojibake.letters import is_unlikely
from ingest.repair.mojibake.looks import ACCENTS, AMONG, ANY, CAPITALS, looks, patterns, scan, shown
from ingest.repair.mojibake.ordinary import Patience, is_named, is_ordinary
from ingest.repair.mojibake.plausibility import ENCLOSED
from ingest.repair.mojibake.signs import together

#: Characters within which a third sign must stand, and length of a side of a short line.
CLOSE: Final = 16
SHORT: Final = 16

#: Odd words that are looked for one by one.
FEW: Final = 16
#: Bytes of UTF-8 a character up to which a text is in Latin letters for the most part: a
#: Chinese one has 3.
_FEW: Final = 1.5
_SAME: Final = re.compile(r"(.)\1*+", re.DOTALL)
_NOT_LATIN: Final = re.compile("[Ͱ-᷿⺀-\uffff]")

_ANY: Final = frozenset((ANY,))
_ACCENTED: Final = re.compile(f"[{ACCENTS}][A-Za-z{ACCENTS}]*")
_BEFORE: Final = re.compile(r"[A-Za-z]{,20}\Z")


class Suspect(NamedTuple):
    """A line in which some pair of characters looks garbled, and by which misreadings."""

    start: int
    end: int
    families: frozenset[str]


def suspects(text: str) -> list[Suspect]:
    """Lines of a text that look garbled, in order, each with the families that it shows.

    >>> suspects("Nothing to see here, 一切正常。")
    []
    >>> suspects("ok\\n¹ØÓÚ³ÇÊÐ\\n")[0][:2]
    (3, 11)
    """
    if text.isascii():
        return []
    found: dict[tuple[int, int], set[str]] = {}
    patience = Patience(text)
    is_latin = bytes_each(text) <= _FEW
    if is_latin:
        pieces = set(filterfalse(str.isascii, set(text.replace("\n", " ").split(" "))))
        places = _lines_with(text, _odd_words(pieces, patience))
        strange = {_line(text, start) for start, _ in strangers(text, pieces)}
        found.update((place, {ANY}) for place in strange)
    else:
        places = (_line(text, at) for at in _unexplained(text, patience))
    if not is_latin or _has_others(text):
        # What more than a word shows.
        begins = [one[0] for one in _dense(text) if not patience.denies(text, *one)]
        if is_latin:
            begins += (hit.start() for hit in CAPITALS.pattern.finditer(text))
        places = chain(places, (_line(text, begin) for begin in begins))
    for place in places:
        found.setdefault(place, set())
    for (start, end), families in found.items():
        line = text[start:end]
        # A word may be the first of the text.
        padded = f" {line}" if start == 0 else line
        families.update(look.family for look in looks() if look.pattern.search(padded))
        if ENCLOSED.search(line):
            families.add(ANY)
        families.update(*(names for _, _, names in chain(_unlikely(line), _dense(line))))
    return [Suspect(*place, frozenset(found[place])) for place in sorted(found) if found[place]]


def is_doubtful(line: str) -> bool:
    """Whether anything in a line looks garbled at first sight: what has been repaired should not.

    >>> is_doubtful("鍏充簬"), is_doubtful("关于")
    (True, False)
    """
    return (
        any(look.pattern.search(line) for look in looks() if look not in AMONG)
        or any(
            not is_named(line, hit.start() + AMONG[look])
            for look in AMONG
            for hit in look.pattern.finditer(line)
        )
        or ENCLOSED.search(line) is not None
        or any(True for _ in chain(_unlikely(line), _dense(line), strangers(line)))
    )


def _has_others(text: str) -> bool:
    """Whether a text has letters other than Latin."""
    return _NOT_LATIN.search(beyond_ascii(text)) is not None


def _odd_words(words: set[str], patience: Patience) -> set[str]:
    """Those of some words that look garbled."""
    return {
        word
        for word in words
        if not is_ordinary(word) and any(True for _ in _unexplained(f" {word} ", patience))
    }


def _lines_with(text: str, words: set[str]) -> Iterator[tuple[int, int]]:
    if len(words) <= FEW:
        for word in words:
            end = 0
            while (begin := text.find(word, end)) >= 0:
                start, end = _line(text, begin)
                yield start, end
        return
    end = -1
    for line in text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if not words.isdisjoint(line.split(" ")):
            yield start, end


def _unexplained(text: str, patience: Patience) -> Iterator[int]:
    """Places that look garbled and are not ordinary, one of a line at most."""
    at = 0
    while hit := scan().search(text, at):
        # What holds for a character holds for all of a run of it.
        same = _SAME.match(text, hit.start())
        at = same.end() if same is not None else hit.end()
        if not all(patience.explains(text, hit, look) for look in shown(hit)):
            yield hit.start()
            at = _line(text, at)[1]


def _line(text: str, begin: int) -> tuple[int, int]:
    end = text.find("\n", begin)
    return text.rfind("\n", 0, begin) + 1, end if end >= 0 else len(text)


def _unlikely(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Words with letters beyond ASCII that no language spells so."""
    for found in _ACCENTED.finditer(text):
        first = found.start()
        before = _BEFORE.search(text, max(0, first - 20), first)
        start = before.start() if before is not None else first
        if is_unlikely(text[start : found.end()]):
            yield start, found.end(), _ANY


def _dense(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Places with three signs of a misreading close together, or two in a short line.

    A third of a garbled text are signs; of clean text one character in a thousand.
    """
    last = -CLOSE
    before: frozenset[str] = frozenset()
    for begin, end, names in together(text):
        again = names & before if begin - last <= CLOSE else frozenset()
        if again:
            yield begin, end, again
        elif _is_short(text, begin, end):
            yield begin, end, names
        last, before = begin, names


def _is_short(text: str, begin: int, end: int) -> bool:
    start = text.rfind("\n", max(0, begin - SHORT), begin)
    stop = text.find("\n", end, end + SHORT)
    at_start = start >= 0 or begin <= SHORT
    at_end = stop >= 0 or len(text) - end <= SHORT
    return at_start and at_end


def hits(line: str, *families: str) -> Iterator[tuple[int, int]]:
    """Spans of a line's pairs of characters that look garbled by some families of misreadings,
    as often as they do."""
    found = [
        hit.span()
        for family in families
        for pattern in patterns(family)
        for hit in pattern.finditer(line)
    ]
    if ANY in families:
        found += strangers(line)
    for start, end, names in chain(together(line), _unlikely(line)):
        found += [(start, end)] * len(names.intersection(families))
    yield from sorted(found)
