"""Lines of a laid-out page into paragraphs, by where they stand.

A line break inside a paragraph is there because the line was full; a paragraph ends
where a line stops short, where the next one is indented or set apart, or where the
type changes. No rule looks at what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.document import Edit, Page
from ingest.normalize import markers
from ingest.normalize.geometry import (
    Column,
    Relation,
    Row,
    columns_of,
    enclosing,
    pitch,
    relation,
    rows_of,
    usual_pitch,
)
from ingest.normalize.joints import Joints

JOIN = "paragraph.join"
BREAK = "paragraph.break"
CELL = "paragraph.cell"

_WIDE = re.compile("[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")
# What may not begin a line in Chinese and goes down with the character before it.
_CLOSING = "，。、；：！？）》〉”’」』】〕％,.;:!?)%"
_FIRST_UNIT = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uff60]+")

# em: wider than the largest space of a justified line that is not full.
_SHORT = 0.6
# em: less is the play of a sampled box, more is an indent; Latin books indent by one em.
_INDENT = 0.8
# em: further in it is another column or a centred line.
_DEEPEST = 8.0
# of the usual distance of lines: half a line's extra space is 1.3 and more.
_GAP = 1.25
# Two sizes of type that a reader tells apart.
_SIZE = 1.08
# Type of a heading, against the body's: may run over two lines without filling the first.
_HEADING = 1.2


class _Layout:
    """What the decisions share: rows, their relations, columns and the usual distance."""

    def __init__(self, text: str, rows: Sequence[Row]) -> None:
        self.text = text
        self.rows = rows
        self.relations: list[Relation] = [
            relation(one, two) for one, two in zip(rows, rows[1:], strict=False)
        ]
        self.usual = usual_pitch(rows, self.relations)
        self.shared, self.own = columns_of(rows, self.relations, self.usual)
        self.body = _body_size(rows)

    def line(self, index: int) -> str:
        row = self.rows[index]
        return self.text[row.start : row.end]

    def column(self, index: int) -> Column | None:
        """The column of a line: its block's own, or the narrowest of the document that holds it."""
        column = self.own.get(index)
        # A block of short lines has an edge of its own within a wider column; only
        # where all its lines keep to it, is it set narrower on purpose.
        return column or enclosing(self.shared, self.rows[index])


def _body_size(rows: Sequence[Row]) -> float:
    weights: dict[float, int] = {}
    for row in rows:
        size = round(row.em, 1)
        weights[size] = weights.get(size, 0) + row.end - row.start
    return max(weights, key=weights.__getitem__, default=0.0)


def find(text: str, pages: Sequence[Page]) -> list[Edit]:
    """Return one edit for each line end that joins lines or parts paragraphs.

    `pages` are the document's, with spans in `text`. Lines without a box keep their
    ends. Paragraphs come out with one blank line between; the items of a list and the
    rows of a table stay on lines of their own, without one.
    """
    rows = rows_of(pages)
    if not rows:
        return []
    layout = _Layout(text, rows)
    joints = Joints(text)
    return list(_edits(layout, joints))


def _edits(layout: _Layout, joints: Joints) -> Iterator[Edit]:
    text, rows = layout.text, layout.rows
    opening = 0  # index of the row that opens the present paragraph
    line_left = rows[0].left  # where the present line begins, over rows beside each other
    tabular = markers.is_tabular(layout.line(0))
    for index, where in enumerate(layout.relations):
        one, two = rows[index], rows[index + 1]
        between = text[one.end : two.start]
        if between.strip():
            opening, line_left, tabular = index + 1, two.left, False
            continue
        if where == "beside":
            after, cell = _beside(layout, joints, index)
            tabular = tabular or cell
            if between != after:
                yield Edit(one.end, two.start, between, after, CELL if cell else JOIN, "sure")
            continue
        line = layout.line(index)
        following = layout.line(index + 1)
        joined = not tabular and _continues(layout, index, opening, line_left)
        if joined:
            cut, put = joints.between(line, following)
            start = one.end - len(cut)
            before = text[start : two.start]
            if before != put:
                yield Edit(start, two.start, before, put, JOIN, "sure")
        else:
            wanted = "\n" if _one_list(layout, opening, index, tabular) else "\n\n"
            if between != wanted:
                yield Edit(one.end, two.start, between, wanted, BREAK, "sure")
            opening = index + 1
        line_left = two.left
        tabular = markers.is_tabular(following)


def _beside(layout: _Layout, joints: Joints, index: int) -> tuple[str, bool]:
    """What stands between two rows on one line of the page, and whether they are cells."""
    one, two = layout.rows[index], layout.rows[index + 1]
    gap = (two.left - one.right) / max(one.em, two.em)
    if gap < -0.5 or gap > 1.5:
        return "\t" if gap > 0 else "\n", True
    if gap < 0.15:
        return "", False
    line, following = layout.line(index), layout.line(index + 1)
    return joints.between(line, following)[1] if gap < 0.5 else " ", False


