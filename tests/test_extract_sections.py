"""Recognized lines in the order in which people read them."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Box
from ingest.extract.sections import in_reading_order


def column(left: float, top: float, count: int, width: float = 200.0) -> list[Box]:
    """Lines of prose: all full but the last one."""
    return [
        (left, top + 20 * at, left + (width if at < count - 1 else width / 3), top + 20 * at + 12)
        for at in range(count)
    ]


def shuffled(boxes: list[Box]) -> list[Box]:
    order = list(boxes)
    random.Random(1).shuffle(order)
    return order


def read(boxes: list[Box]) -> list[Box]:
    return [boxes[at] for at in in_reading_order(boxes)]


def test_columns_one_after_the_other_below_a_title() -> None:
    title: Box = (100.0, 10.0, 380.0, 30.0)
    left, right = column(20, 50, 8), column(250, 53, 8)
    assert read(shuffled([title, *left, *right])) == [title, *left, *right]


def test_three_columns() -> None:
    columns = [*column(20, 50, 8), *column(250, 50, 8), *column(480, 50, 8)]
    assert read(shuffled(columns)) == columns


def test_a_heading_over_both_columns_parts_the_page() -> None:
    above = [*column(20, 50, 5), *column(250, 50, 5)]
    heading: Box = (20.0, 160.0, 450.0, 175.0)
    below = [*column(20, 190, 6), *column(250, 190, 6)]
    assert read(shuffled([*above, heading, *below])) == [*above, heading, *below]


def test_cells_of_a_table_are_read_row_by_row() -> None:
    widths = (90.0, 30.0, 120.0, 60.0, 45.0, 75.0)
    rows = [
        (x, 50.0 + 20 * at, x + width * share, 62.0 + 20 * at)
        for at, width in enumerate(widths)
        for x, share in ((20.0, 1.0), (250.0, 0.5))
    ]
    assert read(shuffled(rows)) == rows


def test_a_skewed_line_stays_together() -> None:
    boxes: list[Box] = [
        (20.0, 10.0, 90.0, 22.0),
        (100.0, 8.0, 180.0, 20.0),
        (20.0, 30.0, 90.0, 42.0),
    ]
    assert read(shuffled(boxes)) == boxes


numbers = st.integers(0, 500)


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=40))
def test_every_line_once(corners: list[tuple[int, int, int, int]]) -> None:
    boxes = [(float(x), float(y), float(x + w + 1), float(y + h + 1)) for x, y, w, h in corners]
    assert sorted(in_reading_order(boxes)) == list(range(len(boxes)))
