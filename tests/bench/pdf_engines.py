"""The engines that the PDF benchmark puts side by side, each as bytes to text."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO

import ingest
from ingest.document import Source
from ingest.extract.pdf import read_pdf
from ingest.extract.pdf.pdfium import library, opened, opened_page, opened_text
from ingest.write import render

Engine = Callable[[bytes], str]


def bare_text(content: bytes) -> str:
    """PDFium's text of all pages and nothing else: what one pays at least."""
    pdfium = library()
    pages = []
    with opened(content, None) as document:
        for index in range(pdfium.page_count(document)):
            with opened_page(document, index) as page:
                if not page:
                    continue
                with opened_text(page) as text_page:
                    count = pdfium.count_characters(text_page) if text_page else 0
                    if count > 0:
                        units = (ctypes.c_ushort * (count + 1))()
                        written = pdfium.text(text_page, 0, count, ctypes.addressof(units))
                        pages.append(bytes(units)[: 2 * written - 2].decode("utf-16-le", "replace"))
    return "\n".join(pages)


def _pdfium(content: bytes) -> str:
    return bare_text(content).replace("\r\n", "\n")


def our_text(content: bytes) -> str:
    return read_pdf(content, Source("bench", "", "application/pdf")).text


def _pdftotext(content: bytes) -> str:
    command = ["pdftotext", "-enc", "UTF-8", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=120)
    return done.stdout.decode("utf-8", "replace")


def _pdfplumber(content: bytes) -> str:
    import pdfplumber

    with pdfplumber.open(BytesIO(content)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


def _pdfminer(content: bytes) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(BytesIO(content))


def _pymupdf(content: bytes) -> str:
    import pymupdf

    with pymupdf.open(stream=content, filetype="pdf") as document:
        return "\n".join(page.get_text() for page in document)


def whole_pipeline(content: bytes) -> str:
    """All stages, writing among them; the text with tabs between cells."""
    document = ingest.clean(ingest.read(content, name="bench.pdf"))
    render(document, "txt")
    return document.text


def peers() -> dict[str, Engine]:
    """What the benchmark compares: ours, and those of the others that are installed here."""
    found = {
        "ingest": whole_pipeline,
        "extract": our_text,
        "pdfium": _pdfium,
        "pdfplumber": _pdfplumber,
        "pdfminer": _pdfminer,
    }
    if shutil.which("pdftotext"):
        found["pdftotext"] = _pdftotext
    if find_spec("pymupdf"):
        found["pymupdf"] = _pymupdf
    return found
