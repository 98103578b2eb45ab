"""How the language model sees text: which characters are one, what is a word, what a symbol."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

import opencc

#: Longer words are cut: a limit of 4 costs 2% of perplexity, one of 16 gains 1%.
LONGEST = 5
#: Symbols that are not Han: marks, a run of digits, a run of Latin letters, anything else.
MARKS = "，。、；：！？“”‘’（）《》…—·"
SYMBOLS = MARKS + "0A#"
#: Probability of a Han character that no source knows.
UNSEEN = 1e-9

HAN = re.compile(r"[㐀-鿿〇]+")
_TOKEN = re.compile(r"[0-9０-９][0-9０-９.,．%％]*|[A-Za-zＡ-Ｚａ-ｚ]+|[㐀-鿿〇]+|\s+|.", re.DOTALL)
_WIDTH = dict(zip(",!?;:()「」『』", "，！？；：（）“”‘’", strict=True))

Pair = tuple[str, str]


def encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def one_script(char: str, other: str) -> bool:
    """A Han character that the other script's encoding lacks."""
    return HAN.match(char) is not None and not encodable(char, other)


def foldings() -> tuple[dict[str, str], dict[str, str]]:
    """Characters as word lists spell them, and as counts of pairs do.

    The first folding loses nothing: Traditional characters that stand for one Simplified
    character, which is no Traditional one, and rare variants. The second takes every
    character to its Simplified form.
    """
    to_simplified, to_taiwan = opencc.OpenCC("t2s"), opencc.OpenCC("t2tw")
    chars = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = {c: s for c in chars if len(s := to_simplified.convert(c)) == 1 and s != c}
    variants = {
        c: v
        for c in chars
        if len(v := to_taiwan.convert(c)) == 1 and v != c and not encodable(c, "gb2312")
    }
    groups: dict[str, list[str]] = defaultdict(list)
    for char, simplified in simple.items():
        if encodable(char, "big5") and char not in variants:
            groups[simplified].append(char)
    exact = {
        members[0]: simplified
        for simplified, members in groups.items()
        if len(members) == 1 and not encodable(simplified, "big5")
    }
    exact.update({char: exact.get(standard, standard) for char, standard in variants.items()})
    return exact | _WIDTH, exact | simple | _WIDTH


def segment(text: str, costs: dict[str, float], stems: set[str]) -> list[str]:
    """The cheapest way to cut Han characters into words."""
    size = len(text)
    best = [0.0] + [math.inf] * size
    back = [0] * (size + 1)
    for start in range(size):
        end = start + 1
        word = text[start]
        cost = costs.get(word, -math.log(UNSEEN))
        while True:
            if cost is not None and best[start] + cost < best[end]:
                best[end], back[end] = best[start] + cost, start
            if end == size or word not in stems:
                break
            end += 1
            word = text[start:end]
            cost = costs.get(word)
    words = []
    while size:
        words.append(text[back[size] : size])
        size = back[size]
    return words[::-1]


def counted(
    lines: Iterable[str], fold: dict[int, str], jieba: Counter[str]
) -> tuple[Counter[str], Counter[Pair]]:
    """Words and pairs of words of running text."""
    total = sum(jieba.values())
    costs = {word: -math.log(count / total) for word, count in jieba.items()}
    stems = {word[:at] for word in jieba for at in range(1, len(word))}
    words: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for line in lines:
        found = ["#"]
        for match in _TOKEN.finditer(line.translate(fold)):
            token = match[0]
            if HAN.match(token):
                found += segment(token, costs, stems)
            elif not token.isspace():
                found.append(symbol(token))
        found.append("#")
        words.update(found)
        pairs.update(pairwise(found))
    return words, pairs


def symbol(token: str) -> str:
    if token[0].isdigit():
        return "0"
    if token[0].isalpha():
        return "A"
    return token if token in MARKS else "#"
