"""Leftover escapes: how many come back in running text, and what is touched that is none.

Items are pieces of held-out text (the last third of each corpus) in which a few characters
are written as escapes; a piece comes back when it is the original again, to the character.
Negatives are the clean corpora (without `&#39;`, which the Russian one really has left over), the catalogues, the fixtures, and source code: the modules
of the standard library that speak of markup and addresses among them.
"""

from __future__ import annotations

import html.entities
import random
import re
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.edits import in_order, replaced
from ingest.repair import escapes
from tests.bench import mojibake_clean
from tests.bench.mojibake_matrix import TEXTS, end_of

CORPORA = (
    "cmrc_dev.zh-Hans",
    "drcd_dev.zh-Hant",
    "ud_dev.ja",
    "ud_dev.ko",
    "ud_dev.ru",
    "ud_dev.fr",
)
NAMES = {chr(code): name for code, name in html.entities.codepoint2name.items() if code > 0x7F}
NAMES["&"] = "amp"
WIDE = re.compile(r"[\u0400-\u04ff\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,6}")


def _numeric(run: str, rng: random.Random) -> str:
    return "".join(
        f"&#{ord(char)};" if rng.random() < 0.5 else f"&#x{ord(char):x};" for char in run
    )


def _unicode(run: str, rng: random.Random) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in run)


def _percent(run: str, rng: random.Random) -> str:
    return "".join(f"%{byte:02X}" for byte in run.encode("utf-8"))


def _percent_gbk(run: str, rng: random.Random) -> str:
    return "".join(f"%{byte:02X}" for byte in run.encode("gbk"))


def _doubled(run: str, rng: random.Random) -> str:
    return _numeric(run, rng).replace("&", "&amp;")


RUNS: dict[str, Callable[[str, random.Random], str]] = {
    "numeric": _numeric,
    "numeric_doubled": _doubled,
    "unicode": _unicode,
    "percent_utf8": _percent,
    "percent_gbk": _percent_gbk,
}


def items(kind: str, corpus: str, count: int) -> Iterator[tuple[str, str]]:
    """Pieces of held-out text, and what they are with escapes in them."""
    rng = random.Random(f"escapes {kind} {corpus} 3")
    text = end_of(corpus)
    made = 0
    for _ in range(count * 40):
        at = rng.randrange(len(text) - 160)
        piece = text[at : at + rng.choice((40, 80, 160))]
        if any(sign in piece for sign in ("&", "%", "\\")):
            continue
        if kind == "named":
            damaged = "".join(f"&{NAMES[char]};" if char in NAMES else char for char in piece)
        elif kind == "ampersand":
            words = list(re.finditer(r"(?<=\w)[ ,，、](?=\w)", piece))
            if not words:
                continue
            found = rng.choice(words)
            piece = f"{piece[: found.start()]} & {piece[found.end() :]}"
            damaged = piece.replace("&", "&amp;")
        else:
            runs = list(WIDE.finditer(piece))
            if not runs:
                continue
            found = rng.choice(runs)
            try:
                written = RUNS[kind](found[0], rng)
            except UnicodeEncodeError:
                continue
            damaged = piece[: found.start()] + written + piece[found.end() :]
        if damaged != piece:
            yield piece, damaged
            made += 1
            if made == count:
                return


def undone(text: str) -> str:
    """A text without its escapes."""
    return replaced(text, in_order(escapes.edits(text)))


def code() -> Iterator[str]:
    """Source code, in pieces of 50 lines."""
    library = Path(sysconfig.get_path("stdlib"))
    paths = [
        *library.glob("*.py"),
        *(library / "html").glob("*.py"),
        *(library / "json").glob("*.py"),
    ]
    for path in sorted(paths):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        yield from ("\n".join(lines[at : at + 50]) for at in range(0, len(lines), 50))


def measure(*, quick: bool = False) -> dict[str, float]:
    """Recall by kind, and how much was changed that is no damage."""
    figures: dict[str, float] = {}
    if TEXTS.is_dir():
        for kind in ("named", "ampersand", *RUNS):
            found = [
                undone(damaged) == piece
                for corpus in CORPORA
                if not (kind == "percent_gbk" and "zh" not in corpus)
                for piece, damaged in items(kind, corpus, 30 if quick else 300)
            ]
            figures[f"recall.{kind}"] = sum(found) / len(found)
            figures[f"items.{kind}"] = len(found)
    # What the Russian corpus has of them is damage in fact.
    clean = [text for _, text in mojibake_clean.corpora() if "&#39;" not in text]
    catalogues = [text for _, text in mojibake_clean.catalogues()]
    for name, texts in (("corpora", clean), ("catalogues", catalogues), ("code", list(code()))):
        figures[f"false.{name}"] = sum(bool(escapes.edits(text)) for text in texts)
        figures[f"pieces.{name}"] = len(texts)
    return figures
