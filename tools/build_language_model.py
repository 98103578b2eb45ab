"""Build ingest/data/han.bin, the language model of Han text. The same input gives the same bytes.

    python -m venv .model && .model/bin/pip install OpenCC==1.4.2 numpy
    (fetch the four files that language_sources.py names into a folder)
    PYTHONPATH=. .model/bin/python tools/build_language_model.py FOLDER

The model. Text is a sequence of words; a word follows another with the probability

    P(word | before) = rest(before) * P(word) + E(before, word)

P(word) mixes the relative frequencies of the sources. E adds up what each source saw behind
`before`, weighed by how much that source tells about it, and is stored as a multiple of
P(word), so that a pair mistaken for another changes little; `rest` is what remains. The
weights were fitted on the first 30% of three texts that are not in the model (Wikipedia in
both scripts, answers about annual reports), which is all that the model took from them.

Both scripts share the counts. Words are counted in Simplified characters; every word also
enters in the Traditional forms that OpenCC gives it.
"""

from __future__ import annotations

import argparse
import json
import math
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import language_sources as sources
import opencc
from language_text import (
    HAN,
    LONGEST,
    MARKS,
    SYMBOLS,
    UNSEEN,
    Pair,
    counted,
    foldings,
    one_script,
)

from ingest.repair.language_table import SEED, extend, follow, table_bytes

#: Pairs kept, those that say most: what fits into 4 MB beside the words.
PAIRS = 545_000
#: Levels per nat: a step of 8% for words, of 31% for pairs, of which the least boost is exp(-3).
WORD_SCALE, PAIR_SCALE, PAIR_OFFSET = 12, 3.7, 3
#: Bits of a level; what is left of two bytes, of one byte, widens the fingerprint.
WORD_BITS, PAIR_BITS = 8, 6
#: Share of each source in P(word). jieba's list is by far the widest.
WORD_SHARES = {"jieba": 0.78, "newspapers": 0.16, "statutes": 0.03, "court": 0.03}
#: Weight of a source behind a word, relative to P(word), by the mean count of the pairs
#: it saw there: below 2, 4, 8, 16, 32, and above.
GAINS = {
    "newspapers": (0.30, 0.08, 0.20, 0.60, 0.90, 1.60),
    "statutes": (0.01, 0.07, 0.10, 0.15, 0.15, 0.15),
    "court": (0.04, 0.10, 0.20, 0.20, 0.29, 0.48),
    "spelling": (0.00, 0.06, 0.13, 0.21, 0.40, 0.30),
}


def spelled(jieba: Counter[str]) -> Counter[Pair]:
    """Neighbours inside words: how words that no list has are put together."""
    pairs: Counter[Pair] = Counter()
    for word, count in jieba.items():
        for pair in pairwise(word):
            pairs[pair] += math.sqrt(count)  # type: ignore[assignment]  # weights, not counts
    return pairs


def known(counts: Counter[str], fold: dict[int, str]) -> Counter[str]:
    """Counts of symbols and Han words only, spelled as pairs are."""
    found: Counter[str] = Counter()
    for word, count in counts.items():
        form = word.translate(fold)
        if count and (form in SYMBOLS or (HAN.fullmatch(form) and len(form) <= LONGEST)):
            found[form] += count
    return found


def word_probabilities(counts: dict[str, Counter[str]]) -> dict[str, float]:
    """P(word), over words and symbols."""
    running = [counts[name] for name in ("newspapers", "statutes", "court")]
    marks = {
        mark: max(1e-6, sum(c[mark] / c.total() for c in running) / len(running))
        for mark in SYMBOLS
    }
    room = 1 - sum(marks.values())
    probabilities: dict[str, float] = defaultdict(float)
    for name, share in WORD_SHARES.items():
        words = {word: n for word, n in counts[name].items() if word not in SYMBOLS}
        total = sum(words.values())
        for word, count in words.items():
            probabilities[word] += room * share * count / total
    return dict(probabilities) | marks


def pair_probabilities(
    pairs: dict[str, Counter[Pair]], words: dict[str, float]
) -> dict[str, dict[str, float]]:
    """E(before, word): what the sources add, all sources together below 1 for each word."""
    behind: dict[str, dict[str, dict[str, int]]] = {}
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    for name, counts in pairs.items():
        grouped: dict[str, dict[str, int]] = defaultdict(dict)
        for (before, word), count in counts.items():
            grouped[before][word] = count
        behind[name] = grouped
        for before, seen in grouped.items():
            mean = sum(seen.values()) / len(seen)
            step = min(5, max(0, int(math.log2(max(1.0, mean)))))
            gains[before][name] = GAINS[name][step]
    extra: dict[str, dict[str, float]] = {}
    for before, weights in gains.items():
        whole = 1 + sum(weights.values())
        added: dict[str, float] = defaultdict(float)
        for name, weight in weights.items():
            seen = behind[name][before]
            total = sum(seen.values())
            for word, count in seen.items():
                if word in words:
                    added[word] += weight / whole * count / total
        extra[before] = added
    return extra


