"""Build ingest/data/notices/{line,place}_weights.tsv: what tells a notice from a report.

    python -m venv .weights && .weights/bin/pip install numpy -e .
    .weights/bin/python tools/build_notice_weights.py [--saved FOLDER] [--reports FOLDER] [--write]

Two logistic regressions. The first weighs what a line shows by itself (`strip/features.py`),
the second where it stands (`strip/body.py`), with the first one's scores of it and of its
neighbours, which come from models that did not see its template. Without `--write` it only
prints what both say of templates that they did not see.

What they learn from: the pages of `fixtures/pages/tuned/`; the traps and the frames of
content in `fixtures/clean_traps/` (the half that is marked `tuned`), also set into these pages;
with `--saved` real pages (`NAME.html`, and in `NAME.body` the text of the article), each once
with its source and once without; with `--reports` the lines of texts and PDFs that are all
report. The held-back pages are not read. The pages' own reports count for places only: all
pages share eleven of them, and a score that knew their words would flatter itself.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ingest.document import Document
from ingest.errors import IngestError
from ingest.extract import read
from ingest.strip import frame
from ingest.strip.body import body, contexts
from ingest.strip.facts import Facts, line_facts
from ingest.strip.features import Shown, shown
from ingest.strip.folding import fold
from ingest.strip.lines import TextLine, split
from ingest.strip.proof import Judged

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
TABLES = ROOT / "ingest" / "data" / "notices"
#: Folds: a template is in one of them with all its pages.
FOLDS = 6
#: Templates that must show a pair of characters or a word before it counts.
GROUPS = 6
#: Pull towards zero of every weight, and beyond it (per unit of weight) of pairs and words.
SQUARED, ABSOLUTE = 1.0, 0.6
#: What the lines of a page weigh together, at most, as so many lines; and each by its origin.
NOTICES, REPORT = 25.0, 40.0
ORIGINS = {"own": 2.0, "known": 1.0, "saved": 0.5, "report": 1.0, "trap": 3.0, "mixed": 0.6}
#: Whether the lines of a report that would go are printed, too.
VERBOSE = False
KNOWN = ("A", "B", "C", "D", "E", "scribd", "jstor", "watermark")


@dataclass
class Sample:
    """A page: its lines, whether each is a notice (None: not known), what they show."""

    group: str
    origin: str
    lines: list[TextLine]
    facts: list[Facts]
    truth: list[bool | None]
    name: str = ""
    shows: list[Shown] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    places: dict[int, dict[str, float]] = field(default_factory=dict)
    odds: dict[int, float] = field(default_factory=dict)

    def weights(self) -> list[float]:
        notices = sum(one is True for one in self.truth)
        others = sum(one is False for one in self.truth)
        base = ORIGINS[self.origin]
        by = {
            True: base * min(1.0, NOTICES / max(1, notices)),
            False: base * min(1.0, REPORT / max(1, others)),
            None: 0.0,
        }
        return [by[one] for one in self.truth]


@cache
def _shown(text: str, facts: Facts) -> Shown:
    return shown(text, facts)


def sample(
    group: str, origin: str, rows: Sequence[tuple[str, bool | None]], name: str = ""
) -> Sample:
    """Make a page of lines and their truth."""
    text = "\n".join(row for row, _ in rows)
    lines = [line for line in split(text) if not line.blank]
    truth = [truth for row, truth in rows if row.strip()]
    return Sample(group, origin, lines, [Facts()] * len(lines), truth, name)


def own_pages() -> Iterator[Sample]:
    from ingest.repair import bind
    from ingest.settings import Settings

    repair = bind(Settings())
    for path in sorted((FIXTURES / "pages" / "tuned").glob("*.json")):
        account = json.loads(path.read_text(encoding="utf-8"))
        document: Document = repair(read(path.parent / account["file"]))
        lines = [line for line in split(document.text) if not line.blank]
        notices = {notice["line"] for notice in account["notices"]}
        known = account["template"] in KNOWN
        rows = [(line.text, at in notices) for at, line in enumerate(lines)]
        yield sample(account["template"], "known" if known else "own", rows, path.stem)


def mixed_pages(pages: Iterable[Sample], chance: random.Random) -> Iterator[Sample]:
    """Set traps and frames of content into pages, beside the notices."""
    traps = [trap for name in ("before", "after", "fresh") for trap in _traps(name)]
    frames = [one for one in map(json.loads, _traps("frames", "jsonl")) if one["split"] == "tuned"]
    for page in pages:
        content = [at for at, truth in enumerate(page.truth) if not truth]
        if not content:
            continue
        first, last = content[0], content[-1] + 1
        rows = [(line.text, truth) for line, truth in zip(page.lines, page.truth, strict=True)]
        for _ in range(2):
            one, other = chance.sample(traps, 2)
            middle = [(one, False), ("本次调研历时两个月，走访了六个乡镇。", False), (other, False)]
            yield sample(page.group, "mixed", [*rows[:first], *middle, *rows[last:]], page.name)
        notices = [row for row in rows if row[1]]
        between = list(rows)
        for at in sorted(chance.sample(range(first + 1, last), min(3, last - first - 1)))[::-1]:
            between.insert(at, chance.choice([*notices, ("- 3 -", True), ("第3页 共9页", True)]))
        yield sample(page.group, "mixed", between, page.name)
        for place in ("head", "tail", "tail"):
            block = chance.choice([one for one in frames if one["place"] == place])
            added = [(line, False) for line in block["lines"]]
            at = last if place == "tail" else first + 1
            yield sample(page.group, "mixed", [*rows[:at], *added, *rows[at:]], page.name)


def _traps(name: str, suffix: str = "txt") -> list[str]:
    path = FIXTURES / "clean_traps" / f"{name}.{suffix}"
    return path.read_text(encoding="utf-8").splitlines()


def trap_pages() -> Iterator[Sample]:
    for name in ("before", "after", "fresh"):
        traps = _traps(name)
        for at in range(0, len(traps), 6):
            rows = [(trap, False) for trap in traps[at : at + 6]]
            yield sample(f"trap-{name}-{at // 24}", "trap", rows)
    for one in map(json.loads, _traps("frames", "jsonl")):
        if one["split"] == "tuned":
            yield sample(f"frame-{one['id']}", "trap", [(line, False) for line in one["lines"]])


def saved_pages(folder: Path) -> Iterator[Sample]:
    """Label the lines of real pages by the text of their articles; leave out what is unclear."""
    for path in sorted(folder.glob("*.html")):
        document = read(path)
        article = fold(path.with_suffix(".body").read_text(encoding="utf-8"))
        runs = {article[at : at + 4] for at in range(len(article) - 3)}
        lines = [line for line in split(document.text) if not line.blank]
        facts = line_facts(lines, document.plan())
        truth: list[bool | None] = []
        for line in lines:
            folded = fold(line.text.strip())
            own = {folded[at : at + 4] for at in range(len(folded) - 3)}
            within = folded in article or (bool(own) and len(own & runs) >= 0.7 * len(own))
            short = len(folded) < (24 if folded.isascii() else 12)
            truth.append(None if short and within else not within)
        content = [at for at, one in enumerate(truth) if one is False]
        if len(content) < 2:
            continue
        title = fold(str(document.metadata.get("title", "")))
        for at, line in enumerate(lines):
            if truth[at] and _unclear(fold(line.text.strip()), facts[at], title, at, content):
                truth[at] = None
        group = path.stem.partition("_")[0]
        yield Sample(group, "saved", lines, facts, truth, path.stem)
        yield Sample(group, "saved", lines, [Facts()] * len(lines), truth, path.stem)


_FRAME = frozenset(("nav", "share", "aside", "form", "comment", "button", "footer"))


def _unclear(folded: str, facts: Facts, title: str, at: int, content: Sequence[int]) -> bool:
    """Say whether a line outside of an article's text may be of the article all the same."""
    if ("heading" in facts.kinds and facts.links < 0.5) or (len(folded) >= 6 and folded in title):
        return True
    framed = facts.links > 0.8 or bool(facts.kinds & _FRAME)
    inside = content[0] < at < content[-1]
    return not framed and (inside or (len(folded) > 60 and folded.endswith(("。", ".", "!", "?"))))


