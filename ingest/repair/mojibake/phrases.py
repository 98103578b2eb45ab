"""Short texts in Latin letters, titles and cells, in which one word is not as it is spelled.

Too few words stand around it to tell their language first. So all of them are weighed
together, in each language that is well known: with the word as it stands, and as what its bytes
may have been. Only where a language explains the latter well is every pair of encodings
tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ingest.repair.mojibake import spelling
from ingest.repair.mojibake.channels import READ_AS_LATIN
from ingest.repair.mojibake.context import misread
from ingest.repair.mojibake.plausibility import is_odd
from ingest.repair.mojibake.readings import Reading
from ingest.repair.mojibake.search import differences
from ingest.repair.mojibake.seldom import SHORT, Misread, reading_of

#: Nats a letter up to which a text is in a language, and a word is one of some: what French
#: and German cost is 1.8.
KNOWN: Final = 2.2
#: Nats by which the words must be more plausible with the other spelling.
GAIN: Final = 6.0
#: Nats that are left of them among all languages and pairs of encodings. With both, of 52,600
#: clean messages in 176 languages 17 are found, nearly all in languages that are not well
#: known; of misread pieces that were left a quarter.
LEFT: Final = 0.5
#: Words of a text that are tried, and letters of each that count.
MOST: Final = 4
LONG: Final = 40

_EASTERN: Final = frozenset(READ_AS_LATIN) - {"utf-8"}
# Against a letter, or by itself between words in small letters; a letter with an accent also
# at the edge of a line; a sign within a word; a control before one.
_LETTER: Final = re.compile(
    "(?:(?<=[A-Za-z])|(?<=[a-z] )(?=. [a-z])|(?=.[A-Za-z]))[^\x00-\x7f\xa0\xad–—…‘’“”«»·°©®™]"
    "|(?<=[a-z])[–—…“”«»·°©®™](?=[a-z])"
    r"|(?:\A|(?<=[a-z] ))[À-ɏ](?=\Z| [a-z])|\x85(?= ?\w)"
)
_FRAME: Final = re.compile("[─│━┃═║][─-╬]|[─-╬][─│━┃═║]")
# What stands for a letter may be no letter.
_WORD: Final = re.compile(r"[A-Za-z\x80-\uffff][A-Za-z'\x80-\uffff]*")


def places(text: str) -> Iterator[Misread]:
    """Spans of a short text that were probably misread, in order.

    >>> [(found[:2], found.reading.text) for found in places("apräs la fàte")]
    [((3, 11), 'après la fête')]
    """
    if len(text) > SHORT or text.isascii():
        return
    start = 0
    for line in text.split("\n"):
        if not (line.isascii() or _FRAME.search(line)) and (is_odd(line) or _is_otherwise(line)):
            reading = reading_of(line)
            if reading is not None and reading.gain > LEFT and _tells(line, reading):
                yield Misread.between(line, start, reading)
        start += len(line) + 1


def _tells(line: str, reading: Reading) -> bool:
    """Whether a letter is read otherwise: spaces, ellipses and dashes may stand anywhere, and a
    letter by itself in a list of letters."""
    if reading.channel.written in _EASTERN:
        return False  # characters of East Asia among letters: signs of mathematics do so
    return any(
        any(_LETTER.match(line, at) for at in range(start, end))
        for start, end, _ in differences(line, reading.text)
    )


def _is_otherwise(line: str) -> bool:
    """Whether a well known language explains a line with another spelling of a word."""
    words = _WORD.findall(line)
    strange = [word[:LONG] for word in dict.fromkeys(words) if not word.isascii()]
    if not strange:
        return False
    sums = [
        sum(lane) for lane in zip(*(spelling.levels(word[:LONG]) for word in words), strict=True)
    ]
    limit = KNOWN * spelling.STEP * (sum(map(len, words)) + len(words))
    limit = min(limit, min(sums) - GAIN * spelling.STEP)
    if limit <= 0:
        return False
    for word in strange[:MOST]:
        stands = spelling.levels(word)
        if min(stands) > KNOWN * spelling.STEP * (len(word) + 1) and any(
            total - own + other <= limit
            for others in _spellings(word)
            for total, own, other in zip(sums, stands, others, strict=True)
        ):
            return True
    return False


@lru_cache(maxsize=1 << 14)
def _spellings(word: str) -> tuple[tuple[int, ...], ...]:
    return tuple(spelling.levels(other) for other in misread(word) if other != word)
