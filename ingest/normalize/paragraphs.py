"""Lines of a laid-out page into paragraphs: the edits at their ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ingest.document import Edit
from ingest.normalize import cells, notes
from ingest.normalize.continuation import Layout, continues, one_list
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
    layout = Layout(text, rows)
    joints = Joints(text)
    edits = [*_edits(text, layout, joints, {}), *cells.find(layout.lines, layout.tabular, rows)]
    found = list(notes.find(layout.lines, rows, layout.body))
    return _around(text, rows, joints, (edits, found)) if found else edits


def _around(
    text: str,
    rows: Sequence[Row],
    joints: Joints,
    known: tuple[Sequence[Edit], Sequence[notes.Notes]],
) -> list[Edit]:
    """The edits, with the notes put behind the paragraphs that they part.

    What is decided inside of notes stays as it is; the rest is decided without them.
    """
    edits, found = known
    spans = [(rows[first].start, rows[last].end) for first, last in found]
    inside = _by_span(edits, spans)
    held: dict[int, _Held] = {}
    body: list[Row] = []
    at = 0
    for (first, last), (start, end), own in zip(found, spans, inside, strict=True):
        body += rows[at:first]
        held[len(body) - 1] = _Held(start, end, _edited(text, start, end, own))
        at = last + 1
    layout = Layout(text, [*body, *rows[at:]])
    around = [
        *_edits(text, layout, joints, held),
        *cells.find(layout.lines, layout.tabular, layout.rows),
    ]
    moved = [(edit.start, edit.end) for edit in around if edit.rule == NOTE]
    in_place = [edit for own in inside for edit in own]
    gone = {edit for own in _by_span(in_place, moved) for edit in own}
    return around + [edit for edit in in_place if edit not in gone]


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


def _edits(text: str, layout: Layout, joints: Joints, kept: Mapping[int, _Held]) -> Iterator[Edit]:
    """Yield the edits between rows; `kept` are notes, by the index of the row before them."""
    rows = layout.rows
    waiting: list[str] = []  # notes that the present paragraph is still to be closed with
    opening = 0  # index of the row that opens the present paragraph
    line_left = rows[0].left  # where the present line begins, over rows beside each other
    tabular = layout.tabular[0]
    for index, where in enumerate(layout.relations):
        one, two = rows[index], rows[index + 1]
        between = text[one.end : two.start]
        note = kept.get(index)
        if note is None and between.strip():
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
        line, following = layout.lines[index], layout.lines[index + 1]
        held = layout.bands.get(index)
        if held is not None:
            tabular = True
            after = "\t" if held == "cell" else joints.between(line, following)[1]
            yield Edit(one.end, two.start, between, after, CELL, "sure")
            continue
        joined = not tabular and continues(layout, index, opening, line_left)
        if joined:
            cut, put = joints.between(line, following)
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
        yield Edit(rows[-1].end, rows[-1].end, "", _closing(waiting), NOTE, "sure", _OVERLEAF)


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
