"""Build ingest/data/han.bin, the language model of Han text. Deterministic.

    pip install jieba==0.42.1 OpenCC==1.4.2
    python tools/build_language_model.py

Sources, with their licences:
- jieba 0.42.1, dict.txt (MIT): words and their counts.
- OpenCC 1.4.2 (Apache-2.0): conversion of the word list to Traditional.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import struct
from collections import defaultdict
from pathlib import Path

import opencc

from ingest.repair.language_table import SEED, extend, table_bytes

HAN = re.compile(r"[㐀-鿿〇]+")
LONGEST = 5
PUNCTUATION = {
    "「": "“",
    "」": "”",
    "『": "‘",
    "』": "’",
    ",": "，",
    "!": "！",
    "?": "？",
    ";": "；",
    ":": "：",
    "(": "（",
    ")": "）",
}


def encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def folding() -> dict[str, str]:
    """Traditional characters that stand for exactly one Simplified one, and rare variants."""
    to_simplified, to_taiwan = opencc.OpenCC("t2s"), opencc.OpenCC("t2tw")
    chars = [chr(code) for code in range(0x4E00, 0xA000)]
    big5 = {c for c in chars if encodable(c, "big5")}
    gb2312 = {c for c in chars if encodable(c, "gb2312")}
    variants = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for char in chars:
        standard = to_taiwan.convert(char)
        if standard != char and len(standard) == 1 and char not in gb2312:
            variants[char] = standard
        elif char in big5:
            simple = to_simplified.convert(char)
            if simple != char and len(simple) == 1:
                groups[simple].append(char)
    fold = {
        members[0]: simple
        for simple, members in groups.items()
        if len(members) == 1 and simple not in big5
    }
    fold.update({char: fold.get(standard, standard) for char, standard in variants.items()})
    return fold


def jieba_counts(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in path.read_text("utf-8").splitlines():
        word, count, _ = line.split(" ")
        if HAN.fullmatch(word) and len(word) <= LONGEST:
            counts[word] = counts.get(word, 0) + int(count)
    return counts


def both_scripts(counts: dict[str, int], fold: dict[int, str]) -> dict[str, int]:
    words = list(counts)
    both = dict(counts)
    for name in ("s2t", "s2tw", "s2hk"):
        converted = opencc.OpenCC(name).convert("\n".join(words)).split("\n")
        for word, other in zip(words, converted, strict=True):
            form = other.translate(fold)
            if form not in counts:
                both[form] = max(both.get(form, 0), counts[word])
    return both


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jieba", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("ingest/data/han.bin"))
    options = parser.parse_args()
    fold = folding() | PUNCTUATION
    table = str.maketrans(fold)
    counts = jieba_counts(options.jieba)
    total = sum(counts.values())
    levels: dict[int, int] = {}
    for word, count in both_scripts(counts, table).items():
        state = SEED
        for char in word:
            state = extend(state, ord(char))
        levels[state] = min(255, round(-math.log(count / total) * 12))
    head = json.dumps(
        {
            "format": 1,
            "fold": ["".join(fold), "".join(fold.values())],
            "longest": LONGEST,
            "levels_per_nat": 12,
            "unseen": 250,
        },
        ensure_ascii=False,
    ).encode()
    head += b" " * (-len(head) % 4)
    options.output.write_bytes(struct.pack("<I", len(head)) + head + table_bytes(levels))


if __name__ == "__main__":
    main()
