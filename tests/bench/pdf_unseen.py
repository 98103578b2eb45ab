"""PDFs that no rule was tuned on: generated when measured, their text exactly known.

`fixtures/unseen` makes them, in two halves with programs, seeds and looks of their own.
Rules are mended on the tuning half only; the figures that count are those of the other.

    python -m tests.bench.pdf_unseen FOLDER [NAME ...]

shows the figures of single documents of a folder that `fixtures/unseen` filled.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from ingest.errors import IngestError, NoTextLayerError
from tests.bench.pdf import cell_f1, lost, plumber_cells, running_left, similarity
from tests.bench.pdf_engines import Engine, peers
from tests.test_normalize_paragraphs import f1

ROOT = Path(__file__).parents[2]
# Dots that lead to a page number: how many fit is the program's business.
_LEADERS = re.compile(r"(?:\.\s?){4,}|…+")


SLOW = ("pdfplumber", "pdfminer")
"""Engines that take minutes for the longest documents; their means are without those."""

MANY = 100
"""Pages."""


class Scores(NamedTuple):
    """What one engine made of one document."""

    similarity: float
    breaks: float
    body_lost: float
    running_left: int
    running_there: int


def without_notes(text: str, wanted: str, notes: Sequence[str]) -> tuple[str, str]:
    """Take footnotes out of a text that holds them whole; add the others to what is wanted.

    Where on the page a note belongs is a matter of taste; that it is there, in one piece,
    and not in the middle of a sentence, is not.
    """
    for note in notes:
        words = "".join(note.split())
        found = re.search(r"\s*" + r"\s*".join(map(re.escape, words)) + r"(?=\s|\Z)", text)
        if found:
            text = text[: found.start()] + text[found.end() :]
        else:
            wanted += f"\n{note}\n"
    return text, wanted


def scored(text: str, wanted: str, stated: Mapping[str, Any]) -> Scores:
    """Score a text against the known one."""
    left, there = running_left(text, wanted, stated)
    text, wanted = without_notes(text, wanted, stated["notes"])
    text, wanted = _LEADERS.sub(" ", text), _LEADERS.sub(" ", wanted)
    return Scores(similarity(text, wanted), f1(text, wanted), lost(text, wanted), left, there)


def our_cells(text: str) -> list[str]:
    return [cell for line in text.split("\n") if "\t" in line for cell in line.split("\t")]


def samples(folder: Path) -> list[tuple[str, bytes, str, dict[str, Any]]]:
    """The documents of a folder: name, bytes, known text, what else is stated."""
    return [
        (
            path.stem,
            path.with_suffix(".pdf").read_bytes(),
            path.with_suffix(".txt").read_text(encoding="utf-8"),
            json.loads(path.read_text(encoding="utf-8")),
        )
        for path in sorted(folder.glob("*.json"))
    ]


def generated(half: str, folder: Path, only: str = "") -> None:
    """Fill a folder with the documents of a half; what a machine lacks a program for is left out."""
    command = [sys.executable, "fixtures/unseen", str(folder), "--half", half]
    subprocess.run([*command, "--only", only], cwd=ROOT, check=False, timeout=3600)


def measure_folder(folder: Path, engines: Mapping[str, Engine]) -> dict[str, Any]:
    """The figures of a folder: means over its documents, and for each class and engine.

    Of documents whose text no font tells only those count that an engine refuses by name.
    """
    found: dict[str, list[Scores]] = defaultdict(list)
    by_class: dict[str, dict[str, list[Scores]]] = defaultdict(lambda: defaultdict(list))
    programs: dict[str, set[str]] = defaultdict(set)
    cells: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    in_codes: dict[str, list[bool]] = defaultdict(list)
    count = 0
    for _, content, wanted, stated in samples(folder):
        count += 1
        topic = stated["topic"]
        if stated["text_layer"] == "codes":
            for name, engine in engines.items():
                in_codes[name].append(is_refused(engine, content))
            continue
        programs[topic].add(stated["made_by"])
        for name, engine in engines.items():
            if name in SLOW and stated["page_count"] > MANY:
                continue
            text = text_of(engine, content)
            one = scored(text, wanted, stated)
            found[name].append(one)
            by_class[topic][name].append(one)
            if name == "ingest" and stated["tables"]:
                cells["ingest"][topic].append(cell_f1(our_cells(text), stated))
                cells["pdfplumber"][topic].append(cell_f1(plumber_cells(content), stated))
    similar = {
        topic: {name: fmean(one.similarity for one in scores) for name, scores in by_name.items()}
        for topic, by_name in by_class.items()
    }
    return {
        "documents": count,
        "programs_by_class": {topic: sorted(names) for topic, names in programs.items()},
        "similarity": {
            name: round(fmean(by_name[name] for by_name in similar.values() if name in by_name), 4)
            for name in engines
        },
        "similarity_by_class": {
            topic: {name: round(value, 4) for name, value in by_name.items()}
            for topic, by_name in similar.items()
        },
        "below_a_peer": below_a_peer(similar),
        "break_f1": {
            name: round(fmean(one.breaks for one in scores), 4) for name, scores in found.items()
        },
        "break_f1_by_class": {
            topic: round(fmean(one.breaks for one in by_name["ingest"]), 4)
            for topic, by_name in by_class.items()
            if "ingest" in by_name
        },
        "body_lost_percent": {
            name: round(100 * fmean(one.body_lost for one in scores), 3)
            for name, scores in found.items()
        },
        "running_left_percent": {
            name: round(
                100
                * sum(one.running_left for one in scores)
                / max(1, sum(one.running_there for one in scores)),
                2,
            )
            for name, scores in found.items()
        },
        "cells_f1": {
            name: {topic: round(fmean(values), 4) for topic, values in topics.items()}
            for name, topics in cells.items()
        },
        "in_codes": {
            "documents": max(map(len, in_codes.values()), default=0),
            "refused": {name: sum(refused) for name, refused in in_codes.items()},
        },
    }


def text_of(engine: Engine, content: bytes) -> str:
    """The text of an engine; nothing where ours says that there is none to be read."""
    try:
        return engine(content)
    except IngestError:
        return ""


def below_a_peer(similar: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """The classes in which an engine of others is more similar, and how much: `peer +.0012`."""
    found = {}
    for topic, by_name in similar.items():
        theirs = {name: by_name[name] for name in by_name if name not in ("ingest", "extract")}
        best = max(theirs, key=lambda name: theirs[name], default="")
        ahead = theirs[best] - by_name["ingest"] if best and "ingest" in by_name else 0.0
        if ahead > 0:
            found[topic] = f"{best} +{ahead:.4f}"
    return found


def is_refused(engine: Engine, content: bytes) -> bool:
    """Say whether an engine says that a document has no text that could be read."""
    try:
        engine(content)
    except NoTextLayerError:
        return True
    return False


def measure_heldout(engines: Mapping[str, Engine]) -> dict[str, Any]:
    """Generate the held-out half and measure it."""
    with tempfile.TemporaryDirectory() as scratch:
        generated("held-out", Path(scratch))
        return measure_folder(Path(scratch), engines)


def main(folder: Path, names: Sequence[str]) -> None:
    """Print one line for each document."""
    engine: Callable[[bytes], str] = peers()["ingest"]
    total: list[Scores] = []
    for name, content, wanted, stated in samples(folder):
        if stated["text_layer"] == "codes" or (names and not any(part in name for part in names)):
            continue
        text = engine(content)
        (folder / f"{name}.out").write_text(text, encoding="utf-8")
        one = scored(text, wanted, stated)
        total.append(one)
        cells = f"cells {cell_f1(our_cells(text), stated):.3f}" if stated["tables"] else ""
        print(
            f"{name:<34} similarity {one.similarity:.4f}  breaks {one.breaks:.3f}"
            f"  lost {100 * one.body_lost:.2f}%  running {one.running_left}/{one.running_there}  {cells}"
        )
    means = [fmean(column) for column in zip(*total, strict=True)]
    print(
        f"{'mean':<34} similarity {means[0]:.4f}  breaks {means[1]:.3f}  lost {100 * means[2]:.2f}%"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
