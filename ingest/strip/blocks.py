"""The notices before and behind a report: which template, which lines.

Notices of a site stand in one block before the report and in one behind it. A line goes
only as part of such a block, and a block begins and ends with a line that proves itself:
so a sentence of the report that looks like a notice is safe as long as it stands among
sentences of the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from ingest.strip import grammar, packs
from ingest.strip.folding import ends_sentence, fold, fold_with_map
from ingest.strip.lines import LONGEST, Removals, TextLine

Level = Literal["sure", "likely"]

# Blocks are looked for in so many lines from either end that are not blank. The longest
# head seen (template B with its shelves) has 46 lines, the longest tail 61.
REACH = 160
# On a page without any word of a pack: its blocks are short.
CLOSE = 40
# Lines at either end in which an unproven page may have something to report.
ENDS = 5
# Lines between two proven ones that no rule names: site names, titles. The most seen is 2.
GAP = 3
# Titles of other documents under one heading: 12 are the most seen.
TITLES = 12


# A page mark or a slice mark before the title.
_NUMBER = re.compile(r"\A(?:\d{1,4}/\d{1,4}|\d{1,3}、)")

Named: TypeAlias = dict[int, list[tuple[packs.Pack, packs.Rule]]]
"""The rules that lines match, by the line's place among those that are not blank."""


class Match(NamedTuple):
    """What a line was recognised as. `strong` proves itself, the others need a neighbour."""

    rule: str
    kind: str
    strong: bool
    opens: bool
    region: str
    pack: str
    pattern: re.Pattern[str] | None = None
    hint: bool = False
    """Only hints at a notice: it goes inside a block, and never makes one longer."""


@dataclass
class Site:
    """What the notices say of the page: templates, fields, the block bounds in lines."""

    packs: frozenset[str] = frozenset()
    proven: bool = False
    fields: dict[str, list[str]] = field(default_factory=dict)
    shown: int = 0
    """Number of preview images."""
    first: int = 0
    """Index of the first line of the report among the lines that are not blank."""
    last: int = 0
    """Index after its last line."""

    def one(self, name: str) -> str | None:
        """Return the value that a field has everywhere, or None where notices disagree."""
        values = self.fields.get(name, [])
        return values[0] if values and all(value == values[0] for value in values) else None


def find(removals: Removals, lines: Sequence[TextLine], level: Level, *, known: bool) -> Site:
    """Find the blocks, ask for their removal, and say what they tell of the page.

    `known` is False where no word of any pack's gate stands in the text.
    """
    solid = [line for line in lines if not line.blank]
    if not known:
        return _unknown(removals, solid, level)
    near = _near(len(solid), REACH)
    all_packs = packs.packs()
    named = {at: found for at in near if (found := _named(solid[at].folded, all_packs))}
    cues: dict[str, set[str]] = {}
    for found in named.values():
        for pack, rule in found:
            if rule.cue:
                cues.setdefault(pack.id, set()).add(rule.id)
    recognised = frozenset(
        pack.id for pack in all_packs if pack.needs and len(cues.get(pack.id, ())) >= pack.needs
    ) - {"watermark"}
    verdicts = {at: verdict for at in near if (verdict := _judge(solid[at]))}
    return _settle(removals, solid, recognised, named, verdicts, level)


def _unknown(removals: Removals, solid: Sequence[TextLine], level: Level) -> Site:
    """Judge a page on which no word of any pack stands: first by its chrome alone."""
    near = _near(len(solid), CLOSE)
    if len({verdict.rule for at in near if (verdict := _chrome(solid[at]))}) < 2:
        near = {at for at in near if at < ENDS or at >= len(solid) - ENDS}
    named = {
        at: found for at in near if (found := _named(solid[at].folded, (packs.common(),)))
    }
    verdicts = {at: verdict for at in near if (verdict := _judge(solid[at]))}
    return _settle(removals, solid, frozenset(), named, verdicts, level)


def _settle(
    removals: Removals,
    solid: Sequence[TextLine],
    recognised: frozenset[str],
    named: Named,
    verdicts: dict[int, grammar.Verdict],
    level: Level,
) -> Site:
    """Decide whether the page is a site's, and take its blocks if it is."""
    site = Site(recognised, last=len(solid))
    site.proven = bool(recognised) or _proves_site(named, verdicts, len(solid))
    if not site.proven:
        _propose(removals, solid, named, verdicts)
        return site
    matches = {
        at: _choose(at, named, verdicts, recognised, level) for at in sorted({*named, *verdicts})
    }
    _gather(site, solid, matches)
    _head(removals, site, solid, matches, level)
    _tail(removals, site, solid, matches, level)
    return site


