"""The repair stage: gloss damage is undone first, then text read in the wrong encoding."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from ingest.compose import compose
from ingest.document import Document
from ingest.repair import glosses
from ingest.settings import Settings


def bind(settings: Settings) -> Callable[[Document], Document]:
    """Bind the stage to its settings.

    The stage sets the metadata `conversion` to `mirror` where the page shows that a mirror
    converted it to Traditional by machine.

    >>> stage = bind(Settings())
    >>> page = stage(Document.from_text("關(guān)于社區(qū)工作調(diào)研"))
    >>> page.text, page.metadata["conversion"]
    ('關于社區工作調研', 'mirror')
    """
    mojibake = None
    if find_spec("ingest.repair.mojibake"):
        from ingest.repair import mojibake

    def stage(document: Document) -> Document:
        edits, marks, mirrored = glosses.edits(document.text, settings)
        metadata = {"conversion": "mirror"} if mirrored else None
        return document.revise("repair", edits, marks=marks, metadata=metadata)

    return stage
