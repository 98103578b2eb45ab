"""The README shows what really happens."""

from __future__ import annotations

import re
from pathlib import Path

import ingest

README = Path(__file__).parent.parent / "README.md"


def test_before_and_after() -> None:
    before, after = re.findall(r"```text\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    clean = ingest.clean(ingest.Document.from_text(before))
    assert clean.text == after
    assert clean.undo().text == before
