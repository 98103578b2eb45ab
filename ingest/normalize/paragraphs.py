"""Lines of a laid-out page into paragraphs: the edits at their ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ingest.document import Edit
from ingest.normalize import cells, notes
from ingest.normalize.continuation import Layout, continues, may_continue, one_list, words_of
from ingest.normalize.geometry import Row
from ingest.normalize.joints import Joints

JOIN = "paragraph.join"
BREAK = "paragraph.break"
NOTE = "paragraph.note"
CELL = cells.RULE

# em: pieces of one word, such as a raised figure; and a space between words at least.
_TOUCHING, _SPACE = 0.15, 0.5

_OVERLEAF = "the notes of a page parted a paragraph that goes on overleaf"


def find(text: str, rows: Sequence[Row]) -> list[Edit]:
    """Return one edit for each line end that joins lines or parts paragraphs.

    `rows` are the lines of the document's pages, with spans in `text`. Paragraphs come out
    with one blank line between; the items of a list and the rows of a table stay on lines of
    their own, without one.
    """
    if not rows:
        return []
    words = words_of(text, rows)
    layout = Layout(rows, words)
    joints = Joints(text)
    found = list(notes.find(layout.lines, rows, layout.body))
    if not found:
        whole = range(len(layout.relations))
        return [*_edits(layout, joints, {}, whole), *_borders(layout)]
    inside = _inside(layout, joints, found)
    held: dict[int, _Held] = {}
    body: list[Row] = []
    at = 0
    for (first, last), own in zip(found, inside, strict=True):
        body += rows[at:first]
        start, end = rows[first].start, rows[last].end
        held[len(body) - 1] = _Held(start, end, _edited(text, start, end, own))
        at = last + 1
    without = Layout([*body, *rows[at:]], words.without(found))
    whole = range(len(without.relations))
    around = [*_edits(without, joints, held, whole), *_borders(without)]
    moved = [(edit.start, edit.end) for edit in around if edit.rule == NOTE]
    in_place = [edit for own in inside for edit in own]
    gone = {edit for own in _by_span(in_place, moved) for edit in own}
    return around + [edit for edit in in_place if edit not in gone]


def _borders(layout: Layout) -> list[Edit]:
    return cells.find(layout.lines, layout.tabular, layout.rows)


def _inside(layout: Layout, joints: Joints, found: Sequence[notes.Notes]) -> list[list[Edit]]:
    """The edits inside of each of some notes: there their own lines decide, and those around.

    What is outside is decided without the notes, so no line is asked that has no part in it.
    """
    rows = layout.rows
    spans = [(rows[first].start, rows[last].end) for first, last in found]
    inside: list[list[Edit]] = []
    for (first, last), span, borders in zip(
        found, spans, _by_span(_borders(layout), spans), strict=True
    ):
        near = range(_sure_begin(layout, joints, first), min(last + 1, len(layout.relations)))
        inside.append(_by_span(list(_edits(layout, joints, {}, near)), [span])[0] + borders)
    return inside


def _sure_begin(layout: Layout, joints: Joints, index: int) -> int:
    """The last row up to `index` that opens a paragraph, however those before it are read."""
    rows = layout.rows
    while index:
        before = index - 1
        if (
            layout.relations[before] != "beside"
            and before not in layout.bands
            and not joints.text[rows[before].end : rows[index].start].strip()
            and not may_continue(layout, before)
        ):
            break
        index = before
    return index


def _by_span(edits: Sequence[Edit], spans: Sequence[tuple[int, int]]) -> list[list[Edit]]:
    """The edits that lie inside of each of some spans, which are in order and apart."""
    starts = [start for start, _ in spans]
    inside: list[list[Edit]] = [[] for _ in spans]
    for edit in edits:
        at = bisect_right(starts, edit.start) - 1
        if at >= 0 and edit.end <= spans[at][1]:
            inside[at].append(edit)
    return inside


class _Held(NamedTuple):
    """Notes between two rows: their span in the text, and how they will read."""

    start: int
    end: int
    text: str


def _edited(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    for edit in sorted(edits):
        parts += (text[start : edit.start], edit.after)
        start = edit.end
    return "".join(parts) + text[start:end]


def _edits(
    layout: Layout, joints: Joints, kept: Mapping[int, _Held], span: range
) -> Iterator[Edit]:
    """Yield the edits behind the rows of a span, the first of which opens a paragraph.

    `kept` are notes, by the index of the row before them.
    """
    text, rows, lines = joints.text, layout.rows, layout.lines
    relations, bands = layout.relations, layout.bands
    waiting: list[str] = []  # notes that the present paragraph is still to be closed with
    opening = span.start  # index of the row that opens the present paragraph
    line_left = rows[opening].left  # where the present line begins, over rows beside each other
    tabular = layout.tabular[opening]
    for index in span:
        one, two, where = rows[index], rows[index + 1], relations[index]
        between = text[one.end : two.start]
        note = kept.get(index)
        if note is None and between != "\n" and between.strip():
            if waiting:
                yield Edit(one.end, one.end, "", _closing(waiting), NOTE, "sure", _OVERLEAF)
            waiting = []
            opening, line_left, tabular = index + 1, two.left, False
            continue
        if where == "beside":
            after, cell = _beside(layout, joints, index)
            tabular = tabular or cell
            if between != after:
                yield Edit(one.end, two.start, between, after, CELL if cell else JOIN, "sure")
            continue
        held = bands.get(index)
        if held is not None:
            tabular = True
            after = "\t" if held == "cell" else joints.between(lines[index], lines[index + 1])[1]
            yield Edit(one.end, two.start, between, after, CELL, "sure")
            continue
        joined = not tabular and continues(layout, index, opening, line_left)
        if joined:
            cut, put = joints.between(lines[index], lines[index + 1])
            start = one.end - len(cut)
            before = text[start : two.start]
            if note is not None:
                waiting.append(note.text)
                yield Edit(start, two.start, before, put, NOTE, "sure", _OVERLEAF)
            elif before != put:
                yield Edit(start, two.start, before, put, JOIN, "sure")
        else:
            wanted = "\n" if one_list(layout, opening, index, tabular) else "\n\n"
            stop = two.start
            if note is not None:
                if text[note.end : stop] != "\n\n":
                    yield Edit(note.end, stop, text[note.end : stop], "\n\n", BREAK, "sure")
                wanted, stop = "\n\n", note.start
            if waiting:
                after = _closing(waiting) + "\n\n"
                yield Edit(one.end, stop, text[one.end : stop], after, NOTE, "sure", _OVERLEAF)
            elif text[one.end : stop] != wanted:
                yield Edit(one.end, stop, text[one.end : stop], wanted, BREAK, "sure")
            waiting = []
            opening = index + 1
        line_left = two.left
        tabular = layout.tabular[index + 1]
    if waiting:
        end = rows[span.stop].end
        yield Edit(end, end, "", _closing(waiting), NOTE, "sure", _OVERLEAF)


def _closing(waiting: Sequence[str]) -> str:
    return "".join(f"\n\n{note}" for note in waiting)


def _beside(layout: Layout, joints: Joints, index: int) -> tuple[str, bool]:
    """What stands between two rows on one line of the page, and whether they are cells."""
    gap = cells.gap(layout.rows[index], layout.rows[index + 1])
    if cells.parts(gap):
        return "\t" if gap > 0 else "\n", True
    if gap < _TOUCHING:
        return "", False
    if gap > _SPACE:
        return " ", False
    return joints.between(layout.lines[index], layout.lines[index + 1])[1], False
