"""The order of the stages, and the loop that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from ingest import normalize, repair, strip
from ingest.document import Document
from ingest.settings import Settings

Stage: TypeAlias = Callable[[Document], Document]
"""A plain callable; its settings and tables are bound beforehand. A user's own fits as it is."""

_BINDERS: dict[str, Callable[[Settings], Stage]] = {
    "repair": repair.bind,
    "strip": strip.bind,
    "normalize": normalize.bind,
}


def stages(settings: Settings) -> tuple[Stage, ...]:
    """Return the chosen stages in the order in which they must run, whatever order was named."""
    return tuple(bind(settings) for name, bind in _BINDERS.items() if name in settings.stages)


def through(document: Document, chain: Iterable[Stage]) -> Document:
    """Send a document through a chain of stages.

    >>> through(Document.from_text("as it is"), ()).text
    'as it is'
    """
    for stage in chain:
        document = stage(document)
    return document


def clean(document: Document, *, settings: Settings | None = None) -> Document:
    """Repair, strip and normalize a document (or the stages that `settings` names).

    Pure: the same document and settings give the same result. The account of every
    change is in the result's `history`; `undo()` takes it back.

    >>> from ingest.document import Document
    >>> clean(Document.from_text("Nothing is wrong here.")).text
    'Nothing is wrong here.'
    """
    return through(document, stages(settings or Settings()))


def clean_text(text: str, *, settings: Settings | None = None) -> str:
    """Clean a string: `clean` without the account.

    >>> clean_text("Nothing is wrong here.")
    'Nothing is wrong here.'
    """
    return clean(Document.from_text(text), settings=settings).text
