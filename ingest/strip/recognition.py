"""Which lines are notices of which kind, and whether a page is a site's at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from ingest.strip import grammar, packs, vocabulary
from ingest.strip.lines import LONGEST, Removals, TextLine

Level = Literal["sure", "likely"]

# Blocks are looked for in so many lines from either end that are not blank. The longest
# head seen (template B with its shelves) has 46 lines, the longest tail 61.
REACH = 160
# On a page without any word of a pack, until a line of chrome stands there.
CLOSE = 40
# And then. On 19 real news pages the head of a portal has up to 173 lines; tails of 600, most of
# them titles of other pages, are seen only in part.
WIDE = 400
# Lines at either end in which an unproven page may have something to report.
ENDS = 5

# What a line of each strength adds to the proof of a site, and how much is enough: two
# lines of chrome, or one and two that speak as a site.
POINTS = {3: 2.0, 2: 1.0, 1: 0.5}
PROOF = 4.0
# So many buttons or headings of lists prove as much as a line of chrome: of 28,600 lines of clean
# text none is one.
LABELS = 3
# A site names its owner, its rights or its address once or twice; no fixture page and no real
# one looked at does more than three times. Where more lines do, in different words, they are
# what the document is about: a list of holders, a register of licences.
FEW = 4
# Signs of which a page has many lines: entries of menus, buttons, figures of each post.
LISTED = frozenset(
    [
        "row",
        "menu",
        "label",
        "weak",
        "strong",
        "word",
        "button",
        "buttons",
        "board",
        "counts",
        "tally",
        "meta",
        "stamp",
        "data",
        "labels",
        "follow",
        "letter",
        "loader",
        "trial",
        "neighbours",
        "member",
    ]
)

# The very edge of a page, in lines. Chrome counts for one point more there.
EDGE = 3

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
    single: bool = False
    """Nothing but a word that notices use: a title may have it, too."""
    worded: bool = False
    """A label made of the vocabulary of sites."""


def judge(line: TextLine) -> grammar.Verdict | None:
    return grammar.judge(line.text) if len(line.text) <= LONGEST else None


def chrome(line: TextLine) -> grammar.Verdict | None:
    return grammar.chrome(line.text, line.folded) if len(line.text) <= LONGEST else None


def judge_all(solid: Sequence[TextLine], nearby: Iterable[int]) -> dict[int, grammar.Verdict]:
    """Judge lines one by one, and those together that make up a menu, one entry a line."""
    places = sorted(nearby)
    verdicts = {at: verdict for at in places if (verdict := judge(solid[at]))}
    lines = [(solid[at].text.strip(), solid[at].folded) for at in places]
    for menu in vocabulary.menus(lines):
        for found in menu:
            known = verdicts.get(places[found])
            # The last entry may be the first line of the report: `目录`.
            inside = menu[0] < found < menu[-1]
            if inside and (known is None or known.strength < grammar.MENU.strength):
                verdicts[places[found]] = grammar.MENU
    once = {at: v.rule for at, v in verdicts.items() if LISTED.isdisjoint(v.signs)}
    subjects = _subjects((rule, solid[at].folded) for at, rule in once.items())
    return {at: verdict for at, verdict in verdicts.items() if once.get(at) not in subjects}


def _subjects(matched: Iterable[tuple[str, str]]) -> set[str]:
    """Return the rules that so many different lines match that the document is about them."""
    counts = Counter(rule for rule, _ in set(matched))
    return {rule for rule, count in counts.items() if count > FEW}


def near(count: int, reach: int) -> set[int]:
    return set(range(min(reach, count))) | set(range(max(0, count - reach), count))


def rules_of(folded: str, chosen: Sequence[packs.Pack]) -> list[tuple[packs.Pack, packs.Rule]]:
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


def name_all(
    solid: Sequence[TextLine], nearby: Iterable[int], chosen: Sequence[packs.Pack]
) -> Named:
    """Return the rules that lines match; what many sites share proves nothing where it is the
    document's subject."""
    named = {at: found for at in nearby if (found := rules_of(solid[at].folded, chosen))}
    subjects = _subjects(
        (rule.id, solid[at].folded)
        for at, found in named.items()
        for pack, rule in found
        if pack.id == "common" and rule.strong and not rule.opens
    )
    if not subjects:
        return named
    left = {
        at: [(pack, rule) for pack, rule in found if rule.id not in subjects]
        for at, found in named.items()
    }
    return {at: found for at, found in left.items() if found}


