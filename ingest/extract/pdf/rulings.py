"""The straight lines that a page draws: rules of tables, borders of frames, edges of fields.

Asked for only where a page draws paths at all. Programs draw a rule as a stroke, as a thin
filled rectangle, or as one side of a box, a whole lattice as one path or each cell for
itself: all come out as the same segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, compress, repeat
from operator import sub
from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.backdrop import NEAR_WHITE
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.pdfium import PATH_OBJECT, Handle, answers, handle, handles, library

THIN = 3.0
"""Points: what is drawn thinner is a line. Rules of the measured sets are 0.2 to 2.3 thick."""

SHORTEST = 4.0
"""Points: no side of a cell that holds text is shorter."""

MOST_PATHS = 1600
"""Paths on a page: maps and plots have more, the largest table of the measured sets has 780."""

FULL_LOOK = 400
"""Objects up to which all are looked at for paths; of more every third comes first."""

STRIDE = 3
"""The lines of a lattice are drawn in a row, six at least, or one after each cell's words."""

MOST_SEGMENTS = 2000
"""Segments of one path: a lattice of forty by forty, drawn at once."""

_LINE, _MOVE = 0, 2
_RECTANGLE = 5
_SLANT = 0.5
_IS_PATH = bytes(kind == PATH_OBJECT for kind in range(256))


class Ruling(NamedTuple):
    """A level or an upright line on the page as shown, in points.

    `at` is its distance from the upper edge, or from the left one; `start` and `end` are
    where it begins and ends along its own direction.
    """

    at: float
    start: float
    end: float


class Rulings(NamedTuple):
    """The lines of a page by direction."""

    level: list[Ruling]
    upright: list[Ruling]


def rulings(page: Handle, page_frame: Frame) -> Rulings:
    """Return the straight lines of a page; only the level ones where all lines are level.

    Lines inside of forms are not looked at: those are charts and marks, not tables.
    """
    pdfium = library()
    paths = _paths(page)
    if not 0 < len(paths) <= MOST_PATHS:
        return Rulings([], [])
    floats = answers("f")
    places = floats.places(4 * len(paths))
    sum(map(pdfium.object_bounds, paths, *(places[side::4] for side in range(4))))
    numbers = floats.values(4 * len(paths))
    widths = map(sub, numbers[2::4], numbers[0::4])
    heights = map(sub, numbers[3::4], numbers[1::4])
    found = Rulings([], [])
    if max(widths) < SHORTEST:
        return found
    # Else all lines are level: underlines, rules between lines; no path needs a closer look.
    has_upright = max(heights) >= SHORTEST
    sides = iter(numbers)
    thick: list[tuple[Handle, Box]] = []
    thin: list[Box] = []
    for path, box in zip(paths, zip(sides, sides, sides, sides, strict=True), strict=True):
        if box[2] - box[0] < THIN or box[3] - box[1] < THIN:
            thin.append(box)
        elif has_upright:
            thick.append((path, box))
    shown = _shown([path for path, _ in thick])
    edges = [_edges(path, box) for path, box in compress(thick, shown)]
    _add(found, page_frame, chain(thin, chain.from_iterable(edges)))
    return found


def _paths(page: Handle) -> list[Handle]:
    """The paths among the objects of a page. Most pages have none, and thousands of objects."""
    pdfium = library()
    count = pdfium.count_objects(page)
    if count > FULL_LOOK:
        some = handles(map(pdfium.object_at, repeat(page), range(0, count, STRIDE)))
        if PATH_OBJECT not in map(pdfium.object_type, some):
            return []
    objects = handles(map(pdfium.object_at, repeat(page), range(count)))
    kinds = bytes(map(pdfium.object_type, objects))
    if PATH_OBJECT not in kinds:
        return []
    return list(compress(objects, kinds.translate(_IS_PATH)))


