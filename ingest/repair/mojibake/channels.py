"""Misreadings that can be undone strictly: the text was one encoding and was read as another.

Encoding the text in what it was read as gives the bytes back; if they decode without
fault in what it was, the round trip is a proof, provided that the outcome is text.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final, NamedTuple


class Channel(NamedTuple):
    """An encoding (`written`) whose bytes were read as another (`read`)."""

    written: str
    read: str

    @property
    def rule(self) -> str:
        """The id of the rule that undoes this misreading."""
        return f"mojibake.{self.written}-read-as-{self.read}"


#: Characters beyond ASCII, each counted once, from which they are a text.
_DISTINCT: Final = 3
#: Characters of a text's head that tell how many bytes of UTF-8 it has a character.
_HEAD: Final = 1000
_ASCII: Final = bytes(range(0x80))


def beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII, in order. Bytes are the fast way to them.

    >>> beyond_ascii("la cité, 城市")
    'é城市'
    """
    encoded = text.encode("utf-8", "surrogatepass")
    return encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")


def is_over_and_over(text: str) -> bool:
    """Whether one character beyond ASCII, or two, are all that a text has.

    One character over and over is another one over and over in any encoding.

    >>> is_over_and_over("中A中1中中"), is_over_and_over("国家统计局")
    (True, False)
    """
    return len(set(beyond_ascii(text))) < _DISTINCT


def bytes_each(text: str) -> float:
    """Bytes of UTF-8 a character at the head of a text: 1 in English, 3 in Chinese, 0 of nothing.

    >>> bytes_each("ab"), bytes_each("城市")
    (1.0, 3.0)
    """
    head = text[:_HEAD]
    return len(head.encode("utf-8", "surrogatepass")) / max(1, len(head))


LATIN: Final = "latin-1"
"""Latin-1 and Windows-1252 in one: every byte is one character, and can be told from it."""

#: Encodings of two bytes a character whose files are opened as Western text.
READ_AS_LATIN: Final = ("utf-8", "gb18030", "cp950", "cp932", "euc_jp", "cp949")