def report_pages(folder: Path, chance: random.Random) -> Iterator[Sample]:
    """Pieces of texts that are all report; the first half of each, the second one measures."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".txt", ".pdf"):
            continue
        try:
            text = read(path).text
        except IngestError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        rows = [line for line in text.splitlines() if line.strip()]
        rows = rows[: len(rows) // 2] if path.suffix == ".txt" else rows[:400]
        size = 14 if path.suffix == ".txt" else 40
        starts = list(range(0, max(1, len(rows) - size), size))
        for number, at in enumerate(sorted(chance.sample(starts, min(60, len(starts))))):
            piece = rows[at : at + size]
            if number % 2 and path.suffix == ".txt":
                # Sentences on lines of their own, as short as lines of notices.
                piece = [one + "。" for row in piece for one in row.split("。") if one][:25]
            yield sample(f"{path.name}-{number % 10}", "report", [(one, False) for one in piece])


class Model:
    """A logistic regression over named features."""

    def __init__(
        self, rows: Sequence[Shown], truth: Sequence[bool], weights: Sequence[float], sparse: bool
    ) -> None:
        names = sorted({name for row in rows for name in row})
        index = {name: at for at, name in enumerate(names)}
        where, which, values = [], [], []
        for at, row in enumerate(rows):
            for name, value in row.items():
                where.append(at)
                which.append(index[name])
                values.append(value)
        pull = np.array(
            [0.02 if name.endswith("any") else SQUARED if sparse else 0.3 for name in names]
        )
        cut = np.array(
            [ABSOLUTE if sparse and name.startswith(("pair:", "word:")) else 0.0 for name in names]
        )
        solved = _solve(
            np.array(where),
            np.array(which),
            np.array(values),
            np.array(truth, float),
            np.array(weights),
            pull,
            cut,
        )
        self.weights = {
            name: float(weight)
            for name, weight in zip(names, solved, strict=True)
            if abs(weight) > 0.01
        }

    def score(self, row: Shown) -> float:
        return sum(self.weights.get(name, 0.0) * value for name, value in row.items())


def _solve(
    where: Any, which: Any, values: Any, truth: Any, weights: Any, pull: Any, cut: Any
) -> Any:
    """Proximal gradient with momentum per feature (Adam), 300 steps."""
    solved = np.zeros(len(pull))
    mean, square = np.zeros(len(pull)), np.zeros(len(pull))
    total = weights.sum()
    for step in range(1, 301):
        odds = np.bincount(where, values * solved[which], minlength=len(truth))
        off = (1 / (1 + np.exp(-odds)) - truth) * weights
        slope = (
            np.bincount(which, values * off[where], minlength=len(pull))
            + pull * solved
            + cut * np.sign(solved)
        ) / total
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        rate = 0.15 * (1 - 0.9 * step / 300)
        solved -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-10)
    solved[(np.abs(solved) < 0.08) & (cut > 0)] = 0.0
    return solved


def line_model(samples: Sequence[Sample]) -> Model:
    groups: dict[str, set[str]] = defaultdict(set)
    for one in samples:
        for shows in one.shows:
            for name in shows:
                groups[name].add(one.group)
    kept = {
        name
        for name, found in groups.items()
        if len(found) >= (GROUPS if name.startswith(("pair:", "word:")) else 2)
    }
    rows, truth, weights = [], [], []
    for one in samples:
        for shows, notice, weight in zip(one.shows, one.truth, one.weights(), strict=True):
            if notice is None or (not notice and one.origin in ("own", "known", "mixed")):
                continue
            rows.append({name: value for name, value in shows.items() if name in kept})
            truth.append(notice)
            weights.append(weight)
    return Model(rows, truth, weights, sparse=True)


def place_model(samples: Sequence[Sample]) -> Model:
    rows, truth, weights = [], [], []
    for one in samples:
        every = one.weights()
        for at, places in one.places.items():
            notice = one.truth[at]
            if notice is not None:
                rows.append(places)
                truth.append(notice)
                weights.append(every[at])
    return Model(rows, truth, weights, sparse=False)


def folded_out(group: str) -> int:
    return zlib.crc32(group.encode()) % FOLDS


def cross(samples: Sequence[Sample]) -> None:
    """Score every page by models that did not see its template."""
    for out in range(FOLDS):
        model = line_model([one for one in samples if folded_out(one.group) != out])
        for one in samples:
            if folded_out(one.group) == out:
                one.scores = [model.score(shows) for shows in one.shows]
    for one in samples:
        one.places = contexts(one.lines, one.scores, body(one.lines, one.scores))
    for out in range(FOLDS):
        model = place_model([one for one in samples if folded_out(one.group) != out])
        for one in samples:
            if folded_out(one.group) == out:
                one.odds = {at: model.score(places) for at, places in one.places.items()}


def report(samples: Sequence[Sample]) -> None:
    """Print recall and precision over the templates that a model did not see."""
    for origin in ORIGINS:
        for sourced in (False, True):
            pages = [
                one
                for one in samples
                if one.origin == origin and sourced == any(facts != Facts() for facts in one.facts)
            ]
            if pages:
                print(f"{origin}{' with source' if sourced else ''}: {len(pages)} pages")
                for level in frame.ODDS:
                    _print_level(pages, level)


def _print_level(pages: Sequence[Sample], level: str) -> None:
    total = right = wrong = proven = 0
    for one in pages:
        total += sum(truth is True for truth in one.truth)
        sourced = any(facts != Facts() for facts in one.facts)
        judged = Judged(
            body(one.lines, one.scores), one.shows, one.scores, one.odds, sourced=sourced
        )
        if not judged.proven:
            continue
        proven += 1
        taken = frame.chosen(one.lines, judged, level)
        right += sum(one.truth[at] is True for at in taken)
        for at in taken:
            if one.truth[at] is False:
                wrong += 1
                if VERBOSE and one.origin != "saved":
                    print(
                        "      ",
                        one.group,
                        one.name,
                        round(one.odds.get(at, 0.0), 1),
                        round(one.scores[at], 1),
                        one.lines[at].text[:60],
                    )
    print(
        f"   {level}: {proven} proven, recall {right / max(1, total):.3f}, "
        f"precision {right / max(1, right + wrong):.4f} ({wrong} of the report)"
    )


def write(name: str, model: Model, note: str) -> None:
    rows = sorted(
        model.weights.items(), key=lambda row: (row[0].partition(":")[0], -row[1], row[0])
    )
    head = f"# {note}\n# Made by tools/build_notice_weights.py; logarithms of odds, above 0 for notices.\nfeature\tweight\n"
    body = "".join(
        f"{feature}\t{weight:.2f}\n"
        for feature, weight in rows
        if f"{weight:.2f}" not in ("0.00", "-0.00")
    )
    (TABLES / f"{name}_weights.tsv").write_text(head + body, encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--saved", type=Path, action="append", default=[])
    parser.add_argument("--reports", type=Path, action="append", default=[])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    chance = random.Random(7)
    samples = list(own_pages())
    samples += [*mixed_pages(list(samples), chance), *trap_pages()]
    for folder in options.saved:
        samples += saved_pages(folder)
    for folder in options.reports:
        samples += report_pages(folder, chance)
    for one in samples:
        one.shows = [
            _shown(line.text, facts) for line, facts in zip(one.lines, one.facts, strict=True)
        ]
    cross(samples)
    report(samples)
    if options.write:
        places = place_model(samples)
        lines = line_model(samples)
        templates = len({one.group for one in samples if True in one.truth})
        note = (
            f"Learned from {sum(True in one.truth for one in samples)} pages of {templates} sites."
        )
        write("line", lines, note)
        write("place", places, note)
        print(len(lines.weights), "and", len(places.weights), "weights written")


if __name__ == "__main__":
    main(sys.argv[1:])
