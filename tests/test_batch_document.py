"""The real pipeline in its child: what goes in whole comes out whole, and what is bad is named."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hostile.attacks import ATTACKS

from ingest.batch import guarded_document, run
from ingest.batch.job import read_whole
from ingest.batch.versions import versions
from ingest.batch.warming import warm_pdf
from ingest.batch.writing import write_whole
from ingest.errors import (
    DocumentError,
    EmptyFileError,
    LimitError,
    MissingFileError,
    NotADocumentError,
    OutputError,
    TooLargeError,
)
from ingest.extract import read
from ingest.pipeline import clean
from ingest.settings import Settings

TEXT = "报告的第⼀部分，有⼯作⽇的安排。\nNothing else is wrong here.\n"


def test_a_guarded_document_is_the_same_as_one_read_here(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(TEXT, "utf-8")
    here = clean(read(path.read_bytes(), name=str(path)))
    assert guarded_document(path) == here
    assert guarded_document(TEXT.encode(), name=str(path)) == here
    assert here.text != TEXT
    assert guarded_document(path).undo().text == TEXT


def test_a_guarded_pdf_keeps_its_pages(fixtures):
    path = fixtures / "pdf/en-report.pdf"
    document = guarded_document(path)
    assert document == clean(read(path.read_bytes(), name=str(path)))
    assert document.pages


@pytest.mark.parametrize(
    ("content", "error"), [(b"", EmptyFileError), (bytes(range(256)) * 40, NotADocumentError)]
)
def test_a_guarded_document_raises_what_its_child_raised(content, error):
    with pytest.raises(error) as caught:
        guarded_document(content, name="n")
    assert "n: " not in str(caught.value)


def test_a_guarded_document_raises_what_cannot_be_opened(tmp_path):
    with pytest.raises(MissingFileError):
        guarded_document(tmp_path / "no")
    (tmp_path / "large").write_text("x" * 100)
    with pytest.raises(TooLargeError):
        guarded_document(tmp_path / "large", settings=Settings(max_size=99))


def test_a_guarded_document_is_stopped_at_its_limits():
    with pytest.raises(LimitError) as caught:
        guarded_document(b"word " * 2_000_000, settings=Settings(memory_limit=1 << 20))
    assert caught.value.reason == "memory"


def test_every_format_asked_for_is_written_and_counted(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page.txt").write_text(TEXT, "utf-8")
    settings = Settings(to=("txt", "md", "jsonl"), jobs=1)
    (outcome,) = run([tmp_path / "in"], tmp_path / "out", settings=settings)
    assert [path.name for path in outcome.outputs] == [
        "page.txt.txt",
        "page.txt.md",
        "page.txt.jsonl",
    ]
    expected = clean(read(TEXT.encode(), name="page.txt"))
    assert outcome.outputs[0].read_text("utf-8") == expected.text
    assert outcome.characters == len(expected.text)
    assert outcome.size == len(TEXT.encode())
    assert outcome.edits == Counter(edit.rule for _, edit in expected.edits())
    assert sum(outcome.edits.values()) == 3
    assert outcome.sha256 == expected.source.sha256
    assert outcome.media_type == "text/plain"
    assert outcome.versions == versions()
    assert outcome.memory > 1 << 20


def test_bad_input_of_every_kind_is_named_and_the_batch_goes_on(tmp_path, fixtures):
    folder = tmp_path / "in"
    (folder / "folder.pdf").mkdir(parents=True)
    whole = (fixtures / "pdf/en-report.pdf").read_bytes()
    (folder / "a-empty.pdf").touch()
    (folder / "b-half.pdf").write_bytes(whole[: len(whole) // 2])
    (folder / "c-page.pdf").write_text("<!doctype html><html><body><p>A page.</p></body></html>")
    (folder / "d-junk").write_bytes(bytes(range(256)) * 40)
    (folder / "e-good.pdf").write_bytes(whole)
    (folder / "folder.pdf/inner.txt").write_text("Inside.")
    outcomes = list(run([folder, tmp_path / "missing.pdf"], tmp_path / "out"))
    assert [outcome.reason for outcome in outcomes] == [
        "empty",
        "malformed",
        "",
        "not-a-document",
        "",
        "",
        "missing",
    ]
    assert outcomes[2].media_type == "text/html"
    assert all("Traceback" not in outcome.message for outcome in outcomes)
    lines = (tmp_path / "out/documents.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["reason"] for line in lines] == [o.reason for o in outcomes]


def test_pages_that_could_not_be_read_make_a_document_partial(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/announces-more.pdf").write_bytes(ATTACKS["page_loop"]())
    (outcome,) = run([tmp_path / "in"], tmp_path / "out")
    assert (outcome.status, outcome.reason) == ("partial", "unreadable-pages")
    assert outcome.outputs[0].exists()
    assert "1 unreadable" in outcome.message


def test_the_warm_page_is_a_page_with_a_word():
    assert "Warm" in read(warm_pdf(), name="warm").text


def test_a_file_that_grew_is_refused_in_the_child_too(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 11)
    with path.open("rb") as file, pytest.raises(TooLargeError):
        read_whole(file.fileno(), 10)
    with path.open("rb") as file:
        assert read_whole(file.fileno(), 11) == b"x" * 11


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_refuses_is_the_outputs_fault_not_the_documents():
    number = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OutputError, match="No space left") as caught:
            write_whole(number, b"text")
    finally:
        os.close(number)
    assert not isinstance(caught.value, DocumentError)
