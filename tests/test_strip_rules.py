"""Every row of the rule packs and of the table of signs keeps its own promises."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ingest.errors import ConfigurationError
from ingest.strip import grammar, packs
from ingest.strip.folding import any_of, fold, fold_with_map, table
from ingest.strip.lines import LONGEST
from ingest.strip.rulebook import shipped

RULES = [(pack, rule) for pack in packs.packs() for rule in pack.rules]


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=lambda value: value.id)
def test_a_rule_hits_and_misses_what_it_says(pack: packs.Pack, rule: packs.Rule) -> None:
    assert rule.hit
    assert rule.miss
    assert rule.evidence
    for example in rule.hit:
        assert rule.pattern.fullmatch(fold(example)), example
        assert pack.joined.fullmatch(fold(example)), example
    for example in rule.miss:
        assert not rule.pattern.fullmatch(fold(example)), example


@pytest.mark.parametrize("sign", grammar.signs(), ids=lambda sign: sign.id)
def test_a_sign_hits_and_misses_what_it_says(sign: grammar.Sign) -> None:
    assert [one for one in sign.hit if not sign.shows(fold(one))] == []
    assert [one for one in sign.miss if sign.shows(fold(one))] == []


def test_ids_are_unique() -> None:
    assert len({rule.id for _, rule in RULES}) == len(RULES)
    assert len({sign.id for sign in grammar.signs()}) == len(grammar.signs())


def test_patterns_stand_in_the_folded_view() -> None:
    for _, rule in RULES:
        traditional = {c for c in rule.pattern.pattern if fold(c) not in (c, "")} - {"·", "－", "©"}
        assert not {c for c in traditional if "一" <= c <= "鿿"}, rule.id


def test_the_gate_finds_both_scripts() -> None:
    gate = shipped().gate
    assert gate.opens("版權聲明 本文檔由用戶提供并上傳")
    assert gate.opens("本文档由用户提供")
    assert not gate.opens("本镇共有农户三千，上传下达及时。")
    assert any_of(["版权"]).search("版權")


def test_the_folding_table_agrees_with_opencc() -> None:
    opencc = pytest.importorskip("opencc")
    converter = opencc.OpenCC("t2s")
    rows = [
        row.split("\t")
        for row in (Path(packs.__file__).parent.parent / "data" / "notices" / "folding.tsv")
        .read_text(encoding="utf-8")
        .splitlines()
        if not row.startswith("#")
    ][1:]
    assert len(rows) > 3000
    wrong = [old for old, new in rows if converter.convert(old) != new]
    # A newer dictionary may differ in rare characters; the table is for matching only.
    assert len(wrong) < 40


@pytest.mark.parametrize(
    "text", ["", "版權(quán)說明：ＡＢ", "  a（lián）b ", "一\u3000二…《三》", "x(quán", "ǎ(ǎ)"]
)
def test_the_map_leads_back(text: str) -> None:
    folded, offsets = fold_with_map(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)
    for at, character in enumerate(folded):
        source = text[offsets[at]]
        assert character in (table().get(ord(source), source) or "")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "'pack' is missing"),
        ({"pack": {"id": "x", "name": "x", "needs": 1, "gate": []}}, "'rule' is missing"),
        (
            {
                "pack": {"id": "x", "name": "x", "needs": 1, "gate": []},
                "rule": [{"id": "r", "colour": "red"}],
            },
            "unknown key 'colour'",
        ),
        (
            {
                "pack": {"id": "x", "name": "x", "needs": 1, "gate": []},
                "rule": [{"id": "r", "region": "middle"}],
            },
            "region must be one of",
        ),
        (
            {
                "pack": {"id": "x", "name": "x", "needs": 1, "gate": []},
                "rule": [
                    {
                        "id": "r",
                        "class": "c",
                        "pattern": "(",
                        "hit": [],
                        "miss": [],
                        "evidence": "",
                    }
                ],
            },
            "missing \\)",
        ),
    ],
)
def test_a_bad_pack_is_refused_with_its_reason(form: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        packs.parse(form, "mine.toml")


PATTERNS = [(rule.id, rule.pattern, rule.hit) for _, rule in RULES] + [
    (sign.id, sign.pattern, sign.hit) for sign in grammar.signs()
]


@pytest.mark.parametrize(("name", "pattern", "hit"), PATTERNS, ids=[row[0] for row in PATTERNS])
def test_no_pattern_runs_away(name: str, pattern: re.Pattern[str], hit: tuple[str, ...]) -> None:
    """The worst line made of a rule's own words costs it no more than a few milliseconds."""
    for example in hit:
        folded = fold(example)
        pieces = {
            folded[at : at + size]
            for size in (1, 2, 3, 5, 8, len(folded))
            for at in range(len(folded))
        }
        for piece in pieces:
            line = (piece * LONGEST)[:LONGEST]
            for worst in (
                line,
                line[:-1] + "\N{DIGIT ONE}",
                line[:-1] + "\0",
                folded[: len(folded) // 2] + line,
            ):
                start = time.process_time()
                pattern.fullmatch(worst)
                pattern.search(worst)
                # A pattern that runs away takes minutes; others microseconds.
                assert time.process_time() - start < 2, (name, worst[:60])
