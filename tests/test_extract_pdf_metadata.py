"""What a PDF says of itself, as far as it can be believed."""

from __future__ import annotations

import pytest
from pdf_writer import read, text


def test_metadata_is_taken_where_it_is_sane() -> None:
    info = (
        "/Title (Annual report) /Author <FEFF674E56DB> /Producer (A press)"
        " /CreationDate (D:20200229101500+08'00')"
    )
    assert dict(read(text("Text"), info=info).metadata) == {
        "title": "Annual report",
        "author": "\u674e\u56db",
        "producer": "A press",
        "created": "2020-02-29",
        "page_count": 1,
    }


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - plan.doc",
        "plan.docx",
        "Untitled",
        "C:\\\\plan",
        "2020",
        "\xb9\xd8\xd3\xda\xc4\xea",
        "\u5173\u4e8e\u5e74\u62a5".encode().decode("latin-1"),
        "6f9b0ad4f77434e1",
    ],
)
def test_titles_that_are_none(title: str) -> None:
    assert "title" not in read(text("Text"), info=f"/Title ({title})").metadata


@pytest.mark.parametrize(
    "name", ["f\xfcr gro\xdfe H\xf6fe", "Report 2020. A view", "Document security"]
)
def test_titles_that_are_some(name: str) -> None:
    encoded = (b"\xfe\xff" + name.encode("utf-16-be")).hex()
    assert read(text("Text"), info=f"/Title <{encoded}>").metadata["title"] == name
