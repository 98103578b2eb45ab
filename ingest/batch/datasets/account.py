"""What becomes of the rows of a dataset: counts, and a line for each that changed or was left."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest.batch.sketches import sketch
from ingest.batch.writing import write_all
from ingest.document import Document
from ingest.edits import edit_to_json

# Of crawled text, 5 takes two thirds of the time of 6, gzip's own default, for 1% more.
_GZIP_LEVEL = 5


@dataclass(slots=True)
class Account:
    """What became of the rows of a child: lines for the account of changes, and counts."""

    lines: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    losses: int = 0
    damaged: bool = False
    sketches: bytearray | None = None
    """One sketch a row, blank ones too, where near-duplicates are looked for."""
    example: str = ""
    """The first row that stays as it is, and why."""

    def blank(self) -> None:
        """Record a row with nothing in it."""
        self.rows["blank"] += 1
        self._sketch("")

    def left(self, row: int, reason: str, message: str, identity: object = None) -> None:
        """Record a row that stays as it is for a reason."""
        self.rows["left"] += 1
        self._sketch("")
        self.reasons[reason] += 1
        self.example = self.example or f"row {row}: {message[:200]}"
        self._line(row, identity, {"status": "left", "reason": reason, "message": message[:400]})

    def cleaned(self, row: int, document: Document, identity: object) -> None:
        """Record a row that went through the stages."""
        edits = [{"stage": stage, **edit_to_json(edit)} for stage, edit in document.edits()]
        marks = [{"stage": stage, **edit_to_json(mark)} for stage, mark in document.marks()]
        self._sketch(document.text)
        status = "changed" if edits else "unchanged"
        self.rows[status] += 1
        self.characters += len(document.text)
        if edits or marks:
            self.edits.update(edit["rule"] for edit in edits)
            self.marks.update(mark["rule"] for mark in marks)
            self.losses += document.losses
            self.damaged = self.damaged or document.damaged
            self._line(
                row, identity, {"status": status, "reason": "", "edits": edits, "marks": marks}
            )

    def _sketch(self, text: str) -> None:
        if self.sketches is not None:
            self.sketches += sketch(text)

    def _line(self, row: int, identity: object, entry: dict[str, Any]) -> None:
        head: dict[str, Any] = {"row": row}
        if identity is not None:
            head["id"] = identity
        text = json.dumps({**head, **entry}, ensure_ascii=False, separators=(",", ":"))
        try:
            text.encode()
        except UnicodeEncodeError:  # lone surrogates, which a row may have as escapes
            text = json.dumps({**head, **entry}, separators=(",", ":"))
        self.lines.append(f"{text}\n")

    def write(self, lines_out: int, sketches_out: list[int], compression: str) -> None:
        """Write the lines, and the sketches where they are asked for, to open files."""
        write_all(lines_out, compressed("".join(self.lines).encode(), compression))
        for number in sketches_out:
            write_all(number, bytes(self.sketches or b""))

    def report(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {
            "rows": self.rows,
            "reasons": self.reasons,
            "edits": self.edits,
            "marks": self.marks,
            "characters": self.characters,
            "losses": self.losses,
            "damaged": self.damaged,
            "example": self.example,
        }


def compressed(content: bytes, compression: str) -> bytes:
    """Compress into one gzip member or zstd frame: such follow each other in one file."""
    if not content or not compression:
        return content
    if compression == "gz":
        deflater = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
        return deflater.compress(content) + deflater.flush()
    import zstandard

    frame: bytes = zstandard.ZstdCompressor(level=3).compress(content)
    return frame
