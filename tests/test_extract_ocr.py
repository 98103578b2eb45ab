"""Pages read from their picture: only when asked for, and never without saying so."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from pdf_writer import PICTURE, make_pdf, rules, text

import ingest
from ingest.errors import (
    ConfigurationError,
    EncryptedError,
    MissingExtraError,
    NoTextLayerError,
)
from ingest.extract import ocr
from ingest.extract.ocr import Picture, Recognized
from ingest.settings import Settings

needs_ocr = pytest.mark.skipif(find_spec(ocr.PACKAGE) is None, reason="the extra ocr is absent")
SCAN = PICTURE.format(600, 800, 0, 0)
AUTO, ALWAYS = Settings(ocr="auto"), Settings(ocr="always")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """A recognizer that finds two lines, and the pictures that it was given."""
    seen: list[Picture] = []

    def recognize(picture: Picture) -> list[Recognized]:
        seen.append(picture)
        return [
            Recognized("Read from ink", (200.0, 400.0, 1000.0, 440.0), 0.9),
            Recognized("and paper", (200.0, 460.0, 700.0, 500.0), 0.5),
        ]

    monkeypatch.setattr(ocr, "require", lambda: None)
    monkeypatch.setattr(ocr, "recognize", recognize)
    return seen


def test_scans_stay_unread_unless_asked_for(reader) -> None:
    with pytest.raises(NoTextLayerError, match="--ocr auto"):
        ingest.read(make_pdf([SCAN]))
    assert reader == []


def test_only_pages_that_need_it_are_read_from_their_picture(reader) -> None:
    document = ingest.read(make_pdf([text("A text layer"), SCAN]), settings=AUTO)
    assert document.text == "A text layer\nRead from ink\nand paper\n"
    assert len(reader) == 1
    picture = reader[0]
    # 600 by 800 points at 200 dots an inch.
    assert (picture.width, picture.height) == (1667, 2222)
    assert len(picture.pixels) == picture.stride * picture.height
    first = document.pages[1].lines[0]
    assert first.box == pytest.approx((72, 144, 360, 158.4), abs=0.5)
    assert first.size == pytest.approx(14.4, abs=0.5)
    assert [page.quality for page in document.pages] == ["good", "good"]


def test_the_record_says_how_sure_it_is(reader) -> None:
    document = ingest.read(make_pdf([SCAN]), settings=AUTO)
    ((_, mark),) = document.marks()
    # 13 characters at 0.9, 9 at 0.5.
    assert (mark.kind, mark.rule) == ("uncertain", "extract.ocr")
    assert mark.why == "page 1: read from its picture, confidence 0.74"
    assert document.text[mark.start : mark.end] == document.text
    assert document.damaged


def test_always_goes_by_the_picture(reader) -> None:
    document = ingest.read(make_pdf([text("A text layer")]), settings=ALWAYS)
    assert document.text == "Read from ink\nand paper\n"
    assert rules(document) == ["extract.ocr"]


@pytest.mark.parametrize("found", [[], [Recognized("///", (0.0, 0.0, 9.0, 9.0), 0.3)]])
def test_a_picture_without_words_is_no_text(reader, monkeypatch, found) -> None:
    monkeypatch.setattr(ocr, "recognize", lambda picture: found)
    with pytest.raises(NoTextLayerError):
        ingest.read(make_pdf([SCAN]), settings=AUTO)
    kept = ingest.read(make_pdf([text("A text layer"), SCAN]), settings=ALWAYS)
    assert kept.text == "A text layer\n"
    assert rules(kept) == ["extract.no-text-layer"]


def test_a_missing_extra_is_named_before_any_page_is_read(monkeypatch) -> None:
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[ocr\]'") as raised:
        ingest.read(make_pdf([text("A text layer")]), settings=AUTO)
    assert raised.value.exit_code == 3
    assert ingest.read(make_pdf([text("A text layer")])).text == "A text layer\n"


def test_settings_know_three_ways() -> None:
    with pytest.raises(ConfigurationError, match="never, auto, always"):
        Settings(ocr="sometimes")  # type: ignore[arg-type]


@needs_ocr
@pytest.mark.slow
@pytest.mark.parametrize("name", ["zh-scan", "zh-mixed", "zh-no-unicode-map"])
def test_scans_of_known_text(fixtures: Path, name: str) -> None:
    document = ingest.read(fixtures / "pdf" / f"{name}.pdf", settings=AUTO)
    known = (fixtures / "pdf" / f"{name}.txt").read_text(encoding="utf-8")
    one, other = ("".join(words.split()) for words in (document.text, known))
    # Clean print: at most one character in a hundred is taken for another.
    assert sum(a != b for a, b in zip(one, other, strict=False)) <= len(other) / 100
    assert abs(len(one) - len(other)) <= len(other) / 100
    assert "extract.ocr" in rules(document)


def test_a_password_from_the_settings_opens_and_leaves_no_trace() -> None:
    locked = make_pdf([text("Locked")], passwords=(b"sesame-17", b"owner"))
    settings = Settings(password="sesame-17")
    document = ingest.clean(ingest.read(locked, settings=settings), settings=settings)
    assert document.text == "Locked\n"
    assert "sesame-17" not in json.dumps(document.to_json()) + repr(settings) + str(settings)
    with pytest.raises(EncryptedError) as raised:
        ingest.read(locked, settings=Settings(password="sesame-18"))
    assert "sesame" not in str(raised.value)
