"""Rows of a dataset that are nearly the same as an earlier one: lines for the account of changes."""

from __future__ import annotations

import json
from collections.abc import Generator

from ingest.batch.datasets.account import compressed
from ingest.batch.datasets.work import Work
from ingest.batch.sketches import Originals

_AT_ONCE = 1000
"""Rows between two looks at whether to stop: 0.1 s."""


def mark_repeats(work: Work, compression: str) -> Generator[None, None, int]:
    """Append a line for each row that repeats an earlier one; return how many there are.

    Compares what was written to the work folder, row after row, and yields now and then.
    Rows are counted from 1, as everywhere in the account.
    """
    originals = Originals(work.sketch_at)
    lines: list[str] = []
    row = count = 0
    while own := work.sketch_at(row):
        likeness = originals.first_like(row, own)
        row += 1
        if likeness is not None:
            count += 1
            line = {
                "row": row,
                "status": "near-duplicate",
                "near_duplicate_of": likeness.place + 1,
                "similarity": likeness.similarity,
            }
            lines.append(json.dumps(line, separators=(",", ":")) + "\n")
        if row % _AT_ONCE == 0:
            yield None
            work.add_changes(compressed("".join(lines).encode(), compression))
            lines.clear()
    work.add_changes(compressed("".join(lines).encode(), compression))
    return count
