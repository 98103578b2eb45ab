"""Short words that are frequent enough to be told by themselves.

How letters follow each other says little of words of up to three: `ingest/data/short_words.tsv`
names those that do not need more evidence than the language of the sentence around them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def words() -> frozenset[tuple[str, str]]:
    """The languages of the table, each with a word in small letters."""
    content = resources.files("ingest").joinpath("data", "short_words.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in content.split("\n") if line and line[0] != "#"][1:]
    return frozenset((language, word.lower()) for language, word, _, _ in rows)


def is_frequent(language: str, word: str) -> bool:
    """Whether a word is one of those that a sentence of its language proves.

    Capitals may stand at the begin of a word only.

    >>> is_frequent("fr", "Où"), is_frequent("fr", "OÙ"), is_frequent("fr", "às")
    (True, False, False)
    """
    return word[1:] == word[1:].lower() and (language, word.lower()) in words()
