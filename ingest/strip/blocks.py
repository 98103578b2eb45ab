"""The notices before and behind a report: which lines go, and what they tell.

Notices of a site stand in one block before the report and in one behind it. A line goes
only as part of such a block, of a page that is proven to be a site's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.strip import grammar
from ingest.strip.bounds import TITLES, head_end, pick, spam, tail_start
from ingest.strip.folding import fold, fold_with_map
from ingest.strip.lines import SUFFIX, Removals, TextLine
from ingest.strip.recognition import (
    CLOSE,
    ENDS,
    REACH,
    Level,
    Match,
    Named,
    choose,
    chrome,
    judge,
    near,
    propose,
    proves_site,
    rules_of,
)
from ingest.strip.rulebook import Rulebook, shipped

__all__ = ["Level", "Site", "find"]


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


def find(
    removals: Removals, lines: Sequence[TextLine], level: Level, book: Rulebook | None
) -> Site:
    """Find the blocks, ask for their removal, and say what they tell of the page.

    `book` is None where no word of any pack's gate stands in the text.
    """
    solid = [line for line in lines if not line.blank]
    if book is None:
        return _unknown(removals, solid, level)
    nearby = near(len(solid), REACH)
    all_packs = book.packs
    named = {at: found for at in nearby if (found := rules_of(solid[at].folded, all_packs))}
    cues: dict[str, set[str]] = {}
    proven: set[str] = set()
    for found in named.values():
        for pack, rule in found:
            if rule.cue:
                cues.setdefault(pack.id, set()).add(rule.id)
            if rule.proof:
                proven.add(pack.id)
    recognised = frozenset(
        pack.id
        for pack in all_packs
        if pack.id in proven or (pack.needs and len(cues.get(pack.id, ())) >= pack.needs)
    ) - {"watermark"}
    verdicts = {at: verdict for at in nearby if (verdict := judge(solid[at]))}
    return _settle(removals, solid, recognised, named, verdicts, level)


def _unknown(removals: Removals, solid: Sequence[TextLine], level: Level) -> Site:
    """Judge a page on which no word of any pack stands: first by its chrome alone."""
    nearby = near(len(solid), CLOSE)
    if len({verdict.rule for at in nearby if (verdict := chrome(solid[at]))}) < 2:
        nearby = {at for at in nearby if at < ENDS or at >= len(solid) - ENDS}
    named = {
        at: found for at in nearby if (found := rules_of(solid[at].folded, (shipped().common,)))
    }
    verdicts = {at: verdict for at in nearby if (verdict := judge(solid[at]))}
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
    site.proven = bool(recognised) or proves_site(named, verdicts, len(solid))
    if not site.proven:
        propose(removals, solid, named, verdicts)
        return site
    matches = {
        at: choose(at, named, verdicts, recognised, level) for at in sorted({*named, *verdicts})
    }
    site.first = head_end(solid, matches)
    picked = {
        at: pick(matches, at, "tail")
        for at in range(max(site.first, len(solid) - REACH), len(solid))
    }
    site.last = tail_start(solid, picked, site.first)
    _gather(site, solid, matches)
    _take_head(removals, site, solid, matches)
    _take_tail(removals, site, solid, picked, level)
    return site


def _gather(site: Site, solid: Sequence[TextLine], matches: dict[int, list[Match]]) -> None:
    """Read the named groups of the rules that matched."""
    for at in sorted(matches):
        if site.first <= at < site.last:
            continue
        region = "head" if at < site.first else "tail"
        thumbnail = False
        for match in matches[at]:
            if match.region not in (region, "edge") or match.pattern is None:
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
            thumbnail = thumbnail or match.kind == "thumbnail"
        # Once a line, however many packs know it.
        site.shown += thumbnail


def _take_head(
    removals: Removals,
    site: Site,
    solid: Sequence[TextLine],
    matches: dict[int, list[Match]],
) -> None:
    end = site.first
    for at in range(end):
        match = pick(matches, at, "head")
        if match is not None:
            removals.remove_line(solid[at], match.rule, match.kind)
        elif at == 0 and spam(solid[0].folded):
            removals.remove_line(solid[0], "notice.spam", "keywords above the page")
        elif reason := _explained(site, solid, matches, at, end):
            removals.remove_line(solid[at], *reason)
        else:
            # A line that nothing explains may be the title, which stands once only.
            removals.propose(solid[at].start, solid[at].end, "notice.between")


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
        title = SUFFIX.sub("", title)
        if found and len(title) >= 4 and opening.startswith(title):
            return "notice.title-repeated", "the report begins with the same title"
    if any(fold(name) == folded for name in site.fields.get("welcome.site", ())):
        return "notice.site-name", "the name of the site"
    if folded.startswith("首页") and any(
        other.folded == folded[2:] for other in solid[at + 1 : at + 4]
    ):
        return "notice.site.trail", "the trail to the title below"
    before = pick(matches, at - 1, "head") if at else None
    if before and before.opens and pick(matches, at + 1, "head"):
        return "notice.value", "stands between its label and the next"
    return None


def _take_tail(
    removals: Removals,
    site: Site,
    solid: Sequence[TextLine],
    picked: dict[int, Match | None],
    level: Level,
) -> None:
    titles = 0
    for at in range(site.last, len(solid)):
        match = picked[at]
        if match is not None:
            titles = TITLES if match.opens else max(titles, 0)
            removals.remove_line(solid[at], match.rule, match.kind)
        elif titles > 0:
            titles -= 1
            removals.remove_line(solid[at], "notice.title", "title of another document")
        elif level == "likely":
            removals.remove_line(solid[at], "notice.between", "stands between two notices")
        else:
            removals.propose(solid[at].start, solid[at].end, "notice.between")
