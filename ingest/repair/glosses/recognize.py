"""Whether a document shows the mirror's damage, and which characters it annotates.

The decision is the document's, never the sentence's: the mirror writes one fixed reading
behind *every* occurrence of a listed character, lists are nested, and the text around is
Traditional by machine. A textbook, a dictionary or a name with its reading shows at most
one of these.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

from ingest.repair.glosses import octets
from ingest.repair.glosses.readings import READING, TONED, by_lead, table

#: One search decides for almost all clean text that there is nothing to do. It begins with the
#: bracket: a plain character is skipped to ten times as fast as one of a set.
_ENDS: Final = "|".join(rf"(?<=[{TONED}]{'[a-zü]' * more}\))" for more in range(4))
GATE: Final = re.compile(rf"\)(?:{_ENDS})")

#: A reading with what stands before it: the annotated character and `(`, or the `?` that
#: has eaten the bracket.
GLOSS: Final = re.compile(rf"(?s:(.)\(|\?)({READING})")

#: What the conversion leaves Simplified and genuine Traditional text has otherwise.
#: 准 goes the other way: the mirror writes 批準 where 批准 is right.
MACHINE: Final = re.compile(
    "于|[之以最然今前背先落]后|后[來面期續]|[這那哪心家城鄉手]里|里[面程邊]|余[下額]|[規模示典防師]范|[關聯]系|系[統列]"
    "|建筑|什么|怎么|那么|多么|[愿]意|志愿|云計|游[戲客覽]|涌現|采[用取購訪集]|[制]造|征[求收集]|占[用據有]"
    "|干[部燥活凈]|并[且不在對]|[批]準|標準|復[雜印制核]|頭發|理發|盡管|詞匯"
)

#: What the conversion never gives, and genuine Traditional text is full of.
GENUINE: Final = re.compile(
    "[於後裡裏餘範徵製麵採係繫並併佔築麼雲願遊湧複髮鬆鬍穀儘彙穫誌祇隻鬥夥咸嚐噹]"
)

_WIDE = re.compile("(?<![?？])[，：；（）！？]")
_NARROW = re.compile("(?<=[一-鿿)”》])[,:;!](?=[一-鿿“《])")

#: Share of bare occurrences that an annotated character may have: a page's own additions
#: (a counter, a comment form) were not always made by the mirror. None in 2,542 places.
BARE_SHARE: Final = 0.02


#: Distinct annotated characters from which running text without any other sign counts.
RUNNING_LEAST: Final = 8


class Gloss(NamedTuple):
    """A reading on the page: `[start, end)` is what was inserted, `?` included if it is one."""

    start: int
    end: int
    char: str  # what stands before the bracket, empty for a half annotation
    reading: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the page shows: the characters that it annotates, and its readings in order.

    What is not among all its characters, `present`, may be on its list, too.
    """

    annotated: dict[str, str]
    present: frozenset[str]
    glosses: tuple[Gloss, ...]
    folded: bool


def glosses(text: str) -> tuple[Gloss, ...]:
    """Find everything that has the form of an annotation, whole or half."""
    found = []
    for match in GLOSS.finditer(text):
        char = match[1] or ""
        found.append(Gloss(match.start() + bool(char), match.end(), char, match[2][:-1]))
    return tuple(found)


def straddled(text: str, gloss: Gloss) -> str:
    """Return the character that the annotated bytes form across a character and a letter.

    >>> straddled("者M(jìn)ac", Gloss(2, 7, "M", "jìn"))
    '進'
    """
    if not ("@" <= gloss.char <= "~") or gloss.start < 2:
        return ""
    before = octets.pair(widened(text[gloss.start - 2]))
    return (octets.char(before[1], ord(gloss.char)) or "") if before else ""


def widened(char: str) -> str:
    """Return the full-width form of an ASCII character, which folding may have taken."""
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


def halved(text: str, gloss: Gloss) -> tuple[str, ...]:
    """Characters whose annotation a half one can be: the reading fits, and the lead byte.

    The lead byte is the trail byte of the character before, which is intact.
    """
    before = octets.pair(widened(text[gloss.start - 1])) if gloss.start else None
    return by_lead().get((before[1], gloss.reading), ()) if before else ()


