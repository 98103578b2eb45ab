"""What misreadings look like: pairs of characters that no language writes, as searches.

UTF-8 read as another encoding begins every character with one of a few dozen letters; two
bytes of a Chinese character read as Western letters stand beside each other without a
vowel's rest. Each search has a key: characters of which clean text has few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN

ANY: Final = "any"
"""The family of what is odd without saying which misreading made it."""

ACCENTS: Final = "À-ÖØ-öø-ɏ"
#: Characters of East Asia, and signs of Shift_JIS that bytes of Western letters become.
WIDE: Final = "一-鿿가-힣ｦ-ﾟдＡ-Ｚａ-ｚ｜∥〔〕［］｛｝〈〉"

_CONTINUATION: Final = range(0x80, 0xC0)
#: First bytes in UTF-8 of punctuation, kana, Han characters and Hangul.
_LEADS: Final = range(0xE2, 0xEE)

#: Small letters; signs and capitals that follow or lead them in no language.
_SMALL: Final = "a-zß-öø-ÿ"
_STRANGE: Final = (
    "\x80-\x84\x86-\x9fｦ-ﾟ"
    "¡-©«-¶¸-¿×÷À-ÖØ-ÞĂĄČĆĎĐĘĚŁŃŇŐŘŔŚŠŢŤŮŰŹŻŽŸŒƒˆ˙-˝‚„†‡‰‹›™ı"
    "∂∆∏∑√∞∫≈≠≤≥◊⌐⌠⌡∙─-▟ﬁﬂ\ue000-\uf8ff“”"
)
_STRANGE_AROUND: Final = (
    "(?:(?<=[\x80-\x84\x86-\x9f])"
    "|(?<=[a-zß-öø-ÿ][^“”])|(?<![“”])(?=[a-zß-öø-ÿ])|(?<=[a-z][^\\s\"'«„“‘’(/-])(?=[a-z])"
    "|(?<=[ｦ-ﾟ])(?=[一-鿿])|(?<=[一-鿿][ｦ-ﾟ]))"
)
_OTHER_LETTERS: Final = "Α-ωЀ-ӿ"
_CAPITALS: Final = "А-ЯЁ"


class Look(NamedTuple):
    """A key character, and what stands before and behind it, as one family of misreadings
    makes them."""

    family: str
    before: str
    key: str
    behind: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The search for the characters that look so."""
        return _pattern(self)


@cache
def _pattern(look: Look) -> re.Pattern[str]:
    return re.compile(f"{look.before}[{look.key}]{look.behind}")


def read_as(cells: Iterable[tuple[int, int]], encoding: str) -> str:
    """The characters that pairs of bytes become in an encoding, each pair by itself: behind
    one that the encoding lacks, a decoder would take the next ones out of step."""
    return "".join(bytes(cell).decode(encoding, "ignore") for cell in cells)


def _cells(leads: range, trails: range) -> Iterator[tuple[int, int]]:
    return ((lead, trail) for lead in leads for trail in trails)


@cache
def patterns(family: str) -> tuple[re.Pattern[str], ...]:
    """The searches of one family."""
    return tuple(look.pattern for look in looks() if look.family == family)


@cache
def scan() -> re.Pattern[str]:
    """One search for all looks, and for letters with accents: `shown` tells which it found.

    A search that begins with one set passes what is not in it at once. Behind it the looks are
    asked in three groups, by what they have for a key: letters that text in an alphabet is full
    of, which look odd beside other letters only; Han characters; and all else.
    """
    every = [*looks(), WORD]
    letters = [look for look in every if look.key in (_SMALL, _LETTER)]
    rest = [look for look in every if look not in letters]
    ideographs = "".join(map(chr, range(0x3400, 0xA000)))
    others = "".join(map(chr, (*range(0x3400), *range(0xA000, 0x10000))))
    han = [look for look in rest if re.search(f"[{look.key}]", ideographs)]
    other = [look for look in rest if re.search(f"[{look.key}]", others)]
    groups = (
        f"(?<=[{_keys(letters)}])(?:(?=[^\x00-\x7f])|(?<=[^\x00-\x7f].))(?:{_branches(letters)})",
        f"(?<=[㐀-鿿])(?:{_branches(han)})",
        f"(?<![{_LETTER}㐀-鿿])(?:{_branches(other)})",
    )
    return re.compile(f"[{_keys(every)}](?:{'|'.join(groups)})", re.DOTALL)


def shown(hit: re.Match[str]) -> Iterator[Look]:
    """The looks that a hit of `scan` shows."""
    at = hit.start()
    for look, behind in _with_key(hit.string[at]):
        if behind.match(hit.string, at + 1):
            yield look


@lru_cache(maxsize=1 << 10)
def _with_key(char: str) -> tuple[tuple[Look, re.Pattern[str]], ...]:
    """The looks that have a character for a key, and what is searched for behind it."""
    every = (*looks(), WORD)
    return tuple(
        (look, re.compile(_branch(look))) for look in every if re.match(f"[{look.key}]", char)
    )


def _keys(chosen: list[Look]) -> str:
    return "".join(look.key for look in chosen)


def _branches(chosen: list[Look]) -> str:
    # A dot is any character of the line.
    return "(?-s:" + "|".join(map(_branch, chosen)) + ")"


