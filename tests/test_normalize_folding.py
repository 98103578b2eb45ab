"""What is folded only where somebody asks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest
from ingest.normalize import folding
from ingest.settings import FOLDS


def folded(text: str, *names: str) -> str:
    return ingest.clean_text(text, settings=ingest.Settings(fold=names))


def test_the_settings_know_every_folding() -> None:
    assert tuple(folding.FOLDINGS) == FOLDS


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("width", "２０２４年，Ａ组ｋｍ", "2024年，A组km"),
        ("width", "ﾊﾞｽ停", "バス停"),
        ("symbols", "①②两项，共５０㎡", "(1)(2)两项，共５０m2"),
        ("symbols", "3½英寸，第Ⅳ类，25℃", "3 1/2英寸，第IV类，25°C"),
        ("symbols", "⒈总则 ⑵附则 ㈠其他", "1.总则 (2)附则 (一)其他"),
        (
            "punctuation",
            "调研前,镇里开了会。会后,代表走访了社区。",
            "调研前，镇里开了会。会后，代表走访了社区。",
        ),
        ("quotes", '落实"放管服"改革和“一网通办“要求', "落实“放管服”改革和“一网通办”要求"),
    ],
)
def test_what_is_asked_for_is_folded(name: str, before: str, after: str) -> None:
    assert folded(before) == before
    assert folded(before, name) == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("width", "，。！“”（）％"),
        ("symbols", "10² + x₁，注¹"),
        ("punctuation", "a,b;c:d(e)，12:30，1,000"),
        ("quotes", '身高5\'11"，屏幕27"'),
        ("quotes", '他说："走吧。'),
        ("quotes", 'print("hello")'),
        ("quotes", '宽 " 高 " 深'),
    ],
)
def test_what_another_form_would_change_in_meaning_stays(name: str, text: str) -> None:
    assert folded(text, name) == text


@given(st.text(alphabet='Ａ１①㎡,"“”。中文a1 \n', max_size=60), st.sets(st.sampled_from(FOLDS)))
def test_folding_is_recorded_undone_and_stable(text: str, names: set[str]) -> None:
    settings = ingest.Settings(fold=tuple(sorted(names)))
    document = ingest.clean(ingest.Document.from_text(text), settings=settings)
    assert document.undo().text == text
    assert ingest.clean_text(document.text, settings=settings) == document.text
