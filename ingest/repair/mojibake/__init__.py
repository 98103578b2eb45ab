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
from typing import Final, NamedTuple

from ingest.compose import compose
from ingest.edits import Edit, Mark, replaced
from ingest.repair.mojibake import frames, lossy, mention, odd
from ingest.repair.mojibake.gate import Suspect, suspects
from ingest.repair.mojibake.lines import Effort, moved, proposals
from ingest.repair.mojibake.report import dead, garbled
from ingest.repair.mojibake.search import Search
from ingest.repair.mojibake.strict import ROUNDS
from ingest.settings import Inference


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
    effort = Effort(lossy.Budget(), Search())
    for suspect in _suspects(text):
        line = text[suspect.start : suspect.end]
        look = _layers(line, suspect.families, infer, effort, about)
        made += (moved(edit, suspect.start) for edit in look.edits)
        marks += (moved(mark, suspect.start) for mark in look.marks)
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
    effort: Effort,
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
    effort: Effort,
    about: Callable[[], bool],
) -> _Look:
    """Edits and marks of one line; quoted samples and text about mojibake are left."""
    found = _Look([], [], [])
    made: list[Edit] = []
    line_about = _Lazy(partial(mention.is_about_encodings, line))
    proposed = list(proposals(line, families, infer, effort))
    whole = _runs(line, proposed)
    for edit in proposed:
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


def _runs(line: str, proposed: Iterable[Edit | Mark]) -> dict[Edit, tuple[int, int, str]]:
    """The garbled run that each edit is part of, with what it becomes: a sample is one run."""
    found: dict[Edit, tuple[int, int, str]] = {}
    run: list[Edit] = []
    for edit in sorted(one for one in proposed if isinstance(one, Edit)):
        if run and not _JOINED.fullmatch(line, run[-1].end, edit.start):
            found |= dict.fromkeys(run, _run(line, run))
            run = []
        run.append(edit)
    return found | dict.fromkeys(run, _run(line, run)) if run else found


def _run(line: str, run: Sequence[Edit]) -> tuple[int, int, str]:
    start, end = run[0].start, run[-1].end
    moved = [one._replace(start=one.start - start, end=one.end - start) for one in run]
    return start, end, replaced(line[start:end], moved)


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


class _Lazy:
    """The answer to a question that is asked only of garbled text, and once."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._answer: bool | None = None

    def __call__(self) -> bool:
        if self._answer is None:
            self._answer = self._ask()
        return self._answer
