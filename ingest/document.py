"""The value that flows through the rooms: a text, its structure, and the account of its changes.

All offsets are code points, spans are half-open. Nothing here is mutated: an edit
makes a new `Document`, which knows the way back.
"""

from __future__ import annotations

import dataclasses
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ingest.edits import (
    Alternative,
    Certainty,
    Edit,
    Mark,
    MarkKind,
    Metadata,
    MetadataValue,
    Step,
    edit_from_json,
    edit_to_json,
    in_order,
    mark_from_json,
    replaced,
    restored,
)
from ingest.errors import EditError

__all__ = [
    "Alternative",
    "Box",
    "Certainty",
    "Document",
    "Edit",
    "Line",
    "Mark",
    "MarkKind",
    "Metadata",
    "MetadataValue",
    "Page",
    "Place",
    "Quality",
    "Region",
    "Source",
    "Step",
]

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points, counted from the upper left corner of the page as shown."""

Quality = Literal["good", "garbled", "sparse", "none"]


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


class Region(NamedTuple):
    """What a part of a page was for: `link`, `nav`, `footer`, `heading`, and other words.

    The kinds are those of `data/html_regions.tsv`. Regions nest and overlap.
    """

    start: int
    end: int
    kind: str


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


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its origin, its pages, its metadata and the account of every change.

    `pages` and `regions` stand as extraction saw them, with spans in the *extracted* text;
    `layout()` and `plan()` give them with spans in the text as it stands. Stages propose edits through
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
    regions: tuple[Region, ...] = ()

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
        ordered = in_order(edits)
        after = replaced(self.text, ordered)
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
        history = (*self.history, step)
        return dataclasses.replace(self, text=after, metadata=joined, history=history)

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
            text = restored(text, step.edits)
            if step.metadata_before is not None:
                metadata = step.metadata_before
        history = self.history[:kept]
        return dataclasses.replace(self, text=text, metadata=metadata, history=history)

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
        if not any(step.edits for step in self.history):
            return self.pages
        spans = self._spans_now([line for page in self.pages for line in page.lines])
        pages = []
        for page, (start, end) in zip(self.pages, self._spans_now(self.pages), strict=True):
            lines = tuple(
                Line(*span, line.box, line.size, line.angle, line.visible)
                for line, span in zip(page.lines, spans, strict=False)
            )
            pages.append(dataclasses.replace(page, start=start, end=end, lines=lines))
        return tuple(pages)

    def _spans_now(self, parts: Sequence[Line] | Sequence[Page]) -> Iterator[tuple[int, int]]:
        """The spans of parts that are in order in the extracted text, where they stand now."""
        starts, ends = [part.start for part in parts], [part.end for part in parts]
        for step in self.history:
            starts, ends = step.spans_now(starts, ends)
        return zip(starts, map(max, starts, ends), strict=True)

    def plan(self) -> tuple[Region, ...]:
        """Return the regions with spans in the text as it stands now, without empty ones."""
        now = self._now()
        if now is None:
            return self.regions
        moved = (Region(*now(start, end), kind) for start, end, kind in self.regions)
        return tuple(region for region in moved if region.start < region.end)

    def _now(self) -> Callable[[int, int], tuple[int, int]] | None:
        """Return what moves a span of the extracted text to where it stands now."""
        steps = [step for step in self.history if step.edits]

        def now(start: int, end: int) -> tuple[int, int]:
            for step in steps:
                start, end = step.start_now(start), step.end_now(end)
            return start, max(start, end)

        return now if steps else None

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
            **({"regions": [list(region) for region in self.regions]} if self.regions else {}),
            "history": [
                {
                    "stage": step.stage,
                    "edits": [edit_to_json(edit) for edit in step.edits],
                    "marks": [edit_to_json(mark) for mark in step.marks],
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
                    tuple(map(edit_from_json, step["edits"])),
                    tuple(map(mark_from_json, step["marks"])),
                    _typed(step["metadata_before"]) if "metadata_before" in step else None,
                )
                for step in form["history"]
            ),
            regions=tuple(Region(*region) for region in form.get("regions", ())),
        )


def _plain(metadata: Metadata) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in metadata.items()
    }


def _typed(form: Mapping[str, Any]) -> dict[str, MetadataValue]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in form.items()}
