"""Refrains that no pack knows: a phrase that a collection of documents glued in many times.

Content repeats itself too. What gives a refrain away is that the same words stand at several
places, that they say at least two different things that only who offers documents says, or
one and stand where no content stands: counting the pages, behind the last sentence of a line
without a stop, in the middle of words. The words are in `data/refrains.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from statistics import median
from typing import Any

from ingest.strip.folding import any_of, fold, is_han, is_word, word_span
from ingest.strip.lines import Removals
from ingest.strip.marks import take
from ingest.strip.recognition import Level

# A phrase repeated less often may be what two paragraphs of a report have in common.
REPEATED = 3
# Advertising that interrupts sentences is told by the interruption: twice is enough.
INTERRUPTING = 2
# A phrase is on pages when it stands so often, never nearer than so many characters, and no gap
# is so many times the middle one: as page marks do, see marks.py.
PAGED = 4
NEAR = 150
UNEVEN = 4.0
# Length of a refrain, in characters as they stand: the shortest that was seen has 8, the
# longest 46.
SHORTEST = 6
LONGEST = 60
# Characters beside a word that must agree before two places are compared at all.
BESIDE = 3
# Places of one word looked at: enough for a page each; text made of the word costs no more.
PLACES = 2000

# Of the places where a phrase stands between two characters so many must join words of the
# document when it is gone; places looked at.
HEALED = 0.4
_TRIED = 12

_RULE = "refrain.unknown"
# A source line is content, also where all of a report's lines say the same.
_SOURCE = re.compile(r"(?:资料|数据|图片|信息|文字)?来源:|注:")
# What parts two clauses.
_PARTED = re.compile(r"[，,。；;：:！!※—\s-]")
# A number or name behind the word for where to order.
_ACCOUNT = re.compile(
    r"(?:QQ群?|qq|Q|扣扣?|企鹅号|微信|V信|VX|LINE|旺旺|电话|手机|联系|请加|咨询)[^。\n]{0,6}?[:：]?\s?[A-Za-z0-9_-]{5,20}"
)
_NUMBERS = re.compile(r"\d+")
_OPENING_QUOTES = frozenset("“‘\"'「『《〈`")
_EDGE = " \t\u3000。，、；：！？.,;:!?"


@dataclass(frozen=True)
class Kind:
    """One row of the table: words that say the same sort of thing."""

    id: str
    seller: bool
    speaks: bool
    words: re.Pattern[str]
    hit: tuple[str, ...]
    miss: tuple[str, ...]


@cache
def _rows() -> list[dict[str, Any]]:
    path = files("ingest") / "data" / "refrains.toml"
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    return rows


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of words, in the order of their table."""
    return tuple(
        Kind(
            row["id"],
            row["seller"],
            row["speaks"],
            re.compile("|".join(re.escape(fold(word)) for word in row["words"])),
            tuple(row["hit"]),
            tuple(row["miss"]),
        )
        for row in _rows()
    )


@cache
def _gate() -> re.Pattern[str]:
    # Letters that every Latin text is full of would slow the search: a refrain with an
    # address has other words, too.
    return any_of(
        word for row in _rows() if row["gate"] for word in row["words"] if not word[0].islower()
    )


def find(removals: Removals, level: Level = "sure", *, site: bool = False) -> None:
    """Ask for the removal of refrains, or report them where the proof is not enough.

    On the page of a `site` a phrase that says such things and cuts sentences again and again
    needs no more proof.

    At `level` `likely`, what would be reported goes, too.
    """
    text = removals.text
    places: dict[str, list[int]] = {}
    for found in _gate().finditer(text):
        start, end = word_span(found)
        hits = places.setdefault(text[start:end], [])
        if len(hits) < PLACES:
            hits.append(start)
    phrases = [
        _extend(text, group, len(word))
        for word, starts in places.items()
        for group in _alike(text, word, starts)
    ]
    # The same phrase is found by each of its words; what stands at most places is all of it.
    taken: set[int] = set()
    for spans in sorted(phrases, key=len, reverse=True):
        if spans and taken.isdisjoint(start for start, _ in spans):
            taken.update(offset for span in spans for offset in range(*span))
            _judge(removals, spans, level, site)


