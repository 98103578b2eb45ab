"""Words that their language spells otherwise, and how: a letter read in the wrong encoding.

A word is weighed as what it is, a word of the text's language or a foreign one, against what
it would be had one encoding of one byte been read as another.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Set
from functools import cache, lru_cache
from itertools import chain, islice
from math import exp
from typing import Final, NamedTuple

from ingest.edits import Alternative
from ingest.repair.mojibake import letters
from ingest.repair.mojibake.letters import INNER_CAPITAL, LETTERS, STEP, alphabets, capitals, levels

#: Nats by which another spelling must be the more plausible before it counts at all.
NEEDED: Final = 2.0
#: Nats of a foreign word with letters that the language has not.
FOREIGN: Final = 7.0
#: Nats by which a language may explain the words around worse, and still be theirs.
DOUBT: Final = 6.0
#: Nats from which a letter is no word of a language, and nats of such a letter by itself.
UNHEARD: Final = 12.0
NO_WORD: Final = 4.0
#: Nats of a quotation mark, and of a sign inside a word.
QUOTED: Final = 5.0
SIGN: Final = 5.0
#: Characters on either side whose words tell the language, and how many words do.
CONTEXT: Final = 150
WORDS: Final = 3
#: Words of a document that are weighed.
BUDGET: Final = 2000
#: Letters of a word on either side of the one that is strange.
REACH: Final = 30

#: Encodings of one byte that Latin letters are written in, and what they are read as.
_WRITTEN: Final = ("cp1252", "cp1250", "cp437", "cp850", "macroman")
_READ: Final = (*_WRITTEN, "latin-1", "cp1251", "koi8-r", "cp866")
_QUOTES: Final = "“”‘’"
_BEFORE: Final = re.compile(f"[{LETTERS}]{{1,{REACH}}}\\Z")
_LATIN: Final = re.compile("[A-Za-zÀ-ɏ]")
_ASCII: Final = re.compile(r"[\x00-\x7f]+")
_SPELLED: Final = re.compile(f"[{LETTERS}]+")
_MEANT: Final = re.compile(f"[{LETTERS}{_QUOTES}]")


class Word(NamedTuple):
    """A word that is probably misspelled: its span, nats, why, and what it may be."""

    start: int
    end: int
    nats: float
    why: str
    readings: tuple[Alternative, ...]


@cache
def _tables() -> tuple[tuple[str, str, dict[int, str]], ...]:
    """For each misreading, which letters and quotation marks its characters stand for."""
    tables = []
    for written in _WRITTEN:
        for read in _READ:
            table: dict[int, str] = {}
            for byte in range(0x80, 0x100):
                content = bytes((byte,))
                before, after = (content.decode(one, "ignore") for one in (read, written))
                if before and before != after and _MEANT.fullmatch(after):
                    table[ord(before)] = after
            tables.append((written, read, table))
    return tuple(tables)


def words(text: str, strange: Set[str]) -> Iterator[Word]:
    """Words of a text in Latin letters, with strange characters, that it hardly means.

    `strange` are characters of the text that not every text has; those that its language
    writes every day are passed over.

    >>> [found[3:] for found in words("aux environs de la gare, trčs bien", {"č"})][0][1][0].text
    'très'
    """
    strange = strange & _mapped()
    for lane in languages(text[: 4 * CONTEXT])[:1]:
        strange -= _known(lane)
    if not strange:
        return
    every = "".join(map(re.escape, sorted(strange)))
    one, rest = re.compile(f"[{every}]"), re.compile(f"[{LETTERS}{every}]{{1,{REACH}}}")
    end, left = 0, BUDGET
    meant: set[str] = set()
    while left > 0 and (hit := one.search(text, end)):
        before = _BEFORE.search(text, max(end, hit.start() - REACH), hit.start())
        start = before.start() if before else hit.start()
        found = rest.match(text, start)
        end = found.end() if found else hit.end()
        left -= 1
        if not _LATIN.search(text, start, end) or (text[start] in "„‚" and start == hit.start()):
            continue
        word = text[start:end]
        # What a document spells so again and again, it means.
        if word in meant or (len(word) > 1 and not _may_be_other(word)):
            continue
        around = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
        lanes = languages(" ".join(around))
        if len(word) > 1:
            weighed = list(_weighed(word, start, lanes))
            yield from weighed
            if not weighed:
                meant.add(word)
        elif lanes and all(_is_no_word(text, start, lane) for lane in lanes):
            yield Word(start, end, NO_WORD, "letter that is no word", ())


def _is_no_word(text: str, at: int, lane: int) -> bool:
    """Whether a letter stands by itself where its language has no such word."""
    char, beside = text[at].lower(), text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return (
        "à" <= char <= "ÿ"
        and text[at] not in "ÀÅÉàáåæèéíø÷"
        and beside == "  "
        and alphabets()[lane] is not None
        and levels(char)[lane] >= UNHEARD * STEP
    )


def _weighed(word: str, start: int, lanes: tuple[int, ...]) -> Iterator[Word]:
    beyond_ascii = _ASCII.sub("", word)
    lane = lanes[0] if lanes else None
    if lane is not None and alphabets()[lane] is None:
        return
    if any(native(one).issuperset(beyond_ascii) for one in lanes):
        return
    own = native(lane)
    stands = _cost(word, lane, foreign=True)
    spellings: dict[str, tuple[float, str]] = {}
    for said, core, why in _spellings(word):
        if own.issuperset(_ASCII.sub("", core)):
            quotes = QUOTED * (len(said) - len(core))
            spellings[said] = (_cost(core, lane, foreign=False) + quotes, why)
    if not spellings:
        return
    ranked = sorted((cost, said, why) for said, (cost, why) in spellings.items())
    gain = stands - ranked[0][0] - NEEDED
    if gain <= 0:
        return
    weights = [exp(stands - NEEDED - cost) for cost, _, _ in ranked[:3]]
    total = 1 + sum(weights)
    yield Word(
        start,
        start + len(word),
        gain,
        f"spelled as {ranked[0][2]}",
        tuple(
            Alternative(said, weight / total)
            for (_, said, _), weight in zip(ranked, weights, strict=False)
        ),
    )


@lru_cache(maxsize=1 << 12)
def _spellings(word: str) -> tuple[tuple[str, str, str], ...]:
    """What a word would be but for each misreading: as it stands, without its quotation marks,
    and the misreading. The first of those that say the same counts."""
    beyond = set(map(ord, _ASCII.sub("", word)))
    found: dict[str, tuple[str, str]] = {}
    for written, read, table in _tables():
        if not beyond <= table.keys() | _kept(written, read):
            continue
        said = word.translate(table)
        core = said.lstrip("“‘").rstrip("”’")
        if said == word or said in found or not _SPELLED.fullmatch(core):
            continue
        if capitals(core) < INNER_CAPITAL:
            found[said] = core, f"{written} read as {read}"
    return tuple((said, *rest) for said, rest in found.items())


@lru_cache(maxsize=1 << 12)
def _may_be_other(word: str) -> bool:
    """Whether in some language another spelling would be the more plausible."""
    stands = _cost(word, None, foreign=True) + FOREIGN * sum(1 for _ in letters.words(word))
    return any(
        stands - NEEDED > _cost(core, None, foreign=False) + QUOTED * (len(said) - len(core))
        for said, core, _ in _spellings(word)
    )


def _cost(word: str, lane: int | None, *, foreign: bool) -> float:
    """Nats of a word in the text's language, or as a foreign word; of signs in it."""
    total, size = 0.0, 0
    for part in letters.words(word):
        costs = levels(part)
        least = min(costs) / STEP
        if lane is None:
            total += least
        else:
            total += least + FOREIGN if foreign else costs[lane] / STEP
        total += capitals(part)
        size += len(part)
    return total + SIGN * (len(word) - size)


