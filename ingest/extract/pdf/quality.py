"""How good the text layer of a page is."""

from __future__ import annotations

import re

from ingest.document import Quality

GARBLED_SHARE = 0.2
"""Pages of formulas in fonts without Unicode values stay below 0.08; pages whose fonts
lack them altogether lie above 0.5."""

SPARSE = 32
"""Characters: a page number and a stamp, but no text."""

# Controls, private use, non-characters, and the replacement character.
_MEANINGLESS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff]"
)
_CID = re.compile(r"\(cid:\d+\)")
_BLANKS = re.compile(r"\s+")


def meaningless(text: str) -> int:
    """Count the characters that stand for a glyph but not for a letter.

    >>> meaningless("A\\ue012(cid:7) \\x03B")
    3
    """
    found = len(_MEANINGLESS.findall(text))
    return found + (len(_CID.findall(text)) if "(cid:" in text else 0)


def readable(text: str) -> int:
    """Count the characters that can be read, without blanks.

    >>> readable("A b\\ue012 (cid:7)")
    2
    """
    bare = _BLANKS.sub("", _CID.sub("\ufffd", text))
    return len(bare) - meaningless(bare)


def verdict(text: str, *, pictured: bool) -> Quality:
    """Judge the text of a page; `pictured`: pictures cover most of the page.

    >>> verdict("Plain text.", pictured=False), verdict("3", pictured=True), verdict("", pictured=True)
    ('good', 'sparse', 'none')
    """
    length = len(_BLANKS.sub("", text)) if len(text) < 2 * SPARSE else len(text)
    if not length:
        return "none"
    if meaningless(text) > GARBLED_SHARE * length:
        return "garbled"
    return "sparse" if pictured and length < SPARSE else "good"
