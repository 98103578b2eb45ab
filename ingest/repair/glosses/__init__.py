"""Gloss damage: readings that a mirror wrote into GBK bytes, and what broke around them."""

from __future__ import annotations

from ingest.document import Edit, Mark
from ingest.repair.glosses.recognize import fingerprint
from ingest.settings import Settings


def edits(text: str, settings: Settings) -> tuple[list[Edit], list[Mark], bool]:
    """Undo gloss damage: edits, marks, and whether the page shows the mirror's fingerprint.

    Offsets count code points of `text`. Where the fingerprint is not proven nothing is
    touched. Limit: a page with a single annotation proves nothing.

    >>> page = "關(guān)于社區(qū)工作調(diào)研"
    >>> [edit.before for edit in edits(page, Settings())[0]]
    ['(guān)', '(qū)', '(diào)']
    """
    shown = fingerprint(text)
    if shown is None:
        return [], [], False
    from ingest.repair.glosses.undo import Page

    return *Page(text, shown, settings).undo(), True
