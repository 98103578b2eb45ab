"""Where PDFium writes its numbers, and what its bare functions take."""

from __future__ import annotations

import ctypes

from ingest.extract.pdf.pdfium import Answers, handle, handles, library


def _write(places: list[object], values: list[float]) -> None:
    for place, value in zip(places, values, strict=True):
        pointer = ctypes.cast(place, ctypes.POINTER(ctypes.c_float))  # type: ignore[arg-type]
        pointer[0] = value


def test_numbers_are_read_where_they_were_written() -> None:
    floats = Answers("f")
    _write([*floats.places(3)], [1.0, 2.0, 4.0])
    assert floats.values(3) == [1.0, 2.0, 4.0]


def test_places_begin_at_zero_each_time_and_grow() -> None:
    floats = Answers("f")
    _write([*floats.places(2)], [1.0, 2.0])
    floats.places(2)
    assert floats.values(2) == [0.0, 0.0]
    _write([*floats.places(1000)], [float(at) for at in range(1000)])
    assert floats.values(1000) == [float(at) for at in range(1000)]
    assert len(floats.places(5)) == 5
    assert floats.values(6) == [0.0] * 5 + [5.0]


def test_no_address_is_nothing() -> None:
    assert library().object_type(None) == 0
    assert len(handles([1, 2])) == 2
    assert handle(1) is not None
