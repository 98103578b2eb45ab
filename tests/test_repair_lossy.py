"""Lossy repair: cases, what it must leave, how sure it is, and the bounds of its work."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest
from ingest.edits import Edit, in_order, replaced, restored
from ingest.repair.mojibake import edits
from ingest.repair.mojibake.lossy import Budget, cut_off, repairs, spaces, suspects
from ingest.repair.mojibake.lossy.candidates import fitting
from ingest.repair.mojibake.lossy.gaps import Gap, parses, reads_so
from ingest.repair.mojibake.lossy.readers import (
    READERS,
    lost_before,
    lost_pairs,
    octets,
)
from ingest.repair.mojibake.lossy.regions import regions
from ingest.settings import Inference, Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [
    json.loads(line)
    for line in (FIXTURES / "cases" / "lossy.jsonl").read_text("utf-8").splitlines()
]
SENTENCE = "本馆去年共接待读者一百二十万人次，比前年增加一成，阅览室的座位仍然不够。"
CODECS = {"gb18030": "gbk", "cp932": "cp932", "cp949": "cp949", "latin-1": "cp1252"}


def apply(text: str, infer: Inference = "auto") -> str:
    return replaced(text, in_order(edits(text, infer)[0]))


def lossy(text: str, infer: Inference = "auto") -> list[Edit]:
    return [edit for edit in edits(text, infer)[0] if edit.rule == "mojibake.lossy"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cases(case: dict[str, object]) -> None:
    before = str(case["before"])
    made, marks = edits(before, case.get("infer", "auto"))  # type: ignore[arg-type]
    assert replaced(before, in_order(made)) == case["after"]
    assert {edit.rule for edit in made} | {mark.rule for mark in marks} == set(
        case["rules"]  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("reader", CODECS)
def test_what_is_written_is_right_and_what_is_not_is_recorded(reader: str) -> None:
    garbled = SENTENCE.encode().decode(CODECS[reader], "replace")
    assert "\ufffd" in garbled
    made = lossy(garbled)
    assert made
    after = apply(garbled)
    assert len(after) == len(SENTENCE)
    assert all(one in (other, "\ufffd") for one, other in zip(after, SENTENCE, strict=True))
    for edit in made:
        if edit.certainty == "lost":
            assert "\ufffd" in edit.after
            assert edit.alternatives
        else:
            assert edit.certainty == "proven" or edit.probability is not None
        assert edit.why.startswith("UTF-8 read as ")


def test_settings_decide_what_is_written() -> None:
    garbled = SENTENCE.encode().decode("gbk", "replace")
    never, auto, always = (apply(garbled, infer) for infer in ("never", "auto", "always"))
    assert never.count("\ufffd") > auto.count("\ufffd")
    assert "\ufffd" not in always
    assert not any(edit.certainty == "inferred" for edit in lossy(garbled, "never"))
    assert ingest.clean_text(garbled, settings=Settings(stages=("repair",), infer="never")) == never


def test_alternatives_are_ranked_and_hold_the_original() -> None:
    garbled = "这条轨道交通线明年通车".encode().decode("gbk", "replace")
    lost = [edit for edit in lossy(garbled, "never") if edit.certainty == "lost"]
    for edit in lost:
        probabilities = [one.probability for one in edit.alternatives]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) <= 1.001


def test_undo_gives_back_what_stood_there() -> None:
    garbled = "前文。" + SENTENCE.encode().decode("cp932", "replace") + "后文"
    made = in_order(edits(garbled)[0])
    assert restored(replaced(garbled, made), made) == garbled


def test_clean_neighbours_stay() -> None:
    left, right = "元月起，公司通过", "同意本条的通知"
    garbled = left + SENTENCE.encode().decode("gbk", "replace") + right
    after = apply(garbled)
    assert after.startswith(left)
    assert after.endswith(right)


@pytest.mark.parametrize("reader", ["gbk", "cp932", "cp949", "cp1252"])
@pytest.mark.parametrize(
    "left", ["元月起，公司通过", "此燈塔是從前洋人為了能保障通商", "较高的市", ""]
)
def test_a_gap_at_the_edge_takes_nothing_from_its_neighbour(reader: str, left: str) -> None:
    right = "同意本条的通知"
    original = "过去一年接待读者一百万人次，比前年增加10%"
    garbled = original.encode().decode(reader, "replace")
    after = apply(left + garbled + right, "always")
    assert after.startswith(left)
    assert after.endswith(right)
    assert after.removeprefix(left).removesuffix(right) == apply(garbled, "always")


def in_pairs(text: str, encoding: str, first: int, bare: str = "?") -> str:
    """A text as a reader has it that writes one `?` for each pair of bytes that it lacks.

    `first` begins a pair at the least, `bare` is what the reader writes for a byte below.
    """
    content = text.encode()
    read = ""
    at = 0
    while at < len(content):
        for size in (1, 2):
            try:
                read += content[at : at + size].decode(encoding)
            except UnicodeDecodeError:
                continue
            break
        else:
            size = 2 if content[at] >= first else 1
            read += "?" if size == 2 else bare
        at += size
    return read


@pytest.mark.parametrize("first", [0x80, 0x81])
def test_a_reader_counts_in_one_way(first: int) -> None:
    text = "本站一个月检查一次，没有售票处，旅客却一直在增加"
    garbled = in_pairs(text, "gbk", first)
    assert garbled.count("?") >= 3
    assert apply(garbled, "always") == text
    single = text.encode().decode("gbk", "replace").replace("\ufffd", "?")
    assert apply(single, "always") == text


def test_windows_reads_the_byte_80_as_a_euro_sign() -> None:
    text = "一名退休人员一直在那里工作"
    garbled = in_pairs(text, "gbk", 0x81, "€")
    assert "€" in garbled
    assert "?" not in garbled
    assert apply(garbled, "never") == text
    assert edits("每份€12，约€500以内的货物，均价€3。") == ([], [])


def test_a_word_that_the_line_repeats_is_no_sample() -> None:
    line = "本公司是技术公司，" + "技术股份有限公司的管理费用".encode().decode("gbk", "replace")
    assert (
        apply(line + "，同上一年", "always")
        == "本公司是技术公司，技术股份有限公司的管理费用，同上一年"
    )


def test_a_strict_reading_of_what_lost_bytes_is_refused() -> None:
    garbled = in_pairs("包括销售收入、服", "cp949", 0x81)
    made, marks = edits(garbled)
    assert all(edit.rule != "mojibake.koi8-r-read-as-cp949" for edit in made)
    assert made or marks


def test_dropped_controls_are_reported_and_restored_only_on_demand() -> None:
    text = "第一份引發爭議的文章是在年初公布的"
    garbled = "".join(
        char for char in text.encode().decode("latin-1") if not "\x80" <= char < "\xa0"
    )
    made, marks = edits(garbled)
    assert not made
    assert [mark.rule for mark in marks] == ["mojibake.lossy"]
    restored_text = apply(garbled, "always")
    assert len(restored_text) == len(text)
    assert sum(map(str.__eq__, restored_text, text)) > len(text) / 2


@pytest.mark.parametrize("family", ["gb18030", "cp949"])
def test_a_neighbour_is_weighed_in_the_symbols_of_the_model(family: str) -> None:
    from ingest.repair.language import han
    from ingest.repair.mojibake.lossy.candidates import Pattern
    from ingest.repair.mojibake.lossy.priors import Priors

    wide = bytes(range(0x80, 0xC0))
    places = ("經".encode()[:1], wide, wide)
    unit = Pattern(places, -1, READERS[family])
    # 經 is folded with 经: as common, and in a Traditional region the likelier.
    found, _ = Priors(han(), "國際貿易組織").candidates(unit, "已", "濟")
    assert found[0].char == "經"
    assert found[0].saved > 0
    assert [one.behind for one in found] == sorted(one.behind for one in found)


TRAPS = [
    "?个?个?他",
    "他问：这样做行吗?我们都说好?还是再想想?",
    "「ほんとうですか?」と彼は聞いた。そうですよ?たぶん。",
    "그것이 정말인가?그는 물었다.아마도?",
    "子曰?學而時習之?不亦說乎?有朋自遠方來�不亦樂乎",
    "x = a ? b : c; // 三元运算?",
    "缺字\ufffd的地方用\ufffd表示，其余不动。",
    "字体里没有的字显示成????或者\ufffd\ufffd\ufffd",
    "ÅÄÖ? Où? À Évry? Ça? Così? È vero? Ñandú?",
    "SELECT * FROM t WHERE name = ? AND 城市 = ?",
    "http://example.org/?q=北京&p=?",
    "珮�琍�與�瓊�姊妹�鄭�淼�先生?",
    "뷁뚫렇뿌?뚝배기?꺄악?쀍?",
    "ｶﾞｷﾞｸﾞ?ﾊﾝｶｸ?ｶﾅ?",
]


@pytest.mark.parametrize("text", TRAPS)
@pytest.mark.parametrize("infer", ["auto", "always"])
def test_text_that_merely_contains_losses_stays(text: str, infer: Inference) -> None:
    assert edits(text, infer)[0] == []


@given(st.text(alphabet="的是不了人在有我他这中大来上国个到说们为?\ufffd 。，abc1\n", max_size=60))
def test_clean_chinese_with_losses_stays(text: str) -> None:
    assert edits(text, "always")[0] == []


@given(st.text(max_size=40), st.sampled_from(sorted(CODECS)), st.sampled_from(["replace", "?"]))
def test_edits_fit_and_can_be_undone(original: str, reader: str, loss: str) -> None:
    garbled = original.encode("utf-8", "replace").decode(CODECS[reader], "replace")
    if loss == "?":
        garbled = garbled.replace("\ufffd", "?")
    made = in_order(edits(garbled, "always")[0])
    assert restored(replaced(garbled, made), made) == garbled


@pytest.mark.parametrize("reader", ["gb18030", "cp932", "cp949"])
def test_what_a_reader_loses_is_what_its_codec_loses(reader: str) -> None:
    codec = CODECS[reader]
    rng = random.Random(3)
    for _ in range(300):
        pair = bytes((rng.randrange(0x80, 0x100), rng.randrange(0x80, 0x100)))
        lost = pair.decode(codec, "replace").startswith("\ufffd")
        assert (pair[0] in lost_before(READERS[reader], pair[1])) == lost
        if pair in lost_pairs(READERS[reader]):
            assert lost


def test_a_parse_accounts_for_every_byte() -> None:
    reader = READERS["gb18030"]
    gap = Gap(bytes.fromhex("e5 02 b3"), 0xE4, b"")
    (unit,) = parses(gap, reader)[0].units
    assert not isinstance(unit, str)
    assert all(reads_so(one.char, gap, reader) for one in fitting(unit))
    assert parses(Gap(bytes.fromhex("b3 b3 02"), 0xE4, b""), reader) == ()


def test_regions_end_where_clean_text_begins() -> None:
    reader = READERS["gb18030"]
    garbled = "关于读者的报告".encode().decode("gbk", "replace")
    line = f"通过{garbled}同意"
    region = next(regions(octets(line, reader), line, reader))
    start = octets("通过", reader).content
    assert region[0].start == len(start)


def test_suspects_are_lines_with_losses_only() -> None:
    garbled = SENTENCE.encode().decode("gbk", "replace")
    whole = "关于社区工作".encode().decode("gbk")
    assert [one.start for one in suspects(f"好吗?\n{garbled}\n{whole}\n")] == [4]


def test_text_cut_within_a_character() -> None:
    garbled = "关于社区工作的调研".encode()[:-1].decode("gbk")
    (edit,) = lossy(garbled)
    assert (edit.after, edit.certainty) == ("\ufffd", "lost")
    assert apply(garbled) == "关于社区工作的调\ufffd"
    assert cut_off("绀", "utf-8-as-gb18030") == "\ufffd"
    assert cut_off("好的", "utf-8-as-gb18030") is None


def test_a_no_break_space_that_became_a_space() -> None:
    garbled = "".join(
        "城市的栅栏与树木".encode().decode("latin-1").replace("\xa0", " ").split("\n")
    )
    assert " " in garbled
    assert apply(garbled) == "城市的栅栏与树木"
    assert not any(edit.certainty == "inferred" for edit in edits(garbled)[0])


@pytest.mark.parametrize("text", ["MAÇÃ E IRMÃ", "Ã minha mãe", "o Ã é uma letra", "SÃO, IRMÃ "])
def test_a_with_a_tilde_stays(text: str) -> None:
    assert list(spaces.edits(text)) == []


def test_too_much_lost_is_reported_and_left() -> None:
    content = SENTENCE.encode().decode("latin-1")
    garbled = "".join(char for char in content if not "\x80" <= char < "\xa0")
    made, marks = edits(garbled)
    assert made == []
    assert any(mark.kind == "garbled" for mark in marks)


@pytest.mark.parametrize(
    ("written", "original"),
    [("gb18030", "汉字编码转换工具"), ("big5", "本館的服務情形與未來的計畫")],
)
def test_what_is_gone_is_named(written: str, original: str) -> None:
    garbled = original.encode(written).decode("utf-8", "replace")
    made, marks = edits("标题：" + garbled)
    assert made == []
    assert [(mark.kind, mark.rule) for mark in marks] == [("garbled", "mojibake.read-as-utf-8")]


def test_holes_are_no_misreading() -> None:
    assert edits("第\ufffd\ufffd章，共\ufffd\ufffd\ufffd页\ufffd")[1] == []


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.repair.language import Model

    asked = 0
    cost = Model.cost

    def counted(self: Model, progress: object, char: str) -> object:
        nonlocal asked
        asked += 1
        return cost(self, progress, char)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "cost", counted)
    for text in ("\ufffd" * 20_000, "鍏?" * 5_000, "中" + "?" * 20_000, "鍏�" * 5_000):
        asked = 0
        edits(text, "always")
        assert asked < 200 * len(text)


def test_a_long_line_is_looked_at_in_blocks() -> None:
    from ingest.repair.mojibake.lossy import BLOCK

    garbled = "关于读者的报告".encode().decode("gbk", "replace") + " "
    line = garbled * (BLOCK // len(garbled) + 10)
    after = apply(line)
    assert after == apply(garbled) * (BLOCK // len(garbled) + 10)


def test_beyond_the_budget_regions_are_named() -> None:
    garbled = SENTENCE.encode().decode("gbk", "replace")
    families = {"utf-8-as-gb18030"}
    whole = list(repairs(f"{garbled} {garbled}", families, "auto", Budget()))
    spent = list(repairs(garbled, families, "auto", Budget(0)))
    assert all(found.edits for found in whole)
    assert [found.edits for found in spent] == [()]


def test_two_readers_in_one_line() -> None:
    first, second = "关于加强社区养老服务的报告", "关于修订章程的若干说明"
    line = (
        first.encode().decode("gbk", "replace") + "。" + second.encode().decode("cp932", "replace")
    )
    after = apply(line, "always")
    assert first[:4] in after
    assert second[:4] in after


def test_the_cost_of_a_character_is_the_same_both_ways() -> None:
    from ingest.repair.language import han

    model = han()
    progress = model.begin()
    for char in "第12章，于2019年由本馆与社區合办，约3.5万人\n参加。":
        cost, after = model.advance(progress, char)
        assert model.cost(progress, char) == pytest.approx(cost)
        progress = after


def test_a_long_line_of_another_encoding_is_not_cut_by_a_few_odd_characters() -> None:
    # Eight characters of GBK whose bytes have the order of UTF-8 that is too short.
    odd = b"".join(bytes((0xE5, 0xA6 + at)) for at in range(8)).decode("gb18030")
    original = SENTENCE * 4 + odd + SENTENCE * 4
    garbled = original.encode("gb18030").decode("latin-1")
    assert apply(garbled) == original


def test_western_readers_are_cut_too() -> None:
    garbled = "关于读者的报告".encode()[:-1].decode("latin-1")
    assert "\x80" in garbled
    assert apply(garbled) == "关于读者的报\ufffd"
