"""The search of a line: what it says as a whole, or pieces of it, in other encodings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ingest.repair.mojibake import spelling
from ingest.repair.mojibake.channels import LATIN, Channel, beyond_ascii
from ingest.repair.mojibake.context import language, strangers
from ingest.repair.mojibake.frequent import is_frequent
from ingest.repair.mojibake.letters import INNER_CAPITAL, LETTERS, capitals, is_spelled, words
from ingest.repair.mojibake.looks import ANY
from ingest.repair.mojibake.plausibility import ENCLOSED, coarse, nats
from ingest.repair.mojibake.readings import LEAD, MARGIN, WINDOW, Reading, best, is_chart, readings

#: Pieces of a document that may be searched in vain.
BUDGET: Final = 1000
#: Words of a document that may be read in vain, beside its pieces.
WORDS: Final = 150
#: Misreadings proven in a document that are tried before all others, and the nats that
#: they must gain: a fifth of a single letter's.
KNOWN: Final = 3
KNOWN_MARGIN: Final = 3.0
#: Share of a line's odd places that its pieces must explain.
EXPLAINED: Final = 0.5
#: Places of a line that decide whether it is searched, and characters around them.
PLACES: Final = 3
REACH: Final = 8
#: Characters beyond ASCII from which text is called garbled though no reading is sure: with
#: fewer it may be an abbreviation.
CERTAIN: Final = 8
#: Characters of ASCII on either side of a piece that say which language it is in.
CONTEXT: Final = 40
#: Nats from which a line has lost nothing, though question marks stand between its letters.
UNLOST: Final = 40.0
#: Letters of the words that change, or signs, from which they are no abbreviation or notation.
TELLING: Final = 4
#: Letters from which a word is a name, and no symbol, among words of another script.
NAME: Final = 6
LONG: Final = 30
#: Encodings in which every byte is a character, so that any text can be read in them.
WRITTEN_IN_BYTES: Final = frozenset(
    ("cp1252", "cp1250", "cp1251", "koi8-r", "macroman", "cp850", "cp437", "cp866")
)
#: Characters without a space that are no word of an alphabet any more.
DENSE: Final = 20

# From the first character beyond ASCII to the last, with the ASCII that they may have swallowed.
_CORE: Final = re.compile(r"[!-~]*[^\x00-\x7f](?:.*[^\x00-\x7f])?[!-~]*", re.DOTALL)
# Where a byte is lost, every reading without it is wrong.
_LOST: Final = re.compile(r"\ufffd|[^\x00-\x7f]\?[^\x00-\x7f]")
_BEYOND: Final = re.compile(r"[^\x00-\x7f]+")
_ACCENTED: Final = re.compile("[À-ÖØ-öø-ɏ]")
# A letter against a figure is no word.
_LETTERS: Final = re.compile(f"(?<![0-9])[{LETTERS}]+(?:[’'][{LETTERS}]+)*(?![0-9])")
_PAIRED: Final = re.compile("“[^“”]+”|‘[^‘’]+’|«[^«»]+»|„[^„“]+“")
_WORDS_BEFORE: Final = re.compile(r"(?<![^\x00-\x7f])(?<![!-~])[\x20-\x7e]* \Z")
_WORDS_BEHIND: Final = re.compile(r" [\x20-\x7e]*(?![!-~])(?![^\x00-\x7f])")
_CLAUSE: Final = re.compile(r"[^，。！？；：、“”‘’（）《》「」『』\n]+")
_WESTERN: Final = re.compile("[^\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef]+")
_WIDE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef]")
_FOREIGN: Final = re.compile(f"{_WIDE.pattern}|[\u0370-\u1cff]{{3,}}")
_QUOTES: Final = ("“”", "‘’", "«»", "„“")
_TOKEN: Final = re.compile(r"[^\s，。！？；：、“”‘’（）《》「」『』]+")


class Found(NamedTuple):
    """A span of a line, what it says, and whether that may be written."""

    start: int
    end: int
    reading: Reading
    is_sure: bool

    @property
    def is_garbled(self) -> bool:
        """Whether something else is so much more plausible that this cannot be the text."""
        long = sum(char > "\x7f" for char in self.reading.text) >= CERTAIN
        return long and not self.is_sure and self.reading.gain >= self.reading.needed


class Search:
    """The search through one document: what was proven in it is tried first.

    A document whose lines defy every reading is given up after `BUDGET` pieces; what was
    proven before still is tried then.
    """

    def __init__(self) -> None:
        self._proven: Counter[Channel] = Counter()
        self._first: list[Channel] = []
        self._left = BUDGET
        self._vain = WORDS

    def line(
        self, line: str, places: Sequence[tuple[int, int]], named: frozenset[str]
    ) -> list[Found]:
        """What a line says, or pieces of it, around places that look odd.

        `named` are misreadings that the places show; where they explain nothing, and nothing
        else is odd, the line is left alone. Of what is not sure, only the best is returned.
        """
        core = _CORE.search(line)
        if core is None or is_chart(core[0][:WINDOW]):
            return []
        places = places or [core.span()]
        lost = _LOST.search(line) is not None
        known = None if lost else self._known(line, *core.span())
        if known is not None:
            return [known]
        if not self._is_promising(line, places, named):
            return []
        whole = self._piece(line, *core.span())
        if whole is not None and whole.is_sure and not (lost and whole.reading.gain < UNLOST):
            return [whole]
        if lost:
            return []
        unsure = [whole] if whole is not None else []
        for pattern in (_WESTERN, _CLAUSE, _TOKEN):
            spans = [_unquoted(line, *span) for span in _around(line, pattern, core, places)]
            if spans == [core.span()]:
                continue
            parts = self._agreed(line, spans, places, core)
            if any(part.is_sure for part in parts):
                return parts
            unsure += parts
        return [max(unsure, key=lambda one: one.reading.gain)] if unsure else []

    def _is_promising(
        self, line: str, places: Sequence[tuple[int, int]], named: frozenset[str]
    ) -> bool:
        """Whether the misreadings that a line shows make anything of it."""
        odd = named & {ANY, LATIN}
        strange = set(strangers(line)) if odd else set()
        for start, end in _tokens(line, places) if odd else ():
            token = line[start:end]
            if (
                is_spelled(token)
                and not token.isupper()
                and not ENCLOSED.search(token)
                and not any(start <= one[0] < end for one in strange)
            ):
                continue
            if len(token) > DENSE:
                return True
            if self._vain > 0:
                found = _read(line, start, end)
                if found is not None and found.gain >= KNOWN_MARGIN:
                    return True
                self._vain -= 1
        channels = [Channel(*re.split("→|-as-", name)) for name in sorted(named - odd)]
        # No channels would mean every one of them.
        if not channels:
            return False
        for start, end in places[:PLACES]:
            window = line[max(0, start - REACH) : end + REACH]
            for _, said, _ in readings(window, channels):
                if coarse(said) < coarse(window) + REACH and nats(said) + MARGIN < nats(window):
                    return True
        return False

    def whole(self, line: str) -> list[Found]:
        """What a line says as a whole, where that is sure."""
        core = _CORE.search(line)
        found = (
            None if core is None or is_chart(core[0][:WINDOW]) else self._piece(line, *core.span())
        )
        return [found] if found is not None and found.is_sure else []

    def _agreed(
        self,
        line: str,
        spans: Sequence[tuple[int, int]],
        places: Sequence[tuple[int, int]],
        core: re.Match[str],
    ) -> list[Found]:
        """Pieces of a line in the one misreading that explains most: a line went wrong once."""
        found = [piece for span in spans if (piece := self._piece(line, *span)) is not None]
        gains: Counter[Channel] = Counter()
        for piece in found:
            if piece.is_sure:
                gains[piece.reading.channel] += round(piece.reading.gain)
        if not gains:
            return found
        ((channel, _),) = gains.most_common(1)
        whole = _read(line, *core.span(), (channel,))
        if whole is not None and whole.gain >= KNOWN_MARGIN:
            return [Found(*core.span(), whole, is_sure=True)]
        agreed: list[Found] = []
        for start, end in spans:
            reading = _read(line, start, end, (channel,))
            if reading is not None and reading.gain >= KNOWN_MARGIN:
                agreed.append(Found(start, end, reading, is_sure=True))
        # Pieces stand in order, apart: only the last that begins before a place can hold it.
        starts = [one.start for one in agreed]
        explained = sum(
            (at := bisect_right(starts, place[0])) > 0 and place[1] <= agreed[at - 1].end
            for place in places[: 100 * PLACES]
        )
        if explained < EXPLAINED * len(places[: 100 * PLACES]):
            return [one._replace(is_sure=False) for one in found]
        return agreed

    def _known(self, line: str, start: int, end: int) -> Found | None:
        """What a piece says in a misreading that the document was proven to have."""
        reading = _read(line, start, end, self._first) if self._first else None
        if reading is None or reading.gain < KNOWN_MARGIN or reading.lead < LEAD:
            return None
        return Found(start, end, reading, is_sure=True)

    def _piece(self, line: str, start: int, end: int) -> Found | None:
        known = self._known(line, start, end)
        if known is not None:
            return known
        if self._left <= 0:
            return None
        self._left -= 1
        reading = _read(line, start, end)
        if reading is None:
            return None
        is_sure = reading.is_sure and _is_telling(line, start, end, reading)
        if is_sure:
            self._proven[reading.channel] += 1
            self._first = [channel for channel, _ in self._proven.most_common(KNOWN)]
            self._left += 1
        return Found(start, end, reading, is_sure)


def _is_telling(line: str, start: int, end: int, reading: Reading) -> bool:
    """Whether so much changes that no abbreviation, name or sign of an author's looks like it.

    Encodings of one byte make a letter of any sign, and any two letters are a word somewhere.
    """
    before, after = line[start:end], reading.text
    if reading.channel.written not in WRITTEN_IN_BYTES:
        # A name of another language has letters enough for two or three characters.
        return len(_WIDE.findall(after)) >= TELLING or not _is_named(before)
    changes = differences(before, after)
    if sum(last - first for first, last, _ in changes) >= TELLING or _PAIRED.search(after):
        return True
    stood: set[str] = set()
    made: set[str] = set()
    moved = 0
    for first, last, said in changes:
        stood.update(_words_at(before, first, last))
        made.update(_words_at(after, first + moved, first + moved + len(said)))
        moved += len(said) - (last - first)
    if len(made) < 2 and is_spelled(before) and _ACCENTED.search(line[:start] + line[end:]):
        return False  # a foreign name beside accents that are right
    if max(sum(map(len, stood)), sum(map(len, made))) >= TELLING:
        # Among words of another script one short word in Latin letters may be a symbol.
        is_host = _FOREIGN.search(line, 0, start) or _FOREIGN.search(line, end)
        return not is_host or max(map(len, made), default=0) >= NAME
    lane = language(f"{line[:start]} {line[end:]}") if made else None
    return lane is not None and all(
        is_frequent(spelling.languages()[lane], word) and _stands_free(after, word) for word in made
    )


def _stands_free(text: str, word: str) -> bool:
    """Whether a word stands between blanks, before a mark or behind an apostrophe: as a word does."""
    return re.search(rf"(?<![^\s'’]){word}(?![^\s.,;:!?…'’])", text) is not None


def _is_named(text: str) -> bool:
    """Whether all that a text has beyond ASCII are words that could be names."""
    named = [word for word in words(text) if not word.isascii()]
    return beyond_ascii("".join(named)) == beyond_ascii(text) and all(
        capitals(word) < INNER_CAPITAL for word in named
    )


def _words_at(text: str, start: int, end: int) -> Iterator[str]:
    """The words beyond ASCII that a span is part of."""
    for found in _LETTERS.finditer(text, max(0, start - LONG), end + LONG):
        if found.start() < end and start < found.end() and not found[0].isascii():
            yield found[0]


def _read(line: str, start: int, end: int, channels: Sequence[Channel] = ()) -> Reading | None:
    """The best reading of a piece of a line, among the words in ASCII that stand around it."""
    before = _WORDS_BEFORE.search(line, max(0, start - CONTEXT), start)
    behind = _WORDS_BEHIND.match(line, end, end + CONTEXT)
    first = before.start() if before is not None else start
    last = behind.end() if behind is not None else end
    found = best(line[first:last], channels)
    if found is None:
        return None
    return found._replace(text=found.text[start - first : len(found.text) - (last - end)])


def _tokens(line: str, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The words, or short runs without a space, around the first places."""
    last = -1
    for start, end in islice(places, 4 * PLACES):
        if start < last:
            continue
        first = line.rfind(" ", 0, start) + 1
        last = line.find(" ", end)
        last = last if last >= 0 else len(line)
        first, last = max(first, start - DENSE), min(last, end + DENSE)
        if not _WIDE.search(line, start, end):
            # A foreign name among characters that need no spaces ends where they begin.
            before = list(_WIDE.finditer(line, first, start))
            first = before[-1].end() if before else first
            behind = _WIDE.search(line, end, last)
            last = behind.start() if behind else last
        yield first, last


