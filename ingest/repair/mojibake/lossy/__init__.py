"""Lossy repair: text whose bytes were partly lost when it was read in the wrong encoding.

What survived is written back to bytes; where bytes are gone, a beam search asks the language
model which characters fit between their neighbours. Everything else is decoded strictly.
A noisy channel (Kernighan, Church and Gale, 1990), with bytes in place of keystrokes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.edits import Edit
from ingest.repair.language import han
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.lossy import spaces
from ingest.repair.mojibake.lossy.beam import LEFT, Search
from ingest.repair.mojibake.lossy.gate import suspects
from ingest.repair.mojibake.lossy.named import named
from ingest.repair.mojibake.lossy.readers import (
    HOPELESS,
    QUESTION,
    READERS,
    REPLACED,
    Octets,
    Reader,
    octets,
)
from ingest.repair.mojibake.lossy.record import Atom, Recorder
from ingest.repair.mojibake.lossy.regions import Piece, in_styles, regions
from ingest.repair.mojibake.plausibility import classes, cost
from ingest.settings import Inference

__all__ = ["HOPELESS", "Budget", "Found", "cut_off", "named", "repairs", "spaces", "suspects"]

_LOST: Final = "\N{REPLACEMENT CHARACTER}"

#: Nats by which what survived must be more plausible than as it stands.
MARGIN: Final = 14.0
#: Nats taken off for each gap: the choice among what fits.
GUESSED: Final = 3.0
#: Bytes above ASCII that must have survived in a region, and as many as were lost. Of what
#: was read as Western text, characters of three bytes in everyday scripts that must have
#: survived whole, where two broken ones count as one and one at least is whole; or else
#: letters of two bytes.
SURVIVED: Final = 6
WHOLE: Final = 2
LETTERS: Final = 6
#: The good part is one in so many.
PART: Final = 3
_HIGH: Final = bytes(range(0x80, 0x100))
# First bytes of Han characters, kana and wide punctuation, none followed by more than two
# others: of Latin-1's letters in any other order, six in a row are one in 5,000.
_DROPPED: Final = re.compile(rb"(?:[\xe3-\xe9\xef][\xa0-\xbf]{0,2}[\x20-\x7e]{0,40}){6,}")
#: Characters of a line that are looked at in one go, which bounds memory; a block may end
#: earlier by so many, where no character can be cut in two.
BLOCK: Final = 50_000
REACH: Final = 1_000
#: Characters at the end of a text that the strict repair left because it was cut: both
#: readings have a boundary after a dozen at most.
REST: Final = 12
_CUT_OFF: Final = re.compile(
    rb"((?:[\xe0-\xef][\x80-\xbf]{2}|[\xc2-\xdf][\x80-\xbf])*)(?:[\xe0-\xef][\x80-\xbf]?|[\xc2-\xdf])"
)
#: Nats of a character of Chinese text: what is lost is taken to be as common as others.
COMMON: Final = 6.5
#: Nats a character that what survived may cost: the rarest measured text stays below.
IMPLAUSIBLE: Final = 9.5


class Found(NamedTuple):
    """A region of a line that lost bytes, with its edits; none where it cannot be restored.

    Offsets count in the line. `best` is the likeliest text, if it was looked for.
    """

    start: int
    end: int
    edits: tuple[Edit, ...]
    reader: Reader
    best: str = ""


class Budget:
    """Candidates that may still be weighed in a document: work is bounded, whatever it holds.

    A garbled megabyte needs some three million; behind the bound regions are only named.
    """

    def __init__(self, left: int = 4_000_000) -> None:
        self.left = left


def repairs(
    line: str, families: Set[str], infer: Inference, budget: Budget | None = None
) -> Iterator[Found]:
    """Regions of a line that lost bytes, in order.

    >>> found = next(repairs("鍏充簬绀惧尯宸ヤ綔涓�鍥戒汉", {"utf-8-as-gb18030"}, "auto"))
    >>> [(edit.before, edit.after, edit.certainty) for edit in found.edits]
    [('鍏充簬绀惧尯宸ヤ綔', '关于社区工作', 'proven'), ('涓�', '中', 'inferred'), ('鍥戒汉', '国人', 'proven')]
    """
    budget = budget or Budget()
    for at, block in _blocks(line):
        for found in _in_block(block, families, infer, budget):
            yield found if not at else _moved(found, at)


def _in_block(line: str, families: Set[str], infer: Inference, budget: Budget) -> list[Found]:
    candidates = []
    for family in sorted(families):
        reader = READERS.get(family.removeprefix("utf-8-as-"))
        if reader is None or not (family == LATIN or "\ufffd" in line or "?" in line):
            continue
        seen = octets(line, reader)
        for region in regions(seen, line, reader):
            found = _repair(line, region, seen, reader, infer, budget)
            if found is not None:
                candidates.append(found)
    # What is restored goes before what is only named, and more before less.
    candidates.sort(key=lambda found: (not found.edits, found.start - found.end))
    chosen: list[Found] = []
    starts: list[int] = []
    for found in candidates:
        at = bisect_left(starts, found.start)
        if (at == 0 or chosen[at - 1].end <= found.start) and (
            at == len(chosen) or found.end <= chosen[at].start
        ):
            chosen.insert(at, found)
            starts.insert(at, found.start)
    return chosen


def _blocks(line: str) -> Iterator[tuple[int, str]]:
    """A long line in blocks of bounded length, that end behind ASCII where there is some."""
    at = 0
    while len(line) - at > BLOCK:
        end = at + BLOCK
        near = (place for place in range(end, end - REACH, -1) if line[place - 1].isascii())
        end = next(near, end)
        yield at, line[at:end]
        at = end
    yield at, line[at:] if at else line


def _moved(found: Found, by: int) -> Found:
    edits = (edit._replace(start=edit.start + by, end=edit.end + by) for edit in found.edits)
    return found._replace(start=found.start + by, end=found.end + by, edits=tuple(edits))


def cut_off(rest: str, family: str) -> str | None:
    """What the end of a text says that was cut within its last character, or None.

    `rest` stands behind text that was read wrongly in the same way, up to the end.

    >>> cut_off("绀", "utf-8-as-gb18030"), cut_off("后", "utf-8-as-gb18030")
    ('\ufffd', None)
    """
    reader = READERS.get(family.removeprefix("utf-8-as-"))
    if reader is None or not rest or len(rest) > REST:
        return None
    content = octets(rest, reader).content
    found = _CUT_OFF.fullmatch(content)
    return found and found[1].decode("utf-8") + _LOST


def _repair(
    line: str,
    region: list[Piece],
    seen: Octets,
    reader: Reader,
    infer: Inference,
    budget: Budget,
) -> Found | None:
    known = "".join(piece.text for piece in region if not piece.parses)
    gaps = sum(len(piece.parses) > 0 for piece in region)
    offsets = seen.offsets
    # A byte on either side may be half of a character of the reader.
    start = next(offsets[at] for at in range(region[0].start, -1, -1) if at in offsets)
    stop = next(offsets[at] for at in range(region[-1].end, len(seen.content) + 1) if at in offsets)
    dropped = any(piece.gap is not None and piece.gap.dropped for piece in region)
    if dropped and not _is_most(region, seen):
        return None
    if not _is_likely(region, seen, known, reader) and not _is_dropped(region, seen):
        return None
    if budget.left <= 0:
        return Found(start, stop, (), reader)
    if f"utf-8-as-{reader.name}" in HOPELESS:
        # What is only named need not be restored to be weighed.
        lost = sum(-(-(piece.end - piece.start) // 3) for piece in region if piece.parses)
        gain = cost(_without_signs(line[start:stop]), precise=True) - cost(known, precise=True)
        return Found(start, stop, (), reader) if gain - COMMON * lost > MARGIN / 2 else None
    search = Search(han(), reader, line[max(0, start - LEFT) : start], known)
    ways = list(in_styles(region, reader))
    found = search.run(ways)
    budget.left -= search.weighed
    before = _without_signs(line[start:stop])
    decided = iter(found)
    after = "".join(next(decided)[0].text if piece.parses else piece.text for piece in region)
    gain = cost(before, precise=True) - cost(_without_signs(after), precise=True) - GUESSED * gaps
    # Where nothing fits, something rare must have stood.
    nothing = after.count(_LOST) - sum(piece.cut for piece in region)
    gain -= IMPLAUSIBLE * nothing
    if gain < MARGIN:
        return Found(start, stop, (), reader, after) if gain > MARGIN / 2 else None
    if dropped and infer != "always" and gaps > _wide(known):
        return Found(start, stop, (), reader, after)
    atoms = []
    decided = iter(found)
    for piece, *styled in zip(region, *(pieces for _, pieces in ways), strict=True):
        if piece.parses:
            readings = next(decided)
            sure = _without_guess(styled)
            atoms.append(Atom(piece.start, piece.end, "", readings, sure, piece.cut))
        else:
            at = piece.start
            for char in piece.text:
                size = len(char.encode())
                atoms.append(Atom(at, at + size, char))
                at += size
    edits = Recorder(line, seen, reader, infer, is_han=_is_chinese(known)).edits(atoms)
    if not edits:
        return None
    if infer != "always" and sum(edit.after.count(_LOST) for edit in edits) > _survived(known):
        edits = []
    return Found(start, stop, tuple(edits), reader, after)


def _is_likely(region: list[Piece], seen: Octets, known: str, reader: Reader) -> bool:
    """Whether so much has survived that it is hardly UTF-8 by accident."""
    if reader.name == LATIN:
        # Letters with accents are bytes of UTF-8, two in a row less often.
        shape = classes(known)
        gaps = sum(len(piece.parses) > 0 for piece in region)
        wide, letters = _wide(known), sum(map(shape.count, "cCl"))
        if letters < LETTERS and (not wide or 2 * wide + gaps < 2 * WHOLE):
            return False
        if wide + letters < gaps / 3:
            return False
    else:
        content = seen.content[region[0].start : region[-1].end]
        survived = len(content) - len(content.translate(None, _HIGH))
        lost = content.count(REPLACED) + content.count(QUESTION)
        if survived < SURVIVED or survived < lost:
            return False
    rest = "".join(char for char in known if char > "\x7f")
    return cost(rest, precise=True) <= IMPLAUSIBLE * len(rest)


def _is_most(region: list[Piece], seen: Octets) -> bool:
    """Whether a region holds a good part of a line's bytes above ASCII.

    Bytes that vanish leave no sign, and in a long line of another encoding a few characters
    in a row look like UTF-8 that is too short.
    """
    inside = seen.content[region[0].start : region[-1].end]
    return PART * _high(inside) >= _high(seen.content)


@lru_cache(maxsize=16)
def _high(content: bytes) -> int:
    """Bytes above ASCII; a line is asked about once for each of its regions."""
    return len(content) - len(content.translate(None, _HIGH))


def _is_dropped(region: list[Piece], seen: Octets) -> bool:
    """Whether too short characters, one behind the other, are a sign by themselves."""
    content = seen.content[region[0].start : region[-1].end]
    # Words of a language that is full of ä are ASCII for the most part.
    if 2 * len(content.translate(None, _HIGH)) > len(content):
        return False
    return all(
        piece.gap is None or len(piece.gap.dropped) > 0 for piece in region if piece.parses
    ) and bool(_DROPPED.fullmatch(content))


def _survived(known: str) -> int:
    return sum(char > "\x7f" for char in known)


def _wide(text: str) -> int:
    """Characters of three bytes in everyday scripts."""
    shape = classes(text)
    return sum(map(shape.count, "hkpts"))


def _without_signs(text: str) -> str:
    return text.replace(_LOST, "").replace("?", "")


def _is_chinese(known: str) -> bool:
    """Whether the Han model speaks the language: there is Han text, and little else."""
    shape = classes(known)
    characters = shape.count("h") + shape.count("H")
    return characters > 0 and sum(map(shape.count, "ktsS")) * 8 <= characters


def _without_guess(styled: Iterable[Piece]) -> str | None:
    """What is known of a gap, given in each style, that can be understood in one way only."""
    parses = {parse.units for piece in styled for parse in piece.parses}
    if len(parses) > 1:
        return None
    return "".join(unit if isinstance(unit, str) else unit.only or _LOST for unit in parses.pop())
