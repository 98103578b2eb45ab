"""The whole pipeline on a few documents of the tuning half of fixtures/unseen, as printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ingest
from ingest.errors import GarbledError
from tests.bench.pdf import cell_f1
from tests.bench.pdf_unseen import our_cells, scored

KEPT = sorted((Path(__file__).parent.parent / "fixtures" / "unseen" / "kept").glob("*.json"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_known_text(path: Path) -> None:
    stated = json.loads(path.read_text(encoding="utf-8"))
    if stated["text_layer"] == "codes":
        with pytest.raises(GarbledError):
            ingest.read(path.with_suffix(".pdf"))
        return
    wanted = path.with_suffix(".txt").read_text(encoding="utf-8")
    document = ingest.read(path.with_suffix(".pdf"))
    text = ingest.clean(document).text
    found = scored(text, wanted, stated)
    assert found.similarity >= 0.995
    assert found.breaks >= 0.9
    assert found.body_lost == 0
    assert found.running_left == 0
    if stated["tables"]:
        assert cell_f1(our_cells(text), stated) >= 0.95


def test_there_are_some() -> None:
    assert len(KEPT) >= 6
