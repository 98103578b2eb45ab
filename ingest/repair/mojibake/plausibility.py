"""How plausible a text is in any language, in nats: to weigh what was read against what was meant.

A coarse model of characters by class for every script, and the language model of Han
text where runs of Han characters decide. It is a measure to compare two readings of the
same bytes with, not to tell good prose from bad.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.repair.language import han
from ingest.repair.mojibake.letters import LETTERS, characters, letters_cost, words

#: Han characters of a text that the language model weighs; what it says of them is taken
#: for the rest. Two readings of the same bytes differ by 3 nats a character.
SAMPLE: Final = 60

# Nats of one character of a class, from its share of running text in its own script.
_COSTS: Final = {
    "a": 3.0,  # ASCII
    "h": 7.0,  # Han of the first levels of GB 2312, Big5 and JIS X 0208
    "H": 12.0,  # other Han
    "k": 4.0,  # kana
    "p": 4.0,  # punctuation of Chinese and Japanese
    "P": 7.5,  # full-width letters, other signs of the CJK blocks
    "t": 4.2,  # the commonest syllables of Korean
    "s": 7.5,  # other syllables of KS X 1001
    "S": 14.0,  # other Hangul
    "c": 3.3,  # small letters of Cyrillic and Greek
    "C": 5.0,  # their capitals
    "l": 4.5,  # small letters with accents
    "L": 6.0,  # their capitals
    "q": 4.5,  # typographic punctuation
    "m": 8.0,  # signs of Latin-1 and Windows, mathematics, drawings
    "o": 5.0,  # Hebrew, Arabic, Indic scripts, Thai
    "O": 10.0,  # seldom written: phonetic and historical letters, single jamo, enclosed signs
    "x": 14.0,  # private, controls, unassigned, replacement, half-width kana
}
#: Nats for two scripts side by side that do not mix within a word, for a capital after a
#: small letter, and for a sign within a word.
_CLASH: Final = 4.0
_CLASHES: Final = re.compile(
    "(?=[hH][tsScClL]|[tsS][hHkcClLmPO]|[kmPO][tsS]|k[cClL]|[cC][hHktsSlL]|[lL][hHktsScC]"
    "|[lc][LC]|[lLcC]m[lLcC])"
)
# They make up seven tenths of running Korean.
_KOREAN: Final = frozenset(
    "이다는을의에고가하지한은로도를사아기대어서리나인그자시정있해스일보수만라것부요들전원었게과주니구여"
    "장상제면오으국동안했조우치거선내모성신비적공세무소관위연중드경생문트민남방개당발재건유말미러물년음"
)
#: Nats of a common Han character that the model of modern Chinese did not expect.
_UNKNOWN: Final = 8.5
_HAN: Final = re.compile("[㐀-鿿〇]+")


@cache
def _common_han() -> frozenset[str]:
    rows = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF))
    return frozenset(
        "".join(
            bytes((lead, trail)).decode(encoding, "ignore")
            for encoding, first, last in rows
            for lead in range(first, last + 1)
            for trail in range(0x40, 0xFF)
        )
    )


class _Classes(dict[int, str]):
    """Code point to class, filled as characters turn up: a pure function, remembered."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _class_of(chr(code))
        return found


_classes: Final = _Classes()