def choose(
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
            rule.id,
            rule.kind,
            rule.strong,
            rule.opens,
            rule.region,
            pack.id,
            rule.pattern,
            hint=not rule.strong and pack.id == "common" and level == "sure",
        )
        for pack, rule in named.get(at, ())
        if pack.id in recognised or pack.id == "common"
    ]
    verdict = verdicts.get(at)
    if verdict:
        # Whose the rights are is no proof; on a page that others prove it is the site's.
        shared = not grammar.SHARED.isdisjoint(verdict.signs)
        sure = verdict.strength == 3 or verdict.certain or shared
        strong = sure or (level == "likely" and verdict.probable)
        counted.append(
            Match(
                verdict.rule,
                "site",
                strong,
                verdict.opens,
                "edge",
                "grammar",
                None,
                hint=not strong and (level == "sure" or not verdict.label),
                single=not strong and verdict.phrased,
                worded=not verdict.phrased,
            )
        )
    order = ("common", "grammar")
    return sorted(
        counted,
        key=lambda match: (not match.strong, match.pack in order and order.index(match.pack) + 1),
    )


def proves_alone(verdict: grammar.Verdict, at: int, count: int) -> bool:
    """Say whether one line proves the page: chrome of certain kinds at the very edge."""
    return not EDGE <= at < count - EDGE and not grammar.PROOF.isdisjoint(verdict.signs)


def proves_site(named: Named, verdicts: dict[int, grammar.Verdict], count: int) -> bool:
    """Say whether lines that no known template explains prove a site together.

    One line of chrome at least, and enough other signs near the ends of the page; or one of
    certain kinds at the very edge. Of 28,600 lines of clean prose and reports in eight
    languages three looked like chrome (all `© ... All rights reserved`), of the trap
    sentences none.
    """
    points = {
        at: PROOF
        if proves_alone(verdict, at, count)
        else POINTS[verdict.strength] + (verdict.strength == 3 and not EDGE <= at < count - EDGE)
        for at, verdict in _independent(verdicts).items()
    }
    chrome = sum(verdict.strength == 3 for verdict in verdicts.values())
    labels = sum(verdict.label and verdict.certain for verdict in verdicts.values())
    for at, found in named.items():
        if any(rule.strong and rule.region != "body" for _, rule in found):
            chrome += at not in verdicts
            points[at] = max(POINTS[3], points.get(at, 0))
    near_ends = sum(
        value for at, value in points.items() if at < CLOSE // 2 or at >= count - CLOSE // 2
    )
    return (chrome > 0 or labels >= LABELS) and near_ends >= PROOF


def _independent(verdicts: dict[int, grammar.Verdict]) -> dict[int, grammar.Verdict]:
    """Return the verdicts that prove something each: a sign that was seen tells no more when
    it is seen again, but for words, of which there are many. Of equal ones the last stands:
    owner and rights of a site are named below."""
    last = {
        verdict.rule if LISTED.isdisjoint(verdict.signs) else at: at
        for at, verdict in verdicts.items()
    }
    return {at: verdicts[at] for at in sorted(last.values())}


def propose(
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
        rules = [r for _, r in named.get(at, ()) if r.strong and r.region != "body"]
        line = solid[at]
        if rules:
            removals.propose(
                line.start, line.end, rules[0].id, "the page is not proven to be a site's"
            )
        elif verdict and verdict.strength > 1:
            removals.propose(line.start, line.end, verdict.rule, ", ".join(verdict.signs))
