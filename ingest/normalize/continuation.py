"""Whether a line goes on with the paragraph before it: what is known of a document's lines.

A line break inside a paragraph is there because the line was full; a paragraph ends
where a line stops short, where the next one is indented or set apart, or where the
type changes. No rule looks at what the words mean.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.normalize import bands, cells, markers
from ingest.normalize.columns import DEEPEST, Column, Setting, columns_of, needs
from ingest.normalize.geometry import SIZE, Relation, Row, neighbours, usual_pitch

# em: wider than the largest space of a justified line that is not full.
_SHORT = 0.6
# em: less is the play of a sampled box, more is an indent; Latin books indent by one em.
_INDENT = 0.8
# of the usual distance of lines: half a line's extra space is 1.3 and more.
_GAP = 1.25
# Type of a heading, against the body's: may run over two lines without filling the first.
_HEADING = 1.2


class Words(NamedTuple):
    """What each line says by itself, wherever it stands.

    The kind of marker that it opens with, the width of its first word, and whether it looks
    like the row of a table, or of a table of contents.
    """

    lines: list[str]
    kinds: list[str]
    needs: list[float]
    tabular: list[bool]
    contents: list[bool]

    def without(self, spans: Iterable[tuple[int, int]]) -> Words:
        """Leave out the lines from first to last of each span; spans are in order."""
        lines, kinds, needed, tabular, contents = self
        kept = Words(lines[:], kinds[:], needed[:], tabular[:], contents[:])
        for first, last in reversed(list(spans)):
            for column in kept:
                del column[first : last + 1]
        return kept


def words_of(text: str, rows: Sequence[Row]) -> Words:
    """Look at each line of the rows for itself."""
    lines = [text[row.start : row.end] for row in rows]
    return Words(
        lines,
        markers.kinds(lines),
        needs(lines, rows),
        markers.tabular(lines),
        markers.contents(text, lines),
    )


class Layout:
    """What the decisions share: rows, their relations, columns and the usual distance.

    Every row is asked about several times by its neighbours: what it answers is known once.
    """

    def __init__(self, rows: Sequence[Row], words: Words) -> None:
        self.rows = rows
        self.lines, self.kinds, self.needs, likely, self.contents = words
        around = neighbours(rows)
        self.relations, self.resized, self.pitches = around
        of_prose = self.relations
        tabbed = {index for index, line in enumerate(self.lines) if "\t" in line}
        if tabbed:
            # Rows of cells may be several lines high; their distance is not that of lines.
            beside: Relation = "elsewhere"
            of_prose = [
                beside if index in tabbed or index + 1 in tabbed else where
                for index, where in enumerate(of_prose)
            ]
        self.usual = usual_pitch(rows, around._replace(relations=of_prose))
        self.tabular = cells.tabular(self.lines, rows, self.relations, likely)
        self.bands = bands.find(self.lines, rows, around)
        for index in self.bands:
            self.tabular[index] = self.tabular[index + 1] = True
        self.columns = columns_of(Setting(rows, around, self.tabular, self.needs))
        # Tables are set smaller, and a report may hold more of them than of text.
        prose = [row for row, cells in zip(rows, self.tabular, strict=True) if not cells]
        self.body = _body_size(prose or rows)

    def keeps_on(self, index: int) -> bool:
        """Whether a line of the same size stands below the line at `index`."""
        return (
            0 <= index < len(self.relations)
            and self.relations[index] == "below"
            and not self.resized[index]
        )

    def column(self, index: int) -> Column | None:
        """The column that a line was set in; None where nothing tells it."""
        return self.columns.of(self.rows, index)

    def width(self, index: int) -> float:
        """Width of the column of a line, or of all that its page shows."""
        column = self.column(index)
        if column is not None:
            return column.right - column.left
        number = self.rows[index].page
        first = bisect_left(self.rows, number, key=_page)
        page = self.rows[first : bisect_right(self.rows, number, first, key=_page)]
        return max(row.right for row in page) - min(row.left for row in page)


def _page(row: Row) -> int:
    return row.page


def _body_size(rows: Sequence[Row]) -> float:
    exact: dict[float, int] = {}
    for row in rows:
        exact[row.em] = exact.get(row.em, 0) + row.end - row.start
    weights: dict[float, int] = {}
    for em, weight in exact.items():
        weights[round(em, 1)] = weights.get(round(em, 1), 0) + weight
    # Of two sizes with nearly as much text the larger one: listings and notes are set smaller.
    most = max(weights.values(), default=0)
    return max((size for size, weight in weights.items() if weight >= 0.75 * most), default=0.0)


def one_list(layout: Layout, opening: int, index: int, tabular: bool) -> bool:
    """Whether the next line goes on with the list or table that the present one belongs to."""
    if tabular and layout.tabular[index + 1]:
        return True
    if layout.contents[index] and layout.contents[index + 1]:
        return True
    kind = layout.kinds[opening]
    if not kind or kind == "chapter" or kind != layout.kinds[index + 1]:
        return False
    one, two = layout.rows[opening], layout.rows[index + 1]
    # Items are set like each other; two headings in a row are set in larger type.
    return one.em < SIZE * two.em and two.em < SIZE * one.em and two.em < 1.1 * layout.body


def may_continue(layout: Layout, index: int) -> bool | Column:
    """Whether the row after `index` can go on with a paragraph, whichever it is.

    The column that the row was set in where that rests with how the paragraph began.
    """
    rows = layout.rows
    one, two = rows[index], rows[index + 1]
    if layout.resized[index] or not one.upright or not two.upright:
        return False
    kind = layout.kinds[index + 1]
    if kind == "bullet" or layout.tabular[index + 1] or layout.contents[index]:
        return False
    if layout.relations[index] == "below":
        if _apart(layout, index):
            return False
        if two.em > _HEADING * layout.body:
            return _heading_continues(layout, index, kind)
        if _is_cut(layout.lines[index], layout.lines[index + 1]):
            return True
    column = layout.columns.of(rows, index)
    if column is None:
        return False
    return one.right + layout.needs[index + 1] + _SHORT * one.em >= column.right and column


def continues(layout: Layout, index: int, opening: int, line_left: float) -> bool:
    """Whether the row after `index` goes on with the paragraph that `opening` began."""
    column = may_continue(layout, index)
    if isinstance(column, bool):
        return column
    kind = layout.kinds[index + 1]
    if layout.relations[index] == "elsewhere":
        return _continues_elsewhere(layout, index, opening, kind)
    one, two, first = layout.rows[index], layout.rows[index + 1], layout.rows[opening]
    if kind and kind == layout.kinds[opening] and abs(first.left - two.left) < one.em:
        return False
    if _runs_on(layout.lines[index], layout.lines[index + 1]):
        return True
    return not _indented(layout, index, opening, line_left, column)


def _is_cut(one: str, two: str) -> bool:
    """Whether a word is parted between two lines: then they are one paragraph, full or not."""
    return one[-1] in "-\u2010\xad" and one[-2:-1].isalpha() and two[0].islower()


def _runs_on(one: str, two: str) -> bool:
    """Whether a full line breaks off within a sentence and the next goes on in small letters:
    no indent makes that a paragraph."""
    return two[0].islower() and (one[-1].islower() or one[-1] == ",")


def _apart(layout: Layout, index: int) -> bool:
    """Whether the next line stands further off than lines of one paragraph do there."""
    one, two = layout.rows[index], layout.rows[index + 1]
    distance = layout.pitches[index]
    em = min(one.em, two.em)
    if distance < 1.1 * layout.usual * em:
        return False
    # Line spacing changes within a document; the neighbours above and below tell it.
    near = layout.usual * em
    neighbours = [at for at in (index - 1, index + 1) if layout.keeps_on(at)]
    if neighbours:
        near = min([layout.pitches[at] for at in neighbours])
    return distance > _GAP * max(near, 0.9 * em)


def _heading_continues(layout: Layout, index: int, kind: str) -> bool:
    """A heading over two lines is broken where it reads well: half a column is enough."""
    one = layout.rows[index]
    if kind or layout.lines[index][-1] in "。！？：.!?:":
        return False
    return one.right - one.left > 0.5 * layout.width(index)


def _indented(layout: Layout, index: int, opening: int, line_left: float, column: Column) -> bool:
    """Whether the next line opens a paragraph by where it begins."""
    two, first = layout.rows[index + 1], layout.rows[opening]
    step = _INDENT * two.em
    moved = two.left - line_left
    if abs(moved) <= step:
        # Both begin at one place: both are paragraphs' first lines where the column
        # has its edge further out and the line before opened its paragraph there.
        indented = column.left + step < two.left < column.left + DEEPEST * two.em
        return indented and opening == index and _returns(layout, index + 1, column)
    if moved > 0:
        # Further in: a new paragraph, unless it hangs under the words of an item.
        hangs = opening == index and (
            layout.kinds[opening] != "" or _hangs(layout, index + 1, column)
        )
        return not hangs and moved < DEEPEST * two.em
    # Further out: the second line of an indented paragraph, or the next item of a list
    # whose lines hang.
    return opening != index or -moved > DEEPEST * first.em


def _hangs(layout: Layout, index: int, column: Column) -> bool:
    """Whether the indented line at `index` hangs under the words of the one before it.

    A full line that hangs is followed by another; one that stops short by a line
    further out, where the next item begins. In a paragraph that opens with an indent
    it is the other way round.
    """
    if not layout.keeps_on(index):
        return False
    one, two = layout.rows[index], layout.rows[index + 1]
    full = one.right + layout.needs[index + 1] + _SHORT * one.em >= column.right
    level = abs(one.left - two.left) < _INDENT * one.em
    return level if full else two.left < one.left - _INDENT * one.em


def _returns(layout: Layout, index: int, column: Column) -> bool:
    """Whether the line after `index`, in its block, goes back to the edge of the column."""
    if index + 1 >= len(layout.rows) or layout.relations[index] != "below":
        return True
    return layout.rows[index + 1].left < column.left + _INDENT * layout.rows[index].em


def _is_figure(layout: Layout, index: int, opening: int, kind: str) -> bool:
    """Whether what looks like the number of an item is a figure at the begin of a line.

    Where paragraphs open with an indent, and the line has none, it opens nothing.
    """
    column, target = layout.column(index), layout.column(index + 1)
    if column is None or target is None or kind not in ("number", "levels"):
        return False
    two, first = layout.rows[index + 1], layout.rows[opening]
    return (
        layout.kinds[opening] == ""
        and first.left > column.left + _INDENT * first.em
        and two.left < target.left + _INDENT * two.em
    )


def _continues_elsewhere(layout: Layout, index: int, opening: int, kind: str) -> bool:
    """Whether a paragraph goes on at the top of another column or page."""
    column, target = layout.column(index), layout.column(index + 1)
    if column is None or target is None:
        return False
    if kind and not _is_figure(layout, index, opening, kind):
        return False
    width, other = column.right - column.left, target.right - target.left
    if width > 1.2 * other or other > 1.2 * width:
        return False
    two, first = layout.rows[index + 1], layout.rows[opening]
    if two.left < target.left + _INDENT * two.em:
        return True
    # Further in: a paragraph that begins there, unless it hangs under an item's words.
    inside, hanging = two.left - target.left, first.left - column.left
    return layout.kinds[opening] != "" and hanging < inside < hanging + 4 * two.em
