"""Edits of a large document: how long applying, undoing and tracing take."""

from __future__ import annotations

from ingest.document import Document, Edit
from tests.bench.clock import cpu

CHARACTERS = 400_000
EDITS = 80_000


def measure(*, quick: bool = False) -> dict[str, float]:
    """CPU seconds; `quick` changes nothing, since it is quick."""
    del quick
    text = "漢字仮名交" * (CHARACTERS // 5)
    edits = [Edit(at, at + 1, "漢", "汉字", "bench.rule") for at in range(0, CHARACTERS, 5)]
    document = Document.from_text(text)
    revised = document.revise("bench", edits)
    assert len(edits) == EDITS
    assert revised.undo() == document
    return {
        "apply_seconds": min(cpu(lambda: document.revise("bench", edits)) for _ in range(3)),
        "undo_seconds": min(cpu(revised.undo) for _ in range(3)),
        "trace_100k_seconds": cpu(lambda: [revised.trace(at) for at in range(100_000)]),
        "json_seconds": cpu(lambda: Document.from_json(revised.to_json())),
    }
