"""Gloss damage: simulated over held-out text, undone, and compared with the truth.

Rules and thresholds were tuned on the first half of each corpus; everything here is
measured on the second, and the first is shown beside it. Every page is used once for each
kind of cutting, at one level: the same text at another level has the same places again.

What is counted, all with every mark cut out:

`damaged_right_always` is over the characters of all damaged places, whatever the damage: one
with a reading glued behind it, one whose bytes the decoder paired wrongly, one of which a byte
or both are gone, one that GBK lacks. `broken_right_always` leaves out those that have no more
than a reading behind them: it is over the characters of broken runs. Neither counts what was
left as a loss as right.

A character that no edit wrote, and that is not the right one, counts as left garbled.

`one_byte` figures are over the characters that lost exactly one byte. `top1_forced` is the share
for which what `infer="always"` writes is right, neighbours that it must repair itself included;
`top1_ceiling` is the share that the model ranks first where the whole original stands around.
`alone_lead` and `alone_trail` are those whose lead or trail byte survives between neighbours
that are whole or of which all bytes survive; `pair` those between which a pair of bytes
vanished; `start` and `end` those at the ends of runs.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import opencc

from ingest.document import Document, Edit, Mark
from ingest.repair import bind, glosses
from ingest.settings import Settings
from tests.bench.gloss_truth import CLASSES, alone, ceiling, clusters, damage, kind, verdicts

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora" / "text"
FIXTURES = ROOT / "fixtures"
SOURCES = ("cmrc_dev.zh-Hans.txt", "finglm_A.zh-Hans.txt", "drcd_dev.zh-Hant.txt")
PAGE = 2000
LEVELS = 14
CUTTINGS = ("off", "partial", "always")
READING = glosses.recognize.GLOSS
VERDICTS = {"r": "right", "l": "lost", "w": "wrong", "g": "garbled", "m": "missing"}


def pages(count: int, *, held_out: bool = True) -> Iterator[str]:
    """Pages of some two thousand characters from one half of each corpus.

    What the mirror took was Simplified: Traditional text is converted first.
    """
    simplify = opencc.OpenCC("t2s").convert
    for source in SOURCES:
        text = (CORPORA / source).read_text(encoding="utf-8")
        half = text[len(text) // 2 :] if held_out else text[: len(text) // 2]
        half = simplify(half) if "Hant" in source else half
        joined, current = [], ""
        for paragraph in half.split("\n"):
            current += paragraph + "\n"
            if len(current) > PAGE:
                joined.append(current)
                current = ""
        random.Random(11).shuffle(joined)
        yield from joined[:count]


def repaired(text: str, settings: Settings) -> tuple[list[Edit], list[Mark], float]:
    start = time.process_time()
    edits, marks, _ = glosses.edits(text, settings)
    return sorted(edits, key=lambda edit: edit[:2]), marks, time.process_time() - start


def simulated(count: int, *, held_out: bool = True) -> dict[str, object]:
    """Figures over so many pages of each corpus, with each kind of cutting."""
    tally: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for number, text in enumerate(pages(count, held_out=held_out)):
        for cutting in CUTTINGS:
            page = damage.damage(
                text, damage.Settings(number % LEVELS, cutting, number, number % 3 != 0)
            )
            if len(page.places) < 2:
                continue
            edits, marks, spent = repaired(page.text, Settings())
            tally[f"{cutting}.chars"] += len(page.text)
            seconds[cutting] += spent
            tally[f"{cutting}.pages"] += 1
            tally[f"{cutting}.exact"] += _count(page, edits, marks, cutting, tally)
            if cutting == "always":
                _force(page, tally)
    return _figures(tally, seconds)


def _figures(tally: Counter[str], seconds: Counter[str]) -> dict[str, object]:
    def share(part: str, *whole: str) -> float:
        return tally[part] / max(sum(tally[name] for name in whole), 1)

    def of_all(name: str) -> float:
        return sum(tally[f"{sort}.{name}"] for sort in CLASSES) / max(
            sum(tally[f"{sort}.all"] for sort in CLASSES), 1
        )

    right = sum(tally[f"{sort}.right"] for sort in CLASSES)
    wrong = sum(tally[f"{sort}.wrong"] for sort in CLASSES)
    return {
        "annotations_left": tally["left"],
        "characters_changed_outside": tally["outside"],
        "proven_places": tally["proven"],
        "proven_exact": share("proven.exact", "proven"),
        "rejoined_places": tally["rejoined"],
        "rejoined_exact": share("rejoined.exact", "rejoined"),
        "one_byte_lost": sum(tally[f"{sort}.all"] for sort in CLASSES),
        "one_byte_top1_forced": of_all("forced"),
        "one_byte_top1_ceiling": of_all("ceiling"),
        "one_byte_written_precision": right / max(right + wrong, 1),
        "one_byte_left_as_loss": of_all("lost"),
        "one_byte_left_garbled": of_all("garbled"),
        "one_byte_missing": of_all("missing"),
        **{
            f"one_byte_{sort}.{name}": value
            for sort in CLASSES
            for name, value in (
                ("places", tally[f"{sort}.all"]),
                ("top1_forced", share(f"{sort}.forced", f"{sort}.all")),
                ("top1_ceiling", share(f"{sort}.ceiling", f"{sort}.all")),
                ("written", share(f"{sort}.right", f"{sort}.all")),
                ("precision", share(f"{sort}.right", f"{sort}.right", f"{sort}.wrong")),
            )
        },
        **{
            f"one_byte_alone_{side}.{name}": value
            for side in ("lead", "trail")
            for name, value in (
                ("places", tally[f"alone_{side}"]),
                ("top1_forced", share(f"alone_{side}.forced", f"alone_{side}")),
            )
        },
        "nothing_known": tally["nothing"],
        "nothing_known_recorded": share("nothing.recorded", "nothing"),
        **{f"pages_exact_{c}": share(f"{c}.exact", f"{c}.pages") for c in CUTTINGS},
        "damaged_chars_always": tally["damaged"] + tally["broken"],
        "damaged_right_always": (tally["damaged.right"] + tally["broken.right"])
        / max(tally["damaged"] + tally["broken"], 1),
        "broken_chars_always": tally["broken"],
        "broken_right_always": share("broken.right", "broken"),
        "broken_right_always_forced": share("broken.forced", "broken"),
        "broken_written_precision": share("broken.right", "broken.right", "broken.wrong"),
        "damaged_wrong_unrecorded": tally["unrecorded"],
        **{f"chars_per_second_{c}": tally[f"{c}.chars"] / max(seconds[c], 1e-9) for c in CUTTINGS},
    }


def _force(page: damage.Page, tally: Counter[str]) -> None:
    """Count what the first choices are worth: those of the repair, and the best possible."""
    forced, _, _ = repaired(page.text, Settings(infer="always"))
    for cluster in clusters(page, forced):
        if cluster.kinds == {"aligned"}:
            continue
        for at, verdict in enumerate(verdicts(cluster.truth, cluster.written)):
            if cluster.known[at] in "LT":
                tally[f"{kind(cluster.known, at)}.forced"] += verdict == "r"
                side = alone(cluster.known, at)
                tally[f"alone_{side}"] += 1
                tally[f"alone_{side}.forced"] += verdict == "r"
            tally["broken.forced"] += cluster.known[at] != "=" and verdict == "r"
    for sort, right in ceiling(page):
        tally[f"{sort}.ceiling"] += right


def _count(
    page: damage.Page,
    edits: list[Edit],
    marks: list[Mark],
    cutting: str,
    tally: Counter[str],
) -> bool:
    """Count what became of one page; return whether nothing on it is wrong."""
    exact = True
    if cutting == "always":
        # Nobody can tell what the `?` of a character was that GBK lacks.
        tally["damaged"] += sum(place.kind == "outside-gbk" for place in page.places)
    for cluster in clusters(page, edits):
        said = verdicts(cluster.truth, cluster.written, cluster.touched)
        start, end = cluster.span
        marked = any(mark.start < end and mark.end > start for mark in marks)
        if marked and cluster.written == page.text[start:end]:
            # Left as it stands, and reported: nothing was written.
            said = "l" * len(said)
        tally["left"] += any(
            reading in cluster.written and reading not in cluster.truth
            for match in READING.finditer(cluster.written)
            if (reading := match[2])
        )
        if cluster.kinds and cluster.kinds <= {"aligned", "letter", "proven"}:
            right = cluster.truth == cluster.written
            tally["proven"] += 1
            tally["proven.exact"] += right
            if "proven" in cluster.kinds:
                tally["rejoined"] += 1
                tally["rejoined.exact"] += right
        if not {*"wgm"}.isdisjoint(said) or len(said) != len(cluster.truth):
            exact = False
        if cutting == "always":
            whole = [reading not in cluster.written for reading in cluster.readings]
            tally["damaged"] += len(whole)
            tally["damaged.right"] += sum(whole)
        if cluster.kinds == {"aligned"}:
            continue
        for at, (known, verdict) in enumerate(zip(cluster.known, said, strict=True)):
            if known == "=":
                tally["outside"] += verdict != "r"
                exact = exact and verdict == "r"
                continue
            if verdict in "wgm" and cluster.sure and not marked:
                tally["unrecorded"] += 1
            if cutting != "always":
                continue
            tally["broken"] += 1
            tally[f"broken.{VERDICTS[verdict]}"] += 1
            if known in "LT":
                sort = kind(cluster.known, at)
                tally[f"{sort}.all"] += 1
                tally[f"{sort}.{VERDICTS[verdict]}"] += 1
            elif known == "-":
                tally["nothing"] += 1
                tally["nothing.recorded"] += verdict == "l" or not cluster.sure or marked
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
        **simulated(12 if quick else 1000),
        **({} if quick else {"tuning": simulated(1000, held_out=False)}),
        "false_repairs": false_repairs(),
        "hostile": hostile(100_000 if quick else 1_000_000),
        "gate": gate(),
    }


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(name, value)
