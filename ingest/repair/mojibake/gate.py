"""Where a text looks garbled at all: compiled searches that clean text passes at once.

Text read in the wrong encoding has neighbours that no language writes. UTF-8 read as
another encoding begins every character with one of a few dozen letters; two bytes of a
Chinese character read as Western letters stand beside each other without a vowel's rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.letters import is_unlikely
from ingest.repair.mojibake.signs import together

ANY: Final = "any"
"""The family of what is odd without saying which misreading made it."""


_ANY: Final = frozenset((ANY,))


#: Characters within which a third sign must stand, and length of a side of a short line.
CLOSE: Final = 16
SHORT: Final = 16


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


#: Small letters; signs and capitals that follow or lead them in no language.
_SMALL: Final = "a-zß-öø-ÿа-яё"
_STRANGE: Final = (
    "\x80-\x84\x86-\x9fｦ-ﾟ"
    "¡-©«-¶¸-¿×÷À-ÖØ-ÞĂĄČĆĎĐĘĚŁŃŇŐŘŔŚŠŢŤŮŰŹŻŽŸŒƒˆ˙-˝Α-ωЀ-ӿ‚„†‡‰‹›™ı"
    "∂∆∏∑√∞∫≈≠≤≥◊⌐⌠⌡∙─-▟ﬁﬂ\ue000-\uf8ff“”"
)
_STRANGE_AROUND: Final = (
    "(?:(?<=[\x80-\x84\x86-\x9f])"
    "|(?<=[a-zß-öø-ÿ][^“”])|(?<![“”])(?=[a-zß-öø-ÿ])|(?<=[a-z][^\\s\"'«„“‘’(/-])(?=[a-z])"
    "|(?<=[а-яё][А-ЯЁ])|(?<=[А-ЯЁ])(?=[А-ЯЁ]{2,20} [А-ЯЁ]{2,20} [А-ЯЁ])|(?<=[ｦ-ﾟ])(?=[一-鿿])|(?<=[一-鿿][ｦ-ﾟ]))"
)
#: First sets that clean text is full of: such gates are searched for by themselves.
_CYRILLIC: Final = "В-ф"
_LETTER: Final = "a-z"
_WIDE: Final = "一-鿿가-힣ｦ-ﾟд"
_HAN: Final = re.compile("[一-鿿]")
#: Characters of a line from which it is in Chinese, whatever words stand in it.
MANY: Final = 5
_EVERYDAY: Final = (_CYRILLIC, _LETTER)
_ACCENTED: Final = re.compile("[À-ÖØ-öø-ɏ][A-Za-zÀ-ÖØ-öø-ɏ]*")
_BEFORE: Final = re.compile(r"[A-Za-z]{,20}\Z")


#: Bytes of UTF-8 a character up to which a text is ASCII for the most part: a Chinese one has
#: 3. So many characters of the head tell.
_FEW: Final = 1.5
_HEAD: Final = 1000
_ASCII: Final = bytes(range(0x80))


class _Gate(NamedTuple):
    """A search for what one family of misreadings looks like: a first character, and what
    must stand around it."""

    family: str
    first: str
    around: str

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(f"[{self.first}]{self.around}")


@cache
def _gates() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((gate.family, gate.pattern) for gate in _described())


class _Scan(NamedTuple):
    """A search, and the characters beyond ASCII without one of which it finds nothing."""

    needed: re.Pattern[str]
    pattern: re.Pattern[str]


@cache
def _scans() -> tuple[_Scan, ...]:
    """Few searches for what all gates look for: a search that begins with one set is fast,
    and clean text has few characters that any gate begins with."""
    rare = [gate for gate in _described() if gate.first not in _EVERYDAY]
    firsts = "".join(gate.first for gate in rare)
    branches = "|".join(f"(?<=[{gate.first}]){gate.around}" for gate in rare)
    everyday = [
        _Scan(re.compile(f"[{_WIDE if gate.first == _LETTER else gate.first}]"), gate.pattern)
        for gate in _described()
        if gate.first in _EVERYDAY
    ]
    return (
        _Scan(re.compile(f"[{firsts}]"), re.compile(f"[{firsts}](?:{branches})")),
        *everyday,
    )


@cache
def _described() -> tuple[_Gate, ...]:
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
    greek = "Ͱ-Ͽ"
    return (
        _Gate("utf-8-as-gb18030", gb_first, f"[{gb_second}][{gb_third}\x00-\x7f]"),
        _Gate(
            "utf-8-as-gb18030",
            rare,
            f"(?:(?<=[{cyrillic}][{rare}])[{cyrillic}]|[{cyrillic}][{cyrillic}])",
        ),
        _Gate("utf-8-as-gb18030", "鈥", ""),
        _Gate("utf-8-as-cp932", sjis_first, "(?:[｡-ﾟ\x80\xa0]|(?<=[縺繧繝]).?[縺繧繝])"),
        _Gate(
            "gb18030-as-cp950",
            as_big5,
            f"(?:(?<=[{signs}])|[{as_big5}]|.{{0,4}}[{as_big5}].{{0,4}}[{as_big5}])",
        ),
        # Big5's most frequent rows lie in the private rows of GBK.
        _Gate("cp950-as-gb18030", "\ue000-\ue765", ".?[\ue000-\ue765ぁ-ヶ一-龥]"),
        _Gate(
            LATIN,
            western + greek + controls,
            rf"(?:(?<=[{controls}])|(?<=[{western}])[\u0080-\u2bff]"
            rf"|(?<=[ÃÂ]) |(?<=[{greek}])[¡-»€™‚-•])",
        ),
        # Cyrillic beside what no Russian word has; Ukrainian is let through later.
        _Gate(LATIN, _CYRILLIC, "[Ђ-ЏѐђѓѕјљњћќўџҐґ„†‡€‰‹‘’“”•–—™°±µ¶·№¤¦§©«¬®»\xa0]"),
        _Gate(ANY, _STRANGE, _STRANGE_AROUND),
        _Gate(ANY, _LETTER, f"[{_WIDE}](?=[a-z])"),
    )


def _unlikely(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Words with letters beyond ASCII that no language spells so."""
    for found in _ACCENTED.finditer(text):
        first = found.start()
        before = _BEFORE.search(text, max(0, first - 20), first)
        start = before.start() if before is not None else first
        if is_unlikely(text[start : found.end()]):
            yield start, found.end(), _ANY


