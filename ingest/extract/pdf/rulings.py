"""The straight lines that a page draws: rules of tables, borders of frames, edges of fields.

Asked for only where a page draws paths at all. Programs draw a rule as a stroke, as a thin
filled rectangle, or as one side of a box, a whole lattice as one path or each cell for
itself: all come out as the same segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, compress, cycle, repeat
from operator import itemgetter, sub
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
_ONE_LINE, _RECTANGLE = 2, 5
_UNMOVED = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
_SLANT = 0.5
_IS_PATH = bytes(kind == PATH_OBJECT for kind in range(256))


Point = tuple[float, float]


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
    if max(widths) < SHORTEST:
        return Rulings([], [])
    # Else all lines are level: underlines, rules between lines; no path needs a closer look.
    has_upright = max(heights) >= SHORTEST
    thick: list[Handle] = []
    covered: list[Box] = []
    thin: list[Box] = []
    sides = iter(numbers)
    for path, box in zip(paths, zip(sides, sides, sides, sides, strict=True), strict=True):
        if box[2] - box[0] < THIN or box[3] - box[1] < THIN:
            thin.append(box)
        elif has_upright:
            thick.append(path)
            covered.append(box)
    if thick:
        shown = _shown(thick)
        thin += _edges(list(compress(thick, shown)), list(compress(covered, shown)))
    return _by_direction(page_frame, thin)


def _paths(page: Handle) -> list[Handle]:
    """The paths among the objects of a page. Most pages have none, and thousands of objects."""
    pdfium = library()
    count = pdfium.count_objects(page)
    if count <= FULL_LOOK:
        objects = handles(map(pdfium.object_at, repeat(page), range(count)))
        return list(compress(objects, bytes(map(pdfium.object_type, objects)).translate(_IS_PATH)))
    found: list[tuple[int, Handle]] = []
    for begin in range(STRIDE):
        places = range(begin, count, STRIDE)
        objects = handles(map(pdfium.object_at, repeat(page), places))
        are_paths = bytes(map(pdfium.object_type, objects)).translate(_IS_PATH)
        found += compress(zip(places, objects, strict=True), are_paths)
        if not found:
            break
    return [path for _, path in sorted(found, key=itemgetter(0))]


def _by_direction(page_frame: Frame, segments: Iterable[Box]) -> Rulings:
    """Boxes in user space as rulings; short ones are left out."""
    left, _, _, top, turns = page_frame
    # Of thousands of paths most are dots and short dashes.
    long = [one for one in segments if one[2] - one[0] >= SHORTEST or one[3] - one[1] >= SHORTEST]
    if turns:
        boxes = [page_frame.shown(*one) for one in long]
    else:
        boxes = [(x0 - left, top - y1, x1 - left, top - y0) for x0, y0, x1, y1 in long]
    level = [((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in boxes if x1 - x0 >= y1 - y0]
    upright = [((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in boxes if y1 - y0 >= x1 - x0]
    # `Ruling` itself takes twice as long.
    return Rulings(
        list(map(tuple.__new__, repeat(Ruling), level)),
        list(map(tuple.__new__, repeat(Ruling), upright)),
    )


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


def _edges(paths: Sequence[Handle], boxes: Sequence[Box]) -> list[Box]:
    """The sides of some paths, in user space; none of those that have curves or slanted sides.

    `boxes` are what the paths cover: of a rectangle one corner need not be asked for.
    """
    edges: list[Box] = []
    lines: list[Handle] = []
    rectangles: list[Handle] = []
    covered: list[Box] = []
    for path, box, count in zip(paths, boxes, map(library().count_segments, paths), strict=True):
        if count == _RECTANGLE:
            rectangles.append(path)
            covered.append(box)
        elif count == _ONE_LINE:
            lines.append(path)
        elif 1 < count <= MOST_SEGMENTS:
            edges += _outline(path, count)
    # Nearly all paths of tables are of these two kinds: they are looked at together.
    for points in _opening(lines, 2):
        if points and not _is_slanted(*points):
            edges.append(_ordered(*points))
    for (x0, y0, x1, y1), points in zip(covered, _opening(rectangles, 3), strict=True):
        if points and not _is_slanted(*points[:2]) and not _is_slanted(*points[1:]):
            edges += ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
    return edges


def _opening(paths: Sequence[Handle], count: int) -> list[tuple[Point, ...]]:
    """The first points of each path, so many; none of a path that does not join them by lines."""
    pdfium = library()
    holders = chain.from_iterable(map(repeat, paths, repeat(count)))
    segments = handles(map(pdfium.segment_at, holders, cycle(range(count))))
    kinds = list(map(pdfium.segment_type, segments))
    points = _points(paths, segments)
    openings = list(zip(*(points[at::count] for at in range(count)), strict=True))
    joined = [_MOVE] + [_LINE] * (count - 1)
    if kinds == joined * len(paths):
        return openings
    return [
        opening if kinds[count * at : count * (at + 1)] == joined else ()
        for at, opening in enumerate(openings)
    ]


def _points(paths: Sequence[Handle], segments: Sequence[Handle]) -> list[Point]:
    """The points of the segments of some paths, in user space; of each path there are as many."""
    pdfium = library()
    floats = answers("f")
    end = 2 * len(segments)
    places = floats.places(end + 6 * len(paths))
    sum(map(pdfium.segment_point, segments, places[:end:2], places[1:end:2]))
    sum(map(pdfium.object_matrix, paths, places[end::6]))
    numbers = floats.values(end + 6 * len(paths))
    points = list(zip(numbers[:end:2], numbers[1:end:2], strict=True))
    if numbers[end:] == _UNMOVED * len(paths):
        return points
    matrices = zip(*(numbers[end + at :: 6] for at in range(6)), strict=True)
    of_points = chain.from_iterable(map(repeat, matrices, repeat(len(points) // len(paths))))
    return [
        (a * x + c * y + e, b * x + d * y + f)
        for (x, y), (a, b, c, d, e, f) in zip(points, of_points, strict=True)
    ]


def _outline(path: Handle, count: int) -> list[Box]:
    """The sides of a path of any form, of so many segments."""
    pdfium = library()
    # Most of what is no rectangle is round, and shows it at once.
    if pdfium.segment_type(handle(pdfium.segment_at(path, 1))) not in (_LINE, _MOVE):
        return []
    segments = handles(map(pdfium.segment_at, repeat(path), range(count)))
    kinds = list(map(pdfium.segment_type, segments))
    if kinds.count(_LINE) + kinds.count(_MOVE) != count:
        return []
    points = _points([path], segments)
    edges: list[Box] = []
    opening = before = points[0]
    for kind, segment, point in zip(kinds, segments, points, strict=True):
        if kind == _MOVE:
            opening = before = point
            continue
        ends = [(before, point)]
        before = point
        if pdfium.closes(segment) and point != opening:
            ends.append((point, opening))
        for one, other in ends:
            if _is_slanted(one, other):
                return []
            edges.append(_ordered(one, other))
    return edges


def _is_slanted(one: Point, other: Point) -> bool:
    return abs(other[0] - one[0]) > _SLANT < abs(other[1] - one[1])


def _ordered(one: Point, other: Point) -> Box:
    (x0, y0), (x1, y1) = one, other
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
