"""Takes the readings out of a page and mends what broke around them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from ingest.document import Edit, Mark
from ingest.repair.glosses import octets
from ingest.repair.glosses.filling import Filler
from ingest.repair.glosses.numbering import numbered
from ingest.repair.glosses.readings import READING
from ingest.repair.glosses.recognize import Fingerprint, Gloss, halved, straddled, widened
from ingest.repair.glosses.record import Record, Solution
from ingest.repair.glosses.runs import Runs
from ingest.repair.glosses.vanished import Vanished
from ingest.repair.glosses.ways import USUAL, Way
from ingest.repair.glosses.weigh import Weigher
from ingest.repair.language import SHARPNESS
from ingest.settings import Settings

#: A mark that may have been cut out in the middle of a character, which left a `?`.
#: Behind another `?` it is one more character that GBK lacks, or nobody can tell.
CUT_SITE: Final = re.compile(r"(?<!\?)\?[，！？；。,!?;]")

#: Characters of context on either side of a damaged place.
CONTEXT: Final = 12

#: What costs so much more than the cheapest way is not searched for vanished pairs, and no
#: more ways than these. With 20 no other page of the tuning texts came out exactly.
MENDED: Final = 12.0
MOST_MENDED: Final = 4

#: Characters behind the only way that its last ones are weighed with.
WEIGHED: Final = 2

#: Cost of a way that leaves a reading behind which belongs to nothing: no page has one.
ORPHAN: Final = 20.0

#: Work that a page may take, in microseconds: for any page, and for each character. With every
#: mark cut out, pages of the tuning texts took seven for a character, one in twenty over
#: thirty. What a page that is made to keep us busy has beyond that is marked and left; counted,
#: not timed, so that the same page always gives the same.
LEAST_WORK: Final = 200_000
WORK_EACH: Final = 8.0

#: Where a broken run is looked for in so few characters, each is given less: the densest of
#: 558 simulated pages had 165 characters for one.
CROWDED: Final = 40
WORK_EACH_CROWDED: Final = 0.5

#: Cost of a mark right behind a genuine question mark, and of `?!`.
TWO_MARKS: Final = (4.0, 3.0)

_INSERTED = re.compile(rf"\({READING}")


class Page:
    """One page with the fingerprint that it shows."""

    def __init__(self, text: str, shown: Fingerprint, settings: Settings) -> None:
        self._text = text
        self._shown = shown
        self._weigher = Weigher(_INSERTED.sub("", text))
        self._runs = Runs(text, shown, self._weigher)
        self._vanished = Vanished(shown.annotated, self._weigher)
        self._filler = Filler(self._vanished, self._weigher)
        self._record = Record(text, shown, settings.infer)
        self._marks: list[Mark] = []
        cuts = len(CUT_SITE.findall(text))
        halves = sum(not one.char for one in shown.glosses)
        crowded = CROWDED * (cuts + halves) > len(text)
        self._allowed = LEAST_WORK + len(text) * (WORK_EACH_CROWDED if crowded else WORK_EACH)
        self._letters = {one.start: one for one in shown.glosses if "@" <= one.char <= "~"}

    def undo(self) -> tuple[list[Edit], list[Mark]]:
        """Return the edits that undo the damage, and marks for what stays."""
        text, annotated = self._text, self._shown.annotated
        at = 0
        left = ""
        for start, gloss in self._sites():
            if start < at:
                continue
            if gloss is None:
                end = self._cut(start, self._before(left, at, start))
            elif not gloss.char:
                end = self._half(gloss, self._before(left, at, start))
            else:
                end = gloss.end
                char = straddled(text, gloss) if gloss.char < "\x80" else gloss.char
                if annotated.get(char) != gloss.reading:
                    continue
                rule = "gloss.aligned" if char == gloss.char else "gloss.letter"
                self._record.edits.append(Edit(start, end, text[start:end], "", rule))
                left, at = self._before(left, at, start), end
                continue
            if end > start:
                left = self._before(left, at, start) + "".join(
                    edit.after for edit in self._record.edits[-4:] if edit.start >= start
                )
                left, at = left[-CONTEXT:], end
        return numbered(text, self._record.edits), self._marks

    def _before(self, left: str, at: int, start: int) -> str:
        """What stands in front of a place: what was written last, and the text since."""
        return (left + self._text[max(at, start - CONTEXT) : start])[-CONTEXT:]

    def _sites(self) -> Iterator[tuple[int, Gloss | None]]:
        """Places to look at, in order: readings, and marks that may have been cut."""
        cuts = [(found.start(), None) for found in CUT_SITE.finditer(self._text)]
        found = [(gloss.start, gloss) for gloss in self._shown.glosses]
        yield from sorted([*cuts, *found], key=lambda site: site[0])

    def _half(self, gloss: Gloss, left: str) -> int:
        """Undo a half annotation; return where the text is in step again (or its start)."""
        starts = []
        state = self._weigher.start(left)
        for char in halved(self._text, gloss) if self._goes_on() else ():
            pair = octets.pair(char)
            cost = self._runs.told_cost(char)
            if pair and pair[1] > 0x80 and cost is not None:
                way = Way(0.0, "", (), gloss.end, (pair[1],), state, free=True)
                starts.append(way.charged(cost))
        solution = self._solve(starts, None, left)
        if solution is None:
            why = "a reading whose character could not be told"
            self._marks.append(Mark(gloss.start, gloss.end, "uncertain", "gloss.half", why))
            return gloss.start
        self._record.write(gloss.start, solution, "gloss.half")
        return solution.way.stop

    def _cut(self, start: int, left: str) -> int:
        """Undo a cut in the middle of a character; return as `_half` does."""
        pair = octets.pair(
            "。" if self._text[start + 1] == "。" else widened(self._text[start + 1])
        )
        if pair is None:
            return start
        if self._text[start + 1] == "?" and not self._shown.folded:
            # A question mark that was cut out would be a full-width one here.
            return self._row(start)
        if not self._goes_on():
            why = "a mark that may have been cut out, on a page with too many of them"
            self._marks.append(Mark(start, start + 2, "uncertain", "gloss.cut", why))
            return start
        state = self._weigher.start(left)
        starts = [
            way._replace(at=start + 2, pending=(pair[1],))
            for way in self._runs.begin(Way(0.0, "", (), start + 1, octets.HIGH, state), pair[0])
        ]
        cost, behind = self._weigher.run(state, self._text[start : start + 2])
        as_it_is = Way(cost, "", (), start + 2, (), behind, start)
        as_it_is = as_it_is.charged(TWO_MARKS[self._text[start + 1] in "!！"])
        solution = self._solve(starts, as_it_is, left)
        if solution is None:
            return start
        self._record.write(start, solution, "gloss.cut")
        return solution.way.stop

    def _row(self, start: int) -> int:
        """Mark a row of question marks that stays; return where it starts."""
        why = "a row of question marks, in which characters may have gone"
        self._marks.append(Mark(start, start + 2, "uncertain", "gloss.cut", why))
        return start

    def _solve(self, starts: list[Way], as_it_is: Way | None, left: str) -> Solution | None:
        """Weigh all ways from the starts, and for a cut the text as it stands."""
        ways = self._runs.follow([*starts, *([as_it_is] if as_it_is else [])])
        if not ways:
            return None
        # Of ways that differ in lost characters only, the cheapest stands for all.
        forms: dict[object, Way] = {}
        for way in ways:
            if way.cost < ways[0].cost + MENDED and len(forms) < MOST_MENDED:
                forms.setdefault(way.form if way.units else None, way)
        ways = []
        for way in forms.values():
            behind, rest = self._behind(way.stop, way.at, alone=len(forms) == 1)
            rest += ORPHAN * self._orphans(way)
            ways.append(self._vanished.mend(way, left, behind).charged(rest))
        ways.sort(key=lambda way: way.cost)
        if not ways[0].units:
            return None
        if as_it_is and self._text[as_it_is.stop + 1] in "?？" and not self._shown_by(ways[0]):
            self._row(as_it_is.stop)
            return None
        best = self._filler.fill(ways[0], left, self._following(ways[0].stop))
        shares = [math.exp(SHARPNESS * (best.cost - way.cost)) for way in ways]
        total = sum(shares)
        support: dict[tuple[object, ...], float] = {}
        for way, share in zip(ways, shares, strict=True):
            for trace in set(way.traces):
                support[trace] = support.get(trace, 0.0) + share / total
        supports = tuple(
            support[trace] * unit.share for trace, unit in zip(best.traces, best.units, strict=True)
        )
        return Solution(best, supports)

    def _orphans(self, way: Way) -> bool:
        """Whether a way ends before a letter with a reading that it cannot have there."""
        gloss = self._letters.get(way.stop + 1)
        if gloss is None or not way.units or len(way.units[-1].options) != 1:
            return False
        before = octets.pair(widened(way.units[-1].char))
        char = octets.char(before[1], ord(gloss.char)) if before else None
        return self._shown.annotated.get(char or "") != gloss.reading

    def _goes_on(self) -> bool:
        """Whether the page has not taken too much work already."""
        return self._weigher.work < self._allowed

    def _shown_by(self, way: Way) -> bool:
        """Whether something shows that a mark was cut out: not if only `?` follows it."""
        return any(
            len(unit.options) == 1 and (text := self._text[unit.end - 1]) != "?" and text != "？"
            for unit in way.units
        )

    def _behind(self, start: int, end: int, *, alone: bool) -> tuple[str, float]:
        """The text behind a way that is weighed with it, and what the rest of it costs."""
        if alone:
            return self._following(start)[:WEIGHED], 0.0
        text = _INSERTED.sub("", self._text[start:end])
        damage = text.find("?", 1)
        if damage < 0:
            return text, 0.0
        return text[:damage], USUAL * (len(text) - damage)

    def _following(self, at: int) -> str:
        """The text behind a place, without readings."""
        return _INSERTED.sub("", self._text[at : at + 3 * CONTEXT])[:CONTEXT]
