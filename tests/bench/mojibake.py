"""Garbled text made of clean text: how much comes back exactly, and what is harmed.

Items are cut from the last third of each corpus and garbled by one misreading without
loss; ftfy does the same items in the same run. `wrong` is the share of items that were
changed into something else than the original, `left` counts silently passed items.
Clean text is everything in the corpora and in fixtures/clean, line by line and in pieces.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.repair import mojibake
from ingest.repair.mojibake.gate import suspects
from tests.bench.clock import side_by_side

ROOT = Path(__file__).parent.parent.parent
TEXTS = ROOT.parent / "shared" / "corpora" / "text"
CLEAN = ROOT / "fixtures" / "clean"

LENGTHS = (8, 20, 80, 400)
#: Corpus, how it was written, how it was read (`latin-1`: every byte a character).
PAIRS = (
    ("cmrc_dev.zh-Hans", "utf-8", "gb18030"),
    ("drcd_dev.zh-Hant", "utf-8", "gb18030"),
    ("ud_dev.ja", "utf-8", "gb18030"),
    ("ud_dev.ko", "utf-8", "gb18030"),
    ("ud_dev.ru", "utf-8", "gb18030"),
    ("cmrc_dev.zh-Hans", "utf-8", "cp932"),
    ("ud_dev.ja", "utf-8", "cp932"),
    ("cmrc_dev.zh-Hans", "gb18030", "cp950"),
    ("drcd_dev.zh-Hant", "cp950", "gb18030"),
    ("cmrc_dev.zh-Hans", "gb18030", "latin-1"),
    ("finglm_A.zh-Hans", "gb18030", "cp1252"),
    ("drcd_dev.zh-Hant", "cp950", "latin-1"),
    ("ud_dev.lzh", "cp950", "latin-1"),
    ("ud_dev.ja", "cp932", "latin-1"),
    ("ud_dev.ja", "euc_jp", "latin-1"),
    ("ud_dev.ko", "cp949", "latin-1"),
    ("cmrc_dev.zh-Hans", "utf-8", "latin-1"),
    ("cmrc_dev.zh-Hans", "utf-8", "cp1252"),
    ("ud_dev.ja", "utf-8", "latin-1"),
    ("ud_dev.ko", "utf-8", "latin-1"),
    ("ud_dev.ru", "utf-8", "latin-1"),
    ("ud_dev.ru", "utf-8", "cp1251"),
    ("ud_dev.fr", "utf-8", "latin-1"),
    ("ud_dev.fr", "utf-8", "cp1252"),
    ("ud_dev.de", "utf-8", "cp1252"),
    ("ud_dev.de", "utf-8", "macroman"),
    ("ud_dev.fr", "utf-8", "cp437"),
)


def held_out(corpus: str) -> str:
    text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8").replace("\n", "")
    return text[len(text) * 2 // 3 :]


def items(corpus: str, written: str, read: str, length: int, count: int) -> list[tuple[str, str]]:
    """Originals and what they became, of those that survive the misreading whole."""
    text = held_out(corpus)
    rng = random.Random(f"{corpus}{written}{read}{length}")
    found: list[tuple[str, str]] = []
    for _ in range(count * 40):
        if len(found) == count:
            break
        at = rng.randrange(len(text) - length)
        original = text[at : at + length]
        try:
            content = original.encode(written)
            garbled = content.decode(read)
            if content.isascii() or garbled.encode(read) != content:
                continue
            if content.decode(written) != original:  # Big5 has one code for two bullets
                continue
        except UnicodeError:
            continue
        found.append((original, garbled))
    return found


def repaired(text: str) -> tuple[str, bool]:
    """The text with our edits, and whether anything was edited or marked."""
    edits, marks = mojibake.edits(text)
    after = text
    for edit in sorted(edits, reverse=True):
        after = after[: edit.start] + edit.after + after[edit.end :]
    return after, bool(edits or marks)


def clean_pieces() -> Iterator[str]:
    """Clean text: lines of corpora and fixtures, and pieces of 60 characters."""
    files = sorted(CLEAN.glob("*.txt")) + (sorted(TEXTS.iterdir()) if TEXTS.is_dir() else [])
    for path in files:
        text = path.read_text(encoding="utf-8")
        yield from (line for line in text.split("\n") if line)
        if path.name != "about-mojibake.txt":  # its samples need the words around them
            yield from (text[at : at + 60] for at in range(0, len(text), 60))


def measure(*, quick: bool = False) -> dict[str, float]:
    """Exact and wrong shares by pair, length and contender, harm to clean text, CPU ratios."""
    from ftfy import fix_encoding, fix_text

    figures: dict[str, float] = {}
    clean = list(clean_pieces())
    harmed = [piece for piece in clean if mojibake.edits(piece)[0]]
    marked = [piece for piece in clean if mojibake.edits(piece)[1]]
    figures["clean_pieces"] = len(clean)
    figures["clean_changed"] = len(harmed)
    figures["clean_marked"] = len(marked)
    figures["clean_changed_fix_text"] = sum(fix_text(piece) != piece for piece in clean)
    figures["clean_changed_fix_encoding"] = sum(fix_encoding(piece) != piece for piece in clean)
    if not TEXTS.is_dir():
        return figures
    totals: dict[int, list[tuple[bool, bool, bool]]] = {length: [] for length in LENGTHS}
    contenders: dict[str, Callable[[str], str]] = {
        "fix_text": fix_text,
        "fix_encoding": fix_encoding,
    }
    for corpus, written, read in PAIRS:
        for length in LENGTHS:
            made = items(corpus, written, read, length, 40 if quick else 200)
            if len(made) < 20:  # too few survive the misreading whole
                continue
            name = f"{corpus.split('.')[1]}_{written}_as_{read}_{length}"
            outcomes = [(repaired(garbled), original, garbled) for original, garbled in made]
            exact = sum(after == original for (after, _), original, _ in outcomes)
            wrong = sum(
                after not in (original, garbled) for (after, _), original, garbled in outcomes
            )
            figures[f"{name}_exact"] = exact / len(made)
            figures[f"{name}_wrong"] = wrong / len(made)
            totals[length] += [
                (after == original, after not in (original, garbled), not noticed)
                for (after, noticed), original, garbled in outcomes
            ]
            for rival, fix in contenders.items():
                same = sum(fix(garbled) == original for original, garbled in made)
                figures[f"{name}_{rival}"] = same / len(made)
    for length, results in totals.items():
        for index, what in enumerate(("exact", "wrong", "passed_silently")):
            figures[f"all_{length}_{what}"] = sum(one[index] for one in results) / len(results)
    for corpus in ("cmrc_dev.zh-Hans", "drcd_dev.zh-Hant", "ud_dev.ja", "ud_dev.fr", "ud_dev.ru"):
        text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8")[:100_000]
        taken = side_by_side(
            {
                "gate": lambda text=text: suspects(text),
                "ours": lambda text=text: mojibake.edits(text),
                "ftfy": lambda text=text: fix_text(text),
            }
        )
        figures[f"clean_{corpus.split('.')[1]}_ftfy_to_gate"] = taken["ftfy"] / taken["gate"]
        figures[f"clean_{corpus.split('.')[1]}_ftfy_to_ours"] = taken["ftfy"] / taken["ours"]
    english = (CLEAN / "en.txt").read_text(encoding="utf-8") * 60
    taken = side_by_side(
        {"ours": lambda: mojibake.edits(english), "ftfy": lambda: fix_text(english)}
    )
    figures["clean_en_ftfy_to_ours"] = taken["ftfy"] / taken["ours"]
    return figures
