"""Mojibake: what comes back and how sure, what stays, and what is only named."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Document, Settings, clean
from ingest.document import Edit, Mark
from ingest.repair.mojibake import edits
from ingest.repair.mojibake.channels import LATIN, READ_AS_LATIN, Channel, undone, utf8_runs
from ingest.repair.mojibake.gate import suspects
from ingest.repair.mojibake.plausibility import classes, cost
from ingest.repair.mojibake.report import dead
from ingest.repair.mojibake.strict import repairs

SENTENCES = {
    "zh": "各位代表：现将一年来的工作情况报告如下，请予审议。",
    # Every byte pair of this one is a character of Big5, too.
    "hans": "他在北京住了十年，今年才回到老家工作。",
    "hant": "這份報告說明了本館過去一年的服務情形與未來的計畫。",
    "ja": "この報告書は、昨年度の利用状況をまとめたものです。",
    "ko": "이 보고서는 지난 해의 이용 상황을 정리한 것이다.",
    "ru": "Настоящий отчёт описывает работу за прошлый год.",
    "fr": "Le présent rapport décrit l’activité de l’année passée : été, hiver…",
    "de": "Größere Maßnahmen sind erst nötig, wenn die Brücke saniert wird.",
}


def apply(text: str) -> str:
    """The text with its edits; the document checks that they fit."""
    proposed, marks = edits(text)
    return Document.from_text(text).revise("repair", proposed, marks=marks).text


def misread(text: str, written: str, read: str) -> str:
    content = text.encode(written)
    return "".join(map(chr, content)) if read == LATIN else content.decode(read)


STRICT = [
    ("zh", "gb18030", LATIN),
    ("hans", "gb18030", "cp950"),
    ("zh", "utf-8", LATIN),
    ("hant", "cp950", LATIN),
    ("hant", "cp950", "gb18030"),
    ("hant", "utf-8", LATIN),
    ("ja", "cp932", LATIN),
    ("ja", "euc_jp", LATIN),
    ("ja", "utf-8", LATIN),
    ("ko", "cp949", LATIN),
    ("ko", "utf-8", LATIN),
    ("ru", "utf-8", LATIN),
    ("ru", "utf-8", "gb18030"),
    ("ru", "utf-8", "cp1251"),
    ("fr", "utf-8", LATIN),
    ("fr", "utf-8", "mac_roman"),
    ("fr", "utf-8", "cp437"),
    ("de", "utf-8", LATIN),
]


@pytest.mark.parametrize(("language", "written", "read"), STRICT)
def test_a_whole_sentence_comes_back(language: str, written: str, read: str) -> None:
    original = SENTENCES[language]
    garbled = misread(original, written, read)
    assert garbled != original
    proposed, marks = edits(garbled)
    assert apply(garbled) == original
    assert {edit.certainty for edit in proposed} == {"proven"}
    assert all(edit.rule.startswith("mojibake.") for edit in proposed)
    assert all(edit.why for edit in proposed)
    assert marks == []


@pytest.mark.parametrize(
    ("garbled", "original", "rule"),
    [
        ("鍏充簬绀惧尯宸ヤ綔", "关于社区工作", "mojibake.utf-8-read-as-gb18030"),
        ("荳ｭ蝗ｽ縺ｮ蝣ｱ蜻翫〒縺ゅｋ", "中国の報告である", "mojibake.utf-8-read-as-cp932"),
        ("¹ØÓÚ³ÇÊÐ½»Í¨", "关于城市交通", "mojibake.gb18030-read-as-latin-1"),
        ("itâ€™s", "it’s", "mojibake.utf-8-read-as-latin-1"),
        ("I鈥檓 here", "I’m here", "mojibake.utf-8-read-as-gb18030"),
        ("\x93Hello\x94 she said", "“Hello” she said", "mojibake.cp1252-read-as-latin-1"),
    ],
)
def test_rules_say_what_was_read_as_what(garbled: str, original: str, rule: str) -> None:
    proposed, _ = edits(garbled)
    assert apply(garbled) == original
    assert {edit.rule for edit in proposed} == {rule}


@pytest.mark.parametrize(("language", "written", "read"), STRICT)
@pytest.mark.parametrize(
    "around", ["前文完好，没有问题。{}\n后文也完好。", "Intact before.\n{}\nIntact after."]
)
def test_a_garbled_line_in_a_clean_document(
    language: str, written: str, read: str, around: str
) -> None:
    original = SENTENCES[language]
    garbled = around.format("\n" + misread(original, written, read))
    assert apply(garbled) == around.format("\n" + original)
    proposed, _ = edits(garbled)
    first = garbled.index("{}") if "{}" in garbled else around.index("{}")
    assert all(edit.start >= first for edit in proposed)


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [case for case in STRICT if case[1:] not in (("gb18030", "cp950"), ("cp950", "gb18030"))],
)
def test_a_garbled_run_in_a_clean_line(language: str, written: str, read: str) -> None:
    """Edits are as small as the garbled run, even without a space between."""
    original = SENTENCES[language].rstrip("。.")
    line = f"本表标题为{misread(original, written, read)}等字样"
    assert apply(line) == f"本表标题为{original}等字样"
    proposed, _ = edits(line)
    assert min(edit.start for edit in proposed) >= len("本表标题为")
    assert max(edit.end for edit in proposed) <= len(line) - len("等字样")


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [("ru", "koi8-r", "cp1252"), ("zh", "gb18030", "macroman"), ("ko", "utf-8", "cp437")],
)
def test_quotation_marks_of_the_host_are_none_of_the_bytes(
    language: str, written: str, read: str
) -> None:
    original = SENTENCES[language].rstrip("。.")
    line = "本表标题写作“{}”等字样"
    assert apply(line.format(misread(original, written, read))) == line.format(original)


def test_western_repairs_change_only_the_letters() -> None:
    text = misread(SENTENCES["fr"], "utf-8", LATIN)
    proposed, _ = edits(text)
    assert len(proposed) > 5
    assert all(not any(char.isascii() for char in edit.before) for edit in proposed)


@pytest.mark.parametrize("rounds", [2, 3])
def test_garbled_twice(rounds: int) -> None:
    for language in ("zh", "fr"):
        garbled = SENTENCES[language]
        for _ in range(rounds):
            garbled = misread(garbled, "utf-8", LATIN)
        assert apply(garbled) == SENTENCES[language]


@pytest.mark.parametrize(
    ("language", "written"),
    [("zh", "gb18030"), ("hant", "cp950"), ("ja", "cp932"), ("ru", "cp1251")],
)
def test_a_misreading_under_another(language: str, written: str) -> None:
    """Nothing is left half-way: text that went wrong twice comes back in one edit a place."""
    garbled = misread(misread(SENTENCES[language], written, LATIN), "utf-8", LATIN)
    assert apply(garbled) == SENTENCES[language]
    for edit in edits(garbled)[0]:
        assert edit.certainty == "proven"
        assert "read as latin-1" in edit.why


def test_western_letters_under_chinese_ones() -> None:
    """The first layer makes no better text: both are taken off at once, or none."""
    garbled = misread(misread(SENTENCES["zh"], "gb18030", LATIN), "utf-8", "gb18030")
    assert apply(garbled) == SENTENCES["zh"]
    assert edits("没每忙毛茂梅煤媒猫盲，脫離脾胃。") == ([], [])


def test_the_first_layer_is_not_taken_for_another_encoding() -> None:
    """UTF-8 under UTF-8 is as long as text in GBK would be, and says something there, too."""
    garbled = misread(misread("정 엄마도 모시", "utf-8", LATIN), "utf-8", LATIN)
    assert apply(garbled) == "정 엄마도 모시"


def test_space_for_a_no_break_space_is_sure_not_proven() -> None:
    (edit,) = edits("voilÃ le travail")[0]
    assert edit.certainty == "sure"
    assert apply("voilÃ le travail") == "voilà le travail"


CLEAN = [
    "ÑANDÚ",
    "EL ÑANDÚ Y EL PINGÜINO; ¿QUÉ? ¡SÍ!",
    "MAÇÃ E PÃO, IRMÃ DE JOÃO",
    "ÀÂÄÉÈÊËÏÎÔÙÛÜŸÇ àâäéèêëïîôùûüÿç",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    "¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿",
    "ÃÃÃÃÃÃÃÃÃÃÃÃÃÃÃÃ ööööööööööööööö",
    "größer, Füße, süß, äußerst",
    "créée, réélu ; « à l’œuvre » — l’été…",
    "Сказал: «Её ещё нет» — и ушёл… № 5, 10 °C",
    "Їжак і ґанок — «є»; Ђорђе, Њујорк",
    "Θέλω «καλημέρα» κόσμε· ½ κιλό…",
    "GĘŚLĄ JAŹŃ, Żółć, ŁÓDŹ",
    "ỔN ĐỊNH, ƯỚC MƠ, người Việt",
    "“引文”——……‘引文’，25℃±2℃，×2",
    "∀x∈ℝ: ∃y ≤ x² ± ½·√2 ≈ 1,41; ¬p ∨ q",
    "ʃʒðθŋæœøɐ [ˈwɔːtə]",
    "┌─┬─┐│1│2│├─┼─┤╔══╗",
    "東京ﾀﾜｰ、半角ｶﾅ混じりの文",
    "饕餮、魑魅魍魉、犇猋骉、龘靐齉齾",
    "注音：ㄓㄨˋ ㄧㄣ；好ㄛ",
    "锛、锟、鈥、鍥、縺、嚙 are rare characters",
    "羸弱、羁绊、踯躅、蹀躞、鳜鱼、鲈鱼、鲷科",
    "PUA \ue001 bullet \ue004 项目",
    "a/b\\c %20 &amp; \\u00e9 {x: [1,2]} <p>",
    "屯里有屯，烫手。太烫烫烫！",
    "naïve café — “déjà vu”",
    "Preis: 100€–200€, 5 % ≤ x; §§ 3–5, ©®™",
    "\x85",
]


@pytest.mark.parametrize("text", CLEAN)
def test_traps_stay_as_they_are(text: str) -> None:
    assert edits(text) == ([], [])


ABOUT = [
    'The word "été" shows up as "Ã©tÃ©" when UTF-8 is read as Latin-1.',
    "如果用GBK打开UTF-8文件，“你好”会变成“浣犲ソ”，这就是乱码。",
    'Mojibake such as "â€™" is common.',
    "俗称“锟斤拷”的乱码由来已久。",
    'An example is "РџСЂРёРІРµС‚", which should read "Привет".',
    "文字化けの例:「縺ｯ縺倥ａ縺ｾ縺励※」",
]


@pytest.mark.parametrize("text", ABOUT)
def test_quoted_samples_stay(text: str) -> None:
    assert edits(text) == ([], [])


def test_unquoted_samples_are_left_and_reported() -> None:
    text = "In UTF-8 the letter é is two bytes, which Latin-1 shows as Ã©, and so on and on."
    proposed, marks = edits(text)
    assert proposed == []
    assert [(mark.kind, mark.rule) for mark in marks] == [("uncertain", "mojibake.mention")]
    assert "é" in marks[0].why


def test_a_quoted_word_without_that_context_is_damage() -> None:
    assert apply('He ordered a "cafÃ©".') == 'He ordered a "café".'


@pytest.mark.parametrize(
    ("text", "rule", "length"),
    [
        ("正文锟斤拷锟斤拷锟正文", "replacement-read-as-gbk", 7),
        ("正文嚙踝蕭嚙踝蕭正文", "replacement-read-as-big5", 6),
        ("本文�ｿｽ�ｿｽ本文", "replacement-read-as-shift-jis", 6),
        ("内存烫烫烫烫烫烫", "uninitialized-memory", 6),
        ("内存屯屯屯屯", "uninitialized-memory", 4),
    ],
)
def test_dead_text_is_named_and_kept(text: str, rule: str, length: int) -> None:
    proposed, marks = edits(text)
    assert proposed == []
    (mark,) = marks
    assert (mark.kind, mark.rule, mark.end - mark.start) == ("garbled", f"mojibake.{rule}", length)


@pytest.mark.parametrize(
    ("garbled", "written", "read"),
    [
        (SENTENCES["zh"], "utf-8", "gb18030"),
        (SENTENCES["ja"], "utf-8", "cp932"),
        (SENTENCES["zh"], "utf-8", "cp1252"),
        (SENTENCES["ru"], "utf-8", "cp1252"),
    ],
)
def test_garbled_with_losses_is_changed_to_nothing_wrong_and_reported(
    garbled: str, written: str, read: str
) -> None:
    """Every third byte of a character may be gone: what cannot be proven is left and marked."""
    damaged = garbled.encode(written).decode(read, "replace").replace("\ufffd", "?")
    document = Document.from_text(damaged)
    proposed, marks = edits(damaged)
    repaired = document.revise("repair", proposed, marks=marks)
    assert repaired.damaged or proposed
    assert proposed or [mark for mark in marks if mark.kind == "garbled"]
    for edit in proposed:
        assert edit.certainty != "proven" or edit.after in garbled


def test_repair_is_idempotent_and_undone_exactly() -> None:
    text = "\n".join(misread(SENTENCES[one], two, three) for one, two, three in STRICT)
    document = Document.from_text(text)
    proposed, marks = edits(text)
    once = document.revise("repair", proposed, marks=marks)
    assert edits(once.text)[0] == []
    assert once.undo().text == text
    assert once.text == "\n".join(SENTENCES[one] for one, _, _ in STRICT)


def test_the_stage_uses_it() -> None:
    text = misread(SENTENCES["zh"], "gb18030", LATIN)
    document = clean(Document.from_text(text), settings=Settings(stages=("repair",)))
    assert document.text == SENTENCES["zh"]
    assert document.undo().text == text


@given(st.text())
def test_any_text_gives_edits_that_fit(text: str) -> None:
    proposed, marks = edits(text)
    document = Document.from_text(text).revise("repair", proposed, marks=marks)
    assert document.undo().text == text
    assert all(isinstance(one, Edit) for one in proposed)
    assert all(isinstance(one, Mark) for one in marks)


@given(st.text(alphabet=st.characters(min_codepoint=0x80, max_codepoint=0xFF), min_size=1))
def test_any_western_signs_give_edits_that_fit(text: str) -> None:
    proposed, marks = edits(text)
    assert Document.from_text(text).revise("repair", proposed, marks=marks).undo().text == text


@given(
    st.sampled_from(["gb18030", "cp950", "cp932", "cp949", "euc_jp", "utf-8"]),
    st.binary(max_size=60),
)
def test_what_is_undone_is_proven(written: str, content: bytes) -> None:
    """The round trip gives the same characters again, always."""
    garbled = "".join(map(chr, content))
    channel = Channel(written, LATIN)
    decoded = undone(garbled, channel)
    if decoded is not None:
        assert decoded.encode(written) == content


@given(st.text(max_size=40))
def test_utf8_runs_are_what_their_bytes_say(text: str) -> None:
    for encoding in ("gb18030", "cp932"):
        for start, end, said in utf8_runs(text, encoding):
            assert text[start:end].encode(encoding) == said.encode("utf-8")


def test_channels_name_real_codecs() -> None:
    assert {"".encode(name) for name in READ_AS_LATIN} == {b""}
    assert Channel("gb18030", LATIN).rule == "mojibake.gb18030-read-as-latin-1"
    assert repairs("没有问题", frozenset({LATIN, "utf-8-as-gb18030", "gb18030-as-cp950"})) == []


def test_classes_and_cost() -> None:
    assert classes("a章齉かを，ａ가뷁жЖéÉ…±ا\ue000") == "ahHkkpPtScClLqmox"
    for language, sentence in SENTENCES.items():
        assert cost(sentence) < cost("".join(map(chr, sentence.encode("utf-8")))), language
    assert cost("人民政府工作报告", precise=True) < cost("釈騙炯怪泥遺泌伐", precise=True)


def test_dead_text_needs_no_gate() -> None:
    assert suspects("锟斤拷") == []
    assert [mark.end for mark in dead("锟斤拷锟斤拷")] == [6]


def test_gate_is_silent_on_clean_text() -> None:
    clean_text = "".join(SENTENCES[one] for one in ("zh", "hant", "ja", "ko")) + "Plain English."
    assert suspects(clean_text) == []
    assert suspects("ascii only") == []


@pytest.mark.parametrize(
    "unit",
    [
        "Ã©",
        "鍏充簬",
        "\ue4c7的",
        "ㄛ啊",
        "鈥a",
        "縺ｧ",
        "é ",
        "\x93a ",
        "锟斤拷 ",
        "Ã©\n",
        "ㄛ歙，",
        "Р°Рё",
    ],
)
def test_linear_on_adversarial_text(unit: str) -> None:
    def seconds(count: int) -> float:
        text = unit * count
        start = time.process_time()
        edits(text)
        return time.process_time() - start

    seconds(10)
    small = max(seconds(1000), 0.005)
    assert seconds(8000) < 40 * small


def test_random_signs_become_nothing() -> None:
    rng = random.Random(5)
    han = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(20_000))
    west = "".join(chr(rng.randrange(0xA0, 0x100)) for _ in range(20_000))
    for text in (han, west):
        assert all(edit.end - edit.start < 8 for edit in edits(text)[0])


def test_clean_corpora_are_untouched(shared: Path) -> None:
    for path in sorted((shared / "corpora" / "text").iterdir()):
        assert edits(path.read_text(encoding="utf-8")) == ([], []), path.name


def test_floors(shared: Path) -> None:
    """Of every pair of the matrix, items of 20 characters; the rest is the benchmark's."""
    from tests.bench.mojibake import kind, repaired
    from tests.bench.mojibake_matrix import items, pairs

    exact: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong = 0
    for language, written, read in pairs():
        for original, garbled in items(language, ((written, read),), 20, 2):
            after, _ = repaired(garbled)
            name = kind(written, read)
            total[name] += 1
            exact[name] += after == original
            wrong += after not in (original, garbled)
    assert total.total() > 300
    assert wrong / total.total() < 0.02
    for name in ("utf-8-as-single", "cjk-as-single"):
        assert exact[name] / total[name] > 0.9
