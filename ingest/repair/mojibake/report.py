"""Garbled text that nothing brings back: marked, never changed, never passed over."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ingest.edits import Mark, MarkKind
from ingest.repair.mojibake import mention
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import Suspect, hits
from ingest.repair.mojibake.plausibility import cost
from ingest.repair.mojibake.strict import FAMILIES

#: Text for which the original is gone, and the bytes it came from.
_DEAD: Final = (
    ("锟斤拷", "(?:锟斤拷)+(?:锟斤?)?", "replacement-read-as-gbk", "U+FFFD as UTF-8, read as GBK"),
    (
        "嚙踝蕭",
        "(?:嚙踝蕭)+(?:嚙踝?)?",
        "replacement-read-as-big5",
        "U+FFFD as UTF-8, read as Big5",
    ),
    ("ｿｽ", "(?:[・�]?ｿｽ)+", "replacement-read-as-shift-jis", "U+FFFD as UTF-8, read as Shift_JIS"),
    ("烫烫烫", "烫{3,}", "uninitialized-memory", "memory full of CC, read as GBK"),
    ("屯屯屯", "屯{3,}", "uninitialized-memory", "memory full of CD, read as GBK"),
)
#: Hits of a family's gate that make a place look garbled, and characters for each of them.
HITS: Final = 3
SPACING: Final = 12
#: Nats a character that such a place costs at least: clean text of any language that was
#: measured stays below 8.5 over 12 characters.
GARBLED: Final = 8.5


def dead(text: str, about: Callable[[], bool] = lambda: False) -> Iterator[Mark]:
    """Marks for text whose original is gone for good.

    `about` tells whether the text names encodings somewhere.

    >>> [(mark.start, mark.end, mark.rule) for mark in dead("第三章锟斤拷锟斤拷")]
    [(3, 9, 'mojibake.replacement-read-as-gbk')]
    """
    for sign, pattern, rule, why in _DEAD:
        # A single character is looked for ten times as fast.
        if sign[0] not in text or sign not in text:
            continue
        for found in re.finditer(pattern, text):
            start, end = found.span()
            kind: MarkKind = "garbled"
            first = max(0, start - mention.NEAR)
            near = text[first : end + mention.NEAR]
            if end - start <= 3:
                # One of it may be named, or cried out.
                if mention.is_quoted(near, start - first, end - first) or (
                    rule == "uninitialized-memory" and text[end : end + 1] in tuple("！!，,。")
                ):
                    continue
                if about() and mention.is_about_encodings(near):
                    kind = "uncertain"
            yield Mark(start, end, kind, f"mojibake.{rule}", why)


def garbled(line: str, suspect: Suspect, taken: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    """Marks for places of a suspect line that still look garbled.

    `taken` are spans of the line, in order, that were repaired, are samples, or have a
    mark already.
    """
    ends = [end for _, end in taken]
    done = False
    for family in sorted(suspect.families & FAMILIES):
        places = [place for place in hits(line, family) if _is_free(place, taken, ends)]
        for first, last, count in _clusters(places):
            piece = line[first:last]
            if count < HITS or not _looks_garbled(piece, family):
                continue
            why = (
                "looks like bytes read as Western text"
                if family == LATIN
                else f"looks like {family.replace('-as-', ' read as ')}"
            )
            yield Mark(
                suspect.start + first, suspect.start + last, "garbled", "mojibake.garbled", why
            )
            done = True
        if done:
            return


def _looks_garbled(piece: str, family: str) -> bool:
    if family == LATIN:
        from ftfy.badness import badness

        # Of clean text in sixteen languages, not one line has a single bad pair.
        return bool(badness(piece) >= HITS)
    return cost(piece, precise=True) >= GARBLED * len(piece)


def _is_free(place: tuple[int, int], taken: Sequence[tuple[int, int]], ends: Sequence[int]) -> bool:
    at = bisect_right(ends, place[0])
    return at == len(taken) or place[1] <= taken[at][0]


def _clusters(places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Hits that stand close together: start of the first, end of the last, their number."""
    first = last = count = 0
    for start, end in places:
        if count and start - last > SPACING:
            yield first, last, count
            count = 0
        if not count:
            first = start
        last = end
        count += 1
    if count:
        yield first, last, count
