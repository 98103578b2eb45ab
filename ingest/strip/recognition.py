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


def proves_site(
    named: Named,
    verdicts: dict[int, grammar.Verdict],
    count: int,
) -> bool:
    """Say whether lines that no known template explains prove a site together.

    Two kinds of chrome and a third proof, or one line of chrome and two sentences that
    speak as a site at the ends of the page. No trap and no clean report has one line of chrome.
    """
    kinds: dict[str, int] = {}
    speaking: set[int] = set()
    for at, verdict in verdicts.items():
        if verdict.strength == 3:
            kinds[verdict.rule] = kinds.get(verdict.rule, 0) + 1
        elif verdict.strength == 2 and (at < REACH // 8 or at >= count - REACH // 8):
            speaking.add(at)
    for at, found in named.items():
        for pack, rule in found:
            if (
                rule.strong
                and rule.region != "body"
                and pack.id != "watermark"
                and at not in verdicts
            ):
                kinds[rule.id] = kinds.get(rule.id, 0) + 1
    if len(kinds) >= 2:
        return sum(kinds.values()) + len(speaking) >= 3
    return len(kinds) == 1 and len(speaking) >= 2


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
