"""Normalize: paragraph breaks and similarity on PDFs with known text, and what it costs.

The truth of each PDF names its running lines, which are taken out first, so that the
figures are those of normalize alone. Cost is CPU beside pypdfium2's bare text on the
same pages, and beside ftfy on clean Chinese text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

from ingest.document import Document
from ingest.errors import DocumentError
from ingest.extract import read
from ingest.normalize import bind
from ingest.settings import Settings
from tests.bench.clock import side_by_side
from tests.bench.pipeline import bare_pdfium
from tests.test_normalize_paragraphs import f1, without_running_lines

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "fixtures"
CORPORA = ROOT.parent / "shared" / "corpora"
REPORTS = ("ai-report.pdf", "broker-report-a.pdf", "annual-report-2020.pdf")

#: Longer texts would take difflib minutes.
LONGEST = 30_000


def known() -> dict[str, tuple[Document, str]]:
    """The fixtures with a text layer, without their running lines, and the text expected."""
    found: dict[str, tuple[Document, str]] = {}
    for truth in sorted((FIXTURES / "pdf").glob("*.json")):
        stated = json.loads(truth.read_text("utf-8"))
        wanted = truth.with_suffix(".txt")
        if not wanted.exists() or stated.get("text_layer") != "full":
            continue
        try:
            document = read(truth.with_suffix(".pdf"))
        except DocumentError:
            continue
        found[truth.stem] = without_running_lines(document, stated), wanted.read_text("utf-8")
    return found


def repeated(stage: Callable[[Document], Document], documents: list[Document]) -> object:
    return [stage(document) for document in documents]


def measure(*, quick: bool = False) -> dict[str, float]:
    """Quality on known text, ratios of CPU, and edits on clean text (0 is the promise)."""
    normalize = bind(Settings())
    figures: dict[str, float] = {}
    breaks: list[float] = []
    likeness: list[float] = []
    for name, (document, wanted) in known().items():
        text = normalize(document).text
        breaks.append(f1(text, wanted))
        if breaks[-1] < 0.95:
            figures[f"break_f1.{name}"] = breaks[-1]
        if len(wanted) < LONGEST:
            likeness.append(SequenceMatcher(None, text, wanted, autojunk=False).ratio())
    figures["break_f1_mean"] = sum(breaks) / len(breaks)
    figures["similarity_mean"] = sum(likeness) / len(likeness)

    clean = [path.read_bytes().decode("utf-8") for path in sorted((FIXTURES / "clean").glob("*"))]
    figures["edits_on_clean_fixtures"] = float(
        sum(len(normalize(Document.from_text(text)).history[-1].edits) for text in clean)
    )

    plain = FIXTURES / "pdf" / "zh-page-of-total.pdf"
    reports = [CORPORA / "pdf" / name for name in REPORTS]
    paths = [plain, *(path for path in reports if path.is_file() and not quick)]
    for path in paths:
        document = read(path)
        taken = side_by_side(
            {
                "normalize": lambda document=document: normalize(document),  # type: ignore[misc]
                "pypdfium2": bare_pdfium(path.read_bytes()),
            },
            rounds=5,
        )
        figures[f"cpu_ratio.{path.stem}"] = taken["normalize"] / taken["pypdfium2"]
    figures |= beside_ftfy(normalize)
    return figures


def beside_ftfy(normalize: Callable[[Document], Document]) -> dict[str, float]:
    import ftfy

    path = CORPORA / "text" / "finglm_A.zh-Hans.txt"
    if not path.is_file():
        return {}
    text = path.read_text("utf-8")[:200_000]
    document = Document.from_text(text)
    taken = side_by_side(
        {"normalize": lambda: normalize(document), "ftfy": lambda: ftfy.fix_text(text)}
    )
    return {"clean_text_times_ftfy_speed": taken["ftfy"] / taken["normalize"]}
