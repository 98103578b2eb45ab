"""Text that the reader of a page does not see.

Looked at by text object and not by character: a page has some hundred objects. Text is
hidden where nothing is painted (invisible rendering mode, no opacity) or where it is
painted in the colour of the paper. It is not hidden where a picture lies under it: the
invisible text on a scan is what the picture shows, and white text on a dark field is a
heading. When in doubt text counts as visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from ingest.document import Box
from ingest.extract.pdf.backdrop import NEAR_WHITE, painted_boxes
from ingest.extract.pdf.frame import Frame, drawn_box
from ingest.extract.pdf.pdfium import (
    FILLED_MODES,
    INVISIBLE_MODES,
    Handle,
    answers,
    handles,
    library,
)
from ingest.extract.pdf.rows import Row

FAINT = 8
"""Of 255: at 3% opacity black on white has a contrast below 1.1 to 1 as well."""


def unseen(objects: Iterable[int | None]) -> frozenset[int]:
    """Return the text objects that leave no visible paint on white paper."""
    pdfium = library()
    distinct = [text_object for text_object in set(objects) if text_object is not None]
    count = len(distinct)
    ready = handles(distinct)
    modes = list(map(pdfium.render_mode, ready))
    channels = answers("I")
    places = channels.places(4 * count)
    known = list(map(pdfium.fill_color, ready, *(places[side::4] for side in range(4))))
    values = iter(channels.values(4 * count))
    colors = list(zip(values, values, values, values, strict=True))
    if not INVISIBLE_MODES.isdisjoint(modes) or any(map(_is_unseen, set(colors))):
        return frozenset(
            text_object
            for text_object, mode, color, is_known in zip(
                distinct, modes, colors, known, strict=True
            )
            if mode in INVISIBLE_MODES or (mode in FILLED_MODES and is_known and _is_unseen(color))
        )
    return frozenset()


def _is_unseen(color: tuple[int, int, int, int]) -> bool:
    return color[3] <= FAINT or min(color[:3]) >= NEAR_WHITE


def hide(page: Handle, text_page: Handle, page_frame: Frame, rows: list[Row]) -> list[Row]:
    """Mark rows that a reader does not see; a row seen in part is split.

    Three characters of each row are looked at first, the middle one where the others belong
    to two objects; only where one of them is not painted are all characters of the page.
    Where more than half of a page would be hidden, its text is a text layer and stays visible.
    """
    object_of = library().text_object
    page_texts = repeat(text_page)
    begins = list(map(object_of, page_texts, [row.first for row in rows]))
    ends = list(map(object_of, page_texts, [row.last for row in rows]))
    middles = [
        (row.first + row.last) >> 1
        for row, begin, end in zip(rows, begins, ends, strict=True)
        if begin != end
    ]
    if not unseen(chain(begins, ends, map(object_of, page_texts, middles))):
        return rows
    painted = painted_boxes(page, page_frame)
    objects = [list(map(object_of, page_texts, range(row.first, row.last + 1))) for row in rows]
    not_painted = unseen(chain.from_iterable(objects))
    split: list[Row] = []
    hidden = 0
    for row, of_row in zip(rows, objects, strict=True):
        if not_painted.isdisjoint(of_row):
            split.append(row)
            continue
        flags = [None if one is None else one in not_painted for one in of_row]
        for run, is_unseen in _runs(text_page, page_frame, row, flags):
            concealed = is_unseen and not _lies_on(run.box, painted)
            hidden += len(run.text) if concealed else 0
            split.append(run._replace(visible=False) if concealed else run)
    return split if 0 < hidden * 2 <= sum(len(row.text) for row in rows) else rows


def _runs(
    text_page: Handle, page_frame: Frame, row: Row, flags: Sequence[bool | None]
) -> Iterator[tuple[Row, bool]]:
    """Split a row where painted and unpainted characters meet; `flags` says which are not.

    Generated blanks have no flag, as they belong to no object: they go with what precedes them.
    """
    begin = 0
    count = len(flags)
    while begin < count:
        flag = flags[begin] is True
        end = begin + 1
        while end < count and flags[end] in (None, flag):
            end += 1
        text = row.text[begin:end].strip(" ")
        if text:
            run = row._replace(text=text, first=row.first + begin, last=row.first + end - 1)
            whole_row = begin == 0 and end == count
            yield (run if whole_row else _boxed(text_page, page_frame, run)), flag
        begin = end


def _boxed(text_page: Handle, page_frame: Frame, run: Row) -> Row:
    """Give a part of a row its own box: the part's width, the row's height."""
    drawn = drawn_box(text_page, page_frame, run.first, run.last)
    return run if drawn is None else run._replace(box=(drawn[0], run.box[1], drawn[2], run.box[3]))


def _lies_on(box: Box, painted: list[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in painted)
