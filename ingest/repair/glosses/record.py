"""Turns the way through a damaged place into edits, and says how sure each is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ingest.document import Alternative, Edit
from ingest.repair.glosses.recognize import Fingerprint
from ingest.repair.glosses.signs import LOST, MARKS, is_han
from ingest.repair.glosses.ways import Way
from ingest.settings import Inference

#: Probabilities from which an inferred character is written: what is written shall be right in
#: 99 of 100 places. Set on 1,710 simulated pages of the tuning texts with marks cut out (six
#: seeds) and 500 of the manuals of Debian's packages, counting what pages have in common once.
#: A character of which a byte is lost: at the start of a run 99.4% of some 520 above 0.98 were
#: right (96% of some 220 below, from 0.96), at its end all of some 100 above 0.999 (97% of some
#: 120 from 0.99), between others that are lost 98% of some 50 above 0.995. One of a pair between
#: which a pair of bytes vanished: 99.5% of some 430 above 0.98. One whose bytes are known but not
#: surely taken apart: all of some 200 above 0.9985 (99% of some 720 from 0.993).
AT_START: Final = 0.98
AT_END: Final = 0.999
BETWEEN: Final = 0.995
PAIRED: Final = 0.98
KNOWN: Final = 0.9985

#: Probability from which the one way to take a run apart counts as the only one.
ONLY: Final = 0.999

#: Alternatives kept in the record.
ALTERNATIVES: Final = 5

#: What follows the opening bracket of a list number whose first digit is gone.
_REST_OF_NUMBER: Final = re.compile(r"[0-9]{0,2}[)）]")


class Solution(NamedTuple):
    """The best way through a damaged place.

    `support` has, for each of its units, the share of all ways that take the same bytes
    for the same character.
    """

    way: Way
    support: tuple[float, ...]


class Record:
    """The edits of one page, in order."""

    def __init__(self, text: str, shown: Fingerprint, infer: Inference) -> None:
        self._text = text
        self._shown = shown
        self._infer = infer
        self.edits: list[Edit] = []

    def write(self, start: int, solution: Solution, rule: str) -> None:
        """Turn the best way into edits, one for each stretch of equal certainty."""
        units = solution.way.units
        position = first = start
        known: list[str] = []
        group: list[int] = []
        for index, unit in enumerate(units):
            group.append(index)
            if index + 1 < len(units) and units[index + 1].end == unit.end:
                continue
            if all(len(units[at].options) == 1 and solution.support[at] >= ONLY for at in group):
                known += [units[at].char for at in group]
            else:
                self._known(first, position, known, rule)
                known = []
                self._uncertain(position, unit.end, solution, group, rule)
                first = unit.end
            group = []
            position = unit.end
        self._known(first, position, known, rule)

    def _known(self, start: int, end: int, chars: list[str], rule: str) -> None:
        """Write characters of which every byte is there.

        They are sure, not proven: a pair of bytes that vanished without a trace is nearly always
        possible, if improbable; 2% of the runs that were measured had one.
        """
        if chars:
            after = self._fold("".join(chars))
            self.edits.append(Edit(start, end, self._text[start:end], after, rule, "sure"))

    def _uncertain(
        self, start: int, end: int, solution: Solution, group: list[int], rule: str
    ) -> None:
        """Write a place where something is lost, or not surely taken apart."""
        way = solution.way
        best, safe = "", ""
        probability = 1.0
        alternatives: tuple[Alternative, ...] = ()
        for at in group:
            unit, support = way.units[at], solution.support[at]
            if unit.lost:
                continue
            if unit.gone:
                best, safe = best + LOST, safe + LOST
                probability = min(probability, support)
                continue
            ranked = unit.ranked or ((unit.char, 1.0),)
            chance = ranked[0][1] * support
            probability = unit.pairs[0][1] * support if unit.pairs else probability * chance
            best += ranked[0][0]
            if self._writes(way, at, chance):
                safe += ranked[0][0]
                continue
            safe += LOST
            alternatives = tuple(
                Alternative(self._fold(char), round(share * support, 4))
                for char, share in ranked[:ALTERNATIVES]
            )
        best, safe = self._fold(best), self._fold(safe)
        written = best if self._infer == "always" else safe
        if any(way.units[at].lost for at in group):
            options = {char for at in group for char in way.units[at].options}
            if "（" in options and _REST_OF_NUMBER.match(self._text, end):
                # Its closing bracket shows what it is; the digit behind it is gone.
                self._lose(start, end, self._fold("（") + LOST, (), f"{rule}.bracket")
                return
            written = written.partition(LOST)[0]
            if written:
                self._infer_here(start, start, written, probability, alternatives, rule)
            # One U+FFFD stands for what is not written and the ASCII that went with it.
            self._lose(start, end, LOST, alternatives, rule)
        elif LOST in safe and self._infer != "always":
            self._lose(start, end, safe, alternatives, rule)
        else:
            self._infer_here(start, end, written, probability, alternatives, rule)

    def _writes(self, way: Way, at: int, chance: float) -> bool:
        """Whether a character is probable enough to be written without being asked for."""
        unit = way.units[at]
        if len(unit.options) == 1:
            return chance >= (ONLY if self._infer == "never" else KNOWN)
        if self._infer == "never" or not (is_han(unit.char) or unit.char in MARKS):
            # Which of the rarer signs stood here nothing tells.
            return False
        if unit.pairs or (at + 1 < len(way.units) and way.units[at + 1].pairs):
            return chance >= PAIRED
        at_end = at + 1 == len(way.units) or way.units[at + 1].lost
        return chance >= (AT_START if at == 0 else AT_END if at_end else BETWEEN)

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

    def _fold(self, text: str) -> str:
        if not self._shown.folded:
            return text
        return "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in text)
