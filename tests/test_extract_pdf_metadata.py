"""What a PDF says of itself, as far as it can be believed."""

from __future__ import annotations

import pytest
from pdf_writer import SOURCE, make_pdf, read, text

from ingest.extract.pdf import read_pdf
from ingest.write import render


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


def test_a_title_that_is_a_piece_of_a_line_gives_way_to_what_the_page_shows() -> None:
    page = text("Harbour Board of Quayside Annual Report", 72, 700, 24) + "".join(
        text(f"Line {n} of the text that follows the title", 72, 600 - 14 * n) for n in range(9)
    )
    shown = "Harbour Board of Quayside Annual Report"
    assert read(page, info="/Title (Harbour Board)").metadata["title"] == shown
    assert read(page).metadata["title"] == shown
    # A title of its own, a whole line, or one over two lines is believed.
    assert read(page, info="/Title (Of boats)").metadata["title"] == "Of boats"
    assert read(page, info=f"/Title ({shown})").metadata["title"] == shown
    two = page.replace("Quayside Annual", "Quayside) Tj 0 -30 Td (Annual")
    stated = "Board of Quayside Annual"
    assert read(two, info=f"/Title ({stated})").metadata["title"] == stated
    assert read(two).metadata["title"] == shown


@pytest.mark.parametrize(
    ("words", "size"), [("Contents", 24), ("A line hardly larger", 14), ("x" * 90, 20)]
)
def test_large_type_that_is_no_title(words: str, size: float) -> None:
    body = "".join(text(f"Line {n} of the text", 72, 600 - 14 * n) for n in range(9))
    assert "title" not in read(text(words, 20, 700, size) + body).metadata


def with_outline(*titles: str) -> bytes:
    """A PDF whose bookmarks lead on from one to the next, the last one back to the first."""
    content = make_pdf([text("One page")])
    at = 100
    nodes = b"%d 0 obj << /Type /Outlines /First %d 0 R >> endobj\n" % (at, at + 1)
    for number, title in enumerate(titles, 1):
        following = at + 1 + number % len(titles)
        nodes += b"%d 0 obj << /Title (%s) /Parent %d 0 R /Next %d 0 R >> endobj\n" % (
            at + number,
            title.encode("latin-1"),
            at,
            following,
        )
    content = content.replace(b"/Type /Catalog", b"/Type /Catalog /Outlines 100 0 R")
    body = content[: content.rindex(b"xref\n0 ")]
    return body + nodes + b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def test_the_outline_is_read_once_through_whatever_it_leads_back_to() -> None:
    content = with_outline("1 Method", "OLE_LINK4", "2 Findings", "\xb9\xd8\xd3\xda\xc4\xea")
    assert read_pdf(content, SOURCE).metadata["outline"] == ("1 Method", "2 Findings")
    assert "outline" not in read(text("One page")).metadata


def test_lines_that_the_outline_names_are_headings() -> None:
    document = read(text("Intro", 72, 720) + text("Method", 72, 660) + text("We look.", 72, 600))
    named = document.revise("extract", (), metadata={"outline": ("Method",)})
    assert render(named, "md").decode().split("\n") == ["Intro", "", "# Method", "", "We look.", ""]
    assert "#" not in render(document, "md").decode()
