"""Mojibake: text that was read in the wrong encoding, brought back where that is proven.

Multi-byte misreadings are undone strictly, before ftfy sees them: it would alter what
it cannot decode. What looks garbled and cannot be brought back is marked and left, and
so is text about mojibake.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeVar

from ingest.compose import compose
from ingest.edits import Edit, Mark, replaced
from ingest.repair.mojibake import frames, lossy, mention, odd, single_byte
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import Suspect, hits, is_doubtful, suspects
from ingest.repair.mojibake.looks import ANY
from ingest.repair.mojibake.plausibility import nats
from ingest.repair.mojibake.readings import WINDOW
from ingest.repair.mojibake.report import dead, garbled
from ingest.repair.mojibake.search import Found, Search, differences
from ingest.repair.mojibake.strict import MARGIN, ROUNDS, Repair, is_weak, repairs
from ingest.settings import Inference

_Found = TypeVar("_Found", Edit, Mark)


def edits(text: str, infer: Inference = "auto") -> tuple[list[Edit], list[Mark]]:
    """Propose edits that bring garbled text back, and mark what is garbled and stays.

    Spans count in `text`. A strict round trip that makes clearly better text is
    `proven`; ftfy's repairs of bytes that were changed on the way are `sure`, or `lost`
    where they write U+FFFD. Where bytes of UTF-8 were lost, `infer` says what is written:
    with `auto` what is `inferred` above a threshold, U+FFFD elsewhere. Limits: where two
    readings are nearly as plausible, as with a single accent in another encoding of one byte,
    nothing is written; UTF-8 read as Big5 and Chinese bytes read as UTF-8 lose too much to be
    undone.

    >>> made, marks = edits("标题：¹ØÓÚ³ÇÊÐ½»Í¨")
    >>> [(edit.before, edit.after, edit.certainty) for edit in made], marks
    ([('¹ØÓÚ³ÇÊÐ½»Í¨', '关于城市交通', 'proven')], [])
    """
    if text.isascii():
        return [], []
    shown = frames.blanked(text)
    made, marks = _found(shown, infer)
    if shown is not text:
        made = [edit for edit in made if text.startswith(edit.before, edit.start)]
        marks = [
            mark for mark in marks if text[mark.start : mark.end] == shown[mark.start : mark.end]
        ]
    return made, marks


def _found(text: str, infer: Inference) -> tuple[list[Edit], list[Mark]]:
    made: list[Edit] = []
    marks: list[Mark] = []
    about = _Lazy(partial(mention.is_about_encodings, text))
    gone = list(dead(text, about))
    effort = _Effort(lossy.Budget(), Search())
    for suspect in _suspects(text):
        line = text[suspect.start : suspect.end]
        look = _layers(line, suspect.families, infer, effort, about)
        made += (_moved(edit, suspect.start) for edit in look.edits)
        marks += (_moved(mark, suspect.start) for mark in look.marks)
        near = gone[bisect_left(gone, (suspect.start,)) : bisect_left(gone, (suspect.end,))]
        named = [(one.start - suspect.start, one.end - suspect.start) for one in near]
        marks += garbled(line, suspect, sorted(look.taken + named))
    marks += _apart(lossy.named(text), made, marks)
    taken = [(edit.start, edit.end) for edit in made]
    taken = sorted(taken + [(one.start, one.end) for one in marks + gone])
    marks += _apart(odd.marks(text, about, taken), made, marks + gone)
    return made, sorted(marks + gone)


#: What stands between the edits of one garbled run: ASCII is not garbled.
_JOINED: Final = re.compile("[0-9A-Za-z.,:;%()/+-]{0,20}")


class _Look(NamedTuple):
    """What one look at a line proposes: spans count in the line. `taken` are those that are
    edited, marked, or shown on purpose."""

    edits: Sequence[Edit]
    marks: list[Mark]
    taken: list[tuple[int, int]]


def _layers(
    line: str,
    families: frozenset[str],
    infer: Inference,
    effort: _Effort,
    about: Callable[[], bool],
) -> _Look:
    """What one line becomes, looked at again as long as something in it is still garbled.

    A file that was read wrongly, saved and read wrongly again holds one misreading under
    another. Only where the first is proven is there a text to look at once more.
    """
    first = look = _look(line, families, infer, effort, about)
    made = first.edits
    for _ in range(ROUNDS - 1):
        if not look.edits or any(edit.certainty != "proven" for edit in look.edits):
            break
        line = replaced(line, look.edits)
        left = _suspects(line)
        if not left:
            break
        look = _look(line, left[0].families, infer, effort, about)
        made = compose(made, look.edits)
    return first._replace(edits=made)


def _look(
    line: str,
    families: frozenset[str],
    infer: Inference,
    effort: _Effort,
    about: Callable[[], bool],
) -> _Look:
    """Edits and marks of one line; quoted samples and text about mojibake are left."""
    found = _Look([], [], [])
    made: list[Edit] = []
    line_about = _Lazy(partial(mention.is_about_encodings, line))
    proposals = list(_proposals(line, families, infer, effort))
    whole = _runs(line, proposals)
    for edit in proposals:
        start, end = edit.start, edit.end
        found.taken.append((start, end))
        if isinstance(edit, Mark):
            found.marks.append(edit)
            continue
        shown = mention.is_shown_repaired(line, *whole[edit])
        if mention.is_quoted(line, start, end) and (shown or about()):
            continue
        if shown or (end - start <= mention.SAMPLE * len(line) and line_about()):
            why = f"would be {edit.after[:40]}, but the text may be about it"
            found.marks.append(Mark(start, end, "uncertain", "mojibake.mention", why))
            continue
        made.append(edit)
    return found._replace(edits=sorted(made))


def _runs(line: str, proposals: Iterable[Edit | Mark]) -> dict[Edit, tuple[int, int, str]]:
    """The garbled run that each edit is part of, with what it becomes: a sample is one run."""
    found: dict[Edit, tuple[int, int, str]] = {}
    run: list[Edit] = []
    for edit in sorted(one for one in proposals if isinstance(one, Edit)):
        if run and not _JOINED.fullmatch(line, run[-1].end, edit.start):
            found |= dict.fromkeys(run, _run(line, run))
            run = []
        run.append(edit)
    return found | dict.fromkeys(run, _run(line, run)) if run else found


def _run(line: str, run: Sequence[Edit]) -> tuple[int, int, str]:
    start, end = run[0].start, run[-1].end
    moved = [one._replace(start=one.start - start, end=one.end - start) for one in run]
    return start, end, replaced(line[start:end], moved)


def _moved(one: _Found, offset: int) -> _Found:
    return one._replace(start=one.start + offset, end=one.end + offset)


def _suspects(text: str) -> list[Suspect]:
    found = {suspect[:2]: suspect for suspect in suspects(text)}
    for suspect in lossy.suspects(text):
        known = found.get(suspect[:2], suspect)
        found[suspect[:2]] = suspect._replace(families=suspect.families | known.families)
    return sorted(found.values())


def _apart(found: Iterable[Mark], made: list[Edit], marks: list[Mark]) -> Iterator[Mark]:
    """Marks of places that have neither an edit nor a mark yet."""
    taken: list[tuple[int, int]] | None = None
    for mark in found:
        if taken is None:
            taken = [(edit.start, edit.end) for edit in made]
            taken = sorted(taken + [(one.start, one.end) for one in marks])
        at = bisect_left(taken, (mark.start,))
        if (at == 0 or taken[at - 1][1] <= mark.start) and (
            at == len(taken) or mark.end <= taken[at][0]
        ):
            yield mark


class _Effort(NamedTuple):
    """What the search of one document may still spend, and what it has proven."""

    budget: lossy.Budget
    search: Search


class _Lazy:
    """The answer to a question that is asked only of garbled text, and once."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._answer: bool | None = None

    def __call__(self) -> bool:
        if self._answer is None:
            self._answer = self._ask()
        return self._answer


