"""Simplified and Traditional: one conversion of the whole text, recorded run by run.

OpenCC is not idempotent, so a text is converted once and only where its script is not
yet the one wanted.

A mirror that converts Simplified pages by machine does so character by character and
leaves a character alone when it has several Traditional forms (后 里 余 范 征 制 面
采 于 stay). Undoing it therefore needs no guess at words except for the few Traditional
characters that Simplified text uses as well (乾 著 徵 ...): conversion is a function, so
a mirror that left 着 in the text has never written 著 for it, and each 著 is the
author's. Where neither stands in the text, OpenCC's phrases decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from operator import ne
from typing import TYPE_CHECKING, NamedTuple

from ingest.document import Edit
from ingest.normalize.language import Language
from ingest.normalize.tables import rows
from ingest.settings import Script

if TYPE_CHECKING:
    from opencc import OpenCC

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_CHANGED = re.compile(rb"\x01+")
_FROM_TRADITIONAL = {"tw": "t2tw", "hk": "t2hk"}
_FROM_SIMPLIFIED = {"hant": "s2t", "tw": "s2tw", "hk": "s2hk"}


class Conversion(NamedTuple):
    """A conversion chosen for one document: OpenCC configurations in order, and its rule id.

    `kept` holds the characters that stay as they are.
    """

    configurations: tuple[str, ...]
    rule: str
    script: str
    kept: str = ""

    def convert(self, text: str) -> str:
        """Convert any text as the document's own is converted: a title, a name."""
        converted = text
        for configuration in self.configurations:
            converted = _converter(configuration).convert(converted)
        if self.kept and len(converted) == len(text):
            converted = _with_kept(text, converted, self.kept)
        return converted


def choose(
    text: str, wanted: Script, mirrored: bool, language: Callable[[], Language]
) -> Conversion | None:
    """Choose the conversion that brings the text to the script wanted; None: there is none to do.

    `mirrored` says that a mirror converted the text to Traditional by machine; only then
    does `auto` convert anything.
    """
    if wanted == "keep" or (wanted == "auto" and not mirrored) or not _HAN.search(text):
        return None
    if mirrored:
        kept = "".join(
            row["kept"]
            for row in rows("normalize_mirror.tsv")
            if row["kept"] in text and row["simplified"] in text
        )
        back = _to_simplified(text)
        if wanted in ("auto", "hans"):
            return Conversion((back,), "script.mirror", "hans", kept)
        # Half converted by the mirror: first what it was, then what is wanted.
        return Conversion((back, _FROM_SIMPLIFIED[wanted]), f"script.{wanted}", "hant")
    name, script = language()
    if name in ("ja", "ko"):
        return None
    if wanted == "hans":
        return (
            None if script == "hans" else Conversion((_to_simplified(text),), "script.hans", "hans")
        )
    if script != "hant":
        return Conversion((_FROM_SIMPLIFIED[wanted],), f"script.{wanted}", "hant")
    variant = _FROM_TRADITIONAL.get(wanted)
    return Conversion((variant,), f"script.{wanted}", "hant") if variant else None


def _to_simplified(text: str) -> str:
    # Taiwan writes 看著 where all others write 看着; t2s knows only the latter.
    return "tw2s" if "著" in text and "着" not in text else "t2s"


@cache
def _converter(configuration: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(configuration)


def find(text: str, conversion: Conversion) -> list[Edit]:
    """Return one edit for each run of characters that the conversion changes."""
    converted = conversion.convert(text)
    if converted == text:
        return []
    if len(converted) == len(text):
        return list(_runs(text, converted, 0, conversion.rule))
    edits: list[Edit] = []
    offset = 0
    for line, after in zip(
        text.splitlines(keepends=True), converted.splitlines(keepends=True), strict=True
    ):
        if conversion.kept:
            after = conversion.convert(line)
        if len(line) == len(after):
            edits.extend(_runs(line, after, offset, conversion.rule))
        elif line != after:
            edits.append(_whole(line, after, offset, conversion.rule))
        offset += len(line)
    return edits


def _runs(before: str, after: str, offset: int, rule: str) -> Iterator[Edit]:
    """Compare two texts of one length; the loop over characters stays inside the interpreter."""
    for found in _CHANGED.finditer(bytes(map(ne, before, after))):
        start, end = found.span()
        yield Edit(offset + start, offset + end, before[start:end], after[start:end], rule, "sure")


def _whole(before: str, after: str, offset: int, rule: str) -> Edit:
    """One edit for a line that changes its length, without what both ends share."""
    shortest = min(len(before), len(after))
    start = next((at for at in range(shortest) if before[at] != after[at]), shortest)
    tail = 0
    while tail < shortest - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    stop = len(before) - tail
    return Edit(
        offset + start,
        offset + stop,
        before[start:stop],
        after[start : len(after) - tail],
        rule,
        "sure",
    )


def _with_kept(before: str, converted: str, kept: str) -> str:
    pieces: list[str] = []
    position = 0
    for found in re.finditer(f"[{kept}]", before):
        pieces.append(converted[position : found.start()])
        pieces.append(found[0])
        position = found.end()
    pieces.append(converted[position:])
    return "".join(pieces)
