"""Gloss damage: cases, recognition, the page that the project began with."""

from __future__ import annotations

import json
from pathlib import Path

import damage
import pytest

from ingest.document import Document
from ingest.repair import bind, glosses
from ingest.repair.glosses.octets import around, between, char, pair, undecodable, vanishes
from ingest.repair.glosses.readings import READING, by_lead, converted, table
from ingest.repair.glosses.recognize import fingerprint
from ingest.repair.glosses.ways import Unit, Way
from ingest.settings import Inference, Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [
    json.loads(line)
    for line in (FIXTURES / "cases" / "gloss.jsonl").read_text(encoding="utf-8").splitlines()
]
MEANT = sorted((FIXTURES / "not_gloss").glob("*.txt"))


def repaired(text: str, infer: Inference = "auto") -> Document:
    return bind(Settings(infer=infer))(Document.from_text(text))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_case(case: dict[str, str]) -> None:
    page = repaired(case["before"])
    found = page.text == case["after"] and sorted(
        {edit.rule for _, edit in page.edits()}
    ) == sorted(case["rules"])
    if case["expect"] == "known-failure":
        assert not found, "a known failure passes: change what it expects"
        return
    assert page.text == case["after"]
    assert {edit.rule for _, edit in page.edits()} == set(case["rules"])
    assert page.undo().text == case["before"]


