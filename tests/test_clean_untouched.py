"""Clean text, in any language and of any kind, comes out of the whole pipeline as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest

FILES = sorted((Path(__file__).parent.parent / "fixtures" / "clean").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_untouched_and_unmarked(path: Path) -> None:
    document = ingest.read(path)
    clean = ingest.clean(document)
    assert clean.text == path.read_bytes().decode("utf-8")
    assert [edit for _, edit in clean.edits()] == []
    assert [mark for _, mark in clean.marks()] == []
    assert not clean.damaged


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_untouched_without_final_line_end_and_line_by_line(path: Path) -> None:
    """A piece of a clean text is clean: no rule may need the rest to see it."""
    text = path.read_text(encoding="utf-8")
    assert ingest.clean_text(text.rstrip("\n")) == text.rstrip("\n")
    if path.name != "about-mojibake.txt":  # its samples need the words around them
        for line in text.split("\n"):
            assert ingest.clean_text(line) == line


def test_the_set_is_what_its_readme_says() -> None:
    readme = (FILES[0].parent / "README.md").read_text(encoding="utf-8")
    named = {line.split("|")[1].strip() for line in readme.splitlines() if ".txt |" in line}
    assert named == {path.name for path in FILES}
    assert len(FILES) >= 20
