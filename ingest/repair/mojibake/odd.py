"""What stands where no text in Latin letters has it: what is reported though nothing repairs it.

Text in Latin letters that was read in the wrong encoding keeps most of its letters. What
stands for the others gives it away: a Han character or a piece of a drawing against a letter,
a capital at the end of a word, a word that its language spells otherwise. Each kind of place
has its nats, how much more often garbled lines have it than clean ones; a place, or several
close together, that reaches `THRESHOLD` is marked. Nothing is changed here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from math import exp
from typing import Final, NamedTuple

from ingest.edits import Alternative, Mark
from ingest.repair.mojibake import eastern, mention, misspelled, phrases, seldom
from ingest.repair.mojibake.channels import beyond_ascii, bytes_each
from ingest.repair.mojibake.readings import Reading, best
from ingest.repair.mojibake.search import differences

#: Nats from which places are reported. Of the tuning items 19 in 20 that were left reach it,
#: of clean messages in 176 languages 1 in 2,000.
THRESHOLD: Final = 4.0
#: Characters between odd places that are reported as one.
APART: Final = 60
#: Characters of one report: what a person takes in at a glance.
LONGEST: Final = 200
#: Characters on either side that say what a text is written in.
AROUND: Final = 60
#: Share of wide characters, to Latin letters, from which a text is not in Latin letters.
WIDE_SHARE: Final = 0.25
#: Letters of another alphabet around a place from which the text is written in it.
OTHERS: Final = 4
#: Bytes of UTF-8 a character up to which a text is in Latin letters for the most part.
FEW: Final = 1.75

_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỹ"
_SMALL: Final = "a-zß-öø-ÿāăąćčďđēęěğīķļłńņňőœŕřśşšţťūůűųźżž"
_ACCENTED: Final = "À-ÖØ-ÞĂĄĆČĎĐĘĚŁŃŇŐŘŔŚŞŠŢŤŮŰŸŹŻŽŒ"
#: Letters beyond ASCII that are no word by themselves in any language, unlike à, é, ó, å.
_ALONE: Final = "ßãæçëîïðñôõüþăąćčďđęěłńňőœŕřśşšţťűůżž"
#: Letters of Cyrillic that are no word by themselves.
_NO_WORD: Final = "Ѐ-БГД-ЖЗЙЛ-НП-РТФ-Юбгдежзйлмнпртфхцчшщъыьэюѐ-ѕїј-ӿ"
#: Signs that stand between no two letters of a word.
_SIGNS: Final = "¢£¤¥¦§¨¬¯³µ¶¸¹¿×÷ƒˆ˜†‡‰„‚‹›“”∂∆∏∑√∞∫≈≠≤≥◊ⁿ⌐■□▪▫•°±«»¼½¾"
#: Han, kana, Hangul, full and half width, without their punctuation.
_WIDE: Final = "⺀-⿟〒-〿ぁ-ヿㄅ-ㆎ㇀-鿿가-힣豈-\ufaff︰-﹯＂-＇＊＋－-９＜-＞＠-］＿-｝｡-ﾟ￠-￦\U00020000-\U0003ffff"
_DRAWN: Final = "─-▟"
_CYRILLIC: Final = "Ѐ-ӿ"
_GREEK: Final = "Α-Ωα-ω"
_ALPHABETS: Final = f"{_LATIN}{_CYRILLIC}Ͱ-Ͽ"
_ANY_WIDE: Final = re.compile(f"[{_WIDE}]")
_WIDE_WORD: Final = re.compile(f"(?<![{_WIDE}A-Za-z])[{_WIDE}]{{2,}}(?![A-Za-z])|[{_WIDE}]{{4}}")
_WIDE_PAIR: Final = re.compile(f"[{_WIDE}](?=[{_WIDE}])")
# Runs: they begin with one character of a set, which is fast.
_LETTERS: Final = re.compile(f"[{_LATIN}][{_LATIN}]*+")
_OTHER: Final = re.compile(f"[Ͱ-Ͽ{_CYRILLIC}]")
#: What phonetic transcription is written in.
_PHONETIC: Final = re.compile("[ɐ-ʯˈˌː]")
_ADDRESS: Final = ("http:", "https:", "www.")
#: What text in any language may have, wherever it stands.
_USUAL: Final = frozenset("“”‘’«»‹›–—‐‑‒―…•·§°©®™€£±×÷²³¼½¾¡¿ªº№\xa0\xad\u2009\u202f\u200b←→↑↓≤≥")


_NO_WORD_ITSELF: Final = "letter that is no word"
#: Nats of letters of a cluster that stand by themselves and that nothing reads as a word: who
#: writes about letters writes several.
_MENTIONED: Final = 2.0
_BY_ITSELF: Final = "East Asian character by itself"
#: Places of a document that are read in every pair of encodings, and characters beside them.
READ: Final = 200
BESIDE: Final = 12


_MATHEMATICS: Final = re.compile("[\xa0∞±≤≥∑∏∫πΩ∂∆≠≈√÷×·]")


class _Kind(NamedTuple):
    """A kind of odd place: its nats, in words, what begins it, and what stands around that."""

    nats: float
    why: str
    first: str
    around: str
    pattern: re.Pattern[str]


class Place(NamedTuple):
    """An odd place: its span, its nats, what is odd, and how it may read."""

    start: int
    end: int
    nats: float
    why: str
    readings: tuple[Alternative, ...] = ()


def _kind(nats: float, why: str, first: str, before: str = "", behind: str = "") -> _Kind:
    """A kind of place: its first character, what must stand before it (after `=`, or after `!`
    what must not; several parted by spaces), and what follows."""
    # A search that begins with a set of characters is four times as fast as one that begins
    # with a look back.
    looks = "".join(f"(?<{look}.)" for look in before.split())
    around = looks + behind
    return _Kind(nats, why, first, around, re.compile(f"[{first}]{around}", re.DOTALL))


@cache
def _kinds() -> tuple[_Kind, ...]:
    wide, drawn = "East Asian character in a word", "piece of a drawing in a word"
    other, alone = "letter of another alphabet in a word", _NO_WORD_ITSELF
    sign, wrong = "sign inside a word", "quotation mark that nothing closes"
    run = f"[{_WIDE}]{{0,2}}"
    no_word = f"(?![{_LATIN}{_WIDE}0-9])"
    apart = f"![{_ALPHABETS}'’./] ![a-z]-"
    edge = f"(?![{_ALPHABETS}'’/])(?!-[a-z])(?!\\Z)(?!\\.\\w)"
    return (
        _kind(5.0, wide, _WIDE, f"=[{_LATIN}]", f"{run}(?=[{_SMALL}])"),
        _kind(4.0, wide, _WIDE, f"![{_LATIN}{_WIDE}0-9]", f"[{_WIDE}]?(?=[{_SMALL}])"),
        _kind(4.0, wide, _WIDE, f"=[{_LATIN}]", f"{run}{no_word}"),
        _kind(4.0, wide, _WIDE, "=['’]", f"{run}{no_word}"),
        _kind(2.0, _BY_ITSELF, _WIDE, f"![{_LATIN}{_WIDE}'’]", f"(?![{_LATIN}{_WIDE}])"),
        _kind(4.0, "half-width kana", "｡-ﾟ", f"![{_WIDE}]", f"[｡-ﾟ]?(?![{_WIDE}])"),
        _kind(5.0, "bracket inside a word", "〈-】", f"=[{_SMALL}]", f"(?=[{_SMALL}\\s]|\\Z)"),
        _kind(5.0, drawn, _DRAWN, f"=[{_LATIN}]"),
        _kind(5.0, drawn, _DRAWN, "", f"(?=[{_LATIN}])"),
        _kind(4.0, "piece of a drawing by itself", "┐-▟", f"![{_DRAWN}]", f"(?![{_DRAWN}])"),
        _kind(5.0, other, _CYRILLIC, f"=[{_LATIN}]", f"[{_CYRILLIC}]?"),
        _kind(5.0, other, _CYRILLIC, "", f"[{_CYRILLIC}]?(?=[{_LATIN}])"),
        _kind(
            4.5,
            "letter against a sign",
            f"À-ÖØ-öø-ɏ{_NO_WORD}",
            f"![{_ALPHABETS}]",
            "(?=[%{$*&\\\\<]|--)",
        ),
        _kind(4.0, alone, _NO_WORD, f"![{_ALPHABETS}./]", f"(?![{_ALPHABETS}.)/])"),
        _kind(5.0, other, _GREEK, f"=[{_SMALL}]", f"(?=[{_SMALL}])"),
        _kind(5.0, "capital inside a word", _ACCENTED, f"=[{_SMALL}]"),
        _kind(4.0, alone, _ALONE, f"{apart} !\\A", edge),
        _kind(4.0, alone, _ALONE[1:].upper(), apart, edge),
        _kind(5.0, sign, _SIGNS, "=[a-zß-öø-ÿ]", "(?=[a-zß-öø-ÿ])"),
        _kind(5.0, sign, _SIGNS, "=[A-ZÀ-ÖØ-Þ]", "(?=[a-zß-öø-ÿ]{2})"),
        _kind(4.0, sign, "¹²³ⁿ", f"![{_ALPHABETS}0-9)]", "(?=[a-zß-öø-ÿ]{2})"),
        _kind(4.0, sign, "¹²³ⁿ", "=[A-ZÀ-ÖØ-Þ]", "(?=[a-zß-öø-ÿ]{2})"),
        _kind(4.0, sign, "÷×±≈≥≤∞√∫ƒ‰ˆ˜¨¯¸´¬¦¤¥", "![^\\s\"'(]", "(?=[a-zß-öø-ÿ]{2})"),
        _kind(5.0, wrong, "„‚", "=[a-zß-öø-ÿ]", "(?=[\\s,.;:!?]|\\Z)"),
        _kind(4.0, wrong, "„‚", "!\\S", "(?!\\S)"),
        _kind(4.0, wrong, "‚", "![^\\s'’]", "(?=[a-z][^‘’'\"“”]{40})"),
        _kind(4.0, sign, "§¸‰ˆ˜¢¤¥¦¬¨¯ƒ", f"=[{_SMALL}]", r"(?=[\s,.;:!?]|\Z)"),
        _kind(4.0, sign, "⌠⌡⌐", "", "(?=[%A-Za-z-])"),
        _kind(3.0, "sign that text seldom has", "⌠⌡⌐¤¦¯¸ˆ˜"),
        *(_kind(5.0, "two characters for one", *pair) for pair in _pairs()),
        _kind(5.0, "control character", "\x80-\x84\x86-\x9f"),
    )


@lru_cache(maxsize=64)
def _any_of(kinds: tuple[_Kind, ...]) -> re.Pattern[str]:
    """One search for places of several kinds: a search for each of them costs as much."""
    firsts = "".join(kind.first for kind in kinds)
    # Nothing is odd about a letter of Cyrillic among others: text in it is passed quickly.
    among = f"(?!(?<=[{_CYRILLIC}]{{2}})[{_CYRILLIC}]{{2}})"
    branches = "|".join(f"(?<=[{kind.first}]){kind.around}" for kind in kinds)
    return re.compile(f"[{firsts}]{among}(?:{branches})", re.DOTALL)


def _pairs() -> Iterator[tuple[str, str, str]]:
    """What UTF-8's letters of Latin become in encodings of one byte: a sign, then another."""
    for read in ("cp1252", "cp1250", "cp437", "cp850", "macroman", "koi8-r"):
        # Roots and negations stand before letters and signs of mathematics.
        leads = bytes((0xC2, 0xC3, 0xC5)).decode(read).translate(dict.fromkeys(b"\xac"))
        trails = bytes(range(0x80, 0xC0)).decode(read, "ignore")
        yield leads.replace("≈", ""), "", f"[{re.escape(_MATHEMATICS.sub('', trails))}]"


