"""Where a text looks garbled at all: compiled searches that clean text passes at once.

Text read in the wrong encoding has neighbours that no language writes. UTF-8 read as
another encoding begins every character with one of a few dozen letters; two bytes of a
Chinese character read as Western letters stand beside each other without a vowel's rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN


class Suspect(NamedTuple):
    """A line in which some pair of characters looks garbled, and by which misreadings."""

    start: int
    end: int
    families: frozenset[str]


def read_as(cells: Iterable[tuple[int, int]], encoding: str) -> str:
    """The characters that pairs of bytes become in an encoding."""
    return b"".join(map(bytes, cells)).decode(encoding, "ignore")


def _cells(leads: range, trails: range) -> Iterator[tuple[int, int]]:
    return ((lead, trail) for lead in leads for trail in trails)


_CONTINUATION: Final = range(0x80, 0xC0)
#: First bytes in UTF-8 of punctuation, kana, Han characters and Hangul.
_LEADS: Final = range(0xE2, 0xEE)


class Gate(NamedTuple):
    """A search for one family of misreadings. It begins with one set: that is fast.

    None of the characters of `opening`, that set, is in ASCII.
    """

    family: str
    opening: re.Pattern[str]
    pattern: re.Pattern[str]


#: Bytes of UTF-8 a character up to which a text is ASCII for the most part: a Chinese one has
#: 3. So many characters of the head tell.
_FEW: Final = 1.5
_HEAD: Final = 1000

_ASCII: Final = bytes(range(0x80))


@cache
def _gates() -> tuple[Gate, ...]:
    """The searches, by family of misreadings."""

    def of(leads: range, trails: range, encoding: str) -> str:
        return re.escape(read_as(_cells(leads, trails), encoding))

    # UTF-8 has three bytes a character, a misread one two: lead and byte, byte and lead,
    # two bytes. Shift_JIS reads every other third byte as half-width kana.
    gb_first = of(_LEADS, _CONTINUATION, "gb18030")
    gb_second = of(range(0x81, 0xC0), _LEADS, "gb18030")
    gb_third = of(range(0x81, 0xC0), _CONTINUATION, "gb18030")
    sjis_first = of(range(0xE2, 0xEB), _CONTINUATION, "cp932")
    # Russian's letters from р on, and capitals, become rare ones, the rest 小 and 心.
    cyrillic = of(range(0xD0, 0xD2), _CONTINUATION, "gb18030")
    rare = of(range(0xD1, 0xD2), range(0x80, 0x90), "gb18030")
    rare += of(range(0xD0, 0xD1), range(0x90, 0xA1), "gb18030")
    # The latter half of GB 2312's common characters becomes rare ones in Big5, and its
    # punctuation these signs.
    signs = "ㄗㄘㄛㄩ﹜﹝"
    as_big5 = signs + of(range(0xC9, 0xD8), range(0xA1, 0xFF), "cp950")
    controls = "\x80-\x84\x86-\x9f"  # U+0085 ends lines in some old files
    western = "À-ÖØ-öø-ɏ√‚┬├┼╬╧╨╤Γ≈ƒ"
    return tuple(
        Gate(family, re.compile(f"[{opening}]"), re.compile(f"[{opening}]{following}"))
        for family, opening, following in (
            ("utf-8-as-gb18030", gb_first, f"[{gb_second}][{gb_third}\x00-\x7f]"),
            (
                "utf-8-as-gb18030",
                rare,
                f"(?:(?<=[{cyrillic}][{rare}])[{cyrillic}]|[{cyrillic}][{cyrillic}])",
            ),
            ("utf-8-as-gb18030", "鈥", ""),
            (
                "utf-8-as-cp932",
                sjis_first,
                "(?:[｡-ﾟ\x80\xa0]|(?<=[縺繧繝]).?[縺繧繝])",
            ),
            (
                "gb18030-as-cp950",
                as_big5,
                (f"(?:(?<=[{signs}])|[{as_big5}]|.{{0,4}}[{as_big5}].{{0,4}}[{as_big5}])"),
            ),
            # Big5's most frequent rows lie in the private rows of GBK.
            ("cp950-as-gb18030", "\ue000-\ue765", ".?[\ue000-\ue765ぁ-ヶ一-龥]"),
            (
                LATIN,
                f"{western}Ͱ-Ͽ{controls}",
                (
                    rf"(?:(?<=[{controls}])|(?<=[{western}])[\u0080-\u2bff]"
                    rf"|(?<=[ÃÂ]) |(?<=[Ͱ-Ͽ])[¡-»€™‚-•])"
                ),
            ),
            # Cyrillic beside what no Russian word has; Ukrainian is let through later.
            (LATIN, "В-ф", "[Ђ-ЏѐђѓѕјљњћќўџҐґ„†‡€‰‹‘’“”•–—™°±µ¶·№¤¦§©«¬®»\xa0]"),
        )
    )


def suspects(text: str) -> list[Suspect]:
    """Lines of a text that look garbled, in order, each with the families that it shows.

    >>> suspects("Nothing to see here, 一切正常。")
    []
    >>> suspects("ok\\n¹ØÓÚ³ÇÊÐ\\n")[0][:2]
    (3, 11)
    """
    if text.isascii():
        return []
    # Of a text in Latin letters, what is not ASCII says fast which searches are needless.
    head = text[:_HEAD]
    few = len(head.encode("utf-8", "surrogatepass")) <= _FEW * len(head)
    encoded = text.encode("utf-8", "surrogatepass") if few else b""
    beyond = encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    found: dict[tuple[int, int], set[str]] = {}
    for family, opening, pattern in _gates():
        if few and not opening.search(beyond):
            continue
        at = 0
        while hit := pattern.search(text, at):
            start = text.rfind("\n", 0, hit.start()) + 1
            end = text.find("\n", hit.end())
            at = end = end if end >= 0 else len(text)
            found.setdefault((start, end), set()).add(family)
    return [Suspect(*line, frozenset(found[line])) for line in sorted(found)]


def hits(line: str, family: str) -> Iterator[tuple[int, int]]:
    """Spans of a line's pairs of characters that look garbled by one family of misreadings."""
    found: list[tuple[int, int]] = []
    for gate in _gates():
        if gate.family == family:
            found += (hit.span() for hit in gate.pattern.finditer(line))
    yield from sorted(found)