def _class_of(char: str) -> str:
    code = ord(char)
    if code < 0x80:
        return "a" if code >= 0x20 or char in "\t\n\r\f" else "x"
    if 0x3400 <= code <= 0x9FFF or code == 0x3007:
        return "h" if char in _common_han() else "H"
    if 0xAC00 <= code <= 0xD7A3:
        return "t" if char in _KOREAN else "s" if _in_ks_x_1001(char) else "S"
    if 0x3041 <= code <= 0x30FE:
        return "k"
    if char in "　、。〈〉《》「」『』【】〔〕！％（），．：；？～":
        return "p"
    if 0xFF61 <= code <= 0xFFDC or (
        not char.isprintable() and char not in "\xa0\u2028\u200b\u200c"
    ):
        return "x"
    if char in "\xa0«»·‐–—―‘’“”„•…°─":
        return "q"
    if char in "ΪΫΰΐ":
        return "O"
    if 0x0386 <= code <= 0x03CE or 0x0400 <= code <= 0x045F or char in "Ґґ":
        return "c" if char.islower() else "C"
    if code < 0x0180 or char in "ƠơƯưȘșȚț" or 0x1EA0 <= code <= 0x1EF9:
        return "l" if char.islower() else "L" if char.isupper() else "m"
    if 0x05D0 <= code <= 0x06FF or 0x0900 <= code <= 0x0E7F:
        return "o"
    if code < 0x2000:
        return "O"
    if 0x3130 <= code <= 0x318F or 0x3200 <= code <= 0x33FF:
        return "O"
    if 0x2E80 <= code <= 0x33FF or 0xFE30 <= code <= 0xFFEF:
        return "P"
    if 0xA000 <= code <= 0xABFF:
        return "O"
    return "H" if code >= 0x20000 else "m"


def _in_ks_x_1001(char: str) -> bool:
    # The codec spells the other syllables by their letters, in eight bytes.
    return len(char.encode("euc_kr", "ignore")) == 2


def classes(text: str) -> str:
    """The classes of a text's characters, one letter each.

    >>> classes("第3章 Été")
    'hahaLal'
    """
    return text.translate(_classes)


def cost(text: str, *, precise: bool = False) -> float:
    """Negative log probability of a text, in nats; `precise` asks the Han model too.

    >>> cost("国家统计局") < cost("鍥藉缁熻灞")
    True
    """
    shape = classes(text)
    total = sum(shape.count(letter) * nats for letter, nats in _COSTS.items())
    total += _CLASH * sum(1 for _ in _CLASHES.finditer(shape))
    # Japanese is not what the model knows, and kana tell enough.
    if precise and shape.count("k") * 8 < len(shape):
        total += _correction(text, shape.count("h") + shape.count("H"))
    return total


def _correction(text: str, number: int) -> float:
    """What the language model says of `number` Han characters, beyond their classes."""
    model = han()
    weighed = 0
    correction = 0.0
    for found in _HAN.finditer(text):
        run = found[0][: SAMPLE - weighed]
        kinds = classes(run)
        common, rare = kinds.count("h") * _COSTS["h"], kinds.count("H") * _COSTS["H"]
        # Names and old texts are not as improbable as the model has it.
        limit = kinds.count("h") * _UNKNOWN + rare
        correction += min(-model.score(run), limit) - common - rare
        weighed += len(run)
        if weighed >= SAMPLE:
            break
    return correction * number / weighed if weighed else 0.0


