"""Whether what the ledger says of an input still stands."""

# Names stay strings: there may be a million, of any bytes.
# ruff: noqa: PTH116, PTH118

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.batch.intake import Candidate, open_candidate
from ingest.errors import DocumentError

if TYPE_CHECKING:
    from ingest.batch.ledger import Entry
    from ingest.batch.versions import Fingerprints

_RACY = 100_000_000
"""Nanoseconds: a file changed so lately could change again without its time telling. Kernels
count file times in steps of up to 10 ms."""
_UNSURE = "?"
_DECODER = json.JSONDecoder()


class Standing:
    """Compares inputs with the ledger of the output folder `out`.

    `retry`: what was quarantined never stands.
    """

    def __init__(self, out: Path, prints: Fingerprints, *, retry: bool) -> None:
        self._prefix = os.path.join(out, "")
        self._prints = prints
        self._retry = retry

    def stamp(self, candidate: Candidate) -> str:
        """Size, time of change and inode of a file; empty where it is none."""
        if candidate.opener is not None:
            return candidate.stamp
        try:
            found = os.stat(candidate.source, follow_symlinks=candidate.named)
        except (OSError, ValueError):
            return ""
        if not stat.S_ISREG(found.st_mode):
            return ""
        sure = time.time_ns() - found.st_mtime_ns > _RACY
        return f"{found.st_size}:{found.st_mtime_ns if sure else _UNSURE}:{found.st_ino}"

    def known(self, candidate: Candidate, stamp: str, old: Entry) -> bool:
        """True where an input is what it was, and its outputs are where they were.

        The stamp decides where it can, the hash of the bytes elsewhere.
        """
        failed = old.status == "quarantined"
        expected = self._prints.limited if failed else self._prints.made
        if candidate.problem is not None or not stamp or old.made != expected:
            return False
        if failed and self._retry:
            return False
        if not is_unchanged(stamp, old) and not _same_content(candidate, stamp, old):
            return False
        return failed or all(map(self._stands, decoded(old.files)))

    def _stands(self, file: tuple[str, int, int]) -> bool:
        name, size, changed = file
        if size < 0:
            return True
        try:
            found = os.stat(self._prefix + name, follow_symlinks=False)
        except OSError:
            return False
        same = (found.st_size, found.st_mtime_ns) == (size, changed)
        return same and stat.S_ISREG(found.st_mode)


def is_unchanged(stamp: str, old: Entry) -> bool:
    """True where the stamp of a file, unread, tells that it is what the ledger knows."""
    return bool(stamp) and stamp == old.stamp and _UNSURE not in stamp


def decoded(text: str) -> Any:
    """Read JSON from the ledger, which has no space around it: a third of the time of `json.loads`."""
    return _DECODER.raw_decode(text)[0]


def _same_content(candidate: Candidate, stamp: str, old: Entry) -> bool:
    """True where a file whose stamp has changed still has the bytes that the ledger names."""
    if not old.sha256 or stamp.partition(":")[0] != old.stamp.partition(":")[0]:
        return False
    try:
        number, _ = open_candidate(candidate, 1 << 62)
    except DocumentError:
        return False
    with os.fdopen(number, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == old.sha256
