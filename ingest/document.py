"""The value that flows through the rooms: a text, its structure, and the account of its changes.

All offsets are code points, spans are half-open. Nothing here is mutated: an edit
makes a new `Document`, which knows the way back.
"""

from __future__ import annotations

import dataclasses
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
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
Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points, counted from the upper left corner of the page as shown."""

Quality = Literal["good", "garbled", "sparse", "none"]


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


class Line(NamedTuple):
    """One line as extraction saw it, its line end excluded.

    `box` is None where the source has no geometry; `size` is the type size in points
    (0: unknown); `angle` the direction of the text in degrees, counter-clockwise;
    `visible` is False for text that a reader of the page does not see.
    """

    start: int
    end: int
    box: Box | None = None
    size: float = 0.0
    angle: float = 0.0
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number (from 1), its span, its size in points, its lines in text order."""

    number: int
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0
    lines: tuple[Line, ...] = ()
    quality: Quality = "good"


class Place(NamedTuple):
    """Where a character of the text comes from.

    `offset` counts in the extracted text. `page` (from 1), `line` (index in the page)
    and `box` are None where the source has none.
    """

    offset: int
    page: int | None = None
    line: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from: a name for people, the hash of its bytes, its media type."""

    name: str
    sha256: str
    media_type: str


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


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its origin, its pages, its metadata and the account of every change.

    `pages` stand as extraction saw them, with spans in the *extracted* text; `layout()`
    gives them with spans in the text as it stands. Stages propose edits through
    `revise`; nothing else changes text.

    >>> document = Document.from_text("社區(qū)工作")
    >>> revised = document.revise("repair", [Edit(2, 6, "(qū)", "", "gloss.aligned")])
    >>> revised.text, revised.undo().text, revised.trace(2).offset
    ('社區工作', '社區(qū)工作', 6)
    """

    text: str
    source: Source
    pages: tuple[Page, ...] = ()
    metadata: Metadata = field(default_factory=dict)
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only mapping cannot be pickled; the JSON form carries everything.
        return (Document.from_json, (self.to_json(),))

    @classmethod
    def from_text(cls, text: str, name: str = "text") -> Document:
        """Make a document of a string, as if it had been read from a UTF-8 text file."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(text, Source(name, digest, "text/plain"))

    def revise(
        self,
        stage: str,
        edits: Iterable[Edit],
        *,
        marks: Iterable[Mark] = (),
        metadata: Metadata | None = None,
    ) -> Document:
        """Apply a stage's edits and record them, with its marks, as one `Step`.

        `edits` may come in any order. `metadata` holds keys to add or change. Raises
        `EditError` where two edits overlap, two insert at the same place, an edit
        changes nothing, lies outside the text, or where its `before` is not what
        stands there.
        """
        ordered = _ordered(edits)
        after = _replaced(self.text, ordered)
        kept = tuple(sorted(marks))
        for mark in kept:
            if not 0 <= mark.start <= mark.end <= len(self.text):
                raise EditError(f"{mark.rule}: mark {mark.start}-{mark.end} lies outside the text")
        changed = metadata is not None and any(
            key not in self.metadata or self.metadata[key] != value
            for key, value in metadata.items()
        )
        step = Step(stage, ordered, kept, self.metadata if changed else None)
        joined = {**self.metadata, **metadata} if changed and metadata else self.metadata
        return Document(after, self.source, self.pages, joined, (*self.history, step))

    def undo(self, steps: int | None = None) -> Document:
        """Take back the last `steps` steps (default: all that changed something).

        Returns the document as it was, so that without an argument its text is exactly
        what extraction gave. Raises `EditError` where the text is not what the history says.
        """
        count = len(self.history) if steps is None else steps
        if not 0 <= count <= len(self.history):
            raise EditError(f"cannot undo {count} of {len(self.history)} steps")
        text, metadata = self.text, self.metadata
        kept = len(self.history) - count
        for step in reversed(self.history[kept:]):
            text = _restored(text, step.edits)
            if step.metadata_before is not None:
                metadata = step.metadata_before
        return Document(text, self.source, self.pages, metadata, self.history[:kept])

    def trace(self, offset: int) -> Place:
        """Say where the character at `offset` of the present text comes from."""
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} lies outside the text (0 to {len(self.text)})")
        for step in reversed(self.history):
            offset = step.source_offset(offset)
        index = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        if index < 0:
            return Place(offset)
        page = self.pages[index]
        at = bisect_right(page.lines, offset, key=lambda line: line.start) - 1
        if at < 0:
            return Place(offset, page.number)
        return Place(offset, page.number, at, page.lines[at].box)

    def layout(self) -> tuple[Page, ...]:
        """Return the pages with spans in the text as it stands now.

        What was deleted has an empty span.
        """
        steps = [step for step in self.history if step.edits]
        if not steps:
            return self.pages

        def now(start: int, end: int) -> tuple[int, int]:
            for step in steps:
                start, end = step.start_now(start), step.end_now(end)
            return start, max(start, end)

        pages = []
        for page in self.pages:
            start, end = now(page.start, page.end)
            lines = tuple(
                Line(*now(line.start, line.end), line.box, line.size, line.angle, line.visible)
                for line in page.lines
            )
            pages.append(dataclasses.replace(page, start=start, end=end, lines=lines))
        return tuple(pages)

    def edits(self) -> Iterator[tuple[str, Edit]]:
        """Yield every edit with the name of its stage, in the order made."""
        for step in self.history:
            for edit in step.edits:
                yield step.stage, edit

    def marks(self) -> Iterator[tuple[str, Mark]]:
        """Yield every mark with the name of its stage."""
        for step in self.history:
            for mark in step.marks:
                yield step.stage, mark

    @property
    def damaged(self) -> bool:
        """True when something was lost, is uncertain, or looks garbled and was left."""
        return any(edit.certainty in ("inferred", "lost") for _, edit in self.edits()) or any(
            mark.kind != "proposed" for _, mark in self.marks()
        )

    @property
    def losses(self) -> int:
        """Number of places where something is lost for good."""
        return sum(edit.certainty == "lost" for _, edit in self.edits()) + sum(
            mark.kind in ("lost", "unreadable") for _, mark in self.marks()
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain JSON values; `from_json` reads them back."""
        return {
            "source": dataclasses.asdict(self.source),
            "text": self.text,
            "metadata": _plain(self.metadata),
            "pages": [
                {
                    "number": page.number,
                    "start": page.start,
                    "end": page.end,
                    "width": page.width,
                    "height": page.height,
                    "quality": page.quality,
                    "lines": [list(line) for line in page.lines],
                }
                for page in self.pages
            ],
            "history": [
                {
                    "stage": step.stage,
                    "edits": [_compact(edit) for edit in step.edits],
                    "marks": [_compact(mark) for mark in step.marks],
                    **(
                        {}
                        if step.metadata_before is None
                        else {"metadata_before": _plain(step.metadata_before)}
                    ),
                }
                for step in self.history
            ],
        }

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Document:
        """Read what `to_json` gave. Raises KeyError or TypeError where the form is another."""
        return cls(
            text=form["text"],
            source=Source(**form["source"]),
            pages=tuple(
                Page(
                    page["number"],
                    page["start"],
                    page["end"],
                    page["width"],
                    page["height"],
                    tuple(
                        Line(start, end, tuple(box) if box else None, *rest)
                        for start, end, box, *rest in page["lines"]
                    ),
                    page["quality"],
                )
                for page in form["pages"]
            ),
            metadata=_typed(form["metadata"]),
            history=tuple(
                Step(
                    step["stage"],
                    tuple(Edit(**_with_alternatives(edit)) for edit in step["edits"]),
                    tuple(Mark(**_with_alternatives(mark)) for mark in step["marks"]),
                    _typed(step["metadata_before"]) if "metadata_before" in step else None,
                )
                for step in form["history"]
            ),
        )


