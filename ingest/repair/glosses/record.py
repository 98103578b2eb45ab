"""Turns the way through a damaged place into edits, and says how sure each is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ingest.document import Alternative, Certainty, Edit
from ingest.repair.glosses.readings import converted
from ingest.repair.glosses.recognize import Fingerprint
from ingest.repair.glosses.ways import Unit, Way
from ingest.repair.glosses.weigh import LOST, MARKS, Weigher, common, is_han
from ingest.settings import Inference

#: Probability from which an inferred character is written. The model is too sure of itself:
#: on 240 simulated pages of the first halves, 95% of the places above 0.97 were right, 97%
#: of those above 0.99, 99% of those above 0.999, and all 74 above 0.9995.
THRESHOLD: Final = 0.9995

#: The same for a character whose bytes are known, but not surely taken apart: the model
#: prefers one common character to two rare ones a little too often.
UNDOUBTED: Final = 0.997

#: Probability from which the one way to take a run apart counts as the only one.
ONLY: Final = 0.999

#: Choices for a character that are ranked with the full measure.
RANKED: Final = 14

#: Characters of context that the quick measure needs.
NEAR: Final = 5

#: Alternatives kept in the record.
ALTERNATIVES: Final = 5

#: What follows the opening bracket of a list number whose first digit is gone.
_REST_OF_NUMBER: Final = re.compile(r"[0-9]{0,2}[)）]")


class Solution(NamedTuple):
    """The best way through a damaged place.

    `support` has, for each of its units, the share of all ways that take the same bytes
    for the same character. `right` is what follows.
    """

    way: Way
    support: tuple[float, ...]
    right: str


class Record:
    """The edits of one page, in order."""

    def __init__(self, text: str, shown: Fingerprint, infer: Inference, weigher: Weigher) -> None:
        self._text = text
        self._shown = shown
        self._infer = infer
        self._weigher = weigher
        self.edits: list[Edit] = []

    def write(self, start: int, solution: Solution, left: str, rule: str) -> None:
        """Turn the best way into edits, one for each stretch of equal certainty."""
        units = solution.way.units
        position = first = start
        proven: list[str] = []
        # Where the bytes can be taken apart in one way only, they prove what they say; where
        # there are others that nobody would write, the best one is merely sure.
        certainty: Certainty = "proven" if min(solution.support) == 1.0 else "sure"
        group: list[int] = []
        for index, unit in enumerate(units):
            group.append(index)
            if index + 1 < len(units) and units[index + 1].end == unit.end:
                continue
            if all(len(units[at].options) == 1 and solution.support[at] >= ONLY for at in group):
                proven += [units[at].char for at in group]
            else:
                self._known(first, position, proven, rule, certainty)
                proven = []
                self._uncertain(position, unit.end, solution, group, left, rule)
                first = unit.end
            group = []
            position = unit.end
        self._known(first, position, proven, rule, certainty)

    def _known(
        self, start: int, end: int, chars: list[str], rule: str, certainty: Certainty
    ) -> None:
        if chars:
            after = self._fold("".join(chars))
            self.edits.append(Edit(start, end, self._text[start:end], after, rule, certainty))

    def _uncertain(
        self, start: int, end: int, solution: Solution, group: list[int], left: str, rule: str
    ) -> None:
        """Write a place where something is lost, or not surely taken apart."""
        way = solution.way
        nothing_else = True
        probability = 1.0
        best, safe = "", ""
        alternatives: tuple[Alternative, ...] = ()
        for at in group:
            unit, support = way.units[at], solution.support[at]
            if unit.lost:
                continue
            probability *= support
            if unit.gone:
                best, safe, nothing_else = best + LOST, safe + LOST, False
                continue
            ranked = [(unit.char, 1.0)]
            if len(unit.options) == 1 and support < UNDOUBTED:
                nothing_else = False
            if len(unit.options) > 1:
                right = way.text[at + 1 :] + solution.right
                ranked = self._rank(left + way.text[:at], unit, right)
                probability *= ranked[0][1]
                if not (is_han(ranked[0][0]) or ranked[0][0] in MARKS):
                    # Which of the rarer signs stood here nothing tells.
                    nothing_else = False
            best += ranked[0][0]
            if ranked[0][1] * support >= ONLY:
                safe += ranked[0][0]
                continue
            safe += LOST
            alternatives = tuple(
                Alternative(self._fold(char), round(share * support, 4))
                for char, share in ranked[:ALTERNATIVES]
            )
        best, safe = self._fold(best), self._fold(safe)
        if any(way.units[at].lost for at in group):
            options = {char for at in group for char in way.units[at].options}
            if "（" in options and _REST_OF_NUMBER.match(self._text, end):
                # Its closing bracket shows what it is; the digit behind it is gone.
                self._lose(start, end, self._fold("（") + LOST, (), f"{rule}.bracket")
                return
            if self._infer == "always":
                self._infer_here(start, start, best, probability, alternatives, rule)
            # One U+FFFD stands for the character and for the ASCII that went with it.
            self._lose(start, end, LOST, alternatives, rule)
        elif self._infer == "always" or (
            self._infer == "auto" and nothing_else and probability >= THRESHOLD
        ):
            self._infer_here(start, end, best, probability, alternatives, rule)
        elif LOST in safe:
            self._lose(start, end, safe, alternatives, rule)
        else:
            self._infer_here(start, end, best, probability, alternatives, rule)

    def _infer_here(
        self,
        start: int,
        end: int,
        after: str,
        probability: float,
        alternatives: tuple[Alternative, ...],
        rule: str,
    ) -> None:
        before = self._text[start:end]
        chance = round(probability, 4)
        self.edits.append(
            Edit(
                start, end, before, after, f"{rule}.inferred", "inferred", "", chance, alternatives
            )
        )

    def _lose(
        self, start: int, end: int, after: str, alternatives: tuple[Alternative, ...], rule: str
    ) -> None:
        before = self._text[start:end]
        if before != after:
            self.edits.append(
                Edit(start, end, before, after, f"{rule}.lost", "lost", "", None, alternatives)
            )

    def _rank(self, left: str, unit: Unit, right: str) -> list[tuple[str, float]]:
        """Choices for a character of which one byte is lost, the most probable first."""
        weigher = self._weigher
        gone, annotated = converted(), self._shown.annotated
        options = [
            char
            for char in unit.options
            if char not in gone and char not in annotated and common(char)
        ] or list(unit.options)
        # The quick measure finds the candidates for the full one.
        before = weigher.start(left[-NEAR:])
        quick = []
        for cost, char in weigher.choices(before, options):
            _, state = weigher.step(before, char)
            quick.append((cost + weigher.run(state, right[:2])[0], char))
        quick.sort()
        return weigher.rank(left, [char for _, char in quick[:RANKED]], right)

    def _fold(self, text: str) -> str:
        if not self._shown.folded:
            return text
        return "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in text)
