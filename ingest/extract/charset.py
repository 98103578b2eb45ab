"""Character sets: what their labels mean in practice, and which characters are common."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final

# Labels of the web for which Python's codec of that name reads less, or another thing.
# A name of the left column stands for the superset that writers in fact used.
_LABELS: Final = {
    "ascii": "cp1252",
    "big5": "cp950",
    "big5_tw": "cp950",
    "cn_big5": "cp950",
    "x_x_big5": "cp950",
    "euc_kr": "cp949",
    "ks_c_5601_1987": "cp949",
    "korean": "cp949",
    "windows_949": "cp949",
    "gb2312": "gb18030",
    "gb_2312_80": "gb18030",
    "gbk": "gb18030",
    "x_gbk": "gb18030",
    "cp936": "gb18030",
    "iso_8859_1": "cp1252",
    "latin1": "cp1252",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_9": "cp1254",
    "tis_620": "cp874",
    "windows_874": "cp874",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "x_sjis": "cp932",
    "ms_kanji": "cp932",
    "windows_31j": "cp932",
    "unicode": "utf-8",
    "x_cp1251": "cp1251",
}

#: Legacy encodings of two bytes a character, and the codecs to try for each, the one
#: that most files are in first. Big5 has two extensions that fill the same rows.
VARIANTS: Final = {
    "gb18030": ("gb18030",),
    "cp950": ("cp950", "big5hkscs"),
    "cp932": ("cp932", "shift_jis_2004"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "cp949": ("cp949",),
}

#: Encodings of Latin letters with accents, one byte each.
LATIN: Final = frozenset(
    ("cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-4", "iso8859-15")
)

# Units of UTF-16 that running text is made of, in any script that reports are written in.
_COMMON_RANGES: Final = (
    "\t\n\r\f -~\u00a0-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff"
    "\u1e00-\u1fff\u2010-\u203e\u20ac\u2190-\u22ff\u2460-\u24ff\u2500-\u25ff"
    "\u3000-\u30ff\uff00-\uffee"
)
_COMMON: Final = re.compile(f"[{_COMMON_RANGES}]")


def codec_name(label: str) -> str | None:
    """The codec that reads what files of this label hold, or None where there is none.

    >>> codec_name("GB2312"), codec_name("Shift_JIS"), codec_name("x-nonsense")
    ('gb18030', 'cp932', None)
    """
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    try:
        found = codecs.lookup(_LABELS.get(key, label))
        "".encode(found.name)
    except (LookupError, UnicodeError, ValueError):
        return None
    return _LABELS.get(found.name.replace("-", "_"), found.name)


def common_share(text: str) -> float:
    """Share of characters that running text is made of: see `common_characters`."""
    if not text:
        return 0.0
    sample = text[:20_000]
    common = common_characters()
    rest = _COMMON.sub("", sample)
    return (len(sample) - len(rest) + sum(map(common.__contains__, rest))) / len(sample)


@cache
def common_characters() -> frozenset[str]:
    """Han characters and syllables that the makers of the charsets held for common.

    The first levels of GB 2312, Big5 and JIS X 0208, and the syllables of KS X 1001:
    9,600 characters that make up 98 % and more of running text in their languages.
    """
    rows = (
        ("gb2312", 0xB0, 0xD7),
        ("big5", 0xA4, 0xC6),
        ("euc_jp", 0xB0, 0xCF),
        ("euc_kr", 0xB0, 0xC8),
    )
    return frozenset(
        "".join(
            bytes((lead, trail)).decode(encoding, "ignore")
            for encoding, first, last in rows
            for lead in range(first, last + 1)
            for trail in range(0x40, 0xFF)
        )
    ) - frozenset(map(chr, range(128)))
