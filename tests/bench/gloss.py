"""Gloss damage: simulated over held-out text, undone, and compared with the truth.

Rules and thresholds were tuned on the first half of each corpus; everything here is
measured on the second.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.document import Document, Edit, Mark
from ingest.repair import bind, glosses
from ingest.settings import Settings

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora" / "text"
FIXTURES = ROOT / "fixtures"
sys.path.insert(0, str(FIXTURES))

import damage  # noqa: E402  (the simulator lives beside the fixtures)

LOST = "�"
SOURCES = ("cmrc_dev.zh-Hans.txt", "finglm_A.zh-Hans.txt")
PAGE = 2000
LEVELS = range(14)
CUTTINGS = ("off", "partial", "always")
READING = glosses.recognize.GLOSS


class Cluster(NamedTuple):
    """A damaged stretch of a page with the edits that touch it, seen from both sides."""

    truth: str
    known: str  # for each character of the truth, as `damage.Place` says
    written: str
    kinds: frozenset[str]
    sure: bool  # all edits are proven
    span: tuple[int, int]


def pages(count: int) -> Iterator[str]:
    """Pages of some two thousand characters from the second halves of the corpora."""
    for source in SOURCES:
        text = (CORPORA / source).read_text(encoding="utf-8")
        joined, current = [], ""
        for paragraph in text[len(text) // 2 :].split("\n"):
            current += paragraph + "\n"
            if len(current) > PAGE:
                joined.append(current)
                current = ""
        random.Random(3).shuffle(joined)
        yield from joined[:count]


def clusters(page: damage.Page, edits: Sequence[Edit]) -> Iterator[Cluster]:
    """Damaged places and edits, joined where they touch."""
    spans: list[tuple[int, int, damage.Place | None, Edit | None]] = [
        (place.start, place.end, place, None)
        for place in page.places
        if place.kind != "outside-gbk"
    ]
    spans += [(edit.start, edit.end, None, edit) for edit in edits]
    spans.sort(key=lambda span: span[:2])
    group: list[tuple[int, int, damage.Place | None, Edit | None]] = []
    end = -1
    for span in spans:
        if group and span[0] >= end and not span[0] == span[1] == end:
            yield _cluster(page.text, group)
            group = []
        group.append(span)
        end = max(end, span[1]) if len(group) > 1 else span[1]
    if group:
        yield _cluster(page.text, group)


def _cluster(text: str, group: list[tuple[int, int, damage.Place | None, Edit | None]]) -> Cluster:
    start, end = group[0][0], max(span[1] for span in group)
    truth, known, written, sure = "", "", "", True
    at = start
    kinds = set()
    for _, _, place, _ in group:
        if place:
            gap = text[at : place.start]
            truth, known = truth + gap + place.original, known + "=" * len(gap) + place.known
            at = place.end
            kinds.add(place.kind)
    truth, known = truth + text[at:end], known + "=" * (end - at)
    at = start
    for _, _, _, edit in group:
        if edit:
            written += text[at : edit.start] + edit.after
            at = edit.end
            sure = sure and edit.certainty == "proven"
    return Cluster(truth, known, written + text[at:end], frozenset(kinds), sure, (start, end))


def verdicts(truth: str, written: str) -> str:
    """For each character of the truth: r right, l lost (U+FFFD stands for it), w wrong,
    m missing (nothing stands for it: a vanished pair that nothing shows).

    One U+FFFD may stand for two characters. Least cost alignment.
    """
    if truth == written:
        return "r" * len(truth)
    rows = len(truth) + 1
    best: list[list[tuple[float, str]]] = [
        [(float("inf"), "")] * (len(written) + 1) for _ in range(rows)
    ]
    best[0][0] = (0.0, "")
    for i in range(rows):
        for j in range(len(written) + 1):
            cost, so_far = best[i][j]
            moves = []
            if i < len(truth) and j < len(written):
                same, lost = truth[i] == written[j], written[j] in (LOST, "?")
                moves.append(
                    (
                        1,
                        1,
                        0.0 if same else 0.1 if lost else 1.0,
                        "rlw"[2 - 2 * same - (lost and not same)],
                    )
                )
                if lost and i + 1 < len(truth):
                    moves.append((2, 1, 0.15, "ll"))
            if i < len(truth):
                moves.append((1, 0, 1.0, "m"))
            if j < len(written):
                moves.append((0, 1, 1.0, ""))
            for down, right, more, said in moves:
                if i + down < rows and j + right <= len(written):
                    other = best[i + down][j + right]
                    if cost + more < other[0]:
                        best[i + down][j + right] = (cost + more, so_far + said)
    return best[-1][-1][1]


def repaired(text: str, settings: Settings) -> tuple[list[Edit], list[Mark], float]:
    start = time.process_time()
    edits, marks, _ = glosses.edits(text, settings)
    return sorted(edits, key=lambda edit: edit[:2]), marks, time.process_time() - start


def simulated(count: int) -> dict[str, object]:
    chars: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    tally: Counter[str] = Counter()
    for number, text in enumerate(pages(count)):
        for level in LEVELS:
            for cutting in CUTTINGS:
                fold = (number + level) % 3 != 0
                page = damage.damage(text, damage.Settings(level, cutting, number, fold))
                if len(page.places) < 2:
                    continue
                edits, marks, spent = repaired(page.text, Settings())
                chars[cutting] += len(page.text)
                seconds[cutting] += spent
                tally[f"{cutting}.pages"] += 1
                tally[f"{cutting}.exact"] += _count(page, edits, marks, cutting, tally)
                forced, _, _ = repaired(page.text, Settings(infer="always"))
                for cluster in clusters(page, forced):
                    if cluster.kinds == {"aligned"}:
                        continue
                    said = verdicts(cluster.truth, cluster.written)
                    for known, verdict in zip(cluster.known, said, strict=True):
                        if known in "LT":
                            tally["forced"] += 1
                            tally["forced.right"] += verdict == "r"
    one, written = tally["one"], tally["one.right"] + tally["one.wrong"]
    return {
        "annotations_left": tally["left"],
        "characters_changed_outside": tally["outside"],
        "proven_places": tally["proven"],
        "proven_exact": tally["proven.exact"] / max(tally["proven"], 1),
        "one_byte_lost": one,
        "one_byte_top1_forced": tally["forced.right"] / max(tally["forced"], 1),
        "one_byte_written_precision": tally["one.right"] / max(written, 1),
        "one_byte_left_as_loss": tally["one.lost"] / max(one, 1),
        "one_byte_missing": tally["one.missing"] / max(one, 1),
        **{
            f"pages_exact_{cutting}": tally[f"{cutting}.exact"] / max(tally[f"{cutting}.pages"], 1)
            for cutting in CUTTINGS
        },
        "damaged_right_always": tally["always.right"] / max(tally["always.damaged"], 1),
        "damaged_wrong_unrecorded": tally["unrecorded"],
        **{f"chars_per_second_{c}": chars[c] / max(seconds[c], 1e-9) for c in CUTTINGS},
    }


def _count(
    page: damage.Page,
    edits: list[Edit],
    marks: list[Mark],
    cutting: str,
    tally: Counter[str],
) -> bool:
    """Count what became of one page; return whether nothing on it is wrong."""
    exact = True
    for cluster in clusters(page, edits):
        said = verdicts(cluster.truth, cluster.written)
        tally["left"] += any(
            reading in cluster.written and reading not in cluster.truth
            for match in READING.finditer(cluster.written)
            if (reading := match[2])
        )
        if cluster.kinds and cluster.kinds <= {"aligned", "letter", "proven"}:
            tally["proven"] += 1
            tally["proven.exact"] += cluster.truth == cluster.written
        if "w" in said or "m" in said or len(said) != len(cluster.truth):
            exact = False
        if not cluster.kinds and cluster.truth != cluster.written:
            exact = False
            tally["outside"] += 1
        if cluster.kinds == {"aligned"}:
            continue
        for known, verdict in zip(cluster.known, said, strict=True):
            if known == "=":
                tally["outside"] += verdict in "wm"
                continue
            start, end = cluster.span
            marked = any(mark.start < end and mark.end > start for mark in marks)
            if verdict in "wm" and cluster.sure and not marked:
                tally["unrecorded"] += 1
            if cutting == "always":
                tally["always.damaged"] += 1
                tally["always.right"] += verdict == "r"
            if known in "LT":
                tally["one"] += 1
                tally[
                    f"one.{ {'r': 'right', 'l': 'lost', 'w': 'wrong', 'm': 'missing'}[verdict] }"
                ] += 1
    return exact


def false_repairs() -> dict[str, int]:
    """Edits on clean corpora, whole and cut into pages, and on readings that are meant."""
    stage = bind(Settings())
    counts: dict[str, int] = {}

    def changed(texts: Sequence[str]) -> int:
        return sum(len(edits) for text in texts for edits in [glosses.edits(text, Settings())[0]])

    for path in sorted(CORPORA.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        cut = [text[at : at + 5000] for at in range(0, len(text), 5000)]
        counts[path.name.removesuffix(".txt")] = changed([text, *cut])
        counts["stage_" + path.name.removesuffix(".txt")] = sum(
            edit.rule.startswith("gloss") for _, edit in stage(Document.from_text(text)).edits()
        )
    for path in sorted((FIXTURES / "not_gloss").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        blocks = ["\n".join(lines[at : at + 10]) for at in range(0, len(lines), 10)]
        counts[path.stem] = changed([*lines, *blocks, "\n".join(lines)])
    return counts


def hostile(size: int) -> dict[str, float]:
    """Seconds for a million characters that look like damage, and growth when doubled."""
    head = damage.damage(
        "关于社区工作的调研，业务发展。最后里面" * 3, damage.Settings(level=6)
    ).text
    figures = {}
    for name, unit in (("half", "月?lián)"), ("bracket", "("), ("bare", "聯"), ("cut", "月?；蛘")):
        times = []
        for count in (size // 2, size):
            text = head + (unit * (count // len(unit)))
            times.append(repaired(text, Settings())[2])
        figures[f"{name}_seconds"] = times[1]
        figures[f"{name}_growth"] = times[1] / max(times[0], 0.02)
    return figures


def gate() -> dict[str, float]:
    """Cost of deciding that a clean text has nothing to undo."""
    text = (CORPORA / SOURCES[1]).read_text(encoding="utf-8")
    times = []
    for _ in range(5):
        start = time.process_time()
        glosses.edits(text, Settings())
        times.append(time.process_time() - start)
    return {"nanoseconds_per_character": min(times) / len(text) * 1e9}


def measure(*, quick: bool = False) -> dict[str, object]:
    """Figures of the gloss room; empty where the corpora are missing."""
    if not CORPORA.is_dir():
        return {}
    return {
        **simulated(1 if quick else 6),
        "false_repairs": false_repairs(),
        "hostile": hostile(100_000 if quick else 1_000_000),
        "gate": gate(),
    }


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(name, value)