def _around(
    line: str, pattern: re.Pattern[str], core: re.Match[str], places: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The pieces of a line in which something looks odd."""
    spans = []
    at = 0
    for part in pattern.finditer(line, *core.span()):
        while at < len(places) and places[at][1] <= part.start():
            at += 1
        if at < len(places) and places[at][0] < part.end():
            spans.append(part.span())
    return spans


def _unquoted(line: str, start: int, end: int) -> tuple[int, int]:
    """A piece without the quotation marks that its host puts around it: they stand outside
    ASCII, too, and none of its bytes are theirs."""
    piece = line[start:end]
    for opening, closing in _QUOTES:
        closed = piece.endswith(closing)
        if piece.startswith(opening) and (closed or closing not in piece):
            return start + 1, end - closed
    return start, end


def differences(before: str, after: str) -> list[tuple[int, int, str]]:
    """Where two readings of the same bytes differ: spans of the first, with what they become.

    Bytes above ASCII stay together; where both readings agree on the rest, each run of them
    is a difference of its own.

    >>> differences("grцЯer als", "größer als")
    [(2, 4, 'öß')]
    """
    runs = list(_BEYOND.finditer(before))
    parts = _BEYOND.findall(after)
    if len(runs) == len(parts) and _BEYOND.sub("x", before) == _BEYOND.sub("x", after):
        return [
            (run.start(), run.end(), part)
            for run, part in zip(runs, parts, strict=True)
            if run[0] != part
        ]
    limit = min(len(before), len(after))
    start = next((at for at in range(limit) if before[at] != after[at]), limit)
    rest = range(limit - start)
    end = next((at for at in rest if before[-1 - at] != after[-1 - at]), limit - start)
    return [(start, len(before) - end, after[start : len(after) - end])]
