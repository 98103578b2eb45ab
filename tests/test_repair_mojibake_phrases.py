"""Short texts in Latin letters: a word that is spelled otherwise is reported, names are not."""

from __future__ import annotations

import pytest

from ingest.repair.mojibake import odd, phrases

#: What was written, in what, and what it was read as.
MISREAD = (
    ("et après la", "cp850", "macroman"),
    ("la rivière", "cp1252", "cp1250"),
    ("après la fête", "cp437", "macroman"),
    ("ein Büro von", "cp850", "macroman"),
    ("das Gebäude dort", "macroman", "cp437"),
    ("persönlich nie", "cp850", "macroman"),
)
CLEAN = (
    "Lyon, après midi",
    "Bjørn Ødegård",
    "São Tomé, Príncipe",
    "Besançon–Mulhouse",
    "naïve façade",
    "Zürich, 3½ Zimmer",
    "l’été à Nîmes",
    "smörgåsbord",
    "Dvořák: «Rusalka»",
    "2 × 3 m², 20 °C",
    "≤ r ≤ R. Hence ∂Q/∂r = 2πrv > 0",
)


@pytest.mark.parametrize(("said", "written", "read"), MISREAD)
def test_a_word_that_is_spelled_otherwise_is_reported(said: str, written: str, read: str) -> None:
    garbled = said.encode(written).decode(read)
    (found,) = phrases.places(garbled)
    assert found.reading.text == said
    assert garbled[: found.start] + found.said + garbled[found.end :] == said
    assert list(odd.marks(garbled))


@pytest.mark.parametrize("text", CLEAN)
def test_names_and_foreign_words_are_let_be(text: str) -> None:
    assert list(phrases.places(text)) == []
    assert list(odd.marks(text)) == []


def test_a_line_of_several_is_found_where_it_stands() -> None:
    garbled = "après la fête".encode("cp437").decode("macroman")
    text = f"Le programme\n{garbled}\nLa suite"
    (found,) = phrases.places(text)
    assert text.index(garbled) <= found.start < found.end <= text.index(garbled) + len(garbled)


def test_long_texts_are_not_weighed_here() -> None:
    garbled = "après la fête".encode("cp437").decode("macroman")
    assert list(phrases.places("La suite du programme. " * 20 + garbled)) == []
