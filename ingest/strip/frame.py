"""The frame around a report: how probably each line outside the body is a notice, and which go.

A line is scored twice: by itself, and in its place (`body`). A page must prove that a site
made it before any line of its frame goes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.document import Region
from ingest.strip import stays
from ingest.strip.body import MOST, SENTENCE, body, clipped, contexts
from ingest.strip.facts import line_facts
from ingest.strip.features import Shown, shown, speaks
from ingest.strip.languages import alphabetic
from ingest.strip.lines import TextLine
from ingest.strip.proof import EVIDENCE, SPOKEN_SIGNS, Judged, evidence, is_word, spoken
from ingest.strip.recognition import WIDE, near
from ingest.strip.scoring import score

# Odds from which a line of the frame goes, by level. Of templates left out in turn, see
# tools/build_notice_weights.py, which prints what each level takes.
ODDS = {"sure": 1.0, "likely": 0.0}
# And what it must say by itself at least, a sentence and any other line: what reads like the
# report stays, wherever it stands.
OWN = {"sure": (1.0, -1.0), "likely": (0.5, -1.5)}
# The same where the weights were not learned from the script, of a line that the grammar does
# not read: a title in capitals reads like an entry of a menu.
FOREIGN = 2.0
# A longer line may be a paragraph with a phrase of the site glued into it: it stays.
LONGEST_NOTICE = 120
# The same in an alphabet, where the grammar reads the line as a site's.
LONGEST_ALPHABETIC = 260
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
# Lines at either end that are looked at first, and what they must show; nearly every text ends
# there. Of thirty-six held-back pages four show less than half of the evidence so near the edge.
GLANCE = 8
GLIMPSE = 2.0
# And what those lines must show that speak, before the words of the others are read.
SOME = 4.0
# Lines at either end that tell the language, and that must prove a page before more are read.
NEAR = 40
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile("[\u3041-\u30ff\u1100-\u11ff\uac00-\ud7a3]")
_UNSEEN: Shown = {}
_ENGLISH = frozenset(["the", "of", "and", "to", "for", "is", "this", "your", "with"])
# One word in so many at least is one of these on an English page (the ends of 41 pages of English
# manuals: one in nine at least), and fewer than one in so many has a letter beyond ASCII. Half
# translated manuals have the former, too: one word in six at most.
FUNCTION = 25
ACCENTED = 50
# One line in so many with kana or hangul shows that a page is Japanese or Korean.
OTHERS = 10
# A line that stands so often on a page without a source runs through it.
REPEATED = 4
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


def look(lines: Sequence[TextLine], regions: Sequence[Region]) -> Judged | None:
    """Score a page; None where its very ends show nothing that a site would write.

    Most weights of words and forms come from Chinese pages, some from the sources of English
    ones. On all other pages only lines count that the grammar reads: capitals and mail addresses
    are what registers and licences consist of. Lines far from either end count as the report's,
    unseen.
    """
    foreign = _is_foreign(lines, sourced=bool(regions))
    facts = line_facts(lines, regions)
    shows: list[Shown] = [_UNSEEN] * len(lines)
    scores = [clipped(-MOST, 4.0)] * len(lines)

    def see(places: Sequence[int]) -> float:
        for at in places:
            shows[at] = shown(lines[at].text, facts[at])
            scores[at] = score(shows[at], "line")
        return sum(
            evidence(shows[at], scores[at]) for at in places if not foreign or spoken(shows[at])
        )

    # Most texts show nothing at their very ends, and most of the others no more behind. What a
    # line that does not speak shows is little evidence: it need not be known yet.
    glanced: set[int] = set()
    seen: set[int] = set()
    clear = 0.0
    for reach, needed in ((GLANCE, GLIMPSE), (NEAR, SOME)):
        places = near(len(lines), reach) - glanced
        glanced |= places
        speaking = sorted(at for at in places if speaks(lines[at].text, facts[at]))
        clear += see(speaking)
        seen.update(speaking)
        if clear < needed:
            return None
    clear += see(sorted(glanced - seen))
    seen |= glanced
    if clear < EVIDENCE:
        return None
    see(sorted(near(len(lines), WIDE) - seen))
    # A line that stands again and again runs through the report: it says nothing of its bounds.
    often = Counter(lines[at].text.strip() for at in near(len(lines), WIDE))
    for at in near(len(lines), WIDE):
        if often[lines[at].text.strip()] >= REPEATED and not facts[at].kinds:
            shows[at], scores[at] = _UNSEEN, 0.0
    found = body(lines, scores)
    odds = {at: score(one, "place") for at, one in contexts(lines, scores, found).items()}
    return Judged(found, shows, scores, odds, foreign, bool(regions))


def _is_foreign(lines: Sequence[TextLine], *, sourced: bool) -> bool:
    """Whether the ends of a page are neither Chinese nor, with a source, English."""
    ends = [lines[at].text for at in near(len(lines), NEAR)]
    if OTHERS * sum(_KANA_OR_HANGUL.search(line) is not None for line in ends) >= len(ends):
        return True
    if 2 * sum(_HAN.search(line) is not None for line in ends) > len(ends):
        return False
    words = [word for line in ends for word in line.lower().split()] if sourced else []
    accented = sum(word[0].isalpha() and not word.isascii() for word in words)
    return sum(word in _ENGLISH for word in words) * FUNCTION <= len(
        words
    ) or accented * ACCENTED >= len(words)


def _brief(line: TextLine, judged: Judged, at: int) -> bool:
    """Whether a line is no longer than notices are."""
    spoken = judged.foreign and not SPOKEN_SIGNS.isdisjoint(judged.shows[at])
    return len(line.text) <= (
        LONGEST_ALPHABETIC if spoken and alphabetic(line.text) else LONGEST_NOTICE
    )


def chosen(lines: Sequence[TextLine], judged: Judged, level: str) -> set[int]:
    """Return the lines of the frame that go at a level, if a site made the page."""
    first, last = judged.frame
    taken = {
        at
        for at, odds in judged.odds.items()
        if odds > ODDS[level]
        and _brief(lines[at], judged, at)
        and judged.scores[at] > _least(lines[at], judged, at, level)
    }
    boxes = stays.boxes(lines, judged)
    taken -= (
        stays.titles(lines, judged)
        | stays.contents(lines, judged)
        | stays.listing(lines, judged)
        | boxes
    )
    for order in (range(first - 1, -1, -1), range(last, len(lines))):
        annexed = False
        for at in order:
            shows = judged.shows[at]
            sentence = SENTENCE.search(lines[at].text) is not None
            chrome = not _CHROME.isdisjoint(shows) and _TABLE.isdisjoint(shows)
            spoken = chrome or "strength:2" in shows
            least = ANCHORED if sentence else ANCHOR if spoken else UNSPOKEN
            closes = not chrome and _CLOSES.fullmatch(lines[at].folded) is not None
            ends = at in taken and judged.scores[at] > least and not is_word(shows)
            if ends and not closes and (chrome or not annexed):
                break
            # What stands below the heading of an annex is of the report, whatever it lists.
            annexed = annexed or "begins:annex" in shows
            if level == "sure" or sentence or annexed or closes:
                taken.discard(at)
    taken -= _signatures(lines, judged, taken)
    return taken | (_inside(lines, judged, level) - boxes) | stays.repetitions(lines, judged)


def _signatures(lines: Sequence[TextLine], judged: Judged, taken: set[int]) -> set[int]:
    """Return the lines that sign a report: right below a sentence of it that stays.

    Also where a counter of pages or the like parts that sentence from the body.
    """
    signing: set[int] = set()
    for at in range(max(1, judged.frame[1]), len(lines)):
        above = at - 1
        stays_above = above in signing or (
            above not in taken and SENTENCE.search(lines[above].text) is not None
        )
        chrome = not _CHROME.isdisjoint(judged.shows[at])
        if stays_above and not chrome and _CLOSES.fullmatch(lines[at].folded):
            signing.add(at)
    return signing


def _least(line: TextLine, judged: Judged, at: int, level: str) -> float:
    """Return what a line must say by itself to go."""
    if judged.foreign and SPOKEN_SIGNS.isdisjoint(judged.shows[at]):
        return FOREIGN
    return OWN[level][SENTENCE.search(line.text) is None]


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
        apart |= {
            at
            for at in clear
            if not clear.isdisjoint((at - 1, at + 1))
            # Commands and addresses read like the words of menus.
            and ("ascii" not in judged.shows[at] or not SPOKEN_SIGNS.isdisjoint(judged.shows[at]))
        }
    return apart
