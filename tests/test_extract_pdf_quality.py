"""How good the text layer of a PDF page is, and who else is asked."""

from __future__ import annotations

import pytest
from pdf_writer import PICTURE, SOURCE, lines, make_pdf, read, rules, text

from ingest.errors import NoTextLayerError
from ingest.extract.pdf import read_pdf


def test_pages_without_text_are_named_and_blank_ones_are_not() -> None:
    scan = PICTURE.format(600, 800, 0, 0)
    document = read(text("Text"), scan, "", text("More"))
    assert document.text == "Text\nMore\n"
    assert [page.quality for page in document.pages] == ["good", "none", "good", "good"]
    ((_, mark),) = document.marks()
    assert (mark.rule, mark.kind, mark.start, mark.end) == (
        "extract.no-text-layer",
        "unreadable",
        5,
        5,
    )
    assert "page 2" in mark.why
    assert document.damaged


def test_a_picture_with_a_page_number_is_sparse() -> None:
    document = read(PICTURE.format(600, 800, 0, 0) + "\n" + text("12", y=20), text("Text"))
    assert document.pages[0].quality == "sparse"
    assert rules(document) == ["extract.sparse-text-layer"]


def test_a_font_without_unicode_values_is_garbled() -> None:
    unicode = {chr(code): chr(0xE000 + code) for code in range(65, 91)}
    document = read(
        text("GARBLED") + text("BEYOND", y=686), text("lower case is not mapped"), unicode=unicode
    )
    assert document.pages[0].quality == "garbled"
    assert document.pages[1].quality == "good"
    assert "extract.garbled-page" in rules(document)


def test_the_second_engine_reads_what_pdfium_cannot() -> None:
    # Without its list of pages PDFium finds none to load; pdfminer looks through all objects.
    broken = make_pdf([text("Read by one of two engines")]).replace(b"/Kids [", b"/Kidx [")
    document = read_pdf(broken, SOURCE)
    assert document.text == "Read by one of two engines\n"
    ((_, line),) = lines(document)
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)
    assert rules(document) == ["extract.engines-disagree"]
    assert document.damaged


def test_pages_that_are_announced_but_missing() -> None:
    broken = make_pdf([text("The only page")]).replace(b"/Count 1", b"/Count 7")
    document = read_pdf(broken, SOURCE)
    assert document.text == "The only page\n"
    assert document.metadata["page_count"] == len(document.pages) == 1
    assert rules(document) == ["extract.pages-missing"]


def test_noise_does_not_pass_as_text() -> None:
    unicode = {chr(code): chr(0xC0 + code - 65) for code in range(65, 91)}
    with pytest.raises(NoTextLayerError, match="noise"):
        read(text("NOISE") + text("ONLY", y=686), unicode=unicode)
    beside = read(text("NOISE"), text("lower case is left alone"), unicode=unicode)
    assert [page.quality for page in beside.pages] == ["garbled", "good"]


def test_leaders_are_no_noise() -> None:
    document = read(text("Chapter one " + "D" * 60 + " 7"), unicode={"D": "\xb7"})
    assert document.pages[0].quality == "good"


def test_the_second_engine_may_fail_on_a_page_and_in_closing() -> None:
    whole = make_pdf([text("Text"), ""])
    broken = whole.replace(b"/MediaBox [0 0 600 800]", b"/MediaBox [0 0 600 /xx]").replace(
        b"/Contents 7 0 R", b"/Contents 9 9 R"
    )
    assert read_pdf(broken, SOURCE).text == "Text\n"
    with pytest.raises(NoTextLayerError):
        read_pdf(broken.replace(b"Tj", b"xx"), SOURCE)