def _proposals(
    line: str, families: frozenset[str], infer: Inference, effort: _Effort
) -> Iterator[Edit | Mark]:
    """Edits of one line: of what lost bytes, then strict ones, ftfy's in what they leave.

    A mark stands for what lost too much to be restored.
    """
    at = 0
    whole = []
    regions = list(lossy.repairs(line, families, infer, effort.budget))
    # What can be read without any loss has lost nothing, if that is the better text.
    if regions and "\ufffd" not in line:
        restored = nats(_best(line, regions)[:WINDOW])
        whole_line = effort.search.whole(line)
        read = [one for one in whole_line if nats(one.reading.text[:WINDOW]) < restored]
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
                yield from (_moved(edit, offset) for edit in whole)
                return
        # What the quick rules leave may have an explanation that takes in what they took.
        places = list(hits(line, *families))
        found = search.line(line, places, families)
        sure = [one for one in found if one.is_sure]
        unsure = [one for one in found if one.is_garbled]
        edits = [edit for one in sure for edit in _edits(line, one, 0)]
        if edits and nats(replaced(line, edits)[:WINDOW]) < nats(_repaired(line, quick)[:WINDOW]):
            yield from (_moved(edit, offset) for edit in edits)
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
    return not is_doubtful(one) or nats(one[:WINDOW]) + MARGIN < nats(other[:WINDOW])


def _with(line: str, edits: Sequence[Edit], offset: int) -> str:
    """A line with edits whose spans count from an offset."""
    return replaced(line, sorted(_moved(edit, -offset) for edit in edits))


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
