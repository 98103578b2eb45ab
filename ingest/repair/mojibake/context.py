"""Words that stand out from the text around them: spelled as its language spells none.

`für` read wrongly may be `fèr` or `fõr`, which look like words of some language, but not of
the one that all other words are in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from ingest.repair.mojibake import spelling
from ingest.repair.mojibake.channels import LATIN, to_bytes
from ingest.repair.mojibake.letters import LETTERS, alphabets, well_known

#: Words that tell the language of a text.
WORDS: Final = 60
#: Words that are looked at, and letters of each.
MOST: Final = 5000
LONG: Final = 40
#: Nats a letter above which a word is not of a language. Of its own words with accents, one
#: in thirty has more; the median is 1.7.
STRANGE: Final = 3.4
#: The same for a word with a letter that the language does not write, in a text of so many words.
ALIEN: Final = 2.6
SEVERAL: Final = 5
#: Nats a letter up to which a text is in a language: of 8 letters in French or German, 98 in
#: 100 have less; the median is 1.8.
KNOWN: Final = 3.2
#: Share of letters beyond ASCII from which a text in plain letters is none.
FOREIGN: Final = 0.5
#: Nats by which what a word may have been must be more probable.
GAIN: Final = 8.0
#: Encodings of one byte in which words in Latin letters are written, and read.
WRITTEN: Final = ("cp1252", "macroman", "cp850", "cp437", "cp1250")
READ: Final = (LATIN, "cp1250", "cp1251", "macroman", "cp850", "cp437", "koi8-r", "cp866")

_CYRILLIC: Final = "".join(map(chr, range(0x400, 0x460)))
_LETTER: Final = re.compile("[\u00aa-\u1fff\u3040-\ud7a3]")
_PLAIN: Final = re.compile("[a-zA-Z]{2,}")
_BEYOND: Final = re.compile(f"(?<![A-Za-z])[A-Za-z]*+[ªµºÀ-ÖØ-öø-ʯΆ-ώЀ-ӿḀ-ỿⁿ][{LETTERS}ⁿ]*")


def language(text: str) -> int | None:
    """The language that most of a text's words in plain letters are in, if it is well known."""
    found = list(islice(_PLAIN.finditer(text), WORDS))
    if not found:
        return None
    words = [one[0] for one in found]
    letters = sum(map(len, words)) + len(words)
    beyond = len(_LETTER.findall(text, found[0].start(), found[-1].end()))
    if beyond > FOREIGN * letters:
        return None
    costs = [sum(lane) for lane in zip(*map(spelling.levels, words), strict=True)]
    best = min(range(len(costs)), key=costs.__getitem__)
    return best if costs[best] <= KNOWN * spelling.STEP * letters else None


def strangers(text: str, pieces: Iterable[str] | None = None) -> Iterator[tuple[int, int]]:
    """Spans of words with letters beyond ASCII that the text's language does not spell so.

    `pieces` are those between the text's blanks that are not ASCII, each of them once, if they
    are known: then they tell that there is none.

    >>> list(strangers("Wir haben das lange gehofft, f³r alle Hõuser und nicht nur Häuser"))
    [(38, 44)]
    """
    if _BEYOND.search(text) is None:
        return
    lane = language(text)
    if lane is None:
        return
    several = sum(1 for _ in islice(_PLAIN.finditer(text), SEVERAL)) == SEVERAL
    if pieces is not None:
        distinct = set(_BEYOND.findall("\n".join(pieces)))
        if len(distinct) <= MOST and not any(
            _is_strange(one[:LONG], lane, several=several) for one in distinct
        ):
            return
    known: dict[str, bool] = {}
    for found in islice(_BEYOND.finditer(text), MOST):
        word = found[0][:LONG]
        if word not in known:
            known[word] = _is_strange(word, lane, several=several)
        if known[word]:
            yield found.span()


@lru_cache(maxsize=1 << 14)
def _is_strange(word: str, lane: int, *, several: bool) -> bool:
    """Whether a language spells no word so, but one that the same bytes are elsewhere."""
    stands = spelling.levels(word)[lane]
    own = _own_letters()[lane]
    alien = several and any(char > "\x7f" and char not in own for char in word)
    if stands <= (ALIEN if alien else STRANGE) * spelling.STEP * (len(word) + 1):
        return False
    limit = stands - GAIN * spelling.STEP
    return any(spelling.levels(other)[lane] <= limit for other in misread(word))


@cache
def _own_letters() -> tuple[frozenset[str], ...]:
    """The letters beyond ASCII of each well-known language; those that another alphabet has
    are not weighed here."""
    own = alphabets()
    return tuple(own[lane] or frozenset(_CYRILLIC) for lane in well_known())


def misread(word: str) -> set[str]:
    """What a word may have been, in encodings of one byte.

    >>> "très" in misread("trčs")
    True
    """
    others: set[str] = set()
    for read in READ:
        content = to_bytes(word, read)
        if content is not None:
            others.update(content.decode(written, "replace") for written in WRITTEN)
    return {other for other in others if other.isalpha() or "’" in other or "‘" in other}
