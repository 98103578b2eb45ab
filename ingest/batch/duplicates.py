"""Which documents of a batch are nearly the same as an earlier one: said in their records."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ingest.batch.ledger import Ledger
from ingest.batch.sketches import Originals


def with_near_duplicates(ledger: Ledger) -> Iterator[str]:
    """Yield the records of all inputs, in order, each near-duplicate with what it repeats.

    That is the first in the order of the inputs, so that the number of workers, and what
    an earlier run did, change nothing.
    """
    originals = Originals(ledger.sketch_at)
    for place, record, sketch in ledger.sketched():
        likeness = originals.first_like(place, sketch) if sketch else None
        if likeness is None:
            yield record
            continue
        first = json.loads(ledger.record_at(likeness.place))
        marks = {"near_duplicate_of": first["source"], "similarity": likeness.similarity}
        yield json.dumps(json.loads(record) | marks, ensure_ascii=False, separators=(",", ":"))
