"""The strip stage."""

from __future__ import annotations

from collections.abc import Callable

from ingest.document import Document
from ingest.settings import Settings


def bind(settings: Settings) -> Callable[[Document], Document]:
    """Bind the stage to its settings."""

    def stage(document: Document) -> Document:
        return document

    return stage
