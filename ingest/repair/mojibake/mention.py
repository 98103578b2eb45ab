"""Text about mojibake is not mojibake: quoted samples stay as they are."""

from __future__ import annotations

import re
from typing import Final

# In small letters, as the text is when it is asked.
_WORDS: Final = re.compile(
    r"mojibake|\bencod(?:ed|ing)|\bdecod(?:ed|ing)|charset|character set|unicode|\butf-?(?:8|16)\b"
    r"|latin-?1\b|iso[- ]8859|windows-125\d|\bcp125\d|\bgbk\b|\bgb ?2312\b|\bgb ?18030\b|\bbig-?5\b"
    r"|shift[-_]?jis|\bascii\b|garbled|乱码|亂碼|编码|編碼|字符集|文字化け|文字コード|エンコード"
    r"|кракозябр|кодировк|인코딩|글자 ?깨짐|zeichen(?:satz|kodierung)|encodage|codificación"
)
#: A part of every one of these words. Looked for first: a part at a time is found thirty times
#: as fast as any of so many words, and clean text has none.
_PARTS: Final = (
    "mojibake",
    "encod",
    "decod",
    "charset",
    "character set",
    "unicode",
    "utf8",
    "utf-8",
    "utf16",
    "utf-16",
    "latin1",
    "latin-1",
    "8859",
    "windows-125",
    "cp125",
    "gbk",
    "gb2312",
    "gb 2312",
    "18030",
    "big5",
    "big-5",
    "jis",
    "ascii",
    "garbled",
    "乱码",
    "亂碼",
    "编码",
    "編碼",
    "字符集",
    "文字化け",
    "文字コード",
    "エンコード",
    "кракозябр",
    "кодировк",
    "인코딩",
    "깨짐",
    "zeichensatz",
    "zeichenkodierung",
    "codificación",
)
_LATIN: Final = tuple(part.encode() for part in _PARTS if part.isascii())
_OTHERS: Final = tuple(part for part in _PARTS if not part.isascii())
_OPENING: Final = "\"'“‘„‚«‹「『《`（("
_CLOSING: Final = "\"'”’“‘»›」』》`）)"
# An argument that begins before the span and has not ended there.
_STRING: Final = re.compile(r"""\w\(["']?(["'])(?:(?!\1\)).)*\Z""", re.DOTALL)
_EDGE: Final = re.compile(r"[\s\"“”„«»「」『』《》`（()）]")

#: Characters of the word around a span, on either side: a sample in quotation marks is short.
WORD: Final = 40
#: Characters on either side within which an explanation shows what is meant.
NEAR: Final = 200
#: Share of a line's characters up to which its garbled part may be a sample among prose.
SAMPLE: Final = 1 / 3


def is_about_encodings(text: str) -> bool:
    """Say whether a text names encodings or their confusion.

    >>> is_about_encodings("Der Text wurde als UTF-8 gelesen"), is_about_encodings("Bericht")
    (True, False)
    """
    small = text.lower()
    # Bytes are searched three times as fast.
    latin = small.encode("ascii", "ignore")
    named = any(part in latin for part in _LATIN) or any(part in small for part in _OTHERS)
    return named and _WORDS.search(small) is not None


def is_quoted(text: str, start: int, end: int) -> bool:
    """Say whether the word around a span stands in quotation marks or brackets.

    >>> is_quoted('it shows "Ã©tÃ©" instead', 10, 12)
    True
    """
    if _is_string(text, start, end):
        return True
    first, last = max(0, start - WORD), min(len(text), end + WORD)
    while start > first and not _EDGE.match(text[start - 1]):
        start -= 1
    while end < last and not _EDGE.match(text[end]):
        end += 1
    if start > 0 and end < len(text) and text[start - 1] in _OPENING and text[end] in _CLOSING:
        return True
    # The quotation mark may count as part of the word: an apostrophe, a sample's own.
    return end - start > 2 and text[start] in "'‘" and text[end - 1] in "'’"


def _is_string(text: str, start: int, end: int) -> bool:
    """Whether a span stands in a string of a program, however long: `f("it doesnâ€™t")`."""
    head = text.rfind("\n", max(0, start - NEAR), start) + 1
    before = text[max(head, start - NEAR) : start]
    behind = text[end : end + NEAR].split("\n", 1)[0]
    opened = _STRING.search(before)
    return opened is not None and f"{opened[1]})" in behind


def is_shown_repaired(line: str, start: int, end: int, after: str) -> bool:
    """Say whether what a span would become stands beside it in the line: an explanation."""
    # An explanation shows a word or two; text that repeats itself shows sentences.
    if len(after) > WORD:
        return False
    letters = sum(map(str.isalpha, after[:8]))
    wide = any(char >= "\u0800" for char in after[:8])
    if letters < 3 and not (wide and letters == 2):
        return False
    return after in line[max(0, start - NEAR) : start] or after in line[end : end + NEAR]
