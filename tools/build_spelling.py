"""Build `ingest/data/spelling.tsv`.

    pip download --no-deps --no-binary :all: langdetect==1.0.9
    pip download --no-deps lingua-language-detector==1.4.2
    pip install brotli
    python tools/build_spelling.py FOLDER

Sources, of which only counts are taken:

- lingua-language-detector 1.4.2, shares of one to four letters inside words in 75 languages.
  Apache-2.0, Copyright 2020-present Peter M. Stahl.
- langdetect 1.0.9, counts of what words begin and end with. Apache-2.0, Copyright 2010-2014
  Cybozu Labs, 2014-2015 Michal Danilak.

For each language, how improbable a letter is behind up to three others. Of all that the
source knows, those are kept that say most beyond what fewer letters say.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import brotli
from build_letters import DATA, profiles

LINGUA = "lingua_language_detector-1.4.2-py3-none-any.whl"
SHA256 = "f43ce6e7b8b9ec083907c34fc1bf5d5bacee7fb3191afa90efb3b321e5a85953"

#: Those that reports are found in mostly.
LANGUAGES = ("de", "en", "es", "fr", "it", "pt", "ru")
TABLES = ("unigrams", "bigrams", "trigrams", "quadrigrams")
#: Share of a language's letters below which a letter is another language's.
FOREIGN = 3e-5
#: Pairs that are rarer are noise; how many longer ones are kept, by length. With five times
#: as many, no more of 2,500 garbled pieces were told from clean ones.
LEAST = 30
KEPT = {3: 6000, 4: 6000}
#: Levels in the table: an eighth of a nat each.
LEVELS, STEP = 93, 8

Shares = dict[str, dict[str, float]]


def counts(wheel: zipfile.ZipFile, language: str) -> dict[str, float]:
    """Counts of one to four letters: the source gives shares of what follows a letter."""
    found: dict[str, float] = {"": 0.0}
    for number, table in enumerate(TABLES, 1):
        name = f"lingua/language-models/{language}/{table}.json.br"
        stored = json.loads(brotli.decompress(wheel.read(name)))["ngrams"]
        shares = {
            gram: tuple(map(int, share.split("/")))
            for share, grams in stored.items()
            for gram in grams.split()
        }
        if number == 1:
            found[""] = max(of for _, of in shares.values())
        for gram, (part, of) in shares.items():
            if gram[:-1] in found:
                found[gram] = found[gram[:-1]] * part / of
    total = found.pop("")
    alien = {gram for gram, count in found.items() if len(gram) == 1 and count < FOREIGN * total}
    return {gram: count for gram, count in found.items() if not alien & set(gram)}


def inside(known: dict[str, float]) -> tuple[Shares, dict[str, float]]:
    """Context to what stands behind it and how often, and the share left to all others,
    as a part of what a shorter context gives them."""
    behind: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for gram, count in known.items():
        behind[gram[:-1]] += count
        kinds[gram[:-1]] += 1

    def smooth(gram: str) -> float:
        if not gram:
            return 1 / len(kinds)
        context = gram[:-1]
        unseen = 2 * kinds[context]
        if not unseen:
            return smooth(gram[1:])
        return (known.get(gram, 0) + unseen * smooth(gram[1:])) / (behind[context] + unseen)

    shares: Shares = defaultdict(dict)
    left: dict[str, float] = {"": 1.0}

    def kept(gram: str) -> float:
        if gram[-1] in shares[gram[:-1]]:
            return shares[gram[:-1]][gram[-1]]
        return left.get(gram[:-1], 1.0) * kept(gram[1:]) if len(gram) > 1 else 0.0

    for length in range(1, len(TABLES) + 1):
        grams = [gram for gram in known if len(gram) == length]
        if length == 2:
            grams = [gram for gram in grams if known[gram] >= LEAST]
        if length in KEPT:
            says = {gram: abs(math.log(smooth(gram) / kept(gram))) for gram in grams}
            grams.sort(key=lambda gram: (-known[gram] * says[gram], gram))
            grams = grams[: KEPT[length]]
        found = {gram: smooth(gram) for gram in grams}
        for gram, share in found.items():
            shares[gram[:-1]][gram[-1]] = share
        for context in {gram[:-1] for gram in grams if length > 1}:
            own = sum(shares[context].values())
            shorter = sum(kept(context[1:] + char) for char in shares[context])
            left[context] = max(1e-4, 1 - own) / max(1e-4, 1 - shorter)
    return {context: found for context, found in shares.items() if found}, left


def edges(counted: dict[str, int], letters: set[str]) -> Shares:
    """What words begin with, and how often a word ends behind one or two letters."""
    known: Counter[str] = Counter()
    for gram, count in counted.items():
        if set(gram.lower()) <= letters | {" "}:
            known[gram.lower()] += count
    # The source lists nothing below this.
    unseen = min(counted.values()) / 4
    words = sum(count for gram, count in known.items() if len(gram) == 2 and gram[0] == " ")
    shares: Shares = defaultdict(dict)
    for gram, count in known.items():
        whole, rest = gram[:-1], gram[-1]
        if gram[0] == " " and len(gram) > 1:
            of = words if len(gram) == 2 else known[whole]
            # A word of one letter is weighed as a whole.
            shares[whole][rest] = count / (words if rest == " " else of)
        elif rest == " " and len(gram) > 1:
            shares[whole][rest] = min(0.95, (count + unseen) / (known[whole] + 4 * unseen))
    return shares


def level(share: float) -> str:
    """A share as a character."""
    return chr(0x21 + min(LEVELS, max(0, round(-math.log(share) * STEP))))


def main() -> None:
    folder = Path(sys.argv[1])
    content = (folder / LINGUA).read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{LINGUA} is not the file that this table is built from")
    wheel = zipfile.ZipFile(io.BytesIO(content))
    counted = profiles(folder)
    rows = [
        "# Built by tools/build_spelling.py from the counts of lingua-language-detector 1.4.2",
        "# (Apache-2.0, Copyright 2020-present Peter M. Stahl) and langdetect 1.0.9 (Apache-2.0,",
        "# Copyright 2010-2014 Cybozu Labs, 2014-2015 Michal Danilak).",
        "# followers: the level of all that is not listed, then each letter and its level, as",
        "# characters from ! (eighths of a nat, 0 to 93). A space is a word's edge.",
        "language\tcontext\tfollowers",
    ]
    for language in LANGUAGES:
        known = counts(wheel, language)
        shares, left = inside(known)
        for context, found in edges(
            counted[language], {gram for gram in known if len(gram) == 1}
        ).items():
            shares.setdefault(context, {}).update(found)
        for context, found in sorted(shares.items()):
            followers = "".join(char + level(share) for char, share in sorted(found.items()))
            rows.append(f"{language}\t{context}\t{level(left.get(context, 1.0))}{followers}")
    (DATA / "spelling.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
