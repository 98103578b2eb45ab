"""Near-duplicates: what repeats an earlier text is named, whatever the order of work; nothing is lost."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.batch import RunOptions, run
from ingest.batch.sketches import (
    SKETCH_BYTES,
    Likeness,
    Originals,
    similarity,
    sketch,
    told,
)
from ingest.batch.status import read_status
from ingest.errors import OutputError
from ingest.settings import Settings

REPORT = (
    "{place}{year}年水利工作总结\n"
    "一年来，水利部门围绕防汛、供水和河道治理三件大事，较好地完成了年初确定的各项任务。\n"
    "全年共完成投资{a}万元，新建和加固堤防{b}公里，清淤河道{c}公里。\n"
    "汛前对各座水库逐一检查，发现隐患立即整改，主汛期没有出现一起责任事故。\n"
    "农村饮水安全工程让群众喝上了放心水，水质抽检的结果比往年都要好一些。\n"
    "存在的主要困难是资金缺口较大，部分老旧泵站还没有更新，基层技术人员也明显不足。\n"
)
FIRST = REPORT.format(place="清河县", year=2019, a=3210, b=48, c=117)
OTHER_YEAR = REPORT.format(place="清河县", year=2020, a=2875, b=31, c=96)
SITE = f"首页 > 文库 > 工作总结\n{FIRST}更多文档请点击下载\n"
TRANSLATION = "The year 2019: 3210 were spent, 48 km of dams were built, 117 km were dredged.\n"
ON = Settings(jobs=2, near_duplicates=True)


def originals(texts: list[str]) -> list[Likeness | None]:
    sketches = [sketch(text) for text in texts]
    found = Originals(sketches.__getitem__)
    return [found.first_like(place, own) for place, own in enumerate(sketches)]


def test_the_same_with_other_notices_is_marked_and_a_form_filled_in_anew_is_not():
    places = [one and one.place for one in originals([FIRST, OTHER_YEAR, SITE, TRANSLATION, FIRST])]
    assert places == [None, None, 0, None, 0]
    assert similarity(sketch(FIRST), sketch(FIRST)) == 1.0


def test_it_is_the_figures_that_tell_forms_apart():
    without = [
        text.translate(dict.fromkeys(map(ord, "0123456789"), "某")) for text in (FIRST, OTHER_YEAR)
    ]
    assert originals(without)[1] is not None


def test_texts_without_words_are_like_nothing():
    assert originals(["", "\n", "……", "", "。"]) == [None] * 5
    assert originals(["a", "a", "7", "7", "\ud800", "\ud800"])[1::2] == [
        Likeness(0, 1.0),
        Likeness(2, 1.0),
        Likeness(4, 1.0) if any(sketch("\ud800")) else None,
    ]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=12))
def test_each_mark_leads_to_an_earlier_original(texts):
    found = originals(texts)
    for place, likeness in enumerate(found):
        if likeness is not None:
            assert likeness.place < place
            assert found[likeness.place] is None
        first = texts.index(texts[place])
        if first < place and any(sketch(texts[place])):
            assert likeness is not None  # exactly the same is always found


def test_the_estimate_is_near_the_share_of_shingles():
    chance = random.Random(3)
    letters = [chr(0x4E00 + number) for number in range(3000)]
    for changed in (5, 20, 60):
        text = chance.choices(letters, k=2000)
        other = list(text)
        for at in chance.sample(range(2000), changed):
            other[at] = chance.choice(letters)
        one, two = ({*zip(*(t[n:] for n in range(5)), strict=False)} for t in (text, other))
        share = len(one & two) / len(one | two)
        assert abs(similarity(sketch("".join(text)), sketch("".join(other))) - share) < 0.1


def test_a_crowd_of_one_template_is_looked_at_no_further_than_its_limit():
    looked = []

    def at(place: int) -> bytes:
        looked.append(place)
        return sketches[place]

    sketches = [
        sketch(REPORT.format(place="清河县", year=1900 + n, a=n * 7919, b=n * 31, c=n * 17))
        for n in range(400)
    ]
    found = Originals(at)
    assert sum(found.first_like(n, own) is not None for n, own in enumerate(sketches)) < 20
    assert len(looked) < 400 * 330
    # The first of a crowd are found again.
    assert found.first_like(400, sketches[0]) == Likeness(0, 1.0)


def test_a_long_text_is_read_in_blocks_and_gives_the_same(monkeypatch):
    text = "".join(random.Random(4).choices([chr(0x4E00 + n) for n in range(3000)], k=5000))
    whole = sketch(text)
    for block in (1, 700, 4996, 4997):
        monkeypatch.setattr("ingest.batch.sketches._BLOCK", block)
        assert sketch(text) == whole


def test_what_a_child_sends_is_taken_for_a_sketch_only_where_it_is_one():
    own = sketch(FIRST)
    assert len(own) == SKETCH_BYTES
    assert told(own.hex()) == own
    for wrong in ("", own.hex()[:-1], own.hex()[:-1] + "g", own.hex() + "00"):
        assert told(wrong) == b""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    texts = {"a": FIRST, "b": OTHER_YEAR, "c": TRANSLATION, "d": SITE, "e": "", "f": FIRST}
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    past = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (past, past))
    return folder


def _marks(folder: Path, out: Path, settings: Settings = ON) -> dict[str, str]:
    outcomes = list(run([folder], out, settings=settings))
    lines = (out / "documents.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [one["status"] for one in records] == [one.status for one in outcomes]
    assert all(0.85 <= one["similarity"] <= 1 for one in records if "similarity" in one)
    return {
        Path(one["source"]).stem: Path(one["near_duplicate_of"]).stem
        for one in records
        if "near_duplicate_of" in one
    }


def test_documents_are_marked_and_written_for_any_number_of_workers(folder, tmp_path):
    for jobs in (1, 3):
        out = tmp_path / f"out{jobs}"
        assert _marks(folder, out, ON.replace(jobs=jobs)) == {"d": "a", "f": "a"}
        assert (out / "f.txt.txt").read_text("utf-8") == (out / "a.txt.txt").read_text("utf-8")
        assert read_status(out).near_duplicates == 2


def test_documents_are_not_marked_unless_asked(folder, tmp_path):
    assert _marks(folder, tmp_path / "out", Settings(jobs=2)) == {}


def test_a_run_that_goes_on_marks_what_one_run_marks(folder, tmp_path):
    out = tmp_path / "out"
    (folder / "a.txt").rename(tmp_path / "later.txt")
    assert _marks(folder, out) == {"f": "d"}
    (tmp_path / "later.txt").rename(folder / "a.txt")
    assert _marks(folder, out) == {"d": "a", "f": "a"}
    # What was done without is done again: there was nothing to compare it with.
    assert _marks(folder, out, Settings(jobs=2)) == {}
    assert _marks(folder, out) == {"d": "a", "f": "a"}
    (folder / "a.txt").write_text(TRANSLATION, "utf-8")
    assert _marks(folder, out) == {"c": "a", "f": "d"}


def _repeats(path: Path) -> dict[int, int]:
    lines = gzip.decompress(path.read_bytes()).splitlines()
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return {
        entry["row"]: entry["near_duplicate_of"]
        for entry in entries
        if entry["status"] == "near-duplicate"
    }


def _rows(path: Path) -> dict[int, int]:
    """Write a dataset in several chunks; return which rows repeat which."""
    rows = [json.dumps({"text": f"row {n * 7919}: {chr(0x4E00 + n) * 9}"}) for n in range(4500)]
    rows[9] = json.dumps({"text": FIRST})
    rows[10] = json.dumps({"text": OTHER_YEAR})
    rows[20] = "{broken"
    rows[21] = ""
    rows[4000] = json.dumps({"text": SITE})
    rows[4400] = rows[9]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return {4001: 10, 4401: 10}


def test_rows_are_marked_in_the_account_and_stay(tmp_path):
    path = tmp_path / "crawl.jsonl.gz"
    wanted = _rows(path)
    made = []
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        settings = ON.replace(jobs=jobs)
        (outcome,) = run([path], out, settings=settings, options=RunOptions(field="text"))
        assert outcome.rows["near_duplicates"] == 2
        assert outcome.rows["total"] == 4499
        assert _repeats(outcome.outputs[1]) == wanted
        made.append([file.read_bytes() for file in outcome.outputs])
    assert made[0] == made[1]
    (plain,) = run([path], tmp_path / "o", settings=TWO, options=RunOptions(field="text"))
    assert plain.outputs[0].read_bytes() == made[0][0]
    assert _repeats(plain.outputs[1]) == {}
    # Asked for afterwards: the same, in the same place.
    (again,) = run([path], tmp_path / "o", settings=ON, options=RunOptions(field="text"))
    assert [file.read_bytes() for file in again.outputs] == made[0]


TWO = Settings(jobs=2)


def test_rows_of_an_interrupted_dataset_are_compared_with_those_before(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batch.resume._DRAIN", 0)
    monkeypatch.setattr("ingest.batch.datasets.engine._CHECKPOINT", 0)
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    wanted = _rows(path)
    options = RunOptions(field="text")

    def begun() -> bool:
        return any(
            b'"point"' in file.read_bytes() for file in out.glob(".ingest-datasets/*/journal")
        )

    assert list(run([path], out, settings=ON, options=options, stop=begun)) == []
    (outcome,) = run([path], out, settings=ON, options=options)
    assert _repeats(outcome.outputs[1]) == wanted


def test_a_run_that_ends_behind_the_marks_does_not_make_them_twice(tmp_path, monkeypatch):
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    wanted = _rows(path)
    options = RunOptions(field="text")

    def refuse(*_: object) -> None:
        raise OutputError("no room")

    with monkeypatch.context() as full:
        full.setattr("ingest.batch.datasets.work.Work.finish", refuse)
        with pytest.raises(OutputError):
            list(run([path], out, settings=ON, options=options))
    (outcome,) = run([path], out, settings=ON, options=options)
    lines = gzip.decompress(outcome.outputs[1].read_bytes()).splitlines()
    assert sum(b"near-duplicate" in line for line in lines) == len(wanted)
    assert _repeats(outcome.outputs[1]) == wanted


def test_parquet_rows_are_marked(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    path, out = tmp_path / "crawl.parquet", tmp_path / "out"
    texts = [FIRST, None, OTHER_YEAR, SITE]
    parquet.write_table(pyarrow.table({"text": pyarrow.array(texts, pyarrow.string())}), path)
    (outcome,) = run([path], out, settings=ON, options=RunOptions(field="text"))
    assert outcome.rows["near_duplicates"] == 1
    entries = [json.loads(line) for line in outcome.outputs[1].read_text().splitlines()]
    assert entries[-1]["row"] == 4
    assert entries[-1]["near_duplicate_of"] == 1
