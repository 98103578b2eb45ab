"""Plain text: the exact decoding, its marks and its metadata."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Source
from ingest.extract.encoding import Detection
from ingest.extract.text import Decoded, decode, encoding_metadata, read_text

CODECS = ("utf-8", "gb18030", "cp950", "cp932", "cp949", "euc_jp", "utf-16-le", "utf-32-be")


@given(st.sampled_from(CODECS), st.text())
def test_told_encoding_gives_exactly_the_decoding(codec: str, text: str) -> None:
    content = text.encode(codec, "ignore")
    decoded = decode(content, "x", encoding=codec)
    if not content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE)):
        assert decoded.text == content.decode(codec)
        assert decoded.marks == ()
        assert not decoded.exact or decoded.text.encode(codec) == content


@given(st.sampled_from(CODECS), st.binary(max_size=80))
def test_any_bytes_in_any_encoding_lose_nothing_silently(codec: str, content: bytes) -> None:
    """Each unreadable byte has a mark that holds its value."""
    decoded = decode(content, "x", encoding=codec)
    assert len(decoded.text.encode("utf-8")) >= 0  # no lone surrogate is left
    pieces = []
    at = 0
    for mark in decoded.marks:
        pieces.append(decoded.text[at : mark.start].encode(codec, "ignore"))
        pieces.append(bytes.fromhex(mark.why.split()[1]))
        assert decoded.text[mark.start : mark.end] == "\ufffd"
        at = mark.end
    pieces.append(decoded.text[at:].encode(codec, "ignore"))
    if (
        decoded.exact
        and not decoded.bom
        and codec == decoded.encoding
        and codec
        not in (
            "cp932",  # two codes for one character
            "cp950",
        )
    ):
        assert b"".join(pieces) == content


def test_document_of_a_text() -> None:
    decoded = decode("报告\r\n".encode("gbk"), "x", encoding="gbk")
    document = read_text(decoded, Source("x", "0" * 64, "text/plain"))
    assert document.text == "报告\r\n"
    assert dict(document.metadata) == {"encoding": "gb18030", "encoding_confidence": 1.0}
    assert [step.stage for step in document.history] == ["extract"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"bom": True}, {"bom": True}),
        ({"exact": False}, {"encoding_exact": False}),
    ],
)
def test_metadata(changes: dict[str, bool], expected: dict[str, bool]) -> None:
    decoded = Decoded("x", "cp932", 0.98765, False, (), True)
    found = encoding_metadata(decoded._replace(**changes))
    assert found == {"encoding": "cp932", "encoding_confidence": 0.988, **expected}


def test_detection_is_a_value() -> None:
    assert Detection("utf-8", 1.0) == Detection("utf-8", 1.0, b"")
