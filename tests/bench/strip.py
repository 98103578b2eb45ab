"""How well and how fast the strip stage works: notices, content, traps, CPU, peers.

`measure()` returns figures for the pages that rules were tuned on and for those held
back, apart (`fixtures/pages/README.md` says what was held back until when). Run alone, it prints them: `python tests/bench/strip.py`.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.document import Document
from ingest.settings import Settings
from ingest.strip.folding import fold
from ingest.strip.passes import strip

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
SPLITS = ("tuned", "held_back")
KNOWN = ("A", "B", "C", "D", "E", "scribd", "jstor", "watermark")


@dataclass(frozen=True)
class Case:
    """A saved page, read and repaired, with its truth."""

    name: str
    template: str
    document: Document
    notices: frozenset[int]
    marks: tuple[str, ...]
    truth: str
    kinds: dict[int, str]

    @property
    def known(self) -> bool:
        """Whether the template's family has a rule pack."""
        return self.template.removesuffix("-variant") in KNOWN


def cases(split: str) -> list[Case]:
    """Read the pages of a split as the pipeline would, up to the strip stage."""
    from ingest.extract import read
    from ingest.repair import bind

    repair = bind(Settings())
    found = []
    for path in sorted((FIXTURES / "pages" / split).glob("*.json")):
        account = json.loads(path.read_text(encoding="utf-8"))
        document = repair(read(path.parent / account["file"]))
        truth = path.with_suffix(".truth").read_text(encoding="utf-8")
        if account["form"] == "mirror":
            import damage

            truth = damage.convert(truth)
        found.append(
            Case(
                path.stem,
                account["template"],
                document,
                frozenset(notice["line"] for notice in account["notices"]),
                tuple(account["marks"]),
                truth,
                {notice["line"]: notice["class"] for notice in account["notices"]},
            )
        )
    return found


def spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are not blank, without white space around."""
    found, start = [], 0
    for piece in text.split("\n"):
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            found.append((start + lead, start + len(piece.rstrip())))
        start += len(piece) + 1
    return found


def score(cases: list[Case], level: str = "sure") -> dict[str, Any]:
    """Count notice lines removed, content characters lost and pages exactly right."""
    tally: Counter[str] = Counter()
    kept: list[str] = []
    for case in cases:
        stripped = strip(case.document, level)  # type: ignore[arg-type]
        edits = stripped.history[-1].edits
        text = case.document.text
        gone = bytearray(len(text))
        marked = bytearray(len(text))
        for edit in edits:
            length = edit.end - edit.start
            if edit.rule.startswith(("mark.", "debris.")):
                tally["marks removed"] += 1
                marked[edit.start : edit.end] = b"\1" * length
            gone[edit.start : edit.end] = b"\1" * length
        for number, (start, end) in enumerate(spans(text)):
            share = sum(gone[start:end])
            if number in case.notices:
                tally["notices"] += 1
                tally["notices removed"] += share == end - start
                if share < end - start:
                    kept.append(f"{case.name}: {text[start:end][:60]}")
            else:
                tally["content characters"] += end - start
                tally["content lines removed"] += share == end - start
                tally["content characters lost"] += share - sum(marked[start:end])
                if share > sum(marked[start:end]):
                    kept.append(f"LOST {case.name}: {text[start:end][:60]}")
        tally["marks"] += len(case.marks)
        tally["pages"] += 1
        exact = fold(stripped.text) == fold(case.truth)
        tally["pages exact"] += exact
    removed = tally["notices removed"]
    return {
        **{
            key: tally[key]
            for key in (
                "pages",
                "pages exact",
                "notices",
                "notices removed",
                "content lines removed",
                "content characters",
                "content characters lost",
                "marks",
                "marks removed",
            )
        },
        "notice recall": removed / max(1, tally["notices"]),
        "notice precision": removed / max(1, removed + tally["content lines removed"]),
        "_kept": kept,
    }


def by_kind(cases: list[Case], level: str) -> dict[str, float]:
    """Share of the notice lines removed, for each kind of notice and for each template."""
    total: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for case in cases:
        text = case.document.text
        gone = bytearray(len(text))
        for edit in strip(case.document, level).history[-1].edits:  # type: ignore[arg-type]
            gone[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
        for number, (start, end) in enumerate(spans(text)):
            if number in case.notices:
                for name in (case.kinds[number], case.template):
                    total[name] += 1
                    removed[name] += all(gone[start:end])
    return {name: removed[name] / total[name] for name in sorted(total)}


def traps_lost() -> dict[str, int]:
    """Count trap sentences that do not survive: alone, all together, and inside each page."""
    lost = {"sentences": 0, "lost": 0}
    for name in ("before", "after", "fresh"):
        path = FIXTURES / "clean_traps" / f"{name}.txt"
        if not path.is_file():
            continue
        traps = path.read_text(encoding="utf-8").splitlines()
        lost["sentences"] += len(traps)
        for text in (*traps, "\n".join(traps), "\n\n".join(traps)):
            if strip(Document.from_text(text)).text != text:
                lost["lost"] += 1
    return lost


def speed() -> dict[str, float]:
    """CPU of the stage on clean text, relative to ftfy.fix_text on the same text."""
    import ftfy

    clean = "\n\n".join(
        path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "pages").glob("*/*.truth"))
    )
    text = clean * (400_000 // len(clean) + 1)
    document = Document.from_text(text)
    strip(document)
    ours = _cpu(lambda: strip(document), 5)
    theirs = _cpu(lambda: ftfy.fix_text(text), 1)
    return {"nanoseconds a character": ours / len(text) * 1e9, "share of ftfy": ours / theirs}


def _cpu(work: Any, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def peers(cases: list[Case]) -> dict[str, Any]:
    """Score trafilatura, jusText and boilerpy3 on the same lines, each a paragraph of HTML."""
    import html

    def trafilatura_lines(page: str) -> str:
        import trafilatura

        return trafilatura.extract(page, favor_precision=False, include_comments=False) or ""

    def justext_lines(page: str) -> str:
        import justext

        paragraphs = justext.justext(page, frozenset(), 70, 200, 0, 0, 0.2, 200, True)
        return "\n".join(one.text for one in paragraphs if not one.is_boilerplate)

    def boilerpy3_lines(page: str) -> str:
        from boilerpy3 import extractors

        return str(extractors.ArticleExtractor().get_content(page))

    found: dict[str, Any] = {}
    for name, method in (
        ("trafilatura", trafilatura_lines),
        ("jusText", justext_lines),
        ("boilerpy3", boilerpy3_lines),
    ):
        tally: Counter[str] = Counter()
        try:
            for case in cases:
                text = case.document.text
                lines = [text[start:end] for start, end in spans(text)]
                page = (
                    "<html><body>"
                    + "".join(f"<p>{html.escape(one)}</p>\n" for one in lines)
                    + "</body></html>"
                )
                left = fold(method(page))
                for number, line in enumerate(lines):
                    gone = fold(line) not in left
                    if number in case.notices:
                        tally["notices"] += 1
                        tally["removed"] += gone
                    else:
                        tally["characters"] += len(line)
                        tally["lost"] += gone and len(line)
                        tally["content removed"] += gone
        except ImportError:
            found[name] = "not installed"
            continue
        found[name] = {
            "notice recall": tally["removed"] / max(1, tally["notices"]),
            "notice precision": tally["removed"]
            / max(1, tally["removed"] + tally["content removed"]),
            "content characters lost": tally["lost"] / max(1, tally["characters"]),
        }
    return found


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Return all figures of the strip stage as plain values; it is quick anyway."""
    del quick
    if str(FIXTURES) not in sys.path:
        sys.path.insert(0, str(FIXTURES))
    figures: dict[str, Any] = {}
    everything: list[Case] = []
    for split in SPLITS:
        pages = cases(split)
        everything += pages
        for family, chosen in (
            ("known", [c for c in pages if c.known]),
            ("unknown", [c for c in pages if not c.known]),
        ):
            if chosen:
                for level in ("sure", "likely"):
                    figures[f"{split} {family} {level}"] = score(chosen, level)
    for form in ("html", "text"):
        chosen = [c for c in cases("held_back") if not c.known and c.name.endswith(f"-{form}")]
        for level in ("sure", "likely"):
            figures[f"held_back {form} {level}"] = score(chosen, level)
            figures[f"held_back {form} {level} by kind"] = by_kind(chosen, level)
    figures["traps"] = traps_lost()
    figures["speed"] = speed()
    figures["peers"] = peers(everything)
    return figures


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        for name, values in measure().items():
            print(name)
            for key, value in values.items():
                if key == "_kept":
                    # What the held-back pages show is for nobody's eyes who writes rules.
                    for line in value if "-v" in sys.argv and "held_back" not in name else ():
                        print("      kept", line)
                else:
                    print("   ", key, f"{value:.4f}" if isinstance(value, float) else value)
