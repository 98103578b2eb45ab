"""Names of output files: from an input's path to its path in the output folder, one to one."""

from __future__ import annotations

import hashlib
import os
import re

STAGING = ".ingest"
"""Folder in the output folder for what is not finished."""
RECORDS = "documents.jsonl"
MANIFEST = "documents-shards.json"
UNFINISHED = f"{STAGING}-datasets"
"""Folder in the output folder for datasets in the middle, which the next batch goes on with."""
_RESERVED = (STAGING, RECORDS, MANIFEST, UNFINISHED)
_OWN_FOLDERS = (STAGING, UNFINISHED)
_MOST = 255
"""Bytes of a file name on the file systems in use."""
_SHARD = re.compile(r"documents-\d{5}\.(?:jsonl|jsonl\.gz|parquet)\Z")
# A folder named like an output file would stand where that file must go.
_LIKE_OUTPUT = re.compile(r"\.(?:txt|md|jsonl)~*\Z", re.IGNORECASE)


def output_name(relative: str, form: str) -> str:
    """Return where, below the output folder, the text of an input goes.

    The suffix is added to the whole name, so that `report.pdf` and `report.txt` do not
    meet. Two inputs never get the same name, and no input one that the batch itself
    uses; a name that would be too long is cut and ends in a hash of the whole.

    >>> output_name("a/report.pdf", "txt")
    'a/report.pdf.txt'
    >>> output_name("notes.txt/report.pdf", "txt")
    'notes.txt~/report.pdf.txt'
    """
    *folders, name = relative.split("/")
    parts = [f"{folder}~" if _LIKE_OUTPUT.search(folder) else folder for folder in folders]
    if parts and parts[0] in _OWN_FOLDERS:
        parts[0] = _hashed(parts[0], "")
    suffix = f".{form}"
    last = f"{name}{suffix}"
    if (not parts and (last in _RESERVED or is_shard(last))) or len(os.fsencode(last)) > _MOST:
        last = _hashed(name, suffix)
    return "/".join((*parts, last))


def shard_name(number: int, form: str) -> str:
    """Return the name of one of the files that hold all documents of a batch.

    >>> shard_name(3, "parquet")
    'documents-00003.parquet'
    """
    return f"documents-{number:05}.{form}"


def is_shard(name: str) -> bool:
    """Say whether a name is one that `shard_name` gives."""
    return _SHARD.match(name) is not None


def _hashed(name: str, suffix: str) -> str:
    raw = os.fsencode(name)
    tail = f"~{hashlib.sha256(raw).hexdigest()[:12]}{suffix}"
    kept = raw[: _MOST - len(tail)]
    if len(kept) < len(raw):
        # A character cut in half would be an undecodable byte in a name that had none.
        whole = kept.decode("utf-8", "ignore") if _is_utf8(raw) else os.fsdecode(kept)
        return whole + tail
    return name + tail


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