# Nats of one character that is no letter, for `nats`.
_SIGNS: Final = {**_COSTS, "w": 6.0, "q": 5.0}
# How many more a sign costs that running text has more seldom than others of its class.
_SELDOM: Final = {
    char: nats
    for nats, chars in (
        (1.0, "“”"),
        (1.5, "‘«»²×¡¿"),
        (2.0, "„…•"),
        (3.0, "¹¢¤¥¦¨¬¯´¸¼¾ˆ˜√∞≈≤≥∂∆∏∑∫◊⌐⌠⌡∙∩" + "".join(map(chr, range(0x2500, 0x25A1)))),
        (4.0, "‚‹›†‡‰"),
    )
    for char in chars
}
#: Nats that a closing mark costs less where something was opened.
_CLOSED: Final = 3.5
_QUOTED: Final = re.compile(
    r"(?<!\w)‘(?! )[^‘’\n]{1,40}(?<! )’(?!\w)|(?<!\w)“(?! )[^“”\n]{1,80}(?<! )”(?!\w)"
    r"|(?<!\w)«[^«»\n]{1,80}»(?!\w)|(?<!\w)„(?! )[^„“\n]{1,80}(?<! )“(?!\w)"
)
_HALFWIDTH: Final = re.compile("[｡-ﾟ]")
_REPEATED: Final = re.compile(r"([^\w\s])\1+")
_LETTER: Final = re.compile(f"[{LETTERS}]")
_SMALL: Final = "a-zß-öø-ÿа-я"
_EAST: Final = "぀-ヿ一-鿿가-힣"
# What is no quotation mark around a placeholder, an option, a sign: `ë%sí`, `æ-fÆ`, `ë{í`. What
# parts two letters, as in `æ/Æ`, is left out: they may be meant.
_MARK: Final = "[^\x00-\x7f‘’‚‛“”„‟«»‹›¿¡…、-】（）]"
_WITHIN: Final = (
    "(?:[%$\\\\<@#=*~^-]{1,2}\\w[!-~]{0,30}|[%$\\\\@#*~^=:;?!|<>_{}()\\[\\]]|\\.\\.|--)"
)
ENCLOSED: Final = re.compile(f"(?<![\\w%])({_MARK})(?={_WITHIN}(?!\\1){_MARK}(?!\\w))")
# What is odd where it stands, and its nats.
_ODD: Final = (
    # A sign, a Han character, a syllable or half-width kana inside a word of small letters.
    (5.0, re.compile(f"(?<=[{_SMALL}])[^\\s!-~{LETTERS}’·\u00ad‑-—…](?=[{_SMALL}])")),
    # One at the edge of a word: a note mark, a unit, or the second half of something.
    (
        2.5,
        re.compile(
            f"(?<=[{_SMALL}])[^\\s!-~{LETTERS}’”»›“‘·°\u00ad‐-—…、-〉「」『』，。：；！？）](?![{_SMALL}])"
        ),
    ),
    (
        2.5,
        re.compile(
            f"(?<![\\w{_SMALL}])[^\\s!-~{LETTERS}‘“”„‚«‹¿¡’·\u00ad‐-—…、-〉「」『』，。（•§№](?=[{_SMALL}])"
        ),
    ),
    (5.0, re.compile(f"(?<=[A-Za-zÀ-ɏ])[〈-】](?=[{_SMALL}])")),
    (5.0, re.compile("[ｦ-ﾟ](?=[一-鿿A-Za-z])|(?<=[一-鿿A-Za-z])[ｦ-ﾟ]")),
    # Only Korean parts its words by spaces.
    (3.0, re.compile("[぀-ヿ一-鿿] (?=[぀-ヿ一-鿿])")),
    # A no-break space, a dash or a middle dot against a small letter.
    (
        3.0,
        re.compile(
            f"\xa0(?=[{_SMALL}])|(?<=[{_SMALL}])[–—](?=[\\s{_SMALL}])|(?<![\\s{_SMALL}])[–—](?=[{_SMALL}])"
        ),
    ),
    (
        4.0,
        re.compile(f"(?<=[{_SMALL}])…(?=[{_SMALL}])|(?<=[{_SMALL}])(?<!l)·|·(?!l)(?=[{_SMALL}])"),
    ),
    # Two characters around a placeholder, an option or a variable: they are quotation marks.
    (5.0, ENCLOSED),
    # Quotation marks that look the wrong way, or at nothing.
    (3.0, re.compile(r"[‚„](?!\w)|(?<=[\w'’])[‚„]")),
    (3.0, re.compile(r"(?<=\s)[”’»](?=\w)|(?<=\w)[“„](?=\s)")),
)
# A text that is not in letters of Latin has few of their neighbours: nats for each script.
_SCRIPTS: Final = (
    (3.0, re.compile("[А-я]")),
    (4.0, re.compile("[Α-ω]")),
    (5.0, re.compile("[\u3000-ヿ一-鿿！-～]")),
    (5.0, re.compile("[가-힣]")),
    (3.0, re.compile("[─-▟]")),
    (7.0, re.compile("[\u0590-\u0fff]")),
)
_CLASHES_OF_SIGNS: Final = re.compile("(?=[hH][tsS]|[tsS][hHkmPO]|[kmPO][tsS])")
_KANJI: Final = re.compile("[一-鿿]")
_SYLLABLE: Final = re.compile("[가-힣]")
#: Nats of a Han character that is not among the common ones of Japanese, and the same of a
#: syllable of Korean.
_RARE: Final = {"ja": 10.0, "ko": 9.5}


