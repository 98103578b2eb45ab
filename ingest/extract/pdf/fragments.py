"""Rows that PDFium joined or divided against what the page shows.

PDFium decides by the baselines of two neighbouring text objects. It takes a short last
line for a continuation of the line above, and a raised or lowered character for the
begin of a new line.
"""

from __future__ import annotations

import ctypes
from itertools import repeat

from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.pdfium import library
from ingest.extract.pdf.rows import Row

TWO_LINES = 1.7
"""In units of type size: the height of a row from which it may be two lines. One line of the
measured sets is 0.9 to 1.4 high, two are at least 2."""

REACH = 0.75
"""In em: the widest gap between two parts of one line. A stretched blank is 0.7 wide, the
gutter between columns 1 and more."""

OVERLAP = 0.5
"""Share of the lower row's height that both parts of one line have in common. Scripts share
0.6 to 1 with their line, lines set tightly one below the other 0.2 at most."""

SLIP = 0.25
"""In em: how far a script may reach back under the letter that carries it."""

BLANK = 0.12
"""In em of the line: narrower gaps stand between letters, wider ones between words."""

_BLANKS = " " + DROPPED


def split_rows(text_page: int, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Divide rows that hold two lines, one below the other."""
    if not any(row.box[3] - row.box[1] > TWO_LINES * row.size for row in rows):
        return rows
    split: list[Row] = []
    for row in rows:
        tall = row.box[3] - row.box[1] > TWO_LINES * row.size
        if tall and not row.angle and not page_frame.turns and row.last > row.first:
            split += _lines(text_page, page_frame, row)
        else:
            split.append(row)
    return split


def _lines(text_page: int, page_frame: Frame, row: Row) -> list[Row]:
    count = row.last - row.first + 1
    floats = (ctypes.c_float * (4 * count))()
    start = ctypes.addressof(floats)
    indices = range(row.first, row.last + 1)
    sum(map(library().loose_box, repeat(text_page), indices, range(start, start + 16 * count, 16)))
    boxes = [page_frame.shown(*floats[at : at + 4]) for at in range(0, 4 * count, 4)]
    lines: list[Row] = []
    begin = previous = 0
    for at in range(1, count + 1):
        if at < count:
            if row.text[at] in _BLANKS:
                continue
            (left, top, _, bottom), (before, above, _, below) = boxes[at], boxes[previous]
            previous = at
            # A line of vertical text goes down in one column; a new line begins further left.
            apart = top >= below or bottom <= above
            if not apart or left > before - row.size / 2:
                continue
        text = row.text[begin:at].strip(_BLANKS)
        if text:
            drawn = [
                box
                for box, one in zip(boxes[begin:at], row.text[begin:at], strict=True)
                if one not in _BLANKS
            ]
            box = (
                min(box[0] for box in drawn),
                min(box[1] for box in drawn),
                max(box[2] for box in drawn),
                max(box[3] for box in drawn),
            )
            first = row.first + begin + row.text[begin:at].index(text[0])
            lines.append(row._replace(text=text, box=box, first=first, last=first + len(text) - 1))
        begin = at
    return lines if len(lines) > 1 else [row]


def merge_rows(rows: list[Row]) -> list[Row]:
    """Join rows of one line that a raised or lowered character divided.

    The texts of joined rows no longer fit PDFium's indices: this comes last.
    """
    if len(rows) < 2:
        return rows
    merged = [rows[0]]
    for row in rows[1:]:
        before = merged[-1]
        gap = row.box[0] - before.box[2]
        # Most rows begin at the left margin, far from the end of the row before.
        if -REACH * row.size < gap < REACH * before.size + row.size and _continues(before, row):
            merged[-1] = _joined(before, row)
        else:
            merged.append(row)
    return merged if len(merged) < len(rows) else rows


def _continues(before: Row, row: Row) -> bool:
    if before.angle or row.angle or before.visible != row.visible:
        return False
    em = max(before.size, row.size)
    (left, above, right, below), (x0, top, _, bottom) = before.box, row.box
    if not -SLIP * em <= x0 - right <= REACH * em or x0 < left:
        return False
    shared = min(below, bottom) - max(above, top)
    return shared > OVERLAP * min(below - above, bottom - top)


def _joined(before: Row, row: Row) -> Row:
    blank = " " if row.box[0] - before.box[2] > BLANK * max(before.size, row.size) else ""
    # What most of the line is set in gives its height; scripts and initials stand out of it.
    main = before if len(before.text) >= len(row.text) else row
    return before._replace(
        text=before.text + blank + row.text,
        box=(before.box[0], main.box[1], max(before.box[2], row.box[2]), main.box[3]),
        size=main.size,
        last=row.last,
    )
