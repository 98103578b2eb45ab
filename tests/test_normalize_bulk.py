"""What is told of many lines at once is what is told of each of them."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import characters, markers
from ingest.normalize.language import Language

PIECES = [
    "1",
    "12.5%",
    "（3）",
    "—",
    "N/A",
    "１２",
    "a",
    "iv. ",
    "一、",
    "• ",
    " ",
    "   ",
    "\t",
    "字",
]
PIECES += ["\n", "....", "……", ". . . .", "第3章", "2.1 ", "Words", "-", "x) ", "٣٤"]
LINES = st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join), max_size=6)


@given(LINES)
def test_lines_together_and_each_for_itself(lines: list[str]) -> None:
    # A line end inside of a line is nothing that a page has; it must do no harm.
    assert markers.kinds(lines) == list(map(markers.kind, lines))
    assert markers.tabular(lines) == list(map(markers.is_tabular, lines))
    assert markers.contents("\n".join(lines), lines) == list(map(markers.is_contents, lines))


def test_every_suspect_is_seen_at_first_sight() -> None:
    setting = characters.Setting(True, Language)
    everything = map(chr, range(sys.maxunicode + 1))
    missed = [
        hex(ord(one))
        for one in everything
        if any(sign.match(one) for sign, _ in characters._RULES) and not characters._suspects(one)
    ]
    assert missed == []
    assert characters.find("Größe — “x”\n表\t３。", setting) == []
