"""The strip stage: what is not the report goes, and every removal says why.

Notices of download sites, page marks, running headers and footers, watermarks, hidden
text. Losing a sentence of the report is worse than keeping a notice: what is only likely
is reported as a `proposed` mark and stays.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest.document import Document
from ingest.settings import Settings


def bind(settings: Settings) -> Callable[[Document], Document]:
    """Bind the stage to its settings.

    `settings.strip` says what goes: `sure` what several independent signs prove, `likely`
    also what is only probable. The pack files of `settings.rules` are read here. Raises
    `ConfigurationError` naming file, row and cause where one cannot be used.

    >>> stage = bind(Settings())
    >>> stage(Document.from_text("占1/4的农户已经改种。")).text
    '占1/4的农户已经改种。'
    """
    from ingest.strip.blocks import Level
    from ingest.strip.rulebook import with_own

    level: Level = settings.strip
    book = with_own(settings.rules)

    def stage(document: Document) -> Document:
        from ingest.strip.passes import strip

        return strip(document, level, book)

    return stage