def marks(
    text: str,
    about: Callable[[], bool] = lambda: False,
    taken: Sequence[tuple[int, int]] = (),
) -> Iterator[Mark]:
    """Marks for places of a text that look garbled, in order.

    `about` tells whether the text names encodings somewhere: then its samples are let be.
    `taken` are spans, in order, that are not looked at any more.
    A mark's alternatives are what its span may have said, with their probabilities.

    >>> [(mark.start, mark.end, mark.why) for mark in marks("Hier in der N\\u2030he, ja")]
    [(12, 16, 'spelled as cp1252 read as macroman')]
    """
    latin = is_latin(text)
    every = places(text) if latin else _elsewhere(text)
    misread = chain(seldom.places(text), phrases.places(text) if latin else ())
    every = _joined(every, map(_misread, misread))
    found = [
        one
        for one in every
        if (at := bisect_left(taken, (one.end,))) == 0 or taken[at - 1][1] <= one.start
    ]
    if found and about():
        found = [one for one in found if not mention.is_quoted(text, one.start, one.end)]
    found = list(_read(text, found))
    for cluster in _clusters(text, found):
        if _nats(cluster) < THRESHOLD:
            continue
        start, end = cluster[0].start, max(place.end for place in cluster)
        why = ", ".join(dict.fromkeys(place.why for place in cluster))
        yield Mark(start, end, "garbled", "mojibake.odd", why, _readings(text, start, end, cluster))


