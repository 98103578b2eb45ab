"""Where things stand on a page as shown: PDF user space, page boxes and rotation."""

from __future__ import annotations

from typing import NamedTuple

from ingest.document import Box
from ingest.extract.pdf.pdfium import Handle, answers, library


class Frame(NamedTuple):
    """How user space maps to the page as shown: its box, its rotation in quarter turns clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def width(self) -> float:
        """Width as shown, in points."""
        return self.top - self.bottom if self.turns & 1 else self.right - self.left

    @property
    def height(self) -> float:
        """Height as shown, in points."""
        return self.right - self.left if self.turns & 1 else self.top - self.bottom

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Map a rectangle of user space to the page as shown.

        >>> Frame(0, 0, 600, 800, 0).shown(10, 700, 60, 712)
        (10, 88, 60, 100)
        >>> Frame(0, 0, 600, 800, 1).shown(10, 700, 60, 712)
        (700, 10, 712, 60)
        """
        left, bottom, right, top, turns = self
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if turns == 0:
            return x0 - left, top - y1, x1 - left, top - y0
        if turns == 1:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if turns == 2:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        return top - y1, right - x1, top - y0, right - x0


def frame(page: Handle) -> Frame:
    """Read the box and the rotation of a page."""
    pdfium = library()
    box = answers("f")
    if not pdfium.page_box(page, box.places(4)[0]):
        return Frame(0.0, 0.0, pdfium.page_width(page), pdfium.page_height(page), 0)
    left, top, right, bottom = box.values(4)
    return Frame(left, bottom, right, top, pdfium.page_rotation(page) & 3)


def drawn_box(text_page: Handle, page_frame: Frame, first: int, last: int) -> Box | None:
    """Return the box of what the characters `first` to `last` draw; None: they draw nothing."""
    pdfium = library()
    sides = answers("d")
    places = sides.places(4)
    found: list[Box] = []
    for index in range(pdfium.count_rectangles(text_page, first, last - first + 1)):
        if pdfium.rectangle(text_page, index, *places):
            x0, y1, x1, y0 = sides.values(4)
            found.append(page_frame.shown(x0, y0, x1, y1))
    if not found:
        return None
    return (
        min(box[0] for box in found),
        min(box[1] for box in found),
        max(box[2] for box in found),
        max(box[3] for box in found),
    )
