"""How good the text layer of a page is."""

from __future__ import annotations

import re

from ingest.document import Quality

GARBLED_SHARE = 0.2
"""Pages of formulas in fonts without Unicode values stay below 0.08; pages whose fonts
lack them altogether lie above 0.5."""

NUMBERS = 0.1
"""Share of control characters beyond which the others are numbers of glyphs as well: a fifth at
least where fonts count theirs, 0.02 at most where formulas have some."""

SPARSE = 32
"""Characters: a page number and a stamp, but no text."""

# Controls, private use, non-characters, and the replacement character.
_MEANINGLESS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff]"
)
# Accented Latin letters and signs of Latin-1, Latin Extended-A and what PDFDocEncoding and the
# Mac and Windows encodings hold besides; but for dots, of which leaders are made.
_STRANGE = re.compile(
    "[\xa1-\xb6\xb8-\xff\u0100-\u017f\u0192\u02c6-\u02dd\u2020\u2021\u2030\u2039\u203a\u2044\u20ac\u2122\u2202-\u2265\u25ca\ufb01\ufb02]"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CID = re.compile(r"\(cid:\d+\)")
_BLANKS = re.compile(r"\s+")


def meaningless(text: str) -> int:
    """Count the characters that stand for a glyph but not for a letter.

    >>> meaningless("A\\ue012(cid:7) \\x03B")
    3
    """
    # Most pages are printable through and through, which is known in no time.
    if text.isprintable() and "\ufffd" not in text:
        return len(_CID.findall(text)) if "(cid:" in text else 0
    found = len(_MEANINGLESS.findall(text))
    return found + (len(_CID.findall(text)) if "(cid:" in text else 0)


def readable(text: str) -> int:
    """Count the characters that can be read, without blanks.

    >>> readable("A b\\ue012 (cid:7)")
    2
    """
    bare = _BLANKS.sub("", _CID.sub("\ufffd", text))
    return len(bare) - meaningless(bare)


def is_noise(text: str) -> bool:
    """Say whether most of a text are signs that no writing has so many of, or nothing at all.

    Character codes taken for characters fall among the accented letters and the symbols.
    The richest in accents, Vietnamese, has three in ten; formulas have fewer.

    >>> is_noise("ÄÅÇÉÑÖÜáàâäãå187çéè"), is_noise("Tiếng Việt có nhiều dấu"), is_noise("Größe")
    (True, False, False)
    >>> is_noise("6WUHHW\\x037UHH\\x03,QYHQWRU\\x03"), is_noise("\\ufffd\\ufffd 1. \\ufffd")
    (True, True)
    """
    if not text.isprintable() and len(_CONTROLS.findall(text)) > NUMBERS * len(text):
        return True
    if text.isascii():
        return False
    length = len(text) - text.count(" ") - text.count("\n")
    # In UTF-8 each of them takes a byte more than it counts, which is known in no time.
    if 4 * (len(text.encode("utf-8", "surrogatepass")) - len(text)) <= length:
        return False
    if 2 * text.count("\ufffd") > length:
        return True
    strange = len(_STRANGE.findall(text))
    # Without a good many accents the count of what has no meaning decides nothing here.
    return 4 * strange > length and 2 * (strange + meaningless(text)) > length


def verdict(text: str, *, pictured: bool) -> Quality:
    """Judge the text of a page; `pictured`: pictures cover most of the page.

    >>> verdict("Plain text.", pictured=False), verdict("3", pictured=True), verdict("", pictured=True)
    ('good', 'sparse', 'none')
    """
    if "(cid:" in text:
        text = _CID.sub("\ufffd", text)
    length = len(_BLANKS.sub("", text)) if len(text) < 2 * SPARSE else len(text)
    if not length:
        return "none"
    if meaningless(text) > GARBLED_SHARE * length or is_noise(text):
        return "garbled"
    return "sparse" if pictured and length < SPARSE else "good"
