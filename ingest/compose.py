"""Two lists of edits, one made after the other, as one list on the first text.

The passes of a stage build on each other, yet a stage makes one step. What is composed
here is exact: applying the first list and then the second gives the same text as
applying the composed one.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    composed: list[Edit] = []
    shift = 0  # characters that the first text is longer by, up to the present place
    group: list[_Span] = []
    group_end = -1
    group_shift = 0
    for span in _in_text_order(first, second):
        if group and span.start >= group_end:
            _add(composed, _merged(group, group_shift))
            group = []
        if not group:
            group_shift, group_end = shift, span.end
        group.append(span)
        group_end = max(group_end, span.end)
        if not span.second:
            shift += (span.edit.end - span.edit.start) - len(span.edit.after)
    _add(composed, _merged(group, group_shift))
    return tuple(composed)


def _add(composed: list[Edit], edit: Edit | None) -> None:
    if edit is None:
        return
    if composed and edit.start == edit.end:
        last = composed[-1]
        if last.start == last.end == edit.start:
            # Two insertions at one place: their order lives on in one edit.
            composed[-1] = _joined([last, edit], edit.start, "", last.after + edit.after)
            return
    composed.append(edit)


def _in_text_order(first: Sequence[Edit], second: Sequence[Edit]) -> list[_Span]:
    """Both lists by their place in the text between them; linear, for each is ordered."""
    spans: list[_Span] = []
    moved = 0
    for edit in first:
        start = edit.start + moved
        spans.append(_Span(start, start + len(edit.after), False, edit))
        moved += len(edit.after) - (edit.end - edit.start)
    spans.extend(_Span(edit.start, edit.end, True, edit) for edit in second)
    # Two ordered runs: the sort finds and merges them in linear time. Each list keeps
    # its own order among equals, so insertions and deletions at one place do not swap.
    spans.sort(key=lambda span: (span.start, span.end))
    return spans


def _merged(group: Sequence[_Span], shift: int) -> Edit | None:
    """One edit on the first text for spans that touch; `shift` moves what stands before it."""
    if len(group) == 1:
        span = group[0]
        if not span.second or not shift:
            return span.edit
        return span.edit._replace(start=span.start + shift, end=span.end + shift)
    low = group[0].start
    before = _pieces_before(group, low)
    after = _pieces_after(group, low)
    if before == after:
        return None
    return _joined([span.edit for span in group], low + shift, before, after)


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
