"""What is reported though nothing repairs it: places that text in Latin letters never has."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest
from ingest.account import diff
from ingest.document import Document
from ingest.repair import mojibake
from ingest.repair.mojibake import misspelled, odd


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("das BĂĽro und das Haus sind neu, sehr neu", "ĂĽ"),
        ("Die Verwaltung f乺 den Bezirk zog im Mai um.", "乺"),
        ("il fut publi駸 dans la ville en mai, puis plus tard", "駸"),
        ("the option ╘quiet╒ is ignored by most tools", "╘"),
        ("un caf│ sur la place, pr│s de la gare du nord", "│"),
        ("le prй de la ferme, derriиre le bois", "й"),
        ("On y trouve un cafÈ et une gare dans le centre", "È"),
        ("les trois premičres maisons de la rue sont vides", "premičres"),
        ("file %s: invalid line ﾔ12ﾕ in the second table", "ﾔ"),
        ("Die Stra\x8ee ist seit gestern wieder frei", "\x8e"),
        ("es wird sp‰ter in der Stadt noch gebaut", "sp‰ter"),
    ],
)
def test_what_no_language_writes_is_marked(text: str, run: str) -> None:
    marks = list(odd.marks(text))
    assert any(run in text[mark.start : mark.end] for mark in marks), marks
    assert all(mark.kind == "garbled" and mark.why for mark in marks)


@pytest.mark.parametrize(
    "text",
    [
        "Antonín Dvořák schrieb in Böhmen; später fuhr er nach New York.",
        "Une œuvre à l'âge de 20 ans, près de Besançon, où naît la Loue.",
        "The naïve reader of Ångström and Gödel met Łukasiewicz in 1931.",
        "Die Zeichen „h“ für Stunden und »d« für Tage stehen im Text.",
        "an angle α of 30°, a mass of 5 µg, a flow of 3 m³/s, R = 4 kΩ",
        "├── src\n│   └── main.py\n└── tests",
        "The character 馬 means horse, and 白 means white.",
        "Paris–Nice, l’été 2019 : 25 % de plus…",
        "He wrote the word мир on the wall, and nothing else.",
        "/ˈʃtʁaːsə/ and /mæn/ in careful speech",
        "see https://example.com/a或b and www.example.com",
        "Het teëkom van één coördinatie",
        "Þetta er íslenska, og hún er á Íslandi",
    ],
)
def test_what_some_language_writes_is_not(text: str) -> None:
    assert list(odd.marks(text)) == []


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("も极尸しかいない、ま撵なしの干迫。そこに给あり、このあたりである", "极"),
        ("하나의 문장은 쏂넑쀯람깻 그대로 남는다", "쏂"),
        ("и случаи ОПНХЯУНДХ в колонии были известны", "ОПНХЯУНДХ"),
    ],
)
def test_other_scripts_have_odd_places_too(text: str, run: str) -> None:
    assert any(run in text[mark.start : mark.end] for mark in odd.marks(text))


@pytest.mark.parametrize(
    "text",
    [
        "日本語の文章には漢字とかなが混ざっている。畳の上で国や党の話をした。",
        "日本漫画《ストップ!!ひばりくん!》由江口寿史创作，连载于周刊。",
        "ЗАКОН О БЮДЖЕТЕ РОССИЙСКОЙ ФЕДЕРАЦИИ, РСФСР и ВЦСПС",
        "한국어 문장에는 漢字가 드물게 섞인다.",
    ],
)
def test_what_those_scripts_write_is_not(text: str) -> None:
    assert list(odd.marks(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The letter ñ is used in Spanish and the letter ß in German.",
        "The German letters Ä Ö Ü ß are sorted last.",
        "т.е. means i.e. and и т.д. stands for etc.",
        "Ô temps, suspends ton vol !",
        "Point в) and а) in the list.",
    ],
)
def test_letters_that_a_text_names_are_not(text: str) -> None:
    assert not list(odd.marks(text))


@pytest.mark.parametrize(
    ("text", "run"),
    [("could not open æ%s: no such file", "æ"), ("Run the command ô--generate again.", "ô")],
)
def test_a_letter_against_a_sign_is_what_is_left_of_a_quotation_mark(text: str, run: str) -> None:
    assert [text[mark.start : mark.end] for mark in odd.marks(text)] == [run]


def test_readings_of_a_mark_do_not_repeat_what_stands_there() -> None:
    text = "も极尸しかいない、ま撵なしの干迫。そこに给あり、このあたりの键である"
    for mark in odd.marks(text):
        for one in mark.alternatives:
            assert len(one.text) <= 2 * (mark.end - mark.start)


def test_the_mark_says_what_the_word_may_be() -> None:
    text = "aux environs de la gare et du pont, trčs bien"
    (mark,) = odd.marks(text)
    assert text[mark.start : mark.end] == "trčs"
    assert mark.alternatives[0].text == "très"
    assert 0.5 < mark.alternatives[0].probability < 1
    assert "read as" in mark.why


def test_samples_of_text_about_encodings_are_let_be() -> None:
    text = 'Read in the wrong encoding, the word "fƒr" stands for something else.'
    assert list(odd.marks("Hier steht fƒr den Text, und sonst nichts weiter"))
    assert list(odd.marks(text, lambda: True)) == []


def test_marks_change_nothing_and_stand_apart_from_edits() -> None:
    text = "Der Graf k■m spät\nund blieb Ã¼ber Nacht, wie es in der Chronik heißt\n"
    made, marks = mojibake.edits(text)
    spans = sorted([one[:2] for one in made] + [one[:2] for one in marks])
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    assert marks


@given(st.text(alphabet="abcdefghijk ,.\n\u00e9\u00fc\u0444\u4e2d\u2500\u2030", max_size=120))
def test_places_are_in_order_and_in_the_text(text: str) -> None:
    found = odd.places(text)
    assert all(0 <= place.start < place.end <= len(text) for place in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


def test_every_alphabet_has_letters_of_its_own() -> None:
    assert misspelled.native(None) > frozenset("äöüßéèàñø")


def test_clean_fixtures_have_no_marks() -> None:
    folder = Path(__file__).parent.parent / "fixtures" / "clean"
    for path in sorted(folder.glob("*.txt")):
        assert mojibake.edits(path.read_text(encoding="utf-8"))[1] == [], path.name


def test_a_text_most_of_which_is_garbled_says_so() -> None:
    garbled = ingest.clean(Document.from_text("锟斤拷锟斤拷锟斤拷锟斤拷 第三章"))
    assert garbled.metadata["quality"] == "garbled"
    clean = ingest.clean(Document.from_text("第三章 锟斤拷锟斤拷，其余各节文字完好，没有问题。"))
    assert "quality" not in clean.metadata


def test_a_diff_says_what_was_decoded_as_what() -> None:
    document = ingest.clean(Document.from_text("标题：¹ØÓÚ³ÇÊÐ½»Í¨\n正文没有问题。\n"))
    assert any(
        line.startswith("@@") and "gb18030 read as latin-1" in line for line in diff(document)
    )
