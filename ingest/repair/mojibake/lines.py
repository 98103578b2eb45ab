"""What one garbled line may become: its losses first, then what is strictly undone.

Multi-byte misreadings come before ftfy, which would alter what it cannot decode.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from ingest.edits import Edit, Mark, replaced
from ingest.repair.mojibake import lossy, single_byte
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import hits, is_doubtful
from ingest.repair.mojibake.looks import ANY
from ingest.repair.mojibake.plausibility import nats
from ingest.repair.mojibake.readings import WINDOW
from ingest.repair.mojibake.search import Found, Search, differences
from ingest.repair.mojibake.strict import MARGIN, Repair, is_weak, repairs
from ingest.settings import Inference

_Found = TypeVar("_Found", Edit, Mark)


class Effort(NamedTuple):
    """What the search of one document may still spend, and what it has proven."""

    budget: lossy.Budget
    search: Search


def moved(one: _Found, offset: int) -> _Found:
    """An edit or a mark with its span counted from elsewhere."""
    return one._replace(start=one.start + offset, end=one.end + offset)


def proposals(
    line: str, families: frozenset[str], infer: Inference, effort: Effort
) -> Iterator[Edit | Mark]:
    """Edits of one line: of what lost bytes, then strict ones, ftfy's in what they leave.

    A mark stands for what lost too much to be restored.
    """
    at = 0
    whole = []
    regions = list(lossy.repairs(line, families, infer, effort.budget))
    # What can be read without any loss has lost nothing, if that is the better text.
    if regions and "\ufffd" not in line:
        restored = _best(line, regions)
        whole_line = effort.search.whole(line)
        read = [
            one
            for one in whole_line
            if _lead(_with(line, [*_edits(line, one, 0)], 0), restored) > 0
        ]
        for one in read:
            yield from _edits(line, one, 0)
        if read:
            return
    for found in regions:
        yield from found.edits
        if not found.edits:
            part = line[found.start : found.end]
            known = _without_loss(part, found.start, families - lossy.HOPELESS, effort.search)
            strict = [one for one in known if isinstance(one, Edit)]
            # Nothing is lost where all of it can be read as what was lost.
            utf8 = all(one.rule.startswith("mojibake.utf-8-") for one in strict)
            if strict and utf8 and _is_better(_with(part, strict, found.start), part):
                yield from strict
            else:
                why = f"UTF-8 read as {found.reader.label}, not restored"
                yield Mark(found.start, found.end, "garbled", "mojibake.lossy", why)
        whole.append((at, found.start))
        at = found.end
    whole.append((at, len(line)))
    for start, end in whole:
        part = line if len(whole) == 1 else line[start:end]
        yield from _without_loss(part, start, families - lossy.HOPELESS, effort.search)


def _best(line: str, regions: Iterable[lossy.Found]) -> str:
    """A line with its regions as they are restored, or would be."""
    at = 0
    parts: list[str] = []
    for region in regions:
        here = line[region.start : region.end]
        edits = [
            edit._replace(start=edit.start - region.start, end=edit.end - region.start)
            for edit in region.edits
        ]
        parts += (line[at : region.start], replaced(here, edits) if edits else region.best or here)
        at = region.end
    return "".join((*parts, line[at:]))


def _without_loss(
    line: str, offset: int, families: frozenset[str], search: Search
) -> Iterator[Edit | Mark]:
    quick = repairs(line, families)
    unsure: list[Found] = []
    spaced = _is_spaced(line, families)
    if (
        not spaced
        and not _is_cut(line, quick)
        and (is_weak(quick) or is_doubtful(_repaired(line, quick)))
    ):
        if families & {LATIN, ANY}:
            # What two of its rules explain in pieces ftfy may explain as one.
            whole = list(single_byte.edits(line, 0))
            if whole and _is_better(_with(line, whole, 0), _repaired(line, quick)):
                yield from (moved(edit, offset) for edit in whole)
                return
        # What the quick rules leave may have an explanation that takes in what they took.
        places = list(hits(line, *families))
        found = search.line(line, places, families)
        sure = [one for one in found if one.is_sure]
        unsure = [one for one in found if one.is_garbled]
        edits = [edit for one in sure for edit in _edits(line, one, 0)]
        if edits and _lead(replaced(line, edits), _repaired(line, quick)) > 0:
            yield from (moved(edit, offset) for edit in edits)
            return
    if not quick:
        # Another text is more plausible, but which one is not certain.
        for one in unsure:
            channel = one.reading.channel
            why = f"perhaps {channel.written} read as {channel.read}"
            yield Mark(offset + one.start, offset + one.end, "garbled", "mojibake.garbled", why)
    at = 0
    gaps = []
    repair: Repair | None = None
    for repair in quick:
        start, end = offset + repair.start, offset + repair.end
        why = ", then ".join(
            f"{one.written} read as {one.read}" for one in reversed(repair.channels)
        )
        before = line[repair.start : repair.end]
        yield Edit(start, end, before, repair.text, repair.channels[0].rule, "proven", why)
        gaps.append((at, repair.start))
        at = repair.end
    if repair is not None and repair.channels[0].written == "utf-8":
        channel = repair.channels[0]
        said = lossy.cut_off(line[at:], f"utf-8-as-{channel.read}")
        if said is not None:
            why = f"utf-8 read as {channel.read}, cut off within a character"
            yield Edit(
                offset + at, offset + len(line), line[at:], said, "mojibake.lossy", "lost", why
            )
            at = len(line)
    gaps.append((at, len(line)))
    if LATIN not in families:
        return
    for start, end in gaps:
        at = start
        for edit in lossy.spaces.edits(line[start:end]):
            first, last = start + edit.start, start + edit.end
            yield edit._replace(start=offset + first, end=offset + last)
            yield from single_byte.edits(line[at:first], offset + at)
            at = last
        yield from single_byte.edits(line[at:end], offset + at)


def _is_cut(line: str, found: list[Repair]) -> bool:
    """Whether what follows the last repair is the beginning of a character, and no more."""
    if not found or found[-1].channels[0].written != "utf-8":
        return False
    return (
        lossy.cut_off(line[found[-1].end :], f"utf-8-as-{found[-1].channels[0].read}") is not None
    )


def _is_spaced(line: str, families: frozenset[str]) -> bool:
    """Whether all that a line lost is that no-break spaces became spaces."""
    return LATIN in families and any(True for _ in lossy.spaces.edits(line))


def _is_better(one: str, other: str) -> bool:
    """Whether one repair of a line is as good as it can be, or better than the other by far."""
    return not is_doubtful(one) or _lead(one, other) > MARGIN


def _lead(one: str, other: str) -> float:
    """Nats by which a line is more plausible than another, weighed from where they part."""
    pairs = enumerate(zip(one, other, strict=False))
    parted = next((at for at, (first, second) in pairs if first != second), 0)
    start = one.rfind(" ", 0, parted) + 1
    return nats(other[start : start + WINDOW]) - nats(one[start : start + WINDOW])


def _with(line: str, edits: Sequence[Edit], offset: int) -> str:
    """A line with edits whose spans count from an offset."""
    return replaced(line, sorted(moved(edit, -offset) for edit in edits))


def _repaired(line: str, found: list[Repair]) -> str:
    at = 0
    parts: list[str] = []
    for repair in found:
        parts += (line[at : repair.start], repair.text)
        at = repair.end
    return "".join((*parts, line[at:]))


def _edits(line: str, found: Found, offset: int) -> Iterator[Edit]:
    """The edits of a reading: of as few characters as show it."""
    channel = found.reading.channel
    why = f"{channel.written} read as {channel.read}"
    before, after = line[found.start : found.end], found.reading.text
    start = offset + found.start
    for first, last, text in differences(before, after):
        yield Edit(
            start + first, start + last, before[first:last], text, channel.rule, "proven", why
        )
