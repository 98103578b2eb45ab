"""Where the body of a page lies, and what the place of each line outside says.

Each line comes with a score of itself alone (`features`, `scoring`). The body is the stretch
where those scores say most for a report. Outside, a line is seen in its place: its neighbours,
what stands between it and the body, the page as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import accumulate
from math import log1p
from typing import NamedTuple

from ingest.strip.between import words
from ingest.strip.lines import TextLine

# Scores beyond say no more than this.
MOST = 6.0
# A line counts for the body as so many characters at most.
FULL = 160
# A line without a sentence's end or clauses counts for the body so much less: long lists of
# other pages' titles look like a report otherwise.
UNENDED = 0.3
# A notice counts against the body as if it were so many times eighty characters longer.
PARTS = 1.0
# Another stretch belongs to the body when it says so much of what the greatest says.
ANOTHER = 0.15
# Lines on either side that speak for each other.
BESIDE = 3
# Lines of the body, from either end of it, whose words count as the report's.
OPENING = 60

SENTENCE = re.compile(r"[。！？；，]|[.,;] |[.!?]$")


class Frame(NamedTuple):
    """The body, `[first, last)` among the lines that are not blank."""

    first: int
    last: int


def clipped(one: float, most: float = MOST) -> float:
    return max(-most, min(most, one))


def body(lines: Sequence[TextLine], scores: Sequence[float]) -> Frame:
    """Return the stretch that is most a report: the one with the greatest sum.

    >>> lines = [TextLine(one, 0, 0, 0) for one in ("首页", "全镇有水厂九处。" * 9, "打印")]
    >>> body(lines, [3.0, -4.0, 2.0])
    Frame(first=1, last=2)
    """
    says = [_says(line.text, own) for line, own in zip(lines, scores, strict=True)]
    first, last, main = _stretch(says, 0, len(says))
    # What interrupts a report parts it: other stretches that say enough belong to it, too.
    while main:
        start, _, before = _stretch(says, 0, first)
        _, end, behind = _stretch(says, last, len(says))
        if max(before, behind) < ANOTHER * main:
            break
        if before >= behind:
            first = start
        else:
            last = end
    return Frame(first, last)


def _says(text: str, own: float) -> float:
    """Return how much a line says for the body; below 0 against it."""
    length = min(len(text), FULL) / (FULL / 2)
    if own > 0:
        # A notice parts two stretches however short it is.
        return -clipped(own, 4.0) * (PARTS + length)
    return -clipped(own, 4.0) * (0.25 + length) * (1.0 if SENTENCE.search(text) else UNENDED)


def _stretch(says: Sequence[float], first: int, last: int) -> tuple[int, int, float]:
    """Return the stretch within `[first, last)` that says most, and how much."""
    best = total = 0.0
    found = (first, first)
    start = first
    for at in range(first, last):
        total += says[at]
        if total <= 0:
            total, start = 0.0, at + 1
        elif total > best:
            best, found = total, (start, at + 1)
    return *found, best


def contexts(
    lines: Sequence[TextLine], scores: Sequence[float], frame: Frame
) -> dict[int, dict[str, float]]:
    """Return, for each line outside the body, what its place says, by name."""
    count = len(lines)
    own = [clipped(one) for one in scores]
    report = body_words(lines, frame)
    outside = [*own[: frame.first], *own[frame.last :]]
    clear = log1p(sum(one > 2 for one in outside))
    strongest = sum(sorted(outside)[-3:]) / 3
    found: dict[int, dict[str, float]] = {}
    for region, order in (
        ("head", range(frame.first - 1, -1, -1)),
        ("tail", range(frame.last, count)),
    ):
        inward = -1 if region == "tail" else 1
        barriers = [-MOST, *accumulate((own[at] for at in order), max)]
        passed = [0, *accumulate(int(own[at] > 1) for at in order)]
        for depth, at in enumerate(order):
            near = [own[at + step * inward] for step in range(1, BESIDE + 1) if step <= depth]
            far = [
                own[at - step * inward]
                for step in range(1, BESIDE + 1)
                if 0 <= at - step * inward < count and depth + step < len(order)
            ]
            values = {
                "any": 1.0,
                "own": own[at] / MOST,
                "own:above": max(0.0, own[at]) / MOST,
                "own:far-above": max(0.0, own[at] - 2.5) / MOST,
                "inward": near[0] / MOST if near else -0.5,
                "inward:all": sum(near) / len(near) / MOST if near else -0.5,
                "outward": far[0] / MOST if far else 0.3,
                "outward:all": sum(far) / len(far) / MOST if far else 0.3,
                "barrier": barriers[depth] / MOST,
                "barrier:above": max(0.0, barriers[depth] - 1) / MOST,
                "passed": log1p(passed[depth]),
                "depth": log1p(depth),
                "edge": log1p(len(order) - 1 - depth),
                "page:clear": clear,
                "page:strongest": strongest / MOST,
                "shared": shared(lines[at], report),
            }
            found[at] = {f"{region}:{name}": value for name, value in values.items()}
    return found


def body_words(lines: Sequence[TextLine], frame: Frame) -> set[str]:
    """Return the words of the body, or of both its ends where it is long."""
    inside = lines[frame.first : frame.last]
    return {
        word
        for line in (
            inside if len(inside) <= 2 * OPENING else [*inside[:OPENING], *inside[-OPENING:]]
        )
        for word in words(line)
    }


def shared(line: TextLine, report: Set[str]) -> float:
    """Return the share of a line's words that the report has, too."""
    found = words(line)
    return len(found & report) / len(found) if found else 0.0