def most_telling(
    extra: dict[str, dict[str, float]], words: dict[str, float]
) -> dict[str, dict[str, float]]:
    """The pairs that lower the expected cost of text most."""
    worth: list[tuple[float, str, str]] = []
    for before, added in extra.items():
        chance = words.get(before, 0.0)
        rest = 1 - sum(added.values())
        for word, value in added.items():
            alone = rest * words[word]
            gain = chance * (value + alone) * math.log((value + alone) / words[word])
            worth.append((-gain, before, word))
    worth.sort()
    kept: dict[str, dict[str, float]] = defaultdict(dict)
    for gain, before, word in worth[:PAIRS]:
        if gain < 0:
            kept[before][word] = extra[before][word]
    return kept


def both_scripts(
    words: dict[str, float], exact: dict[int, str], court: Counter[str], simple: dict[int, str]
) -> dict[str, float]:
    """Words in the spelling of either script, with the probability of the Simplified one."""
    both = dict(words)
    listed = [word for word in words if word not in SYMBOLS]
    for name in ("s2t", "s2tw", "s2hk"):
        converted = opencc.OpenCC(name).convert("\n".join(listed)).split("\n")
        for word, other in zip(listed, converted, strict=True):
            form = other.translate(exact)
            if form not in words:
                both[form] = max(both.get(form, 0.0), words[word])
    # Characters that share a Simplified form share its probability as a text in
    # Traditional characters uses them.
    groups: dict[str, list[str]] = defaultdict(list)
    for code, simplified in simple.items():
        groups[simplified].append(chr(code).translate(exact))
    for simplified, members in groups.items():
        if simplified not in words:
            continue
        used = sum(court[m] for m in {*members, simplified})
        for member in set(members) - {simplified}:
            share = max(court[member] / used if used else 0.0, 0.01)
            both[member] = words[simplified] * share
    return both


def level(number: float, bits: int) -> int:
    return min((1 << bits) - 1, max(0, round(number)))


def hashed(word: str) -> int:
    state = SEED
    for char in word:
        state = extend(state, ord(char))
    return state


def pair_levels(
    kept: dict[str, dict[str, float]], words: dict[str, float]
) -> Iterator[tuple[int, int]]:
    for before, added in kept.items():
        yield follow(hashed(before), 0), level((1 - sum(added.values())) * 63, PAIR_BITS)
        for word, value in added.items():
            boost = math.log(value / words[word]) + PAIR_OFFSET
            yield follow(hashed(before), hashed(word)), level(boost * PAIR_SCALE, PAIR_BITS)


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the language model of Han text.")
    parser.add_argument("folder", type=Path, help="where the files of language_sources.py lie")
    parser.add_argument("--output", type=Path, default=Path("ingest/data/han.bin"))
    options = parser.parse_args()

    exact, simple = foldings()
    fold = str.maketrans(simple)
    jieba = known(sources.jieba_counts(options.folder, LONGEST), fold)
    words: dict[str, Counter[str]] = {"jieba": jieba}
    pairs: dict[str, Counter[Pair]] = {"spelling": spelled(jieba)}
    words["statutes"], pairs["statutes"] = counted(sources.statutes(options.folder), fold, jieba)
    decisions = list(sources.court_decisions(options.folder))
    words["court"], pairs["court"] = counted(decisions, fold, jieba)
    newspapers, newspaper_pairs = sources.newspaper_counts(options.folder)
    words["newspapers"] = known(newspapers, fold)
    pairs["newspapers"] = Counter()
    for (before, word), count in newspaper_pairs.items():
        pairs["newspapers"][before.translate(fold), word.translate(fold)] += count

    probabilities = word_probabilities(words)
    kept = most_telling(pair_probabilities(pairs, probabilities), probabilities)
    court_chars = Counter("".join(decisions).translate(str.maketrans(exact)))
    spelled_words = both_scripts(
        probabilities, str.maketrans(exact), court_chars, str.maketrans(simple)
    )
    more = {char: form for char, form in simple.items() if exact.get(char) != form}
    head = json.dumps(
        {
            "format": 2,
            "sources": "jieba (MIT); Apache Lucene smartcn, OpenCC (Apache-2.0); statutes and "
            "court decisions (no copyright): see tools/language_sources.py",
            "exact": ["".join(exact), "".join(exact.values())],
            "simple": ["".join(more), "".join(more.values())],
            "traditional": "".join(c for c in simple if one_script(c, "gb2312")),
            "simplified": "".join(c for c in sorted({*simple.values()}) if one_script(c, "big5")),
            "marks": MARKS,
            "longest": LONGEST,
            "word_scale": WORD_SCALE,
            "pair_scale": PAIR_SCALE,
            "pair_offset": PAIR_OFFSET,
            "unseen": UNSEEN,
        },
        ensure_ascii=False,
    ).encode()
    head += b" " * (-len(head) % 4)
    word_table = table_bytes(
        {
            hashed(word): level(-math.log(p) * WORD_SCALE, WORD_BITS)
            for word, p in spelled_words.items()
        },
        tail_bits=16,
        level_bits=WORD_BITS,
    )
    pair_table = table_bytes(dict(pair_levels(kept, probabilities)), level_bits=PAIR_BITS)
    options.output.write_bytes(struct.pack("<I", len(head)) + head + word_table + pair_table)
    print(f"{len(spelled_words)} words, {sum(map(len, kept.values()))} pairs,", end=" ")
    print(f"{len(kept)} words with pairs, {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
