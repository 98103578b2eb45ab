"""Every pair of encodings: what a piece of text would say, and which of it is plausible.

A text that was written in one encoding and read as another gives its bytes back. Most
readings of those bytes fail at once, others say something; the one that says the most
probable thing is taken where it leads what stands there, and the next, by enough.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN, Channel, from_bytes, is_over_and_over, to_bytes
from ingest.repair.mojibake.notation import without_signs
from ingest.repair.mojibake.plausibility import classes, coarse, is_odd, nats, oddity, quoted

#: What text is written in, and nats for how seldom it is the explanation. The first of
#: equal readings names the rule.
WRITTEN: Final = {
    "utf-8": 0.0,
    "gb18030": 0.0,
    "cp1252": 0.0,
    "cp950": 1.0,
    "cp932": 1.0,
    "cp949": 1.0,
    "cp1251": 1.0,
    "koi8-r": 1.5,
    "euc_jp": 1.5,
    "cp1250": 2.0,
    "macroman": 2.0,
    "cp850": 2.0,
    "cp437": 2.5,
    "cp866": 2.5,
}
#: What it is read as, likewise.
READ: Final = {
    LATIN: 0.0,
    "gb18030": 0.0,
    "cp1251": 1.0,
    "cp1250": 2.0,
    "macroman": 2.0,
    "cp437": 2.0,
    "cp850": 2.0,
    "koi8-r": 2.0,
    "cp950": 1.5,
    "cp932": 1.5,
    "cp949": 2.0,
    "cp866": 3.5,
    "euc_jp": 3.5,
}
#: Characters of a longer piece that decide which misreading it is.
WINDOW: Final = 160
#: Readings that are weighed by their letters, of those with the best classes.
WEIGHED: Final = 16
#: Nats of coarse cost by which a reading may look worse than the best one.
SLACK: Final = 12.0
#: Nats by which a reading must be more plausible than what stands there. Of 88,000 clean
#: messages in 176 languages 3 have a reading that gains more, of 42,000 pieces of text none.
MARGIN: Final = 4.5
#: Nats more for each word, up to so many, where only the neighbours of letters speak against
#: what stands there: names.
UNSEEN_MARGIN: Final = 2.0
UNSEEN_WORDS: Final = 3
#: Nats by which the best reading must lead the next.
LEAD: Final = 2.5
#: Nats for kana, one character in so many, in an encoding that no Japanese writes, though it
#: has them.
KANA: Final = 12.0
KANA_SHARE: Final = 6
#: Nats for each small letter that a reading makes a sign of.
SIGN: Final = 4.0
#: Nats by which a part of a text may become less plausible than it was, and the share of
#: the whole gain that all parts may lose beyond.
HARM: Final = 4.0
HARMED: Final = 0.2
#: Share of straight lines in a drawing: of garbled text, the most measured is a quarter.
DRAWN: Final = 0.35
#: Nats a character that text in an alphabet and in Han, kana or Hangul may cost, and what a
#: short piece may cost more: text has 2.8 and 6.5, random letters 6 and random Han 10.
ALPHABETIC: Final = 4.2
IDEOGRAPHIC: Final = 8.2
UNCERTAIN: Final = 8.0
#: Share of what is odd in a text that its reading may leave.
ODD_LEFT: Final = 0.3

_CJK: Final = frozenset(("gb18030", "cp950", "cp932", "cp949", "euc_jp"))
_CYRILLIC: Final = frozenset(("cp1251", "koi8-r", "cp866"))
_HAS_CJK: Final = re.compile("[ぁ-ヿ一-鿿가-힣ｦ-ﾟ\ue000-\uf8ff㐀-䶿]")
# Shift_JIS and the others have signs, Greek and Cyrillic, too.
_MAY_BE_CJK: Final = re.compile("[Α-ωЀ-ӿ‐-\ud7a3\ue000-\uffef]")
_NO_KANA: Final = frozenset(("gb18030", "cp950", "cp949"))
_KANA: Final = re.compile("[ぁ-んァ-ヶ]")
_HAS_CYRILLIC: Final = re.compile("[Ѐ-ӿ]")
_BEYOND: Final = re.compile(r"[\x00-\x7f]+")
# No byte of a longer character: every encoding here agrees on them.
_PARTS: Final = re.compile(r"[ -/]+")
_REPEATED: Final = re.compile(r"([^\x00-\x7f])\1{5}")
# Not within a word.
_LINES: Final = re.compile("(?<![a-zß-öø-ÿ])[─│━┃═║]|[─│━┃═║](?![a-zß-öø-ÿ])")
# In a word of Latin letters twice: no Chinese stands there.
_IN_WORD: Final = re.compile("[a-z][一-鿿ｦ-ﾟ][a-z].*[a-z][一-鿿ｦ-ﾟ][a-z]", re.DOTALL)
_SYLLABLE: Final = re.compile("[가-힣ｦ-ﾟ]")
_TELLING: Final = re.compile(r"[\x80-\x9f]|[^\W\d_][^\x00-\x7f][^\W\d_]")
_HALFWIDTH: Final = re.compile("[｡-ﾟ]")


class Reading(NamedTuple):
    """What a piece of text says in another pair of encodings, the nats that it gains over
    what stands there, those by which it leads the next best reading, and those that it needs to
    gain: more where nothing but the neighbours of letters speaks against what stands there."""

    text: str
    channel: Channel
    gain: float
    lead: float
    needed: float

    @property
    def is_sure(self) -> bool:
        """Whether it may be written."""
        return self.gain >= self.needed and self.lead >= LEAD


def readings(text: str, channels: Sequence[Channel] = ()) -> Iterator[tuple[Channel, str, str]]:
    """Every reading of a text's bytes that gives the same bytes again and another text, and
    the beginning of it that a window of the text says.

    >>> [said for channel, said, _ in readings("Ïðèâåò", [Channel("cp1251", LATIN)])]
    ['Привет']
    """
    pairs: dict[str, Iterable[str]] = {}
    if channels:
        for channel in channels:
            pairs[channel.read] = (*pairs.get(channel.read, ()), channel.written)
    for read in pairs or READ:
        content = to_bytes(text, read)
        # A codec may read two codes as one character: then the bytes are not proven.
        if content is None or (read != LATIN and from_bytes(content, read) != text):
            continue
        head = content
        if len(text) > WINDOW:
            head = to_bytes(text[:WINDOW], read) or b""
        for written in pairs.get(read, WRITTEN):
            said = None if written == read else from_bytes(content, written)
            if said is None or said == text or said.encode(written) != content:
                continue
            if len(text) > WINDOW:
                decoder = codecs.getincrementaldecoder(written)()
                yield Channel(written, read), said, decoder.decode(head)
            else:
                yield Channel(written, read), said, said


def best(text: str, channels: Sequence[Channel] = ()) -> Reading | None:
    """The most plausible reading of a text's bytes, if any leaves nothing odd.

    >>> best("Ïðèâåò, ìèð").text
    'Привет, мир'
    """
    # The words of a text come again and again.
    return (_best_of_short if len(text) <= WINDOW else _best)(text, tuple(channels))


@lru_cache(maxsize=1 << 12)
def _best_of_short(text: str, channels: tuple[Channel, ...]) -> Reading | None:
    return _best(text, channels)


def _best(text: str, channels: tuple[Channel, ...]) -> Reading | None:
    before = text[:WINDOW]
    if is_chart(before):
        return None
    found: dict[str, tuple[float, Channel, str]] = {}
    for channel, said, head in readings(text, channels):
        if _is_alien(channel, before, head):
            continue
        rare = WRITTEN[channel.written] + READ[channel.read]
        if channel.written in _NO_KANA and KANA_SHARE * len(_KANA.findall(head)) > len(head):
            rare += KANA
        if head not in found or rare < found[head][0]:
            found[head] = (rare, channel, said)
    if not found:
        return None
    ranked = sorted((coarse(head) + found[head][0], head) for head in found)[:WEIGHED]
    weighed = sorted(
        (nats(head, every=False) + found[head][0] + _unspelled(before, head), head)
        for rough, head in ranked
        if rough <= ranked[0][0] + SLACK
    )
    stands = _stands(before)
    # Sorted: what gains nothing ends the search, and so does what is far behind the best.
    sound: list[tuple[float, str]] = []
    for cost, head in weighed:
        if cost >= stands or len(sound) == 2:
            break
        if cost <= _limit(head) and _is_sound(before, head, stands - cost):
            sound.append((cost, head))
    if not sound:
        return None
    cost, head = sound[0]
    _, channel, said = found[head]
    lead = (sound[1][0] if len(sound) > 1 else stands) - cost
    return Reading(said, channel, stands - cost, lead, _needed(before, head))


def _stands(text: str) -> float:
    """Nats of what stands there: as words, or as notation where it has any."""
    rest, signs = without_signs(text)
    return min(nats(text), nats(rest) + signs) if signs else nats(text)


def _limit(text: str) -> float:
    """Nats that text may cost: nonsense in whatever script costs more."""
    wide = len(_HAS_CJK.findall(text))
    return UNCERTAIN + ALPHABETIC * (len(text) - wide) + IDEOGRAPHIC * wide


def _needed(before: str, after: str) -> float:
    # No name begins and ends with what is a pair of quotation marks elsewhere.
    if is_odd(before) or quoted(after) > quoted(before):
        return MARGIN
    words = sum(not word.isascii() for word in _PARTS.split(before))
    return MARGIN + UNSEEN_MARGIN * min(words, UNSEEN_WORDS)


def _is_sound(before: str, after: str, gain: float) -> bool:
    """Whether a reading leaves nothing odd, and harms no part that was plausible."""
    shape = classes(_HALFWIDTH.sub("", after))
    if "x" in shape:
        return False
    # Letters never stand for nothing but a sign: `Ôôô` is a cry.
    if not shape.strip("am") and _BEYOND.sub("", before).isalpha():
        return False
    if oddity(after) > max(ODD_LEFT * oddity(before), HARMED / 2 * gain):
        return False
    return _harm(before, after) <= HARMED * max(gain, 0.0)


def _unspelled(before: str, after: str) -> float:
    """Nats for letters of words that would become signs: small ones, and all but the last."""
    if len(before) != len(after):
        return 0.0
    count = sum(
        one.isalpha() and (one.islower() or follows.isalpha()) and not (two.isalpha() or one == two)
        for one, two, follows in zip(before, after, f"{before[1:]} ", strict=True)
        if one > "\x7f"
    )
    # A mark that opens and one that closes are no accident.
    return SIGN * max(0, count - 2 * max(0, quoted(after) - quoted(before))) if count else 0.0


def _harm(before: str, after: str) -> float:
    """Nats that those parts of a text lose which were more plausible than they would be."""
    ones, twos = _PARTS.split(before), _PARTS.split(after)
    if len(ones) != len(twos) or len(ones) == 1:
        return 0.0
    losses = (
        nats(two, every=False) - nats(one) - HARM
        for one, two in zip(ones, twos, strict=True)
        if one != two
    )
    return sum(loss for loss in losses if loss > 0)


def _is_alien(channel: Channel, before: str, after: str) -> bool:
    """Whether an encoding of another script would explain text that has nothing of it."""
    if channel.read in _CJK and not _MAY_BE_CJK.search(before):
        return True
    if channel.written in _CJK and not (
        _HAS_CJK.search(after) and len(_BEYOND.sub("", before)) > 2
    ):
        return True
    if channel.written in _CJK and channel.read in _CJK and is_over_and_over(before):
        return True
    if channel.written in _CYRILLIC and not _HAS_CYRILLIC.search(after):
        return True
    if channel.read in _CJK and channel.written not in (*_CJK, *_CYRILLIC, "utf-8"):
        # An accent and its neighbour make a rare character, hardly ever everyday ones only.
        shape = classes(before)
        common = shape.count("h") > 1 and "H" not in shape and not _SYLLABLE.search(before)
        if common and not _IN_WORD.search(before):
            return True
    # One sign is as good as another: only letters tell a misreading, and signs inside words.
    signs = _BEYOND.sub("", before) + _BEYOND.sub("", after)
    if _TELLING.search(before) or any(map(str.isalpha, signs)):
        return False
    # Two that stand like quotation marks do tell one.
    return bool({channel.written, channel.read} & _CJK) or quoted(after) <= quoted(before)


def is_chart(text: str) -> bool:
    """Whether a text lists letters or draws lines: neighbours of the code chart, the same
    sign over and over, a frame.

    >>> is_chart("абвгдеёжз"), is_chart("┌──┐│ab│"), is_chart("ÃÃÃÃÃÃÃÃ"), is_chart("работа")
    (True, True, True, False)
    """
    beyond = _BEYOND.sub("", text)
    lines = len(_LINES.findall(text))
    if (lines > 2 and lines >= DRAWN * len(beyond)) or _REPEATED.search(text):
        return True
    steps = "".join("1" if ord(two) - ord(one) == 1 else "0" for one, two in pairwise(beyond))
    letters = "".join(filter(str.isalpha, beyond)).lower()
    half = len(letters) // 2
    twice = half > 4 and set(letters[:half]) == set(letters[-half:])
    return "1111" in steps or (twice and len(set(letters)) == half)
