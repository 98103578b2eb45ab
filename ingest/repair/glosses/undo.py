"""Takes the readings out of a page and mends what broke around them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ingest.document import Alternative, Edit, Mark
from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import READING, converted
from ingest.repair.glosses.recognize import Fingerprint, Gloss, halved, straddled, widened
from ingest.repair.glosses.runs import Runs, Unit, Way
from ingest.repair.glosses.vanished import Vanished
from ingest.repair.glosses.weigh import LOST, Weigher, common
from ingest.settings import Settings

#: A mark that may have been cut out in the middle of a character, which left a `?`.
CUT_SITE: Final = re.compile(r"\?[，！？；。,!?;]")

#: Characters of context on either side of a damaged place.
CONTEXT: Final = 6

#: Probability from which an inferred character is written. On held-out text 99 in 100 of
#: those above it are right.
THRESHOLD: Final = 0.97

#: Probability from which the one way to take a run apart counts as the only one.
ONLY: Final = 0.999

#: What costs so much more than the cheapest way is not searched for vanished pairs, and no
#: more ways than these.
MENDED: Final = 25.0
MOST_MENDED: Final = 4

#: Cost of a mark right behind a genuine question mark, and of `?!`.
TWO_MARKS: Final = (7.0, 3.0)

#: A choice that costs so much more than the best is not weighed with what follows it.
HOPELESS: Final = 16.0

#: Alternatives kept in the record.
ALTERNATIVES: Final = 5

_INSERTED = re.compile(rf"\({READING}")


class Solution(NamedTuple):
    """The best way through a damaged place.

    `support` has, for each of its units, the share of all ways that take the same bytes
    for the same character. `right` is what follows.
    """

    way: Way
    support: tuple[float, ...]
    right: str


class Page:
    """One page with the fingerprint that it shows."""

    def __init__(self, text: str, shown: Fingerprint, settings: Settings) -> None:
        self._text = text
        self._shown = shown
        self._infer = settings.infer
        self._weigher = Weigher()
        self._runs = Runs(text, shown.annotated, shown.folded, self._weigher)
        self._vanished = Vanished(shown.annotated, self._weigher)
        self._edits: list[Edit] = []
        self._marks: list[Mark] = []

    def undo(self) -> tuple[list[Edit], list[Mark]]:
        """Return the edits that undo the damage, and marks for what stays."""
        text, annotated = self._text, self._shown.annotated
        at = 0
        left = ""
        for start, gloss in self._sites():
            if start < at:
                continue
            if gloss is None:
                end = self._cut(start, (left + text[at:start])[-CONTEXT:])
            elif not gloss.char:
                end = self._half(gloss, (left + text[at:start])[-CONTEXT:])
            else:
                end = gloss.end
                char = straddled(text, gloss) if gloss.char < "\x80" else gloss.char
                if annotated.get(char) != gloss.reading:
                    continue
                rule = "gloss.aligned" if char == gloss.char else "gloss.letter"
                self._edits.append(Edit(start, end, text[start:end], "", rule))
                left, at = (left + text[at:start])[-CONTEXT:], end
                continue
            if end > start:
                left = (left + text[at:start])[-CONTEXT:] + "".join(
                    edit.after for edit in self._edits[-4:] if edit.start >= start
                )
                left, at = left[-CONTEXT:], end
        return self._edits, self._marks

    def _sites(self) -> Iterator[tuple[int, Gloss | None]]:
        """Places to look at, in order: readings, and marks that may have been cut."""
        cuts = [(found.start(), None) for found in CUT_SITE.finditer(self._text)]
        found = [(gloss.start, gloss) for gloss in self._shown.glosses]
        yield from sorted([*cuts, *found], key=lambda site: site[0])

    def _half(self, gloss: Gloss, left: str) -> int:
        """Undo a half annotation; return where the text is in step again (or its start)."""
        starts = []
        for char in halved(self._text, gloss):
            pair = octets.pair(char)
            if char in self._shown.annotated and pair and pair[1] > 0x80:
                state = self._weigher.start(left)
                starts.append(Way(0.0, "", (), gloss.end, (pair[1],), state))
        solution = self._solve(starts, None, left)
        if solution is None:
            why = "a reading whose character could not be told"
            self._marks.append(Mark(gloss.start, gloss.end, "uncertain", "gloss.half", why))
            return gloss.start
        self._write(gloss.start, solution, left, "gloss.half")
        return solution.way.stop

    def _cut(self, start: int, left: str) -> int:
        """Undo a cut in the middle of a character; return as `_half` does."""
        pair = octets.pair(
            "。" if self._text[start + 1] == "。" else widened(self._text[start + 1])
        )
        if pair is None:
            return start
        state = self._weigher.start(left)
        starts = [
            way._replace(at=start + 2, pending=(pair[1],))
            for way in self._runs.begin(Way(0.0, "", (), start + 1, octets.HIGH, state), pair[0])
        ]
        cost, behind = self._weigher.run(state, self._text[start : start + 2])
        cost += TWO_MARKS[self._text[start + 1] in "!！"]
        as_it_is = Way(cost, "", (), start + 2, (), behind, start)
        solution = self._solve(starts, as_it_is, left)
        if solution is None:
            return start
        self._write(start, solution, left, "gloss.cut")
        return solution.way.stop

    def _solve(self, starts: list[Way], as_it_is: Way | None, left: str) -> Solution | None:
        """Weigh all ways from the starts, and for a cut the text as it stands."""
        ways = self._runs.follow([*starts, *([as_it_is] if as_it_is else [])])
        if not ways:
            return None
        near = [way for way in ways if way.cost < ways[0].cost + MENDED][:MOST_MENDED]
        begin = self._weigher.start(left)
        ways[: len(near)] = [
            self._vanished.mend(way, begin, self._following(way.stop)) if way.units else way
            for way in near
        ]
        ways.sort(key=lambda way: way.cost)
        if not ways[0].units:
            return None
        if as_it_is and self._text[as_it_is.stop + 1] in "?？" and not self._shown_by(ways[0]):
            return None
        best = ways[0]
        shares = [math.exp(best.cost - way.cost) for way in ways]
        total = sum(shares)
        support: dict[tuple[int, tuple[str, ...]], float] = {}
        for way, share in zip(ways, shares, strict=True):
            for trace in {(unit.end, unit.options) for unit in way.units}:
                support[trace] = support.get(trace, 0.0) + share / total
        supports = tuple(support[unit.end, unit.options] * unit.share for unit in best.units)
        return Solution(best, supports, self._following(best.stop))

    def _shown_by(self, way: Way) -> bool:
        """Whether something shows that a mark was cut out: not if only `?` follows it."""
        return any(
            len(unit.options) == 1 and (text := self._text[unit.end - 1]) != "?" and text != "？"
            for unit in way.units
        )

    def _following(self, at: int) -> str:
        """The text behind a place, without readings."""
        return _INSERTED.sub("", self._text[at : at + 3 * CONTEXT])[:CONTEXT]

    def _write(self, start: int, solution: Solution, left: str, rule: str) -> None:
        """Turn the best way into edits, one for each stretch of equal certainty."""
        units = solution.way.units
        position = first = start
        proven: list[str] = []
        group: list[int] = []
        for index, unit in enumerate(units):
            group.append(index)
            lost_next = index + 1 < len(units) and units[index + 1].lost
            if unit.end == position or lost_next:
                continue
            if all(len(units[at].options) == 1 and solution.support[at] >= ONLY for at in group):
                proven += [units[at].char for at in group]
            else:
                self._proven(first, position, proven, rule)
                proven = []
                self._uncertain(position, unit.end, solution, group, left, rule)
                first = unit.end
            group = []
            position = unit.end
        self._proven(first, position, proven, rule)

    def _proven(self, start: int, end: int, chars: list[str], rule: str) -> None:
        if chars:
            after = self._fold("".join(chars))
            self._edits.append(Edit(start, end, self._text[start:end], after, rule))

    def _uncertain(
        self, start: int, end: int, solution: Solution, group: list[int], left: str, rule: str
    ) -> None:
        """Write a place where something is lost, or is known but for how it was taken apart."""
        way = solution.way
        beside = False
        probability = 1.0
        best, safe = "", ""
        alternatives: tuple[Alternative, ...] = ()
        for at in group:
            unit = way.units[at]
            if unit.lost:
                continue
            probability *= solution.support[at]
            if unit.gone:
                best, safe, beside = best + LOST, safe + LOST, True
                continue
            if len(unit.options) == 1:
                best, safe = best + unit.char, safe + unit.char
                continue
            right = way.text[at + 1 :] + solution.right
            ranked = self._rank(left + way.text[:at], unit, right)
            probability *= ranked[0][1]
            best, safe = best + ranked[0][0], safe + LOST
            alternatives = tuple(
                Alternative(self._fold(char), round(share * solution.support[at], 4))
                for char, share in ranked[:ALTERNATIVES]
            )
        before = self._text[start:end]
        best, safe = self._fold(best), self._fold(safe)
        chance = round(probability, 4)
        inferred = f"{rule}.inferred"
        if any(way.units[at].lost for at in group):
            if self._infer == "always":
                self._edits.append(
                    Edit(start, start, "", best, inferred, "inferred", "", chance, alternatives)
                )
            # One U+FFFD stands for the character and for the ASCII that went with it.
            self._edits.append(
                Edit(start, end, before, LOST, f"{rule}.lost", "lost", "", None, alternatives)
            )
        elif LOST not in safe or (not beside and self._writes(probability)):
            self._edits.append(
                Edit(start, end, before, best, inferred, "inferred", "", chance, alternatives)
            )
        else:
            self._edits.append(
                Edit(start, end, before, safe, f"{rule}.lost", "lost", "", None, alternatives)
            )

    def _writes(self, probability: float) -> bool:
        return self._infer == "always" or (self._infer == "auto" and probability >= THRESHOLD)

    def _rank(self, left: str, unit: Unit, right: str) -> list[tuple[str, float]]:
        """Choices for a character of which one byte is lost, the most probable first."""
        weigher = self._weigher
        before = weigher.start(left[-CONTEXT:])
        costs: list[tuple[float, str]] = []
        gone, annotated = converted(), self._shown.annotated
        options = [
            char
            for char in unit.options
            if char not in gone and char not in annotated and common(char)
        ]
        for cost, char in weigher.choices(before, options or unit.options):
            if costs and cost > costs[0][0] + HOPELESS:
                break
            _, state = weigher.step(before, char)
            costs.append((cost + weigher.run(state, right[:CONTEXT])[0], char))
        costs.sort()
        least = costs[0][0]
        total = sum(math.exp(least - cost) for cost, _ in costs)
        return [(char, math.exp(least - cost) / total) for cost, char in costs]

    def _fold(self, text: str) -> str:
        if not self._shown.folded:
            return text
        return "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in text)
