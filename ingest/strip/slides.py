"""Slide marks: the date and number that a presentation printed on each slide, `2022/11/24 7`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ingest.strip.lines import Removals
from ingest.strip.marks import take

# Fewer than this may be a list of appointments on one day.
FEW = 4
# Of the steps from one number to the next so many are one: slides without text leave gaps.
STEADY = 0.6

# Before a date, these make it part of a longer figure.
_FIGURE = frozenset("0123456789/.-")
# Begins with plain characters: the engine skips to them.
_DATED = re.compile(
    r"(20\d\d[-/.年]\d{1,2}[-/.月])(\d{1,5})(?:(日?(?:[ \t\u3000]{1,4}|[ \t]*\n))(\d{1,3}))?"
    r"(?![\d:：.%年月日/-])"
)
# Before a date, these make it part of a longer figure.
_FIGURE = frozenset("0123456789/.-")


class _Dated(NamedTuple):
    """A date with a number; `day` is what stands where a day would, glued number and all."""

    date: str
    day: int
    number: int
    span: tuple[int, int]


def find(removals: Removals) -> None:
    """Ask for the removal of dates with a slide number where they count through the document.

    All must bear the same date, and the numbers must ascend: a date and a number side by
    side are common, the same date before 3, 4, 5, 6 is not. Where nothing stands between
    the two (`2020-5-243`), most must be higher than a day can be, or they are dates.
    """
    text = removals.text
    dates: dict[str, list[_Dated]] = {}
    for found in _DATED.finditer(text):
        before = text[max(0, found.start() - 1) : found.start()]
        if before not in _FIGURE and removals.free(*found.span()):
            for dated in _readings(found):
                dates.setdefault(dated.date, []).append(dated)
    for date, places in dates.items():
        steps = [two.number - one.number for one, two in pairwise(places)]
        if len(places) < FEW or min(steps) < 1 or places[0].number > FEW:
            continue
        glued = sum(place.day > 31 for place in places) * 2 > len(places)
        if steps.count(1) < STEADY * len(steps) or not (glued or places[0].day == 0):
            continue
        why = f"{date} with numbers {places[0].number} to {places[-1].number}, ascending"
        for place in places:
            take(removals, place.span, "mark.slide", why)


def _readings(found: re.Match[str]) -> Iterator[_Dated]:
    month, digits, gap, number = found.groups()
    if gap:
        if len(digits) <= 2:
            yield _Dated(month + digits, 0, int(number), found.span())
        return
    for cut in (1, 2):
        day, rest = digits[:cut], digits[cut:]
        if rest and rest[0] != "0" and 1 <= int(day) <= 31:
            yield _Dated(month + day, int(digits), int(rest), found.span())
