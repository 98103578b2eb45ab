"""Two lists of edits, one made after the other, as one list on the first text.

The passes of a stage build on each other, yet a stage makes one step. What is composed
here is exact: applying the first list and then the second gives the same text as
applying the composed one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, repeat
from operator import add, itemgetter, sub
from typing import NamedTuple

from ingest.edits import Edit

# Of two merged edits the merged one is as sure as the less sure of them.
_DOUBT = {"proven": 0, "sure": 1, "inferred": 2, "lost": 3}


class _Span(NamedTuple):
    """An edit with its span in the text between the two lists."""

    start: int
    end: int
    second: bool
    edit: Edit


def compose(first: Sequence[Edit], second: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return edits on the first text that do what `first` and then `second` do.

    Both lists are ordered and free of overlaps, as `Document.revise` wants them; the
    spans of `second` count in the text that `first` made. Edits that touch the same
    characters are merged into one (rule ids joined by `+`, the less certain certainty);
    all others stand as they are, moved to their place in the first text. Merged edits
    that undo each other vanish. Linear in the number of edits and the length of what
    they replace; looks at no text. Nothing is checked: mismatching lists give edits
    that `revise` rejects.

    >>> compose([Edit(1, 2, "⻓", "长", "normalize.radical")], [Edit(3, 4, " ", "", "space.han")])
    (Edit(start=1, end=2, before='⻓', after='长', rule='normalize.radical', certainty='proven', why='', probability=None, alternatives=()), Edit(start=3, end=4, before=' ', after='', rule='space.han', certainty='proven', why='', probability=None, alternatives=()))
    >>> [edit[:5] for edit in compose([Edit(1, 3, "\\r\\n", "\\n", "a")], [Edit(1, 2, "\\n", "", "b")])]
    [(1, 3, '\\r\\n', '', 'a+b')]
    """
    if not second:
        return tuple(first)
    if not first:
        return tuple(second)
    starts, ends = _made(first)
    composed: list[Edit] = []
    at = index = 0
    while index < len(second):
        edit = second[index]
        stop = bisect_right(ends, edit.start, at)
        _extend(composed, first[at:stop])
        at = stop
        shift = _shift(first, starts, at)
        if at == len(first) or starts[at] >= edit.end:
            # Nearly always: no first edit wrote anything under it.
            _extend(composed, (_moved(edit, shift),))
            index += 1
            continue
        one, two, reach = at, index, max(ends[at], edit.end)
        at, index = at + 1, index + 1
        while True:
            if at < len(first) and starts[at] < reach:
                reach = max(reach, ends[at])
                at += 1
            elif index < len(second) and second[index].start < reach:
                reach = max(reach, second[index].end)
                index += 1
            else:
                break
        group = list(map(_Span, starts[one:at], ends[one:at], repeat(False), first[one:at]))
        group += [_Span(edit.start, edit.end, True, edit) for edit in second[two:index]]
        # Each list keeps its own order among equals: insertions and deletions at one place
        # do not swap.
        group.sort(key=itemgetter(0, 1))
        _extend(composed, _merged(group, shift))
    _extend(composed, first[at:])
    return tuple(composed)


def _made(first: Sequence[Edit]) -> tuple[list[int], list[int]]:
    """Where the text that each edit wrote begins and ends, in the text that they made."""
    lengths = [len(edit.after) for edit in first]
    removed = [edit.end - edit.start for edit in first]
    growth = accumulate(map(sub, lengths, removed), initial=0)
    starts = list(map(add, [edit.start for edit in first], growth))
    return starts, list(map(add, starts, lengths))


def _shift(first: Sequence[Edit], starts: Sequence[int], at: int) -> int:
    """How many characters more the first text has before the edit `at` than the text between."""
    if at < len(first):
        return first[at].start - starts[at]
    return first[-1].end - starts[-1] - len(first[-1].after)


def _moved(edit: Edit, shift: int) -> Edit:
    return Edit(edit.start + shift, edit.end + shift, *edit[2:]) if shift else edit


def _extend(composed: list[Edit], edits: Sequence[Edit]) -> None:
    if edits and composed:
        last, edit = composed[-1], edits[0]
        if last.start == last.end == edit.start == edit.end:
            # Two insertions at one place: their order lives on in one edit.
            composed[-1] = _joined([last, edit], edit.start, "", last.after + edit.after)
            edits = edits[1:]
    composed += edits


def _merged(group: Sequence[_Span], shift: int) -> tuple[Edit, ...]:
    """One edit on the first text for spans that touch; `shift` moves what stands before it.

    None where they undo each other.
    """
    low = group[0].start
    before = _pieces_before(group, low)
    after = _pieces_after(group, low)
    if before == after:
        return ()
    return (_joined([span.edit for span in group], low + shift, before, after),)


def _joined(edits: Sequence[Edit], start: int, before: str, after: str) -> Edit:
    doubtful = max(edits, key=lambda edit: _DOUBT[edit.certainty])
    return Edit(
        start,
        start + len(before),
        before,
        after,
        "+".join(dict.fromkeys(edit.rule for edit in edits)),
        doubtful.certainty,
        "; ".join(dict.fromkeys(edit.why for edit in edits if edit.why)),
        doubtful.probability,
        doubtful.alternatives,
    )


def _pieces_before(group: Sequence[_Span], low: int) -> str:
    """The first text under the group: what the first edits replaced, and what stood between.

    What stands between two first edits is known from the second edits that cover it.
    """
    pieces: list[str] = []
    at = low
    covering = iter([span for span in group if span.second])
    cover = next(covering, None)

    def between(stop: int) -> None:
        nonlocal at, cover
        while cover is not None and at < stop:
            if cover.end <= at:
                cover = next(covering, None)
                continue
            piece = cover.edit.before[at - cover.start : stop - cover.start]
            pieces.append(piece)
            at += len(piece)

    for span in group:
        if not span.second:
            between(span.start)
            pieces.append(span.edit.before)
            at = max(at, span.end)
    between(max(span.end for span in group))
    return "".join(pieces)


def _pieces_after(group: Sequence[_Span], low: int) -> str:
    """The last text over the group: what the second edits wrote, and what they left."""
    pieces: list[str] = []
    at = low
    left = iter([span for span in group if not span.second])
    one = next(left, None)

    def between(stop: int) -> None:
        nonlocal at, one
        while one is not None and at < stop:
            if one.end <= at:
                one = next(left, None)
                continue
            piece = one.edit.after[at - one.start : stop - one.start]
            pieces.append(piece)
            at += len(piece)

    for span in group:
        if span.second:
            between(span.start)
            pieces.append(span.edit.after)
            at = max(at, span.end)
    between(max(span.end for span in group))
    return "".join(pieces)
