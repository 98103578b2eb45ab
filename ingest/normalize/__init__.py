"""Text as its author wrote it: characters, script, punctuation, spaces, paragraphs.

The passes build on each other; what they do is recorded as one step, with spans in the
text that the stage received. Clean text comes out untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter

from ingest.compose import compose
from ingest.document import Document, Edit, MetadataValue
from ingest.edits import in_order
from ingest.normalize import (
    characters,
    folding,
    geometry,
    paragraphs,
    punctuation,
    script,
    spacing,
    wrapped,
)
from ingest.normalize.language import Language, guess
from ingest.settings import Settings

# What a mirror converted together with the text.
_CONVERTED_KEYS = ("title", "author", "site", "uploader")


def bind(settings: Settings) -> Callable[[Document], Document]:
    """Bind the stage to its settings.

    >>> from ingest.settings import Settings
    >>> normalize = bind(Settings())
    >>> normalize(Document.from_text("ﬁrst\\r\\nsecond")).text
    'first\\nsecond'
    """

    def stage(document: Document) -> Document:
        return _normalized(document, settings)

    return stage


class _Draft:
    """A document on its way through the passes, and what they have changed so far."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.edits: tuple[Edit, ...] = ()

    @property
    def text(self) -> str:
        return self._document.text

    def take(self, edits: Sequence[Edit]) -> None:
        if edits:
            self._document = self._document.revise("normalize", edits)
            self.edits = compose(self.edits, in_order(edits))

    def finish(self, edits: Sequence[Edit]) -> None:
        """Take the edits of the last pass, whose text nobody looks at any more."""
        self.edits = compose(self.edits, edits)

    def rows(self) -> list[geometry.Row]:
        return geometry.rows_of(self._document.pages, self._document.history)


def _normalized(document: Document, settings: Settings) -> Document:
    draft = _Draft(document)
    metadata: dict[str, MetadataValue] = {}
    laid_out = any(page.lines for page in document.pages)
    mirrored = document.metadata.get("conversion") == "mirror"

    @cache
    def language() -> Language:
        return guess(document.text)

    draft.take(characters.find(draft.text, characters.Setting(laid_out, language)))
    conversion = script.choose(draft.text, settings.script, mirrored, language)
    if conversion:
        draft.take(script.find(draft.text, conversion))
        metadata.update(_converted(document, conversion))
    if (mirrored or _was_repaired(document)) and punctuation.folded(draft.text):
        draft.take(punctuation.find(draft.text))
    for name in folding.FOLDINGS:
        # One after the other: what counts as punctuation of a Chinese text depends on its digits.
        if name in settings.fold:
            draft.take(folding.find(draft.text, (name,)))
    if laid_out:
        draft.finish(_page_edits(draft))
    else:
        _typed_text(document, draft, mirrored)
    name, written = language()
    if name:
        metadata.setdefault("language", document.metadata.get("language", name))
    if conversion:
        metadata["script"] = conversion.script
    elif written:
        metadata["script"] = document.metadata.get("script", written)
    return document.revise("normalize", draft.edits, metadata=metadata)


def _converted(document: Document, conversion: script.Conversion) -> dict[str, MetadataValue]:
    return {
        key: conversion.convert(value)
        for key in _CONVERTED_KEYS
        if isinstance(value := document.metadata.get(key), str)
    }


def _was_repaired(document: Document) -> bool:
    return any(step.stage == "repair" and step.edits for step in document.history)


def _page_edits(draft: _Draft) -> list[Edit]:
    rows = draft.rows()
    edits = paragraphs.find(draft.text, rows) + _page_ends(draft.text)
    places = {edit.start for edit in edits}
    spaces = spacing.between_han(draft.text, rows)
    # A space that parts two cells has become their border already.
    edits += [edit for edit in spaces if edit.start not in places]
    edits.sort(key=itemgetter(0, 1))
    return edits


def _page_ends(text: str) -> list[Edit]:
    """Blank lines before the first line and after the last."""
    found: list[Edit] = []
    bare = text.rstrip("\n ")
    if not bare:
        return [Edit(0, len(text), text, "", "space.blank-lines", "sure")] if text else []
    blank = len(text) - len(text.lstrip("\n "))
    if blank:
        found.append(Edit(0, blank, text[:blank], "", "space.blank-lines", "sure"))
    rest = text[len(bare) :]
    if rest != "\n":
        found.append(Edit(len(bare), len(text), rest, "\n", "space.final-line-end", "sure"))
    return found


def _typed_text(document: Document, draft: _Draft, mirrored: bool) -> None:
    """What a text without geometry needs: little, and nothing where nothing was damaged."""
    from_page = mirrored or document.source.media_type != "text/plain"
    draft.take(spacing.spread_lines(draft.text))
    if from_page:
        draft.take(spacing.trailing(draft.text))
    else:
        draft.take(wrapped.find(draft.text))
    last = document.history[-1] if document.history else None
    places = spacing.taken_out(last) if last and last.stage == "strip" else []
    if document.source.media_type == "text/html":
        draft.finish(spacing.blank_lines(draft.text, None))
    elif places:
        draft.finish(spacing.blank_lines(draft.text, _moved(places, draft.edits)))


def _moved(places: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Offsets in the text received as offsets in the text after the edits."""
    moved: list[int] = []
    shift = 0
    rest = iter(edits)
    edit = next(rest, None)
    for place in places:
        while edit is not None and edit.end <= place:
            shift += len(edit.after) - (edit.end - edit.start)
            edit = next(rest, None)
        moved.append(place + shift)
    return moved
