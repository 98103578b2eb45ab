"""What one document shows of the site it came from: the lines at its ends, hashes of the rest.

Small enough to keep for every document of a folder: a long report costs 8 bytes a line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document import Document
from ingest.strip import grammar
from ingest.strip.folding import ends_sentence, fold
from ingest.strip.lines import LONGEST, SUFFIX, TextLine, split
from ingest.strip.recognition import REACH

# A line of so many characters that ends as a sentence is prose; so is every longer line
# than a notice can be.
PROSE = 20
# Lines of the inside of a report that are kept as they are: where near misses come from.
SAMPLES = 80
# Shortest title that counts as one, in characters of the folded view.
TITLE = 5

NUMBER = re.compile(r"\d(?:[\d.:/-]*\d)?")
# Stands for the document's own title in the skeleton of a line.
SLOT = "\x01"


@dataclass(frozen=True, slots=True)
class Seen:
    """A line near either end: its place among the lines that are not blank, and itself."""

    at: int
    text: str
    prose: bool
    skeleton: str
    """The folded view with the document's title and all numbers taken out."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a document shows. `hashes` has one entry for each line that is not blank; `prose`
    maps the places of prose to its length in characters."""

    name: str
    hashes: tuple[int, ...]
    prose: Mapping[int, int]
    seen: tuple[Seen, ...]
    samples: tuple[tuple[int, str], ...]
    """Lines between the first and the last prose, with their places."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; `from_json` reads them back."""
        return {
            "hashes": list(self.hashes),
            "prose": [list(pair) for pair in self.prose.items()],
            "seen": [[one.at, one.text, one.prose, one.skeleton] for one in self.seen],
            "samples": [list(sample) for sample in self.samples],
        }

    @classmethod
    def from_json(cls, name: str, form: Mapping[str, Any]) -> Observation:
        """Read what `to_json` gave. Raises KeyError, TypeError or ValueError for another form."""
        return cls(
            name,
            tuple(int(one) for one in form["hashes"]),
            {int(at): int(size) for at, size in form["prose"]},
            tuple(Seen(int(a), str(t), bool(p), str(s)) for a, t, p, s in form["seen"]),
            tuple((int(at), str(text)) for at, text in form["samples"]),
        )


def observe(document: Document) -> Observation:
    """Return what a document shows. Repair should have seen it: readings hide what repeats.

    >>> page = Document.from_text("水情调查_第3页\\n\\n水情调查\\n\\n" + "今年汛期各水库蓄水正常，" * 3 + "未出险情。")
    >>> [one.skeleton.replace(SLOT, "T") for one in observe(page).seen if not one.prose]
    ['水情调查_第0页', '水情调查']
    """
    lines = [line for line in split(document.text) if not line.blank]
    prose = {at: len(line.text) for at, line in enumerate(lines) if is_prose(line)}
    own, titles = _titles(document, lines, prose)
    ends = [at for at in range(len(lines)) if at < REACH or at >= len(lines) - REACH]
    seen = tuple(
        Seen(
            at,
            lines[at].text.strip(),
            at in prose,
            # Reports of one series share their title: alone on a line it is content.
            SLOT if lines[at].folded in own else skeleton(lines[at].folded, titles),
        )
        for at in ends
        if lines[at].folded and lines[at].text.isprintable()
    )
    by_place = {one.at: one.skeleton for one in seen}
    hashes = tuple(
        _hashed(by_place.get(at) or skeleton(line.folded or line.text, ()))
        for at, line in enumerate(lines)
    )
    return Observation(document.source.name, hashes, prose, seen, _samples(lines, prose))


def is_prose(line: TextLine) -> bool:
    """Say whether a line is a sentence or a paragraph."""
    folded = line.folded
    return not folded or (len(folded) >= PROSE and ends_sentence(folded))


def skeleton(folded: str, titles: Sequence[str]) -> str:
    """Return a folded line without what differs from document to document.

    >>> skeleton("水情调查.docx_第12页", ["水情调查"]).replace(SLOT, "T")
    'T.docx_第0页'
    """
    for title in titles:
        if title in folded and title != folded:
            folded = folded.replace(title, SLOT)
            break
    return NUMBER.sub("0", folded)


def _titles(
    document: Document, lines: Sequence[TextLine], prose: Mapping[int, int]
) -> tuple[frozenset[str], list[str]]:
    """Return what is the title and what may be it, folded, the latter with the longest first.

    The title of the metadata, and what a line and the first paragraph begin with, are;
    lines that other lines repeat may be.
    """
    own: set[str] = set()
    if isinstance(told := document.metadata.get("title"), str):
        own.add(fold(told))
    near = [at for at in range(len(lines)) if at < REACH // 4 or at >= len(lines) - REACH // 4]
    short = [SUFFIX.sub("", lines[at].folded) for at in near if at not in prose]
    first = min(prose, default=None)
    if first is not None:
        opening = fold(lines[first].text[:200])
        own |= {_shared_start(line, opening) for line in short}
    found = own | {line for line in short if sum(line in other for other in short) > 1}
    titles = sorted((one for one in found if len(one) >= TITLE), key=lambda one: (-len(one), one))
    return frozenset(own.intersection(titles)), titles


def _shared_start(one: str, other: str) -> str:
    size = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        size += 1
    return one[:size]


def _hashed(line: str) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=6).digest())


def _samples(lines: Sequence[TextLine], prose: Mapping[int, int]) -> tuple[tuple[int, str], ...]:
    """Return lines from inside the report, first those that speak as a site does."""
    if not prose:
        return ()
    inside = [
        (at, lines[at].text.strip())
        for at in range(min(prose), max(prose) + 1)
        if len(lines[at].text) <= LONGEST and lines[at].text.strip().isprintable()
    ]
    closest = [one for one in inside if grammar.judge(one[1])][: SAMPLES // 2]
    rest = [one for one in inside if one not in closest]
    step = max(1, len(rest) // (SAMPLES // 2))
    return tuple([*closest, *rest[::step]][:SAMPLES])
