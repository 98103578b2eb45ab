"""Text recognition on pictures of pages, through an optional package that brings its models.

`pip install 'ingest[ocr]'` installs rapidocr-onnxruntime; nothing is downloaded when it
runs. Its models read Chinese and English print. A page takes 2 to 6 seconds of CPU and,
with the runtime loaded, some 600 MB: a scan of many pages needs a higher `cpu_limit`.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from ingest.document import Box
from ingest.errors import MissingExtraError
from ingest.extract.sections import in_reading_order

PACKAGE = "rapidocr_onnxruntime"

UNSURE = 0.5
"""Confidence below which a line, and a page on the mean, counts as not read: noise is seldom
above 0.4, and clean print at or above 0.9."""


class Picture(NamedTuple):
    """An uncompressed picture: rows of `stride` bytes, three bytes a pixel (blue, green, red)."""

    pixels: bytes
    width: int
    height: int
    stride: int


class Recognized(NamedTuple):
    """One line found: its text, its box in pixels from the upper left, its confidence (0 to 1)."""

    text: str
    box: Box
    confidence: float


def require() -> None:
    """Raise `MissingExtraError` where the package that recognizes text is not installed."""
    if find_spec(PACKAGE) is None:
        raise MissingExtraError(
            "recognizing text in pictures needs rapidocr-onnxruntime",
            advice="pip install 'ingest[ocr]', or --ocr never",
        )


@cache
def _engine() -> Any:
    """Load the models once for the process, for one thread: batches use the others."""
    require()
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def recognize(picture: Picture) -> list[Recognized]:
    """Return the lines of a picture in reading order, columns one after the other.

    All that were found come, those too of which nothing could be made: their confidence is
    low. Of a page that stands on its head the boxes are those of the page turned up. Raises
    `MissingExtraError`.
    """
    import numpy  # type: ignore[import-not-found, unused-ignore]

    rows = numpy.frombuffer(picture.pixels, dtype=numpy.uint8)
    rows = rows.reshape(picture.height, picture.stride)[:, : 3 * picture.width]
    image = numpy.ascontiguousarray(rows.reshape(picture.height, picture.width, 3))
    lines = _lines(image)
    if 2 * sum(line.confidence < UNSURE for line in lines) > len(lines):
        # Most of the page says nothing: it may stand on its head.
        lines = max(lines, _lines(numpy.ascontiguousarray(image[::-1, ::-1])), key=_sureness)
    return [lines[at] for at in in_reading_order([line.box for line in lines])]


def _lines(image: Any) -> list[Recognized]:
    # The package's own judgement of which lines are upside down is wrong on a fifth of those
    # of clean English print, and a line turned for nothing is lost.
    found, _ = _engine()(image, use_cls=False, text_score=0.0)
    lines = []
    for corners, text, confidence in found or ():
        across = [float(x) for x, _ in corners]
        down = [float(y) for _, y in corners]
        box = (min(across), min(down), max(across), max(down))
        words = " ".join(str(text).split())
        if words:
            lines.append(Recognized(words, box, float(confidence)))
    return lines


def _sureness(lines: list[Recognized]) -> float:
    return sum(line.confidence * len(line.text) for line in lines if line.confidence >= UNSURE)