def _branch(look: Look) -> str:
    return f"(?<={look.before}[{look.key}]){look.behind}"


_LETTER: Final = "A-Za-z"
_DRAWN: Final = "─-▟■⌠⌡"
# Letters of code page 437, and its signs among them.
_GREEK: Final = "αΓπΣσµτΦΘΩδφε"
_GREEK_SIGNS: Final = "≡≥≤∩∙ⁿ√÷°·■"
#: A letter with an accent: whether its word looks odd is another question.
WORD: Final = Look(ANY, "", ACCENTS, "")
#: A character of East Asia between small letters.
BETWEEN: Final = Look(ANY, "", _LETTER, f"[{WIDE}](?=[a-z])")
#: The same where a word ends, and where it begins.
LAST: Final = Look(ANY, "", _LETTER, f"[{WIDE}](?=[\\s!-@]|\\Z)")
FIRST: Final = Look(ANY, f"[\\s!-/][{WIDE}]", _LETTER, "")
#: Where the character stands, from the letter.
AMONG: Final = {BETWEEN: 1, LAST: 1, FIRST: -1}
#: Big5's most frequent rows lie in the private rows of GBK.
PRIVATE: Final = Look("cp950-as-gb18030", "", "\ue000-\ue765", ".?[\ue000-\ue765ぁ-ヶ一-龥]")
#: A capital inside a word.
INNER: Final = Look(ANY, "[а-яё]", _CAPITALS, "")
#: Two words in capitals: Russian whose small letters became capitals.
CAPITALS: Final = Look(ANY, "", _CAPITALS, "(?=[А-ЯЁ]{2,20},? [А-ЯЁ]{2,20}(?![а-яё]))")
#: The quotation marks and dashes of UTF-8 read as GBK; nobody writes it.
DASH: Final = Look("utf-8-as-gb18030", "", "鈥", "")


@cache
def looks() -> tuple[Look, ...]:
    """Every look, by family."""

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
    # Western letters, which may be Chinese bytes that were misread before, become 脌 to 脽.
    letters = of(range(0xC2, 0xC4), _CONTINUATION, "gb18030")
    capitals = of(range(0xC3, 0xC4), range(0x80, 0xA0), "gb18030")
    # The latter half of GB 2312's common characters becomes rare ones in Big5, and its
    # punctuation these signs.
    signs = "ㄗㄘㄛㄩ﹜﹝"
    as_big5 = signs + of(range(0xC9, 0xD8), range(0xA1, 0xFF), "cp950")
    controls = "\x80-\x84\x86-\x9f"  # U+0085 ends lines in some old files
    western = "À-ÖØ-öø-ɏ√‚┬├┼╬╧╨╤Γ≈ƒ"
    return (
        Look("utf-8-as-gb18030", "", gb_first, f"[{gb_second}][{gb_third}\x00-\x7f]"),
        Look(
            "utf-8-as-gb18030",
            "",
            rare,
            f"(?:(?<=[{cyrillic}][{rare}])[{cyrillic}]|[{cyrillic}][{cyrillic}])",
        ),
        Look("utf-8-as-gb18030", "", capitals, f"[{letters}]{{3}}"),
        DASH,
        Look("utf-8-as-cp932", "", sjis_first, "(?:[｡-ﾟ\x80\xa0]|(?<=[縺繧繝]).?[縺繧繝])"),
        Look(
            "gb18030-as-cp950",
            "",
            as_big5,
            f"(?:(?<=[{signs}])|[{as_big5}]|.{{0,4}}[{as_big5}].{{0,4}}[{as_big5}])",
        ),
        PRIVATE,
        Look(
            LATIN,
            "",
            western + controls,
            rf"(?:(?<=[{controls}])|(?<=[{western}])[\u0080-\u2bff]|(?<=[ÃÂ]) )",
        ),
        Look(LATIN, "[Ͱ-Ͽ]", "¡-»€™‚-•", ""),
        # Hebrew: every other byte is a sign of multiplication.
        Look(LATIN, "", "×", "[^\x00-\x7f\\s]×"),
        # Cyrillic beside what no Russian word has; Ukrainian is let through later.
        Look(LATIN, "[В-ф]", "Ђ-ЏѐђѓѕјљњћќўџҐґ„†‡€‰‹‘’“”•–—™°±µ¶·№¤¦§©«¬®»\xa0", ""),
        Look(ANY, "", _STRANGE, _STRANGE_AROUND),
        INNER,
        CAPITALS,
        Look(ANY, "", _SMALL, f"[{_OTHER_LETTERS}]"),
        Look(ANY, f"[{_OTHER_LETTERS}]", _SMALL, ""),
        BETWEEN,
        LAST,
        FIRST,
        # What frames a table does not stand against a word.
        Look(ANY, "[A-Za-z0-9%'\"(,.\\[/]", _DRAWN, f"(?![{_DRAWN}])"),
        Look(ANY, f"[^{_DRAWN}]", _DRAWN, "(?=[A-Za-z0-9%\\\\(/&=#{}\\[\\]])"),
        Look(ANY, "", _GREEK, f"[{_GREEK_SIGNS}](?=[{_GREEK}{_GREEK_SIGNS}])"),
    )