@cache
def _mapped() -> frozenset[str]:
    """What some misreading makes of a letter."""
    found = (chr(code) for _, _, table in _tables() for code in table)
    # Greek letters are signs of mathematics, and these are units.
    return frozenset(char for char in found if not "Α" <= char <= "ω" and char not in "µÅ")


@cache
def _kept(written: str, read: str) -> frozenset[int]:
    """Characters at the same byte in both encodings."""
    both = (bytes((byte,)) for byte in range(0x80, 0x100))
    pairs = ((one.decode(written, "ignore"), one.decode(read, "ignore")) for one in both)
    return frozenset(ord(one) for one, two in pairs if one and one == two)


def languages(text: str) -> tuple[int, ...]:
    """The languages that the words of a text may be in, as places in `levels`, best first.

    Empty if the words are too few to tell.
    """
    plain = (word for word in letters.words(text) if len(word) > 1 and word.isascii())
    chosen = list(islice(plain, 25))
    if len(chosen) < WORDS:
        return ()
    total = sum(map(_as_foreign, chosen))
    sums = memoryview(total.to_bytes(4 * len(alphabets()), "little")).cast("I").tolist()
    near = min(sums) + round(DOUBT * STEP)
    return tuple(
        sorted((lane for lane, total in enumerate(sums) if total <= near), key=sums.__getitem__)
    )


@lru_cache(maxsize=1 << 14)
def _as_foreign(word: str) -> int:
    """What a word costs in each language, or as a foreign word in it: side by side in one
    integer, four bytes each, so that adding two of them adds up every language."""
    costs = levels(word)
    limit = min(costs) + round(FOREIGN * STEP)
    return int.from_bytes(array("I", (min(cost, limit) for cost in costs)).tobytes(), "little")


@cache
def _known(lane: int) -> frozenset[str]:
    """Letters of a language, but for those capitals that small ones turn into: È, Ö, Ç."""
    return frozenset(
        char for char in native(lane) if char.islower() or native(lane) > frozenset("äö")
    )


@cache
def native(lane: int | None) -> frozenset[str]:
    """Letters beyond ASCII of a language; of every language if it is not known."""
    if lane is not None:
        return alphabets()[lane] or frozenset()
    return frozenset(chain.from_iterable(filter(None, alphabets())))
