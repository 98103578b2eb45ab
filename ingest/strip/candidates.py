"""Which lines of a folder's documents are notices of the site, as far as repetition can say.

A line is a candidate when it stands at the ends of several different documents and never
inside a report. It is taken when it says itself that it is a notice, or stands behind a
line that does, seen from the report. Headings such as `目录` repeat too; they say nothing
of a site, and stand beside the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from ingest.strip import grammar
from ingest.strip.folding import fold
from ingest.strip.observe import SLOT, Observation
from ingest.strip.recognition import rules_of
from ingest.strip.rulebook import shipped

# Two documents are the same one, uploaded twice, when they share so much of the prose of the
# shorter. Different reports of one site share the site's sentences: 0.74 at most between the
# short reports of the saved pages (template A), under 0.35 on nearly all other sites.
SAME = 0.8
# A sign of so much strength makes a line clearly a notice.
CLEAR = 2
CHROME = 3
# A weak sign is a clear one in a line of so many characters: no two reports share it by chance.
LONG = 20
# A line without a sign of its own is taken where it is enclosed in so many of its documents.
ENCLOSED = 0.9
# How near a clear notice must stand to a line without a sign, in lines.
BESIDE = 3
# One with a weak sign is taken where it stands so many lines nearer to the report at most.
SLACK = 2

_DATA = {"0", ":", "."}


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of a line: the document's number, its place there and at which end."""

    document: int
    at: int
    region: str
    text: str


@dataclass
class Candidate:
    """Lines of several documents that are the same but for title and numbers."""

    skeleton: str
    places: list[Place] = field(default_factory=list)
    inside: int = 0
    """Number of documents that have the line inside the report."""
    sign: str = ""
    """What says that it is a notice: a sign of the grammar, or the rule of a known template."""
    strength: int = 0
    prose: bool = False

    @property
    def documents(self) -> set[int]:
        """The documents that have the line at an end, by number."""
        return {place.document for place in self.places}

    @property
    def region(self) -> str:
        """`head`, `tail`, or `edge` where it stands at both ends."""
        regions = {place.region for place in self.places}
        return regions.pop() if len(regions) == 1 else "edge"


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a folder, each once, and where their reports begin and end."""

    documents: tuple[Observation, ...]
    spans: tuple[tuple[int, int] | None, ...]
    """First and last line of prose that is the document's own; None where it has none."""
    repeated: int
    """Documents left out because another one has the same text."""
    inside: tuple[str, ...]
    """Lines from inside the reports, each of one document only."""


def corpus(observations: Iterable[Observation], least: int) -> Corpus:
    """Return the different documents; `least` is the number from which a line is repeated."""
    ordered = sorted(observations, key=lambda one: one.name)
    kept: list[Observation] = []
    holders: dict[int, list[int]] = {}
    for one in ordered:
        sizes = {one.hashes[at]: size for at, size in one.prose.items()}
        shared: Counter[int] = Counter()
        for line, size in sizes.items():
            for other in holders.get(line, ()):
                shared[other] += size
        total = sum(sizes.values())
        if any(
            size >= SAME * min(total, sum(kept[other].prose.values()))
            for other, size in shared.items()
        ):
            continue
        for line in sizes:
            holders.setdefault(line, []).append(len(kept))
        kept.append(one)
    frequency = Counter(line for one in kept for line in set(one.hashes))
    spans = []
    for one in kept:
        own = [at for at in one.prose if frequency[one.hashes[at]] < least]
        spans.append((min(own), max(own)) if own else None)
    inside = dict.fromkeys(
        text
        for one, span in zip(kept, spans, strict=True)
        for at, text in one.samples
        if span and span[0] <= at <= span[1] and frequency[one.hashes[at]] < least
    )
    return Corpus(tuple(kept), tuple(spans), len(ordered) - len(kept), tuple(inside))


