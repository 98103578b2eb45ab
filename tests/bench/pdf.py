"""PDFs beside five other engines, in one run: text, paragraphs, tables, running lines, CPU.

Quality is measured on the fixtures, whose text is exactly known, class by class; CPU as
the whole pipeline beside PDFium's bare text, the two taking turns, least of several
rounds. On the corpus, where it lies beside the checkout, what is left of radicals, signs
without a meaning and the like is counted, and every file must give a result or a reason.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from statistics import fmean
from typing import Any

import ingest
from ingest.errors import IngestError
from tests.bench.clock import side_by_side
from tests.bench.pdf_engines import Engine, bare_text, our_text, peers, whole_pipeline
from tests.bench.pipeline import bare_pdfium
from tests.test_normalize_paragraphs import f1

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "pdf"
CORPUS = ROOT.parent / "shared" / "corpora" / "pdf"

PLAIN = ("zh-page-of-total", "en-report", "zh-dash-number", "hant-odd-even", "en-traps")
"""One column of running text, heads and feet."""
GEOMETRY = ("zh-ruled-table", "zh-two-columns", "en-two-columns", "en-watermark", "zh-hidden")
"""Tables, columns, text that is drawn aslant or not at all."""
PLAIN_REPORTS = ("case-study-2", "kb-sample", "face-report")
GEOMETRY_REPORTS = ("annual-report-2020", "issue-67", "two-column-paper", "geotopo")

_IDEOGRAPHIC = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_BESIDE_IDEOGRAPH = re.compile(f"(?<=[{_IDEOGRAPHIC}]) | (?=[{_IDEOGRAPHIC}])")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_DEFECTS = {
    "radicals": re.compile("[\u2e80-\u2fdf]"),
    "compatibility": re.compile("[\uf900-\ufaff]"),
    "cid": re.compile(r"\(cid:\d+\)"),
    "controls": re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]"),
    "private_use": re.compile("[\ue000-\uf8ff]"),
}


def similarity(text: str, known: str) -> float:
    """Twice the longest common subsequence by the sum of lengths, blanks evened out.

    Blanks beside ideographs do not count, line ends count as blanks. The subsequence is
    found with one machine word per 64 characters (Hyyrö's bit-vector recurrence).
    """
    one, other = _even(text), _even(known)
    length = len(one) + len(other)
    return 2 * common(one, other) / length if length else 1.0


def _even(text: str) -> str:
    return _BESIDE_IDEOGRAPH.sub("", " ".join(text.split()))


def common(one: str, other: str) -> int:
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


def squeezed(text: str) -> str:
    """Compatibility forms resolved, white space gone."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def known() -> dict[str, tuple[bytes, str, dict[str, Any]]]:
    """The fixtures with a text layer: bytes, text expected, and what the truth file states."""
    found = {}
    for path in sorted(FIXTURES.glob("*.json")):
        stated = json.loads(path.read_text(encoding="utf-8"))
        if stated["text_layer"] == "full":
            text = path.with_suffix(".txt").read_text(encoding="utf-8")
            found[path.stem] = path.with_suffix(".pdf").read_bytes(), text, stated
    return found


def lost(text: str, wanted: str) -> float:
    """Share of the known characters that a text does not hold, wherever they stand."""
    truth = Counter(squeezed(wanted))
    return 1 - (truth & Counter(squeezed(text))).total() / truth.total()


def running_left(text: str, wanted: str, stated: Mapping[str, Any]) -> tuple[int, int]:
    """How many running lines and watermarks stand in a text as lines, and how many there were."""
    lines = Counter(map(squeezed, text.split("\n")))
    body = Counter(map(squeezed, wanted.split("\n")))
    there: Counter[str] = Counter()
    for line in (*stated["running"], *stated["watermarks"]):
        there[squeezed(line["text"])] += len(line["pages"]) * line.get("times", 1)
    left = sum(min(count, max(0, lines[one] - body[one])) for one, count in there.items())
    return left, there.total()


def cell_f1(cells: Iterable[str], stated: Mapping[str, Any]) -> float:
    """Agreement of cells found with those of the truth, each as often as it stands there."""
    ours = Counter(squeezed(cell) for cell in cells if cell)
    truth = Counter(squeezed(cell) for rows in stated["tables"] for row in rows for cell in row)
    return 2 * (ours & truth).total() / (ours.total() + truth.total())


def plumber_cells(content: bytes) -> list[str]:
    import pdfplumber

    with pdfplumber.open(BytesIO(content)) as document:
        tables = [table for page in document.pages for table in page.extract_tables()]
    return [cell for table in tables for row in table for cell in row if cell]


def measure_quality(engines: Mapping[str, Engine]) -> dict[str, Any]:
    """Similarity, paragraph breaks, running lines left and body lost by engine; cells."""
    similar: dict[str, dict[str, float]] = {}
    breaks: dict[str, list[float]] = {name: [] for name in engines}
    gone: dict[str, list[float]] = {name: [] for name in engines}
    running: dict[str, tuple[int, int]] = dict.fromkeys(engines, (0, 0))
    cells: dict[str, dict[str, float]] = {}
    below: dict[str, float] = {}
    for stem, (content, wanted, stated) in known().items():
        similar[stem] = {}
        for name, engine in engines.items():
            text = engine(content)
            similar[stem][name] = round(similarity(text, wanted), 4)
            breaks[name].append(f1(text, wanted))
            gone[name].append(lost(text, wanted))
            left, there = running_left(text, wanted, stated)
            running[name] = running[name][0] + left, running[name][1] + there
            if name == "ingest" and breaks[name][-1] < 0.95:
                below[stem] = round(breaks[name][-1], 4)
            if name == "ingest" and stated["tables"]:
                rows = [line for line in text.split("\n") if "\t" in line]
                ours = [cell for row in rows for cell in row.split("\t")]
                cells[stem] = {
                    "ingest": round(cell_f1(ours, stated), 4),
                    "pdfplumber": round(cell_f1(plumber_cells(content), stated), 4),
                }
    similar["mean"] = {
        name: round(fmean(by_name[name] for by_name in similar.values()), 4) for name in engines
    }
    return {
        "similarity": similar,
        "break_f1": {name: round(fmean(found), 4) for name, found in breaks.items()},
        "break_f1_below_95": below,
        "running_left_percent": {
            name: round(100 * left / there, 2) for name, (left, there) in running.items()
        },
        "body_lost_percent": {name: round(100 * fmean(found), 3) for name, found in gone.items()},
        "cells_f1": cells,
    }


def measure_cpu(paths: Iterable[Path], rounds: int = 12) -> dict[str, float]:
    """Whole pipeline by pypdfium2's bare text, for each file and for all together.

    `all_by_raw_calls` is the same beside PDFium called without pypdfium2's own objects.
    """
    ratios: dict[str, float] = {}
    totals: Counter[str] = Counter()
    for path in paths:
        content = path.read_bytes()
        taken = side_by_side(
            {
                "ours": lambda content=content: whole_pipeline(content),
                "bare": bare_pdfium(content),
                "raw": lambda content=content: bare_text(content),
                "read": lambda content=content: our_text(content),
            },
            rounds=rounds,
        )
        totals.update(taken)
        ratios[path.stem] = round(taken["ours"] / taken["bare"], 3)
    if totals["bare"]:
        ratios["mean"] = round(fmean(ratios.values()), 3)
        ratios["all"] = round(totals["ours"] / totals["bare"], 3)
        ratios["all_by_raw_calls"] = round(totals["ours"] / totals["raw"], 3)
        ratios["all_extract_alone"] = round(totals["read"] / totals["bare"], 3)
    return ratios


def measure_corpus(paths: Iterable[Path]) -> dict[str, Any]:
    """What is left of the defects of real PDFs, beside PDFium; ideographs kept; refusals."""
    left = dict.fromkeys(_DEFECTS, 0)
    there = dict.fromkeys(_DEFECTS, 0)
    refused: Counter[str] = Counter()
    han = han_there = pages_with_tables = 0
    for path in paths:
        content = path.read_bytes()
        try:
            document = ingest.read(content, name=path.name)
        except IngestError as error:
            refused[type(error).__name__] += 1
            continue
        text, bare = ingest.clean(document).text, bare_text(content)
        for name, rule in _DEFECTS.items():
            left[name] += len(rule.findall(text))
            there[name] += len(rule.findall(bare))
        # What stripping takes is not lost: ideographs are counted before it.
        han += len(_HAN.findall(unicodedata.normalize("NFKC", document.text)))
        han_there += len(_HAN.findall(unicodedata.normalize("NFKC", bare)))
        pages_with_tables += sum(
            "\t" in document.text[page.start : page.end] for page in document.pages
        )
    return {
        "left": left,
        "in_pdfium": there,
        "han_kept_percent": round(100 * han / han_there, 3) if han_there else 100.0,
        "pages_with_tables": pages_with_tables,
        "refused_by_name": dict(refused),
    }


def measure_references(engines: Mapping[str, Engine]) -> dict[str, Any]:
    """Similarity to the reference texts of the corpus, which are not exact."""
    found: dict[str, Any] = {}
    for reference in sorted((CORPUS / "reference").glob("*")):
        content = (CORPUS / f"{reference.stem}.pdf").read_bytes()
        wanted = reference.read_text(encoding="utf-8")
        found[reference.stem] = {
            name: round(similarity(engine(content), wanted), 4) for name, engine in engines.items()
        }
    return found


def measure_reference_cells() -> dict[str, float]:
    """Agreement with the cells of the tables in a reference, ours and pdfplumber's."""
    path = CORPUS / "research-report-tables.pdf"
    reference = (CORPUS / "reference" / "research-report-tables.md").read_text(encoding="utf-8")
    stated = {"tables": [[_cells_of(line) for line in reference.split("\n")]]}
    content = path.read_bytes()
    rows = [line.split("\t") for line in whole_pipeline(content).split("\n") if "\t" in line]
    return {
        "ingest": round(cell_f1((cell for row in rows for cell in row), stated), 4),
        "pdfplumber": round(cell_f1(plumber_cells(content), stated), 4),
    }


def _cells_of(line: str) -> list[str]:
    """Cells of a row of Markdown, or of a table in HTML, without the markup of formulas."""
    if line.startswith("|") and "---" not in line:
        found = line.strip("|").split("|")
    else:
        found = [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t", line)]
    bare = [re.sub(r"[$\\{}~]|mathrm", "", cell).strip() for cell in found]
    return [cell for cell in bare if cell]


_THOUSAND_PAGES = """
import sys
import time
sys.path.insert(0, "fixtures")
from pdf_writer import make_pdf, text
import ingest
lines = "".join(text(f"Line {n} of a page of plain text, as long as others", y=780 - 15 * n) for n in range(45))
content = make_pdf([lines] * PAGES)
begin = time.process_time()
document = ingest.clean(ingest.read(content, name="long.pdf"))
print(time.process_time() - begin)
# Not ru_maxrss, which a program inherits from the one that started it.
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


def long_document(pages: int) -> tuple[float, float]:
    """Peak of the memory, in MB, and CPU, in seconds, of cleaning a PDF of so many pages."""
    code = _THOUSAND_PAGES.replace("PAGES", str(pages))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    seconds, memory = map(float, done.stdout.split())
    return round(memory, 1), seconds


def measure(*, quick: bool = False) -> dict[str, object]:
    """All figures of this file; `quick` leaves out the corpus and the long document."""
    # They use the measures of this file.
    from tests.bench.pdf_paper import measure_paper
    from tests.bench.pdf_unseen import measure_heldout

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    engines = peers()
    figures: dict[str, object] = {
        **measure_quality(engines),
        "cpu_ratio_plain": measure_cpu(FIXTURES / f"{stem}.pdf" for stem in PLAIN),
        "cpu_ratio_geometry": measure_cpu(FIXTURES / f"{stem}.pdf" for stem in GEOMETRY),
    }
    if quick:
        return figures
    few, seconds_of_few = long_document(200)
    many, seconds_of_many = long_document(1000)
    figures["peak_memory_mb"] = {"200_pages": few, "1000_pages": many}
    figures["page_of_1000_by_page_of_200"] = round(seconds_of_many / 5 / seconds_of_few, 3)
    if CORPUS.is_dir():
        figures["cpu_ratio_plain_corpus"] = measure_cpu(
            (CORPUS / f"{stem}.pdf" for stem in PLAIN_REPORTS), rounds=4
        )
        figures["cpu_ratio_geometry_corpus"] = measure_cpu(
            (CORPUS / f"{stem}.pdf" for stem in GEOMETRY_REPORTS), rounds=4
        )
        figures["cells_f1_reference"] = measure_reference_cells()
        figures["corpus"] = measure_corpus(sorted(CORPUS.glob("*.pdf")))
        chosen = ("ingest", "extract", "pdfium", "pdftotext", "pymupdf")
        figures["similarity_corpus"] = measure_references(
            {name: engines[name] for name in chosen if name in engines}
        )
        figures["two_column_paper"] = measure_paper(CORPUS, engines)
    figures["heldout"] = measure_heldout(engines)
    return figures


if __name__ == "__main__":
    json.dump(measure(quick="--quick" in sys.argv), sys.stdout, indent=2, ensure_ascii=False)
    print()