def fingerprint(text: str) -> Fingerprint | None:
    """Return what the page shows of the mirror, or None where it does not prove it.

    Linear in the length of the text.

    >>> fingerprint("關(guān)于社區(qū)工作調(diào)研").annotated
    {'關': 'guān', '區': 'qū', '調': 'diào'}
    >>> fingerprint("朱熹(xī)，字元晦；查(zhā)先生")
    """
    if not GATE.search(text):
        return None
    found = glosses(text)
    rows = table()
    proposed: Counter[tuple[str, str]] = Counter()
    halves: Counter[str] = Counter()
    against: set[str] = set()
    for gloss in found:
        if not gloss.char:
            # The surest candidate is enough to tell whether such a page is one.
            halves.update(halved(text, gloss)[:1])
            continue
        char = straddled(text, gloss)
        if char and (char not in rows or rows[char].reading != gloss.reading):
            continue
        proposed[char or gloss.char, gloss.reading] += 1
    annotated: dict[str, str] = {}
    unlisted: dict[str, str] = {}
    for (char, reading), count in proposed.items():
        row = rows.get(char)
        if row is None or row.reading != reading:
            if "一" <= char <= "鿿":
                against.add(char)
            if row is None and count >= 3 and _unknown(char) and _always(text, char, count):
                unlisted[char] = reading
            continue
        if not _always(text, char, count):
            against.add(char)
        elif row.evidence == "listed":
            annotated[char] = reading
        else:
            unlisted[char] = reading
            if row.evidence == "never" and count < 3:
                against.add(char)
    for char in halves:
        row = rows[char]
        if row.evidence == "listed" and char not in annotated and not text.count(char):
            annotated[char] = row.reading
    if not _proven(text, annotated, len(unlisted), against, sum(halves.values())):
        return None
    # Marks that were cut out stay full-width where all others were folded, and stand
    # behind the `?` of what they broke.
    folded = len(_NARROW.findall(text)) >= len(_WIDE.findall(text))
    return Fingerprint({**annotated, **unlisted}, frozenset(text), found, folded)


def _unknown(char: str) -> bool:
    """Whether a character that the table lacks could be on the mirror's list."""
    if octets.pair(char) is None:
        return False
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _always(text: str, char: str, count: int) -> bool:
    return text.count(char) - count <= count * BARE_SHARE


def _proven(
    text: str, annotated: dict[str, str], unlisted: int, against: set[str], halves: int
) -> bool:
    """Weigh the signs; `annotated` are listed characters with their only reading throughout."""
    if len(annotated) < 2:
        return False
    # Lists are nested: a page that annotates a character of one level annotates all that
    # were seen on lower levels. Bare ones speak against it.
    rows = table()
    level = max(rows[char].bare for char in annotated) + 1
    bare = [
        row.char
        for row in rows.values()
        if row.evidence == "listed"
        and row.level <= level
        and row.char not in annotated
        and row.char in text
    ]
    contrary = len(bare) + len(against)
    genuine = len(GENUINE.findall(text))
    # Nobody writes half a reading: the bytes themselves show the mirror.
    machine = len(MACHINE.findall(text)) + halves
    if not (genuine or machine or contrary):
        # Nothing but the annotations to go by: running text, and too many for an accident.
        # A list of words with readings is none.
        return len(annotated) >= RUNNING_LEAST and _running(text, annotated)
    if genuine >= machine:
        return False
    if len(annotated) + unlisted < 4:
        return contrary == 0 and genuine == 0
    # On the 57 known pages nothing was contrary; a page about readings may hold a few.
    return contrary * 5 <= len(annotated)


def _running(text: str, annotated: dict[str, str]) -> bool:
    """Whether the annotated characters stand in words, and most of the text is without."""
    words = re.compile(
        "[一-鿿)](?:{0})|(?:{0})[一-鿿]".format(
            "|".join(re.escape(f"{char}({reading})") for char, reading in annotated.items())
        )
    )
    inside = len(words.findall(text))
    places = sum(text.count(f"{char}({reading})") for char, reading in annotated.items())
    bare = sum("一" <= char <= "鿿" for char in text)
    return inside * 5 >= places * 3 and bare >= 5 * len(annotated)
