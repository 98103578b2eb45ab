"""Output names: one to one, within what a file system takes, never what the batch uses."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from ingest.batch.names import RECORDS, STAGING, output_name

_PART = st.one_of(
    st.sampled_from(
        ["a", "a.txt", "a.txt~", "a.txt.md", "documents", ".ingest", "x.MD", "é" * 150]
    ),
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=260
    ).filter(lambda part: part not in (".", "..") and len(os.fsencode(part)) <= 255),
)
_TREE = st.lists(_PART, min_size=1, max_size=3).map("/".join)
_FORM = st.sampled_from(["txt", "md", "jsonl"])


@given(_TREE, _TREE, _FORM, _FORM)
def test_two_inputs_never_share_an_output_nor_stand_in_each_others_way(one, other, form, format_):
    first, second = output_name(one, form), output_name(other, format_)
    assert (first == second) == ((one, form) == (other, format_))
    # One input cannot be a file where the other's folder must be.
    assert not second.startswith(first + "/")


@given(_TREE, _FORM)
def test_every_name_can_be_written_and_is_not_the_batchs_own(relative, form):
    name = output_name(relative, form)
    *folders, last = name.split("/")
    assert len(os.fsencode(last)) <= 255
    assert name != RECORDS
    assert not folders or folders[0] != STAGING
    assert last.endswith(f".{form}")


def test_plain_names_only_gain_a_suffix():
    assert output_name("a/report.pdf", "txt") == "a/report.pdf.txt"
    assert output_name("報告 2024.html", "md") == "報告 2024.html.md"
    assert output_name("a/documents", "jsonl") == "a/documents.jsonl"


def test_names_of_undecodable_bytes_survive_and_are_cut_by_bytes():
    assert output_name("\udcff.pdf", "txt") == "\udcff.pdf.txt"
    long = os.fsdecode(b"\xff\xe4" * 126)
    cut = output_name(long, "txt")
    assert len(os.fsencode(cut)) <= 255
    assert cut != output_name(long + "x", "txt")