def _judge(line: TextLine) -> grammar.Verdict | None:
    return grammar.judge(line.text) if len(line.text) <= LONGEST else None


def _chrome(line: TextLine) -> grammar.Verdict | None:
    return grammar.chrome(line.text, line.folded) if len(line.text) <= LONGEST else None


def _near(count: int, reach: int) -> set[int]:
    return set(range(min(reach, count))) | set(range(max(0, count - reach), count))


def _named(folded: str, chosen: Sequence[packs.Pack]) -> list[tuple[packs.Pack, packs.Rule]]:
    """Return the rules of the packs that a line matches."""
    if not folded:
        return []
    return [
        (pack, rule)
        for pack in chosen
        if pack.joined.fullmatch(folded)
        for rule in pack.rules
        if rule.pattern.fullmatch(folded)
    ]


def _choose(
    at: int,
    named: Named,
    verdicts: dict[int, grammar.Verdict],
    recognised: frozenset[str],
    level: Level,
) -> list[Match]:
    """Return what a line counts as on this page, the strongest first."""
    counted = [
        # What many sites share are words of reports too (`相关文档`): inside a block only.
        Match(
            rule.id, rule.kind, rule.strong, rule.opens, rule.region, pack.id, rule.pattern,
            hint=not rule.strong and pack.id == "common" and level == "sure",
        )  # fmt: skip
        for pack, rule in named.get(at, ())
        if pack.id in recognised or pack.id == "common"
    ]
    verdict = verdicts.get(at)
    if verdict:
        sure = verdict.strength == 3 or verdict.certain
        strong = sure or (level == "likely" and verdict.strength == 2)
        counted.append(
            Match(verdict.rule, "site", strong, False, "edge", "grammar", None, hint=not strong and level == "sure")
        )
    order = ("common", "grammar")
    return sorted(
        counted,
        key=lambda match: (not match.strong, match.pack in order and order.index(match.pack) + 1),
    )


