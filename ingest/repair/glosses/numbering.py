"""Digits of list numbers that a list's own sequence gives back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.document import Edit
from ingest.repair.glosses.signs import LOST

_NUMBER: Final = re.compile(r"[(（]([0-9]{1,3})[)）]")
_REST: Final = re.compile(r"([0-9]{0,2})[)）]")


class _Entry(NamedTuple):
    """A number in brackets: where it stands, and its value or -1 where the first digit is gone."""

    start: int
    value: int
    rest: str = ""
    edit: int = -1


def numbered(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Give back digits that stand in a list between their neighbours' numbers.

    A digit is written where the number before and the number behind leave one value; the
    first of a list counts where the second is a 2, and the last where two stand before it.
    Everything else stays lost.
    """
    written = list(edits)
    entries = [_Entry(found.start(), int(found[1])) for found in _NUMBER.finditer(text)]
    for index, edit in enumerate(written):
        if edit.rule.endswith(".bracket.lost"):
            rest = _REST.match(text, edit.end)
            entries.append(_Entry(edit.start, -1, rest[1] if rest else "", index))
    if all(entry.value >= 0 for entry in entries):
        return written
    entries.sort()
    values = [entry.value for entry in entries]
    for at, entry in enumerate(entries):
        if entry.value >= 0:
            continue
        value = _between(values, at)
        digits = str(value)
        if value > 0 and len(digits) == 1 + len(entry.rest) and digits.endswith(entry.rest):
            values[at] = value
            edit = written[entry.edit]
            written[entry.edit] = edit._replace(
                after=edit.after.replace(LOST, digits[0]),
                rule="gloss.list-number",
                certainty="sure",
                why="the list's own numbers leave no other",
            )
    return written


def _between(values: Sequence[int], at: int) -> int:
    """The value that the neighbours leave for a place, or -1."""
    before = values[at - 1] if at else 0
    behind = next((i for i in range(at + 1, len(values)) if values[i] >= 0), None)
    if behind is not None:
        value = values[behind] - (behind - at)
        if value == before + 1 or (value == 1 and behind == at + 1):
            return value
        return -1
    if at > 1 and before == values[at - 2] + 1 and before > 0:
        return before + 1
    return -1
