"""Misreadings of one byte a character, told from the words around them; and names that are not."""

from __future__ import annotations

import pytest

from ingest.edits import replaced
from ingest.repair import mojibake
from ingest.repair.mojibake import spelling
from ingest.repair.mojibake.context import language, strangers

FRENCH = "Après la fête, la société a été dissoute; les élèves étaient déjà partis, là-bas, à côté."
GERMAN = "Für die Prüfung müssen wir größere Räume suchen, wo man länger und schöner üben könnte."
RUSSIAN = "Совет одобрил смету расходов и поручил комиссии проверить отчёт за прошлый год."

#: Who wrote it, in what, and as what it was read.
MISREAD = [
    (FRENCH, "cp1252", "cp850"),
    (FRENCH, "cp1252", "macroman"),
    (FRENCH, "cp1252", "cp1250"),
    (FRENCH, "macroman", "koi8-r"),
    (FRENCH, "macroman", "cp850"),
    (FRENCH, "cp850", "cp1251"),
    ("Les élèves préparent la fête du département", "cp1252", "gb18030"),
    ("La pièce préférée du département", "cp850", "cp932"),
    (GERMAN, "cp1252", "cp437"),
    (GERMAN, "cp850", "cp1251"),
    (GERMAN, "cp850", "koi8-r"),
    (GERMAN, "macroman", "cp437"),
    ("Das Schönste war die Höhe der Räder", "cp1252", "cp950"),
    (RUSSIAN, "cp1251", "koi8-r"),
    (RUSSIAN, "koi8-r", "cp1251"),
    (RUSSIAN, "cp1251", "macroman"),
]


def repaired(text: str) -> str:
    return replaced(text, sorted(mojibake.edits(text)[0]))


@pytest.mark.parametrize(("text", "written", "read"), MISREAD)
def test_one_byte_read_as_another_comes_back(text: str, written: str, read: str) -> None:
    garbled = text.encode(written).decode(read)
    assert garbled != text
    assert repaired(garbled) == text


@pytest.mark.parametrize(
    "text",
    [
        "Le village se trouve prŠs de la mer, et l'‚glise aussi",
        "Wir haben f³r alle Gäste gro▀e Zimmer",
        "Der Bericht wird nicht f│r alle gleich gel■scht",
        "the default value of ëlineí and of ëwidthí is used",
        "cannot open file Ô%sÕ and Ôdevicesÿ",
    ],
)
def test_what_is_not_all_garbled_is_never_made_worse(text: str) -> None:
    after = repaired(text)
    assert after == text or not any(sign in after for sign in "‚³▀│■ëíÔÕ")


@pytest.mark.parametrize(
    "text",
    [
        "ÑANDÚ",
        "RÉSUMÉ DES TRAVAUX",
        "ÜBERSICHT ÜBER DIE ERGEBNISSE",
        "McDonald, MacÉwan, O’Étoile et DuPré signent",
        "The iPhone and the eBay site, the naïve café owner and his façade",
        "def maxÉcart(premierÉtat, dernierÉtat): return cléÉtrangère",
        "Le concert de Göteborg avec Dvořák, Łódź et Škoda a plu",
        "Herr Dvořák fuhr mit Señor Núñez von Besançon nach Århus",
        "Miłosz, Čapek, Şahin and Őri met in Tromsø",
        "Nguyễn Văn Đức và Trần Thị Hồng ở Đà Nẵng",
        "the angle α, with sin α ≥ β² and Δx ≈ ½·g·t²",
        "σ²/n ≤ ε² ∀ n ≥ N, ‖x‖ ≠ 0",
        "The word мир stands here, and нет behind it",
        "Das Wort „Größe“ – wie ‚Maß‘ – bleibt…",
        "« Oui », dit-elle… « peut-être »",
        "│ Größe │ Länge │\n├───────┼───────┤\n│ 12 │ 30 │",
        "25 °C, 3 m³, 5 µm, § 7, 100 €, ½ ℓ, 12 ‰",
        "Kraków – Gdańsk, Żółw, źdźbło",
        "İstanbul’da güneş açtı, çok güzel",
        "Árvíztűrő tükörfúrógép",
        "用iPhone拍的照片，CPU的温度为α值",
        "브랜드 iPhone은 2007년 Apple이 발표했다",
        "WebサイトのURLをPDFにする",
    ],
)
def test_names_and_signs_stay(text: str) -> None:
    assert mojibake.edits(text)[0] == []


def test_a_text_is_in_the_language_of_its_plain_words() -> None:
    names = spelling.languages()
    assert language("Wir haben das lange gehofft und nun ist es da") == names.index("de")
    assert language("Le temps passe et nous restons ici avec eux") == names.index("fr")
    assert language("xkcd qwrtz bzzzk hjklm") is None
    assert language(RUSSIAN) is None


def test_strangers_are_words_that_may_be_others() -> None:
    text = "Der Weg ist lènger als gedacht, und Genève ist weit"
    assert [text[start:end] for start, end in strangers(text)] == ["lènger"]


def test_levels_are_lower_for_words_of_a_language() -> None:
    names = spelling.languages()
    for language_name, right, wrong in (
        ("fr", "norvège", "norvčge"),
        ("de", "größe", "gr÷ße"),
        ("es", "señor", "seρor"),
        ("ru", "отчёт", "нрвер"),
    ):
        at = names.index(language_name)
        assert spelling.levels(right)[at] + 24 < spelling.levels(wrong)[at]
