"""Forms that are folded only where somebody asks: width, symbols, punctuation, quotes.

They are what an author may have meant, so no text loses them by default. Whoever searches
or trains on texts may want one form of each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from ingest.document import Edit
from ingest.normalize import punctuation

_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+|[\uff66-\uff9f]+")
# Circled and bracketed numbers and letters, units, ligatures of words, Roman numerals.
# No superscripts: 10² is not 102.
_SYMBOL = re.compile("[№℃℉℡™\u2150-\u217f\u2189¼½¾①-⒛⒜-⓿㈀-㋿㌀-㏿]")
_CIRCLED = re.compile("[①-⑳Ⓐ-⓿㉈-㋾]")
_SLASH = str.maketrans({"⁄": "/"})
_HAN = re.compile("[\u3400-\u9fff]")
_QUOTE = re.compile('["“”]')
# What no quotation begins with. A sign for inches stands behind a number, before such.
_NO_OPENING = re.compile(r"\s|\Z|[，。、；：！？,;:!?）)]")


def find(text: str, names: tuple[str, ...]) -> list[Edit]:
    """Return the edits of the foldings asked for, in text order.

    >>> [edit[2:4] for edit in find("Ａ１级，共①项，面积50㎡", ("width", "symbols"))]
    [('Ａ１', 'A1'), ('①', '(1)'), ('㎡', 'm2')]
    """
    edits = [edit for name, folding in FOLDINGS.items() if name in names for edit in folding(text)]
    edits.sort(key=lambda edit: edit.start)
    return edits


def _width(text: str) -> Iterator[Edit]:
    for found in _WIDE.finditer(text):
        yield _edit(found.start(), found[0], unicodedata.normalize("NFKC", found[0]), "width")


def _symbols(text: str) -> Iterator[Edit]:
    for found in _SYMBOL.finditer(text):
        plain = unicodedata.normalize("NFKC", found[0]).translate(_SLASH)
        if _CIRCLED.match(found[0]):
            # The ring parts the number from what stands beside it.
            plain = f"({plain})"
        elif "/" in plain and text[found.start() - 1 : found.start()].isdigit():
            plain = f" {plain}"
        if plain != found[0]:
            yield _edit(found.start(), found[0], plain, "symbol")


def _punctuation(text: str) -> Iterator[Edit]:
    if punctuation.folded(text):
        yield from punctuation.find(text)


def _quotes(text: str) -> Iterator[Edit]:
    """Quotes of Chinese lines in pairs, where a line has as many as pairs need."""
    start = 0
    for line in text.splitlines(keepends=True):
        quotes = list(_QUOTE.finditer(line))
        if quotes and len(quotes) % 2 == 0 and _HAN.search(line) and _paired(line, quotes):
            for index, found in enumerate(quotes):
                after = "”" if index % 2 else "“"
                if found[0] != after:
                    yield _edit(start + found.start(), found[0], after, "quote")
        start += len(line)


def _paired(line: str, quotes: list[re.Match[str]]) -> bool:
    """Say whether each opening quote stands before a word and each closing one behind one."""
    return not any(
        _NO_OPENING.match(line, found.end())
        if index % 2 == 0
        else found.start() == 0 or line[found.start() - 1].isspace()
        for index, found in enumerate(quotes)
    )


def _edit(start: int, before: str, after: str, rule: str) -> Edit:
    return Edit(start, start + len(before), before, after, f"fold.{rule}", "sure", "asked for")


FOLDINGS: dict[str, Callable[[str], Iterator[Edit]]] = {
    "width": _width,
    "symbols": _symbols,
    "punctuation": _punctuation,
    "quotes": _quotes,
}
