"""Detection of encodings on raw bytes of short texts: how often the family is right.

Held-out text: every measured slice comes from the last third of each corpus, of which
nothing was looked at while thresholds were set.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from ingest.extract.encoding import detect
from tests.bench.clock import side_by_side

TEXTS = Path(__file__).parent.parent.parent.parent / "shared" / "corpora" / "text"

#: Encoding, corpus, and what counts as the same family (the same letters at the same codes).
CELLS = (
    ("utf-8", "cmrc_dev.zh-Hans", {"utf-8"}),
    ("gbk", "cmrc_dev.zh-Hans", {"gb18030"}),
    ("gb18030", "finglm_A.zh-Hans", {"gb18030"}),
    ("big5", "drcd_dev.zh-Hant", {"cp950", "big5hkscs"}),
    ("shift_jis", "ud_dev.ja", {"cp932", "shift_jis_2004"}),
    ("euc_jp", "ud_dev.ja", {"euc_jp", "euc_jis_2004"}),
    ("euc_kr", "ud_dev.ko", {"cp949"}),
    ("koi8_r", "ud_dev.ru", {"koi8-u", "koi8-r"}),
    ("cp1251", "ud_dev.ru", {"cp1251"}),
    ("cp1252", "ud_dev.fr", {"cp1252", "cp1254", "iso8859-1", "iso8859-15"}),
    ("cp1252", "ud_dev.de", {"cp1252", "cp1254", "iso8859-1", "iso8859-15"}),
    ("cp866", "ud_dev.ru", {"cp866"}),
    ("mac_cyrillic", "ud_dev.ru", {"mac-cyrillic"}),
    ("iso8859_5", "ud_dev.ru", {"iso8859-5"}),
    ("cp1250", "ud_dev.de", {"cp1250", "cp1252"}),
    ("cp850", "ud_dev.fr", {"cp850"}),
    ("cp850", "ud_dev.de", {"cp850"}),
    ("mac_roman", "ud_dev.fr", {"mac-roman"}),
    ("mac_roman", "ud_dev.de", {"mac-roman"}),
    ("utf-16-le", "cmrc_dev.zh-Hans", {"utf-16-le"}),
    ("utf-16-be", "drcd_dev.zh-Hant", {"utf-16-be"}),
    ("utf-16-le", "ud_dev.ja", {"utf-16-le"}),
    ("utf-16-be", "ud_dev.ko", {"utf-16-be"}),
    ("utf-16-le", "ud_dev.fr", {"utf-16-le"}),
)
LENGTHS = (8, 20, 80)


def slices(text: str, encoding: str, length: int, count: int, rng: random.Random) -> list[bytes]:
    """Encoded pieces that have at least one character above ASCII."""
    found: list[bytes] = []
    while len(found) < count:
        at = rng.randrange(len(text) - length)
        try:
            content = text[at : at + length].encode(encoding)
        except UnicodeEncodeError:
            continue
        if not content.isascii() or encoding.startswith("utf-16"):
            found.append(content)
    return found


def rivals() -> dict[str, Callable[[bytes], str | None]]:
    """The detectors that are installed beside ours."""
    found: dict[str, Callable[[bytes], str | None]] = {}
    for name in ("chardet", "cchardet"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        found[name] = lambda content, module=module: module.detect(content)["encoding"]
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return found

    def normalizer(content: bytes) -> str | None:
        best = from_bytes(content).best()
        return best.encoding if best is not None else None

    return {**found, "charset_normalizer": normalizer}


def ours(content: bytes) -> str | None:
    """Our answer, as the name of a codec."""
    found = detect(content)
    return found.encoding if found is not None else None


def one_byte(count: int) -> dict[str, float]:
    """Share of texts in encodings of one byte that come out right, to the character."""
    figures: dict[str, float] = {}
    contenders = {"ours": ours, **rivals()}
    for length in (20, 80, 400):
        right = Counter[str]()
        made = 0
        for encoding, corpus, _ in CELLS:
            if encoding.startswith("utf") or corpus not in ("ud_dev.ru", "ud_dev.fr", "ud_dev.de"):
                continue
            text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8").replace("\n", " ")
            text = text[len(text) * 2 // 3 :]
            rng = random.Random(f"one byte {encoding}{corpus}{length}")
            for content in slices(text, encoding, length, count, rng):
                made += 1
                said = content.decode(encoding)
                for name, answer in contenders.items():
                    with suppress(UnicodeDecodeError, LookupError):
                        right[name] += content.decode(answer(content) or "ascii") == said
        figures |= {f"one_byte_{length}.{name}": right[name] / made for name in contenders}
    return figures


def measure(*, quick: bool = False) -> dict[str, float]:
    """Share of slices whose family is found, ours beside chardetng alone; empty without corpora."""
    from chardetng_py import detect as bare

    if not TEXTS.is_dir():
        return {}
    figures: dict[str, float] = {}
    count = 60 if quick else 300
    cjk: dict[int, list[bool]] = {length: [] for length in LENGTHS}
    everything: list[bytes] = []
    for encoding, corpus, family in CELLS:
        text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8").replace("\n", "")
        text = text[len(text) * 2 // 3 :]
        for length in LENGTHS:
            rng = random.Random(f"{encoding}{corpus}{length}")
            pieces = slices(text, encoding, length, count, rng)
            everything += pieces
            right = [
                (found := detect(piece)) is not None and found.encoding in family
                for piece in pieces
            ]
            figures[f"{encoding}_{corpus.split('.')[1]}_{length}"] = sum(right) / count
            if encoding in ("gbk", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"):
                cjk[length] += right
    figures |= one_byte(count // 3)
    for length, right in cjk.items():
        figures[f"cjk_{length}"] = sum(right) / len(right)
    long = (TEXTS / "cmrc_dev.zh-Hans.txt").read_bytes() * 8
    taken = side_by_side(
        {
            "ours": lambda: detect(long),
            "chardetng": lambda: bare(long, allow_utf8=True),
            "ours_short": lambda: [detect(piece) for piece in everything],
            "chardetng_short": lambda: [bare(piece, allow_utf8=True) for piece in everything],
        }
    )
    figures["10mb_ratio_to_chardetng"] = taken["ours"] / taken["chardetng"]
    figures["short_ratio_to_chardetng"] = taken["ours_short"] / taken["chardetng_short"]
    return figures
