"""The changes of a text, and the arithmetic of their spans.

All offsets are code points, spans are half-open. Only `Document` applies edits to a
text; what stands here is what it applies them with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter, lt
from typing import Any, Literal, NamedTuple

from ingest.errors import EditError

Certainty = Literal["proven", "sure", "inferred", "lost"]
"""How sure an edit is.

`proven`: follows from the bytes, or from a definition (a radical is its ideograph), alone.
`sure`: a rule with several independent signs fired. `inferred`: the most probable of
several, with its probability. `lost`: the original cannot be known; U+FFFD stands there.
"""

MarkKind = Literal["lost", "uncertain", "garbled", "proposed", "unreadable"]
"""Why a place is marked and not changed.

`lost`: something vanished here that nothing can bring back. `uncertain`: probably
damaged, left as it is. `garbled`: looks like the wrong encoding and could not be
repaired. `proposed`: probably a notice, left in. `unreadable`: a page or a byte that
extraction could not read.
"""

MetadataValue = str | int | float | bool | tuple[str, ...]
Metadata = Mapping[str, MetadataValue]


class Alternative(NamedTuple):
    """One of several possible readings of a damaged place."""

    text: str
    probability: float


# Edits, marks and lines are named tuples: a page has thousands, and a named tuple is
# made in a third of the time that a frozen dataclass takes.
class Edit(NamedTuple):
    """A change that a stage proposes: `before` at `[start, end)` becomes `after`.

    The span counts in the text as that stage received it. `rule` is the id of the rule,
    `why` a short reason for people (may be empty), `probability` and `alternatives`
    belong to inferred and lost places.

    >>> Edit(1, 5, "(qū)", "", "gloss.aligned").certainty
    'proven'
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    certainty: Certainty = "proven"
    why: str = ""
    probability: float | None = None
    alternatives: tuple[Alternative, ...] = ()