@pytest.mark.parametrize("path", MEANT, ids=lambda path: path.stem)
def test_readings_that_are_meant_stay(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 80
    for size in (1, 2, 5, 20, len(lines)):
        for at in range(0, len(lines), size):
            text = "\n".join(lines[at : at + size])
            assert glosses.edits(text, Settings()) == ([], [], False)


def test_a_page_is_recognized_by_two_annotations_and_its_conversion() -> None:
    assert fingerprint("關(guān)于學(xué)生食堂")
    assert not fingerprint("關(guān)於學(xué)生食堂"), "於 is none of the mirror's"
    assert not fingerprint("關(guān)于食堂"), "one annotation proves nothing"
    assert not fingerprint("關(guān)于學(xué)生食堂，經費"), "經 is annotated on every such page"
    assert not fingerprint("關(guàn)于學(xuè)生食堂"), "not its readings"


def test_characters_beyond_the_list_are_accepted_where_the_page_proves_them() -> None:
    page = "關(guān)于社區(qū)調(diào)研的報告：鋼(gāng)材、鋼(gāng)筋"
    assert repaired(page).text == "關于社區調研的報告：鋼材、鋼筋"
    bare = page + "、鋼板"
    assert "鋼(gāng)材" in repaired(bare).text, "bare elsewhere: not the mirror's"


def test_conversion_is_recorded_only_where_it_is_proven() -> None:
    assert repaired("關(guān)于社區(qū)調(diào)研").metadata["conversion"] == "mirror"
    assert "conversion" not in repaired("關於社區調研").metadata


@pytest.mark.parametrize(
    ("infer", "text"),
    [
        ("never", "關于社區補貼，每月撥�00元"),
        ("auto", "關于社區補貼，每月撥�00元"),
        ("always", "關于社區補貼，每月撥付�00元"),
    ],
)
def test_inference_beside_another_loss(infer: Inference, text: str) -> None:
    page = repaired("關(guān)于社區(qū)補貼，每月?lián)芨?00元", infer)
    assert page.text == text
    lost = next(edit for _, edit in page.edits() if edit.certainty == "lost")
    assert lost.alternatives[0].text == "付"
    assert page.losses == 1


def test_the_page_of_the_project(shared: Path) -> None:
    before = (shared / "source" / "download-page.txt").read_text(encoding="utf-8")
    page = repaired(before)
    assert not glosses.recognize.glosses(page.text)
    assert page.text.count("�") == 1
    assert "每人每月撥�00元" in page.text
    assert "每人每月撥付�00元" in repaired(before, "always").text
    assert page.undo().text == before


def test_the_table() -> None:
    rows = table()
    listed = [row for row in rows.values() if row.evidence == "listed"]
    assert len(listed) == 135
    for row in rows.values():
        octet_pair = pair(row.char)
        assert octet_pair
        with pytest.raises(UnicodeEncodeError):
            row.char.encode("gb2312")
        assert row.char in by_lead()[octet_pair[0], row.reading]
        assert row.evidence != "listed" or row.bare < row.level
    assert "关" in converted()
    assert not converted() & set("后里余范征制面采于")


@pytest.mark.parametrize(
    "row", [row for row in table().values() if row.evidence == "listed"], ids=lambda row: row.char
)
def test_each_listed_character_hits_and_misses(row: object) -> None:
    import re

    from ingest.repair.glosses.readings import Row

    assert isinstance(row, Row)
    assert re.fullmatch(READING, f"{row.reading})")
    page = f"關(guān)于社區(qū)調(diào)研，{row.char}({row.reading})字"
    assert f"{row.char}字" in repaired(page).text
    assert f"{row.char}（{row.reading}）" in repaired(f"{row.char}（{row.reading}）").text


def test_the_lenient_decoder_backwards() -> None:
    assert pair("月") == (0xD4, 0xC2)
    assert char(0xB8, 0xB6) == "付"
    assert char(0xB8, 0x33) is None
    assert vanishes(0xFA, 0xBB)
    assert vanishes(0xA2, 0x81)
    assert not vanishes(0xB8, 0xB6)
    for first, seconds in undecodable():
        assert all(char(first, second) is None for second in seconds)


def test_what_a_vanished_pair_leaves() -> None:
    firsts, lasts = around(0xBB, 0xD8)
    assert "基" in firsts, "its trail byte F9 and the lead byte of 地 vanish together"
    assert "地" in lasts
    assert all(pair(char)[0] == 0xBB for char in firsts)
    assert all(pair(char)[1] == 0xD8 for char in lasts)


def test_two_characters_come_back_where_one_makes_no_sense() -> None:
    """The trail byte of 基 and the lead byte of 地 are gone: the page shows one 回."""
    page = damage.damage(
        "关于社区业务的调研，最后里面。对佐世保和冲绳的海空军基地的观察，并且",
        damage.Settings(9, "always"),
    )
    assert "基" not in page.text
    assert "空軍基地的觀察" in repaired(page.text, "always").text
    edit = next(e for _, e in repaired(page.text, "always").edits() if "基地" in e.after)
    assert edit.certainty == "inferred"
    assert edit.probability is not None


def test_a_listed_character_without_its_reading_is_possible_only_where_one_took_its_lead_byte() -> (
    None
):
    """至 and 會 together were annotated as 習, so that 會 has no reading; its trail byte is gone."""
    page = damage.damage(
        "关于社区业务的调研，最后里面。有时甚至会模仿猫的声音，大家学习。", damage.Settings(8)
    )
    assert "會" not in page.text
    assert "甚至會模仿貓" in repaired(page.text, "always").text
    # Elsewhere a bare listed character is none of the choices: every one has its reading.
    cut = repaired(
        "關(guān)于社區(qū)業(yè)務(wù)的調(diào)研，學(xué)習(xí)。最后里面。都來了嗎?；丶以僬f"
    )
    offered = {one.text for _, edit in cut.edits() for one in edit.alternatives}
    assert offered
    assert not offered & set("關區業務調學習")


def test_a_character_between_two_vanished_pairs_is_not_passed_over() -> None:
    """Of 生 nothing is left: 化產 reads as if it were whole, but may not be written as known."""
    page = damage.damage(
        "关于社区工作的调研，业务发展。最后里面。公司具备规模化生产能力。",
        damage.Settings(4, "always"),
    )
    assert "生" not in page.text
    document = repaired(page.text)
    assert "模�產能力" in document.text
    lost = next(edit for _, edit in document.edits() if edit.certainty == "lost")
    assert lost.alternatives[0].text == "化"


def test_ways_that_read_other_bytes_are_not_taken_for_one() -> None:
    """`!?` is 。 cut in two, or the end of 、 and a `?` for two bytes: both end in one place."""
    lost = Unit(1, "海", ("海", "河"))
    stop, comma = Unit(3, "。", ("。",)), Unit(3, "、", ("、",))

    def form(*units: Unit) -> object:
        return Way(0.0, "", units, 3, (), ()).form

    assert form(lost, stop) != form(lost, comma)
    assert form(lost, stop) == form(lost._replace(char="河"), stop), "only the lost one differs"


def test_what_stands_between_two_vanished_pairs() -> None:
    assert "生" in between(0xAF, 0xAE)
    assert "生" not in between(0xA8, 0xAE), "A8C9 is a character: it does not vanish"
    assert all(vanishes(0xAF, pair(char)[0]) for char in between(0xAF, 0xAE))
    assert all(vanishes(pair(char)[1], 0xAE) for char in between(0xAF, 0xAE))


def test_an_uncertain_character_is_lost_with_its_alternatives() -> None:
    page = repaired("關(guān)于社區(qū)業(yè)務(wù)的調(diào)研。他們都來了嗎?；丶乙院?最后里面")
    lost = [edit for _, edit in page.edits() if edit.certainty == "lost"]
    assert lost
    assert all(edit.alternatives for edit in lost)
    assert all(share.probability < 0.999 for edit in lost for share in edit.alternatives), (
        "what is probable enough is written"
    )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("（1）a ?) （3）c", "2"),
        ("?) a （2）b", "1"),
        ("（1）a （2）b ?)", "3"),
        ("（11）a ?2) （13）c", "1"),
        ("（1）a ?) （4）c", "�"),
        ("?) a", "�"),
        ("（7）a ?) b", "�"),
    ],
)
def test_a_digit_comes_back_only_where_the_list_decides(text: str, after: str) -> None:
    from ingest.document import Edit
    from ingest.repair.glosses.numbering import numbered

    at = text.index("?")
    lost = Edit(at, at + 1, "?", "（�", "gloss.cut.bracket.lost", "lost")
    (edit,) = numbered(text, [lost])
    assert edit.after == "（" + after
    assert edit.certainty == ("lost" if after == "�" else "sure")


def test_a_page_made_to_keep_us_busy_is_marked_not_searched() -> None:
    head = "關(guān)于社區(qū)調(diào)研。"
    page = repaired(head + "月?lián)芨?0" * 5000)
    assert page.undo().text == head + "月?lián)芨?0" * 5000
    assert any(mark.rule == "gloss.half" for _, mark in page.marks())


def test_a_row_of_signs_that_gbk_lacks_is_no_cut_beside_full_width_marks() -> None:
    text = "关于社区工作的调研，业务发展。请在拖动\U0001f600\U0001f600按住 Shift 键，最后松开。"
    page = damage.damage(text, damage.Settings(level=6, fold=False))
    document = repaired(page.text)
    assert "??按住" in document.text
    assert document.text == page.original
    assert any(mark.kind == "uncertain" for _, mark in document.marks())