def _add(found: Rulings, page_frame: Frame, segments: Iterable[Box]) -> None:
    shown = page_frame.shown
    for x0, y0, x1, y1 in segments:
        # Of thousands of paths most are dots and short dashes.
        if abs(x1 - x0) < SHORTEST > abs(y1 - y0):
            continue
        left, top, right, bottom = shown(x0, y0, x1, y1)
        wide, high = right - left, bottom - top
        if wide >= high and wide >= SHORTEST:
            found.level.append(Ruling((top + bottom) / 2, left, right))
        elif high >= wide and high >= SHORTEST:
            found.upright.append(Ruling((left + right) / 2, top, bottom))


def _shown(paths: list[Handle]) -> list[bool]:
    """Say of each path whether it is stroked, or filled in another colour than the paper's."""
    pdfium = library()
    count = len(paths)
    states = answers("i")
    places = states.places(2 * count)
    drawn = list(map(pdfium.draw_mode, paths, places[::2], places[1::2]))
    channels = answers("I")
    places = channels.places(4 * count)
    colored = list(map(pdfium.fill_color, paths, *(places[side::4] for side in range(4))))
    values = channels.values(4 * count)
    darkest = map(min, values[0::4], values[1::4], values[2::4])
    modes = states.values(2 * count)
    return [
        bool(drew and (stroked or (filled and (not has_color or dark < NEAR_WHITE))))
        for drew, filled, stroked, has_color, dark in zip(
            drawn, modes[0::2], modes[1::2], colored, darkest, strict=True
        )
    ]


def _edges(path: Handle, box: Box) -> list[Box]:
    """The sides of a path, in user space; none where it has curves or slanted sides.

    `box` is what the path covers: of a rectangle one corner need not be asked for.
    """
    pdfium = library()
    count = pdfium.count_segments(path)
    if not 1 < count <= MOST_SEGMENTS:
        return []
    if count == _RECTANGLE:
        return _rectangle(path, box)
    # Most of what is no rectangle is round, and shows it at once.
    if pdfium.segment_type(handle(pdfium.segment_at(path, 1))) not in (_LINE, _MOVE):
        return []
    segments = handles(map(pdfium.segment_at, repeat(path), range(count)))
    kinds = list(map(pdfium.segment_type, segments))
    if kinds.count(_LINE) + kinds.count(_MOVE) != count:
        return []
    floats = answers("f")
    places = floats.places(2 * count + 6)
    sum(map(pdfium.segment_point, segments, places[: 2 * count : 2], places[1 : 2 * count : 2]))
    pdfium.object_matrix(path, places[2 * count])
    numbers = floats.values(2 * count + 6)
    a, b, c, d, e, f = numbers[2 * count :]
    points = [
        (a * x + c * y + e, b * x + d * y + f)
        for x, y in zip(numbers[0 : 2 * count : 2], numbers[1 : 2 * count : 2], strict=True)
    ]
    edges: list[Box] = []
    opening = before = points[0]
    for kind, segment, point in zip(kinds, segments, points, strict=True):
        if kind == _MOVE:
            opening = before = point
            continue
        edges.append((*before, *point))
        before = point
        if pdfium.closes(segment) and point != opening:
            edges.append((*point, *opening))
    slanted = any(abs(x1 - x0) > _SLANT < abs(y1 - y0) for x0, y0, x1, y1 in edges)
    return [] if slanted else edges


def _rectangle(path: Handle, box: Box) -> list[Box]:
    """The sides of a path of five segments, if the first three stand at right angles."""
    pdfium = library()
    segments = handles(map(pdfium.segment_at, repeat(path), (0, 1, 2)))
    if list(map(pdfium.segment_type, segments)) != [_MOVE, _LINE, _LINE]:
        return []
    floats = answers("f")
    places = floats.places(12)
    sum(map(pdfium.segment_point, segments, places[:6:2], places[1:6:2]))
    pdfium.object_matrix(path, places[6])
    u0, v0, u1, v1, u2, v2, a, b, c, d, _, _ = floats.values(12)
    one = (a * (u1 - u0) + c * (v1 - v0), b * (u1 - u0) + d * (v1 - v0))
    two = (a * (u2 - u1) + c * (v2 - v1), b * (u2 - u1) + d * (v2 - v1))
    if min(map(abs, one)) > _SLANT or min(map(abs, two)) > _SLANT:
        return []
    x0, y0, x1, y1 = box
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
