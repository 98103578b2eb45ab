"""Encodings of one byte a character that the detector of browsers does not know, or mixes up.

Browsers never meet Mac Roman, Mac Cyrillic or the code pages of DOS; archives of reports do.
What the bytes above ASCII would be in each is weighed: letters that Western languages and
Russian write often, where small letters and capitals stand, signs inside of words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.extract.charset import LATIN, VARIANTS

#: Encodings with the nats by which each is rarer than what most files are in.
CYRILLIC: Final = {
    "cp1251": 0.0,
    "koi8-u": 0.5,
    "cp866": 1.0,
    "mac-cyrillic": 2.0,
    "iso8859-5": 1.5,
}
WESTERN: Final = {"cp1252": 0.0, "cp1250": 2.0, "cp850": 2.0, "mac-roman": 2.0}

#: Answers that the detector gives for Western text that it does not know.
_MISTAKEN: Final = frozenset((*VARIANTS, "iso8859-2", "iso8859-4", "cp1254", "cp1257", "cp1258"))
#: Bytes that are weighed: two hundred letters settle it.
WINDOW: Final = 4000
#: Bytes before the first one above ASCII that say whether Latin letters stand there.
BEFORE: Final = 200
#: Nats by which another encoding must explain the bytes better than the detector's answer.
LEAD: Final = 3.0
#: ASCII letters for each byte above ASCII from which a text is in Latin letters.
ALONE: Final = 3
#: Share of letters above ASCII that no Latin script has: accents are a third in Vietnamese.
DENSE: Final = 0.6
#: Nats a letter that Russian costs at most: running text has 3.1.
USUAL: Final = 4.5

# Nats of a letter, by what follows from its share of running text.
_RUSSIAN: Final = (
    ("оеаинтсрвл", 2.6),
    ("кмдпуяыьгзбч", 3.7),
    ("йхжшюцщэфъё", 5.2),
    ("іїєґўђјљњћџѓќѕ", 6.5),
)
_ACCENTS: Final = (
    ("éäöüß", 2.3),
    ("èàóíá", 3.0),
    ("çêñâôîúåøûùëïæãõìòœ", 4.0),
    ("ýżłąęśćźńčšžřěůőűășțďťňğışđ", 7.5),
)
_PUNCTUATION: Final = ("«»“”„‘’–—…\xa0№°©®€§±µ™", 5.0)
_CAPITAL: Final = 2.5
#: A capital behind a small letter, a sign between letters, a sign that text hardly has, none.
_INSIDE: Final = 6.0
_SIGN: Final = 10.0
_NOTHING: Final = 15.0

_SMALL_CAPITAL: Final = re.compile("[a-zß-öø-ÿа-яё][À-ÖØ-ÞА-ЯЁŠŽŒĄĆĘŁŃŚŹŻČĎĚŇŘŤŮ]")
_SIGN_INSIDE: Final = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f’‘\xad–—](?=[^\W\d_])")
# Controls, what could not be read, Han.
_NO_TEXT: Final = re.compile("[\x80-\x9fѐҐ\u2e80-\uffff]")
_LETTERS: Final = re.compile(rb"[A-Za-z]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_SINGLE: Final = re.compile(rb"[\x80-\xff]{2}")


@cache
def _costs() -> dict[str, float]:
    costs = dict.fromkeys(_PUNCTUATION[0], _PUNCTUATION[1])
    for letters, nats in (*_RUSSIAN, *_ACCENTS):
        costs |= dict.fromkeys(letters, nats) | dict.fromkeys(letters.upper(), nats + _CAPITAL)
    return costs


def cost(content: bytes, encoding: str) -> float:
    """Nats of the bytes above ASCII, read in an encoding.

    >>> cost("Приложение".encode("mac_cyrillic"), "mac_cyrillic") < cost("Приложение".encode("mac_cyrillic"), "cp1251")
    True
    """
    text = content.decode(encoding, "replace")
    costs = _costs()
    total = 0.0
    for char in text:
        if char > "\x7f":
            total += costs.get(char) or (_NOTHING if _NO_TEXT.match(char) else _SIGN)
    total += _INSIDE * (len(_SMALL_CAPITAL.findall(text)) + len(_SIGN_INSIDE.findall(text)))
    return total


def _is_latin(content: bytes) -> bool:
    """Whether bytes above ASCII stand alone among letters: no encoding of two bytes has that.

    >>> _is_latin("Les élèves étaient là".encode("cp850"))
    True
    """
    high = len(_HIGH.findall(content))
    pairs = len(_SINGLE.findall(content))
    return 3 * pairs <= high and len(_LETTERS.findall(content)) >= ALONE * high


def _is_odd(content: bytes, encoding: str) -> bool:
    """Whether bytes say something in an encoding that stands so in no language."""
    text = content.decode(encoding, "replace")
    return any(one.search(text) for one in (_NO_TEXT, _SMALL_CAPITAL, _SIGN_INSIDE))


def _is_dense(content: bytes) -> bool:
    """Whether more bytes are above ASCII than any text in Latin letters has."""
    high = len(_HIGH.findall(content))
    return high > DENSE * (high + len(_LETTERS.findall(content)))


def better(content: bytes, guess: str) -> tuple[str, float] | None:
    """An encoding that explains bytes better than the detector's answer, and by how many nats.

    None where nothing does, or where `guess`, the answer, is of another script.

    >>> better("Отчёт Совета за Год. Итоги и Планы".encode("mac_cyrillic"), "cp1251")[0]
    'mac-cyrillic'
    """
    first = _HIGH.search(content)
    start = max(0, first.start() - BEFORE) if first is not None else 0
    sample = content[start : start + WINDOW]
    candidates = WESTERN if _is_latin(sample) else CYRILLIC
    # Greek, Hebrew or Arabic, or two bytes a character, unless no such text can be.
    known = _MISTAKEN if candidates is WESTERN else LATIN if _is_dense(sample) else frozenset()
    if guess not in candidates and (guess not in known or not _is_odd(sample, guess)):
        return None
    stands = cost(sample, guess) + candidates.get(guess, 0.0)
    ranked = sorted((cost(sample, name) + rare, name) for name, rare in candidates.items())
    lead = stands - ranked[0][0]
    # Whatever the letters are, Russian has them in these shares.
    strange = candidates is CYRILLIC and ranked[0][0] > USUAL * len(_HIGH.findall(sample)) + LEAD
    if ranked[0][1] == guess or lead < LEAD or strange:
        return None
    return ranked[0][1], lead
