"""PDF extraction beside PDFium's bare text, in one run: CPU time and similarity to known text.

Run as a script it prints the figures; `measure` gives them to the bench table. Ratios
are best of several rounds, the two sides taking turns, so that a busy machine hits both.
"""

from __future__ import annotations

import ctypes
import json
import logging
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from statistics import fmean

import ingest
from ingest.document import Source
from ingest.errors import IngestError
from ingest.extract.pdf import read_pdf
from ingest.extract.pdf.pdfium import library, opened, opened_page, opened_text

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "pdf"
CORPUS = ROOT.parent / "shared" / "corpora" / "pdf"
ROUNDS = 3

_IDEOGRAPHIC = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_BESIDE_IDEOGRAPH = re.compile(f"(?<=[{_IDEOGRAPHIC}]) | (?=[{_IDEOGRAPHIC}])")


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


def our_text(content: bytes) -> str:
    return read_pdf(content, Source("bench", "", "application/pdf")).text


def similarity(text: str, known: str) -> float:
    """Twice the longest common subsequence by the sum of lengths, blanks evened out.

    Blanks beside ideographs do not count, line ends count as blanks. The subsequence is
    found with one machine word per 64 characters (Hyyrö's bit-vector recurrence).
    """
    one, other = _even(text), _even(known)
    length = len(one) + len(other)
    return 2 * _common(one, other) / length if length else 1.0


def _even(text: str) -> str:
    return _BESIDE_IDEOGRAPH.sub("", " ".join(text.split()))


def _common(one: str, other: str) -> int:
    places: dict[str, bytearray] = {}
    width = len(one) // 8 + 1
    for index, character in enumerate(one):
        places.setdefault(character, bytearray(width))[index >> 3] |= 1 << (index & 7)
    masks = {character: int.from_bytes(bits, "little") for character, bits in places.items()}
    full = (1 << len(one)) - 1
    row = full
    for character in other:
        mask = row & masks.get(character, 0)
        if mask:
            row = ((row + mask) | (row - mask)) & full
    return len(one) - row.bit_count()


def _seconds(read: Callable[[bytes], str], content: bytes) -> float:
    start = time.process_time()
    read(content)
    return time.process_time() - start


def _readable(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        content = path.read_bytes()
        try:
            our_text(content)
        except IngestError:
            continue
        yield path.name, content


def measure_cpu(paths: list[Path]) -> dict[str, float]:
    """Ratio of our CPU time to PDFium's bare text for each file, and for all together."""
    ratios: dict[str, float] = {}
    total_ours = total_bare = 0.0
    for name, content in _readable(paths):
        pairs = [(_seconds(bare_text, content), _seconds(our_text, content)) for _ in range(ROUNDS)]
        bare, ours = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        ratios[name] = round(ours / bare, 3)
        total_bare += bare
        total_ours += ours
    if total_bare:
        ratios["all"] = round(total_ours / total_bare, 3)
    return ratios


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


def _whole_pipeline(content: bytes) -> str:
    return ingest.clean(ingest.read(content, name="bench.pdf")).text


def peers() -> dict[str, Callable[[bytes], str]]:
    """What the benchmark compares: ours, and those of the others that are installed here."""
    found = {
        "ingest": _whole_pipeline,
        "extract": our_text,
        "pdfium": bare_text,
        "pdfplumber": _pdfplumber,
        "pdfminer": _pdfminer,
    }
    if shutil.which("pdftotext"):
        found["pdftotext"] = _pdftotext
    if find_spec("pymupdf"):
        found["pymupdf"] = _pymupdf
    return found


def measure_similarity(
    pairs: list[tuple[Path, Path]], engines: Mapping[str, Callable[[bytes], str]]
) -> dict[str, dict[str, float]]:
    """Similarity to known text by file and engine, and the mean over the files.

    Files that we refuse by name, scans and noise, are left out for all.
    """
    figures: dict[str, dict[str, float]] = {}
    for path, known in pairs:
        content, text = path.read_bytes(), known.read_text(encoding="utf-8")
        try:
            our_text(content)
        except IngestError:
            continue
        figures[path.name] = {
            name: round(similarity(read(content), text), 4) for name, read in engines.items()
        }
    if figures:
        figures["mean"] = {
            name: round(fmean(by_name[name] for by_name in figures.values()), 4) for name in engines
        }
    return figures


def measure(*, quick: bool = False) -> dict[str, object]:
    """All figures of this file.

    The corpus is left out where it does not lie beside the checkout, and by `quick`.
    """
    fixtures = sorted(FIXTURES.glob("*.pdf"))
    corpus = sorted(CORPUS.glob("*.pdf")) if CORPUS.is_dir() and not quick else []
    known = [(path, path.with_suffix(".txt")) for path in fixtures]
    references = [
        (path, reference)
        for path in corpus
        for reference in sorted((CORPUS / "reference").glob(f"{path.stem}.*"))
    ]
    engines = peers()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    return {
        "cpu_ratio_fixtures": measure_cpu(fixtures),
        "cpu_ratio_corpus": measure_cpu(corpus),
        "similarity": measure_similarity([pair for pair in known if pair[1].is_file()], engines),
        "similarity_corpus": measure_similarity(
            references, {name: engines[name] for name in ("ingest", "extract", "pdfium")}
        ),
    }


if __name__ == "__main__":
    json.dump(measure(quick="--quick" in sys.argv), sys.stdout, indent=2, ensure_ascii=False)
    print()
