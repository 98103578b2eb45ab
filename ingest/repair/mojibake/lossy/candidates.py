"""The characters that a few known bytes of UTF-8, and sets of possible ones, leave."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final, NamedTuple

from ingest.repair.language import SYMBOL_SHARES, han
from ingest.repair.language_lattice import is_han
from ingest.repair.language_table import SEED, extend
from ingest.repair.mojibake.lossy.readers import Reader, lost_pairs
from ingest.repair.mojibake.plausibility import classes

#: Candidates for one place, the most common ones.
FITTING: Final = 400
#: Combinations of bytes that are gone through one by one; of more, all characters are.
FEW: Final = 300
#: The level of the rarest words.
_RAREST: Final = 255


# Nats of a character by its class beyond what the Han model says, which has one symbol for
# all that is neither Han nor common punctuation; from shares of running text.
BEYOND: Final = {
    "a": 0.0,
    "k": 4.0,
    "p": 0.0,
    "P": 8.0,
    "t": 4.2,
    "s": 7.5,
    "c": 3.3,
    "C": 5.0,
    "l": 4.5,
    "L": 6.0,
    "q": 2.0,
    "m": 7.0,
    "o": 5.0,
}
#: The same for signs that the model takes for others, or passes over; shares of 2.5 million
#: characters of Chinese text.
_SIGNS: Final = {
    **dict.fromkeys("，、。（）：；“”《》「」·！？—…", 0.01),
    **dict.fromkeys("【】〔〕〈〉『』．～－‧＋＝／", 4.0),
    **dict.fromkeys("０１２３４５６７８９％", 5.0),
    "\u3000": 8.0,
}
#: Kinds of Han characters that are written in one script only.
SIMPLIFIED: Final = "simplified"
TRADITIONAL: Final = "traditional"


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


class Known(NamedTuple):
    """A character with its class or script, its symbol in the model, the hash of that as a
    word, the nats of the word, and those of the character beyond."""

    char: str
    kind: str
    code: int
    alone: int
    nats: float
    beyond: float


@lru_cache(maxsize=4096)
def fitting(pattern: Pattern) -> tuple[Known, ...]:
    """Characters that fit a pattern, common ones first.

    >>> from ingest.repair.mojibake.lossy.readers import READERS
    >>> places = (b"\\xe5", b"\\x85", b"\\xa8\\xac\\xb1\\xb3")
    >>> [one.char for one in fitting(Pattern(places, -1, READERS["gb18030"]))]
    ['全', '共', '关', '公']
    """
    places, pair, reader = pattern
    together = lost_pairs(reader) if pair >= 0 else frozenset()
    if math.prod(map(len, places)) <= FEW:
        characters = (bytes(octets).decode("utf-8", "ignore") for octets in product(*places))
        ranked = (one for char in characters if (one := _repertoire().get(char)) is not None)
        fit = (one for one in sorted(ranked, key=lambda one: (one.nats, one.char)))
    else:
        second, third = frozenset(places[1]), frozenset(places[-1])
        found = [
            one
            for lead in places[0]
            for one, content in _by_lead().get(lead, ())
            if content[1] in second and content[-1] in third
        ]
        fit = (one for one in sorted(found, key=lambda one: (one.nats, one.char)))
    if pair >= 0:
        fit = (one for one in fit if one.char.encode()[pair : pair + 2] in together)
    return tuple(islice(fit, FITTING))


def known(char: str) -> Known | None:
    """A character as the model has it; None for what nobody writes, and for nothing.

    >>> known("经").code == known("經").code, known("")
    (True, None)
    """
    return _repertoire().get(char)


@cache
def _by_lead() -> dict[int, list[tuple[Known, bytes]]]:
    """What is written anywhere, by the first byte in UTF-8."""
    found: dict[int, list[tuple[Known, bytes]]] = {}
    for one in _repertoire().values():
        content = one.char.encode()
        found.setdefault(content[0], []).append((one, content))
    return found


@cache
def _repertoire() -> dict[str, Known]:
    """What is written anywhere."""
    model = han()
    get, nats = model.lattice.words.get, model.lattice.word_nats
    found = {}
    for code in (*range(0xA0, 0x0600), *range(0x2000, 0xD7A4), *range(0xFF00, 0xFFE7)):
        char = chr(code)
        kind = classes(char)
        symbols = model.symbols(char).exact
        if kind in "xOS" or (kind in "hH" and not is_han(symbols[0])):
            continue
        symbol = symbols[0] if symbols else code
        alone = extend(SEED, symbol)
        # What stands for many characters is common, each of them is not.
        own = nats[_RAREST if chr(symbol) in SYMBOL_SHARES else get(alone)]
        beyond = _SIGNS.get(char) or BEYOND.get(kind, 0.0)
        if kind in "hH":
            simplified, traditional = model.scripts(char)
            kind = SIMPLIFIED if simplified else TRADITIONAL if traditional else kind
        found[char] = Known(char, kind, symbol, alone, own, beyond)
    return found