def _dense(text: str) -> Iterator[tuple[int, frozenset[str]]]:
    """Places with three signs of a misreading close together, or two in a short line.

    A third of a garbled text are signs; of clean text one character in a thousand.
    """
    last = -CLOSE
    before: frozenset[str] = frozenset()
    for begin, end, names in together(text):
        again = names & before if begin - last <= CLOSE else frozenset()
        if again:
            yield begin, again
        elif _is_short(text, begin, end):
            yield begin, names
        last, before = begin, names


def _is_short(text: str, begin: int, end: int) -> bool:
    start = text.rfind("\n", max(0, begin - SHORT), begin)
    stop = text.find("\n", end, end + SHORT)
    at_start = start >= 0 or begin <= SHORT
    at_end = stop >= 0 or len(text) - end <= SHORT
    return at_start and at_end


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

    def line(begin: int) -> tuple[int, int]:
        end = text.find("\n", begin)
        return text.rfind("\n", 0, begin) + 1, end if end >= 0 else len(text)

    for begin, _, names in _unlikely(text):
        found.setdefault(line(begin), set()).update(names)
    for begin, names in _dense(text):
        found.setdefault(line(begin), set()).update(names)
    for scan in _scans():
        if few and not scan.needed.search(beyond):
            continue
        at = 0
        while hit := scan.pattern.search(text, at):
            start, at = line(hit.start())
            found.setdefault((start, at), set())
    for (start, end), families in found.items():
        families.update(name for name, gate in _gates() if gate.search(text, start, end))
    return [
        Suspect(*place, frozenset(found[place]))
        for place in sorted(found)
        if found[place] != _ANY or not _is_everyday(text[slice(*place)])
    ]


def _is_everyday(line: str) -> bool:
    """Whether a line is odd in nothing but that a character stands between Latin words, as in
    Chinese that names things in Latin letters."""
    return (
        len(_HAN.findall(line)) >= MANY
        and not _strange().search(line)
        and not any(True for _ in _unlikely(line))
    )


@cache
def _strange() -> re.Pattern[str]:
    return _Gate(ANY, _STRANGE, _STRANGE_AROUND).pattern


def hits(line: str, family: str) -> Iterator[tuple[int, int]]:
    """Spans of a line's pairs of characters that look garbled by one family of misreadings."""
    found: list[tuple[int, int]] = []
    for name, gate in _gates():
        if name == family:
            found += (hit.span() for hit in gate.finditer(line))
    found += (
        (start, end)
        for start, end, names in chain(together(line), _unlikely(line))
        if family in names
    )
    yield from sorted(found)