def _alike(text: str, word: str, starts: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of a word whose neighbours on one side agree."""
    length = len(word)
    for left in (True, False):
        groups: dict[str, list[int]] = {}
        for start in starts:
            end = start + length
            beside = text[max(0, start - BESIDE) : start] if left else text[end : end + BESIDE]
            # Numbers count up from place to place.
            groups.setdefault(_NUMBERS.sub("0", beside), []).append(start)
        for group in groups.values():
            if len(group) >= INTERRUPTING:
                yield group


def _extend(text: str, starts: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return the spans of the longest phrase around the places on which all of them agree."""
    # Text that repeats itself at length is no refrain.
    if len({text[max(0, start - LONGEST) : start] for start in starts[:_TRIED]}) == 1:
        return []
    before = [_tokens(text[max(0, start - LONGEST) : start])[::-1] for start in starts]
    behind = [_tokens(text[start : start + length + LONGEST]) for start in starts]
    agreed = _agreed(before)
    lefts = [tokens[:agreed] for tokens in before]
    agreed = _agreed(behind)
    rights = [tokens[:agreed] for tokens in behind]
    whole = _spans(text, starts, lefts, rights)
    if whole and _heals(text, whole):
        return whole
    _trim(lefts, -1)
    _trim(rights, 1)
    return _spans(text, starts, lefts, rights)


def _spans(
    text: str, starts: Sequence[int], lefts: Sequence[list[str]], rights: Sequence[list[str]]
) -> list[tuple[int, int]]:
    """Return the spans of the tokens around the places, or none where they make no refrain."""
    spans = []
    for start, left, right in zip(starts, lefts, rights, strict=True):
        first = start - sum(map(len, left))
        last = start + sum(map(len, right))
        if not SHORTEST <= last - first <= LONGEST:
            return []
        if _OPENING_QUOTES.intersection(text[max(0, first - 1) : first + 1]):
            continue
        spans.append((first, last))
    # Overlapping places are a word repeated on the spot, no refrain.
    if any(one[1] > two[0] for one, two in pairwise(spans)):
        return []
    return spans


def _tokens(piece: str) -> list[str]:
    """Split into characters and whole numbers."""
    return re.findall(r"\d+|\D", piece)


def _agreed(sides: Sequence[Sequence[str]]) -> int:
    """Return how many tokens are the same at all places, numbers counting as one another."""
    agreed = 0
    for column in zip(*sides, strict=False):
        if "\n" in column or len({"0" if one.isdigit() else one for one in column}) > 1:
            break
        agreed += 1
    return agreed


def _trim(sides: list[list[str]], direction: int) -> None:
    """Drop from the outer edge what may be content that repeats beside the refrain.

    That is: punctuation, numbers that neither stay nor count up, and clauses without a word
    of the table. `sides` hold the tokens in their order away from the word.
    """
    while sides[0]:
        outer = [side[-1] for side in sides]
        side = sides[0]
        if outer[0] in _EDGE or (outer[0].isdigit() and not _stays_or_counts(outer)):
            keep = len(side) - 1
        elif outer[0].isdigit():
            return
        else:
            keep = 1 + max(_borders(side), default=-1)
            clause = fold("".join(side[keep:][::direction]))
            counting = any(
                _counts(column) for column in zip(*(one[keep:] for one in sides), strict=True)
            )
            if keep == 0 or counting or any(kind.words.search(clause) for kind in kinds()):
                return
        for side in sides:
            del side[keep:]


def _borders(tokens: Sequence[str]) -> Iterator[int]:
    """Yield where clauses end: at punctuation and blanks, not at those inside of Latin text."""
    for at, token in enumerate(tokens):
        beside = (*tokens[at - 1 : at], *tokens[at + 1 : at + 2])
        latin = token.isascii() and len(beside) == 2 and all(map(_is_latin, beside))
        if token in _EDGE and not latin:
            yield at


def _is_latin(token: str) -> bool:
    return token.isascii() and token.isalnum()


def _stays_or_counts(numbers: Sequence[str]) -> bool:
    return len(set(numbers)) == 1 or _counts(numbers)


def _counts(numbers: Sequence[str]) -> bool:
    if not numbers[0].isdigit():
        return False
    values = [int(number) for number in numbers]
    return values[0] <= 2 and values == list(range(values[0], values[0] + len(values)))


def _judge(removals: Removals, spans: Sequence[tuple[int, int]], level: Level, site: bool) -> None:
    text = removals.text
    folded = fold(text[slice(*spans[0])])
    if _SOURCE.match(folded):
        return
    present = _present(folded)
    names = {kind.id for kind in present}
    ordered = {"contact", "order"} <= names and _ACCOUNT.search(folded) is not None
    if not (ordered or any(kind.seller or kind.speaks for kind in present)):
        return
    interrupting = sum(_interrupts(text, *span) for span in spans)
    tails = sum(_tails(text, *span) for span in spans)
    numbers = [_NUMBERS.findall(text[slice(*span)]) for span in spans]
    counting = any(_counts(column) for column in zip(*numbers, strict=False) if len(column) > 2)
    sellers = any(kind.seller for kind in present)
    speaks = any(kind.speaks for kind in present)
    # Two clauses that stand in a sentence with nothing to part them from it.
    spliced = interrupting * 2 > len(spans) and _PARTED.search(text, *spans[0]) is not None
    foreign = counting + (tails * 2 > len(spans)) + spliced + _heals(text, spans)
    told = len(names) > 1
    repeated = len(spans) >= REPEATED
    sure = (sellers and (told or foreign > 0)) or (
        speaks and ((told and foreign > 0) or foreign > 1)
    )
    glued = (interrupting + tails) * 2 > len(spans)
    likely = repeated and speaks and (told or foreign > 0)
    # Where it stands says more than what it says, if it stands as pages do.
    paged = likely and glued and foreign > 0 and _paged(spans)
    proven = (repeated and sure) or (ordered and glued) or paged
    proven = proven or (site and likely and glued and len(spans) >= PAGED)
    if proven or (likely and glued and level == "likely"):
        why = f"{len(spans)} times in the document: {', '.join(sorted(names))}"
        for start, end in spans:
            if removals.free(start, end):
                end = _own_stop(text, start, end)
                take(removals, (start, end), _RULE, why)
    elif likely:
        for span in spans:
            removals.propose(*span, _RULE, "repeated, and no more than that")


def _paged(spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a phrase stands on page after page: often, never close by, at like distances."""
    if len(spans) < PAGED:
        return False
    gaps = [two[0] - one[1] for one, two in pairwise(spans)]
    return min(gaps) >= NEAR and max(gaps) <= UNEVEN * median(gaps)


def _present(folded: str) -> list[Kind]:
    """Return the kinds whose words stand in a phrase; a word inside of another counts once."""
    found = [(one.span(), kind) for kind in kinds() for one in kind.words.finditer(folded)]
    return [
        kind
        for (start, end), kind in found
        if not any(
            first <= start and end <= last and (first, last) != (start, end)
            for (first, last), _ in found
        )
    ]


def _heals(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether words of the document come together where the phrase is taken out.

    What content repeats stands between words. Of phrases that repeat in encyclopedia and
    finance texts 3% look like this, of marks glued in at random 50% and 100%.
    """
    beside = [
        (left, right)
        for start, end in spans[:_TRIED]
        if len(left := text[max(0, start - 2) : start]) == 2
        and len(right := text[end : end + 2]) == 2
        and is_han(left[1])
        and is_han(right[0])
    ]
    if len(beside) < REPEATED:
        return False
    # Each is a search of the whole text: none once it is decided.
    misses = len(beside) - HEALED * len(beside)
    for left, right in beside:
        misses -= left + right[0] not in text and left[1] + right not in text
        if misses < 0:
            return False
    return True


def _tails(text: str, start: int, end: int) -> bool:
    """Say whether a phrase stands behind a finished sentence, at the end of its line, unfinished."""
    return (
        start > 0
        and text[start - 1] in "。！？；"
        and text[end : end + 1] in ("", "\n", "\r")
        and text[end - 1] not in _EDGE
    )


def _interrupts(text: str, start: int, end: int) -> bool:
    """Say whether a phrase stands inside a sentence: words on both sides, no stop between."""
    return start > 0 and end < len(text) and is_word(text[start - 1]) and is_word(text[end])


def _own_stop(text: str, start: int, end: int) -> int:
    """Take the full stop behind a phrase along where the text before it has its own."""
    opens = not start or text[start - 1] in "。！？；\n"
    return end + 1 if opens and text[end : end + 1] == "。" else end
