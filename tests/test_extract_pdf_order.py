"""The order of the lines of PDF pages: kept, unless the page shows another."""

from __future__ import annotations

from pdf_writer import read, text


def test_columns_side_by_side_are_not_one_line() -> None:
    left = "".join(text(f"left {n}", y=700 - 14 * n) for n in range(3))
    right = "".join(text(f"right {n}", x=300, y=703 - 14 * n) for n in range(3))
    assert read(left + right).text == "left 0\nleft 1\nleft 2\nright 0\nright 1\nright 2\n"


def test_running_lines_take_their_place() -> None:
    body = "".join(text(f"Body {n}", y=700 - 14 * n) for n in range(3))
    page = (
        text("- 1 -", x=280, y=30)
        + body
        + text("Second header line", y=756)
        + text("Header", y=770)
    )
    found = read(page).text.splitlines()
    assert found[-1] == "- 1 -"
    assert set(found[:2]) == {"Header", "Second header line"}
    assert found[2:5] == ["Body 0", "Body 1", "Body 2"]


def test_content_order_stays_where_columns_explain_it() -> None:
    left = "".join(text(f"left {n}", y=700 - 14 * n) for n in range(9))
    right = "".join(text(f"right {n}", x=300, y=707 - 14 * n) for n in range(9))
    found = read(left + right).text.splitlines()
    assert found == [f"left {n}" for n in range(9)] + [f"right {n}" for n in range(9)]


def test_list_marks_written_apart_go_to_their_items() -> None:
    items = "".join(
        text(f"item {n}", x=90, y=700 - 28 * n) + text("goes on", x=90, y=686 - 28 * n)
        for n in range(3)
    )
    marks = "".join(text(f"{n + 1}.", y=700 - 28 * n) for n in range(3))
    expected = "1. item 0\ngoes on\n2. item 1\ngoes on\n3. item 2\ngoes on\n"
    assert read(items + marks).text == expected
    assert read(marks + items).text == expected


LEFT = [
    "the lower path follows a river",
    "for two miles and then climbs",
    "through a wood of beech and",
    "oak where the ground is soft",
    "after rain most walkers turn",
    "back at the second gate",
]
RIGHT = [
    "an upper path is drier but it",
    "crosses three fields in which",
    "cattle graze from early May to",
    "late October and there dogs",
    "must be kept on a short lead",
    "by all who pass with them",
]


def test_interleaved_columns_are_read_one_after_the_other() -> None:
    across = "".join(
        text(one, y=700 - 14 * n) + text(other, x=310, y=700 - 14 * n)
        for n, (one, other) in enumerate(zip(LEFT, RIGHT, strict=True))
    )
    heading = text("A heading that stands over both of the columns of this page", y=740)
    found = read(heading + across).text.splitlines()
    assert found[1:] == LEFT + RIGHT


def test_a_table_stays_row_by_row() -> None:
    cells = [
        ("Lower path", "2.1"),
        ("Upper path to the second gate", "soft after rain"),
        ("Ford", "dry"),
        ("Wood", "oak"),
        ("Three fields with cattle", "May to October"),
        ("Weir", "none"),
    ]
    content = "".join(
        text(one, y=700 - 14 * n) + text(other, x=390, y=700 - 14 * n)
        for n, (one, other) in enumerate(cells)
    )
    assert read(content).text.splitlines() == ["\t".join(pair) for pair in cells]


def test_a_table_of_three_columns_stays_row_by_row() -> None:
    rows = "".join(
        text(one, y=700 - 14 * n)
        + text(other, x=310, y=700 - 14 * n)
        + text("17.5", x=520, y=700 - 14 * n)
        for n, (one, other) in enumerate(zip(LEFT, RIGHT, strict=True))
    )
    found = read(rows).text.splitlines()
    assert found == [f"{one} {other} 17.5" for one, other in zip(LEFT, RIGHT, strict=True)]
