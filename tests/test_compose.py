"""Composed edits do what both lists do, one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.compose import compose
from ingest.document import Alternative, Document, Edit


@st.composite
def edits_of(draw: st.DrawFn, text: str, rule: str) -> list[Edit]:
    edits: list[Edit] = []
    at = 0
    inserted = -1
    while at <= len(text) and draw(st.integers(0, 3)):
        start = draw(st.integers(at, len(text)))
        end = draw(st.integers(start, min(len(text), start + 3)))
        after = draw(st.text("xyz", max_size=2))
        if text[start:end] == after or start == end == inserted:
            break
        edits.append(Edit(start, end, text[start:end], after, rule))
        inserted = start if start == end else -1
        at = end
    return edits


def applied(text: str, edits: Sequence[Edit]) -> str:
    return Document.from_text(text).revise("test", edits).text


@settings(max_examples=1500)
@given(st.data())
def test_composed_edits_do_what_both_do(data: st.DataObject) -> None:
    text = data.draw(st.text("abc", max_size=8))
    first = data.draw(edits_of(text, "first"))
    between = applied(text, first)
    second = data.draw(edits_of(between, "second"))
    composed = compose(first, second)
    document = Document.from_text(text).revise("test", composed)
    assert document.text == applied(between, second)
    assert document.undo().text == text


def test_apart_they_stay_as_they_are() -> None:
    first = [Edit(0, 1, "a", "bb", "one"), Edit(5, 6, "f", "", "two")]
    second = [Edit(3, 4, "c", "x", "three")]
    assert compose(first, second) == (first[0], Edit(2, 3, "c", "x", "three"), first[1])


def test_nothing_composed_with_something_is_that() -> None:
    edits = (Edit(0, 1, "a", "b", "one"),)
    assert compose((), edits) == edits
    assert compose(edits, ()) == edits
    assert compose((), ()) == ()


def test_edits_that_undo_each_other_vanish() -> None:
    assert compose([Edit(1, 2, "a", "b", "one")], [Edit(1, 2, "b", "a", "two")]) == ()


def test_a_merged_edit_names_both_rules_and_the_lesser_certainty() -> None:
    lost = Edit(0, 1, "?", "\ufffd", "lost", "lost", "gone", 0.4, (Alternative("付", 0.4),))
    merged = compose([lost], [Edit(0, 2, "\ufffd ", "\ufffd", "space", "sure", "layout")])
    assert merged == (
        Edit(0, 2, "? ", "\ufffd", "lost+space", "lost", "gone; layout", 0.4, lost.alternatives),
    )


def test_one_edit_over_several() -> None:
    first = [Edit(1, 2, "b", "B", "up"), Edit(3, 4, "d", "", "out")]
    assert compose(first, [Edit(0, 4, "aBce", "-", "all")]) == (
        Edit(0, 5, "abcde", "-", "all+up+out"),
    )


def test_time_is_linear() -> None:
    count = 100_000
    first = [Edit(2 * at, 2 * at + 1, "a", "bb", "one") for at in range(count)]
    second = [Edit(3 * at + 1, 3 * at + 3, "bc", "d", "two") for at in range(count)]
    start = time.process_time()
    composed = compose(first, second)
    assert len(composed) == count
    assert time.process_time() - start < 5
    start = time.process_time()
    over_all = compose(first, [Edit(0, 3 * count, "bbc" * count, "d", "two")])
    assert len(over_all) == 1
    assert time.process_time() - start < 5
