"""The whole pipeline beside bare engines: CPU of PDFs to text, in one process, in turn.

`plain` are the fixtures whose pages hold nothing but running text; `corpora` are
third-party reports beside the checkout, left out where they are missing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import ingest
import ingest.normalize
import ingest.repair
import ingest.strip
from ingest.document import Document
from ingest.normalize.language import guess
from ingest.settings import Settings
from ingest.write import render
from tests.bench.clock import program_cpu, side_by_side
from tests.bench.mojibake_matrix import TEXTS

ROOT = Path(__file__).parent.parent.parent
PLAIN = ("zh-page-of-total.pdf", "en-report.pdf")
CORPORA = ("annual-report-2020.pdf", "geotopo.pdf", "face-report.pdf", "case-study-2.pdf")


def ours(content: bytes, name: str) -> Callable[[], object]:
    return lambda: render(ingest.clean(ingest.read(content, name=name)), "txt")


def bare_pdfium(content: bytes) -> Callable[[], object]:
    import pypdfium2

    def texts() -> None:
        pdf = pypdfium2.PdfDocument(content)
        for page in pdf:
            text_page = page.get_textpage()
            text_page.get_text_bounded()
            text_page.close()
            page.close()
        pdf.close()

    return texts


def plumber(path: Path) -> Callable[[], object]:
    import pdfplumber

    def texts() -> None:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                page.extract_text()
                page.close()

    return texts


def contenders(path: Path, *, slow: bool) -> dict[str, Callable[[], object]]:
    content = path.read_bytes()
    chosen = {"ours": ours(content, path.name), "pypdfium2": bare_pdfium(content)}
    if shutil.which("pdftotext"):
        chosen["pdftotext"] = lambda: program_cpu(["pdftotext", str(path), "-"])
    if slow:
        chosen["pdfplumber"] = plumber(path)
    return chosen


def clean_text() -> str:
    """Chinese reports without damage, 400,000 characters: the fixtures' pages as they should be."""
    paths = sorted((ROOT / "fixtures" / "pages").glob("*/*.truth"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    joined = "\n\n".join(text for text in texts if guess(text).name == "zh")
    return joined * (400_000 // len(joined) + 1)


def encyclopedias() -> dict[str, str]:
    """Chinese encyclopedia text in either script, held out; empty where it is missing."""
    corpora = {"hans": "cmrc_dev.zh-Hans", "hant": "drcd_dev.zh-Hant"}
    paths = {name: TEXTS / f"{corpus}.txt" for name, corpus in corpora.items()}
    return {
        # Nothing was tuned on the last third.
        name: path.read_text(encoding="utf-8")[-140_000:].partition("\n")[2]
        for name, path in paths.items()
        if path.is_file()
    }


def beside_ftfy(text: str, rounds: int) -> dict[str, float]:
    """How often the text pipeline goes into what ftfy.fix_text takes for the same clean text."""
    import ftfy

    settings = Settings()
    stages = [room.bind(settings) for room in (ingest.repair, ingest.strip, ingest.normalize)]
    document = Document.from_text(text)

    def pipeline() -> None:
        cleaned = document
        for stage in stages:
            cleaned = stage(cleaned)

    taken = side_by_side({"ours": pipeline, "ftfy": lambda: ftfy.fix_text(text)}, rounds=rounds)
    return {
        "text_times_ftfy": taken["ftfy"] / taken["ours"],
        "text_nanoseconds_a_character": taken["ours"] / len(text) * 1e9,
    }


def measure(*, quick: bool = False) -> dict[str, float]:
    """Ratios of CPU to pypdfium2's bare text, per group, and ours per file."""
    rounds = 2 if quick else 4
    text = clean_text()
    assert ingest.clean(Document.from_text(text)).text == text, "the text is not clean"
    figures = beside_ftfy(text, rounds)
    for name, text in encyclopedias().items():
        figures |= {f"{key}.{name}": ratio for key, ratio in beside_ftfy(text, rounds).items()}
    plain = [ROOT / "fixtures" / "pdf" / name for name in PLAIN]
    corpora = [ROOT.parent / "shared" / "corpora" / "pdf" / name for name in CORPORA]
    groups = {"plain": plain, "corpora": [] if quick else [p for p in corpora if p.is_file()]}
    for group, paths in groups.items():
        totals: dict[str, float] = {}
        for path in paths:
            # pdfplumber takes a minute for the corpora: once on the fixtures is enough.
            taken = side_by_side(contenders(path, slow=group == "plain"), rounds=3)
            for name, seconds in taken.items():
                totals[name] = totals.get(name, 0.0) + seconds
            figures[f"{path.stem}_ours_ratio"] = taken["ours"] / taken["pypdfium2"]
        for name, seconds in totals.items():
            if name != "pypdfium2":
                figures[f"{group}_{name}_ratio"] = seconds / totals["pypdfium2"]
    return figures
