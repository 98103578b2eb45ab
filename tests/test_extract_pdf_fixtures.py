"""PDF extraction on files that real programs made, whose text is known exactly."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.document import Document, Source
from ingest.errors import EncryptedError, IngestError, MalformedError, ZeroPagesError
from ingest.extract.pdf import read_pdf

FOLDER = Path(__file__).parent.parent / "fixtures" / "pdf"
KNOWN = sorted(FOLDER.glob("*.json"))
RADICALS = str.maketrans(
    "\u2edb\u2ec4\u2ecb\u2ed4\u2ef0\u2edc\u2ee2\u2ec5\u2ea0\u2ed3", "风西车门龙飞马见民长"
)
REASONS: dict[str, type[IngestError]] = {
    "encrypted-password.pdf": EncryptedError,
    "page-tree-loop.pdf": ZeroPagesError,
    "zero-pages.pdf": ZeroPagesError,
}
EXPECTED = json.loads((FOLDER / "bad" / "expected.json").read_text(encoding="utf-8"))


@cache
def truth(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def document(path: Path) -> Document:
    content = path.with_suffix(".pdf").read_bytes()
    return read_pdf(content, Source(path.stem, "0" * 64, "application/pdf"))


def readable(path: Path) -> bool:
    return truth(path)["text_layer"] != "none"


def folded(text: str) -> str:
    """Without blanks and hyphens, radicals and compatibility characters as ordinary ones.

    Line ends, the blanks that typesetting adds, and word division are resolved later, as are
    the radicals that have no compatibility mapping, and bullets of private use.
    """
    plain = unicodedata.normalize("NFKC", text).translate(RADICALS)
    return re.sub("[\\s\u00ad\u2010\ue000-\uf8ff●•▪-]+", "", plain)


@pytest.mark.parametrize("path", [p for p in KNOWN if readable(p)], ids=lambda path: path.stem)
def test_no_fragment_of_the_body_is_lost(path: Path) -> None:
    found = document(path)
    assert len(found.pages) == truth(path)["page_count"]
    for page, read in zip(truth(path)["pages"], found.pages, strict=True):
        if read.quality == "none":
            continue
        lines = [line for line in read.lines if line.visible and not line.angle]
        text = folded("".join(found.text[line.start : line.end] for line in lines))
        at = 0
        for fragment in page["fragments"]:
            if fragment["kind"] == "row":
                continue
            known = folded(fragment["text"])
            assert known in text, fragment["text"]
            # Each stands behind the one before it: the order is the reader's.
            assert (at := text.find(known, at) + 1), fragment["text"]


@pytest.mark.parametrize(
    "path", [p for p in KNOWN if readable(p) and truth(p)["watermarks"]], ids=lambda path: path.stem
)
def test_watermarks_are_lines_at_an_angle(path: Path) -> None:
    found = document(path)
    for mark in truth(path)["watermarks"]:
        for number in mark["pages"]:
            slanted = [
                found.text[line.start : line.end]
                for line in found.pages[number - 1].lines
                if line.angle
            ]
            assert folded("".join(slanted)) == folded(mark["text"]) * mark["times"]


@pytest.mark.parametrize("path", [p for p in KNOWN if readable(p)], ids=lambda path: path.stem)
def test_hidden_text_is_what_is_hidden_and_nothing_else(path: Path) -> None:
    found = document(path)
    for page in found.pages:
        known = sorted(
            hidden["text"] for hidden in truth(path)["hidden"] if page.number in hidden["pages"]
        )
        unseen = [found.text[line.start : line.end] for line in page.lines if not line.visible]
        assert sorted(unseen) == known


@pytest.mark.parametrize("path", [p for p in KNOWN if readable(p)], ids=lambda path: path.stem)
def test_lines_lie_on_the_page_and_fill_its_text(path: Path) -> None:
    found = document(path)
    at = 0
    for page in found.pages:
        assert page.start == at
        for line in page.lines:
            assert line.start == at
            assert found.text[line.start : line.end].strip() == found.text[line.start : line.end]
            assert found.text[line.end] == "\n"
            at = line.end + 1
            assert line.box is not None
            x0, top, x1, bottom = line.box
            assert -1 <= x0 < x1 <= page.width + 1
            assert -1 <= top < bottom <= page.height + 1
            assert line.size > 0
        assert page.end == at
    assert at == len(found.text)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_files_give_a_result_or_a_named_reason(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = EXPECTED[name]
    content = (FOLDER / "bad" / name).read_bytes()
    source = Source(name, "0" * 64, "application/pdf")
    if expected["pdfium"] == "opens":
        found = read_pdf(content, source)
        assert len(found.pages) == expected["pages"]
        assert expected["text_contains"] in " ".join(found.text.split())
    else:
        with pytest.raises(REASONS.get(name, MalformedError), match=f"^{re.escape(name)}: "):
            read_pdf(content, source)
    if "password" in expected:
        assert read_pdf(content, source, password=expected["password"]).text.strip()
    assert capfd.readouterr() == ("", "")
