"""Batches of untrusted files: each document in a limited child process, one outcome per input.

`run` does a batch, `guarded_document` one document. Both need POSIX (Linux first;
macOS works without the kernel's promise that children die with their parent). The
names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.batch.driver import guarded_document, run
    from ingest.batch.options import RunOptions
    from ingest.batch.outcome import Outcome

_HOMES = {
    "Outcome": "outcome",
    "RunOptions": "options",
    "guarded_document": "driver",
    "run": "driver",
}

__all__ = ["Outcome", "RunOptions", "guarded_document", "run"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'ingest.batch' has no attribute {name!r}")
    return getattr(import_module(f"ingest.batch.{home}"), name)
