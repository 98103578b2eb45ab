"""What clean text has that looks garbled: words that are spelled so, signs in their place.

A glance at a place costs microseconds, the search of a line a thousand of them. A word is
judged once, however often it stands in a text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from ingest.repair.mojibake.channels import LATIN, Channel, undone, utf8_runs
from ingest.repair.mojibake.letters import is_spelled, is_unlikely
from ingest.repair.mojibake.looks import AMONG, ANY, DASH, INNER, PRIVATE, Look, patterns
from ingest.repair.mojibake.plausibility import ENCLOSED, classes, coarse

#: Characters on either side of a place that are looked at.
REACH: Final = 12
#: The same around two signs.
NEAR: Final = 8
#: Characters of a word beyond which it is none.
LONG: Final = 60
#: Hits of one family close together that clean text does not have: they are reported.
CROWD: Final = 3
#: Nats for kana that a reading in an encoding of Chinese makes.
KANA: Final = 6.0
#: Places of a text that are looked at, and characters for each more: one that has more of
#: them has nothing ordinary.
PATIENCE: Final = 1000
FOR_EACH: Final = 10

_SPACED: Final = re.compile("(?<=[«“\\d–—°])[\xa0\u202f]|[\xa0\u202f](?=[»”!?;:%€$£°\\d–—])")
# The same character over and over is a drawing, or says nothing.
_REPEATED: Final = re.compile(r"(.)\1{5,}")
_OPENING: Final = "«“‘([¿¡"
_CLOSING: Final = "»”’“‘)]…–—.,;:!?"
# No.; lengths, areas and volumes.
_UNIT: Final = re.compile(r"(?<![^\W\d_])(?:[nN][°º]|[kcdmµ]?m[²³])(?![^\W\d_])")
# Of two words, as companies write theirs.
_NAME: Final = re.compile("(?:[А-ЯЁ][а-яё]+){2,}")
_SMALL_WORD: Final = re.compile(r"(?<=[\s(«\"-])[а-яё]{3,}(?=[\s.,;:!?)»\"-])")
_WIDE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef]")
_WORD_BEFORE: Final = re.compile(r"[^ \n\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef]*\Z")
_WORD_BEHIND: Final = re.compile(r"[^ \n\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef]*")
_EDGES: Final = re.compile("[\n“”「」『』《》（）]")
# Side by side where a line is in Chinese, Japanese or Korean, whatever words stand in it: a
# misreading leaves them among letters.
_EASTERN: Final = re.compile("[ぁ-ヿ一-鿿々]{4}|[가-힣]{3}")
_ENDS: Final = re.compile(r"[\s，。！？；：、“”‘’（）《》「」『』]")


class Patience:
    """How many places of a text may still be looked at."""

    def __init__(self, text: str) -> None:
        self._left = PATIENCE + len(text) // FOR_EACH

    def explains(self, text: str, hit: re.Match[str], look: Look) -> bool:
        """Whether a place that looks garbled is ordinary after all."""
        self._left -= 1
        if self._left < 0 or look in (DASH, PRIVATE):
            return False
        start, end = hit.start(), hit.end()
        if look in AMONG:
            return is_named(text, start + AMONG[look])
        if look.family in (LATIN, ANY):
            if _WIDE.match(text, start):
                return False
            first = max(0, start - REACH)
            before = _WORD_BEFORE.search(text, first, start)
            behind = _WORD_BEHIND.match(text, start, end + REACH)
            first = before.start() if before is not None else start
            if is_ordinary(text[first : behind.end() if behind is not None else end]):
                return True
            return look == INNER and _is_among_small(text, start, end)
        first, last = _window(text, start, end, REACH)
        return not _says(text[first:last], start - first, look.family)

    def denies(self, text: str, start: int, end: int, names: frozenset[str]) -> bool:
        """Whether what stands around two signs says nothing in the encodings they name."""
        self._left -= 1
        if self._left < 0:
            return False
        first, last = _window(text, start, end, NEAR)
        return not _says_any(text[first:last], names)


def _window(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    """What stands around a place in its line and within quotation marks."""
    first, last = max(0, start - reach), min(len(text), end + reach)
    marks = [mark.end() for mark in _EDGES.finditer(text, first, start)]
    mark = _EDGES.search(text, end, last)
    return marks[-1] if marks else first, mark.start() if mark else last


def _is_among_small(text: str, start: int, end: int) -> bool:
    """Whether a capital inside a word is odd by itself: where case went wrong, it did so in all
    words."""
    near = _SMALL_WORD.finditer(text, max(0, start - 2 * REACH), end + 2 * REACH)
    return any(not is_unlikely(word[0]) for word in near)


def is_ordinary(word: str) -> bool:
    """Whether all of a word is spelled as some language spells it, but for punctuation.

    >>> is_ordinary("État"), is_ordinary("Ã©tat"), is_ordinary("«mot»,"), is_ordinary("rŽsumŽ")
    (True, False, True, False)
    """
    if len(word) > LONG:
        word = _REPEATED.sub(r"\1", word)
    return len(word) <= LONG and _is_spelled(word)


@lru_cache(maxsize=1 << 14)
def _is_spelled(word: str) -> bool:
    word = _REPEATED.sub(r"\1", word)
    return not ENCLOSED.search(word) and all(
        is_spelled(_NAME.sub(_lower, _UNIT.sub("", part.lstrip(_OPENING).rstrip(_CLOSING))))
        for part in _SPACED.sub(" ", word).split(" ")
    )


def _lower(name: re.Match[str]) -> str:
    return name[0].lower()


def is_named(text: str, at: int) -> bool:
    """Whether a character against Latin letters stands in a text of its own language that names
    things in them."""
    if classes(text[at]) not in "hktspPm":
        return False
    before = text[max(0, at - 4 * REACH) : at].rpartition("\n")[2]
    behind = text[at : at + 4 * REACH].partition("\n")[0]
    return _EASTERN.search(before + behind) is not None


@lru_cache(maxsize=1 << 12)
def _says(window: str, at: int, family: str) -> bool:
    """Whether what stands around a place says something in the encoding that it was in."""
    if sum(1 for look in patterns(family) for _ in look.finditer(window)) >= CROWD:
        return True
    written, _, read = family.partition("-as-")
    if written == "utf-8":
        runs = utf8_runs(window, read)
        return any(coarse(said) < coarse(window[start:end]) for start, end, said in runs)
    first, last = at, at + 1
    while first > 0 and _is_in(window[first - 1], read):
        first -= 1
    while last < len(window) and _is_in(window[last], read):
        last += 1
    run = window[first:last]
    said = undone(run, Channel(written, read))
    if said is None:
        return False
    # Chinese has no kana; Japanese in EUC has them at the same codes.
    kana = classes(said).count("k") - classes(run).count("k")
    return coarse(said) + KANA * kana < coarse(run)


@lru_cache(maxsize=1 << 12)
def _says_any(window: str, names: frozenset[str]) -> bool:
    """Whether a window as a whole says something in one of the encodings that signs name."""
    stands = coarse(window)
    for name in names:
        written, _, read = name.partition("→")
        said = undone(window, Channel(written, read))
        if said is not None and coarse(said) < stands + NEAR:
            return True
    return False


@cache
def _is_in(char: str, encoding: str) -> bool:
    """Whether a character is part of a run of an encoding's own."""
    if _ENDS.match(char):
        return False
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
