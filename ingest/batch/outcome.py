"""What became of one input."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

Status = Literal["done", "partial", "quarantined"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input of a batch.

    `source` is the name as given (undecodable bytes as lone surrogates, as Python has
    them). `reason` is the stable word for filters, empty for `done`; `message` is for
    people. `outputs` are the files written. `edits` and `marks` count by rule,
    `characters` counts code points of the clean text, `size` bytes of the input,
    `memory` the bytes of the child's largest resident set. `rows` counts the rows of a
    dataset by what became of them, and is empty for a document.

    >>> Outcome("a.pdf", "quarantined", reason="encrypted").ok
    False
    """

    source: str
    status: Status
    reason: str = ""
    message: str = ""
    outputs: tuple[Path, ...] = ()
    sha256: str = ""
    media_type: str = ""
    size: int = 0
    pages: int = 0
    characters: int = 0
    edits: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    losses: int = 0
    damaged: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[Path, ...] = ()
    """Outputs of an earlier run that no longer hold: this document failed, or changed its formats."""
    sketch: bytes = field(default=b"", repr=False)
    """What near-duplicates are found by, where that is asked for; not part of the record."""
    resumed: bool = False
    """True where an earlier run did the work, and this one found it in the ledger."""

    @property
    def ok(self) -> bool:
        """True when a text was written, wholly or in part."""
        return self.status != "quarantined"

    def to_record(self, out: Path | None = None) -> dict[str, Any]:
        """Return the outcome as plain JSON values, output paths relative to `out`.

        Names are shown by `printable`; where that changes the source's name, its exact
        bytes stand beside it in hexadecimal as `source_bytes`.
        """
        source = printable(self.source)
        record: dict[str, Any] = {"source": source}
        if source != self.source:
            record["source_bytes"] = os.fsencode(self.source).hex()
        record |= {
            "status": self.status,
            "reason": self.reason,
            "message": printable(self.message),
            "outputs": _relative(self.outputs, out),
            "sha256": self.sha256,
            "media_type": self.media_type,
            "size": self.size,
            "pages": self.pages,
            "characters": self.characters,
            **({"rows": dict(self.rows)} if self.rows else {}),
            "edits": dict(sorted(self.edits.items())),
            "marks": dict(sorted(self.marks.items())),
            "losses": self.losses,
            "damaged": self.damaged,
            "seconds": round(self.seconds, 4),
            "cpu_seconds": round(self.cpu_seconds, 4),
            "memory": self.memory,
            "versions": dict(self.versions),
        }
        if self.removed:
            record["removed"] = _relative(self.removed, out)
        if self.resumed:
            record["resumed"] = True
        return record

    @classmethod
    def from_record(
        cls, record: Mapping[str, Any], outputs: tuple[Path, ...], *, resumed: bool = False
    ) -> Outcome:
        """Make an outcome from its record. The names of its outputs are not in it: it shows them only.

        >>> outcome = Outcome("a.pdf", "done", outputs=(Path("o/a.pdf.txt"),), edits={"r": 2})
        >>> Outcome.from_record(outcome.to_record(), outcome.outputs) == outcome
        True
        """
        values = {name: record[name] for name in _PLAIN if name in record}
        raw = record.get("source_bytes")
        if raw is not None:
            values["source"] = os.fsdecode(bytes.fromhex(raw))
        return cls(**values, outputs=outputs, resumed=resumed)


_PLAIN = frozenset(one.name for one in fields(Outcome)) - {
    "outputs",
    "removed",
    "resumed",
    "sketch",
}


def _relative(paths: tuple[Path, ...], out: Path | None) -> list[str]:
    return [printable(os.path.relpath(path, out) if out else str(path)) for path in paths]


# What steers a terminal, ends a line, turns the order of reading, or cannot be UTF-8.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(name: str) -> str:
    r"""Show a name or a message of any characters on one line, and as what it is.

    Undecodable bytes (lone surrogates) appear as `\xNN`; control characters, line ends
    and marks that turn the order of reading as their escapes.

    >>> print(printable("a\nb\udcff.pdf"))
    a\nb\xff.pdf
    """
    return _UNSAFE.sub(_escaped, name)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if 0xDC80 <= ord(character) <= 0xDCFF:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