class Mark(NamedTuple):
    """A place that a stage reports without changing it. The span counts as an edit's does."""

    start: int
    end: int
    kind: MarkKind
    rule: str
    why: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Step:
    """What one stage did: its edits in order, its marks, and the metadata it replaced.

    `metadata_before` is None where the stage left the metadata alone.
    """

    stage: str
    edits: tuple[Edit, ...] = ()
    marks: tuple[Mark, ...] = ()
    metadata_before: Metadata | None = None

    @cached_property
    def _spans(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Starts and ends of the edits, before and after: what offset mapping searches."""
        starts = [edit.start for edit in self.edits]
        ends = [edit.end for edit in self.edits]
        new_starts: list[int] = []
        new_ends: list[int] = []
        shift = 0
        for edit in self.edits:
            start = edit.start + shift
            new_starts.append(start)
            new_ends.append(start + len(edit.after))
            shift += len(edit.after) - (edit.end - edit.start)
        return starts, ends, new_starts, new_ends

    def source_offset(self, offset: int) -> int:
        """Map an offset in the text that this step made to the text that it received.

        Inside replaced text of equal length the mapping goes character by character,
        otherwise to the start of what was replaced.
        """
        starts, ends, new_starts, new_ends = self._spans
        index = bisect_right(new_starts, offset) - 1
        # Deletions share a start with the text that follows them: the last one counts.
        if index < 0:
            return offset
        if offset < new_ends[index]:
            same = ends[index] - starts[index] == new_ends[index] - new_starts[index]
            return starts[index] + (offset - new_starts[index] if same else 0)
        return offset - new_ends[index] + ends[index]

    def start_now(self, offset: int) -> int:
        """Map the start of a span in the text received to the text made."""
        starts, ends, new_starts, new_ends = self._spans
        index = bisect_right(starts, offset) - 1
        if index < 0:
            return offset
        if offset == starts[index] < ends[index]:
            return new_starts[index]
        if offset < ends[index]:
            return new_ends[index]
        return offset - ends[index] + new_ends[index]

    def end_now(self, offset: int) -> int:
        """Map the end (exclusive) of a span in the text received to the text made."""
        starts, ends, new_starts, new_ends = self._spans
        index = bisect_right(starts, offset) - 1
        # What begins at a span's end does not belong to the span.
        while index >= 0 and starts[index] == offset:
            index -= 1
        if index < 0:
            return offset
        if offset < ends[index]:
            return new_starts[index]
        return offset - ends[index] + new_ends[index]

    def spans_now(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        """Map spans that are in order, as `start_now` and `end_now` do each.

        One walk over both: a page has more lines than a step has edits there.
        """
        edits = self.edits
        if not edits:
            return starts, ends
        new_starts: list[int] = []
        new_ends: list[int] = []
        count = len(edits)
        at = shift = 0
        edit_start, edit_end = edits[0][:2]
        for start, end in zip(starts, ends, strict=True):
            if start >= end:
                # What was deleted before: whose side an insertion there is on, the walk cannot say.
                new_starts.append(self.start_now(start))
                new_ends.append(self.end_now(end))
                continue
            while at < count and edit_end <= start and edit_start < start:
                shift += len(edits[at].after) - (edit_end - edit_start)
                at += 1
                edit_start, edit_end = edits[at][:2] if at < count else (0, 0)
            if at == count or end <= edit_start:
                new_starts.append(start + shift)
                new_ends.append(end + shift)
                continue
            growth = 0
            last = at
            while last < count and edits[last].start < end:
                growth += len(edits[last].after) - (edits[last].end - edits[last].start)
                last += 1
            if edit_start > start and edits[last - 1].end <= end:
                new_starts.append(start + shift)
                new_ends.append(end + shift + growth)
                continue
            # An edit begins with the span, or runs over one of its ends.
            new_starts.append(self.start_now(start))
            new_ends.append(self.end_now(end))
        return new_starts, new_ends


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sort edits by their spans; those in order already are only looked at."""
    ordered = tuple(edits)
    starts = list(map(itemgetter(0), ordered))
    if not all(map(lt, starts, starts[1:])):
        ordered = tuple(sorted(ordered, key=itemgetter(0, 1)))
    return ordered


def replaced(text: str, edits: Sequence[Edit]) -> str:
    """Return `text` with sorted `edits` applied.

    Raises `EditError` on an overlap, a span outside the text, a `before` that does not
    stand there, or an edit that changes nothing.
    """
    if not edits:
        return text
    pieces: list[str] = []
    position = 0
    inserted = -1
    length = len(text)
    for start, end, before, after, rule, _, _, _, _ in edits:
        if start < position or start == end == inserted:
            raise EditError(f"{rule}: edit {start}-{end} overlaps another")
        if start > end or end > length:
            raise EditError(f"{rule}: edit {start}-{end} lies outside the text")
        if text[start:end] != before:
            raise EditError(
                f"{rule}: {before[:40]!r} does not stand at {start}-{end}, "
                f"but {text[start:end][:40]!r}"
            )
        if before == after:
            raise EditError(f"{rule}: edit {start}-{end} changes nothing")
        pieces.append(text[position:start])
        pieces.append(after)
        position = end
        inserted = start if start == end else -1
    pieces.append(text[position:])
    return "".join(pieces)


def restored(text: str, edits: Sequence[Edit]) -> str:
    """Take back sorted `edits`: the inverse of `replaced`. Raises `EditError` likewise."""
    pieces: list[str] = []
    position = 0
    shift = 0
    for edit in edits:
        start, end, before, after = edit[:4]
        start += shift
        stop = start + len(after)
        if text[start:stop] != after:
            raise EditError(f"{edit.rule}: {after[:40]!r} does not stand at {start}-{stop}")
        pieces.append(text[position:start])
        pieces.append(before)
        position = stop
        shift += len(after) - (end - edit.start)
    pieces.append(text[position:])
    return "".join(pieces)


def edit_to_json(item: Edit | Mark) -> dict[str, Any]:
    """Name the fields, leaving out those that hold their default."""
    form = item._asdict()
    for name, default in item._field_defaults.items():
        if form[name] == default and name != "certainty":
            del form[name]
    if "alternatives" in form:
        form["alternatives"] = [list(one) for one in item.alternatives]
    return form


def edit_from_json(form: Mapping[str, Any]) -> Edit:
    """Read an edit that `edit_to_json` wrote."""
    return Edit(**_with_alternatives(form))


def mark_from_json(form: Mapping[str, Any]) -> Mark:
    """Read a mark that `edit_to_json` wrote."""
    return Mark(**_with_alternatives(form))


def _with_alternatives(form: Mapping[str, Any]) -> dict[str, Any]:
    alternatives = tuple(Alternative(*one) for one in form.get("alternatives", ()))
    return {**form, "alternatives": alternatives}
