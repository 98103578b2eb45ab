"""What of the lines around a body stays, whatever they say: the report's title, its contents,
its listings, its boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.strip.between import SHARED
from ingest.strip.body import SENTENCE, body_words, shared
from ingest.strip.grammar import SHORT
from ingest.strip.lines import SUFFIX, TextLine
from ingest.strip.proof import Judged, is_word

# A line may be the title when it shares so much of the words that the likeliest one shares.
CLOSE_TO = 0.6
# Shortest title that shows a line to repeat it, in characters of the folded view.
TITLE = 6
# So many lines of the body may begin with what a viewer left there, before its title.
OPENING = 6
# A title that a viewer repeats is no longer, in characters.
LONGEST_TITLE = 80
# And what they add to it, their own name, in characters.
NAME = 12
# What viewers write behind a title.
_STEM = re.compile(
    r"(?:[-_|(]?(?:PDF|DOCX?|PPTX?|免费下载|免费阅读|下载|在线阅读)\)?)$", re.IGNORECASE
)
# What shows that a line of a head is not the title, whatever its words.
_UNTITLED = frozenset(
    [
        "arrow",
        "labels:2",
        "labels:3",
        "labels:4",
        "separators:3",
        "separators:4",
        "strength:3",
        "counted",
        "time",
        "date",
        "links:all",
        "in:nav",
        "in:aside",
        "in:footer",
        "in:share",
        "in:form",
        "in:button",
        "stop",
        "price",
        "file-size",
        "address",
    ]
)


# An entry of a table of contents; in the group what only sections are numbered with.
_SECTION = re.compile(
    r"\s*(?:(\d{1,2}(?:\.\d{1,2}){1,4}\.?|[A-Z](?:\.\d{1,2}){1,4}\.?|第\s?[一二三四五六七八九十百\d]{1,4}\s?[章节節])"
    r"|\d{1,2}\.|[A-Z]\.|[一二三四五六七八九十]{1,3}、)\s*(?![\d.])\S"
)
_INDENTED = re.compile(r"(?: {2}|\t)\s*[^\s•·◦▪*-]")
# Indented lines so near to each other belong to one listing, with those before and behind.
LISTED = 3
# A box of so many lines beside the body may be the report's; longer ones are side bars.
BOX = 6
# So many of them are one.
ENTRIES = 4


def boxes(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the lines of boxes that have sentences of the report in them.

    Such a box stands inside the body, or right beside it.
    """
    first, last = judged.frame
    found: set[int] = set()
    run: list[int] = []
    for at in range(len(lines) + 1):
        if at < len(lines) and "in:aside" in judged.shows[at]:
            run.append(at)
            continue
        within = bool(run) and run[0] < last and run[-1] >= first
        touching = bool(run) and len(run) <= BOX and (run[-1] + 1 == first or run[0] == last)
        beside = within or touching
        if beside and any(
            judged.scores[one] < 0 and SENTENCE.search(lines[one].text) for one in run
        ):
            found.update(run)
        run = []
    return found


def titles(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the lines above the body that may be its title.

    Where one of them, or the line that the body begins with, stands in others whole, those
    others only repeat the title.
    """
    first, last = judged.frame
    report = body_words(lines, judged.frame)
    shares = {
        at: shared(lines[at], report)
        for at in range(first)
        if _UNTITLED.isdisjoint(judged.shows[at]) and not is_word(judged.shows[at])
    }
    most = max(shares.values(), default=0.0)
    found = {at for at, share in shares.items() if share >= max(SHARED, CLOSE_TO * most)}
    found |= {
        at
        for at in range(first)
        if "in:heading" in judged.shows[at] and "links:all" not in judged.shows[at]
    }
    starts = first < last and not SENTENCE.search(lines[first].text)
    titled = starts and len(lines[first].text) <= SHORT
    if not found and not titled:
        open_ = [at for at in range(first) if _UNTITLED.isdisjoint(judged.shows[at])]
        return {min(open_, key=lambda at: judged.scores[at])} if open_ else set()
    # Right above the body a line may be the title whatever words it shares.
    if not titled and first and first - 1 in shares:
        found.add(first - 1)
    nearer = [lines[first].folded] if titled else []
    for at in sorted(found, reverse=True):
        folded = lines[at].folded
        if any(len(title) >= TITLE and title in folded for title in nearer):
            found.discard(at)
        nearer.append(folded)
    return found


def repetitions(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the lines outside the body that repeat its title, which stands in another line still.

    Viewers write it above their buttons, with the type of the file, and in the box below.
    """
    first, last = judged.frame
    plain = {
        at: _STEM.sub("", SUFFIX.sub("", lines[at].folded)).strip("<>[]")
        for at in (*range(min(last, first + OPENING)), *range(last, len(lines)))
        if len(lines[at].text) <= LONGEST_TITLE and not SENTENCE.search(lines[at].text)
    }
    report = body_words(lines, judged.frame)
    kept: dict[str, int] = {}
    for at in sorted(plain):
        if at < last and len(plain[at]) >= TITLE and shared(lines[at], report) >= SHARED:
            kept[plain[at]] = at
    return {
        at
        for at, line in plain.items()
        if at in judged.odds
        and any(
            (line == title or (title in line and len(line) <= len(title) + NAME))
            and (at < place or at >= last)
            for title, place in kept.items()
            if at != place
        )
    }


def contents(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the entries of a table of contents: many lines numbered as sections are.

    The advice of a site is numbered, too, but neither in parts nor as links.
    """
    found = {
        at
        for at in judged.odds
        if (number := _SECTION.match(lines[at].text))
        and (number[1] or "links:all" in judged.shows[at])
    }
    return found if len(found) >= ENTRIES else set()


def listing(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the lines of listings: of a page's source nothing else keeps its indentation."""
    if not judged.sourced:
        return set()
    indented = [at for at in judged.odds if _INDENTED.match(lines[at].text)]
    return {
        at
        for one, two in pairwise(indented)
        if two - one <= LISTED
        for at in range(max(0, one - 1), min(len(lines), two + 2))
    }
