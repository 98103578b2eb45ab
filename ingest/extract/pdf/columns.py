"""Columns that the content interleaves: line by line across the page, over the gutter.

PDFium joins what stands on one baseline, so the two columns come as single rows with a
wide gap in the same place. Three rows of a page are asked for such a gap; only where they
have it in common are all rows looked at. A table has gaps as well, but more than one, or
short cells that do not fill their column: it stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import compress, repeat
from itertools import count as counted
from operator import sub
from statistics import median
from typing import NamedTuple

from ingest.extract.pdf.frame import Frame, drawn_box
from ingest.extract.pdf.pdfium import Handle, answers, library
from ingest.extract.pdf.rows import Row

GUTTER = 1.2
"""In em: the narrowest gap that may part two columns. Stretched blanks of justified lines stay
below 1."""

WIDE = 0.5
"""Share of the page's width: a row over two columns is wider."""

FEWEST = 5
"""Rows over the gutter from which a page counts as interleaved."""

FILLED = 0.8
"""Share of its column's width that a full line of prose takes."""

PROSE = 0.7
"""Share of full lines in running text; the cells of a table are of all lengths."""

NUMBERS = 0.15
"""Share of figures up to which a column is text; columns of amounts have nine in ten."""

LETTERS = 10
"""Characters in the median line of a column; cells of tables have fewer."""

_FIGURES = re.compile("[0-9]")
_BLANK_FLAGS = bytes(byte == 0x20 for byte in range(256))


class Gap(NamedTuple):
    """A gap in a row: its sides in points, and the index of the character behind it."""

    left: float
    right: float
    behind: int


def untangled(text_page: Handle, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Give the rows column by column where the content runs across two columns."""
    if page_frame.turns:
        return rows
    least = WIDE * page_frame.width
    wide = [
        row for row in rows if row.box[2] - row.box[0] > least and " " in row.text and not row.angle
    ]
    if len(wide) < FEWEST:
        return rows
    some = (wide[len(wide) // 4], wide[len(wide) // 2], wide[3 * len(wide) // 4])
    one, two = map(bool, gaps(text_page, page_frame, some[:2]))
    # Two of three must have one: a third is asked only where it decides.
    if not (one or two) or (one != two and not gaps(text_page, page_frame, some[2:])[0]):
        return rows
    found = gaps(text_page, page_frame, wide)
    gaps_of = {row.first: of_row for row, of_row in zip(wide, found, strict=True)}
    single = [found[0] for found in gaps_of.values() if len(found) == 1]
    if len(single) < FEWEST or 2 * len(single) < len(wide):
        return rows
    middle = median((gap.left + gap.right) / 2 for gap in single)
    return _by_column(text_page, page_frame, rows, gaps_of, middle)


def gaps(
    text_page: Handle, page_frame: Frame, rows: Sequence[Row], narrowest: float = GUTTER
) -> list[list[Gap]]:
    """Return the gaps of each of some upright rows that are wider than so many em.

    They come from left to right.
    """
    blanks: list[int] = []
    ends_of: list[int] = []
    for row in rows:
        # One byte for each character, 0 where it is no blank: no loop in Python.
        flags = row.text.encode("ascii", "replace").translate(_BLANK_FLAGS)
        blanks += compress(counted(row.first), flags)
        ends_of.append(len(blanks))
    count = len(blanks)
    if not count:
        return [[] for _ in rows]
    loose_box = library().loose_box
    floats = answers("f")
    beside = [at - 1 for at in blanks] + [at + 1 for at in blanks]
    sum(map(loose_box, repeat(text_page), beside, floats.places(8 * count)[::4]))
    ends = floats.column(2, 4 * count, 4)
    begins = floats.column(4 * count, 8 * count, 4)
    widths = list(map(sub, begins, ends))
    found: list[list[Gap]] = [[] for _ in rows]
    # Most rows have none: those that are too narrow for any row are passed over at once.
    least = narrowest * min([row.size for row in rows])
    for at in [at for at, width in enumerate(widths) if width > least]:
        index = bisect_right(ends_of, at)
        if widths[at] > narrowest * rows[index].size:
            left, right = ends[at] - page_frame.left, begins[at] - page_frame.left
            found[index].append(Gap(left, right, blanks[at] + 1))
    return found


def _by_column(
    text_page: Handle,
    page_frame: Frame,
    rows: list[Row],
    gaps_of: dict[int, list[Gap]],
    middle: float,
) -> list[Row]:
    # Rows over both columns, headings, end a section; within one, the left column comes first.
    ordered: list[Row] = []
    left: list[Row] = []
    right: list[Row] = []
    all_left: list[Row] = []
    all_right: list[Row] = []
    for row in rows:
        parts = _parted(text_page, page_frame, row, gaps_of.get(row.first, []), middle)
        if parts:
            left.append(parts[0])
            right.append(parts[1])
            all_left.append(parts[0])
            all_right.append(parts[1])
        elif row.box[2] <= middle:
            left.append(row)
        elif row.box[0] >= middle:
            right.append(row)
        else:
            ordered += [*left, *right, row]
            left, right = [], []
    ordered += [*left, *right]
    return ordered if _is_prose(all_left) and _is_prose(all_right) else rows


def _parted(
    text_page: Handle, page_frame: Frame, row: Row, found: list[Gap], middle: float
) -> tuple[Row, Row] | None:
    across = [gap for gap in found if gap.left <= middle <= gap.right]
    if len(found) != 1 or not across:
        return None
    at = across[0].behind - row.first
    before, behind = row.text[: at - 1], row.text[at:]
    split = row.first + len(before) - 1
    one = drawn_box(text_page, page_frame, row.first, split)
    other = drawn_box(text_page, page_frame, across[0].behind, row.last)
    if one is None or other is None:
        return None
    _, top, _, bottom = row.box
    return (
        row._replace(text=before, box=(one[0], top, one[2], bottom), last=split),
        row._replace(text=behind, box=(other[0], top, other[2], bottom), first=across[0].behind),
    )


def _is_prose(rows: list[Row]) -> bool:
    """Say whether the lines of a column are running text and not the cells of a table."""
    if len(rows) < FEWEST:
        return False
    widths = [row.box[2] - row.box[0] for row in rows]
    filled = sum(width >= FILLED * max(widths) for width in widths)
    text = "".join([row.text for row in rows])
    figures = len(_FIGURES.findall(text))
    return (
        filled >= PROSE * len(rows)
        and median(len(row.text) for row in rows) >= LETTERS
        and figures <= NUMBERS * len(text)
    )