def _one_list(layout: _Layout, opening: int, index: int, tabular: bool) -> bool:
    """Whether the next line goes on with the list or table that the present one belongs to."""
    first, line, following = layout.line(opening), layout.line(index), layout.line(index + 1)
    if tabular and markers.is_tabular(following):
        return True
    if markers.LEADERS.search(line) and markers.LEADERS.search(following[-80:]):
        return True
    kind = markers.kind(first)
    if not kind or kind == "chapter" or kind != markers.kind(following):
        return False
    one, two = layout.rows[opening], layout.rows[index + 1]
    # Items are set like each other; two headings in a row are set in larger type.
    return one.em < _SIZE * two.em and two.em < _SIZE * one.em and two.em < 1.1 * layout.body


def _continues(layout: _Layout, index: int, opening: int, line_left: float) -> bool:
    """Whether the row after `index` goes on with the paragraph that `opening` began."""
    one, two = layout.rows[index], layout.rows[index + 1]
    where = layout.relations[index]
    if not one.upright or not two.upright or _resized(one, two):
        return False
    line, following = layout.line(index), layout.line(index + 1)
    kind = markers.kind(following)
    if kind == "bullet" or markers.LEADERS.search(line[-80:]) or markers.is_tabular(following):
        return False
    if where == "below" and pitch(one, two) > _GAP * max(layout.usual, 1.0) * min(one.em, two.em):
        return False
    if where == "below" and two.em > _HEADING * layout.body:
        return _heading_continues(layout, index, kind)
    column = layout.column(index)
    if column is None:
        return False
    if one.right + _needed(following, two) + _SHORT * one.em < column.right:
        return False
    first = layout.rows[opening]
    if where == "elsewhere":
        return _continues_elsewhere(layout, index, column, kind)
    if kind and kind == markers.kind(layout.line(opening)) and abs(first.left - two.left) < one.em:
        return False
    return not _indented(layout, index, opening, line_left, column)


def _resized(one: Row, two: Row) -> bool:
    """Whether the type changes: both the sampled size and the height of the lines say so."""
    if one.em < two.em * _SIZE and two.em < one.em * _SIZE:
        return False
    height, other = one.bottom - one.top, two.bottom - two.top
    return height > other * _SIZE or other > height * _SIZE


def _heading_continues(layout: _Layout, index: int, kind: str) -> bool:
    """A heading over two lines is broken where it reads well: half a column is enough."""
    one = layout.rows[index]
    column = enclosing(layout.shared, one)
    line = layout.line(index)
    if kind or line[-1] in "。！？：.!?:" or column is None:
        return False
    return one.right - one.left > 0.5 * (column.right - column.left)


def _needed(line: str, row: Row) -> float:
    """Width of what would have had to fit on the line before: the first word or character."""
    first = line[0]
    if _WIDE.match(first):
        closing = line[1:3]
        count = 1
        while count <= len(closing) and closing[count - 1] in _CLOSING:
            count += 1
        return count * row.em
    found = _FIRST_UNIT.match(line)
    length = found.end() if found else 1
    # The average width of this very line's characters; Han count for two.
    width = (row.right - row.left) / max(1, len(line) + len(_WIDE.findall(line)))
    return (length + 0.5) * width


def _indented(
    layout: _Layout, index: int, opening: int, line_left: float, column: Column
) -> bool:
    """Whether the next line opens a paragraph by where it begins."""
    two, first = layout.rows[index + 1], layout.rows[opening]
    step = _INDENT * two.em
    moved = two.left - line_left
    if abs(moved) <= step:
        # Both begin at one place: both are paragraphs' first lines where the column
        # has its edge further out and the line before opened its paragraph there.
        indented = column.left + step < two.left < column.left + _DEEPEST * two.em
        return indented and opening == index and _returns(layout, index + 1, column)
    if moved > 0:
        # Further in: a new paragraph, unless it hangs under the words of an item.
        hanging = opening == index and markers.kind(layout.line(opening)) != ""
        return not hanging and moved < _DEEPEST * two.em
    # Further out: the second line of an indented paragraph, or the next item of a list
    # whose lines hang.
    return opening != index or -moved > _DEEPEST * first.em


def _returns(layout: _Layout, index: int, column: Column) -> bool:
    """Whether the line after `index`, in its block, goes back to the edge of the column."""
    if index + 1 >= len(layout.rows) or layout.relations[index] != "below":
        return True
    return layout.rows[index + 1].left < column.left + _INDENT * layout.rows[index].em


def _continues_elsewhere(layout: _Layout, index: int, column: Column, kind: str) -> bool:
    """Whether a paragraph goes on at the top of another column or page."""
    two = layout.rows[index + 1]
    target = layout.column(index + 1)
    if target is None or kind in ("chapter", "han", "levels", "circled", "bracketed", "number"):
        return False
    width, other = column.right - column.left, target.right - target.left
    if width > 1.2 * other or other > 1.2 * width:
        return False
    # A paragraph that begins there is indented, if this document indents.
    return two.left < target.left + _INDENT * two.em