def _elsewhere(text: str) -> list[Place]:
    return sorted(Place(*place) for place in eastern.places(text))


def _misread(found: seldom.Misread) -> Place:
    channel = found.reading.channel
    why = f"perhaps {channel.written} read as {channel.read}"
    return Place(*found[:2], THRESHOLD, why, (_alternative(found.said, found.reading),))


def is_latin(text: str) -> bool:
    """Whether a text is written in Latin letters for the most part, by its head.

    >>> is_latin("fƒr den"), is_latin("für 中国的城市")
    (True, False)
    """
    return bytes_each(text) <= FEW


def places(text: str) -> list[Place]:
    """The odd places of a text in Latin letters, in order."""
    distinct = set(beyond_ascii(text))
    strange = "".join(sorted(distinct))
    kinds = tuple(kind for kind in _kinds() if re.search(f"[{kind.first}]", strange))
    found: dict[tuple[int, int], Place] = {}
    at = 0
    while kinds and (hit := _any_of(kinds).search(text, at)):
        at = hit.start() + 1
        for kind in kinds:
            shown = kind.pattern.match(text, hit.start())
            if shown is None:
                continue
            place = Place(*shown.span(), kind.nats, kind.why)
            known = found.get(place[:2])
            if (known is None or known.nats < place.nats) and _is_strange(text, place):
                found[place[:2]] = place
    words = misspelled.words(text, distinct - _USUAL)
    return _joined(found.values(), (Place(*word) for word in words))


