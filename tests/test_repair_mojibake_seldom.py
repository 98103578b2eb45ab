"""Runs of rare characters: what they say in another encoding is reported, clean text is not."""

from __future__ import annotations

import pytest

from ingest.repair import mojibake
from ingest.repair.mojibake import odd, seldom

#: A sentence, what it was written in and what it was read as, none of it sure enough to be
#: written back.
MISREAD = (
    ("渔民在北岸修补旧网", "gb18030", "euc_jp"),
    ("渔民在北岸修补旧网", "gb18030", "cp949"),
    ("주말에는 산에 갔다", "cp949", "gb18030"),
    ("주말에는 산에 갔다", "cp949", "euc_jp"),
    ("старый друг", "koi8-r", "gb18030"),
    ("старый друг", "koi8-r", "euc_jp"),
    ("старый друг", "cp1251", "cp949"),
)
CLEAN = (
    "鳜鱼、鲈鱼、鳊鱼、鲫鱼、鳙鱼",
    "缬氨酸、亮氨酸、苏氨酸",
    "魑魅魍魎，饕餮檮杌。",
    "麒麟閣、鳳凰臺、鸚鵡洲",
    "薔薇と紫陽花、躑躅と枇杷",
    "낚시꾼, 꿩, 뻐꾸기, 쑥갓",
    "СОДЕРЖАНИЕ И ВВЕДЕНИЕ",
    "США, ФРГ, СССР, ЮНЕСКО",
    "┌─┬─┐\n│鳜│鲈│\n└─┴─┘",
    "┏┓┗┛",
    "ﾃｽﾄﾃﾞｰﾀ",
    "ㄅㄆㄇㄈ是注音符號",
)


@pytest.mark.parametrize(("said", "written", "read"), MISREAD)
def test_a_misread_line_is_reported_or_repaired(said: str, written: str, read: str) -> None:
    garbled = said.encode(written).decode(read)
    edits, marks = mojibake.edits(garbled)
    assert edits or marks
    found = list(seldom.places(garbled))
    assert [one.said for one in found] == [said]


@pytest.mark.parametrize(("said", "written", "read"), MISREAD)
def test_a_misread_line_among_clean_ones_is_found(said: str, written: str, read: str) -> None:
    garbled = said.encode(written).decode(read)
    text = f"{'第一行没有问题，都是好的。' * 20}\n{garbled * 3}\n{'最后一行也没有问题。' * 20}"
    (found,) = seldom.places(text)
    start = text.index(garbled)
    assert start <= found.start < found.end <= start + 3 * len(garbled)


@pytest.mark.parametrize("text", CLEAN)
def test_rare_characters_of_clean_text_are_let_be(text: str) -> None:
    assert list(seldom.places(text)) == []
    assert mojibake.edits(text) == ([], [])


def test_a_mark_holds_what_was_probably_said() -> None:
    said = "渔民在北岸修补旧网"
    (mark,) = odd.marks(said.encode("gb18030").decode("cp949"))
    assert mark.kind == "garbled"
    assert [one.text for one in mark.alternatives] == [said]
    assert 0.5 < mark.alternatives[0].probability <= 1.0


def test_a_document_of_rare_characters_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(seldom, "best", lambda piece: asked.append(piece))
    monkeypatch.setattr(seldom, "coarse", lambda piece: 0.0)
    assert list(seldom.places("鳜鲈鳊鲫鳙鲢鲤鳟" * 5_000)) == []
    assert 0 < len(asked) <= 2 * seldom.BUDGET
