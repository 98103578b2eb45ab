"""PDF extraction on pages written here by hand, so that every object on them is known."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Document, Line, Source
from ingest.errors import (
    EncryptedError,
    IngestError,
    MalformedError,
    NoTextLayerError,
    ZeroPagesError,
)
from ingest.extract.pdf import read_pdf

SOURCE = Source("made.pdf", "0" * 64, "application/pdf")
PICTURE = "q {} 0 0 {} {} {} cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"


def text(line: str, x: float = 72, y: float = 700, size: float = 12) -> str:
    return f"BT /F {size} Tf {x} {y} Td ({line}) Tj ET\n"


def make_pdf(
    contents: Sequence[str],
    *,
    page: str = "/MediaBox [0 0 600 800]",
    unicode: Mapping[str, str] | None = None,
    font: str = "",
    info: str = "",
    passwords: tuple[bytes, bytes] | None = None,
) -> bytes:
    """Write a PDF of one font. `unicode` says what its letters mean, `passwords` locks it."""
    mapping = "\n".join(
        f"<{ord(code):02x}> <{value.encode('utf-16-be', 'surrogatepass').hex()}>"
        for code, value in (unicode or {}).items()
    )
    cmap = (
        "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(unicode or {})} beginbfchar\n{mapping}\nendbfchar endcmap"
    )
    kids = " ".join(f"{6 + 2 * index} 0 R" for index in range(len(contents)))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {} {} >>".format(
            "/ToUnicode 4 0 R" if unicode else "", font
        ).encode(),
        _stream(cmap.encode()),
    ]
    key = _encryption_key(passwords) if passwords else b""
    for index, content in enumerate(contents):
        number = 5 + 2 * index
        body = content.encode("latin-1")
        if key:
            salted = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()
            body = _rc4(salted[:10], body)
        resources = "/Resources << /Font << /F 3 0 R >> /ExtGState << /T << /ca 0.01 >> >> >>"
        objects += [
            _stream(body),
            f"<< /Type /Page /Parent 2 0 R {page} /Contents {number} 0 R {resources} >>".encode(),
        ]
    objects.append(f"<< {info} >>".encode("latin-1"))
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    locked = _encryption(passwords) if passwords else ""
    trailer = (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {locked} >>"
    )
    return bytes(out) + f"{trailer}\nstartxref\n{start}\n%%EOF\n".encode()


def _stream(body: bytes) -> bytes:
    return b"<< /Length %d >> stream\n%s\nendstream" % (len(body), body)


# The standard security handler, revision 2 (PDF 32000-1, 7.6.3): 40-bit RC4.
_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_FILE_ID = b"0123456789abcdef"


def _rc4(key: bytes, content: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _owner_entry(passwords: tuple[bytes, bytes]) -> bytes:
    user, owner = passwords
    return _rc4(hashlib.md5((owner + _PAD)[:32]).digest()[:5], (user + _PAD)[:32])


def _encryption_key(passwords: tuple[bytes, bytes]) -> bytes:
    salt = (passwords[0] + _PAD)[:32] + _owner_entry(passwords) + struct.pack("<i", -4) + _FILE_ID
    return hashlib.md5(salt).digest()[:5]


def _encryption(passwords: tuple[bytes, bytes]) -> str:
    user = _rc4(_encryption_key(passwords), _PAD).hex()
    owner = _owner_entry(passwords).hex()
    return (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner}> /U <{user}> /P -4 >> "
        f"/ID [<{_FILE_ID.hex()}> <{_FILE_ID.hex()}>]"
    )


def read(*contents: str, **options: object) -> Document:
    return read_pdf(make_pdf(contents, **options), SOURCE)  # type: ignore[arg-type]


def lines(document: Document) -> list[tuple[str, Line]]:
    return [
        (document.text[line.start : line.end], line)
        for page in document.pages
        for line in page.lines
    ]


def rules(document: Document) -> list[str]:
    return [mark.rule for _, mark in document.marks()]


def test_lines_stand_one_per_line_with_their_boxes() -> None:
    document = read(text("First line") + text("Second line", y=686), text("Next page"))
    assert document.text == "First line\nSecond line\nNext page\n"
    assert [(page.number, page.start, page.end) for page in document.pages] == [
        (1, 0, 23),
        (2, 23, 33),
    ]
    assert [(page.width, page.height) for page in document.pages] == [(600, 800)] * 2
    first, second, _ = (line for _, line in lines(document))
    assert first.box is not None
    assert second.box is not None
    assert first.box[0] == pytest.approx(72)
    # The baseline lies 700 points above the lower edge.
    assert first.box[1] < 100 < first.box[3] < second.box[3]
    assert second.box[1] - first.box[1] == pytest.approx(14, abs=0.01)
    assert first.size == pytest.approx(12)
    assert first.angle == 0
    assert document.metadata["page_count"] == 2
    assert [step.stage for step in document.history] == ["extract"]
    assert not document.damaged


def test_size_is_as_shown_where_the_page_scales_its_text() -> None:
    ((_, line),) = lines(read("q 0.5 0 0 0.5 0 0 cm\n" + text("Scaled", 144, 1400, 24) + "Q"))
    assert line.size == pytest.approx(12)
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [(90, "0 1 -1 0 150 100"), (180, "-1 0 0 -1 500 100"), (270, "0 -1 1 0 450 700")],
)
def test_upright_text_on_a_rotated_page(turn: int, matrix: str) -> None:
    content = f"BT /F 12 Tf {matrix} Tm (Turned upright) Tj ET"
    document = read(content, page=f"/MediaBox [0 0 600 800] /Rotate {turn}")
    ((found, line),) = lines(document)
    page = document.pages[0]
    assert found == "Turned upright"
    assert (page.width, page.height) == ((600, 800) if turn == 180 else (800, 600))
    assert line.angle == 0
    assert line.size == pytest.approx(12)
    assert line.box is not None
    x0, top, x1, bottom = line.box
    assert x0 == pytest.approx(100, abs=2)
    assert 70 < x1 - x0 < 90
    assert 5 < bottom - top < 20
    # The baseline lies 150 points (100 for the half turn) below the upper edge as shown.
    assert top < (100 if turn == 180 else 150) < bottom + 1
    # Ascenders and descenders are there, whether or not the letters have any.
    assert bottom - top == pytest.approx(14, abs=1.5)


def test_a_page_box_that_does_not_begin_at_zero() -> None:
    ((_, line),) = lines(read(text("Shifted", 172, 750), page="/MediaBox [100 50 700 850]"))
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)
    assert line.box[1] < 100 < line.box[3]


def test_rotated_text_says_so() -> None:
    slanted = "BT /F 40 Tf 0.7071 0.7071 -0.7071 0.7071 150 300 Tm (DRAFT) Tj ET\n"
    document = read(text("Body") + slanted)
    assert [(found, round(line.angle)) for found, line in lines(document)] == [
        ("Body", 0),
        ("DRAFT", 45),
    ]
    box = lines(document)[1][1].box
    assert box is not None
    assert box[2] - box[0] == pytest.approx(box[3] - box[1], rel=0.1)


def test_a_hyphen_at_a_line_end_stays_and_the_line_ends() -> None:
    document = read(
        text("A word is inter-") + text("rupted here - and", y=686) + text("goes on", y=672)
    )
    assert document.text == "A word is inter-\nrupted here - and\ngoes on\n"
    tops = [line.box[1] for _, line in lines(document) if line.box]
    assert tops == sorted(set(tops))


def test_characters_beyond_the_first_plane_and_broken_ones() -> None:
    unicode = {
        "A": "\U00020bb7",
        "B": "\U0001f600",
        "C": "\ud842",
        "D": "\x00",
        "E": "ffi",
        "F": "e",
    }
    document = read(text("AFBF") + text("FCFDFE", y=686), unicode=unicode)
    assert document.text.splitlines()[0] == "\U00020bb7e\U0001f600e"
    second = document.text.splitlines()[1]
    assert second.startswith("e\ufffde")
    assert second.endswith("effi")
    document.text.encode("utf-8")
    assert "\x00" not in document.text
    assert "extract.unmapped-glyph" in rules(document)
    for _, line in lines(document):
        assert 0 <= line.start < line.end < len(document.text)
        assert document.text[line.end] == "\n"


ODD = {"A": "\x93", "B": "\U00020bb7", "C": "\x03", "D": "\u6f22", "E": "\x94", "F": "\ufb01"}
MEANT = {**ODD, "F": "fi"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("ABCDEFabcxyz", min_size=1, max_size=30), min_size=1, max_size=12))
def test_every_glyph_stands_for_what_its_font_says(written: list[str]) -> None:
    # PDFium leaves some control characters out of its text and splits ligatures, so that its
    # indices and its text run apart. (Single letters below each other it takes for vertical.)
    written = [f"abcxyz{line}" for line in written]
    content = "".join(text(line, y=780 - 20 * n) for n, line in enumerate(written))
    document = read(content, unicode={**ODD, **{letter: letter for letter in "abcxyz"}})
    meant = ["".join(MEANT.get(letter, letter) for letter in line) for line in written]
    assert document.text.split("\n")[:-1] == meant


def test_a_glyph_that_means_a_line_end_does_not_split_its_line() -> None:
    document = read(text("AXB"), unicode={"A": "a", "X": "\n", "B": "b"})
    assert document.text == "a b\n"


WHITE = "1 g\n{}0 g\n"
INVISIBLE = "3 Tr\n{}0 Tr\n"


@pytest.mark.parametrize(
    ("content", "hidden"),
    [
        (INVISIBLE.format(text("secret", y=300)), True),
        (WHITE.format(text("secret", y=300)), True),
        ("0.98 g\n" + text("secret", y=300) + "0 g\n", True),
        ("q /T gs\n" + text("secret", y=300) + "Q\n", True),
        (text("secret", x=700, y=300), True),
        # White on a dark field is a heading, invisible on a picture is what the picture shows.
        ("0 0 0.4 rg 60 290 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), False),
        (PICTURE.format(300, 60, 50, 280) + "\n" + INVISIBLE.format(text("secret", y=300)), False),
        ("0.5 g\n" + text("secret", y=300) + "0 g\n", False),
        # A field somewhere else shows nothing.
        ("0 0 0.4 rg 60 90 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), True),
        # White on a white field is still white.
        ("1 g 60 290 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), True),
    ],
)
def test_text_that_the_reader_does_not_see(content: str, hidden: bool) -> None:
    document = read(text("This line is plain to see") + content)
    shown = {found: line.visible for found, line in lines(document)}
    assert shown == {"This line is plain to see": True, "secret": not hidden}
    assert rules(document) == ["extract.hidden-text"] * hidden
    assert not document.damaged


def test_hidden_words_within_a_line_become_a_line_of_their_own() -> None:
    content = (
        "BT /F 12 Tf 72 700 Td (In plain ) Tj 3 Tr (secret words ) Tj 0 Tr (sight of all) Tj ET"
    )
    document = read(content)
    assert [(found, line.visible) for found, line in lines(document)] == [
        ("In plain", True),
        ("secret words", False),
        ("sight of all", True),
    ]
    boxes = [line.box for _, line in lines(document) if line.box]
    assert boxes[0][2] <= boxes[1][0] + 4
    assert boxes[1][2] <= boxes[2][0] + 4


def test_a_text_layer_counts_as_visible_where_it_is_all_there_is() -> None:
    document = read(INVISIBLE.format(text("A text layer") + text("of two lines", y=686)))
    assert all(line.visible for _, line in lines(document))


def test_overprinted_lines_and_characters_come_once() -> None:
    between = "".join(text(f"Line {n}", y=680 - 14 * n) for n in range(8))
    document = read(text("Bold by twofold print") + between + text("Bold by twofold print", x=72.4))
    assert document.text.count("twofold") == 1
    singles = "".join(
        text(letter, x=72 + 8.7 * n) + text(letter, x=73.2 + 8.7 * n)
        for n, letter in enumerate("HUND")
    )
    assert read(singles + text("Below", y=600)).text == "HUND\nBelow\n"


def test_a_shadow_within_one_object_comes_once() -> None:
    # Each letter again a tenth of an em to the right of itself (all are 0.722 em wide).
    shadowed = " ".join(f"({letter}) 622 ({letter})" for letter in "HUNDDRUNCH")
    document = read(f"BT /F 12 Tf 72 700 Td [{shadowed}] TJ ET\n" + text("Below", y=600))
    assert document.text == "HUNDDRUNCH\nBelow\n"


def test_repeated_text_in_other_places_stays() -> None:
    document = read(
        text("Yes") + text("Yes", y=686) + text("Yes", x=300, y=672) + text("1100 0011", y=600)
    )
    assert document.text == "Yes\nYes\nYes\n1100 0011\n"


HAN = {"A": "\u4e2d", "B": "\u6587", "C": "\u5b57", "1": "1"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Adjustments in thousandths of an em: a quarter em beside a digit is typesetting,
        ("[(AB) -250 (1) -250 (C)] TJ", "\u4e2d\u65871\u5b57"),
        # one em is a gap, and a blank that is a character stays.
        ("[(AB) -1000 (C)] TJ", "\u4e2d\u6587 \u5b57"),
        ("(AB C) Tj", "\u4e2d\u6587 \u5b57"),
    ],
)
def test_gaps_beside_ideographs(content: str, expected: str) -> None:
    unicode = {**HAN, " ": " "}
    document = read(f"BT /F 12 Tf 72 700 Td {content} ET", unicode=unicode)
    assert document.text == expected + "\n"


def test_scripts_belong_to_their_line() -> None:
    content = text("E = mc") + text("2", x=110, y=705, size=7) + text("holds", x=118)
    assert read(content + text("Below", y=686)).text == "E = mc2 holds\nBelow\n"


def test_columns_side_by_side_are_not_one_line() -> None:
    left = "".join(text(f"left {n}", y=700 - 14 * n) for n in range(3))
    right = "".join(text(f"right {n}", x=300, y=703 - 14 * n) for n in range(3))
    assert read(left + right).text == "left 0\nleft 1\nleft 2\nright 0\nright 1\nright 2\n"


def test_running_lines_take_their_place() -> None:
    body = "".join(text(f"Body {n}", y=700 - 14 * n) for n in range(3))
    page = (
        text("- 1 -", x=280, y=30)
        + body
        + text("Second header line", y=756)
        + text("Header", y=770)
    )
    found = read(page).text.splitlines()
    assert found[-1] == "- 1 -"
    assert set(found[:2]) == {"Header", "Second header line"}
    assert found[2:5] == ["Body 0", "Body 1", "Body 2"]


def test_content_order_stays_where_columns_explain_it() -> None:
    left = "".join(text(f"left {n}", y=700 - 14 * n) for n in range(9))
    right = "".join(text(f"right {n}", x=300, y=707 - 14 * n) for n in range(9))
    found = read(left + right).text.splitlines()
    assert found == [f"left {n}" for n in range(9)] + [f"right {n}" for n in range(9)]


def test_list_marks_written_apart_go_to_their_items() -> None:
    items = "".join(
        text(f"item {n}", x=90, y=700 - 28 * n) + text("goes on", x=90, y=686 - 28 * n)
        for n in range(3)
    )
    marks = "".join(text(f"{n + 1}.", y=700 - 28 * n) for n in range(3))
    expected = "1. item 0\ngoes on\n2. item 1\ngoes on\n3. item 2\ngoes on\n"
    assert read(items + marks).text == expected
    assert read(marks + items).text == expected


def test_gaps_beside_ideographs_on_a_rotated_page() -> None:
    content = "BT /F 12 Tf 0 1 -1 0 150 100 Tm [(AB) -250 (1) -1000 (C)] TJ ET"
    page = "/MediaBox [0 0 600 800] /Rotate 90"
    assert read(content, page=page, unicode=HAN).text == "\u4e2d\u65871 \u5b57\n"


LEFT = [
    "the lower path follows a river",
    "for two miles and then climbs",
    "through a wood of beech and",
    "oak where the ground is soft",
    "after rain most walkers turn",
    "back at the second gate",
]
RIGHT = [
    "an upper path is drier but it",
    "crosses three fields in which",
    "cattle graze from early May to",
    "late October and there dogs",
    "must be kept on a short lead",
    "by all who pass with them",
]


def test_interleaved_columns_are_read_one_after_the_other() -> None:
    across = "".join(
        text(one, y=700 - 14 * n) + text(other, x=310, y=700 - 14 * n)
        for n, (one, other) in enumerate(zip(LEFT, RIGHT, strict=True))
    )
    heading = text("A heading that stands over both of the columns of this page", y=740)
    found = read(heading + across).text.splitlines()
    assert found[1:] == LEFT + RIGHT


def test_a_table_stays_row_by_row() -> None:
    cells = [
        ("Lower path", "2.1"),
        ("Upper path to the second gate", "soft after rain"),
        ("Ford", "dry"),
        ("Wood", "oak"),
        ("Three fields with cattle", "May to October"),
        ("Weir", "none"),
    ]
    content = "".join(
        text(one, y=700 - 14 * n) + text(other, x=390, y=700 - 14 * n)
        for n, (one, other) in enumerate(cells)
    )
    assert read(content).text.splitlines() == [" ".join(pair) for pair in cells]


def test_a_table_of_three_columns_stays_row_by_row() -> None:
    rows = "".join(
        text(one, y=700 - 14 * n)
        + text(other, x=310, y=700 - 14 * n)
        + text("17.5", x=520, y=700 - 14 * n)
        for n, (one, other) in enumerate(zip(LEFT, RIGHT, strict=True))
    )
    found = read(rows).text.splitlines()
    assert found == [f"{one} {other} 17.5" for one, other in zip(LEFT, RIGHT, strict=True)]


def test_pages_without_text_are_named_and_blank_ones_are_not() -> None:
    scan = PICTURE.format(600, 800, 0, 0)
    document = read(text("Text"), scan, "", text("More"))
    assert document.text == "Text\nMore\n"
    assert [page.quality for page in document.pages] == ["good", "none", "good", "good"]
    ((_, mark),) = document.marks()
    assert (mark.rule, mark.kind, mark.start, mark.end) == (
        "extract.no-text-layer",
        "unreadable",
        5,
        5,
    )
    assert "page 2" in mark.why
    assert document.damaged


def test_a_picture_with_a_page_number_is_sparse() -> None:
    document = read(PICTURE.format(600, 800, 0, 0) + "\n" + text("12", y=20), text("Text"))
    assert document.pages[0].quality == "sparse"
    assert rules(document) == ["extract.sparse-text-layer"]


def test_a_font_without_unicode_values_is_garbled() -> None:
    unicode = {chr(code): chr(0xE000 + code) for code in range(65, 91)}
    document = read(
        text("GARBLED") + text("BEYOND", y=686), text("lower case is not mapped"), unicode=unicode
    )
    assert document.pages[0].quality == "garbled"
    assert document.pages[1].quality == "good"
    assert "extract.garbled-page" in rules(document)


def test_the_second_engine_reads_what_pdfium_cannot() -> None:
    # Without its list of pages PDFium finds none to load; pdfminer looks through all objects.
    broken = make_pdf([text("Read by one of two engines")]).replace(b"/Kids [", b"/Kidx [")
    document = read_pdf(broken, SOURCE)
    assert document.text == "Read by one of two engines\n"
    ((_, line),) = lines(document)
    assert line.box is not None
    assert line.box[0] == pytest.approx(72)
    assert rules(document) == ["extract.engines-disagree"]
    assert document.damaged


def test_pages_that_are_announced_but_missing() -> None:
    broken = make_pdf([text("The only page")]).replace(b"/Count 1", b"/Count 7")
    document = read_pdf(broken, SOURCE)
    assert document.text == "The only page\n"
    assert document.metadata["page_count"] == len(document.pages) == 1
    assert rules(document) == ["extract.pages-missing"]


def test_type_too_small_to_read_is_hidden() -> None:
    document = read(text("Plain to see") + text("secret", y=300, size=0.5))
    assert [(found, line.visible) for found, line in lines(document)] == [
        ("Plain to see", True),
        ("secret", False),
    ]


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


def test_noise_does_not_pass_as_text() -> None:
    unicode = {chr(code): chr(0xC0 + code - 65) for code in range(65, 91)}
    with pytest.raises(NoTextLayerError, match="noise"):
        read(text("NOISE") + text("ONLY", y=686), unicode=unicode)
    beside = read(text("NOISE"), text("lower case is left alone"), unicode=unicode)
    assert [page.quality for page in beside.pages] == ["garbled", "good"]


def test_leaders_are_no_noise() -> None:
    document = read(text("Chapter one " + "D" * 60 + " 7"), unicode={"D": "\xb7"})
    assert document.pages[0].quality == "good"


def test_the_second_engine_may_fail_on_a_page_and_in_closing() -> None:
    whole = make_pdf([text("Text"), ""])
    broken = whole.replace(b"/MediaBox [0 0 600 800]", b"/MediaBox [0 0 600 /xx]").replace(
        b"/Contents 7 0 R", b"/Contents 9 9 R"
    )
    assert read_pdf(broken, SOURCE).text == "Text\n"
    with pytest.raises(NoTextLayerError):
        read_pdf(broken.replace(b"Tj", b"xx"), SOURCE)


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


def test_metadata_is_taken_where_it_is_sane() -> None:
    info = (
        "/Title (Annual report) /Author <FEFF674E56DB> /Producer (A press)"
        " /CreationDate (D:20200229101500+08'00')"
    )
    assert dict(read(text("Text"), info=info).metadata) == {
        "title": "Annual report",
        "author": "\u674e\u56db",
        "producer": "A press",
        "created": "2020-02-29",
        "page_count": 1,
    }


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - plan.doc",
        "plan.docx",
        "Untitled",
        "C:\\\\plan",
        "2020",
        "\xb9\xd8\xd3\xda\xc4\xea",
        "\u5173\u4e8e\u5e74\u62a5".encode().decode("latin-1"),
        "6f9b0ad4f77434e1",
    ],
)
def test_titles_that_are_none(title: str) -> None:
    assert "title" not in read(text("Text"), info=f"/Title ({title})").metadata


@pytest.mark.parametrize(
    "name", ["f\xfcr gro\xdfe H\xf6fe", "Report 2020. A view", "Document security"]
)
def test_titles_that_are_some(name: str) -> None:
    encoded = (b"\xfe\xff" + name.encode("utf-16-be")).hex()
    assert read(text("Text"), info=f"/Title <{encoded}>").metadata["title"] == name


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