def _joined(found: Iterable[Place], others: Iterable[Place]) -> list[Place]:
    """Places in order; of those that overlap the most telling, with the readings."""
    joined: list[Place] = []
    for place in sorted([*found, *others]):
        if not joined or joined[-1].end <= place.start:
            joined.append(place)
            continue
        last = joined.pop()
        ahead = last if last.nats >= place.nats else place
        wide = last if last.readings else place
        joined.append(
            Place(
                wide.start if wide.readings else last.start,
                wide.end if wide.readings else max(last.end, place.end),
                ahead.nats,
                ahead.why,
                wide.readings,
            )
        )
    return joined


def _read(text: str, found: Iterable[Place]) -> Iterator[Place]:
    """Places with what `readings` makes of them; characters by themselves only if it does."""
    left = READ
    done = 0
    for place in found:
        if place.start < done:
            continue  # the reading of the place before takes it in
        before, done = done, place.end
        reading = None
        if not place.readings and left > 0:
            left -= 1
            start, end = max(before, place.start - BESIDE), place.end + BESIDE
            start = max(start, text.rfind("\n", start, place.start) + 1)
            piece = text[start:end].split("\n", 1)[0]
            reading = best(piece)
        by_itself = place.why == _BY_ITSELF
        if reading is None or reading.gain <= (THRESHOLD if by_itself else 0.0):
            if not by_itself:
                yield place
            continue
        why = f"{reading.channel.written} read as {reading.channel.read}"
        for first, last, said in differences(piece, reading.text):
            if first < place.end - start and place.start - start < last:
                if by_itself and not any(map(str.isalpha, said)):
                    break  # a quotation mark could stand anywhere
                done = start + last
                yield Place(
                    start + first,
                    done,
                    max(place.nats, THRESHOLD),
                    f"{place.why}, perhaps {why}",
                    (_alternative(said, reading),),
                )
                break
        else:
            yield place


def _alternative(said: str, reading: Reading) -> Alternative:
    return Alternative(said, 1 / (1 + exp(-reading.gain)))


def _is_strange(text: str, place: Place) -> bool:
    """Whether the text around a place is not in the script of what stands there."""
    before, behind = text[max(0, place.start - AROUND) : place.start], text[place.end :][:AROUND]
    around = f"{before} {behind}"
    if _PHONETIC.search(around):
        return False
    if any(sign in around for sign in _ADDRESS):
        return False
    char = text[place.start]
    if _ANY_WIDE.match(char):
        letters = sum(map(len, _LETTERS.findall(around)))
        wide = len(_ANY_WIDE.findall(around))
        if wide > WIDE_SHARE * letters:
            return False
        if place.end - place.start > 1 and seldom.is_common(text[place.start : place.end]):
            return False  # a word, where an accent and its neighbour make a rare character
        # Two side by side are asked for first: hardly any text has them here.
        return not (_WIDE_PAIR.search(around) and _WIDE_WORD.search(around))
    if char in "“”" and re.search("[„“”]", before):
        return False
    if _OTHER.match(char):
        return len(_OTHER.findall(around)) < OTHERS
    return True


def _clusters(text: str, found: Sequence[Place]) -> Iterator[list[Place]]:
    """Places of one line that stand close together."""
    cluster: list[Place] = []
    for place in found:
        if cluster and (
            place.start - cluster[-1].end > APART
            or place.end - cluster[0].start > LONGEST
            or "\n" in text[cluster[-1].end : place.start]
        ):
            yield cluster
            cluster = []
        cluster.append(place)
    if cluster:
        yield cluster


def _nats(cluster: Sequence[Place]) -> float:
    others = [place.nats for place in cluster if place.why != _NO_WORD_ITSELF]
    return sum(others) + (_MENTIONED if len(others) < len(cluster) else 0.0)


def _readings(text: str, start: int, end: int, cluster: Sequence[Place]) -> tuple[Alternative, ...]:
    """What the span of a cluster may have said, if each of its places may have said something."""
    if len(cluster) == 1:
        return cluster[0].readings
    if not all(place.readings for place in cluster):
        return ()
    at, sure = start, 1.0
    parts: list[str] = []
    for place in cluster:
        parts += (text[at : place.start], place.readings[0].text)
        sure *= place.readings[0].probability
        at = place.end
    return (Alternative("".join((*parts, text[at:end])), sure),)
