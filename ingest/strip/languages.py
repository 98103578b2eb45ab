"""What sites write in other languages than Chinese and English: one table for each.

Adding a language is adding a file to `ingest/data/notices/languages`: its words, headings of
lists, words of the gate, and signs. A sign is named after what it says and the language
(`gate.ja`); what it says counts as it does in `signs.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ingest.strip.folding import fold, is_han, table

_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
# Scripts whose words are told apart without spaces, and their marks.
_IDEOGRAPH = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


class Language(NamedTuple):
    """One table. Words of an alphabet stand in small letters, all others in the folded view."""

    name: str
    script: str
    """`kana`, `hangul`, or `alphabet`."""
    words: frozenset[str]
    actions: frozenset[str]
    shared: frozenset[str]
    """Those of the words that other languages have, too (`format`): alone they tell nothing."""
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    gate: tuple[str, ...]
    signs: Sequence[Mapping[str, Any]]


@cache
def languages() -> tuple[Language, ...]:
    """Return the tables, in the order of their file names."""
    folder = files("ingest") / "data" / "notices" / "languages"
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(
        _language(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text("utf-8")))
        for entry in entries
        if entry.name.endswith(".toml")
    )


def _language(name: str, form: Mapping[str, Any]) -> Language:
    script = form["script"]

    def listed(strength: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{viewed(one)})" for one in form["lists"][strength]))

    def of(kind: str) -> frozenset[str]:
        found = form["words"][kind].split()
        return frozenset(found if script == "alphabet" else map(fold, found))

    return Language(
        name,
        script,
        of("actions") | of("words"),
        of("actions"),
        of("shared") if "shared" in form["words"] else frozenset(),
        listed("strong"),
        listed("weak"),
        tuple(word.replace("_", " ") for word in form["gate"]["words"].split()),
        tuple({**row, "pattern": viewed(row["pattern"])} for row in form["sign"]),
    )


def viewed(pattern: str) -> str:
    """Return a pattern with its ideographs as the folded view has them.

    >>> viewed("会員(?:のみ)?")
    '会员(?:のみ)?'
    """
    plain = table()
    return "".join(plain.get(ord(one)) or one if is_han(one) else one for one in pattern)


def alphabetic(text: str) -> bool:
    """Say whether a text has no ideograph, kana or hangul.

    >>> alphabetic("Datenschutzerklärung"), alphabetic("PDFで保存")
    (True, False)
    """
    return text.isascii() or _IDEOGRAPH.search(text) is None


def script(text: str) -> str:
    """Return the script that tells the tables for a line: `han` where only ideographs stand.

    >>> [script(one) for one in ("会员登录", "続きを読む", "더보기", "Mehr lesen")]
    ['han', 'kana', 'hangul', 'alphabet']
    """
    if alphabetic(text):
        return "alphabet"
    if _HANGUL.search(text):
        return "hangul"
    return "kana" if _KANA.search(text) else "han"
