"""The values: edits apply, come back, are traced; wrong ones are refused."""

from __future__ import annotations

import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Alternative, Document, Edit, Line, Mark, Page
from ingest.errors import EditError

TEXT = "社區(qū)工作,調(diào)研報告"


def gloss(start: int, end: int) -> Edit:
    return Edit(start, end, TEXT[start:end], "", "gloss.aligned")


@st.composite
def revisions(draw: st.DrawFn) -> tuple[str, list[list[Edit]]]:
    """A text and two rounds of edits, each round fitting what the one before it made."""
    text = first = draw(st.text(max_size=60))
    rounds = []
    for _ in range(2):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
        edits = []
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            after = draw(st.text(max_size=5))
            if after != text[start:end]:
                edits.append(Edit(start, end, text[start:end], after, "test.rule"))
        rounds.append(edits)
        text = Document.from_text(text).revise("round", edits).text
    return first, rounds


class TestRevise:
    def test_edits_apply_in_any_order(self) -> None:
        document = Document.from_text(TEXT).revise("repair", [gloss(10, 16), gloss(2, 6)])
        assert document.text == "社區工作,調研報告"
        assert [edit.start for edit in document.history[0].edits] == [2, 10]

    def test_the_original_is_untouched(self) -> None:
        document = Document.from_text(TEXT)
        document.revise("repair", [gloss(2, 6)])
        assert document.text == TEXT
        assert document.history == ()

    @pytest.mark.parametrize(
        ("edits", "message"),
        [
            ([gloss(2, 6), gloss(5, 8)], "overlaps"),
            ([Edit(3, 3, "", "a", "x"), Edit(3, 3, "", "b", "x")], "overlaps"),
            ([Edit(2, 4, "工作", "", "x")], "does not stand at 2-4"),
            ([Edit(2, 4, "(q", "(q", "x")], "changes nothing"),
            ([Edit(14, 99, "", "", "x")], "outside the text"),
            ([Edit(6, 2, "", "a", "x")], "outside the text"),
            ([Edit(-2, 2, "", "a", "x")], "overlaps"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, edits: list[Edit], message: str) -> None:
        with pytest.raises(EditError, match=message):
            Document.from_text(TEXT).revise("repair", edits)

    def test_a_mark_outside_the_text_is_refused(self) -> None:
        with pytest.raises(EditError, match="outside the text"):
            Document.from_text("ab").revise("repair", [], marks=[Mark(1, 3, "lost", "x")])

    def test_an_insertion_may_touch_a_replacement(self) -> None:
        edits = [Edit(0, 1, "a", "A", "x"), Edit(1, 1, "", "-", "x"), Edit(1, 2, "b", "B", "x")]
        document = Document.from_text("ab").revise("repair", edits)
        assert document.text == "A-B"
        assert document.undo().text == "ab"

    def test_metadata_is_joined_and_given_back(self) -> None:
        document = Document.from_text("a").revise("strip", [], metadata={"title": "T"})
        again = document.revise("normalize", [], metadata={"title": "T"})
        assert dict(again.metadata) == {"title": "T"}
        assert again.history[-1].metadata_before is None
        assert dict(again.undo().metadata) == {}

    def test_metadata_cannot_be_written(self) -> None:
        with pytest.raises(TypeError):
            Document.from_text("a").metadata["title"] = "T"  # type: ignore[index]
        with pytest.raises(dataclasses.FrozenInstanceError):
            Document.from_text("a").text = "b"  # type: ignore[misc]


class TestUndo:
    @given(revisions())
    def test_undo_restores_every_step(self, revision: tuple[str, list[list[Edit]]]) -> None:
        text, rounds = revision
        stages = [document := Document.from_text(text)]
        for edits in rounds:
            stages.append(document := document.revise("round", edits))
        assert document.undo() == stages[0]
        assert document.undo(1) == stages[1]
        assert document.undo(0) == document

    def test_more_steps_than_there_are(self) -> None:
        with pytest.raises(EditError, match="cannot undo 1 of 0"):
            Document.from_text("a").undo(1)

    def test_a_text_that_does_not_fit_its_history(self) -> None:
        document = Document.from_text("ab").revise("x", [Edit(0, 1, "a", "A", "x")])
        with pytest.raises(EditError, match="does not stand"):
            dataclasses.replace(document, text="zb").undo()


class TestTrace:
    @given(revisions())
    def test_an_unchanged_character_is_traced_to_itself(
        self, revision: tuple[str, list[list[Edit]]]
    ) -> None:
        text, (edits, _) = revision
        document = Document.from_text(text).revise("round", edits)
        touched = {at for edit in edits for at in range(edit.start, edit.end)}
        written = set()
        shift = 0
        for edit in edits:
            start = edit.start + shift
            written |= set(range(start, start + len(edit.after)))
            shift += len(edit.after) - len(edit.before)
        seen = [document.trace(at).offset for at in range(len(document.text)) if at not in written]
        assert seen == [at for at in range(len(text)) if at not in touched]

    def test_page_line_and_box(self) -> None:
        box = (10.0, 20.0, 30.0, 40.0)
        lines = (Line(0, 2, box), Line(3, 5, (10.0, 50.0, 30.0, 60.0)))
        pages = (Page(1, 0, 6, 100, 100, lines), Page(2, 6, 9, 100, 100))
        document = dataclasses.replace(Document.from_text("ab\ncd\nefg"), pages=pages)
        document = document.revise("strip", [Edit(0, 3, "ab\n", "", "x")])
        assert document.text == "cd\nefg"
        assert document.trace(0) == (3, 1, 1, lines[1].box)
        assert document.trace(4) == (7, 2, None, None)

    def test_before_the_first_page_and_line(self) -> None:
        page = Page(1, 1, 9, 0, 0, (Line(3, 5),))
        document = dataclasses.replace(Document.from_text("0123456789"), pages=(page,))
        assert document.trace(0) == (0, None, None, None)
        assert document.trace(2) == (2, 1, None, None)

    def test_equal_lengths_are_traced_character_by_character(self) -> None:
        document = Document.from_text("關于社區").revise(
            "normalize", [Edit(0, 4, "關于社區", "关于社区", "script.mirror")]
        )
        assert [document.trace(at).offset for at in range(5)] == [0, 1, 2, 3, 4]

    def test_outside(self) -> None:
        with pytest.raises(IndexError, match="offset 2"):
            Document.from_text("a").trace(2)


class TestLayout:
    def document(self) -> Document:
        lines = (Line(0, 4), Line(5, 9), Line(10, 14))
        pages = (Page(1, 0, 15, 100, 100, lines),)
        return dataclasses.replace(Document.from_text("head\nbody\nfoot\n"), pages=pages)

    def test_without_edits_it_is_what_extraction_saw(self) -> None:
        assert self.document().layout() == self.document().pages

    def test_deleted_lines_are_empty_and_others_move(self) -> None:
        document = self.document().revise(
            "strip", [Edit(0, 5, "head\n", "", "running.header"), Edit(10, 15, "foot\n", "", "x")]
        )
        (page,) = document.layout()
        assert [document.text[line.start : line.end] for line in page.lines] == ["", "body", ""]
        assert document.text[page.start : page.end] == "body\n"

    def test_joined_and_widened_lines(self) -> None:
        document = self.document().revise(
            "normalize",
            [Edit(4, 5, "\n", "", "paragraph.join"), Edit(10, 11, "f", "FF", "x")],
        )
        (page,) = document.layout()
        assert [document.text[line.start : line.end] for line in page.lines] == [
            "head",
            "body",
            "FFoot",
        ]

    def test_what_is_inserted_at_an_edge_belongs_to_no_line(self) -> None:
        document = self.document().revise(
            "strip", [Edit(5, 5, "", ">>", "x"), Edit(9, 9, "", "<<", "x")]
        )
        (page,) = document.layout()
        assert [document.text[line.start : line.end] for line in page.lines][1] == "body"

    @given(revisions())
    def test_spans_stay_inside_and_in_order(self, revision: tuple[str, list[list[Edit]]]) -> None:
        text, rounds = revision
        half = len(text) // 2
        pages = (
            Page(1, 0, half, 0, 0, (Line(0, half),)),
            Page(2, half, len(text), 0, 0, (Line(half, len(text)),)),
        )
        document = dataclasses.replace(Document.from_text(text), pages=pages)
        for edits in rounds:
            document = document.revise("round", edits)
        one, two = document.layout()
        assert 0 <= one.start <= one.end <= len(document.text)
        assert 0 <= two.start <= two.end <= len(document.text)
        assert one.start <= two.start
        assert one.end <= two.end


class TestAccount:
    def document(self) -> Document:
        inferred = Edit(
            0, 1, "?", "付", "gloss.half", "inferred", "", 0.99, (Alternative("府", 0.01),)
        )
        return (
            Document.from_text("?x")
            .revise("repair", [inferred], marks=[Mark(1, 2, "lost", "gloss.eaten", "a digit")])
            .revise("strip", [], metadata={"title": "T", "keywords": ("a", "b")})
            .revise("normalize", [], metadata={"title": "U"})
        )

    def test_json_form_comes_back_whole(self) -> None:
        lines = (Line(0, 1, (1.0, 2.0, 3.0, 4.0), 10.5, 90.0, False), Line(1, 2))
        document = dataclasses.replace(
            self.document(), pages=(Page(1, 0, 2, 595, 842, lines, "sparse"),)
        )
        form = json.loads(json.dumps(document.to_json()))
        assert Document.from_json(form) == document

    def test_it_can_be_pickled(self) -> None:
        assert pickle.loads(pickle.dumps(self.document())) == self.document()

    def test_damage_and_losses_are_counted(self) -> None:
        assert self.document().damaged
        assert self.document().losses == 1
        assert [stage for stage, _ in self.document().marks()] == ["repair"]

    def test_a_proposal_is_no_damage(self) -> None:
        document = Document.from_text("ab").revise(
            "strip", [], marks=[Mark(0, 1, "proposed", "notice.unknown")]
        )
        assert not document.damaged
        assert document.losses == 0
