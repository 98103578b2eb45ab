"""Which language and which script a text is in, from a sample of it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import repeat
from typing import NamedTuple

from ingest.normalize.tables import rows

# Three places of 1,000 characters: enough for every letter statistic below, and the
# cost stays the same for a book.
_SAMPLE = 1000

# Runs: a match a character would cost ten times as much.
# That it begins with one character of a set makes it twice as fast.
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff]*+")
_RARE_IDEOGRAPH = re.compile("[\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u30ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_OTHER_LETTER = re.compile(r"[^\W\d_\u0400-\u04ff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_TOLD_BY_SCRIPT = re.compile(
    r"[\u0400-\u04ff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
)

# The commonest characters that are written differently; 后里干 and their like are not
# among them, for both scripts use both forms. Japanese shares some with each side and
# is told by its kana.
_SIMPLIFIED = re.compile(
    "[们这个时会说对经过发还开长无从为与两业实关机动种问题见现员论结产条电变应数务区处组议办设计东车门"
    "马风书买卖让认识语请谁调谈课该详读节农军单卫厂双叶听历压严显县爱网维续绩统给级约红纪纸终绍细织]"
)
_TRADITIONAL = re.compile(
    "[們這個時會說對經過發還開長無從為與兩業實關機動種問題見現員論結產條電變應數務區處組議辦設計東車門"
    "馬風書買賣讓認識語請誰調談課該詳讀節農軍單衛廠雙葉聽歷壓嚴顯縣愛網維續績統給級約紅紀紙終紹細織]"
)

_WORD = re.compile(r"[^\W\d_]+")
# What Latin-1 lacks, but for dashes, quotes and the like, which stand in no word.
_BEYOND_LATIN_1 = re.compile("[^\x00-\xff\u2010-\u2027\u2030-\u205e]")


class Language(NamedTuple):
    """`name` is a language code, `script` is hans or hant; both are empty where unsure."""

    name: str = ""
    script: str = ""


def guess(text: str) -> Language:
    """Guess language and script from three places of the text.

    Says nothing where the sample is short or mixed. Latin languages are told by their
    commonest words, for seven of them.

    >>> guess("这个会议讨论了两个问题。"), guess("這個會議討論了兩個問題。")
    (Language(name='zh', script='hans'), Language(name='zh', script='hant'))
    >>> guess("12.5")
    Language(name='', script='')
    """
    sample = text
    if len(text) > 3 * _SAMPLE:
        middle = (len(text) - _SAMPLE) // 2
        sample = text[:_SAMPLE] + text[middle : middle + _SAMPLE] + text[-_SAMPLE:]
    if sample.isascii() or not _TOLD_BY_SCRIPT.search(sample):
        return Language(_latin(sample))
    # Without the ideographs little is left of a Chinese sample to look for the others in.
    rest = "".join(_IDEOGRAPHS.split(sample))
    han = len(sample) - len(rest) + len(_RARE_IDEOGRAPH.findall(rest))
    kana, hangul, cyrillic, other = (
        len("".join(letters.findall(rest)))
        for letters in (_KANA, _HANGUL, _CYRILLIC, _OTHER_LETTER)
    )
    # An ideograph stands for about three letters of a word, hence the weights.
    parts = {"zh": 3 * (han + kana), "ko": 2 * hangul, "ru": cyrillic, "": other}
    most = max(parts, key=parts.__getitem__)
    if parts[most] < 0.6 * sum(parts.values()):
        return Language()
    if most == "zh":
        # Japanese prose has a third of kana and more; a Chinese text quotes a name or two.
        if kana > 0.1 * (han + kana):
            return Language("ja")
        return Language("zh", _script(sample))
    if most == "ru":
        return Language(_cyrillic(sample))
    return Language(most or _latin(sample))


def _script(sample: str) -> str:
    simplified = len(_SIMPLIFIED.findall(sample))
    traditional = len(_TRADITIONAL.findall(sample))
    # Nine to one: quotations in the other script stay below that, mixtures get no name.
    if simplified > 9 * traditional:
        return "hans"
    if traditional > 9 * simplified:
        return "hant"
    return ""


def _cyrillic(sample: str) -> str:
    if re.search("[іїєґўћђљњџјѓќ]", sample):
        return ""
    return "ru" if re.search("[ыэъё]", sample) else ""


def _latin(sample: str) -> str:
    words = _words(sample)
    count = Counter(words).get
    hits = sorted(
        ((sum(map(count, stops, repeat(0))), language) for language, stops in _stop_words()),
        reverse=True,
    )
    (best, name), (second, _) = hits[:2]
    # Prose has 15 to 35% of these words; lists of names and code have hardly any.
    if best >= 3 and best > 0.08 * len(words) and best > 1.3 * second:
        return name
    return ""


@cache
def _stop_words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (row["language"], tuple(row["words"].split())) for row in rows("normalize_stopwords.tsv")
    )


def _words(sample: str) -> list[str]:
    """The words of a sample in lower case; in one go where Latin-1 holds all its letters."""
    if _BEYOND_LATIN_1.search(sample):
        return _WORD.findall(sample.lower())
    letters = sample.encode("latin-1", "replace").translate(_lower_letters())
    return letters.decode("latin-1").split()


@cache
def _lower_letters() -> bytes:
    """Latin-1 with its letters in lower case and blanks for all else."""
    characters = map(chr, range(256))
    kept = [one.lower() if _WORD.match(one) else " " for one in characters]
    return "".join(kept).encode("latin-1")
