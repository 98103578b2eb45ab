"""Which lines are notices of which kind, and whether a page is a site's at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from ingest.strip import grammar, packs
from ingest.strip.lines import LONGEST, Removals, TextLine

Level = Literal["sure", "likely"]

# Blocks are looked for in so many lines from either end that are not blank. The longest
# head seen (template B with its shelves) has 46 lines, the longest tail 61.
REACH = 160
# On a page without any word of a pack: its blocks are short.
CLOSE = 40
# Lines at either end in which an unproven page may have something to report.
ENDS = 5

# What a line of each strength adds to the proof of a site, and how much is enough: two
# lines of chrome, or one and two that speak as a site.
POINTS = {3: 2.0, 2: 1.0, 1: 0.5}
PROOF = 4.0

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


def judge(line: TextLine) -> grammar.Verdict | None:
    return grammar.judge(line.text) if len(line.text) <= LONGEST else None


def chrome(line: TextLine) -> grammar.Verdict | None:
    return grammar.chrome(line.text, line.folded) if len(line.text) <= LONGEST else None


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
        sure = verdict.strength == 3 or verdict.certain
        strong = sure or (level == "likely" and verdict.strength == 2)
        counted.append(
            Match(
                verdict.rule,
                "site",
                strong,
                False,
                "edge",
                "grammar",
                None,
                hint=not strong and level == "sure",
            )
        )
    order = ("common", "grammar")
    return sorted(
        counted,
        key=lambda match: (not match.strong, match.pack in order and order.index(match.pack) + 1),
    )


def proves_site(named: Named, verdicts: dict[int, grammar.Verdict], count: int) -> bool:
    """Say whether lines that no known template explains prove a site together.

    One line of chrome at least, and enough other signs near the ends of the page. Of 36,389
    lines of clean prose and reports in eight languages none looked like chrome, nor did any
    of the trap sentences.
    """
    points = {at: POINTS[verdict.strength] for at, verdict in verdicts.items()}
    chrome = sum(verdict.strength == 3 for verdict in verdicts.values())
    for at, found in named.items():
        if any(rule.strong and rule.region != "body" for _, rule in found):
            chrome += at not in verdicts
            points[at] = POINTS[3]
    near_ends = sum(
        value for at, value in points.items() if at < CLOSE // 2 or at >= count - CLOSE // 2
    )
    return chrome > 0 and near_ends >= PROOF


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
