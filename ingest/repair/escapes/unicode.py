r"""`\u4e2d`: characters as JavaScript and JSON write them, in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.edits import Edit
from ingest.repair.escapes.context import Context

SIGN: Final = "\\u"
"""What every one begins with."""

_RUN: Final = re.compile(r"(?<![\\A-Za-z_])(?:\\u[0-9A-Fa-f]{4})+")
# A word of Latin letters goes on behind it: caf\u00e9.
_IN_WORD: Final = re.compile(r"(?<=[A-Za-z])(?:\\u00[c-fC-F][0-9A-Fa-f])+")
# A drive or a folder, a class of characters.
_PATH: Final = re.compile(r"[A-Za-z]:\Z|\\\w+\Z|\[[^\]]{0,40}\Z")


def decoded(run: str) -> str | None:
    r"""What a run of escapes says, or None where that is no text.

    >>> decoded(r"\u4e2d\u56fd"), decoded(r"\ud83d\ude00"), decoded(r"\ud83d"), decoded(r"\u0007")
    ('中国', '😀', None, None)
    """
    units = bytes.fromhex(run.replace("\\u", ""))
    try:
        said = units.decode("utf-16-be")
    except UnicodeDecodeError:
        return None
    if not all(char.isprintable() or char in "\xa0\u3000" for char in said):
        return None
    return said


def edits(text: str, context: Context) -> Iterator[Edit]:
    """Edits for runs in prose: one of two and more, or one beside letters of its script."""
    for pattern in (_RUN, _IN_WORD):
        for run in pattern.finditer(text):
            start, end = run.span()
            if _PATH.search(text, max(0, start - 60), start) or text[end : end + 1] in ("-", "]"):
                continue
            said = decoded(run[0])
            if said is None or not _belongs(text, start, end, said):
                continue
            if context.is_prose(start, end):
                why = "an escape of JavaScript in prose"
                yield Edit(start, end, run[0], said, "escape.unicode", "sure", why)


def _belongs(text: str, start: int, end: int, said: str) -> bool:
    if len(said) > 1 or said > "\uffff":
        return any(map(str.isalpha, said)) or not said.isascii()
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    if said.isalpha():
        wide = said >= "\u2e80"
        return any(char.isalpha() and (char >= "\u2e80") == wide for char in beside)
    return any(char >= "\u2e80" for char in beside) and not said.isascii()
