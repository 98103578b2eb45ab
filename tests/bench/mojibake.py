"""Garbled text made of clean text: how much comes back exactly, and what is harmed.

`mojibake_matrix` makes the items: every pair of encodings that occurs, eight languages,
four lengths; ftfy and plsfix do the same items in the same run. Of an item, `exact` is the
original back, `wrong` a change into anything else, `silent` an item that was neither
changed nor marked; `recall` is the share of unrepaired items that carry a mark. `ceiling` is
what the weights alone would bring back of the shortest items, were nothing too uncertain.
Clean text comes from `mojibake_clean`, ftfy's own cases from `mojibake_ftfy`.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ingest.repair import mojibake
from ingest.repair.mojibake.gate import suspects
from ingest.repair.mojibake.plausibility import nats
from ingest.repair.mojibake.readings import READ as READ_COSTS
from ingest.repair.mojibake.readings import WRITTEN as WRITTEN_COSTS
from ingest.repair.mojibake.readings import readings
from tests.bench import mojibake_clean, mojibake_ftfy
from tests.bench.clock import side_by_side
from tests.bench.mojibake_matrix import (
    DOUBLE,
    HOSTS,
    LENGTHS,
    TEXTS,
    WRITTEN,
    Item,
    items,
    pairs,
)

#: Fewer items than that are no figure: the cell is excluded and counted.
LEAST = 20


class Outcome(NamedTuple):
    """What became of an item."""

    exact: bool
    changed: bool
    marked: bool


def repaired(text: str) -> tuple[str, bool]:
    """The text with our edits, and whether anything was edited or marked."""
    edits, marks = mojibake.edits(text)
    after = text
    for edit in sorted(edits, reverse=True):
        after = after[: edit.start] + edit.after + after[edit.end :]
    return after, bool(edits or marks)


def outcome(item: Item) -> Outcome:
    """What we make of an item."""
    after, noticed = repaired(item.garbled)
    return Outcome(after == item.original, after != item.garbled, noticed)


def shares(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Shares of exact, wrong and silent items, and the recall of the report."""
    known = list(outcomes)
    left = [one for one in known if not one.exact and not one.changed]
    return {
        "exact": sum(one.exact for one in known) / len(known),
        "wrong": sum(one.changed and not one.exact for one in known) / len(known),
        "silent": sum(not one.marked for one in left) / len(known),
        "recall": sum(one.marked for one in left) / len(left) if left else 1.0,
    }


def is_decidable(item: Item) -> bool:
    """Whether the original is the most plausible of all readings, and more so than what stands:
    what a search without gate, margin or lead would find."""
    known = {item.garbled: nats(item.garbled)}
    for channel, said, _ in readings(item.garbled):
        cost = nats(said, every=False) + WRITTEN_COSTS[channel.written] + READ_COSTS[channel.read]
        known[said] = min(cost, known.get(said, cost))
    return min(known, key=known.__getitem__) == item.original


def rivals() -> dict[str, Callable[[str], str]]:
    """The other tools, as far as they are installed."""
    from ftfy import fix_encoding, fix_text

    found: dict[str, Callable[[str], str]] = {"fix_text": fix_text, "fix_encoding": fix_encoding}
    try:
        from plsfix import fix_text as plsfix
    except ImportError:
        return found
    return {**found, "plsfix": plsfix}


def kind(written: str, read: str) -> str:
    """The class of a misreading: `utf-8`, `cjk` or `single` as `cjk` or `single`."""
    wide = ("gb18030", "cp950", "cp932", "euc_jp", "cp949")
    names = [
        "utf-8" if one == "utf-8" else "cjk" if one in wide else "single" for one in (written, read)
    ]
    return f"{names[0]}-as-{names[1]}"


def matrix(*, quick: bool) -> dict[str, object]:
    """Every pair: a line each, then shares by class and by length, and against the rivals."""
    figures: dict[str, object] = {}
    by: dict[str, list[Outcome]] = defaultdict(list)
    below: list[str] = []
    excluded = decidable = 0
    contenders = rivals()
    theirs: dict[str, int] = dict.fromkeys(contenders, 0)
    total = 0
    for language, written, read in pairs():
        cells = []
        for length in LENGTHS:
            made = items(language, ((written, read),), length, 20 if quick else 200)
            if len(made) < LEAST:
                excluded += 1
                cells.append("-")
                continue
            outcomes = [outcome(item) for item in made]
            for name in (
                f"all.{length}",
                f"{kind(written, read)}.{length}",
                f"{language}.{length}",
            ):
                by[name] += outcomes
            share = shares(outcomes)
            cells.append(
                f"{share['exact'] * 100:.4g}/{share['wrong'] * 100:.3g}/{share['silent'] * 100:.3g}"
            )
            total += len(made)
            if length == LENGTHS[0]:
                pairs_of = zip(made, outcomes, strict=True)
                decidable += sum(one.exact or is_decidable(item) for item, one in pairs_of)
            best = 0
            for rival, fix in contenders.items():
                same = sum(fix(item.garbled) == item.original for item in made)
                theirs[rival] += same
                best = max(best, same)
            if best > sum(one.exact for one in outcomes):
                below.append(f"{language}.{written}.{read}.{length}")
        figures[f"pair.{language}.{written}-as-{read}"] = "  ".join(cells)
    for name in sorted(by):
        figures |= {f"{name}.{what}": share for what, share in shares(by[name]).items()}
    longer = [one for length in LENGTHS[1:] for one in by[f"all.{length}"]]
    everything = longer + by[f"all.{LENGTHS[0]}"]
    figures |= {f"all.from_20.{what}": share for what, share in shares(longer).items()}
    figures |= {f"all.{what}": share for what, share in shares(everything).items()}
    for rival, same in theirs.items():
        figures[f"all.exact_of_{rival}"] = same / total
    short = len(by[f"all.{LENGTHS[0]}"])
    figures[f"all.{LENGTHS[0]}.ceiling"] = decidable / short if short else 0.0
    figures["all.items"] = total
    figures["all.cells_below_a_rival"] = len(below)
    figures["_below"] = below
    figures["cells_excluded"] = excluded
    return figures


