"""Patterns written out for the engine find what the tables' own do, in every text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.strip.alternatives import written_out
from ingest.strip.grammar import signs

PHRASES = [sign for sign in signs() if not sign.chrome]
# What the patterns are made of, put together anew: most texts come close to a hit.
PIECES = sorted(
    {word for sign in PHRASES for word in re.findall(r"[\w@]+", sign.pattern.pattern)}
    | {"@ab-c.", "x.com", "12345", "QQ:", " ", "。"}
)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_every_sign_is_found_where_its_row_finds_it(text: str) -> None:
    for sign in PHRASES:
        again = re.compile(written_out(sign.pattern.pattern))
        assert bool(again.search(text)) == bool(sign.pattern.search(text)), (sign.id, text)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[a-c]x|[ab]{2}|[^q]y", "[a-c]x|[ab]{2}|[^q]y"),
        (r"(?:a|[bc])+d|\(x|(?:e\|f|g)h", r"(?:a|[bc])+d|\(x|e\|fh|gh"),
        ("(?=a)b|仅?(?:供|提供)看", "(?=a)b|供看|提供看"),
        ("(?:a)?|b?", "(?:a)?|b?"),
        ("[.?]x", r"\.x|\?x"),
    ],
)
def test_what_begins_otherwise_stays(pattern: str, expected: str) -> None:
    assert written_out(pattern) == expected
