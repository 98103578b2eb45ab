"""Report documents in, clean text out, with an account of every change.

>>> import ingest
>>> ingest.clean_text("Nothing is wrong here.")
'Nothing is wrong here.'

`read` makes a `Document` of a file, `clean` sends it through the stages, `run` does a
whole batch. The names are imported on first use, so `import ingest` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.batch import Outcome, run
    from ingest.document import Alternative, Document, Edit, Line, Mark, Page, Place, Source, Step
    from ingest.errors import IngestError
    from ingest.extract import read
    from ingest.pipeline import clean, clean_text
    from ingest.settings import Settings

__version__ = "0.1.0"

_HOMES = {
    "Alternative": "document",
    "Document": "document",
    "Edit": "document",
    "IngestError": "errors",
    "Line": "document",
    "Mark": "document",
    "Outcome": "batch",
    "Page": "document",
    "Place": "document",
    "Settings": "settings",
    "Source": "document",
    "Step": "document",
    "clean": "pipeline",
    "clean_text": "pipeline",
    "read": "extract",
    "run": "batch",
}

__all__ = [
    "Alternative",
    "Document",
    "Edit",
    "IngestError",
    "Line",
    "Mark",
    "Outcome",
    "Page",
    "Place",
    "Settings",
    "Source",
    "Step",
    "clean",
    "clean_text",
    "read",
    "run",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(f"ingest.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
