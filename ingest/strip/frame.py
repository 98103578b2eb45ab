"""The frame around a report: how probably each line outside the body is a notice, and which go.

A line is scored twice: by itself, and in its place (`body`). A page must prove that a site
made it before any line of its frame goes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.document import Region
from ingest.strip.between import SHARED
from ingest.strip.body import MOST, SENTENCE, Frame, body, body_words, clipped, contexts, shared
from ingest.strip.facts import line_facts
from ingest.strip.features import SPEAKING, Shown, shown, speaks
from ingest.strip.grammar import SHORT
from ingest.strip.lines import TextLine
from ingest.strip.recognition import WIDE, near
from ingest.strip.scoring import score

# Odds from which a line of the frame goes, by level. Of templates left out in turn, see
# tools/build_notice_weights.py, which prints what each level takes.
ODDS = {"sure": 1.0, "likely": 0.0}
# And what it must say by itself at least, a sentence and any other line: what reads like the
# report stays, wherever it stands.
OWN = {"sure": (1.0, -1.0), "likely": (0.5, -1.5)}
# A longer line may be a paragraph with a phrase of the site glued into it: it stays.
LONGEST_NOTICE = 120
# What a line must say by itself to end the frame beside the body, and a sentence.
ANCHOR = 2.0
ANCHORED = 3.0
# The same of a line that no sign of the grammar tells, nor the page's source.
UNSPOKEN = 3.0
# What a line inside the body must say by itself where the page's source sets it apart. Of 540
# such lines of real pages three are the article's.
INSIDE = 3.0
_APART = frozenset(
    ["in:nav", "in:footer", "in:aside", "in:share", "in:form", "in:button", "in:comment"]
)
# A line of so few characters is a word of reports, too: it ends no frame and proves no page.
WORD = 4
# Evidence that proves a page: so much in all from the lines outside its body, none counting
# for more than `SINGLE`, and so many lines of it.
EVIDENCE = 9.0
SINGLE = 3.0
LINES = 4
# A line may be the title when it shares so much of the words that the likeliest one shares.
CLOSE_TO = 0.6
# Shortest title that shows a line to repeat it, in characters of the folded view.
TITLE = 6
# Lines at either end that are looked at first; nearly every text ends there.
GLANCE = 8
# Lines at either end that tell the language, and that must prove a page before more are read.
NEAR = 40
_HAN = re.compile("[\u4e00-\u9fff]")
_UNSEEN: Shown = {}
# A line that stands so often on a page without a source runs through it.
REPEATED = 4
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


# The head of a table may look like a menu.
_TABLE = frozenset(["sign:row", "sign:buttons", "sign:labels"])
# What opens and closes a report beside its body: its number, to whom it is addressed, who signs
# it, and when.
_CLOSES = re.compile(
    r"\(?(?:\d{4}|[一二三四五六七八九〇零○O]{4})年[\d一二三四五六七八九十]{1,3}月(?:[\d一二三四五六七八九十]{1,3}日)?\)?(?:印发)?"
    r"|[一-龥]{1,12}[\[(]\d{4}[\])]第?\d{1,4}号"
    r"|[一-龥,、()]{2,40}:"
    r"|[一-龥]{2,20}(?:政府|局|委|委员会|办公室|公司|学院|大学|中学|小学|厅|处|组|会|院|所|馆|站|中心|部|村)"
    r"|\([^()]{2,30}\)"
)
# What ends an annex all the same.
_CHROME = frozenset(["strength:3", "links:all", "in:nav", "in:footer", "in:aside", "in:form"])


class Judged(NamedTuple):
    """What the two scores say of a page: each line's own, its features, the odds outside the body."""

    frame: Frame
    shows: Sequence[Mapping[str, float]]
    scores: Sequence[float]
    odds: Mapping[int, float]

    @property
    def proven(self) -> bool:
        """Whether the lines outside the body prove together that a site made the page."""
        clear = [evidence(self.shows[at], self.scores[at]) for at in self.odds]
        return sum(clear) > EVIDENCE and sum(one > 1 for one in clear) >= LINES


def evidence(shows: Mapping[str, float], own: float) -> float:
    """Return what a line adds to the proof of a page.

    Words alone add nothing, nor do lines that have nothing but the form of a title.
    """
    if own <= 0 or _word(shows) or not any(name.startswith(SPEAKING) for name in shows):
        return 0.0
    return min(SINGLE, own)


