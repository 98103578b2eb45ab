"""Mojibake: text that was read in the wrong encoding, brought back where that is proven.

Multi-byte misreadings are undone strictly, before ftfy sees them: it would alter what
it cannot decode. What looks garbled and cannot be brought back is marked and left, and
so is text about mojibake.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial

from ingest.edits import Edit, Mark
from ingest.repair.mojibake import mention, single_byte
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import Suspect, suspects
from ingest.repair.mojibake.report import dead, garbled
from ingest.repair.mojibake.strict import repairs


def edits(text: str) -> tuple[list[Edit], list[Mark]]:
    """Propose edits that bring garbled text back, and mark what is garbled and stays.

    Spans count in `text`. A strict round trip that makes clearly better text is
    `proven`; ftfy's repairs of bytes that were changed on the way are `sure`, or `lost`
    where they write U+FFFD. Limits: bytes replaced by `?` or U+FFFD are not guessed, one
    single-byte encoding read as another is not looked for, and UTF-8 read as Big5 or as
    EUC-KR loses bytes in nearly every word, so it is not undone.

    >>> made, marks = edits("标题：¹ØÓÚ³ÇÊÐ½»Í¨")
    >>> [(edit.before, edit.after, edit.certainty) for edit in made], marks
    ([('¹ØÓÚ³ÇÊÐ½»Í¨', '关于城市交通', 'proven')], [])
    """
    if text.isascii():
        return [], []
    made: list[Edit] = []
    marks: list[Mark] = []
    about = _Lazy(partial(mention.is_about_encodings, text))
    gone = list(dead(text, about))
    for suspect in suspects(text):
        line = text[suspect.start : suspect.end]
        line_about = _Lazy(partial(mention.is_about_encodings, line))
        taken: list[tuple[int, int]] = []
        for edit in _proposals(line, suspect):
            start, end = edit.start - suspect.start, edit.end - suspect.start
            taken.append((start, end))
            shown = mention.is_shown_repaired(line, start, end, edit.after)
            if mention.is_quoted(line, start, end) and (shown or about()):
                continue
            if shown or (end - start <= mention.SAMPLE * len(line) and line_about()):
                why = f"would be {edit.after[:40]}, but the text may be about it"
                marks.append(Mark(edit.start, edit.end, "uncertain", "mojibake.mention", why))
                continue
            made.append(edit)
        taken += (
            (mark.start - suspect.start, mark.end - suspect.start)
            for mark in gone[
                bisect_left(gone, (suspect.start,)) : bisect_left(gone, (suspect.end,))
            ]
        )
        marks += garbled(line, suspect, sorted(taken))
    return made, sorted(marks + gone)


class _Lazy:
    """The answer to a question that is asked only of garbled text, and once."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._answer: bool | None = None

    def __call__(self) -> bool:
        if self._answer is None:
            self._answer = self._ask()
        return self._answer


def _proposals(line: str, suspect: Suspect) -> Iterator[Edit]:
    """Edits of one line, strict ones first, ftfy's in what they leave."""
    at = 0
    gaps = []
    for repair in repairs(line, suspect.families):
        start, end = suspect.start + repair.start, suspect.start + repair.end
        why = ", then ".join(
            f"{one.written} read as {one.read}" for one in reversed(repair.channels)
        )
        before = line[repair.start : repair.end]
        yield Edit(start, end, before, repair.text, repair.channels[0].rule, "proven", why)
        gaps.append((at, repair.start))
        at = repair.end
    gaps.append((at, len(line)))
    if LATIN in suspect.families:
        for start, end in gaps:
            yield from single_byte.edits(line[start:end], suspect.start + start)