def _ordered(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    ordered = tuple(edits)
    if any(one[:2] > two[:2] for one, two in pairwise(ordered)):
        ordered = tuple(sorted(ordered, key=lambda edit: edit[:2]))
    return ordered


def _replaced(text: str, edits: Sequence[Edit]) -> str:
    if not edits:
        return text
    pieces: list[str] = []
    position = 0
    inserted = -1
    for edit in edits:
        start, end, before, after = edit[:4]
        if start < position or start == end == inserted:
            raise EditError(f"{edit.rule}: edit {start}-{end} overlaps another")
        if start > end or end > len(text):
            raise EditError(f"{edit.rule}: edit {start}-{end} lies outside the text")
        if text[start:end] != before:
            raise EditError(
                f"{edit.rule}: {before[:40]!r} does not stand at {start}-{end}, "
                f"but {text[start:end][:40]!r}"
            )
        if before == after:
            raise EditError(f"{edit.rule}: edit {start}-{end} changes nothing")
        pieces.append(text[position:start])
        pieces.append(after)
        position = end
        inserted = start if start == end else -1
    pieces.append(text[position:])
    return "".join(pieces)


def _restored(text: str, edits: Sequence[Edit]) -> str:
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


def _compact(item: Edit | Mark) -> dict[str, Any]:
    """Name the fields, leaving out those that hold their default."""
    form = item._asdict()
    for name, default in item._field_defaults.items():
        if form[name] == default and name != "certainty":
            del form[name]
    if "alternatives" in form:
        form["alternatives"] = [list(one) for one in item.alternatives]
    return form


def _with_alternatives(form: Mapping[str, Any]) -> dict[str, Any]:
    read = dict(form)
    if "alternatives" in read:
        read["alternatives"] = tuple(Alternative(*one) for one in read["alternatives"])
    return read


def _plain(metadata: Metadata) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in metadata.items()
    }


def _typed(form: Mapping[str, Any]) -> dict[str, MetadataValue]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in form.items()}
