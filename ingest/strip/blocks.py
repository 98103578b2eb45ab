"""The notices before and behind a report: which lines go, and what they tell.

Notices of a site stand in one block before the report and in one behind it. A line goes
only as part of such a block, of a page that is proven to be a site's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.document import Region
from ingest.strip import frame, grammar
from ingest.strip.between import enclosed_lines, title_like, words
from ingest.strip.bounds import TITLES, head_end, pick, spam, tail_start
from ingest.strip.folding import ends_sentence, fold, fold_with_map
from ingest.strip.lines import SUFFIX, Removals, TextLine
from ingest.strip.proof import Judged
from ingest.strip.recognition import (
    CLOSE,
    ENDS,
    LABELS,
    REACH,
    WIDE,
    Level,
    Match,
    Named,
    choose,
    chrome,
    judge_all,
    name_all,
    near,
    propose,
    proves_site,
)
from ingest.strip.rulebook import Rulebook, shipped
from ingest.strip.scoring import reasons

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


# Shortest title that shows that none of the other lines is the title, in characters.
TITLE = 6
# So many of the four lines around a label make it one of a row of labels.
CROWD = 2
# A page is judged so often at most; of the saved pages none needs more than four.
PASSES = 8


def find(
    removals: Removals,
    solid: list[TextLine],
    level: Level,
    book: Rulebook | None,
    regions: Sequence[Region] = (),
) -> Site:
    """Find the blocks, ask for their removal, and say what they tell of the page.

    `solid` are the lines that are not blank. `book` is None where no word of any pack's gate stands in the text. `regions` are what
    the page's source says of its parts.
    """
    site = _pass(removals, solid, level, book, regions)
    # Without the lines that went the others are judged anew, until nothing more goes: so a
    # text that was stripped stays as it is.
    for _ in range(PASSES):
        left = removals.left(solid)
        if len(left) == len(solid):
            break
        solid = left
        again = _pass(removals, solid, level, book, regions)
        site.proven = site.proven or again.proven
    return site


def _pass(
    removals: Removals,
    solid: Sequence[TextLine],
    level: Level,
    book: Rulebook | None,
    regions: Sequence[Region],
) -> Site:
    judged = frame.look(solid, regions)
    site = _named(removals, solid, level, book) if book else _unknown(removals, solid, level)
    if judged and (site.proven or judged.proven):
        site.proven = True
        _take_frame(removals, solid, judged, level)
    return site


def _take_frame(
    removals: Removals, solid: Sequence[TextLine], judged: Judged, level: Level
) -> None:
    """Ask for the removal of what the learned scores hold for notices around the body."""
    for at in sorted(frame.chosen(solid, judged, level)):
        line = solid[at]
        if removals.remove_line(line, "notice.frame", reasons(judged.shows[at])):
            removals.withdraw(line.start, line.end)


def _named(removals: Removals, solid: Sequence[TextLine], level: Level, book: Rulebook) -> Site:
    """Judge a page by the packs whose words stand in it."""
    nearby = near(len(solid), REACH)
    all_packs = book.packs
    named = name_all(solid, nearby, all_packs)
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
    return _settle(removals, solid, recognised, named, judge_all(solid, nearby), level)


def _unknown(removals: Removals, solid: Sequence[TextLine], level: Level) -> Site:
    """Judge a page on which no word of any pack stands: first by its chrome alone."""
    nearby = near(len(solid), CLOSE)
    if not any(chrome(solid[at]) for at in nearby) and not _labelled(solid):
        nearby = {at for at in nearby if at < ENDS or at >= len(solid) - ENDS}
    else:
        nearby = near(len(solid), WIDE)
    named = name_all(solid, nearby, (shipped().common,))
    return _settle(removals, solid, frozenset(), named, judge_all(solid, nearby), level)


def _labelled(solid: Sequence[TextLine]) -> bool:
    """Say whether the very ends of a page have enough buttons to look at more of it."""
    ends = {at for at in range(len(solid)) if at < ENDS or at >= len(solid) - ENDS}
    return sum(grammar.button(solid[at].text) for at in ends) >= LABELS


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
    _crowded(matches, level)
    site.first = head_end(solid, matches)
    picked = {
        at: pick(matches, at, "tail")
        for at in range(max(site.first, len(solid) - WIDE), len(solid))
    }
    site.last = tail_start(solid, picked, site.first)
    _gather(site, solid, matches)
    _take_head(removals, site, solid, matches, level)
    _take_tail(removals, site, solid, picked, level)
    return site


def _crowded(matches: dict[int, list[Match]], level: Level) -> None:
    """Let a label among labels prove itself.

    Where only what is sure goes, three of the four lines around it must be notices, the two
    beside it among them: so the last of a row stays, which may be the first line of the report.
    """
    near = {at for at, found in matches.items() if found}
    for at in near:
        first = matches[at][0]
        around = sum(at + step in near for step in (-2, -1, 1, 2))
        if level == "likely":
            crowded = around >= CROWD and not first.hint
        else:
            crowded = around > CROWD and {at - 1, at + 1} <= near and first.worded
        if crowded and not first.strong:
            matches[at] = [first._replace(strong=True), *matches[at][1:]]


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
    level: Level,
) -> None:
    end = site.first
    report: set[str] = set()
    for line in solid[end + 1 : site.last]:
        report |= words(line)
    picked = {at: pick(matches, at, "head") for at in range(end)}
    # A short first line may be the title itself, and shows nothing of what titles share.
    if end < len(solid) and not 0 < len(solid[end].folded) <= grammar.SHORT:
        report |= words(solid[end])
    titled = {at for at in range(end) if title_like(solid[at], report)}
    enclosed = enclosed_lines(solid, picked, titled)
    has_title = any(len(solid[at].folded) >= TITLE for at in titled) or (
        end < len(solid)
        and not matches.get(end)
        and TITLE <= len(solid[end].folded) <= grammar.SHORT
        and not ends_sentence(solid[end].folded)
        and title_like(solid[end], report)
    )
    for at in range(end):
        match = picked[at]
        if match is not None and not (match.single and at in titled):
            removals.remove_line(solid[at], match.rule, match.kind)
        elif at == 0 and spam(solid[0].folded):
            removals.remove_line(solid[0], "notice.spam", "keywords above the page")
        elif reason := _explained(site, solid, matches, at, end):
            removals.remove_line(solid[at], *reason)
        elif has_title and at in enclosed:
            removals.remove_line(solid[at], "notice.enclosed", "between two notices")
        else:
            # A line that nothing explains may be the title, which stands once only.
            removals.propose(solid[at].start, solid[at].end, "notice.between")
    if level == "likely":
        left = [line for line in solid[:end] if not removals.removed(line)]
        # Where no title stands above the text, the longest of these lines may be it.
        keep = None if has_title else max(left, key=lambda line: len(line.folded), default=None)
        for line in left:
            if line is not keep and not title_like(line, report):
                removals.remove_line(line, "notice.between", "shares no words with the report")


def _explained(
    site: Site,
    solid: Sequence[TextLine],
    matches: dict[int, list[Match]],
    at: int,
    end: int,
) -> tuple[str, str] | None:
    """Say why a line that no rule names goes all the same: what it repeats, or completes."""
    folded = solid[at].folded
    if len(folded) >= 4 and any(other.folded == folded for other in solid[at + 1 : end]):
        return "notice.title-repeated", "the same words stand below"
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
    block = {at: picked[at] for at in range(site.last, len(solid))}
    enclosed = enclosed_lines(solid, block, frozenset())
    for at in block:
        match = picked[at]
        if match is not None:
            titles = TITLES if match.opens else max(titles, 0)
            removals.remove_line(solid[at], match.rule, match.kind)
        elif titles > 0:
            titles -= 1
            removals.remove_line(solid[at], "notice.title", "title of another document")
        elif at in enclosed:
            removals.remove_line(solid[at], "notice.enclosed", "between two notices")
        elif level == "likely":
            removals.remove_line(solid[at], "notice.between", "stands between two notices")
        else:
            removals.propose(solid[at].start, solid[at].end, "notice.between")
