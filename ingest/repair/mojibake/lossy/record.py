"""Edits of a region: what follows from the bytes, what is inferred, and what is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod
from typing import Final, NamedTuple

from ingest.edits import Alternative, Edit
from ingest.repair.language import han
from ingest.repair.mojibake.channels import Channel
from ingest.repair.mojibake.lossy.beam import Choice
from ingest.repair.mojibake.lossy.readers import QUESTION, REPLACED, Octets, Reader
from ingest.settings import Inference

RULE: Final = "mojibake.lossy"
#: Probability from which an inferred reading is written. Of 200 items of 20 and 80 characters
#: from the tuning halves of four corpora, four readers, U+FFFD and `?`, 1,083 characters reach
#: it, none of them wrong; at 0.98 there are 1,184, and one item has a wrong place.
THRESHOLD: Final = 0.99
#: Readings of a place that the record keeps.
ALTERNATIVES: Final = 5
_LOST: Final = "\N{REPLACEMENT CHARACTER}"


class Atom(NamedTuple):
    """A character that survived, or a gap with its readings, at its bytes.

    `known` is what a gap says without any guess, U+FFFD for each character that is not
    known; None where even their number is a guess. `cut` tells that the text ends within it.
    """

    start: int
    end: int
    text: str
    readings: Sequence[Choice] = ()
    known: str | None = None
    cut: bool = False


class Recorder:
    """Makes the edits of a region: each begins and ends where both readings have a character."""

    def __init__(
        self, line: str, seen: Octets, reader: Reader, infer: Inference, *, is_han: bool
    ) -> None:
        self._line = line
        self._seen = seen
        self._reader = reader
        self._infer = infer
        self._is_han = is_han

    def edits(self, atoms: Sequence[Atom]) -> list[Edit]:
        """The edits, in order; none if the region does not begin where a character does."""
        made = []
        for stretch in self._stretches(atoms):
            start = self._seen.offsets[stretch[0].start]
            end = self._seen.offsets[stretch[-1].end]
            before = self._line[start:end]
            if any(atom.readings for atom in stretch):
                made.append(self._around_losses(start, end, stretch))
            else:
                text = "".join(atom.text for atom in stretch)
                rule = Channel("utf-8", self._reader.name).rule
                why = f"utf-8 read as {self._reader.name}"
                made.append(Edit(start, end, before, text, rule, "proven", why))
        return [edit for edit in made if edit.before != edit.after]

    def _stretches(self, atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
        """What one edit covers: a loss with what it touches, or all that survived in between."""
        survived: list[Atom] = []
        for group in self._groups(atoms):
            lost = any(atom.readings for atom in group)
            if not lost and not all(atom.text.isascii() for atom in group):
                survived += group
                continue
            if survived:
                yield survived
                survived = []
            if lost:
                yield group
        if survived:
            yield survived

    def _groups(self, atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
        """Atoms between places where both readings have a boundary."""
        offsets = self._seen.offsets
        group: list[Atom] = []
        begun = False
        for atom in atoms:
            if not begun and atom.start not in offsets:
                if atom.readings:
                    return
                continue
            begun = True
            group.append(atom)
            if atom.end in offsets:
                yield group
                group = []
        if not group:
            return
        # The byte behind an odd number of bytes was taken for the second of a pair.
        end = group[-1].end
        content = self._seen.content
        if end + 1 in offsets and content[end] < 0x80 and content[end] >= 0x20:
            group.append(Atom(end, end + 1, chr(content[end])))
            yield group

    def _around_losses(self, start: int, end: int, atoms: Sequence[Atom]) -> Edit:
        before = self._line[start:end]
        gaps = [atom for atom in atoms if atom.readings]
        ways = []
        for choice in islice(product(*(gap.readings[:ALTERNATIVES] for gap in gaps)), 64):
            texts = iter(choice)
            text = "".join(next(texts).text if atom.readings else atom.text for atom in atoms)
            ways.append(Alternative(text, prod(one.probability for one in choice)))
        ways.sort(key=lambda way: -way.probability)
        best = ways[0]
        why = self._why(atoms)
        certain = all(len(gap.readings) == 1 and gap.readings[0].alone for gap in gaps)
        if certain and _LOST not in best.text:
            return Edit(start, end, before, best.text, RULE, "proven", why)
        others = tuple(
            Alternative(way.text, round(way.probability, 4)) for way in ways[1:ALTERNATIVES]
        )
        probability = round(best.probability, 4)
        if _LOST not in best.text and self._may_write(best, gaps):
            return Edit(start, end, before, best.text, RULE, "inferred", why, probability, others)
        first = Alternative(best.text, probability)
        return Edit(
            start, end, before, self._known(atoms), RULE, "lost", why, None, (first, *others)
        )

    def _may_write(self, best: Alternative, gaps: Sequence[Atom]) -> bool:
        if self._infer == "always":
            return True
        if self._infer == "never" or best.probability < THRESHOLD:
            return False
        # The model knows Han characters and common punctuation, and no other language.
        model = han()
        return self._is_han and all(
            model.symbols(char).exact in ([], [ord(char)])
            for gap in gaps
            for char in gap.readings[0].text
        )

    def _known(self, atoms: Sequence[Atom]) -> str:
        """What is known of a stretch: U+FFFD stands for each character that is not."""
        return "".join(
            atom.text if not atom.readings else atom.known or _LOST * len(atom.readings[0].text)
            for atom in atoms
        )

    def _why(self, atoms: Sequence[Atom]) -> str:
        content = self._seen.content[atoms[0].start : atoms[-1].end]
        count = content.count(REPLACED) + content.count(QUESTION)
        reader = f"UTF-8 read as {self._reader.label}"
        if any(atom.cut for atom in atoms):
            return f"{reader}, cut off within a character"
        if count:
            return f"{reader}, {count} {'place' if count == 1 else 'places'} lost"
        return f"{reader}, bytes dropped or made spaces"
