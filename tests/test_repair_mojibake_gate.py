"""The gate: what clean text has that looks garbled is let go, what is garbled is not."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from ingest.normalize import wrapped
from ingest.repair.mojibake.gate import hits, is_doubtful, suspects
from ingest.repair.mojibake.ordinary import PATIENCE, Patience, is_ordinary
from ingest.strip.folding import any_of, word_span


@pytest.mark.parametrize(
    "clean",
    [
        "Le théâtre de l’État a été réélu en 1964.",
        "«\xa0Égalité\xa0» sur 46\xa0600\xa0m², dans le n°\xa03",
        "Die größte Überraschung war der Ärger über das Öl.",
        "Оператор МегаФон и завод КамАЗ открыли офис",
        "会计师对科研机构和医疗机构的种类变异进行评估",
        "他在École des Beaux-Arts学习，面积为39m³。",
        "從b到c的鐵路與合作夥伴",
        "那?社會就達到了頂峰",
        "é" * 3000,
    ],
)
def test_clean_lines_leave_at_once(clean: str) -> None:
    assert suspects(clean) == []


@pytest.mark.parametrize(
    "garbled",
    [
        "Le thÃ©Ã¢tre de l'Ã‰tat",
        "en avril 1915, Ã\xa0 Gap",
        "f³r alle H„user",
        "关于：¹ØÓÚ³ÇÊÐ½»Í¨",
        "鍏充簬绀惧尯宸ヤ綔",
        "пРИВЕТ ВСЕМ",
        "它说cr閞ent，",
    ],
)
@pytest.mark.parametrize("host", ["{}", "一切正常。\n{}\nAll is well, l’été aussi.", "{}\n" * 40])
def test_garbled_lines_stay_suspect(garbled: str, host: str) -> None:
    found = suspects(host.format(*[garbled] * 40))
    assert len(found) == host.count("{}")


def test_a_word_is_spelled_as_a_whole() -> None:
    assert is_ordinary("(«Été»),")
    assert not is_ordinary("cit‚e")
    assert not is_ordinary("Ã\xa0")


def test_runs_of_one_character_are_one_place() -> None:
    patience = Patience("")
    assert patience._left == PATIENCE
    assert suspects("中" + "é" * 20 * PATIENCE) == []


def test_families_are_asked_together() -> None:
    line = "鍏充簬绀惧尯宸ヤ綔 Ã©tÃ©"
    families = ("utf-8-as-gb18030", "latin-1", "any")
    assert list(hits(line, *families)) == sorted(
        one for name in families for one in hits(line, name)
    )


def test_what_is_left_of_a_repair_is_looked_at_strictly() -> None:
    # A clean line may hold it; what has been repaired should not.
    assert suspects("各级机构同行审计，费用合计") == []
    assert is_doubtful("摿琢 瘟滔窍紫窍 邢囊翑")


def test_words_are_found_by_their_rarest_character() -> None:
    words = ["版权所有", "文档", "ICP备", "下载使用"]
    text = "本文檔由他人上傳，版權所有，京ICP备1号，下載使用"
    found = [text[slice(*word_span(one))] for one in any_of(words).finditer(text)]
    assert found == ["文檔", "版權所有", "ICP备", "下載使用"]


def test_all_combining_characters_are_counted() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    missed = [
        char
        for char in every
        if unicodedata.combining(char) and not wrapped._MAY_COMBINE.match(char)
    ]
    assert missed == []
