"""The matrix of misreadings: who writes in what, what reads it as what, and items of each.

Items are cut anywhere from text that nothing was tuned on, so words are cut, too, and hold
at least one character that the misreading changes. Left out, with the reason:

- encodings in which nobody writes a language (Korean in GB18030, German in Shift_JIS);
- pairs of which too few items survive the misreading whole: nearly all that is not UTF-8
  has bytes that UTF-8 has not, and most of what is UTF-8 has bytes that Big5 and EUC have
  not. `excluded` counts them; their losses are the business of the room `lossy`;
- items whose characters the misreading leaves as they are, which nobody can see.
"""

from __future__ import annotations

import gettext
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
TEXTS = ROOT.parent / "shared" / "corpora" / "text"

LENGTHS = (8, 20, 80, 400)
#: How a file may be read, whatever it is. `latin-1` makes controls of 80 to 9F.
READ = (
    "utf-8",
    "gb18030",
    "cp950",
    "cp932",
    "euc_jp",
    "cp949",
    "latin-1",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp437",
    "cp850",
    "macroman",
    "koi8-r",
)
WESTERN = ("utf-8", "cp1252", "cp1250", "cp437", "cp850", "macroman")
#: Corpus, and the encodings in which files of its language are found.
WRITTEN = {
    "zh-Hans": ("cmrc_dev.zh-Hans", ("utf-8", "gb18030")),
    "zh-Hant": ("drcd_dev.zh-Hant", ("utf-8", "cp950", "gb18030")),
    "ja": ("ud_dev.ja", ("utf-8", "cp932", "euc_jp")),
    "ko": ("ud_dev.ko", ("utf-8", "cp949")),
    "ru": ("ud_dev.ru", ("utf-8", "cp1251", "koi8-r")),
    "de": ("ud_dev.de", WESTERN),
    "fr": ("ud_dev.fr", WESTERN),
    "en": ("", WESTERN),
}
#: Misreadings one after the other, as (written, read).
DOUBLE = (
    ("zh-Hans", (("utf-8", "latin-1"), ("utf-8", "latin-1"))),
    ("zh-Hans", (("utf-8", "cp1252"), ("utf-8", "cp1252"))),
    ("zh-Hans", (("gb18030", "latin-1"), ("utf-8", "latin-1"))),
    ("zh-Hans", (("gb18030", "latin-1"), ("utf-8", "gb18030"))),
    ("zh-Hant", (("cp950", "latin-1"), ("utf-8", "latin-1"))),
    ("ja", (("cp932", "latin-1"), ("utf-8", "latin-1"))),
    ("ko", (("utf-8", "latin-1"), ("utf-8", "latin-1"))),
    ("ru", (("utf-8", "cp1251"), ("utf-8", "cp1251"))),
    ("ru", (("cp1251", "latin-1"), ("utf-8", "latin-1"))),
    ("de", (("utf-8", "cp1252"), ("utf-8", "cp1252"))),
    ("fr", (("utf-8", "latin-1"), ("utf-8", "latin-1"))),
    ("fr", (("utf-8", "latin-1"), ("utf-8", "latin-1"), ("utf-8", "latin-1"))),
)
#: A line to stand in, and lines to stand between, none of it from the corpora.
HOSTS = (
    ("run", "本表的标题写作“{}”，其余各栏照旧。"),
    ("line", "第一行没有问题。\nThe second line is plain.\n{}\n最后一行也没有问题。"),
)


class Item(NamedTuple):
    """A text and what a misreading made of it."""

    original: str
    garbled: str


@cache
def held_out(language: str) -> str:
    """The last third of the text of a language, lines joined; empty where there is none."""
    corpus, _ = WRITTEN[language]
    text = "" if corpus else _english()
    return end_of(corpus) if corpus else text[len(text) * 2 // 3 :]


@cache
def end_of(corpus: str) -> str:
    """The last third of a corpus, lines joined."""
    text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8").replace("\n", "")
    return text[len(text) * 2 // 3 :]


def _english() -> str:
    """Messages of the programs on this machine, in English with typographic quotation marks."""
    texts: list[str] = []
    for path in sorted(Path("/usr/share/locale/en@quot/LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            texts += list(messages(gettext.GNUTranslations(file)))
    return " ".join(texts)


def messages(catalogue: gettext.GNUTranslations) -> Iterator[str]:
    """The translated messages of a catalogue, a line each, without their placeholders."""
    stored: dict[object, str] = vars(catalogue)["_catalog"]
    for key, message in stored.items():
        if key:
            yield from (" ".join(line.split()) for line in message.split("\n") if line.strip())


def pairs() -> Iterator[tuple[str, str, str]]:
    """Language, written, read: every pair of the matrix."""
    for language, (_, encodings) in WRITTEN.items():
        for written in encodings:
            for read in READ:
                # cp1252 is what browsers mean by latin-1: the pair is invisible, or C1.
                if read != written:
                    yield language, written, read


def misread(text: str, written: str, read: str) -> str | None:
    """What a misreading makes of a text, or None where it cannot be taken back or be seen."""
    try:
        content = text.encode(written)
        garbled = content.decode(read)
        whole = garbled.encode(read) == content and content.decode(written) == text
    except UnicodeError:
        return None
    return garbled if whole and garbled != text else None


def items(language: str, channels: tuple[tuple[str, str], ...], length: int, n: int) -> list[Item]:
    """Up to `n` items of a length that went through misreadings and can be taken back."""
    rng = random.Random(f"{language}{channels}{length}")
    text = held_out(language)
    found: dict[str, str] = {}
    for _ in range(n * 60 if len(text) > length else 0):
        at = rng.randrange(len(text) - length)
        garbled: str | None = text[at : at + length]
        for written, read in channels:
            garbled = misread(garbled, written, read) if garbled is not None else None
        if garbled is not None and garbled != text[at : at + length]:
            found[text[at : at + length]] = garbled
            if len(found) == n:
                break
    return [Item(*one) for one in found.items()]