def embedded(*, quick: bool) -> dict[str, float]:
    """Garbled runs and lines among clean ones, and text that was garbled more than once."""
    by: dict[str, list[Outcome]] = defaultdict(list)
    count = 5 if quick else 50
    for language, written, read in pairs():
        for name, host in HOSTS:
            for item in items(language, ((written, read),), 20, count):
                before, after = host.format(item.garbled), host.format(item.original)
                by[f"embedded.{name}"].append(outcome(Item(after, before)))
                by[f"embedded.{name}.{kind(written, read)}"].append(by[f"embedded.{name}"][-1])
    for language, channels in DOUBLE:
        for length in LENGTHS:
            for item in items(language, channels, length, count):
                by[f"double.{length}"].append(outcome(item))
    return {
        f"{name}.{what}": share for name in sorted(by) for what, share in shares(by[name]).items()
    }


def clean(*, quick: bool) -> dict[str, object]:
    """Clean segments that were changed or marked."""
    figures: dict[str, object] = {}
    for source, segments in (
        ("corpora", mojibake_clean.corpora()),
        ("catalogues", mojibake_clean.catalogues()),
    ):
        changed, marked, languages, count, seen = [], [], set(), 0, 0
        for name, segment in segments:
            languages.add(name)
            count += 1
            if quick and source == "catalogues" and count % 10:
                continue
            seen += 1
            edits, marks = mojibake.edits(segment)
            if edits:
                changed.append((name, segment, edits))
            if marks:
                marked.append((name, segment, marks))
        figures |= {
            f"clean.{source}.segments": count,
            f"clean.{source}.languages": len(languages),
            f"clean.{source}.changed": len(changed),
            f"clean.{source}.marked": len(marked),
            f"clean.{source}.share_changed": len(changed) / seen,
            f"clean.{source}.share_marked": len(marked) / seen,
            f"clean.{source}._changed": changed,
            f"clean.{source}._marked": marked,
        }
    return figures


def speed() -> dict[str, float]:
    """CPU ratios to ftfy.fix_text on clean text, and characters a second of strict repair."""
    from ftfy import fix_text

    figures: dict[str, float] = {}
    # With their lines: a text in one line is looked at whole where one place looks odd.
    texts = {
        language: (TEXTS / f"{WRITTEN[language][0]}.txt").read_text(encoding="utf-8")[-100_000:]
        for language in ("zh-Hans", "zh-Hant", "ja", "ko", "fr", "de", "ru")
    }
    texts["en"] = (mojibake_clean.CLEAN / "en.txt").read_text(encoding="utf-8") * 60
    for language, text in texts.items():
        taken = side_by_side(
            {
                "gate": lambda text=text: suspects(text),
                "ours": lambda text=text: mojibake.edits(text),
                "ftfy": lambda text=text: fix_text(text),
            }
        )
        figures[f"speed.clean.{language}.ftfy_to_gate"] = taken["ftfy"] / taken["gate"]
        figures[f"speed.clean.{language}.ftfy_to_ours"] = taken["ftfy"] / taken["ours"]
    for language, written, read in (
        ("zh-Hans", "utf-8", "gb18030"),
        ("zh-Hans", "gb18030", "latin-1"),
        ("zh-Hant", "cp950", "latin-1"),
        ("ja", "cp932", "latin-1"),
        ("ru", "utf-8", "cp1251"),
        ("ru", "cp1251", "koi8-r"),
        ("fr", "utf-8", "cp1252"),
        ("de", "cp1252", "cp437"),
    ):
        lines = [item.garbled for item in items(language, ((written, read),), 80, 200)]
        text = "\n".join(lines)
        taken = side_by_side({"ours": lambda text=text: mojibake.edits(text)})
        figures[f"speed.repair.{language}.{written}-as-{read}"] = len(text) / taken["ours"]
    return figures


def measure(*, quick: bool = False) -> dict[str, object]:
    """Everything; empty of garbled items where the corpora are missing."""
    figures = clean(quick=quick) | mojibake_ftfy.measure()
    if not TEXTS.is_dir():
        return figures
    return figures | matrix(quick=quick) | embedded(quick=quick) | speed()


if __name__ == "__main__":
    for name, value in matrix(quick="--full" not in sys.argv).items():
        print(f"{name:<44} {value}")
