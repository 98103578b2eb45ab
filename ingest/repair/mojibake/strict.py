"""Strict repair of one line: every misreading that its look suggests is tried and weighed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import (
    LATIN,
    LATIN_HIGH,
    READ_AS_LATIN,
    Channel,
    is_over_and_over,
    looks_like_broken_utf8,
    undone,
    utf8_runs,
)
from ingest.repair.mojibake.gate import hits
from ingest.repair.mojibake.plausibility import classes, cost

#: Nats by which a repair must be more plausible than what stands there. Of clean text in
#: sixteen languages the most that any reading gained was 8.5; of garbled pieces of eight
#: characters, 99 in 100 gain 15 and more.
MARGIN: Final = 14.0
#: The same for a text of one CJK encoding read as another, where both readings are Han.
WIDE_MARGIN: Final = 25.0
#: Nats of the coarse measure beyond which the fine one is not asked.
CLEAR: Final = 40.0
#: Nats by which the best reading must lead the next.
LEAD: Final = 5.0
#: How often text is garbled more than once on its way: read wrongly, saved, read wrongly.
ROUNDS: Final = 3

#: Nats a character that text may cost: the rarest measured, classical and names, stay below.
IMPLAUSIBLE: Final = 9.5
#: The same above which another explanation is asked for: text has 6.5.
WEAK: Final = 7.0
#: The misreadings that are looked for here, by their own signs.
FAMILIES: Final = frozenset(
    (LATIN, "utf-8-as-gb18030", "utf-8-as-cp932", "gb18030-as-cp950", "cp950-as-gb18030")
)
#: Nats against each continuation byte of UTF-8 by accident, in bytes of another encoding: a
#: quarter of all bytes are such, and the lead byte must fit.
ACCIDENT: Final = 1.5
# Nats for letters of two alphabets side by side.
_OTHER_SCRIPT: Final = 4.0

# Runs of what bytes above ASCII became, with the ASCII between them.
_LATIN_RUN: Final = re.compile(
    f"[{LATIN_HIGH}]++(?:[\\x20-\\x7e]{{1,40}}[{LATIN_HIGH}]++)*+[\\x40-\\x7e]?"
)
_LATIN_CORE: Final = re.compile(
    f"[{LATIN_HIGH}]{{2,}}+[\\x40-\\x7e]?(?:[{LATIN_HIGH}]++[\\x40-\\x7e]?)*+"
)
_PIECE: Final = re.compile(r"[^\s，。！？；：、“”‘’（）《》「」『』]+")
_KANA: Final = re.compile("[ぁ-んァ-ヶ]")
_THREE_BYTES: Final = re.compile("[\u0800-\U0010ffff]")
_ALPHABET: Final = re.compile("[\u0400-\u045f]{4}|[\u0386-\u03ce]{4}")
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_CORE: Final = re.compile(r"[^\x00-\x7f](?:.*[^\x00-\x7f])?", re.DOTALL)


class Repair(NamedTuple):
    """A span of a line, what it says, the misreadings that were undone, last one first.

    `gain` is the nats by which the line is the more plausible for it.
    """

    start: int
    end: int
    text: str
    channels: tuple[Channel, ...]
    gain: float


def repairs(line: str, families: frozenset[str]) -> list[Repair]:
    """Spans of a line that were read in the wrong encoding, strictly undone.

    >>> [(found.text, found.channels[0].rule) for found in repairs("见¹ØÓÚ³ÇÊÐ。", frozenset({"latin-1"}))]
    [('关于城市', 'mojibake.gb18030-read-as-latin-1')]
    """
    candidates: list[list[Repair]] = []
    for family in sorted(families & FAMILIES):
        written, _, read = family.partition("-as-")
        if family == LATIN:
            candidates += _read_as_latin(line)
        elif written == "utf-8":
            candidates += _utf8_read_as(line, read)
        else:
            candidates += _read_as_another(line, Channel(written, read))
    # The best explanation of a place wins; what overlaps it falls.
    candidates.sort(key=lambda parts: -parts[0].gain)
    found: list[Repair] = []
    for parts in candidates:
        at = bisect_left(found, (parts[0].start,))
        if (at == 0 or found[at - 1].end <= parts[0].start) and (
            at == len(found) or parts[-1].end <= found[at].start
        ):
            found[at:at] = parts
    return found


def is_weak(found: Iterable[Repair]) -> bool:
    """Whether any text is read as Chinese, Japanese or Korean that is hardly any.

    Its bytes fit other encodings as well; UTF-8 that is whole is no accident.
    """
    return any(
        one.channels[0].written != "utf-8" and cost(one.text, precise=True) > WEAK * len(one.text)
        for one in found
    )


def gain(before: str, after: str, written: str = "") -> float:
    """Nats by which `after`, written in an encoding, is the more plausible of two readings."""
    won = cost(before, precise=True)
    if written in ("gb18030", "cp950"):
        # Chinese has no kana; Japanese in EUC has them at the same codes.
        return won - cost(after, precise=True) - 6.0 * classes(after).count("k")
    if written in ("cp932", "euc_jp"):
        # Japanese words are not in the Han model, but Japanese without kana is rare.
        kanji = classes(after).count("h")
        kana = sum(1 for _ in _KANA.finditer(after))
        return won - cost(after) - (0.0 if kana * 8 > kanji else 2.0 * kanji)
    return won - cost(after, precise=True)


def _read_as_latin(line: str) -> Iterator[list[Repair]]:
    """CJK text, or UTF-8 of any, whose bytes were taken for Western letters."""
    for run in _LATIN_RUN.finditer(line):
        whole = _best_latin(run[0], run.start())
        if whole is not None:
            yield _narrowed(line, whole)
            continue
        for core in _LATIN_CORE.finditer(line, run.start(), run.end()):
            part = _best_latin(core[0], core.start())
            if part is not None:
                yield _narrowed(line, part)


def _best_latin(text: str, start: int) -> Repair | None:
    # The last ASCII character may be the second byte of a character, or the next word's.
    for piece in (text, text[:-1]) if text[-1:].isascii() else (text,):
        if looks_like_broken_utf8(piece):
            continue
        weighed = []
        for written in READ_AS_LATIN:
            channel = Channel(written, LATIN)
            decoded = undone(piece, channel)
            if decoded is None or (written != "utf-8" and not _is_sound(piece, decoded)):
                continue
            won = gain(piece, decoded, written)
            if written == "utf-8":
                won += ACCIDENT * (len(piece) - len(decoded))
            weighed.append((won, channel, decoded))
        weighed.sort(key=lambda one: -one[0])
        if not weighed or weighed[0][0] < MARGIN:
            continue
        if len(weighed) > 1 and weighed[0][0] - weighed[1][0] < LEAD:
            continue
        won, channel, decoded = weighed[0]
        channels = [channel]
        # UTF-8 that went wrong twice: its second layer is UTF-8 again, through and through.
        while channels[-1].written == "utf-8" and len(channels) < ROUNDS:
            deeper = undone(decoded, channel)
            if deeper is None or deeper == decoded or cost(deeper) >= cost(decoded):
                break
            decoded = deeper
            channels.append(channel)
        return Repair(start, start + len(piece), decoded, tuple(channels), won)
    return None


def _is_sound(before: str, after: str) -> bool:
    """Whether it has two characters at least, no letter over and over, and could be text."""
    pairs = len(before) - len(after)
    letters = set("".join(_NON_ASCII.findall(before)))
    if pairs < 2 or len(letters) < min(5, pairs + 1):
        return False
    return cost(after, precise=True) <= IMPLAUSIBLE * len(after)


def _narrowed(line: str, repair: Repair) -> list[Repair]:
    """ASCII is the same in UTF-8: only what lies between it has changed."""
    if repair.channels[0].written != "utf-8":
        return [repair]
    befores = _NON_ASCII.finditer(line, repair.start, repair.end)
    afters = _NON_ASCII.findall(repair.text)
    return [
        repair._replace(start=before.start(), end=before.end(), text=after)
        for before, after in zip(befores, afters, strict=True)
    ]


def _utf8_read_as(line: str, encoding: str) -> Iterator[list[Repair]]:
    """UTF-8 whose bytes were taken in pairs."""
    for start, end, text in utf8_runs(line, encoding):
        if not _is_proven(line[start:end], text):
            yield from _twice(start, line[start:end], text, Channel("utf-8", encoding))
            continue
        start, end, text = _trimmed(line, start, end, text)
        before = line[start:end]
        if not _is_proven(before, text):
            continue
        won = cost(before) - cost(text)
        if won < CLEAR:
            won = gain(before, text)
        if won >= MARGIN:
            yield [Repair(start, end, text, (Channel("utf-8", encoding),), won)]


def _twice(start: int, before: str, between: str, last: Channel) -> Iterator[list[Repair]]:
    """What the Western letters say that a misreading hides, if they say something clear."""
    if not _LATIN_RUN.fullmatch(between):
        return
    first = _best_latin(between, 0)
    if first is not None and first.end == len(between):
        won = gain(before, first.text, first.channels[0].written)
        if won >= WIDE_MARGIN:
            channels = (last, *first.channels)
            yield [Repair(start, start + len(before), first.text, channels, won)]


def _is_proven(before: str, text: str) -> bool:
    """Whether so much of it is UTF-8 that it cannot be by accident.

    Pairs of bytes are characters of two bytes now and then, of three hardly ever, and
    then of some script that nobody writes.
    """
    shape = classes("".join(_THREE_BYTES.findall(text)))
    everyday = sum(map(shape.count, "hkptq" if "t" not in shape else "hkptqs"))
    return everyday >= 2 or "鈥" in before or _ALPHABET.search(text) is not None


def _trimmed(line: str, start: int, end: int, text: str) -> tuple[int, int, str]:
    """Give up characters of two bytes at the ends that clean neighbours make by accident."""
    while text and _is_accident(line[start], text[0], text[:2], text[1:2]):
        start, text = start + 1, text[1:]
    while text and _is_accident(line[end - 1], text[-1], text[-2:], text[-2:-1]):
        end, text = end - 1, text[:-1]
    return start, end, text


def _is_accident(before: str, after: str, pair: str, neighbour: str) -> bool:
    """Whether a character of two bytes is less plausible beside its neighbour than what stands."""
    if not "\x80" <= after < "\u0800":
        return False
    if neighbour > "\x7f" and ord(after) >> 8 != ord(neighbour) >> 8:
        return cost(before) < cost(pair) - cost(neighbour) + _OTHER_SCRIPT
    return cost(before) < cost(pair) - cost(neighbour)


def _read_as_another(line: str, channel: Channel) -> Iterator[list[Repair]]:
    """Text of one CJK encoding read as another: the whole line, or else pieces of it."""
    core = _CORE.search(line)
    family = f"{channel.written}-as-{channel.read}"
    starts = [start for start, _ in hits(line, family)]
    for piece in chain([core] if core is not None else [], _PIECE.finditer(line)):
        if bisect_left(starts, piece.start()) == bisect_left(starts, piece.end()):
            continue
        if is_over_and_over(piece[0]):
            continue
        decoded = undone(piece[0], channel)
        if decoded is not None and channel.written == "gb18030":
            # Kana have the same codes in both, and are hardly Chinese.
            kana = sum(1 for _ in _KANA.finditer(decoded))
            japanese = undone(piece[0], channel._replace(written="euc_jp"))
            if kana * 6 > len(decoded) and japanese is not None:
                decoded, channel = japanese, channel._replace(written="euc_jp")
        # The coarse measure is quick, and clean text fails it.
        if decoded is None or cost(piece[0]) < cost(decoded):
            continue
        won = gain(piece[0], decoded, channel.written)
        if won >= WIDE_MARGIN:
            yield [Repair(piece.start(), piece.end(), decoded, (channel,), won)]
            if piece is core:
                return
