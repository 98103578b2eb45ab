"""Tables whose cells only stand in columns, and what looks like one and is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from fixtures.pdf_writer import make_pdf, text
from ingest.document import Document, Source
from ingest.extract.pdf import read_pdf

Placed = tuple[float, float, str]
"""Distance from the left edge and from the lower one, words."""


def lines(placed: Iterable[Placed], size: float = 10.0) -> list[str]:
    content = "".join(text(words, x=x, y=y, size=size) for x, y, words in placed)
    return read(make_pdf([content])).text.splitlines()


def read(content: bytes) -> Document:
    return read_pdf(content, Source("made.pdf", "0" * 64, "application/pdf"))


def grid(rows: Sequence[Sequence[str]], xs: Sequence[float], pitch: float = 18) -> list[Placed]:
    return [
        (x, 700 - pitch * at, words)
        for at, row in enumerate(rows)
        for x, words in zip(xs, row, strict=True)
        if words
    ]


ROWS = [
    ["Place", "What stands there", "Keeper"],
    ["Alder Hill", "a wooden beacon", "nobody at present"],
    ["Brook End", "the old weir", "two sisters"],
    ["Dunmere", "a granary", "the parish"],
]


def test_words_in_columns_are_cells() -> None:
    assert lines(grid(ROWS, (60, 180, 330))) == ["\t".join(row) for row in ROWS]


def test_figures_stand_closer_than_words() -> None:
    rows = [
        ["Path", "2019", "2020"],
        ["Upper one", "79,168", "58,880"],
        ["Ford", "78,785", "60,413"],
    ]
    rows.append(["Wood", "13,417", "12,474"])
    # 30 points of digits, 8 points of blank.
    assert lines(grid(rows, (60, 160, 198))) == ["\t".join(row) for row in rows]


def test_a_cell_goes_on_below_where_it_was_full() -> None:
    placed = [
        *(
            (60.0, y, words)
            for y, words in ((700, "Place"), (676, "Alder Hill"), (640, "Brook End"))
        ),
        *((160.0, y, words) for y, words in ((700, "Remarks of the keeper"), (640, "dry"))),
        (160.0, 676.0, "the wooden beacon was"),
        (160.0, 664.0, "repaired in spring"),
        (300.0, 700.0, "Cost"),
        (300.0, 676.0, "1,200"),
        (300.0, 640.0, "85"),
    ]
    assert lines(sorted(placed, key=lambda one: (-one[1] if one[1] != 664 else -677, one[0]))) == [
        "Place\tRemarks of the keeper\tCost",
        "Alder Hill\tthe wooden beacon was repaired in spring\t1,200",
        "Brook End\tdry\t85",
    ]


def columns(rows: Sequence[tuple[str, str, str]], gap: float) -> list[Placed]:
    """A narrow place, words or figures set to the right, words that begin `gap` behind them."""
    placed: list[Placed] = []
    for at, (place, right, words) in enumerate(rows):
        # A digit of the face has 0.556 em, a blank and a point half of that.
        wide = sum(2.78 if one in " .," else 5.56 for one in right)
        placed += [(x, 700.0 - 18 * at, w) for x, w in ((60, place), (240 - wide, right))]
        placed.append((240 + gap, 700.0 - 18 * at, words))
    return placed


def test_words_that_begin_in_one_place_are_cells_however_close_they_stand() -> None:
    rows = [
        ("North", "2019", "sluices of the upper canal"),
        ("South", "12", "a ferry that is out of use"),
        ("West", "71,400", "all five of the pumping stations"),
        ("East", "3", "the mill beside the weir"),
    ]
    assert lines(columns(rows, 7.0)) == ["\t".join(row) for row in rows]


def test_a_figure_and_its_unit_are_one_cell() -> None:
    rows = [("North", "2019", "MB"), ("South", "12", "GB"), ("West", "71,400", "MB")]
    assert lines(columns(rows, 7.0)) == [f"{place}\t{size} {unit}" for place, size, unit in rows]


def test_words_with_numbers_below_each_other_are_one_cell() -> None:
    rows = [[f"Phase {at}", "of the survey in spring", f"{at}2"] for at in range(1, 5)]
    placed = grid(rows, (60, 160, 330))
    # The blank is wide, as in a line that was stretched.
    placed = [one for one in placed if not one[2].startswith("Phase")]
    placed += [(60.0, 700.0 - 18 * at, "Phase") for at in range(4)]
    placed += [(96.0, 700.0 - 18 * at, str(at + 1)) for at in range(4)]
    placed.sort(key=lambda one: (-one[1], one[0]))
    assert lines(placed) == ["\t".join(row) for row in rows]


def test_words_to_the_left_and_figures_to_the_right_are_one_column() -> None:
    placed = grid([["Place", "Depth", "Keeper"], ["Ford", "unknown", "nobody"]], (60, 160, 300))
    placed += [(60, 664, "Weir"), (225, 664, "12.5"), (300, 664, "two sisters")]
    placed += [(60, 646, "Mill"), (160, 646, "as deep as a man"), (300, 646, "the parish")]
    assert lines(placed)[2:] == ["Weir\t12.5\ttwo sisters", "Mill\tas deep as a man\tthe parish"]


def test_two_columns_of_lines_written_one_after_the_other_stay() -> None:
    left = [(60.0, 700.0 - 14 * at, f"left line {at}") for at in range(6)]
    right = [(320.0, 700.0 - 14 * at, f"right line {at}") for at in range(6)]
    assert lines(left + right) == [words for _, _, words in left + right]


def test_marks_of_a_list_are_no_cells() -> None:
    items = [["1.", "Open the upper sluice"], ["2.", "Wait"], ["3.", "Read the gauge twice"]]
    found = lines(grid(items, (60, 90)))
    assert not any("\t" in line for line in found)
    assert [line.split(" ", 1)[1] for line in found] == [words for _, words in items]


def test_numbered_lines_of_a_listing_are_no_table() -> None:
    code = ["def measure(levels):", "total = 0", "for level in levels:", "total += level"]
    placed = [(60.0, 700.0 - 14 * at, f"{at + 1}.") for at in range(4)]
    rows = [(90.0 + 24 * (at > 0), 700.0 - 14 * at, words) for at, words in enumerate(code)]
    found = lines([one for pair in zip(placed, rows, strict=True) for one in pair])
    assert not any("\t" in line for line in found)


@pytest.mark.parametrize("blank", [5.0, 7.0, 9.0, 12.0])
def test_prose_below_a_table_stays_prose(blank: float) -> None:
    # Helvetica, as its metrics have it: all blanks of a justified line are as wide.
    narrow = {"f": 2.78, "i": 2.22, "l": 2.22, "t": 2.78, "r": 3.33, "S": 6.67}
    narrow |= dict.fromkeys("sckvy", 5.0)
    prose, x = [], 60.0
    for word in "Since the spring of 1999 volunteers of the ferry kept".split():  # noqa: SIM905
        prose.append((x, 614.0, word))
        x += sum(narrow.get(letter, 5.56) for letter in word) + blank
    found = lines(grid(ROWS, (60, 180, 330)) + prose)
    assert found[:4] == ["\t".join(row) for row in ROWS]
    assert not any("\t" in line for line in found[4:])


def test_dotted_lines_of_contents_stay() -> None:
    entries = [
        (f"{at}", f"Chapter number {at}", "....................", f"{9 * at}") for at in range(1, 6)
    ]
    found = lines(grid(entries, (60, 90, 200, 330)))
    assert not any("\t" in line for line in found)
