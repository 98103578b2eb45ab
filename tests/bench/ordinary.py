"""What authors write that looks like mojibake and is none: repair must leave all of it.

Corpora hardly have it, reports do: letters beside Greek ones, powers, units and signs, words of
another language in a sentence, one letter that is seldom in a short text. Each is made in
number, by pattern, and set in sentences of nine languages; the words are those of the catalogues
of messages on the machine. `changed` counts texts with any edit.
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from ingest.extract.encoding import detect
from ingest.repair import mojibake
from tests.bench.mojibake_clean import catalogues

SENTENCES = (
    "{}",
    "其中{}为速度分量。",
    "取{}、{}两个值",
    "where {} is the speed.",
    "где {} равно нулю.",
    "wobei {} die Breite ist.",
    "ここで{}は速度である。",
    "여기서 {}는 속도이다.",
    "avec {} pour la vitesse",
)
GREEK = "αβγδεζηθλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ"
NAMED = ("max", "min", "total", "eff", "kin", "s", "x", "ges", "мин", "-Helix")
BEHIND = ("k", "m", "x", "log", "sin", "cos", "d", "M", "2r")
SHAPES = ("{0}x²", "{0}₁", "{0}²", "{0}·{0}", "d{0}/dt", "sin{0}cos{0}", "x{0}y", "{0}n+1")
SIGNS = tuple(
    chr(code)
    for first, last in (
        (0xA0, 0x250),
        (0x410, 0x450),
        (0x2010, 0x2030),
        (0x2070, 0x20C0),
        (0x2100, 0x2150),
        (0x2190, 0x2270),
        (0x2500, 0x25D0),
    )
    for code in range(first, last)
    if unicodedata.category(chr(code))[0] in "LSPN"
)
BESIDE = ("v{}", "{}x", "{}s", "5{}", "{}5", "k{}n", "({})", "{0}-{0}")
#: Words set in messages of another language.
EMBEDDED = 20_000
WORD = re.compile(r"[^\W\d_]{2,20}")
PLACEHOLDER = re.compile(r"[%\\{}<>&\n]\S*")


def measure(*, quick: bool) -> dict[str, float]:
    """Count what is changed of each kind; pieces of messages that are not read as UTF-8."""
    every = 4 if quick else 1
    figures: dict[str, float] = {}
    for kind, tokens in (("formulas", list(_formulas())), ("signs", list(_signs()))):
        texts = [one.replace("{}", token) for one in SENTENCES for token in tokens][::every]
        figures[f"{kind}.texts"] = len(texts)
        figures[f"{kind}.changed"] = sum(map(_is_changed, texts))
    messages = _messages()
    pairs = list(_embedded(messages, EMBEDDED // every))
    figures["words.texts"] = len(pairs)
    figures["words.changed"] = sum(
        _is_changed(text) and not _is_changed(host) for host, text in pairs
    )
    short = [
        text
        for message in itertools.chain.from_iterable(messages.values())
        for text in (message[:12], message[-10:])
        if not text.isascii()
    ][:: 10 * every]
    figures["utf8.texts"] = len(short)
    figures["utf8.misread"] = sum(not _is_utf8(text) for text in short)
    return figures


def _formulas() -> Iterator[str]:
    for letter in GREEK:
        yield from (letter + name for name in NAMED)
        yield from (name + letter for name in BEHIND)
        yield from (shape.format(letter) for shape in SHAPES)


def _signs() -> Iterator[str]:
    yield from (shape.format(sign) for sign in SIGNS for shape in BESIDE)


def _messages() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for language, message in catalogues():
        found[language].append(PLACEHOLDER.sub(" ", message))
    return {language: some for language, some in found.items() if len(some) > 300}


def _embedded(messages: dict[str, list[str]], number: int) -> Iterator[tuple[str, str]]:
    """Messages, and the same with a word of another language in the middle."""
    rng = random.Random("ordinary words 1")
    words = {
        language: [word for one in some for word in WORD.findall(one) if not word.isascii()]
        for language, some in messages.items()
    }
    hosts = {
        language: [one for one in some if 12 < len(one) < 120]
        for language, some in messages.items()
    }
    languages = sorted(language for language in messages if words[language] and hosts[language])
    for _ in range(number if len(languages) > 1 else 0):
        guest, host = rng.sample(languages, 2)
        parts = rng.choice(hosts[host]).split(" ")
        middle = len(parts) // 2
        word = rng.choice(words[guest])
        yield " ".join(parts), " ".join((*parts[:middle], word, *parts[middle:]))


def _is_changed(text: str) -> bool:
    return bool(mojibake.edits(text)[0])


def _is_utf8(text: str) -> bool:
    found = detect(text.encode())
    return found is not None and found.encoding == "utf-8"
