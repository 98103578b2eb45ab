"""What made an output: the version of the program and a fingerprint of its tables."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def versions() -> dict[str, str]:
    """Return the versions that an output depends on.

    `tables` changes when any file in `ingest/data` does.
    """
    import ingest

    digest = hashlib.sha256()
    for name, table in sorted(_tables(files("ingest") / "data", "")):
        content = table.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return {"ingest": ingest.__version__, "tables": digest.hexdigest()[:16]}


def _tables(folder: Traversable, above: str) -> list[tuple[str, Traversable]]:
    if not folder.is_dir():
        return []
    found = []
    for entry in folder.iterdir():
        name = f"{above}/{entry.name}"
        if entry.is_dir():
            found += [] if entry.name == "__pycache__" else _tables(entry, name)
        else:
            found.append((name, entry))
    return found