# Windows-1252 where it differs from Latin-1; its five gaps stay controls.
_WINDOWS: Final = {
    ord(bytes((byte,)).decode("cp1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
#: Characters that a byte above ASCII becomes.
LATIN_HIGH: Final = "\x80-ÿ" + "".join(map(chr, _WINDOWS))

_UTF8_HIGH: Final = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_THREE_BYTES: Final = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]")
_UTF8_CHARACTER: Final = re.compile(_UTF8_HIGH)
_MORE_THAN_PAIRS: Final = re.compile(
    rb"[\xe0-\xf4][\x80-\xbf]{2}.*[\xe0-\xf4][\x80-\xbf]{2}|\xe2\x80|(?:[\xc2-\xdf][\x80-\xbf]){4}",
    re.DOTALL,
)
_UTF8_RUN: Final = re.compile(
    rb"(?:" + _UTF8_HIGH + rb")++(?:[\x00-\x7f]*+(?:" + _UTF8_HIGH + rb")++)*+"
)


BARE: Final = "\udc80"
"""The byte 80 by itself: how Windows and browsers write it in GBK is for `with_bare_bytes`."""

_EURO: Final = re.compile("€(?=(.?))", re.DOTALL)


def with_bare_bytes(text: str, encoding: str) -> str:
    """A text with `BARE` for each € that stands for the byte 80, as in GBK by Microsoft.

    Python reads such a byte as none, and A2 E3 as €. Behind A2 E3, which begins a character of
    UTF-8, two bytes go on; behind 80 there is one at most. The text keeps its length.

    >>> with_bare_bytes("涓€涓", "gb18030") == f"涓{BARE}涓"
    True
    >>> with_bare_bytes("涓€涓", "cp949")
    '涓€涓'
    """
    if encoding != "gb18030" or "€" not in text:
        return text
    return _EURO.sub(_bare, text)


def _bare(euro: re.Match[str]) -> str:
    following = euro[1].replace("€", "").encode("gb18030", "ignore")
    return "€" if len(following) == 2 and min(following) >= 0x80 and max(following) < 0xC0 else BARE


def _outside(error: UnicodeError) -> tuple[bytes, int]:
    """A character that the encoding lacks, as a byte that UTF-8 lacks: clean text around."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    content = bytes(
        0x80 if char == BARE else 0xFF for char in error.object[error.start : error.end]
    )
    return content, error.end


codecs.register_error("ingest.outside", _outside)


def to_bytes(text: str, encoding: str) -> bytes | None:
    """The bytes that were read as this text, or None where it cannot have been so.

    >>> to_bytes("\\u4e2d\\u56fd", "gb18030"), to_bytes("â€™", LATIN)
    (b'\\xd6\\xd0\\xb9\\xfa', b'\\xe2\\x80\\x99')
    """
    try:
        if encoding == LATIN:
            return text.translate(_WINDOWS).encode("latin-1")
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def from_bytes(content: bytes, encoding: str) -> str | None:
    """What bytes say in an encoding, or None where they do not fit it."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def undone(text: str, channel: Channel) -> str | None:
    """The text as it was written, or None where the round trip fails.

    >>> undone("¹ØÓÚ", Channel("gb18030", LATIN))
    '关于'
    """
    content = to_bytes(text, channel.read)
    if content is None:
        return None
    decoded = from_bytes(content, channel.written)
    # Some encodings have two codes for a character: then the bytes are not proven.
    if decoded is None or decoded.encode(channel.written) != content:
        return None
    return decoded


def looks_like_broken_utf8(text: str) -> bool:
    """Whether text read as Latin-1 is UTF-8 for the greater part, but not whole.

    Its bytes make characters of two bytes too, and nonsense.

    >>> looks_like_broken_utf8("å›½å®¶ç»?"), looks_like_broken_utf8("¹ØÓÚ³ÇÊÐ")
    (True, False)
    """
    content = to_bytes(text, LATIN)
    if content is None:
        return False
    explained = sum(len(one[0]) for one in _THREE_BYTES.finditer(content))
    high = len(content) - len(content.translate(None, _HIGH_BYTES))
    return explained * 2 > high and from_bytes(content, "utf-8") is None


def utf8_runs(text: str, encoding: str) -> list[tuple[int, int, str]]:
    """Spans of a text that are UTF-8 read in an encoding of two bytes, with what they say.

    A run begins and ends where a character of either reading does, and with a character
    above ASCII.

    >>> utf8_runs("见鍏充簬后", "gb18030")
    [(1, 4, '关于')]
    """
    text = with_bare_bytes(text, encoding)
    content = text.encode(encoding, "ingest.outside")
    # Pairs are UTF-8 by accident all the time; these are what more than pairs looks like.
    runs = [run for run in _UTF8_RUN.finditer(content) if _MORE_THAN_PAIRS.search(run[0])]
    if not runs:
        return []
    offsets = _offsets(text, encoding)
    found = []
    for run in runs:
        # From either end, give up characters until both readings have a boundary.
        ends = [character.end() for character in _UTF8_CHARACTER.finditer(run[0])]
        starts = [character.start() for character in _UTF8_CHARACTER.finditer(run[0])]
        first = next((at for at in starts if run.start() + at in offsets), None)
        last = next((at for at in reversed(ends) if run.start() + at in offsets), None)
        # The byte behind an odd number of bytes was taken for the second of a pair.
        if run.end() not in offsets and run.end() + 1 in offsets and content[run.end()] < 0x80:
            last = len(run[0]) + 1
        if first is None or last is None or first >= last:
            continue
        start, end = run.start() + first, run.start() + last
        found.append((offsets[start], offsets[end], content[start:end].decode("utf-8")))
    return found


def _offsets(text: str, encoding: str) -> dict[int, int]:
    """Offsets in the bytes of an encoding, to offsets in the text."""
    size = _sizes(encoding)
    at = 0
    offsets = {0: 0}
    for index, char in enumerate(text, 1):
        at += size[char]
        offsets[at] = index
    return offsets


class _Sizes(dict[str, int]):
    """Bytes of a character in an encoding, filled as characters turn up."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, char: str) -> int:
        size = self[char] = len(char.encode(self._encoding, "ingest.outside"))
        return size


@cache
def _sizes(encoding: str) -> _Sizes:
    return _Sizes(encoding)
