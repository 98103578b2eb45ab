"""The straight lines that a page draws: rules of tables, borders of frames, edges of fields.

Asked for only where a page draws paths at all. Programs draw a rule as a stroke, as a thin
filled rectangle, or as one side of a box, a whole lattice as one path or each cell for
itself: all come out as the same segments.
"""

from __future__ import annotations

import ctypes
from array import array
from itertools import repeat
from typing import NamedTuple

from ingest.extract.pdf.backdrop import NEAR_WHITE
from ingest.extract.pdf.frame import Frame
from ingest.extract.pdf.pdfium import PATH_OBJECT, library

THIN = 3.0
"""Points: what is drawn thinner is a line. Rules of the measured sets are 0.2 to 2.3 thick."""

SHORTEST = 4.0
"""Points: no side of a cell that holds text is shorter."""

MOST_PATHS = 4000
"""Paths on a page: maps and plots have more, the largest table of the measured sets has 580."""

MOST_SEGMENTS = 2000
"""Segments of one path: a lattice of forty by forty, drawn at once."""

FEWEST = 2
"""Lines of one direction from which a lattice can be made."""

_LINE, _MOVE = 0, 2
_SLANT = 0.5


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


def rulings(page: int, page_frame: Frame) -> Rulings | None:
    """Return the straight lines of a page; None where too few are drawn for a lattice.

    Lines inside of forms are not looked at: those are charts and marks, not tables.
    """
    pdfium = library()
    count = pdfium.count_objects(page)
    objects = list(map(pdfium.object_at, repeat(page), range(count)))
    kinds = list(map(pdfium.object_type, objects))
    if not 0 < kinds.count(PATH_OBJECT) <= MOST_PATHS:
        return None
    paths = [
        page_object for page_object, kind in zip(objects, kinds, strict=True) if kind == PATH_OBJECT
    ]
    floats = array("f", bytes(16 * len(paths)))
    start, _ = floats.buffer_info()
    end = start + 16 * len(paths)
    addresses = (range(start + shift, end, 16) for shift in (0, 4, 8, 12))
    sum(map(pdfium.object_bounds, paths, *addresses))
    sides = iter(floats.tolist())
    found = Rulings([], [])
    for path, x0, y0, x1, y1 in zip(paths, sides, sides, sides, sides, strict=True):
        if x1 - x0 < THIN or y1 - y0 < THIN:
            _add(found, page_frame, x0, y0, x1, y1)
        elif _shows(path):
            for edge in _edges(path):
                _add(found, page_frame, *edge)
    return found if min(len(found.level), len(found.upright)) >= FEWEST else None


def _add(found: Rulings, page_frame: Frame, x0: float, y0: float, x1: float, y1: float) -> None:
    left, top, right, bottom = page_frame.shown(x0, y0, x1, y1)
    if right - left >= max(SHORTEST, bottom - top):
        found.level.append(Ruling((top + bottom) / 2, left, right))
    elif bottom - top >= max(SHORTEST, right - left):
        found.upright.append(Ruling((left + right) / 2, top, bottom))


def _shows(path: int) -> bool:
    """Say whether a path is stroked, or filled in another colour than that of the paper."""
    pdfium = library()
    state = (ctypes.c_int * 2)()
    address = ctypes.addressof(state)
    if not pdfium.draw_mode(path, address, address + 4):
        return False
    if state[1]:
        return True
    channels = (ctypes.c_uint * 4)()
    address = ctypes.addressof(channels)
    known = pdfium.fill_color(path, *range(address, address + 16, 4))
    return bool(state[0]) and (not known or min(channels[:3]) < NEAR_WHITE)


def _edges(path: int) -> list[tuple[float, float, float, float]]:
    """The sides of a path, in user space; none where it has curves or slanted sides."""
    pdfium = library()
    count = pdfium.count_segments(path)
    if not 1 < count <= MOST_SEGMENTS:
        return []
    segments = list(map(pdfium.segment_at, repeat(path), range(count)))
    kinds = list(map(pdfium.segment_type, segments))
    if kinds.count(_LINE) + kinds.count(_MOVE) != count:
        return []
    floats = array("f", bytes(8 * count + 24))
    start, _ = floats.buffer_info()
    end = start + 8 * count
    sum(map(pdfium.segment_point, segments, range(start, end, 8), range(start + 4, end, 8)))
    pdfium.object_matrix(path, end)
    numbers = floats.tolist()
    a, b, c, d, e, f = numbers[2 * count :]
    points = [
        (a * x + c * y + e, b * x + d * y + f)
        for x, y in zip(numbers[0 : 2 * count : 2], numbers[1 : 2 * count : 2], strict=True)
    ]
    edges: list[tuple[float, float, float, float]] = []
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
