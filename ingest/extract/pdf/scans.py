"""Pages read from their picture, where their text layer says nothing."""

from __future__ import annotations

import ctypes
from statistics import median
from typing import Any

from ingest.extract import ocr
from ingest.extract.pdf.assembly import Reading
from ingest.extract.pdf.frame import Frame, frame
from ingest.extract.pdf.pdfium import Handle
from ingest.extract.pdf.quality import readable
from ingest.extract.pdf.rows import Row

RESOLUTION = 200
"""Dots an inch: type of 10 points is 28 pixels high, which the models are made for."""

LONGEST = 4000
"""Pixels: the side of the largest picture; the models see no more than half of that."""

LIKE = 1.3
"""Ratio of heights up to which two recognized lines are in one size of type."""

_BGR = 2
_WITH_ANNOTATIONS = 1


def recognized(page: Handle, reading: Reading) -> Reading:
    """Read a page from its picture; the reading given where nothing is found.

    The mark says how sure the recognition is, as a mean over the characters, and how many
    lines are left out because nothing could be made of them.
    """
    page_frame = frame(page)
    picture = _picture(page, page_frame)
    lines = ocr.recognize(picture) if picture else []
    found = [line for line in lines if line.confidence >= ocr.UNSURE]
    count = sum(len(line.text) for line in found)
    if not found or picture is None or not any(readable(line.text) for line in found):
        return reading
    confidence = sum(line.confidence * len(line.text) for line in found) / count
    across, down = page_frame.width / picture.width, page_frame.height / picture.height
    usual = median((line.box[3] - line.box[1]) * down for line in found)
    rows = []
    for line in found:
        x0, top, x1, bottom = line.box
        box = (x0 * across, top * down, x1 * across, bottom * down)
        high = box[3] - box[1]
        # A line with a tall letter is no heading: the boxes are as high as what they hold.
        size = usual if usual / LIKE < high < usual * LIKE else high
        rows.append(Row(line.text, box, size, 0.0, True, 0, len(line.text) - 1))
    why = f"read from its picture, confidence {confidence:.2f}"
    if len(found) < len(lines):
        why += f"; {len(lines) - len(found)} of {len(lines)} lines could not be read"
    return Reading(rows, page_frame.width, page_frame.height, "good", "extract.ocr", why)


def _picture(page: Handle, page_frame: Frame) -> ocr.Picture | None:
    import pypdfium2.raw as pdfium

    longest = max(page_frame.width, page_frame.height)
    if longest <= 0:
        return None
    scale = min(RESOLUTION / 72, LONGEST / longest)
    width, height = (
        max(1, round(page_frame.width * scale)),
        max(1, round(page_frame.height * scale)),
    )
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, _BGR, None, 0)
    if not bitmap:
        return None
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        address: Any = page
        pointer = ctypes.cast(address, pdfium.FPDF_PAGE)
        pdfium.FPDF_RenderPageBitmap(bitmap, pointer, 0, 0, width, height, 0, _WITH_ANNOTATIONS)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return ocr.Picture(pixels, width, height, stride)