def look(lines: Sequence[TextLine], regions: Sequence[Region]) -> Judged | None:
    """Score a page; None where its very ends show nothing that a site would write.

    The weights of words and forms come from Chinese pages. Without a source that tells links
    from text they say nothing of others: capitals and mail addresses are what registers and
    licences consist of. Lines far from either end count as the report's, unseen.
    """
    if not regions and not _is_chinese(lines):
        return None
    facts = line_facts(lines, regions)
    shows: list[Shown] = [_UNSEEN] * len(lines)
    scores = [clipped(-MOST, 4.0)] * len(lines)

    def see(places: Sequence[int]) -> list[float]:
        for at in places:
            shows[at] = shown(lines[at].text, facts[at])
            scores[at] = score(shows[at], "line")
        return [evidence(shows[at], scores[at]) for at in places]

    # Most texts show nothing at their very ends, and most of the others no more behind. What a
    # line that does not speak shows is no evidence: it need not be known yet.
    glanced: set[int] = set()
    seen: set[int] = set()
    clear: list[float] = []
    for reach, needed in ((GLANCE, EVIDENCE / 2), (NEAR, EVIDENCE)):
        places = near(len(lines), reach) - glanced
        glanced |= places
        speaking = sorted(at for at in places if speaks(lines[at].text, facts[at]))
        clear += see(speaking)
        seen.update(speaking)
        if sum(clear) < needed:
            return None
    see(sorted(near(len(lines), WIDE) - seen))
    # A line that stands again and again runs through the report: it says nothing of its bounds.
    often = Counter(lines[at].text.strip() for at in near(len(lines), WIDE))
    for at in near(len(lines), WIDE):
        if often[lines[at].text.strip()] >= REPEATED and not facts[at].kinds:
            shows[at], scores[at] = _UNSEEN, 0.0
    found = body(lines, scores)
    odds = {at: score(one, "place") for at, one in contexts(lines, scores, found).items()}
    return Judged(found, shows, scores, odds)


def _is_chinese(lines: Sequence[TextLine]) -> bool:
    """Whether most lines at the ends of a page have Han characters."""
    ends = [lines[at].text for at in near(len(lines), NEAR)]
    return 2 * sum(_HAN.search(line) is not None for line in ends) > len(ends)


def _word(shows: Mapping[str, float]) -> bool:
    short = "length:2" in shows or "length:4" in shows
    return short and not any(name.startswith(("in:", "links:")) for name in shows)


def chosen(lines: Sequence[TextLine], judged: Judged, level: str) -> set[int]:
    """Return the lines of the frame that go at a level, if a site made the page."""
    first, last = judged.frame
    taken = {
        at
        for at, odds in judged.odds.items()
        if odds > ODDS[level]
        and len(lines[at].text) <= LONGEST_NOTICE
        and judged.scores[at] > OWN[level][SENTENCE.search(lines[at].text) is None]
    }
    taken -= _titles(lines, judged)
    for order in (range(first - 1, -1, -1), range(last, len(lines))):
        annexed = False
        for at in order:
            shows = judged.shows[at]
            sentence = SENTENCE.search(lines[at].text) is not None
            chrome = not _CHROME.isdisjoint(shows) and _TABLE.isdisjoint(shows)
            spoken = chrome or "strength:2" in shows
            least = ANCHORED if sentence else ANCHOR if spoken else UNSPOKEN
            closes = not chrome and _CLOSES.fullmatch(lines[at].folded) is not None
            ends = at in taken and judged.scores[at] > least and not _word(shows)
            if ends and not closes and (chrome or not annexed):
                break
            # What stands below the heading of an annex is of the report, whatever it lists.
            annexed = annexed or "begins:annex" in shows
            if level == "sure" or sentence or annexed or closes:
                taken.discard(at)
    return taken | _inside(lines, judged, level)


def _inside(lines: Sequence[TextLine], judged: Judged, level: str) -> set[int]:
    """Return the lines inside the body that the page's source sets apart and that read as notices.

    Where only what is likely goes, also such lines that stand together, whatever the source.
    """
    first, last = judged.frame
    clear = {
        at
        for at in range(first, last)
        if judged.scores[at] > INSIDE
        and len(lines[at].text) <= LONGEST_NOTICE
        and "in:heading" not in judged.shows[at]
    }
    apart = {at for at in clear if not _APART.isdisjoint(judged.shows[at])}
    if level == "likely":
        apart |= {at for at in clear if not clear.isdisjoint((at - 1, at + 1))}
    return apart


def _titles(lines: Sequence[TextLine], judged: Judged) -> set[int]:
    """Return the lines above the body that may be its title.

    Where one of them, or the line that the body begins with, stands in others whole, those
    others only repeat the title.
    """
    first, last = judged.frame
    report = body_words(lines, judged.frame)
    shares = {
        at: shared(lines[at], report)
        for at in range(first)
        if _UNTITLED.isdisjoint(judged.shows[at]) and not _word(judged.shows[at])
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
