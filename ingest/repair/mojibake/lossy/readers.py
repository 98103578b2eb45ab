"""What a reader in the wrong encoding loses, and the bytes that are left to see.

A loss is a U+FFFD or a `?` where the reader met bytes that its encoding lacks, or nothing
at all where a control was dropped. Which bytes those can have been is the codec's to say.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate, count
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import BARE, LATIN, to_bytes, with_bare_bytes

#: Bytes that stand for what is no byte of the reader's encoding: controls, which no text has.
OUTSIDE: Final = 0x01
#: The same for U+FFFD and for `?`.
REPLACED: Final = 0x02
QUESTION: Final = 0x03

_SIGNS: Final = {
    "\x01": b"\x01",
    "\x02": b"\x01",
    "\x03": b"\x01",
    "\ufffd": b"\x02",
    "?": b"\x03",
    BARE: b"\x80",
}
#: Bytes that Windows-1252 lacks.
GAPS: Final = b"\x81\x8d\x8f\x90\x9d"
CONTROLS: Final = bytes(range(0x80, 0xA0))
_HIGH: Final = bytes(range(0x80, 0x100))


class Reader(NamedTuple):
    """An encoding in which text was read: the codec that writes it back, and that loses."""

    name: str
    writes: str
    loses: str

    @property
    def label(self) -> str:
        """What people call the encoding."""
        return _LABELS[self.name]


_LABELS: Final = {
    "gb18030": "GBK",
    "cp932": "Shift_JIS (cp932)",
    "cp949": "EUC-KR (cp949)",
    "cp950": "Big5 (cp950)",
    LATIN: "Windows-1252",
}
#: GB18030 writes back what any reader of GBK can have made; GBK has the greater gaps.
READERS: Final = {
    name: Reader(name, name, loses)
    for name, loses in (
        ("gb18030", "gbk"),
        ("cp932", "cp932"),
        ("cp949", "cp949"),
        ("cp950", "cp950"),
        (LATIN, "cp1252"),
    )
}
#: Misreadings that lose bytes of nearly every character: they are named, not undone.
HOPELESS: Final = frozenset(("utf-8-as-cp950",))


class Octets(NamedTuple):
    """The bytes of a line as its reader saw them, and the offsets where a character begins.

    Losses and what the encoding lacks stand as controls. `offsets` leads from bytes to
    characters.
    """

    content: bytes
    offsets: dict[int, int]


def octets(line: str, reader: Reader) -> Octets:
    """Write a line back in the encoding in which it was read.

    >>> octets("鍏\\ufffdア?", READERS["gb18030"]).content
    b'\\xe5\\x85\\x02\\xa5\\xa2\\x03'
    """
    pieces = list(map(_sizes(reader).__getitem__, with_bare_bytes(line, reader.writes)))
    ends = accumulate(map(len, pieces), initial=0)
    return Octets(b"".join(pieces), dict(zip(ends, count(), strict=False)))


class _Pieces(dict[str, bytes]):
    """The bytes of a character in an encoding, filled as characters turn up."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, char: str) -> bytes:
        content = _SIGNS.get(char) or to_bytes(char, self._reader.writes)
        # Four bytes of GB18030 are no two of GBK.
        if content is None or len(content) > 2:
            content = bytes((OUTSIDE,))
        self[char] = content
        return content


@cache
def _sizes(reader: Reader) -> _Pieces:
    return _Pieces(reader)


@cache
def lost_before(reader: Reader, following: int) -> bytes:
    """Bytes that this reader loses in front of a byte, or of the end (-1)."""
    after = bytes((following,)) if following >= 0 else b""
    return bytes(
        byte
        for byte in _HIGH
        if (bytes((byte,)) + after).decode(reader.loses, "replace")[0] == "\ufffd"
    )


@cache
def lost_anywhere(reader: Reader) -> bytes:
    """Bytes that this reader loses in front of some byte above ASCII."""
    return bytes(sorted(set().union(*(lost_before(reader, byte) for byte in _HIGH))))


@cache
def lost_pairs(reader: Reader) -> frozenset[bytes]:
    """Pairs of bytes that this reader can lose together: a first byte with a wrong second one."""
    leads = [lead for lead in _HIGH if _begins_pair(lead, reader.loses)]
    return frozenset(
        bytes((lead, trail))
        for trail in _HIGH
        for lead in leads
        if lead in lost_before(reader, trail)
    )


def _begins_pair(byte: int, encoding: str) -> bool:
    try:
        bytes((byte,)).decode(encoding)
    except UnicodeDecodeError as error:
        return "incomplete" in error.reason
    return False
