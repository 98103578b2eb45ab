"""The whole job on real fixtures: text exactly as a reader should get it, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ingest
from ingest import Document, Settings, account
from ingest.errors import DocumentError
from ingest.pipeline import stages, through

FIXTURES = Path(__file__).parent.parent / "fixtures"
DOCUMENTS = sorted(
    path
    for pattern in ("pdf/*.pdf", "pages/*/*.txt", "pages/*/*.html", "encodings/*.txt")
    for path in FIXTURES.glob(pattern)
)


def read(path: Path) -> Document:
    try:
        return ingest.read(path)
    except DocumentError as error:
        pytest.skip(f"has no text: {error.reason}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
class TestEveryFixture:
    def test_undo_gives_back_what_was_extracted(self, path: Path) -> None:
        document = read(path)
        clean = ingest.clean(document)
        assert clean.undo(len(clean.history) - len(document.history)) == document
        assert [step.stage for step in clean.history] == ["extract", "repair", "strip", "normalize"]

    def test_the_account_survives_as_json(self, path: Path) -> None:
        clean = ingest.clean(read(path))
        assert Document.from_json(json.loads(json.dumps(clean.to_json()))) == clean
        assert sum(account.edits_per_rule(clean).values()) == len(list(clean.edits()))

    def test_every_character_can_be_traced(self, path: Path) -> None:
        document = read(path)
        clean = ingest.clean(document)
        written = {mark for step in clean.history for edit in step.edits for mark in edit.after}
        for offset in range(0, len(clean.text), 7):
            place = clean.trace(offset)
            character = clean.text[offset]
            assert character in written or document.text[place.offset] == character
            assert (place.page is not None) == bool(document.pages)


def test_the_first_words_of_a_page_are_traced_to_its_head() -> None:
    clean = ingest.clean(ingest.read(FIXTURES / "pdf" / "zh-page-of-total.pdf"))
    place = clean.trace(0)
    assert (place.page, place.line is not None) == (1, True)
    assert place.box is not None
    assert place.box[1] < 300


def test_stages_run_in_their_order_whatever_was_named() -> None:
    clean = ingest.clean(Document.from_text("a"), settings=Settings(stages=("normalize", "repair")))
    assert [step.stage for step in clean.history] == ["repair", "normalize"]
    assert len(stages(Settings(stages=()))) == 0


def test_a_stage_of_ones_own() -> None:
    def shout(document: Document) -> Document:
        edit = ingest.Edit(0, len(document.text), document.text, document.text.upper(), "own.shout")
        return document.revise("shout", [edit])

    chain = (*stages(Settings()), shout)
    loud = through(Document.from_text("quiet words"), chain)
    assert loud.text == "QUIET WORDS"
    assert loud.undo().text == "quiet words"


class TestSource:
    """The page that the project was conceived from, where it lies beside the checkout."""

    @pytest.fixture
    def clean(self, shared: Path) -> Document:
        return ingest.clean(ingest.read(shared / "source" / "download-page.txt"))

    def test_text(self, clean: Document, shared: Path) -> None:
        assert clean.text == (shared / "source" / "clean.txt").read_text("utf-8")

    def test_undo(self, clean: Document, shared: Path) -> None:
        received = (shared / "source" / "download-page.txt").read_bytes()
        assert clean.undo().text.encode(str(clean.metadata["encoding"])) == received

    def test_metadata(self, clean: Document) -> None:
        assert clean.metadata["title"] == "关于社区工作调研报告"
        assert clean.metadata["page_count"] == 4
        assert clean.metadata["site"] == "人人文库网"

    def test_account(self, clean: Document) -> None:
        rules = account.edits_per_rule(clean)
        assert rules["gloss.aligned"] == 188
        assert rules["mark.page-of-pages"] == 4
        (lost,) = [edit for _, edit in clean.edits() if edit.certainty == "lost"]
        assert lost.after == "\ufffd"
        assert lost.alternatives[0].text == "付"

    def test_with_inference(self, shared: Path) -> None:
        document = ingest.read(shared / "source" / "download-page.txt")
        clean = ingest.clean(document, settings=Settings(infer="always"))
        assert "每人每月拨付\ufffd00元" in clean.text
        (inferred,) = [edit for _, edit in clean.edits() if edit.certainty == "inferred"]
        assert inferred.probability is not None
        assert inferred.probability > 0.5
