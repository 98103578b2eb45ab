"""Where the block of notices before a report ends, and where the one behind it begins.

A block begins and ends with a line that proves itself. Other lines go only between such
lines: so a sentence of the report beside a block is safe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.strip import grammar
from ingest.strip.folding import ends_sentence, fold
from ingest.strip.lines import TextLine
from ingest.strip.recognition import WIDE, Match

# Lines between two proven ones that no rule names: site names, titles, entries of a menu in
# words of its own. They stay; but what stands on the other side of them may go. None of them
# is prose, so that no paragraph of a report is ever enclosed.
GAP = 24
# Titles of other documents under one heading: 12 are the most seen.
TITLES = 12

# A page mark or a slice mark before the title.
_NUMBER = re.compile(r"\A(?:\d{1,4}/\d{1,4}|\d{1,3}、)")


def pick(matches: dict[int, list[Match]], at: int, region: str) -> Match | None:
    return next((match for match in matches.get(at, ()) if match.region in (region, "edge")), None)


def head_end(solid: Sequence[TextLine], matches: dict[int, list[Match]]) -> int:
    """Return where the report begins: behind the last line that proves itself."""
    end = gap = 0
    for at in range(min(WIDE, len(solid))):
        match = pick(matches, at, "head")
        if match is None and at == 0 and spam(solid[0].folded):
            continue
        if match is None:
            gap += 1
            if gap > GAP or not _short(solid[at]):
                break
        elif match.strong or (at == end and not match.hint):
            end, gap = at + 1, 0
    # The title with its file type, right above the text that begins with the title.
    while 0 < end < len(solid) - 1 and _titles(solid[end], solid[end + 1]):
        end += 1
    return end


def tail_start(solid: Sequence[TextLine], picked: dict[int, Match | None], first: int) -> int:
    """Return where the report ends: before the first of the lines that prove themselves."""
    count = len(solid)
    start = count
    gap = 0
    for at in range(count - 1, max(first, count - WIDE) - 1, -1):
        match = picked[at]
        if match is None:
            gap += 1
            if gap > TITLES or not _short(solid[at]):
                break
        elif match.strong or _opens_tail(match):
            start, gap = at, 0
    start = _valid(solid, picked, start)
    while start < count and not _leads(picked, start):
        start = _valid(solid, picked, start + 1)
    used = {match.rule for at in range(start, count) if (match := picked[at])}
    while start - 1 in picked and start < count:
        match = picked[start - 1]
        if match is None or match.strong or match.hint or match.rule in used:
            break
        used.add(match.rule)
        start -= 1
    return start


def _titles(line: TextLine, following: TextLine) -> bool:
    """Say whether a line is a file name whose stem the next line begins with."""
    stem, dot, kind = line.folded.rpartition(".")
    opening = fold(following.text[: 3 * len(line.text) + 40]) if dot else ""
    return (
        len(stem) >= 4
        and 2 < len(kind) < 5
        and kind.isascii()
        and _NUMBER.sub("", opening).startswith(stem)
    )


def spam(folded: str) -> bool:
    """Say whether a first line is a row of keywords: six or more, none a sentence."""
    words = re.split(r"[,_|、]", folded)
    return len(words) >= 6 and "。" not in folded and all(len(word) <= 24 for word in words)


# The longest line that a title or a menu without separators fills; a paragraph of so many
# characters has a comma.
LONGEST_TITLE = 120


def _short(line: TextLine) -> bool:
    """Say whether a line is no prose: a title, an entry of a menu, a label."""
    folded = line.folded
    if not 0 < len(folded) <= LONGEST_TITLE:
        return False
    if len(folded) > grammar.SHORT and any(mark in folded for mark in ",;。"):
        return False
    # Titles of other pages ask and exclaim, or are cut short with three dots.
    title = line.text.rstrip().endswith(("…", "...", "?", "？", "!", "！"))
    return title or not ends_sentence(folded)


def _leads(picked: dict[int, Match | None], at: int) -> bool:
    """Say whether a block may begin here: a heading needs a proven line right behind it."""
    match = picked.get(at)
    if match is None:
        return False
    return match.strong or _opens_tail(match)


def _opens_tail(match: Match) -> bool:
    """Say whether a heading may begin the tail: only one of the template itself may.

    `相关文档` stands in reports too, with a list of documents below it.
    """
    return match.opens and match.pack not in ("common", "grammar")


def _valid(solid: Sequence[TextLine], picked: dict[int, Match | None], start: int) -> int:
    """Return the first place at or after `start` from which all lines are accounted for."""
    at = start
    gap = 0
    titles = False
    while at < len(solid):
        match = picked.get(at)
        if match is not None:
            titles = match.opens or (titles and not match.strong)
            gap = 0
        else:
            gap += 1
            if gap > (TITLES if titles else GAP):
                start = at + 1
                gap = 0
        at += 1
    return start
