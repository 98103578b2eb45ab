"""Notation of formulas, units and references is no misreading, whatever a word could be made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest
from ingest.repair.mojibake.frequent import is_frequent
from ingest.repair.mojibake.notation import without_signs
from tests.bench.ordinary import GREEK, SENTENCES

REPAIR = ingest.Settings(stages=("repair",))


def repaired(text: str) -> str:
    return ingest.clean_text(text, settings=REPAIR)


@pytest.mark.parametrize("carrier", SENTENCES)
@pytest.mark.parametrize(
    "sign",
    [
        "σmax",
        "αmax",
        "τmin",
        "Φtotal",
        "mΣ",
        "dσ/dt",
        "sinαcosα",
        "2σr",
        "kΩn",
        "aβ",
        "vα",
        "logδ",
        "cosΠ",
        "Θ·Θ",
        "αα",
        "v²",
        "b²c",
        "k³n",
        "Nm³",
        "kg·m²",
        "1º",
        "nª",
        "xÄ",
        "kÅn",
        "a¸b",
        "5└",
        "(┘)",
        "Йx",
        "vÌ",
        "a¤",
        "x¾",
        "Þs",
        "v²²",
    ],
)
def test_notation_stays(carrier: str, sign: str) -> None:
    text = carrier.replace("{}", sign)
    assert repaired(text) == text


@given(
    carrier=st.sampled_from(SENTENCES),
    greek=st.sampled_from(GREEK),
    name=st.sampled_from(("max", "min", "total", "eff", "sin", "k", "m", "x", "T", "2r", "")),
    behind=st.booleans(),
)
def test_greek_beside_latin_stays(carrier: str, greek: str, name: str, behind: bool) -> None:
    text = carrier.replace("{}", name + greek if behind else greek + name)
    assert repaired(text) == text


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("Wir m³ssen f³r alle H÷rer k³nftig ³ben", None),
        ("rΘsumΘ des rΘunions de la sociΘtΘ", "résumé des réunions de la société"),
        ("die gr÷▀ten St³cke f³r uns", None),
        ("la situaciÛn econÛmica del paÌs", "la situación económica del país"),
        ("Les élèves ont dit où, lÓ, et dÞs ce jour", None),
    ],
)
def test_words_still_are_repaired(garbled: str, meant: str | None) -> None:
    if meant is None:
        assert repaired(garbled) != garbled
    else:
        assert repaired(garbled) == meant


def test_a_short_word_alone_is_repaired_in_its_own_language_only() -> None:
    assert repaired("Das ist nichts f³r kleine Kinder und auch nichts zum Lachen") == (
        "Das ist nichts für kleine Kinder und auch nichts zum Lachen"
    )
    assert repaired("参数f³r取值") == "参数f³r取值"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Привет, Καλημέρα", "Привет, Καλημέρα"),
        ("été à Noël", "été à Noël"),
        ("v² = 2ax", "v  = 2ax"),
    ],
)
def test_only_signs_are_taken_for_notation(text: str, rest: str) -> None:
    assert without_signs(text)[0] == rest


@pytest.mark.parametrize(
    "carrier",
    [
        "{}",
        "他去年访问了{}。",
        "The office in {} was closed last year.",
        "Город {} был основан давно.",
        "Das Büro in {} wurde geschlossen.",
        "Le siège de {} a été fermé.",
        "{}市の人口は増えた。",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "Žďár nad Sázavou",
        "Ardèche",
        "Xârâcùù",
        "Apurinã",
        "São Tomé",
        "Łódź",
        "Győr",
        "Çorlu",
        "Tromsø",
    ],
)
def test_a_foreign_name_stays(carrier: str, name: str) -> None:
    text = carrier.replace("{}", name)
    assert repaired(text) == text


@pytest.mark.parametrize("text", ["中A中1中中", "国A国1国国", "い1いAいい", "の。の、のの"])
def test_one_character_over_and_over_stays(text: str) -> None:
    assert repaired(text) == text


def test_an_argument_of_a_call_in_text_about_encodings_stays() -> None:
    text = "What UTF-8 becomes:\n\n    >>> repair('the mill doesnâ€™t turn in the rÃ©union')\n"
    assert repaired(text) == text
    # By itself it is a line of a program that went wrong.
    assert repaired("print('the mill doesnâ€™t turn')") == "print('the mill doesn’t turn')"


def test_a_name_within_an_option_stays() -> None:
    assert repaired("会自动移除「Кушоишold-files」目录") == "会自动移除「Кушоишold-files」目录"


def _frequent() -> list[list[str]]:
    path = Path(__file__).parents[1] / "ingest" / "data" / "short_words.tsv"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line[0] != "#"]
    return rows[1:]


@pytest.mark.parametrize(("language", "word", "garbled", "other"), _frequent())
def test_frequent_words_are_told_from_what_looks_like_them(
    language: str, word: str, garbled: str, other: str
) -> None:
    assert is_frequent(language, word)
    assert not is_frequent(language, other)
    assert garbled.encode("cp1251").decode("cp1252") == word


@pytest.mark.parametrize(
    "text",
    [
        "avec ŕs pour la vitesse",
        "avec (└) pour la vitesse",
        "wobei k÷n die Breite ist.",
        "여기서 k▃n는 속도이다.",
        "где k▃n равно нулю.",
        "取(│)、(│)两个值",
        "Die Größe k■n und die Höhe",
    ],
)
def test_symbols_in_a_sentence_are_no_short_words(text: str) -> None:
    assert repaired(text) == text


def test_a_garbled_name_among_ideographs_is_repaired() -> None:
    assert repaired("其中grцЯer一词出现了九次") == "其中größer一词出现了九次"
