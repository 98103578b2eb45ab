"""Rows that PDFium joined or divided against what the page shows.

PDFium decides by the baselines of two neighbouring text objects. It takes a short last
line for a continuation of the line above, and a raised or lowered character for the
begin of a new line.
"""

from __future__ import annotations

from itertools import pairwise, repeat
from math import hypot

from ingest.extract.pdf.characters import DROPPED
from ingest.extract.pdf.frame import Frame, drawn_box
from ingest.extract.pdf.pdfium import Handle, answers, library
from ingest.extract.pdf.rows import TWO_LINES, Row

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

LEADING = 0.8
"""In units of type size: two lines stand at least so far apart, scripts 0.5 at most."""

AHEAD = 2.0
"""In em: a line that is centred below another one begins so far behind its end at least."""

_BLANKS = " " + DROPPED


def split_rows(text_page: Handle, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Divide rows that hold two lines, one below the other."""
    if not _tall(rows):
        return rows
    split: list[Row] = []
    for row in rows:
        tall = row.box[3] - row.box[1] > TWO_LINES * row.size
        if tall and not row.angle and row.last > row.first:
            split += _lines(text_page, page_frame, row)
        else:
            split.append(row)
    return split


def _tall(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.box[3] - row.box[1] > TWO_LINES * row.size]


def _lines(text_page: Handle, page_frame: Frame, row: Row) -> list[Row]:
    count = row.last - row.first + 1
    coordinates = answers("d")
    places = coordinates.places(2 * count)
    indices = range(row.first, row.last + 1)
    sum(map(library().origin, repeat(text_page), indices, places[::2], places[1::2]))
    points = coordinates.values(2 * count)
    shown = [page_frame.shown(x, y, x, y) for x, y in zip(points[::2], points[1::2], strict=True)]
    cuts = [0]
    previous = 0
    for at in range(1, count):
        if row.text[at] in _BLANKS:
            continue
        (left, top, _, _), (x, y, _, _) = shown[previous], shown[at]
        # Vertical text goes down as well, but straight down; a fraction goes on below itself.
        aside = x - left
        if abs(y - top) > LEADING * row.size and (
            aside < -row.size / 2 or aside > AHEAD * row.size
        ):
            cuts.append(at)
        previous = at
    if len(cuts) == 1:
        return [row]
    lines: list[Row] = []
    for begin, end in pairwise([*cuts, count]):
        text = row.text[begin:end].strip(_BLANKS)
        first = row.first + begin + row.text[begin:end].index(text)
        last = first + len(text) - 1
        drawn = drawn_box(text_page, page_frame, first, last)
        if drawn is not None:
            size = _size(text_page, (first + last) // 2) or row.size
            lines.append(row._replace(text=text, box=drawn, size=size, first=first, last=last))
    return lines


def _size(text_page: Handle, index: int) -> float:
    pdfium = library()
    matrix = answers("f")
    pdfium.matrix(text_page, index, matrix.places(6)[0])
    size: float = pdfium.font_size(text_page, index)
    return abs(size) * hypot(*matrix.values(4)[2:])


def merge_rows(rows: list[Row]) -> list[Row]:
    """Join rows of one line that a raised or lowered character divided.

    The texts of joined rows no longer fit PDFium's indices: this comes last.
    """
    if len(rows) < 2:
        return rows
    # Most rows begin at the left margin, far from the end of the row before.
    near = [
        row
        for before, row in pairwise(rows)
        if -REACH * row.size < row.box[0] - before.box[2] < REACH * before.size + row.size
    ]
    if not near and not any(map(is_vertical, _tall(rows))):
        return rows
    merged = [rows[0]]
    for row in rows[1:]:
        before = merged[-1]
        gap = row.box[0] - before.box[2]
        if -REACH * row.size < gap < REACH * before.size + row.size and _continues(before, row):
            merged[-1] = _joined(before, row)
        elif is_vertical(before) and _continues_down(before, row):
            merged[-1] = _joined_down(before, row)
        else:
            merged.append(row)
    return merged if len(merged) < len(rows) else rows


def is_vertical(row: Row) -> bool:
    """Say whether a row runs from the top down.

    >>> is_vertical(Row("ab", (0.0, 0.0, 12.0, 24.0), 12.0, 0.0, True, 0, 1))
    True
    """
    left, top, right, bottom = row.box
    return not row.angle and bottom - top > TWO_LINES * row.size >= right - left


def _continues(before: Row, row: Row) -> bool:
    if before.angle or row.angle or before.visible != row.visible:
        return False
    em = max(before.size, row.size)
    (left, above, right, below), (x0, top, _, bottom) = before.box, row.box
    if not -SLIP * em <= x0 - right <= REACH * em or x0 < left:
        return False
    shared = min(below, bottom) - max(above, top)
    return shared > OVERLAP * min(below - above, bottom - top)


def _continues_down(before: Row, row: Row) -> bool:
    if row.angle or before.visible != row.visible:
        return False
    (left, _, right, below), (x0, top, x1, _) = before.box, row.box
    if not -SLIP * before.size <= top - below <= REACH * before.size:
        return False
    shared = min(right, x1) - max(left, x0)
    return shared > OVERLAP * (right - left) and x1 - x0 <= TWO_LINES * before.size


def _joined_down(before: Row, row: Row) -> Row:
    blank = " " if before.text[-1].isascii() and row.text[0].isascii() else ""
    (left, above, right, _), (x0, _, x1, bottom) = before.box, row.box
    return before._replace(
        text=before.text + blank + row.text,
        box=(min(left, x0), above, max(right, x1), bottom),
        last=row.last,
    )


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
