"""The PDF fixtures are what their truth files say. Needs pypdfium2 only."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "pdf"
NAMES = sorted(path.stem for path in FOLDER.glob("*.pdf"))
BAD: dict[str, dict[str, Any]] = json.loads((FOLDER / "bad" / "expected.json").read_text("utf-8"))

# What NFKC leaves: five radicals of simplified characters, three private-use bullets, and the
# non-character that stands for a word division.
LEFT_BY_NFKC = str.maketrans("⻛⻓⻋⻔⻰\uf06c\uf0a7\uf0b7\ufffe\x02", "风长车门龙●▪•--")


def squeeze(text: str) -> str:
    """Compatibility forms resolved, white space gone."""
    resolved = unicodedata.normalize("NFKC", text.translate(LEFT_BY_NFKC))
    return "".join(char for char in resolved if not char.isspace())


@cache
def truth(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def bare_pages(path: Path) -> tuple[str, ...]:
    """The squeezed bare text of every page."""
    document = pdfium.PdfDocument(path)
    try:
        return tuple(
            squeeze(page.get_textpage().get_text_bounded(errors="strict")) for page in document
        )
    finally:
        document.close()


def is_subsequence(wanted: str, text: str) -> bool:
    """Whether `wanted` stands in `text` in order, with anything between."""
    rest = iter(text)
    return all(char in rest for char in wanted)


def page_text(page: dict[str, Any]) -> str:
    return "".join(squeeze(fragment["text"]) for fragment in page["fragments"])


def test_the_set_is_complete() -> None:
    assert len(NAMES) >= 14
    programs = {truth(name)["made_by"]["program"].split(" + ")[0] for name in NAMES}
    assert len(programs) >= 4
    assert {truth(name)["language"] for name in NAMES} == {"zh-Hans", "zh-Hant", "en"}


def test_the_readme_lists_every_file() -> None:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").split("\n")
    for name in NAMES:
        told = truth(name)
        (row,) = (line for line in lines if line.startswith(f"| `{name}.pdf` |"))
        versions = told["made_by"]["version"].split(" + ")
        assert all(version in row for version in versions)
        assert row.endswith(f"| {told['page_count']} | {told['purpose']} |")
    for name in BAD:
        assert any(line.startswith(f"| `bad/{name}` |") for line in lines)


def test_the_set_is_small() -> None:
    # A clone carries every version of every file: the whole set stays below 3 MB.
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000


@pytest.mark.parametrize("name", NAMES)
def test_truth_agrees_with_itself(name: str) -> None:
    told = truth(name)
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    lines = text.split("\n")

    assert "".join(map(page_text, told["pages"])) == squeeze(text)
    assert [page["number"] for page in told["pages"]] == [*range(1, told["page_count"] + 1)]
    for heading in told["headings"]:
        assert heading in lines
    for rows in told["tables"]:
        for cells in rows:
            assert "\t".join(cells) in lines
    running = {(line["text"], page) for line in told["running"] for page in line["pages"]}
    assert running == {
        (line["text"], page["number"]) for page in told["pages"] for line in page["running"]
    }
    for trap in told.get("traps", []):
        for number in trap["pages"]:
            found = (fragment["text"] for fragment in told["pages"][number - 1]["fragments"])
            assert any(trap["text"] in fragment for fragment in found)


@pytest.mark.parametrize("name", NAMES)
def test_page_count(name: str) -> None:
    assert len(bare_pages(FOLDER / f"{name}.pdf")) == truth(name)["page_count"]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_holds_its_text(name: str) -> None:
    """In order, and nothing lacks; doubled, hidden and running text may stand between."""
    told = truth(name)
    if told["text_layer"] == "none":
        pytest.skip("no text layer that could be read: a scan, or a font without a Unicode map")
    for page, bare in zip(told["pages"], bare_pages(FOLDER / f"{name}.pdf"), strict=True):
        if page["number"] in told.get("scanned_pages", []):
            assert bare == ""
        else:
            assert is_subsequence(page_text(page), bare), page["number"]


@pytest.mark.parametrize("name", NAMES)
def test_what_must_go_is_there(name: str) -> None:
    """A running line, watermark or hidden text that is not in the PDF would prove nothing."""
    told = truth(name)
    pages = bare_pages(FOLDER / f"{name}.pdf")
    for line in (*told["running"], *told["watermarks"], *told["hidden"]):
        for number in line["pages"]:
            assert squeeze(line["text"]) in pages[number - 1]


def test_overprinted_headings_stand_twice() -> None:
    bare = "".join(bare_pages(FOLDER / "zh-overprint.pdf"))
    for heading in truth("zh-overprint")["headings"]:
        assert bare.count(squeeze(heading)) == 2, heading


def test_radicals_and_private_bullets_are_in_the_text_layer() -> None:
    document = pdfium.PdfDocument(FOLDER / "zh-radicals.pdf")
    text = "".join(page.get_textpage().get_text_bounded(errors="strict") for page in document)
    document.close()
    for first, last in (("\u2e80", "\u2eff"), ("\u2f00", "\u2fdf"), ("\uf900", "\ufaff")):
        assert any(first <= char <= last for char in text)
    assert {"\uf06c", "\uf0a7", "\uf0b7"} <= set(text)


def test_hidden_text_of_the_searchable_scan_is_its_text() -> None:
    told = truth("zh-searchable-scan")
    assert told["hidden"] == []
    assert bare_pages(FOLDER / "zh-searchable-scan.pdf") == (page_text(told["pages"][0]),)


def test_scan_has_no_text_layer() -> None:
    assert bare_pages(FOLDER / "zh-scan.pdf") == ("",)


def test_text_without_a_unicode_map_is_noise() -> None:
    bare = "".join(bare_pages(FOLDER / "zh-no-unicode-map.pdf"))
    assert len(bare) > 100
    assert not any("\u4e00" <= char <= "\u9fff" for char in bare)


def test_encrypted_with_an_empty_password_opens() -> None:
    assert b"/Encrypt" in (FOLDER / "en-encrypted-empty.pdf").read_bytes()
    assert all(bare_pages(FOLDER / "en-encrypted-empty.pdf"))


def test_misnamed_file_is_a_pdf() -> None:
    path = FOLDER / "misnamed" / "minutes.txt"
    expected = (FOLDER / "misnamed" / "minutes.truth.txt").read_text(encoding="utf-8")
    assert path.read_bytes().startswith(b"%PDF-")
    assert "".join(bare_pages(path)) == squeeze(expected)


def test_every_bad_file_is_listed() -> None:
    assert sorted(BAD) == sorted(path.name for path in (FOLDER / "bad").glob("*.pdf"))


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_file_fails_as_stated(name: str) -> None:
    expected, path = BAD[name], FOLDER / "bad" / name
    if expected["pdfium"] == "format":
        with pytest.raises(pdfium.PdfiumError, match="format"):
            pdfium.PdfDocument(path)
    elif expected["pdfium"] == "password":
        with pytest.raises(pdfium.PdfiumError, match="password"):
            pdfium.PdfDocument(path)
        assert len(pdfium.PdfDocument(path, password=expected["password"])) == 1
    elif expected["pdfium"] == "no page loads":
        document = pdfium.PdfDocument(path)
        assert len(document) == expected["pages"]
        for number in range(len(document)):
            with pytest.raises(pdfium.PdfiumError, match="page"):
                document[number]
    else:
        assert expected["pdfium"] == "opens"
        pages = bare_pages(path)
        assert len(pages) == expected["pages"]
        assert squeeze(expected["text_contains"]) in "".join(pages)