def _proves_site(
    named: Named,
    verdicts: dict[int, grammar.Verdict],
    count: int,
) -> bool:
    """Say whether lines that no known template explains prove a site together.

    Two kinds of chrome and a third proof, or one line of chrome and two sentences that
    speak as a site at the ends of the page. No trap and no clean report has one line of chrome.
    """
    chrome: dict[str, int] = {}
    speaking: set[int] = set()
    for at, verdict in verdicts.items():
        if verdict.strength == 3:
            chrome[verdict.rule] = chrome.get(verdict.rule, 0) + 1
        elif verdict.strength == 2 and (at < REACH // 8 or at >= count - REACH // 8):
            speaking.add(at)
    for at, found in named.items():
        for pack, rule in found:
            if rule.strong and rule.region != "body" and pack.id != "watermark" and at not in verdicts:
                chrome[rule.id] = chrome.get(rule.id, 0) + 1
    if len(chrome) >= 2:
        return sum(chrome.values()) + len(speaking) >= 3
    return len(chrome) == 1 and len(speaking) >= 2


def _propose(
    removals: Removals,
    solid: Sequence[TextLine],
    named: Named,
    verdicts: dict[int, grammar.Verdict],
) -> None:
    """Report, and leave, what looks like a notice at the very ends of an unproven page."""
    for at in sorted(set(verdicts) | set(named)):
        if ENDS <= at < len(solid) - ENDS:
            continue
        verdict = verdicts.get(at)
        rules = [rule for _, rule in named.get(at, ()) if rule.strong]
        line = solid[at]
        if rules:
            removals.propose(line.start, line.end, rules[0].id, "the page is not proven to be a site's")
        elif verdict and verdict.strength > 1:
            removals.propose(line.start, line.end, verdict.rule, ", ".join(verdict.signs))


def _gather(site: Site, solid: Sequence[TextLine], matches: dict[int, list[Match]]) -> None:
    """Read the named groups of the rules that matched."""
    for at in sorted(matches):
        for match in matches[at]:
            if match.pattern is None or not match.pattern.groupindex:
                continue
            line = solid[at]
            folded, offsets = fold_with_map(line.text)
            found = match.pattern.fullmatch(folded)
            if found is None:
                continue
            for name in match.pattern.groupindex:
                start, end = found.span(name)
                if start >= 0 and end > start:
                    value = line.text[offsets[start] : offsets[end - 1] + 1].strip()
                    site.fields.setdefault(f"{match.kind}.{name}", []).append(value)
                    site.fields.setdefault(name, []).append(value)
            if match.kind == "thumbnail":
                site.shown += 1


def _short(line: TextLine) -> bool:
    return 0 < len(line.folded) <= grammar.SHORT and not ends_sentence(line.folded)


def _pick(matches: dict[int, list[Match]], at: int, region: str) -> Match | None:
    return next((match for match in matches.get(at, ()) if match.region in (region, "edge")), None)


def _head(
    removals: Removals,
    site: Site,
    solid: Sequence[TextLine],
    matches: dict[int, list[Match]],
    level: Level,
) -> None:
    end = gap = 0
    spam = False
    for at in range(min(REACH, len(solid))):
        match = _pick(matches, at, "head")
        if match is None and at == 0 and _spam(solid[0].folded):
            spam = True
        elif match is None:
            gap += 1
            if gap > GAP or not _short(solid[at]):
                break
        elif match.strong or (at == end and not match.hint):
            end, gap = at + 1, 0
    # The title with its file type, right above the text that begins with the title.
    while 0 < end < len(solid) - 1 and _titles(solid[end], solid[end + 1]):
        end += 1
    site.first = end
    for at in range(end):
        match = _pick(matches, at, "head")
        if match is not None:
            removals.remove_line(solid[at], match.rule)
        elif spam and at == 0:
            removals.remove_line(solid[0], "notice.spam", "keywords above the page")
        elif reason := _explained(site, solid, matches, at, end):
            removals.remove_line(solid[at], *reason)
        else:
            # A line that nothing explains may be the title, which stands once only.
            removals.propose(solid[at].start, solid[at].end, "notice.between")


def _titles(line: TextLine, following: TextLine) -> bool:
    """Say whether a line is a file name whose stem the next line begins with."""
    stem, dot, kind = line.folded.rpartition(".")
    opening = fold(following.text[: 3 * len(line.text) + 40]) if dot else ""
    return len(stem) >= 4 and 2 < len(kind) < 5 and kind.isascii() and _NUMBER.sub("", opening).startswith(stem)


def _explained(
    site: Site,
    solid: Sequence[TextLine],
    matches: dict[int, list[Match]],
    at: int,
    end: int,
) -> tuple[str, str] | None:
    """Say why a line that no rule names goes all the same: what it repeats, or completes."""
    folded = solid[at].folded
    opening = fold(solid[end].text[: 2 * len(solid[at].text) + 40]) if end < len(solid) else ""
    if len(folded) >= 4 and opening.startswith(folded):
        return "notice.title-repeated", "the report begins with the same words"
    # Viewers set their own name behind the title of the page.
    for separator in ("-", "_"):
        title, found, _ = folded.rpartition(separator)
        if found and len(title) >= 4 and opening.startswith(title):
            return "notice.title-repeated", "the report begins with the same title"
    if any(fold(name) == folded for name in site.fields.get("welcome.site", ())):
        return "notice.site-name", "the name of the site"
    if folded.startswith("首页") and any(
        other.folded == folded[2:] for other in solid[at + 1 : at + 4]
    ):
        return "notice.site.trail", "the trail to the title below"
    before = _pick(matches, at - 1, "head") if at else None
    if before and before.opens and _pick(matches, at + 1, "head"):
        return "notice.value", "stands between its label and the next"
    return None


def _spam(folded: str) -> bool:
    """Say whether a first line is a row of keywords: six or more, none a sentence."""
    words = re.split(r"[,_|、]", folded)
    return len(words) >= 6 and "。" not in folded and all(len(word) <= 24 for word in words)


def _tail(
    removals: Removals,
    site: Site,
    solid: Sequence[TextLine],
    matches: dict[int, list[Match]],
    level: Level,
) -> None:
    count = len(solid)
    picked = {at: _pick(matches, at, "tail") for at in range(max(site.first, count - REACH), count)}
    start = count
    gap = 0
    for at in range(count - 1, max(site.first, count - REACH) - 1, -1):
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
    site.last = start
    titles = 0
    for at in range(start, count):
        match = picked[at]
        if match is not None:
            titles = TITLES if match.opens else max(titles, 0)
            removals.remove_line(solid[at], match.rule)
        elif titles > 0:
            titles -= 1
            removals.remove_line(solid[at], "notice.title", "title of another document")
        elif level == "likely":
            removals.remove_line(solid[at], "notice.between", "stands between two notices")
        else:
            removals.propose(solid[at].start, solid[at].end, "notice.between")


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
