"""PDFs that cannot be read, or not whole: a named reason, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_writer import PICTURE, SOURCE, make_pdf, rules, text

from ingest.errors import (
    EncryptedError,
    IngestError,
    MalformedError,
    NoTextLayerError,
    ZeroPagesError,
)
from ingest.extract.pdf import read_pdf


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (make_pdf([]), ZeroPagesError, "no pages"),
        (make_pdf([PICTURE.format(600, 800, 0, 0)] * 2), NoTextLayerError, "none of the 2 pages"),
        (make_pdf([""]), NoTextLayerError, "no text layer"),
        (make_pdf([text("Locked")], passwords=(b"user", b"owner")), EncryptedError, "--password"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 8, MalformedError, "cut off"),
        (b"%PDF-1.7\nnothing of use\n%%EOF", MalformedError, "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(
    content: bytes, error: type[IngestError], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(error, match=words):
        read_pdf(content, SOURCE)
    assert capfd.readouterr() == ("", "")


def test_passwords() -> None:
    open_to_all = make_pdf([text("Locked")], passwords=(b"", b"owner"))
    assert read_pdf(open_to_all, SOURCE).text == "Locked\n"
    locked = make_pdf([text("Locked")], passwords=(b"user", b"owner"))
    assert read_pdf(locked, SOURCE, password="user").text == "Locked\n"
    assert read_pdf(locked, SOURCE, password="owner").text == "Locked\n"
    with pytest.raises(EncryptedError, match="does not open"):
        read_pdf(locked, SOURCE, password="guess")


def test_a_file_without_its_end_is_read_as_far_as_it_goes() -> None:
    whole = make_pdf([text(f"Page {number}") for number in range(40)])
    document = read_pdf(whole[: whole.rindex(b"xref")] + b"0" * 5000, SOURCE)
    assert document.text.startswith("Page 0\n")
    assert "extract.cut-off" in rules(document)


def test_a_lost_trailer_is_made_anew() -> None:
    whole = make_pdf([text("Still there")], info="/Title (Kept)")
    document = read_pdf(whole[: whole.rindex(b"/Root")], SOURCE)
    assert document.text == "Still there\n"
    assert rules(document) == ["extract.cut-off"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), min_size=1, max_size=40))
def test_no_damage_escapes_the_error_tree(damage: list[tuple[int, int]]) -> None:
    content = bytearray(make_pdf([text("One"), text("Two")], info="/Title (Kept)"))
    for at, byte in damage:
        content[at % len(content)] = byte
    try:
        document = read_pdf(bytes(content), SOURCE)
    except IngestError:
        return
    document.text.encode("utf-8")
    assert document.text.strip()
    assert "\x00" not in document.text


@pytest.mark.parametrize("length", range(0, 1400, 53))
def test_no_prefix_of_a_file_escapes_the_error_tree(
    length: int, capfd: pytest.CaptureFixture[str]
) -> None:
    content = make_pdf([text("One"), text("Two")])[:length]
    try:
        document = read_pdf(content, SOURCE)
    except IngestError:
        pass
    else:
        assert document.text.strip()
    assert capfd.readouterr() == ("", "")


def test_the_corpus_gives_a_result_or_a_named_reason(shared: Path) -> None:
    folder = shared / "corpora" / "pdf"
    if not folder.is_dir():
        pytest.skip("no PDF corpus beside this checkout")
    unread = {}
    for path in sorted(folder.glob("*.pdf")):
        if path.stat().st_size > 1_000_000:
            continue
        try:
            document = read_pdf(path.read_bytes(), SOURCE)
        except IngestError as error:
            unread[path.name] = type(error)
            continue
        document.text.encode("utf-8")
        assert "\x00" not in document.text
        assert "(cid:" not in document.text
        at = 0
        for page in document.pages:
            assert page.start == at
            for line in page.lines:
                assert line.start == at
                assert document.text[line.end] == "\n"
                at = line.end + 1
            assert page.end == at
        assert at == len(document.text)
    assert unread == {"scanned.pdf": NoTextLayerError}
