"""How probable words in letters are: pairs of letters in 32 languages, asked all at once.

`ingest/data/letters.tsv` holds, for each language, what stands behind a letter. The levels
of a pair in all languages lie side by side in one integer, so that adding two integers adds
up two pairs in every language; the languages are told apart only at the end of a word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from operator import add
from typing import Final

from ingest.repair.mojibake import spelling

#: Levels to a nat in the table.
STEP: Final = 8
#: Nats of a pair that a language does not have. More would make one name outweigh a line.
UNSEEN: Final = 9.0
#: Nats for a word of another language than the rest of the text.
FOREIGN: Final = 5.0
#: Nats for text in another language than reports are found in mostly.
UNUSUAL: Final = 1.5
USUAL: Final = frozenset(("de", "en", "es", "fr", "it", "pt", "ru"))
#: Nats for a capital inside a word behind a small letter, for a second capital, for a word
#: in capitals, for a first capital.
INNER_CAPITAL: Final = 6.0
SHOUTED: Final = 2.0
CAPITAL: Final = 1.0

#: Nats a pair above which a word looks garbled.
UNLIKELY: Final = 4.8

#: Nats of a letter of an abbreviation, and of one beyond ASCII.
ABBREVIATED: Final = 4.0
SIGN: Final = 7.0

_LANE: Final = 16
#: Letters of Latin, Greek and Cyrillic, as a set of a regular expression.
LETTERS: Final = "A-Za-zªµºÀ-ÖØ-öø-ʯΆΈ-ώЀ-ҁҊ-ԯḀ-ỹﬀ-ﬆ"
_WORD: Final = re.compile(f"[{LETTERS}]+(?:['’][{LETTERS}]+)*")
# Letters of two alphabets in one word.
_MIXED: Final = re.compile("[A-Za-zÀ-ɏ][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-zÀ-ɏ]|[Ͱ-Ͽ][Ѐ-ӿ]|[Ѐ-ӿ][Ͱ-Ͽ]")
# As the source spells them: the letters of Vietnamese with two marks are one letter there.
_FOLDED: Final = dict.fromkeys(range(7840, 7930), "ế") | {
    0x0219: "ş",
    0x021B: "ţ",
    0x2019: " ",
    0x27: " ",
    0x0307: None,
}


@cache
def _rows() -> list[list[str]]:
    content = resources.files("ingest").joinpath("data", "letters.tsv").read_text("utf-8")
    return [line.split("\t") for line in content.split("\n") if line and line[0] != "#"][1:]


@cache
def characters(language: str) -> dict[str, float]:
    """Nats of the common characters of Japanese (`ja`) or Korean (`ko`), each by itself.

    >>> characters("ko")["이"] < characters("ko")["롭"]
    True
    """
    (row,) = (row[2] for row in _rows() if row[:2] == [language, ""])
    return {row[at]: (ord(row[at + 1]) - 0x21) / STEP for at in range(0, len(row), 2)}


@cache
def _table() -> tuple[dict[str, int], int, int, int, list[int]]:
    """Pairs of letters to levels in all languages, the level of the rest, and how many
    languages there are: all, and those that text is repaired into, with their bias."""
    rows = [row for row in _rows() if row[1]]
    # A + sorts before letters; turned around, those languages come last.
    languages = sorted({row[0] for row in rows}, reverse=True)
    unseen = round(UNSEEN * STEP)
    rest = sum(unseen << (_LANE * lane) for lane in range(len(languages)))
    table: dict[str, int] = {}
    for language, letter, followers in rows:
        shift = _LANE * languages.index(language)
        for at in range(0, len(followers), 2):
            pair = letter + followers[at]
            level = ord(followers[at + 1]) - 0x21
            table[pair] = table.get(pair, rest) - (unseen - level << shift)
    repaired = [name for name in languages if name[0] != "+"]
    biases = [0 if name in USUAL else round(UNUSUAL * STEP) for name in repaired]
    return table, rest, len(languages), len(repaired), biases


@cache
def alphabets() -> tuple[frozenset[str] | None, ...]:
    """For each place in `levels`, the letters beyond ASCII of its language.

    None for a language that is not written in Latin letters, and for groups of languages.
    """
    content = resources.files("ingest").joinpath("data", "alphabets.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in content.split("\n") if line and line[0] != "#")
    known = {language: frozenset(own + own.upper()) for language, own in rows}
    languages = sorted({row[0] for row in _rows() if row[1]}, reverse=True)
    return tuple(known.get(name) for name in languages)


def words(text: str) -> Iterator[str]:
    """The words of a text that are written in letters.

    >>> list(words("L’été 1931: fin"))
    ['L’été', 'fin']
    """
    return (found[0] for found in _WORD.finditer(text))


@lru_cache(maxsize=1 << 14)
def levels(word: str, *, every: bool = True) -> tuple[int, ...]:
    """What a word costs in each language, in eighths of a nat.

    `every` counts those languages, too, that nothing is repaired into.
    """
    table, rest, count, repaired, _ = _table()
    folded = f" {word.lower().translate(_FOLDED)} "
    total = sum(table.get(folded[at : at + 2], rest) for at in range(len(folded) - 1))
    lanes = memoryview(total.to_bytes(count * _LANE // 8, "little")).cast("H")
    return tuple(lanes if every else lanes[:repaired])


@lru_cache(maxsize=1 << 14)
def _costs(word: str, *, every: bool = True) -> tuple[int, ...]:
    """What a word costs in each language, where one is known well by more than pairs."""
    known = list(levels(word, every=every))
    for lane, level in zip(well_known(), spelling.levels(word), strict=True):
        known[lane] = level
    return tuple(known)


@lru_cache(maxsize=1 << 14)
def _as_foreign(word: str, *, every: bool = True) -> tuple[int, ...]:
    """What a word costs in each language, or as a foreign word in a text in it."""
    costs = _costs(word, every=every)
    limit = min(costs) + round(FOREIGN * STEP)
    return tuple(min(cost, limit) for cost in costs)


@cache
def well_known() -> tuple[int, ...]:
    """The places in `levels` of the languages of `spelling`, in their order."""
    languages = sorted({row[0] for row in _rows() if row[1]}, reverse=True)
    return tuple(map(languages.index, spelling.languages()))


@lru_cache(maxsize=4096)
def is_unlikely(word: str) -> bool:
    """Whether no language spells a word so, or its capitals are out of order.

    >>> is_unlikely("citÉ"), is_unlikely("cité")
    (True, False)
    """
    nats = min(levels(word[:60])) / STEP
    return capitals(word) >= INNER_CAPITAL or nats > UNLIKELY * (min(len(word), 60) + 1)


def is_spelled(text: str) -> bool:
    """Whether a text is ASCII but for words that some language spells so.

    >>> is_spelled("(Grüße)"), is_spelled("GrÃ¼ÃŸe"), is_spelled("k”nnen")
    (True, False, False)
    """
    if _MIXED.search(text) or not _WORD.sub("", text).isascii():
        return False
    return not any(map(is_unlikely, words(text)))


@lru_cache(maxsize=1 << 14)
def capitals(word: str) -> float:
    """Nats for the capitals of a word.

    >>> capitals("Été") < capitals("cité") + 2 < capitals("citÉ")
    True
    """
    if word.islower():
        return 0.0
    if word.isupper():
        return CAPITAL if len(word) == 1 else SHOUTED
    inner = sum(one.islower() and two.isupper() for one, two in itertools.pairwise(word))
    first = CAPITAL if word[0].isupper() else 0.0
    second = SHOUTED if word[:2].isupper() and len(word) > 2 else 0.0
    return first + second + INNER_CAPITAL * inner


def _sign_cost(word: str) -> float:
    sign = ABBREVIATED if word.isascii() else SIGN
    return min(min(_costs(word)) / STEP, sign * len(word)) + capitals(word)


def letters_cost(chosen: list[str], *, every: bool = True) -> float:
    """Nats of words: those of the language that explains them best, others as foreign words.

    >>> letters_cost(["très", "bien"]) < letters_cost(["trčs", "bien"])
    True
    """
    # Letters that stand alone are signs, and a few capitals an abbreviation: no pairs to weigh.
    short = [
        word
        for word in chosen
        if (every or word.isascii()) and (len(word) == 1 or (len(word) < 6 and word.isupper()))
    ]
    chosen = [word for word in chosen if word not in short] if short else chosen
    signs = sum(map(_sign_cost, short))
    if not chosen:
        return signs
    costs = [_as_foreign(word[:60], every=every) for word in chosen]
    totals = map(sum, zip(*costs, strict=True))
    best: int = min(totals) if every else min(map(add, _table()[4], totals))
    return best / STEP + sum(map(capitals, chosen)) + signs
