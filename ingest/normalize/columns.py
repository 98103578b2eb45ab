"""Where the columns of a document end, as its lines show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, pairwise
from math import inf
from operator import not_
from typing import NamedTuple

from ingest.normalize.geometry import Neighbours, Row

NARROWEST = 12.0
"""em: prose is set at least that wide; narrower blocks are cells."""

DEEPEST = 8.0
"""em: what begins further in is another column or a centred line, not an indent."""

LINES = 4
"""Lines of a block whose own ends tell where its column ends."""

LEVEL = 0.4
"""em: lines that begin together, sampled boxes considered."""

LEAST = 1.5
"""em: the least margin of a box or a quotation; an indent of one em is that of a first line."""

# em: no line of a paragraph stands further below the one before it.
_FAR = 4.0

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]"
)
# What may not begin a line in Chinese and goes down with the character before it.
_CLOSES = "，。、；：！？）》〉”’」』】〕％,.;:!?)%"
_CLOSING = re.compile(f"[{_CLOSES}]{{1,2}}")
# What may not end a line goes down with what stands behind it.
_OPENS = "（《〈“‘「『【〔〖"
_OPENING = re.compile(f"[{_OPENS}]([A-Za-z0-9+.,%-]{{0,20}})")
_FIRST_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uff60]+")


class Column(NamedTuple):
    """The edges that the lines of a block keep to, and how many lines reach the right one."""

    left: float
    right: float
    support: int


class Columns(NamedTuple):
    """The columns of a document, the narrowest first, and those of single blocks.

    `own` holds, by index of the line, the column of a block that is set narrower than
    the text around it.
    """

    shared: list[Column]
    own: dict[int, Column]

    def of(self, rows: Sequence[Row], index: int) -> Column | None:
        """Return the column that a line was set in; None where nothing tells it."""
        own = self.own.get(index)
        if own is not None:
            return own
        left, right, em = rows[index].left, rows[index].right, rows[index].em
        # A mark may hang in the margin with its whole width.
        slack = 1.1 * em
        for column in self.shared:
            if column.left - slack <= left and right <= column.right + slack:
                return column
        return None


class Setting(NamedTuple):
    """The lines of a document as columns are looked for in them.

    `needs` is what the function of that name gives.
    """

    rows: Sequence[Row]
    around: Neighbours
    tabular: Sequence[bool]
    needs: Sequence[float]


def columns_of(setting: Setting) -> Columns:
    """Find the columns of a document.

    Justified lines end at one edge; over a page they are many. Ragged lines come as
    near to theirs as words let them; a block of them tells the edge. Rows of tables
    have edges of their own and do not count.
    """
    rows = setting.rows
    prose = [
        row
        for row in compress(rows, map(not_, setting.tabular))
        if row.upright and row.right - row.left >= NARROWEST * row.em
    ]
    shared = _justified(prose)
    own: dict[int, Column] = {}
    ragged: list[Column] = []
    short: list[list[int]] = []
    for block in _blocks(setting):
        if len(block) < LINES:
            short.append(block)
            continue
        column = _full(rows, block, setting.needs)
        if column is None:
            continue
        around = _around(shared, column, rows[block[0]].em)
        if around is None:
            ragged.append(column)
        elif around.right - column.right > 2 * rows[block[0]].em:
            own.update(dict.fromkeys(block, column))
    shared += _widest(ragged)
    shared.sort(key=lambda column: column.right - column.left)
    for block in short:
        inset = _inset(setting, block, shared)
        if inset is not None:
            own.update(dict.fromkeys(block, inset))
    return Columns(shared, own)


def _around(columns: Sequence[Column], block: Column, em: float) -> Column | None:
    for column in columns:
        if column.left - em < block.left and block.right < column.right + 1.1 * em:
            return column
    return None


def _justified(prose: Sequence[Row]) -> list[Column]:
    """Columns that lines end at exactly, to two points, again and again."""
    places = [round(row.right / 2) for row in prose]
    counts = Counter(places)
    # One line in a hundred, and four, end there: more than chance brings together.
    wanted = max(4, len(prose) // 100)
    frequent = [
        end
        for end, count in counts.items()
        # Two points may lie on a border of the grid: the fuller neighbour speaks for both.
        if counts.get(end - 1, 0) <= count > counts.get(end + 1, 0)
        and count + counts.get(end - 1, 0) + counts.get(end + 1, 0) >= wanted
    ]
    if not frequent:
        return []
    ends: dict[int, list[Row]] = {near: [] for end in frequent for near in (end - 1, end, end + 1)}
    for row, end in zip(prose, places, strict=True):
        if end in ends:
            ends[end].append(row)
    spans: dict[int, list[tuple[float, float]]] = {}
    for row in prose:
        spans.setdefault(row.page, []).append((row.left, row.right))
    columns: list[Column] = []
    for end in frequent:
        kept = _kept_to(ends[end] + ends[end - 1] + ends[end + 1], spans)
        if len(kept) >= wanted:
            columns += _by_left_edge(kept)
    return columns


def _kept_to(
    members: Sequence[Row], spans: Mapping[int, Sequence[tuple[float, float]]]
) -> list[Row]:
    """The lines that end at an edge, on the pages where lines keep to it.

    `spans` are where the lines of each page begin and end.

    Last lines of paragraphs, too, end together now and then; but there most lines run on.
    """
    by_page: dict[int, list[Row]] = {}
    for row in members:
        by_page.setdefault(row.page, []).append(row)
    kept: list[Row] = []
    for page, ending in by_page.items():
        if 2 * len(ending) < len(spans[page]):
            edge, em = ending[0].right, ending[0].em
            left, right = edge - 2 * em, edge + 1.5 * em
            beyond = [1 for begin, end in spans[page] if end > right and begin < left]
            if 2 * len(ending) < len(beyond):
                continue
        kept += ending
    return kept


def _by_left_edge(rows: Sequence[Row]) -> Iterator[Column]:
    """Columns that end at one edge but begin at several: a full line above two columns."""
    ordered = sorted(rows, key=lambda row: row.left)
    begin = 0
    for index in range(1, len(ordered) + 1):
        if index < len(ordered):
            gap = ordered[index].left - ordered[index - 1].left
            if gap <= DEEPEST * ordered[index].em:
                continue
        cluster = ordered[begin:index]
        begin = index
        if len(cluster) >= 3:
            # The first of two that begin together: one line that hangs out does not count.
            left = next(
                (one.left for one, two in pairwise(cluster) if two.left - one.left < 0.3 * one.em),
                cluster[0].left,
            )
            rights = sorted(row.right for row in cluster)
            yield Column(left, rights[len(rights) // 2], len(cluster))


def _blocks(setting: Setting) -> Iterator[list[int]]:
    """Runs of at least two lines of prose, by index, below each other without a gap."""
    (relations, _, pitches), tabular = setting.around, setting.tabular
    block: list[int] = []
    closest = inf
    for index, row in enumerate(setting.rows):
        if not tabular[index]:
            block.append(index)
        if index < len(relations) and relations[index] == "below":
            distance, em = pitches[index], row.em
            # A gap of a line and a half parts blocks that may be set to other widths.
            if distance <= 1.6 * closest and distance <= _FAR * em:
                least = 0.9 * em
                distance = max(least, distance)
                closest = min(closest, distance)
                continue
        if len(block) > 1:
            yield block
        block, closest = [], inf


def _inset(setting: Setting, block: Sequence[int], shared: Sequence[Column]) -> Column | None:
    """The column of two or three full lines that are set in from both sides by as much.

    A box or a quotation has the same margin left and right; of centred lines each begins
    elsewhere, and a list stops where its words stop.
    """
    rows = setting.rows
    em = rows[block[0]].em
    left = min(rows[index].left for index in block)
    right = max(rows[index].right for index in block)
    if right - left < NARROWEST * em or any(rows[at].left > left + LEVEL * em for at in block):
        return None
    for around in shared:
        inset = left - around.left
        edge = around.right - inset
        if inset < LEAST * em or right > edge + em:
            continue
        if all(
            rows[one].right + setting.needs[two] > edge - LEVEL * em for one, two in pairwise(block)
        ):
            return Column(left, edge, len(block))
    return None


def _full(rows: Sequence[Row], block: Sequence[int], needs: Sequence[float]) -> Column | None:
    """The column of a block whose lines are as full as words let them be."""
    rights = [rows[index].right for index in block]
    edge = max(rights)
    left = min([rows[index].left for index in block])
    if edge - left < NARROWEST * rows[block[0]].em:
        return None
    following = [needs[index] for index in block[1:]]
    full = sum([right + need > edge for right, need in zip(rights, following, strict=False)])
    # Prose fills two lines in three; lists and code hardly one in five.
    return Column(left, edge, len(block)) if full >= max(3, 0.6 * (len(block) - 1)) else None


def _widest(columns: Sequence[Column]) -> list[Column]:
    """Of ragged columns that begin together and end nearly so, the widest: all were that wide."""
    kept: list[Column] = []
    for column in sorted(columns, key=lambda column: -column.right):
        if not any(
            abs(other.left - column.left) < 12 and other.right - column.right < 60 for other in kept
        ):
            kept.append(column)
    return kept


def needs(lines: Sequence[str], rows: Sequence[Row]) -> list[float]:
    """Return for each line the width of what would have had to fit on the one before, in points.

    That is the first word with its space, or the first ideograph with the marks that
    may not begin a line.
    """
    begins_wide, first_word = _WIDE.match, _FIRST_WORD.match
    widths: list[float] = []
    for line, row in zip(lines, rows, strict=True):
        wide = 0
        if not line.isascii():
            if begins_wide(line):
                widths.append(_opening_ideographs(line) * row.em)
                continue
            wide = len(_WIDE.findall(line))
        found = first_word(line)
        length = found.end() if found else 1
        # The average width of this very line's characters; ideographs count for two.
        width = (row.right - row.left) / ((len(line) + wide) or 1)
        widths.append((length + 0.5) * width)
    return widths


def _opening_ideographs(line: str) -> float:
    """How many em the first ideograph of a line takes with what stays with it."""
    opening = _OPENING.match(line) if line[0] in _OPENS else None
    if opening:
        # It goes down with what it opens, a figure or a word as a whole.
        return 1 + max(1.0, 0.5 * len(opening[1]))
    closing = _CLOSING.match(line, 1) if line[1:2] in _CLOSES else None
    return 1 + (closing.end() - 1 if closing else 0)
