"""The repair stage: gloss damage, then text read in the wrong encoding, then leftover escapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.compose import compose
from ingest.document import Document, Step
from ingest.edits import Mark, MetadataValue, in_order, replaced
from ingest.repair import escapes, glosses, mojibake
from ingest.settings import Settings


def bind(settings: Settings) -> Callable[[Document], Document]:
    """Bind the stage to its settings.

    The stage sets the metadata `conversion` to `mirror` where the page shows that a mirror
    converted it to Traditional by machine, and `quality` to `garbled` where more than half
    of the text looks garbled and could not be repaired.

    >>> stage = bind(Settings())
    >>> page = stage(Document.from_text("關(guān)于社區(qū)工作調(diào)研"))
    >>> page.text, page.metadata["conversion"]
    ('關于社區工作調研', 'mirror')
    """

    def stage(document: Document) -> Document:
        repaired = undamaged(document)
        left = escapes.edits(repaired.text)
        # What was written as an escape was escaped after it was read: a step of its own.
        return repaired.revise("repair", left) if left else repaired

    def undamaged(document: Document) -> Document:
        edits, marks, mirrored = glosses.edits(document.text, settings)
        metadata: dict[str, MetadataValue] = {"conversion": "mirror"} if mirrored else {}
        if not edits:
            edits, marks_of_bytes = mojibake.edits(document.text, settings.infer)
            marks += marks_of_bytes
            metadata = metadata | _verdict(document.text, marks)
            return document.revise("repair", edits, marks=marks, metadata=metadata or None)
        first = in_order(edits)
        second, later = mojibake.edits(replaced(document.text, first), settings.infer)
        step = Step("repair", first)
        marks += [
            mark._replace(start=step.source_offset(mark.start), end=step.source_offset(mark.end))
            for mark in later
        ]
        composed = compose(first, in_order(second))
        metadata = metadata | _verdict(document.text, marks)
        return document.revise("repair", composed, marks=marks, metadata=metadata or None)

    return stage


def _verdict(text: str, marks: Iterable[Mark]) -> dict[str, MetadataValue]:
    """What is said of a text most of which looks garbled and stays."""
    garbled = sum(mark.end - mark.start for mark in marks if mark.kind == "garbled")
    return {"quality": "garbled"} if garbled * 2 > len(text) else {}
