"""Tables as rows, as Markdown and as aligned text."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document
from ingest.write import render
from ingest.write.tables import aligned, tables

TABLE = "区\t户数\t备注\n东岸\t1,204\t含渡口\n新安里\t85\t\n"


def of_pdf(text: str) -> Document:
    document = Document.from_text(text)
    source = dataclasses.replace(document.source, media_type="application/pdf")
    return dataclasses.replace(document, source=source)


def test_jsonl_holds_the_cells_row_by_row() -> None:
    record = json.loads(render(of_pdf(f"前文。\n\n{TABLE}\n后文。\n"), "jsonl"))
    (table,) = record["tables"]
    assert table["rows"] == [
        ["区", "户数", "备注"],
        ["东岸", "1,204", "含渡口"],
        ["新安里", "85", ""],
    ]
    assert record["text"][table["start"] : table["end"]] == TABLE.rstrip("\n")
    assert "tables" not in json.loads(render(of_pdf("没有表格。\n"), "jsonl"))


def test_plain_text_of_a_pdf_has_cells_below_each_other() -> None:
    said = render(of_pdf(f"前文。\n\n{TABLE}\n后文。\n"), "txt").decode()
    assert said == "前文。\n\n区      户数   备注\n东岸    1,204  含渡口\n新安里  85\n\n后文。\n"


def test_tabs_of_a_text_file_stay() -> None:
    assert render(Document.from_text(TABLE), "txt").decode() == TABLE


def test_a_long_cell_does_not_push_its_column_off_the_page() -> None:
    said = aligned("a\tb\n" + "long " * 40 + "\tc\nd\te").split("\n")
    assert said[0].index("b") == said[2].index("e") == 38
    assert said[1].endswith("  c")


@given(st.text(alphabet="ab区 \t\n,。1", max_size=60))
def test_aligning_keeps_every_character_but_blanks(text: str) -> None:
    assert aligned(text).split() == text.split()
    assert all(
        text[table.start : table.end].count("\n") + 1 == len(table.rows) for table in tables(text)
    )