def gather(found: Corpus, least: int) -> list[Candidate]:
    """Return what repeats at the ends of at least `least` documents, with its signs."""
    candidates: dict[str, Candidate] = {}
    hashes: dict[str, int] = {}
    for number, (document, span) in enumerate(zip(found.documents, found.spans, strict=True)):
        if span is None:
            continue
        for one in document.seen:
            candidate = candidates.setdefault(
                one.skeleton, Candidate(one.skeleton, prose=one.prose)
            )
            hashes[one.skeleton] = document.hashes[one.at]
            if one.at < span[0] or one.at > span[1]:
                region = "head" if one.at < span[0] else "tail"
                candidate.places.append(Place(number, one.at, region, one.text))
    repeated = [one for one in candidates.values() if len(one.documents) >= least]
    wanted = {hashes[one.skeleton]: one for one in repeated}
    for document, span in zip(found.documents, found.spans, strict=True):
        # Without prose of its own a document does not show where its report is: every line
        # of it counts as inside.
        first, last = span or (0, len(document.hashes))
        for line in set(document.hashes[first : last + 1]) & wanted.keys():
            wanted[line].inside += 1
    for candidate in repeated:
        candidate.sign, candidate.strength = signed(candidate.places[0].text)
        if candidate.strength == 1 and len(candidate.skeleton) >= LONG:
            candidate.strength = CLEAR
        # Nothing but a template writes the document's title into a line with data.
        if not candidate.strength and SLOT in candidate.skeleton and _DATA & {*candidate.skeleton}:
            candidate.sign, candidate.strength = "title", 1
    return sorted(repeated, key=lambda one: (one.places[0].region, one.places[0].at, one.skeleton))


def signed(text: str) -> tuple[str, int]:
    """Say what shows that a line is a notice, and how strongly (3 alone, 2 well, 1 hardly).

    >>> signed("上一页 | 下一页 | 返回顶部"), signed("目录")
    (('buttons', 3), ('', 0))
    """
    known = [
        (pack, rule)
        for pack, rule in rules_of(fold(text), shipped().packs)
        if rule.region != "body"
    ]
    verdict = grammar.judge(text)
    if verdict and verdict.signs == ("word",):
        verdict = None  # `目录` heads lists in reports, too
    strength = verdict.strength if verdict else 0
    sign = verdict.rule.rpartition(".")[2] if verdict else ""
    for _, rule in known:
        level = 3 if rule.strong else 1
        if level > strength:
            strength, sign = level, rule.kind
    return sign, strength


def taken(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    """Part the candidates into what is taken and, with the reason, what is left out.

    Nothing is taken where no line is such as only a page viewer writes: reports of a
    series share sentences about downloads and rights, too.
    """
    outside = [one for one in candidates if not one.inside]
    kept = [one for one in outside if one.strength >= CLEAR]
    weak = [one for one in outside if one.strength < CLEAR]
    if not any(one.strength == CHROME for one in outside):
        return [], [(one, "nothing proves that the documents are a site's") for one in candidates]
    # Each weak one that is taken moves the border, and may bring the next within reach.
    while True:
        borders = _borders(kept)
        places = {(place.document, place.at) for one in kept for place in one.places}
        more = [one for one in weak if _joins(one, borders, places)]
        if not more:
            break
        kept += more
        weak = [one for one in weak if one not in more]
    left = [(one, f"stands inside reports, too ({one.inside})") for one in candidates if one.inside]
    return kept, left + [(one, "nothing shows that it is a notice") for one in weak]


def _joins(
    one: Candidate, borders: Mapping[tuple[int, str], int], places: Set[tuple[int, int]]
) -> bool:
    """Say whether a line belongs to the notices that it stands beside."""
    if one.strength:
        return _enclosed(one, borders, SLACK)
    # A sentence without any sign may be of an annex that the reports of a series share.
    beside = sum(
        any((place.document, place.at + step) in places for step in range(-BESIDE, BESIDE + 1))
        for place in one.places
    )
    return not one.prose and beside >= ENCLOSED * len(one.places) and _enclosed(one, borders, 0)


def _borders(clear: Iterable[Candidate]) -> dict[tuple[int, str], int]:
    """Return, for each end of a document, the place of the clear notice next to the report."""
    borders: dict[tuple[int, str], int] = {}
    for one in clear:
        for place in one.places:
            key = (place.document, place.region)
            nearest = max if place.region == "head" else min
            borders[key] = nearest(borders.get(key, place.at), place.at)
    return borders


def _enclosed(one: Candidate, borders: Mapping[tuple[int, str], int], slack: int) -> bool:
    """Say whether a clear notice parts the line from the report, nearly everywhere.

    `slack`: so many lines nearer to the report it may stand.
    """
    count = 0
    for place in one.places:
        border = borders.get((place.document, place.region))
        if border is not None:
            nearer = place.at - border if place.region == "head" else border - place.at
            count += nearer <= slack
    return count >= ENCLOSED * len(one.places)
