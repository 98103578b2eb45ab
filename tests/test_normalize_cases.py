"""What normalize does to small texts, and what it must leave: fixtures/cases/normalize.jsonl."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Edit, Source
from ingest.normalize import bind, characters, punctuation
from ingest.normalize.language import Language, guess
from ingest.normalize.tables import rows
from ingest.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [
    json.loads(line)
    for line in (FIXTURES / "cases" / "normalize.jsonl").read_text("utf-8").split("\n")
    if line
]
CLEAN = sorted((FIXTURES / "clean").glob("*.txt"))


def document_of(case: dict[str, Any]) -> Document:
    document = Document.from_text(case["before"])
    return Document(document.text, document.source, metadata=case.get("metadata", {}))


def outcome(case: dict[str, Any]) -> Document:
    return bind(Settings(**case.get("settings", {})))(document_of(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    normalized = outcome(case)
    assert normalized.text == case["after"]
    rules = {name for _, edit in normalized.edits() for name in edit.rule.split("+")}
    assert sorted(rules) == case["rules"]
    assert normalized.undo().text == case["before"]
    assert len(normalized.history) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_nothing_is_left_to_do(case: dict[str, Any]) -> None:
    normalized = outcome(case)
    again = bind(Settings(script="keep"))(Document.from_text(normalized.text))
    assert again.text == normalized.text


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.name)
def test_clean_text_is_untouched(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    normalized = bind(Settings())(Document.from_text(text, path.name))
    assert normalized.history[-1].edits == ()
    assert normalized.text == text


def test_clean_text_of_the_corpora_is_untouched(shared: Path) -> None:
    changed = {}
    for path in sorted((shared / "corpora" / "text").glob("*.txt")):
        normalized = bind(Settings())(Document.from_text(path.read_bytes().decode("utf-8")))
        # One corpus holds four zero-width spaces between Han, in two places.
        changed[path.name] = [edit.rule for edit in normalized.history[-1].edits]
    assert changed.pop("cmrc_dev.zh-Hans.txt") == ["normalize.zero-width"] * 2
    assert not any(changed.values())


@pytest.mark.parametrize("table", ["normalize_radicals.tsv", "normalize_private.tsv"])
def test_rows_of_tables(table: str) -> None:
    for row in rows(table):
        setting = characters.Setting(False, lambda row=row: Language("zh", row.get("script", "")))

        def applied(text: str, setting: characters.Setting = setting) -> str:
            text = text.replace("\\n", "\n")
            return Document.from_text(text).revise("x", characters.find(text, setting)).text

        assert applied(row["hit"]) == row["result"].replace("\\n", "\n"), row["id"]
        assert applied(row["miss"]) == row["miss"], row["id"]
        assert row["evidence"]


def test_rows_of_the_mirror_table() -> None:
    for row in rows("normalize_mirror.tsv"):
        case = {"before": row["hit"], "metadata": {"conversion": "mirror"}}
        assert outcome(case).text == row["result"], row["id"]
        # Without the Simplified character in the text, the words around decide.
        assert row["kept"] in row["miss"]
        assert row["simplified"] not in row["miss"]
        missed = {"before": row["miss"], "metadata": {"conversion": "mirror"}}
        assert row["kept"] not in outcome(missed).text, row["id"]


def test_title_and_site_are_converted_with_the_text() -> None:
    case = {
        "before": "關于社區工作的報告。",
        "metadata": {
            "conversion": "mirror",
            "title": "關于社區",
            "site": "文庫網",
            "page_count": 4,
        },
    }
    normalized = outcome(case)
    assert normalized.metadata["title"] == "关于社区"
    assert normalized.metadata["site"] == "文库网"
    assert normalized.metadata["page_count"] == 4
    assert normalized.metadata["script"] == "hans"
    assert normalized.undo().metadata["title"] == "關于社區"


def test_language_that_is_known_stays() -> None:
    case = {"before": "The ferry is out of service and the pier is closed.", "metadata": {}}
    assert outcome(case).metadata["language"] == "en"
    case["metadata"] = {"language": "nl"}
    assert outcome(case).metadata["language"] == "nl"


def test_language_of_the_clean_fixtures() -> None:
    wanted = {"zh-Hans": ("zh", "hans"), "zh-Hant": ("zh", "hant"), "ja": ("ja", "")}
    for path in CLEAN:
        name, script = wanted.get(path.stem, (path.stem, ""))
        if name in ("zh", "ja", "ko", "ru", "de", "fr", "en", "es"):
            assert guess(path.read_text("utf-8")) == Language(name, script), path.name


def test_one_mark_in_twenty_is_no_habit() -> None:
    assert punctuation.folded("他说,好。" + "前，后；" * 20)
    assert not punctuation.folded("他说,好。" + "前，后。" * 19)
    assert not punctuation.folded("甲,乙,丙")


def test_habit_counts_only_in_a_damaged_document() -> None:
    text = "他说,好。" + "前，后；" * 20
    assert bind(Settings())(Document.from_text(text)).text == text
    repaired = Document.from_text("x" + text).revise("repair", [Edit(0, 1, "x", "", "gloss.x")])
    assert bind(Settings())(repaired).text == text.replace(",", "，")


@pytest.mark.parametrize("media", ["text/plain", "text/html"])
def test_lines_that_strip_took_out_leave_one_blank_line(media: str) -> None:
    text = "标题\n\n广告\n\n正文\n\n广告\n"
    document = Document(text, Source("x", "0" * 64, media))
    edits = [
        Edit(at, at + 3, "广告\n", "", "notice.x") for at in (text.index("广"), text.rindex("广"))
    ]
    assert bind(Settings())(document.revise("strip", edits)).text == "标题\n\n正文\n"


def test_blank_lines_that_strip_did_not_touch_stay() -> None:
    document = Document.from_text("a\n\n\n\nb\n广告\nc\n")
    stripped = document.revise("strip", [Edit(7, 10, "广告\n", "", "notice.x")])
    assert bind(Settings())(stripped).text == "a\n\n\n\nb\nc\n"


def test_final_line_end_of_html() -> None:
    source = Source("x", "0" * 64, "text/html")
    for text in ("a  \nb", "a\nb\n\n\n"):
        assert bind(Settings())(Document(text, source)).text == "a\nb\n"


def test_two_halves_of_a_character() -> None:
    # JSON would put the halves together before the stage sees them.
    document = Document("a\ud83d\ude00b", Source("x", "0" * 64, "text/plain"))
    normalized = bind(Settings())(document)
    assert normalized.text == "a\U0001f600b"
    assert [edit.rule for _, edit in normalized.edits()] == ["normalize.surrogate-pair"]


ODD = st.text(
    st.sampled_from(
        "a é\u0301中國着著,。:?()\r\n\x0c\xad\u200b\u200d⻓⼾ﬁ\uf0b7\ue5e5\ud800\udc00 \t-"
    )
)


@given(ODD, st.sampled_from(["auto", "keep", "hans", "hant", "tw", "hk"]), st.booleans())
def test_every_change_is_accounted_for(text: str, script: str, mirrored: bool) -> None:
    metadata = {"conversion": "mirror"} if mirrored else {}
    document = Document(text, Source("x", "0" * 64, "text/plain"), metadata=metadata)
    normalized = bind(Settings(script=script))(document)
    assert normalized.undo().text == text
    assert "\r" not in normalized.text
    assert normalized == bind(Settings(script=script))(document)


ADVERSARIAL = {
    "spaces": " " * 200_000,
    "newlines": "\n" * 200_000,
    "blank lines": " \n" * 100_000,
    "marks": "e" + "\u0301" * 200_000,
    "radicals": "⻓" * 200_000,
    "soft hyphens": "a\xad" * 100_000,
    "brackets": "（(" * 100_000,
    "commas": "中," * 100_000,
    "bullets": "\uf0b7" * 200_000,
    "short lines": "中\n" * 100_000,
    "wrapped": ("word " * 14 + "\n") * 3_000,
    "spread": "中 " * 100_000,
    "entities": "&amp;中" * 40_000,
    "line ends": "a \r\n" * 50_000,
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_time_is_linear(name: str) -> None:
    text = ADVERSARIAL[name]
    for metadata in ({}, {"conversion": "mirror"}):
        document = Document(text, Source("x", "0" * 64, "text/plain"), metadata=metadata)
        start = time.process_time()
        bind(Settings())(document)
        # Ten times what it takes; a quadratic rule would need minutes.
        assert time.process_time() - start < 5


def test_order_of_documents_does_not_matter() -> None:
    stage = bind(Settings())
    documents = [document_of(case) for case in CASES if not case.get("settings")]
    alone = {document.source.sha256: stage(document).text for document in documents}
    random.Random(7).shuffle(documents)
    assert all(stage(document).text == alone[document.source.sha256] for document in documents)