def coarse(text: str) -> float:
    """The nats of a text by the classes of its characters alone: quick, to choose candidates."""
    shape = classes(text)
    # A piece of text has characters of three or four classes.
    here = [letter for letter in _COSTS if letter in shape]
    total = sum(shape.count(letter) * _COSTS[letter] for letter in here)
    return total + _CLASH * sum(1 for _ in _CLASHES.finditer(shape))


def nats(text: str, *, every: bool = True) -> float:
    """Negative log probability of a text by its letters, Han characters and other signs.

    `every` counts languages, too, that nothing is repaired into: for what stands there.

    >>> nats("la cité") < nats("la citÈ") < nats("la cit‚e")
    True
    """
    total = letters_cost(list(words(text)), every=every)
    rest = _REPEATED.sub(r"\1", _LETTER.sub("", text))
    shape = classes(_HALFWIDTH.sub("", rest))
    total += sum(shape.count(letter) * cost for letter, cost in _SIGNS.items())
    total += _SIGNS["w"] * sum(1 for _ in _HALFWIDTH.finditer(rest))
    total += _CLASH * sum(1 for _ in _CLASHES_OF_SIGNS.finditer(shape))
    total += sum(_SELDOM.get(char, 0.0) for char in rest) + oddity(text)
    total -= _CLOSED * quoted(text)
    for cost, script in _SCRIPTS:
        if script.search(text):
            total += cost
    if shape.count("k") * 8 >= len(shape):
        total += _by_themselves("ja", _KANJI.findall(text))
    else:
        total += _correction(text, shape.count("h") + shape.count("H"))
    return total + _by_themselves("ko", _SYLLABLE.findall(text))


def quoted(text: str) -> int:
    """How much of a text stands between quotation marks, an opening and a closing one.

    >>> quoted("‘%s’ is no “file”"), quoted("it’s")
    (2, 0)
    """
    return sum(1 for _ in _QUOTED.finditer(text))


def oddity(text: str) -> float:
    """Nats of what is odd where it stands: signs inside words, marks that look the wrong way.

    >>> oddity("cit‚e") > oddity("cité")
    True
    """
    return sum(cost * sum(1 for _ in odd.finditer(text)) for cost, odd in _ODD)


_CAPITAL_INSIDE: Final = re.compile(
    "[a-zß-öø-ÿ][À-ÖØ-ÞĀ-ž](?<=[À-ÖØ-ÞĂĄĆČĎĐĘĚŁŃŇŐŘŚŠŤŮŰŸŹŻŽŒ])|[а-яё][А-ЯЁ]"
)
_MIXED: Final = re.compile("[A-Za-zÀ-ɏ][Α-ωЀ-ӿ]|[Α-ωЀ-ӿ][A-Za-zÀ-ɏ]")


def is_odd(text: str) -> bool:
    """Whether something stands where no language has it: a sign, a capital or another
    alphabet inside a word, a control, a private character.

    >>> is_odd("citÈ"), is_odd("trčs"), is_odd("trиs")
    (True, False, True)
    """
    return (
        oddity(text) > 0
        or _CAPITAL_INSIDE.search(text) is not None
        or _MIXED.search(text) is not None
        or "x" in classes(text)
    )


def _by_themselves(language: str, found: list[str]) -> float:
    """What counts of single characters say of them, beyond their classes."""
    if not found:
        return 0.0
    known, rare = characters(language), _RARE[language]
    usual = [_COSTS[one] for one in classes("".join(found))]
    # What is rare by its class stays so.
    return sum(
        known.get(char, max(rare, cost)) - cost for char, cost in zip(found, usual, strict=True)
    )
