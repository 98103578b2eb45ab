"""Pages read from their picture: only when asked for, and never without saying so."""

from __future__ import annotations

import json
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pypdfium2
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


def test_lines_that_say_nothing_are_left_out_and_counted(reader, monkeypatch) -> None:
    blurred = Recognized("l//l", (200.0, 520.0, 700.0, 560.0), 0.4)
    before = ocr.recognize
    monkeypatch.setattr(ocr, "recognize", lambda picture: [*before(picture), blurred])
    document = ingest.read(make_pdf([SCAN]), settings=AUTO)
    assert document.text == "Read from ink\nand paper\n"
    ((_, mark),) = document.marks()
    assert mark.why.endswith("confidence 0.74; 1 of 3 lines could not be read")


@pytest.mark.parametrize(("confidence", "text"), [(0.97, "straight"), (0.2, "turned")])
def test_a_page_is_turned_where_hardly_a_line_can_be_read(
    monkeypatch, confidence: float, text: str
) -> None:
    pytest.importorskip("numpy")
    corners = [[10, 10], [90, 10], [90, 20], [10, 20]]

    def engine(image, *, use_cls: bool, text_score: float) -> object:
        is_turned = bool(image[0, 0, 0] == 0)
        return [[corners, *(("turned", 0.9) if is_turned else ("straight", confidence))]], 0.0

    monkeypatch.setattr(ocr, "_engine", lambda: engine)
    # White above, black below.
    pixels = b"\xff" * 4500 + bytes(4500)
    (line,) = ocr.recognize(Picture(pixels, 100, 30, 300))
    assert line == Recognized(text, (10, 10, 90, 20), 0.9 if text == "turned" else confidence)


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


@needs_ocr
@pytest.mark.slow
@pytest.mark.parametrize("is_upside_down", [False, True])
def test_latin_print(fixtures: Path, is_upside_down: bool) -> None:
    with pypdfium2.PdfDocument(fixtures / "pdf" / "en-report.pdf") as printed:
        drawn = printed[0].render(scale=150 / 72, rotation=180 if is_upside_down else 0)
        known = "".join(printed[0].get_textpage().get_text_bounded().split())
    assert drawn.mode == "BGR"
    picture = Picture(bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride)
    found = "".join(line.text for line in ocr.recognize(picture)).replace(" ", "")
    # Upside down the end comes first; blanks are what the models see least.
    missing = Counter(known) - Counter(found)
    assert missing.total() <= len(known) / 50
    assert abs(len(found) - len(known)) <= len(known) / 50


def test_a_password_from_the_settings_opens_and_leaves_no_trace() -> None:
    locked = make_pdf([text("Locked")], passwords=(b"sesame-17", b"owner"))
    settings = Settings(password="sesame-17")
    document = ingest.clean(ingest.read(locked, settings=settings), settings=settings)
    assert document.text == "Locked\n"
    assert "sesame-17" not in json.dumps(document.to_json()) + repr(settings) + str(settings)
    with pytest.raises(EncryptedError) as raised:
        ingest.read(locked, settings=Settings(password="sesame-18"))
    assert "sesame" not in str(raised.value)
