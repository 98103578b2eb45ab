"""Mojibake of any pair of encodings: what is brought back, and what is rather left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Document
from ingest.repair.mojibake import edits
from ingest.repair.mojibake.channels import LATIN, Channel
from ingest.repair.mojibake.letters import capitals, is_unlikely, letters_cost
from ingest.repair.mojibake.plausibility import is_odd, nats, oddity
from ingest.repair.mojibake.readings import best, is_chart, readings
from ingest.repair.mojibake.search import Search, differences
from ingest.repair.mojibake.signs import together

SENTENCES = {
    "zh": "各位代表：现将一年来的工作情况报告如下，请予审议。",
    "ja": "この報告書は、昨年度の利用状況をまとめたものです。",
    "ko": "이 보고서는 지난 해의 이용 상황을 정리한 것이다.",
    "ru": "Настоящий отчёт описывает работу за прошлый год.",
    "fr": "Le présent rapport décrit l'activité des années passées à la cité.",
    "de": "Größere Maßnahmen sind erst nötig, wenn die Brücke saniert wird.",
}


def apply(text: str) -> str:
    proposed, marks = edits(text)
    return Document.from_text(text).revise("repair", proposed, marks=marks).text


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("zh", "gb18030", "cp437"),
        ("zh", "gb18030", "koi8-r"),
        ("zh", "gb18030", "cp1251"),
        ("zh", "gb18030", "macroman"),
        ("zh", "utf-8", "cp850"),
        ("zh", "utf-8", "koi8-r"),
        ("ja", "cp932", "cp437"),
        ("ja", "euc_jp", "macroman"),
        ("ko", "cp949", "gb18030"),
        ("ko", "cp949", "cp1251"),
        ("ru", "cp1251", "koi8-r"),
        ("ru", "koi8-r", "cp1251"),
        ("ru", "cp1251", "cp1252"),
        ("ru", "cp866", "cp1251"),
        ("ru", "utf-8", "koi8-r"),
        ("fr", "utf-8", "macroman"),
        ("fr", "macroman", "cp1252"),
        ("fr", "cp1252", "macroman"),
        ("fr", "cp1252", "cp437"),
        ("fr", "cp850", "cp1252"),
        ("fr", "cp1252", "cp1251"),
        ("de", "cp1252", "cp437"),
        ("de", "cp1252", "cp1251"),
        ("de", "macroman", "cp1252"),
    ],
)
def test_a_sentence_comes_back_as_proven(language: str, written: str, read: str) -> None:
    original = SENTENCES[language]
    garbled = original.encode(written).decode(read)
    assert garbled != original
    assert apply(garbled) == original
    proposed, _ = edits(garbled)
    assert {edit.certainty for edit in proposed} == {"proven"}
    assert all(edit.rule.startswith(f"mojibake.{written}-read-as-") for edit in proposed) or (
        written in ("cp850", "cp1250")
    )


@pytest.mark.parametrize(
    "text",
    [
        "Viðskiptaráð hélt fund um orkumál í gær.",
        "Tá fáilte romhat go dtí an chathair.",
        "Хэвтээ тохируулга, өндөр үүл",
        "Член-корреспондент АН СССР, ВС СССР, ЛПК и ФТП",
        "кБ, МБ и ГБ",
        "где σ² = 4 и Δx ≤ 2πr",
        "абвгдеёжзийклмн АБВГДЕЁЖЗИЙКЛМН",
        "┌──────┬─────┐\n│ Имя  │ Год │\n└──────┴─────┘",
        "Yn Çheer as y Pheer, Šryft TrueType",
        "Xârâcùù and Vóór, Żółć, Dvořák, Škoda",
        "ﾊﾝｶｸｶﾅ と 全角カナ、東京ﾀﾜｰ",
        "大學의 法律과 制度",
        "饕餮纹、龘靐齉齾、犇猋骉",
        "T恤、K歌、卡拉OK、a股",
        "ⅰ、ⅱ、①②③ ℃ ㎡ ㏄",
    ],
)
def test_text_that_is_merely_unusual_stays(text: str) -> None:
    assert edits(text) == ([], [])


def test_what_is_proven_once_serves_the_other_lines() -> None:
    """A single accent is too little by itself; beside a proven line it is enough."""
    first = SENTENCES["fr"].encode("cp1252").decode("macroman")
    second = "la citÈ"
    assert apply(f"{first}\n{second}") == f"{SENTENCES['fr']}\nla cité"


def test_readings_are_round_trips() -> None:
    for channel, said, head in readings(SENTENCES["ru"].encode("cp1251").decode("koi8-r")):
        assert said.encode(channel.written).decode(
            "latin-1" if channel.read == LATIN else channel.read
        )
        assert said.startswith(head)


def test_best_needs_a_lead() -> None:
    assert best("plain") is None
    found = best(SENTENCES["de"].encode("cp1252").decode("cp437"))
    assert found is not None
    assert found.is_sure
    assert found.channel == Channel("cp1252", "cp437")


def test_the_search_gives_up_on_what_defies_it() -> None:
    search = Search()
    search._left = 0
    line = SENTENCES["ru"].encode("cp1251").decode("koi8-r")
    assert search.line(line, [(0, 2)], frozenset({"any"})) == []


def test_differences_are_small() -> None:
    assert differences("la citÈ ÈtÈ", "la cité été") == [(6, 7, "é"), (8, 9, "é"), (10, 11, "é")]
    assert differences("a捞b", "a이b") == [(1, 2, "이")]


def test_measures() -> None:
    assert nats("la cité") < nats("la citÈ") < nats("la cit‚e")
    assert oddity("word") == 0
    assert is_odd("grцЯer")
    assert not is_odd("größer")
    assert letters_cost([]) == 0
    assert capitals("СССР") < capitals("сССР")
    assert not is_unlikely("Gewässer")
    assert is_chart("ABCÀÁÂÃÄÅÆÇ")
    assert [names for _, _, names in together("普通的句子，没有什么特别。")] == []


@given(st.text(alphabet="àéÈЙйüö捞俊ﾏ鞣┌│а„‚ \n", max_size=60))
def test_any_mixture_gives_edits_that_fit(text: str) -> None:
    proposed, marks = edits(text)
    assert Document.from_text(text).revise("repair", proposed, marks=marks).undo().text == text


TABLE = """\
┌──────────┬──────────┐
│Schema    │obligatory│
│alle in einer│yes    │
├──────────┼──────────┤
│bin       │任意      │
└──────────┴──────────┘"""


def test_frames_of_tables_are_no_letters() -> None:
    assert edits(TABLE) == ([], [])
    assert edits("f│r die Br│cke und │ber den Flu") != ([], [])


def test_one_sign_is_as_good_as_another() -> None:
    """Nothing but the letters of a text tells what it was misread as."""
    assert edits("una vez que hayas ´terminado la instalación")[0] == []
    assert edits("una vez que hayas ´terminado")[0] == []
    assert [edit.after for edit in edits("why they don▓t and we won▓t say so")[0]] == ["’", "’"]


def test_everyday_characters_are_no_accents() -> None:
    assert edits("到a的a") == ([], [])
    assert [edit.after for edit in edits("r閟um et résumé")[0]] == ["és"]


def test_a_line_is_weighed_where_it_is_garbled() -> None:
    """What stands before, however long, says nothing of either reading."""
    before = "Davor stehen Worte, an denen nichts fehlt und nichts zu viel ist. " * 4
    text = f"{before}Größere Maßnahmen sind nötig, für die Brücke und das Gewölbe."
    assert apply(text.encode("cp1252").decode("cp437")) == text


def test_common_characters_within_latin_words_are_accents() -> None:
    text = "Cette année, la matière des pièces présentées paraît très précise."
    assert apply(text.encode("macroman").decode("cp932")) == text
    assert edits("iphone和ipad以及mac和windows与linux的版本")[0] == []


@pytest.mark.parametrize(
    ("written", "read"),
    [("cp1252", "macroman"), ("cp1252", "cp437"), ("cp1252", "koi8-r"), ("macroman", "latin-1")],
)
def test_two_marks_around_a_placeholder_are_quotation_marks(written: str, read: str) -> None:
    text = "cannot find the file ‘%s’, nor the option ‘-f’ of the others"
    assert apply(text.encode(written).decode(read)) == text


@pytest.mark.parametrize(
    "text",
    [
        "the letters æ/Æ and ô-ö are listed apart, as è.é and Ô–Õ are",
        "▒ half and ▓ three quarters of the cells are shaded",
        "y=Σi(ai∙xi), where ≤ r ≤ R holds and ∂Q/∂r > 0",
        "a size of %lu×%lu and %s×%s, ±%d°",
        "The word aⁿbⁿ has as many of either, and xⁿ+yⁿ is a sum of powers",
        "ГЛАВА ПЕРВАЯ, ОБЩИЕ ПОЛОЖЕНИЯ",
    ],
)
def test_signs_in_pairs_that_quote_nothing_stay(text: str) -> None:
    assert edits(text)[0] == []


def test_a_letter_that_the_language_does_not_write_is_asked() -> None:
    text = "Im Garten standen viele Leute und hielten sich an den Händen."
    assert apply(text.encode("macroman").decode("cp1250")) == text
    assert edits("Der Bericht von Herrn Dvořák liegt seit gestern auf dem Tisch")[0] == []
