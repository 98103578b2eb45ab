"""Tables of PDF pages: one line a row where rules enclose the words, and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_writer import lines, read, text

import ingest
from ingest.extract.pdf import reader, tables
from ingest.extract.pdf.lattice import Cell, Lattice
from ingest.extract.pdf.rows import Row

XS, YS = (60, 160, 260, 360), (700, 680, 660, 640)
CELLS = [["Site", "Depth", "Salt"], ["Quay", "4.1", "31"], ["Weir", "2.6", "12"]]


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{x0} {y0} m {x1} {y1} l S\n"


def rules_of(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "".join(rule(xs[0], y, xs[-1], y) for y in ys) + "".join(
        rule(x, ys[0], x, ys[-1]) for x in xs
    )


def words_of(xs: Sequence[float], ys: Sequence[float], cells: Sequence[Sequence[str]]) -> str:
    return "".join(
        text(word, x + 4, y - 14, 10)
        for y, row in zip(ys, cells, strict=False)
        for x, word in zip(xs, row, strict=False)
        if word
    )


WORDS = words_of(XS, YS, CELLS)
ROWS = ["Site\tDepth\tSalt", "Quay\t4.1\t31", "Weir\t2.6\t12"]


def rows(content: str, **options: object) -> list[str]:
    return read(content, **options).text.split("\n")[:-1]


def strokes() -> str:
    return rules_of(XS, YS)


def one_path() -> str:
    return strokes().replace("S\n", "") + "S\n"


def boxes() -> str:
    sides = [(x, y) for x in XS[:-1] for y in YS[1:]]
    return "".join(f"{x} {y} 100 20 re S\n" for x, y in sides)


def thin_fields() -> str:
    level = "".join(f"60 {y} 300 0.5 re f\n" for y in YS)
    return level + "".join(f"{x} 640 0.5 60 re f\n" for x in XS)


def cell_sides() -> str:
    # As browsers do: each side of each cell for itself, with a little space at the corners.
    return "".join(
        f"{x} {y} 99.2 0.7 re f {x} {y} 0.7 19.3 re f {x} {y + 20} 99.2 0.7 re f\n"
        f"{x + 99.5} {y} 0.7 19.3 re f\n"
        for x in XS[:-1]
        for y in YS[1:]
    )


def scaled() -> str:
    return "q 0.5 0 0 0.5 0 0 cm " + rules_of([2 * x for x in XS], [2 * y for y in YS]) + "Q\n"


@pytest.mark.parametrize("drawn", [strokes, one_path, boxes, thin_fields, cell_sides, scaled])
def test_however_a_lattice_is_drawn_its_rows_are_lines(drawn) -> None:
    document = read(text("Before", y=720) + drawn() + WORDS + text("Behind", y=600))
    assert document.text.split("\n")[:-1] == ["Before", *ROWS, "Behind"]
    boxes = [line.box for found, line in lines(document) if "\t" in found]
    assert [round(box[0]) for box in boxes] == [64] * 3
    # The first baseline lies 686 points above the lower edge, the last word begins at 264.
    assert [box[1] < y < box[3] for box, y in zip(boxes, (114, 134, 154), strict=True)] == [
        True
    ] * 3
    assert all(264 < box[2] < 360 for box in boxes)
    assert all(line.size == pytest.approx(10) for _, line in lines(document)[1:4])


def test_a_table_open_at_its_sides() -> None:
    inner = "".join(rule(60, y, 360, y) for y in YS) + "".join(
        rule(x, 700, x, 640) for x in XS[1:-1]
    )
    assert rows(inner + WORDS) == ROWS


def test_a_table_on_a_rotated_page() -> None:
    # The page is turned once clockwise: what goes up in user space goes right as shown.
    turned = "".join(
        f"BT /F 10 Tf 0 1 -1 0 {100 + 20 * r + 14} {60 + 100 * c + 4} Tm ({word}) Tj ET\n"
        for r, row in enumerate(CELLS)
        for c, word in enumerate(row)
    )
    drawn = "".join(rule(x, 60, x, 360) for x in (100, 120, 140, 160))
    drawn += "".join(rule(100, y, 160, y) for y in (60, 160, 260, 360))
    assert rows(drawn + turned, page="/MediaBox [0 0 600 800] /Rotate 90") == ROWS


def test_words_written_line_by_line_across_cells_of_several_lines() -> None:
    content = rules_of((60, 140, 300), (700, 660, 620, 600))
    content += text("Quay", 64, 686, 10) + text("The wall leans towards the water at", 144, 686, 10)
    content += text("north", 64, 672, 10) + text("the seaward end", 144, 672, 10)
    content += text("Weir", 64, 646, 10) + text("Sound", 144, 646, 10)
    content += text("Lock", 64, 606, 10) + text("Gate 2 leaks", 144, 606, 10)
    assert rows(content) == [
        "Quay north\tThe wall leans towards the water at the seaward end",
        "Weir\tSound",
        "Lock\tGate 2 leaks",
    ]


def test_cells_of_ideographs_are_joined_without_a_blank_and_cut_figures_too() -> None:
    unicode = {"A": "中", "B": "文", **{c: c for c in "0123456789,. "}}
    content = rules_of((60, 140, 200, 260), (700, 660, 640, 620))
    content += text("ABAB", 64, 686, 12) + text("BA", 64, 672, 12)
    content += text("1,858,22", 144, 686, 12) + text("1.50", 144, 672, 12)
    content += text("12", 204, 686, 12)
    for y in (646, 626):
        content += "".join(text(word, x, y, 12) for word, x in (("A", 64), ("1", 144), ("2", 204)))
    first = rows(content, unicode=unicode)[0]
    assert first == "中文中文文中\t1,858,221.50\t12"


def test_empty_cells_keep_their_column_and_merged_cells_come_once() -> None:
    cells = [["", "Spring", ""], ["Site", "April", "May"], ["Quay", "", "31"], ["Weir", "2.6", ""]]
    ys = (700, 680, 660, 640, 620)
    lattice = "".join(rule(60, y, 360, y) for y in (700, 660, 640, 620)) + rule(160, 680, 360, 680)
    lattice += rule(60, 700, 60, 620) + rule(160, 700, 160, 620) + rule(360, 700, 360, 620)
    lattice += rule(260, 680, 260, 620)  # "Spring" stands over two columns, "Site" over two rows
    assert rows(lattice + words_of(XS, ys, cells)) == [
        "Site\tSpring\t",
        "\tApril\tMay",
        "Quay\t\t31",
        "Weir\t2.6\t",
    ]


def test_rows_without_rules_between_them_stay_rows() -> None:
    content = rules_of((60, 160, 360), (700, 680, 620))
    content += words_of((60, 160), (700,), [["Model", "Score at ten, twenty and thirty"]])
    for y, name, figures in ((666, "Oak", "59.1 66.9 55.0"), (646, "Elm", "78.4 79.4 73.2")):
        content += text(name, 64, y, 10) + text(figures, 164, y, 10)
    assert rows(content)[1:] == ["Oak\t59.1 66.9 55.0", "Elm\t78.4 79.4 73.2"]


def test_lines_broken_where_the_next_word_did_not_fit_are_one_row() -> None:
    # Short lines, both cells of as many: the word that follows is longer than what is left.
    content = rules_of((60, 150, 240), (700, 680, 640, 620))
    content += words_of((60, 150), (700,), [["Crew", "House"]])
    content += text("Teams of", 64, 666, 10) + text("lighthousekeepers", 64, 652, 10)
    content += text("Rooms of", 154, 666, 10) + text("washerwomenfolk", 154, 652, 10)
    content += words_of((60, 150), (640,), [["Smiths", "Forge"]])
    assert rows(content)[1] == "Teams of lighthousekeepers\tRooms of washerwomenfolk"


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ("All three districts pay.", "Map of districts"),
        ("Nobody pays.", "Map of dis-tricts"),
        ("Both dis-tricts pay.", "Map of dis-tricts"),
    ],
)
def test_a_hyphen_at_the_end_of_a_cells_line(known: str, wanted: str) -> None:
    # The document tells whether the word has it; where it does not, the hyphen stays.
    content = rules_of((60, 140, 220), (700, 660, 640))
    content += text("Map of dis-", 64, 686, 10) + text("tricts", 64, 672, 10)
    content += text("Weir", 144, 686, 10) + words_of((60, 140), (660,), [["Quay", "4.1"]])
    content += text(known, 60, 560, 10)
    document = ingest.clean(read(content))
    assert f"{wanted}\tWeir" in document.text


def test_the_rest_of_a_row_on_the_next_page_begins_with_an_empty_cell() -> None:
    row = single_row(XS, ["", "leaks", "in May"], 700)
    beside = "".join(text(line, 60, 600 - 15 * at) for at, line in enumerate(PROSE))
    assert rows(row + beside)[0] == "\tleaks\tin May"


PROSE = [
    "A frame of lines around words does not make",
    "a table of them: it has one cell, and what is",
    "said inside goes on from line to line.",
]
PARAGRAPH = "".join(text(line, 70, 680 - 14 * n, 10) for n, line in enumerate(PROSE))
TWO_SIDES = "".join(
    text(f"{side} column, line {n} of the text", x, 680 - 14 * n, 10)
    for side, x in (("Left", 70), ("Right", 320))
    for n in range(3)
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rules_of((60, 360), (700, 640)) + PARAGRAPH, id="frame"),
        pytest.param(
            rules_of((20, 580), (780, 20)) + rules_of((24, 576), (776, 24)) + PARAGRAPH,
            id="page border",
        ),
        pytest.param(
            "".join(rule(70, 678 - 14 * n, 280, 678 - 14 * n) for n in range(3)) + PARAGRAPH,
            id="underlines",
        ),
        pytest.param(
            rule(60, 700, 560, 700)
            + rule(300, 700, 300, 640)
            + rule(60, 640, 560, 640)
            + TWO_SIDES,
            id="middle rule",
        ),
        pytest.param(rules_of((60, 300, 560), (700, 640)) + TWO_SIDES, id="one row of columns"),
        pytest.param(
            # A chart: its words stand at the axes.
            rules_of((100, 150, 200, 250, 300), (600, 560, 520, 480))
            + "".join(text(str(n), 80, 598 - 40 * n, 8) for n in range(4))
            + "".join(text(f"Q{n}", 95 + 50 * n, 466, 8) for n in range(5)),
            id="chart",
        ),
        pytest.param(
            # Boxes of a diagram, with lines that connect them.
            "".join(
                f"{x} {y} 80 30 re S\n" + text(word, x + 6, y + 10, 10)
                for x, y, word in (
                    (60, 600, "Board"),
                    (240, 600, "Audit"),
                    (60, 500, "Sales"),
                    (240, 500, "Plant"),
                )
            )
            + rule(100, 600, 100, 530)
            + rule(280, 600, 280, 530)
            + rule(140, 615, 240, 615)
            + rule(140, 515, 240, 515),
            id="diagram",
        ),
        pytest.param(
            rules_of((60, 120, 180), (700, 680, 660, 640))
            + "".join(
                text(f"words that run on through every wall {n}", 64, 686 - 20 * n, 10)
                for n in range(3)
            ),
            id="words through walls",
        ),
        pytest.param("1 g 0 0 600 800 re f 0 g\n" + PARAGRAPH + PARAGRAPH, id="white fields"),
    ],
)
def test_what_is_no_table_stays_as_it_is(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(content).text
    monkeypatch.setattr(reader, "with_tables", lambda page, texts, frame, rows: rows)
    assert "\t" not in found
    assert read(content).text == found


def single_row(xs: Sequence[float], words: Sequence[str], y: float) -> str:
    return rules_of(xs, (y, y - 20)) + words_of(xs, (y, y - 20), [words])


PROSE = [f"Line {number} of the prose beside it" for number in range(4)]


@pytest.mark.parametrize("is_last", [True, False])
def test_a_row_that_a_page_break_cut_off_its_table(is_last: bool) -> None:
    # A page number may stand beyond it.
    row, number = single_row(XS, CELLS[1], 400), text("7", 300, 360 if is_last else 440)
    down = 500 if is_last else 360
    beside = "".join(text(line, 60, down - 15 * at) for at, line in enumerate(PROSE))
    found = rows(beside + row + number if is_last else number + row + beside)
    cut = [*PROSE, ROWS[1], "7"] if is_last else ["7", ROWS[1], *PROSE]
    assert found == cut


@pytest.mark.parametrize(
    "content",
    [
        # Prose above and below: boxes in a row, no row of a table.
        "".join(text(line, 60, 500 - 15 * at) for at, line in enumerate(PROSE))
        + single_row(XS, CELLS[1], 400)
        + "".join(text(line, 60, 340 - 15 * at) for at, line in enumerate(PROSE)),
        # Two boxes, and a box without words.
        text("Above", 60, 500) + single_row(XS[:3], CELLS[1][:2], 400),
        text("Above", 60, 500) + single_row(XS, ["Quay", "", "31"], 400),
    ],
)
def test_boxes_in_a_row_are_no_table(content: str) -> None:
    assert not any("\t" in row for row in rows(content))


def test_a_tab_that_comes_from_a_glyph_parts_no_cells() -> None:
    assert read(text("AXB"), unicode={"A": "a", "X": "\t", "B": "b"}).text == "a b\n"


def test_the_pipeline_keeps_the_rows() -> None:
    cells = [["Item one", "Share of all"], ["Quay wall", "12 of 40"], ["Weir gate", "7 of 31"]]
    content = rules_of((60, 160, 260), (700, 680, 660, 640)) + words_of(
        (60, 160), (700, 680, 660), cells
    )
    document = ingest.clean(read(text("What was found.", 60, 720, 10) + content))
    assert document.text == "What was found.\n\n" + "".join("\t".join(row) + "\n" for row in cells)


word = st.text("abcdefgh", min_size=0, max_size=9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(word, min_size=2, max_size=4), min_size=2, max_size=5),
    st.lists(st.integers(30, 110), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_nothing_is_lost_or_doubled(cells, widths, order) -> None:
    xs = [60.0]
    for width in widths[: max(map(len, cells))]:
        xs.append(xs[-1] + width)
    ys = [700 - 20 * n for n in range(len(cells) + 1)]
    pieces = [
        text(word, x + 3, y - 14, 10)
        for y, row in zip(ys, cells, strict=False)
        for x, word in zip(xs, row, strict=False)
        if word
    ]
    order.shuffle(pieces)
    content = rules_of(xs, ys) + text("Around", 60, 740) + "".join(pieces)
    found = read(content).text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "with_tables", lambda page, texts, frame, rows: rows)
        assert Counter("".join(found.split())) == Counter("".join(read(content).text.split()))


def test_blanks_that_pdfium_puts_anywhere_do_not_cut_words() -> None:
    # Of a blank that it made itself PDFium may give any place: here one behind the next word.
    places = [(0.0, 0.0, 5.0, 9.0), (60.0, 8.0, 60.0, 8.0), (40.0, 0.0, 45.0, 9.0)]
    assert tables._middles("a b", places) == [2.5, 2.5, 42.5]
    assert tables._middles("abc", places) == []


def test_a_row_that_holds_two_lines_is_cut_character_by_character() -> None:
    lattice = Lattice(
        [0.0, 50.0, 100.0],
        [0.0, 20.0, 40.0],
        [
            Cell(0, 0, (0.0, 0.0, 50.0, 40.0)),
            Cell(0, 1, (50.0, 0.0, 100.0, 20.0)),
            Cell(1, 1, (50.0, 20.0, 100.0, 40.0)),
        ],
        [[0, 1], [0, 2]],
    )
    row = Row("ab c d", (5.0, 5.0, 70.0, 35.0), 10.0, 0.0, True, 0, 5)
    places = [(5.0, 5.0, 10.0, 15.0), (10.0, 5.0, 15.0, 15.0), (0.0, 0.0, 0.0, 0.0)]
    places += [(60.0, 5.0, 65.0, 15.0), (0.0, 0.0, 0.0, 0.0), (60.0, 25.0, 65.0, 35.0)]
    found = tables._by_character(row, places, lattice)
    assert [(cell, piece.text) for cell, piece in found] == [(0, "ab"), (1, "c"), (2, "d")]
    # A wall between two letters of a word: not a table that can be told.
    places[1:4] = [(46.0, 5.0, 49.0, 15.0), (0.0, 0.0, 0.0, 0.0), (60.0, 5.0, 65.0, 15.0)]
    word = row._replace(text="abc  d")
    places[2] = (49.0, 5.0, 56.0, 15.0)
    assert tables._by_character(word, places, lattice) is None
