"""A text as lines, and the removals that the passes of this room agree on."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from typing import NamedTuple

from ingest.document import Certainty, Edit, Mark
from ingest.strip.folding import fold_line

# Longest line that can be a notice, in characters as they stand. The longest notice seen
# (item 5 of template A's tail, with readings) has 190.
LONGEST = 400

# The file types that document sites set behind a title.
SUFFIX = re.compile(r"\.(?:docx?|pptx?|pdf|xlsx?|wps|rtf|txt|rar|zip)$", re.IGNORECASE)


class TextLine(NamedTuple):
    """One line: `[start, end)` without its line end, `stop` after it."""

    text: str
    start: int
    end: int
    stop: int

    @property
    def folded(self) -> str:
        """The folded view, or the empty string where the line is too long for a notice."""
        return fold_line(self.text) if len(self.text) <= LONGEST else ""

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()


def solid_lines(text: str) -> list[TextLine]:
    """Return the lines of a text that are not blank, as `split` has them.

    >>> [(line.text, line.start, line.stop) for line in solid_lines("一\\n \\n二")]
    [('一', 0, 2), ('二', 4, 5)]
    """
    lines: list[TextLine] = []
    start = 0
    for piece in text.split("\n"):
        end = start + len(piece)
        if piece and not piece.isspace():
            # Quicker than to call `TextLine`.
            lines.append(tuple.__new__(TextLine, (piece, start, end, end + 1)))
        start = end + 1
    if lines and lines[-1].end == len(text):
        # The last line has no line end.
        lines[-1] = lines[-1]._replace(stop=len(text))
    return lines


def split(text: str) -> list[TextLine]:
    """Split a text into its lines, at line feeds (a carriage return counts as white space).

    >>> [(line.text, line.start, line.stop) for line in split("一\\n\\n二")]
    [('一', 0, 2), ('', 2, 3), ('二', 3, 4)]
    """
    pieces = text.split("\n")
    stops = list(accumulate([len(piece) + 1 for piece in pieces]))
    starts = [0, *stops[:-1]]
    ends = [stop - 1 for stop in stops]
    # The last line has no line end.
    stops[-1] -= 1
    # Quicker than to call `TextLine` for each.
    lines = list(
        map(tuple.__new__, repeat(TextLine), zip(pieces, starts, ends, stops, strict=True))
    )
    if starts[-1] == len(text):
        lines.pop()
    return lines


def line_around(text: str, at: int) -> TextLine:
    """Return the line in which an offset lies.

    >>> line_around("一\\n二三\\n四", 3)[:3]
    ('二三', 2, 4)
    """
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    if end < 0:
        return TextLine(text[start:], start, len(text), len(text))
    return TextLine(text[start:end], start, end, end + 1)


@dataclass
class Removals:
    """What the passes want removed or reported, without overlaps: the first that asks gets it."""

    text: str
    edits: list[Edit] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def free(self, start: int, end: int) -> bool:
        """Say whether no edit touches `[start, end)`."""
        place = bisect_right(self._starts, start)
        if place and self.edits[place - 1].end > start:
            return False
        if place and self.edits[place - 1].start == start == end:
            return False
        return place == len(self.edits) or self.edits[place].start >= end

    def replace(
        self,
        start: int,
        end: int,
        after: str,
        rule: str,
        why: str = "",
        certainty: Certainty = "sure",
    ) -> bool:
        """Ask for an edit; say whether it was taken (it is not where another one stands)."""
        before = self.text[start:end]
        if before == after or not self.free(start, end):
            return False
        place = bisect_right(self._starts, start)
        self._starts.insert(place, start)
        self.edits.insert(place, Edit(start, end, before, after, rule, certainty, why))
        return True

    def remove(self, start: int, end: int, rule: str, why: str = "") -> bool:
        """Ask for a removal."""
        return self.replace(start, end, "", rule, why)

    def remove_line(self, line: TextLine, rule: str, why: str = "") -> bool:
        """Ask for the removal of a line with its line end."""
        return self.remove(line.start, line.stop, rule, why)

    def propose(self, start: int, end: int, rule: str, why: str = "") -> None:
        """Report a place that is probably a notice and stays."""
        if all(mark[:2] != (start, end) for mark in self.marks[-40:]):
            self.marks.append(Mark(start, end, "proposed", rule, why))

    def withdraw(self, start: int, end: int) -> None:
        """Take back the report of a place that goes after all."""
        self.marks = [mark for mark in self.marks if mark[:2] != (start, end)]

    def left(self, lines: list[TextLine]) -> list[TextLine]:
        """Return the lines that stay, in whole or in part."""
        if not self.edits:
            return lines
        return [line for line in lines if not self.removed(line)]

    def removed(self, line: TextLine) -> bool:
        """Say whether a line goes as a whole."""
        place = bisect_right(self._starts, line.start)
        return bool(place) and self.edits[place - 1].end >= max(line.end, line.start + 1)
