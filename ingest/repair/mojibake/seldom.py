"""Runs of characters that text seldom has, and what they would say read otherwise.

One encoding's bytes read as another's make rare characters: of running Chinese, Japanese and
Korean four characters in five are among the most common ones, of text that was misread one
in five. Where they crowd, every pair of encodings is tried; what says something more
plausible is reported, though it gains too little to be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import beyond_ascii
from ingest.repair.mojibake.plausibility import coarse
from ingest.repair.mojibake.readings import WINDOW, Reading, best, readings

#: Characters of a text up to which one rare character calls for a look; beyond, `RUN` of
#: them side by side, which clean Chinese has once in a thousand characters.
SHORT: Final = 200
RUN: Final = 4
#: Rare characters of a piece that is read, at least, and their share of all beyond ASCII: of
#: short pieces of clean text 3 in 100 have so many, of misread ones 4 in 5; of longer ones,
#: around a run, 1 in 50,000 characters.
LEAST: Final = 2
SHARE: Final = 0.5
CROWDED: Final = 0.6
#: Characters on either side of a run that are counted.
AROUND: Final = 12
#: Characters of a line that is read as one.
LINE: Final = 160
#: Pieces of a document that are read in vain: an old text is full of rare characters.
BUDGET: Final = 20
#: Nats by which another reading must be the more plausible, and more for each character
#: beyond ASCII that fewer than `ENOUGH` are misread. Of 26,000 clean messages none in Chinese
#: or Japanese gains so much, of pieces of 2 to 8 characters of modern text 1 in 10,000; of
#: misread pieces that were left, nine in ten do.
GAIN: Final = 2.0
FOR_EACH: Final = 1.0
ENOUGH: Final = 8

#: Share of other characters beyond ASCII up to which pieces of drawings with straight lines
#: among them are a frame.
IN_FRAMES: Final = 0.25

_BEYOND: Final = re.compile(r"[^\x00-\x7f]")
_CLAUSE: Final = re.compile("[^，。！？；：、“”‘’（）《》「」『』\\n]+")
_STRAIGHT: Final = re.compile("[─│━┃═║][─-╬]|[─-╬][─│━┃═║]")
_DRAWN: Final = re.compile("[─-▟]")
#: Where rare characters are looked for: capitals of Cyrillic and letters of its smaller
#: languages, pieces of drawings but for straight lines, bopomofo, jamo, Han, Hangul, private
#: characters, half-width kana, and signs of code page 437.
_KINDS: Final = "ЂЃЅІЈ-Яёђѓѕј-џㄅ-ㆎ一-鿿가-힣\ue000-\uf8ff｡-ﾟ┌-╏╒-▟⌐⌠⌡≤≥≈√∞∙ⁿ"


class _Searches:
    """Searches for one rare character and for a run of them."""

    def __init__(self) -> None:
        content = resources.files("ingest").joinpath("data", "common_characters.tsv")
        rows = [
            line.split("\t")
            for line in content.read_text("utf-8").split("\n")
            if line and line[0] != "#"
        ][1:]
        common = frozenset("".join(chars for _, chars in rows))
        kinds = re.compile(f"[{_KINDS}]")
        # As ranges: a set of 30,000 single characters takes a hundred times as long to compile.
        rare = [
            code
            for code in range(0x400, 0x10000)
            if kinds.match(chr(code)) and chr(code) not in common
        ]
        starts = [code for code, last in zip(rare, [0, *rare], strict=False) if code != last + 1]
        ends = [code for code, then in zip(rare, [*rare[1:], 0], strict=True) if then != code + 1]
        chars = "".join(f"{chr(one)}-{chr(two)}" for one, two in zip(starts, ends, strict=True))
        self.one = re.compile(f"[{chars}]")
        self.run = re.compile(f"[{chars}]" + f" ?[{chars}]" * (RUN - 1))


@cache
def _searches() -> _Searches:
    return _Searches()


class Misread(NamedTuple):
    """A span of a text, what it would say read otherwise, and that reading of the line or
    clause it stands in."""

    start: int
    end: int
    said: str
    reading: Reading

    @classmethod
    def between(cls, piece: str, offset: int, reading: Reading) -> Misread:
        """From the first character in which a piece and its reading differ to the last."""
        said = reading.text
        limit = min(len(piece), len(said))
        start = next((at for at in range(limit) if piece[at] != said[at]), limit)
        rest = range(limit - start)
        same = next((at for at in rest if piece[-1 - at] != said[-1 - at]), limit - start)
        end = offset + len(piece) - same
        return cls(offset + start, end, said[start : len(said) - same], reading)


def places(text: str) -> Iterator[Misread]:
    """Spans of a text that were probably misread, in order.

    >>> [found[:3] for found in places("혤엄黨吉彊큠똑돨")]
    [(0, 8, '取决于盐水浓度的')]
    """
    short = len(text) <= SHORT
    searches = _searches()
    done, left = 0, BUDGET
    for hit in (searches.one if short else searches.run).finditer(text):
        if hit.start() < done:
            continue
        start, end = text.rfind("\n", 0, hit.start()) + 1, text.find("\n", hit.end())
        end = end if end >= 0 else len(text)
        first = start if short else max(start, hit.start() - AROUND)
        done = end if short else min(end, hit.end() + AROUND)
        if not _is_crowded(text[first:done], SHARE if short else CROWDED):
            continue
        if left <= 0:
            return
        left -= 1
        for first, last in _pieces(text, start, end, hit.start()):
            found = _otherwise(text[first:last], first)
            if found is not None:
                left += 1
                yield found
                done = last
                break


def _is_crowded(piece: str, share: float) -> bool:
    beyond = len(beyond_ascii(piece))
    rare = len(_searches().one.findall(piece))
    if rare < LEAST or rare < share * beyond:
        return False
    others = beyond - len(_DRAWN.findall(piece))
    return others > IN_FRAMES * beyond or (others > 0 and not _STRAIGHT.search(piece))


def _pieces(text: str, start: int, end: int, at: int) -> Iterator[tuple[int, int]]:
    """What may have been misread as one: a line that is not too long, or a clause of it."""
    if end - start <= LINE:
        yield start, end
    first = max(start, at - LINE // 2)
    for clause in _CLAUSE.finditer(text, first, min(end, at + LINE // 2)):
        if clause.end() > at:
            if clause.span() != (start, end):
                yield clause.span()
            return


def is_common(word: str) -> bool:
    """Whether all characters of a word are common in Chinese, Japanese or Korean.

    >>> is_common("就是"), is_common("嚀酎")
    (True, False)
    """
    return not _searches().one.search(word)


def reading_of(piece: str) -> Reading | None:
    """The best reading of a piece, asked only if one is as plausible by its classes."""
    stands = coarse(piece[:WINDOW])
    return best(piece) if any(coarse(head) <= stands for _, _, head in readings(piece)) else None


def _otherwise(piece: str, offset: int) -> Misread | None:
    """What a piece says otherwise, if that is the more plausible by far."""
    reading = reading_of(piece)
    if reading is None or reading.gain <= GAIN:
        return None
    found = Misread.between(piece, offset, reading)
    misread = len(_BEYOND.findall(piece, found.start - offset, found.end - offset))
    return found if reading.gain > GAIN + FOR_EACH * max(0, ENOUGH - misread) else None
