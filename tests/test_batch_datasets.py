"""Datasets: row for row, the text cleaned, all else as it was, and every bad row named."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.batch import Outcome, RunOptions, run
from ingest.batch.datasets.cleaning import RowError, find, lines_of
from ingest.batch.datasets.kinds import Kind, kind_of, output_names
from ingest.batch.datasets.reading import cut
from ingest.batch.dryrun import plan
from ingest.batch.options import DOCUMENT_JOB
from ingest.edits import edit_from_json, restored
from ingest.errors import MissingExtraError, NotADocumentError
from ingest.settings import Settings

TWO = Settings(jobs=2)
TINY = Settings(jobs=2, cpu_limit=1, wall_limit=3, memory_limit=200 << 20)
TEXT = RunOptions(field="text", id_field="id")
FAULTY = RunOptions(field="text", id_field="id", job="hostile.faulty_rows:faulty_lines")
DAMAGED = "社區(qū)工作，關(guān)于學(xué)習(xí)的報(bào)告。"
REPAIRED = "社区工作，关于学习的报告。"


def row(number: int, text: str = "Nothing is wrong here.") -> bytes:
    return json.dumps({"id": number, "text": text}, ensure_ascii=False).encode() + b"\n"


def one(path: Path, out: Path, settings: Settings = TWO, options: RunOptions = TEXT) -> Outcome:
    (outcome,) = run([path], out, settings=settings, options=options)
    return outcome


def changes(out: Path, name: str) -> dict[int, dict[str, Any]]:
    raw = (out / name).read_bytes()
    content = gzip.decompress(raw) if name.endswith(".gz") else raw
    return {entry["row"]: entry for entry in map(json.loads, content.splitlines())}


def test_all_but_the_damaged_text_stays_byte_for_byte(tmp_path):
    rows = [
        b'{"id":"a","n":12345678901234567890123,"f":1.10e5,"text":"Nothing is wrong.","z":{"b":1,"a":[]}}\n',
        '{"text": "%s", "id":2, "\\u0041": "\\u4e2d", "text2": "關(guān)"}\r\n'.encode()
        % DAMAGED.encode(),
        b"\n",
        b'{"id":3,"text":"%s"}\n' % json.dumps(DAMAGED)[1:-1].encode(),
        b' { "id" : null , "text" : "" } \n',
        b'{"text":"%s","id":5,"text":"\\u00e9 twice"}' % DAMAGED.encode(),
    ]
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(b"".join(rows))
    outcome = one(path, out)
    assert (outcome.status, outcome.reason) == ("done", "")
    assert outcome.rows == {"total": 5, "blank": 1, "changed": 2, "unchanged": 3}
    made = lines_of((out / "crawl.jsonl").read_bytes())
    assert made == [
        rows[0],
        rows[1].replace(DAMAGED.encode(), REPAIRED.encode(), 1),
        rows[2],
        # Written with escapes, it stays written with escapes.
        b'{"id":3,"text":"%s"}\n' % json.dumps(REPAIRED)[1:-1].encode(),
        rows[4],
        rows[5],
    ]
    account = changes(out, "crawl.jsonl.changes.jsonl")
    assert [(number, entry["id"]) for number, entry in account.items()] == [(2, 2), (4, 3)]
    assert {edit["rule"] for edit in account[2]["edits"]} == {"gloss.aligned", "script.mirror"}


def test_the_account_takes_every_change_back(tmp_path):
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    texts = [DAMAGED * 3, "plain", f"caf\u00c3\u00a9 {DAMAGED}"]
    path.write_bytes(gzip.compress(b"".join(row(n, text) for n, text in enumerate(texts))))
    assert one(path, out).rows["changed"] == 2
    made = [
        json.loads(line)["text"]
        for line in lines_of(gzip.decompress((out / "crawl.jsonl.gz").read_bytes()))
    ]
    for number, entry in changes(out, "crawl.jsonl.gz.changes.jsonl.gz").items():
        text = made[number - 1]
        steps = [
            list(edits) for _, edits in groupby(entry["edits"], key=lambda edit: edit["stage"])
        ]
        for step in reversed(steps):
            edits = [{key: edit[key] for key in edit if key != "stage"} for edit in step]
            text = restored(text, [edit_from_json(edit) for edit in edits])
        assert text == texts[number - 1]


def test_a_bad_row_costs_itself_and_is_named(tmp_path):
    bad = {
        3: (b"{broken\n", "broken-json"),
        5: (b"[1, 2]\n", "not-an-object"),
        7: (b'{"id": 7, "body": "x"}\n', "no-field"),
        8: (b'{"id": 8, "text": null}\n', "not-a-string"),
        9: (b'{"id": 9, "text": ["x"]}\n', "not-a-string"),
        11: (b'{"id": 11, "text": "\xff"}\n', "not-utf-8"),
        12: (b"[" * 200_000 + b"\n", "broken-json"),
        13: (b'{"id": 13, "text": "a"} {}\n', "broken-json"),
        14: (b'{"id": 14, "text": "' + b"x" * 5_000_000 + b'"}\n', "too-large"),
        15: (b'{"id": 15, "n": ' + b"1" * 10_000 + b', "text": "x"}\n', ""),
        2000: (b'{"id": 2000, "text": "cut', "broken-json"),
    }
    rows = [
        bad[n][0] if n in bad else row(n, DAMAGED if n % 100 == 1 else "fine")
        for n in range(1, 2001)
    ]
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(b"".join(rows))
    outcome = one(path, out, TWO.replace(max_size=1 << 20))
    assert (outcome.status, outcome.reason) == ("partial", "rows-left")
    assert outcome.rows == {"total": 2000, "left": 10, "changed": 20, "unchanged": 1970}
    made = (out / "crawl.jsonl").read_bytes()
    assert made == b"".join(rows).replace(DAMAGED.encode(), REPAIRED.encode())
    account = changes(out, "crawl.jsonl.changes.jsonl")
    left = {n: entry["reason"] for n, entry in account.items() if entry["status"] == "left"}
    assert left == {n: reason for n, (_, reason) in bad.items() if reason}
    assert account[8]["id"] == 8
    assert [n for n, entry in account.items() if entry["status"] == "changed"] == list(
        range(1, 2000, 100)
    )


FAULTS = {
    3: ("segfault", "signal-11"),
    5: ("segfault", "signal-11"),
    6: ("exit", "crash"),
    499: ("exit 1", "crash"),
    500: ("hang", "wall"),
    501: ("memory", "memory"),
    777: ("raise", "crash"),
    1234: ("null", "signal-11"),
}


@pytest.mark.slow
def test_a_row_that_kills_its_child_is_found_and_its_neighbours_are_right(tmp_path):
    texts = {
        n: f"fault: {FAULTS[n][0]}" if n in FAULTS else (DAMAGED if n % 5 == 0 else f"row {n}")
        for n in range(1, 1501)
    }
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    path.write_bytes(gzip.compress(b"".join(row(n, text) for n, text in texts.items())))
    outcome = one(path, out, TINY, FAULTY)
    assert outcome.rows == {"total": 1500, "left": 8, "changed": 298, "unchanged": 1194}
    made = [
        json.loads(line)["text"]
        for line in lines_of(gzip.decompress((out / "crawl.jsonl.gz").read_bytes()))
    ]
    assert made == [text.replace(DAMAGED, REPAIRED) for text in texts.values()]
    account = changes(out, "crawl.jsonl.gz.changes.jsonl.gz")
    left = {n: entry["reason"] for n, entry in account.items() if entry["status"] == "left"}
    assert left == {n: reason for n, (_, reason) in FAULTS.items()}


def test_the_output_does_not_depend_on_the_number_of_workers(tmp_path):
    path = tmp_path / "crawl.jsonl.gz"
    texts = [DAMAGED if n % 7 == 0 else f"row {n}" * (n % 40) for n in range(3000)]
    path.write_bytes(gzip.compress(b"".join(row(n, text) for n, text in enumerate(texts))))
    made = []
    for jobs in (1, 3):
        out = tmp_path / f"out{jobs}"
        outcome = one(path, out, Settings(jobs=jobs))
        made.append([file.read_bytes() for file in outcome.outputs] + [outcome.rows])
    assert made[0] == made[1]


def _noted(out: Path) -> int:
    """The chunks that the journal of the one dataset in the middle says are good."""
    for path in out.glob(".ingest-datasets/*/journal"):
        points = [line for line in path.read_bytes().split(b"\n")[:-1] if b'"point"' in line]
        return json.loads(points[-1])["point"]["chunks"] if points else 0
    return 0


@pytest.mark.slow
def test_a_killed_run_goes_on_and_gives_what_an_undisturbed_one_gives(tmp_path):
    path = tmp_path / "crawl.jsonl.gz"
    texts = [DAMAGED if n % 30 == 0 else f"row {n} " * 300 for n in range(24_000)]
    path.write_bytes(gzip.compress(b"".join(row(n, text) for n, text in enumerate(texts)), 1))
    whole = one(path, tmp_path / "whole")
    out = tmp_path / "out"
    code = (
        "import sys\n"
        "from ingest.batch import RunOptions, run\n"
        "from ingest.settings import Settings\n"
        "list(run([sys.argv[1]], sys.argv[2], settings=Settings(jobs=2),"
        " options=RunOptions(field='text', id_field='id')))\n"
    )
    chance = random.Random(7)
    resumed = 0
    for kill in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        before = _noted(out)
        program = subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(out)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        while program.poll() is None and _noted(out) <= before:
            time.sleep(0.02)
        time.sleep(0.2 * chance.random())
        program.send_signal(kill)
        program.wait(10)
        resumed += _noted(out) > before
        assert not (out / path.name).exists() or program.returncode == 0
    outcome = one(path, out)
    assert resumed  # else nothing of this was tried
    assert outcome.rows == whole.rows
    for made, wanted in zip(outcome.outputs, whole.outputs, strict=True):
        assert made.read_bytes() == wanted.read_bytes()
    assert not list(out.glob(".ingest-datasets/*/rows"))


def test_a_run_that_is_asked_to_stop_leaves_the_dataset_for_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batch.resume._DRAIN", 0)  # else a small one is done by then
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    rows = [row(n, f"row {n} " * 200) for n in range(6000)]
    path.write_bytes(b"".join(rows))
    asked = []

    def stop() -> bool:
        asked.append(any(out.glob(".ingest-datasets/*/rows")))
        return asked[-1]

    assert list(run([path], out, settings=TWO, options=TEXT, stop=stop)) == []
    assert asked[-1]
    assert not (out / path.name).exists()
    assert one(path, out).rows == {"total": 6000, "unchanged": 6000}
    assert (out / path.name).read_bytes() == path.read_bytes()


def test_a_dataset_that_breaks_off_gives_its_rows_and_says_so(tmp_path):
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    chance = random.Random(1)
    rows = [row(n, f"row {chance.random()}") for n in range(5000)]
    packed = gzip.compress(b"".join(rows))
    path.write_bytes(packed[: len(packed) * 2 // 3])
    outcome = one(path, out)
    assert (outcome.status, outcome.reason) == ("partial", "malformed")
    assert "ends too early" in outcome.message
    made = gzip.decompress((out / path.name).read_bytes())
    assert len(made) > 100_000
    assert b"".join(rows).startswith(made)
    path.write_bytes(packed[:-200] + b"\xff" * 50 + packed[-150:])
    assert one(path, out).reason == "malformed"
    path.write_bytes(packed + b"no gzip any more")
    assert gzip.decompress((one(path, out).outputs[0]).read_bytes()) == b"".join(rows)


@pytest.mark.slow
def test_a_bomb_ends_and_leaves_nothing(tmp_path):
    path, out = tmp_path / "crawl.jsonl.gz", tmp_path / "out"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(200):
            file.write(b" " * (1 << 20))
    started = time.monotonic()
    outcome = one(path, out)
    assert (outcome.status, outcome.reason) == ("quarantined", "bomb")
    assert outcome.memory < 300 << 20
    assert time.monotonic() - started < 60
    assert [p.name for p in out.iterdir() if not p.name.startswith((".", "documents"))] == []


def test_inputs_that_are_no_datasets_or_have_no_such_column_are_quarantined(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.4\n")
    (folder / "b.jsonl").write_bytes(row(1) + row(2))
    (folder / "c.jsonl").write_bytes(b'{"content": "x"}\n' * 3)
    (folder / "d.jsonl").write_bytes(b"these are\nplain lines\n")
    (folder / "e.jsonl").touch()
    outcomes = list(run([folder], out, settings=TWO, options=TEXT))
    assert [(outcome.status, outcome.reason) for outcome in outcomes] == [
        ("quarantined", "not-a-document"),
        ("done", ""),
        ("quarantined", "no-field"),
        ("quarantined", "malformed"),
        ("quarantined", "empty"),
    ]
    assert outcomes[2].message == (
        "none of its 3 rows has the text: 3 no-field; row 1: has no column 'text', but 'content'"
        " (see --field)"
    )
    assert "row 1: is no JSON" in outcomes[3].message
    made = sorted(p.name for p in out.iterdir() if p.is_file() and not p.name.startswith("."))
    assert made == ["b.jsonl", "b.jsonl.changes.jsonl", "documents.jsonl"]
    records = [json.loads(line) for line in (out / "documents.jsonl").read_text().splitlines()]
    assert records[1]["rows"] == {"total": 2, "unchanged": 2}


def test_the_kind_is_told_by_content_and_name(tmp_path):
    def kind(content: bytes, name: str) -> Kind:
        with io.FileIO(tmp_path / "file", "w+") as file:
            file.write(content)
            return kind_of(file.fileno(), name)

    assert kind(b'{"a": 1}', "dump") == Kind("jsonl")
    assert kind(b"\x1f\x8b...", "a.JSONL.GZ") == Kind("jsonl", "gz")
    assert kind(b"\x28\xb5\x2f\xfd...", "a.ndjson.zst") == Kind("jsonl", "zst")
    assert kind(b"PAR1....", "whatever") == Kind("parquet")
    for content, name in ((b"\x1f\x8b...", "a.tar.gz"), (b"plain", "a.txt"), (b"\0\1", "a.jsonl")):
        with pytest.raises(NotADocumentError):
            kind(content, name)


def test_names_of_outputs_never_meet():
    names = [
        name
        for relative in (
            "a.jsonl",
            "a.jsonl.changes.jsonl",
            "documents.jsonl",
            ".ingest",
            "b/documents.jsonl",
        )
        for name in output_names(relative, Kind("jsonl"))
    ]
    assert len(set(names)) == len(names)
    assert not {"documents.jsonl", ".ingest"} & set(names)
    assert output_names("b/documents.jsonl", Kind("jsonl"))[0] == "b/documents.jsonl"


def test_a_missing_extra_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr("ingest.batch.datasets.kinds.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[zstd\]'"):
        Kind("jsonl", "zst").require()
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[parquet\]'"):
        Kind("parquet").require()


def test_zstd(tmp_path):
    zstandard = pytest.importorskip("zstandard", reason="the extra [zstd] is not installed")
    path, out = tmp_path / "crawl.jsonl.zst", tmp_path / "out"
    rows = [row(n, DAMAGED if n % 9 == 0 else f"row {n}") for n in range(2000)]
    packer = zstandard.ZstdCompressor()
    frames = packer.compress(b"".join(rows[:700])) + packer.compress(b"".join(rows[700:]))
    path.write_bytes(frames)
    outcome = one(path, out)
    assert (outcome.status, outcome.rows["changed"]) == ("done", 223)
    reader = zstandard.ZstdDecompressor().stream_reader(
        (out / path.name).read_bytes(), read_across_frames=True
    )
    assert reader.read() == b"".join(rows).replace(DAMAGED.encode(), REPAIRED.encode())
    path.write_bytes(frames[:-500])
    outcome = one(path, out)
    assert (outcome.status, outcome.reason) == ("partial", "malformed")
    path.write_bytes(packer.compress(b" " * (200 << 20)))
    assert one(path, out).reason == "bomb"


def _parquet(path: Path, texts: list[str | None], **options: Any) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {
            "id": pyarrow.array(range(len(texts)), pyarrow.int64()),
            "text": pyarrow.array(texts, pyarrow.string()),
            "score": pyarrow.array([n / 3 for n in range(len(texts))], pyarrow.float32()),
            "tags": pyarrow.array([[{"k": str(n)}] * (n % 3) for n in range(len(texts))]),
        }
    ).replace_schema_metadata({"origin": "a test"})
    parquet.write_table(table, path, **options)


def test_parquet_keeps_its_other_columns_and_its_form(tmp_path):
    path, out = tmp_path / "crawl.parquet", tmp_path / "out"
    texts = [DAMAGED if n % 10 == 0 else f"row {n}" for n in range(3000)]
    texts[5] = None
    _parquet(path, texts, compression="zstd", row_group_size=1100)
    from pyarrow import parquet

    outcome = one(path, out)
    assert outcome.rows == {"total": 3000, "changed": 300, "left": 1, "unchanged": 2699}
    file = parquet.ParquetFile(out / "crawl.parquet")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    made = file.read()
    table = parquet.read_table(path)
    assert made.schema.equals(table.schema, check_metadata=True)
    assert made.drop_columns("text").equals(table.drop_columns("text"))
    wanted = [text and text.replace(DAMAGED, REPAIRED) for text in texts]
    assert made.column("text").to_pylist() == wanted
    account = changes(out, "crawl.parquet.changes.jsonl")
    assert account[6]["reason"] == "not-a-string"
    assert account[11]["id"] == 10


def test_parquet_with_faults_among_its_rows(tmp_path):
    path, out = tmp_path / "crawl.parquet", tmp_path / "out"
    texts = {
        n: f"fault: {FAULTS[n][0]}" if n in (3, 6, 499, 777) else DAMAGED for n in range(1, 1001)
    }
    _parquet(path, list(texts.values()))
    from pyarrow import parquet

    options = RunOptions(field="text", job="hostile.faulty_rows:faulty_batch")
    outcome = one(path, out, TINY.replace(memory_limit=1 << 30), options)
    assert outcome.rows == {"total": 1000, "left": 4, "changed": 996}
    made = parquet.read_table(out / "crawl.parquet").column("text").to_pylist()
    assert made == [text.replace(DAMAGED, REPAIRED) for text in texts.values()]


def test_parquet_that_is_damaged_or_has_no_such_column(tmp_path):
    path, out = tmp_path / "crawl.parquet", tmp_path / "out"
    _parquet(path, ["x"] * 100)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + b"\xff" * 30 + whole[-10:])
    assert one(path, out).reason == "malformed"
    path.write_bytes(whole)
    assert one(path, out, options=RunOptions(field="body")).reason == "no-field"
    assert one(path, out, options=RunOptions(field="score")).reason == "no-field"
    _parquet(path, [])
    assert (one(path, out).status, one(path, out).rows) == ("done", {"total": 0})


def test_a_finished_dataset_is_not_done_again(tmp_path):
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(b"".join(row(n) for n in range(2000)))
    first = one(path, out)
    stamps = [file.stat().st_ino for file in first.outputs]
    assert one(path, out).rows == first.rows
    assert [file.stat().st_ino for file in first.outputs] == stamps
    assert one(path, out, options=RunOptions(field="id")).reason == "no-field"


def test_a_mistyped_field_takes_no_finished_dataset_away(tmp_path):
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(b"".join(row(n) for n in range(50)))
    first = one(path, out)
    before = {file: file.read_bytes() for file in first.outputs}
    failed = one(path, out, options=RunOptions(field="nope"))
    assert (failed.reason, failed.outputs, failed.removed) == ("no-field", (), ())
    assert "stays" in failed.message
    assert {file: file.read_bytes() for file in first.outputs} == before
    again = one(path, out)
    assert (again.status, again.outputs) == (first.status, first.outputs)
    # Other bytes by the same name are another document: nothing of the first one holds.
    path.write_bytes(b'{"other": 1}\n')
    changed = one(path, out)
    assert changed.reason == "no-field"
    assert set(changed.removed) == set(first.outputs)


def test_a_dry_run_names_the_outputs_of_datasets(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(row(1)))
    (folder / "b.jsonl").write_bytes(row(1))
    (folder / "c.pdf").write_bytes(b"%PDF-1.4\n")
    planned = list(plan([str(folder)], out, TWO, TEXT))
    assert [one.verb for one in planned] == ["read", "read", "quarantine"]
    assert planned[2].why.startswith("not-a-document: is no dataset")
    outcomes = list(run([folder], out, settings=TWO, options=TEXT))
    assert [one.outputs for one in planned] == [
        tuple(map(str, outcome.outputs)) for outcome in outcomes
    ]
    planned = list(plan([str(folder)], out, TWO, TEXT))
    assert [one.verb for one in planned] == ["skip", "skip", "skip"]


def test_whoever_watches_is_told_how_far_a_dataset_is(tmp_path):
    path, out = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(b"".join(row(n, f"row {n} " * 100) for n in range(20_000)))
    told: list[tuple[str, int, float]] = []
    one(path, out, options=replace(TEXT, watch=lambda *how_far: told.append(how_far)))
    assert {source for source, _, _ in told} == {str(path)}
    rows = [rows for _, rows, _ in told]
    assert rows == sorted(rows)
    assert any(0 < count < 20_000 for count in rows)
    assert all(abs(rows - share * 20_000) < 5_000 for _, rows, share in told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(), JSON, max_size=5),
    st.text(alphabet=st.characters()),
    st.booleans(),
    st.sampled_from((None, 2, "\t")),
)
def test_the_span_found_is_the_text(others, value, escaped, indent):
    form = {**others, "text": value, "z": 1}
    text = json.dumps(form, ensure_ascii=escaped, indent=indent)
    start, end, found, _ = find(text, "text", None)
    assert found == value
    assert json.loads(text[start:end]) == value
    replaced = json.loads(text[:start] + '"other"' + text[end:])
    assert repr(replaced) == repr({**form, "text": "other"})


@given(st.text(alphabet='{}[]":,\\ \n\tabtex0123456789.-eE', max_size=40))
def test_what_is_found_in_anything_else_is_an_error_or_json(text):
    try:
        start, end, value, _ = find(text, "text", None)
    except RowError:
        return
    assert json.loads(text)["text"] == value == json.loads(text[start:end])


@given(st.lists(st.binary(max_size=30)), st.integers(8, 40))
def test_chunks_joined_are_the_file(lines, most):
    content = b"\n".join(lines)
    stream = io.BufferedReader(io.BytesIO(content))
    chunks = list(cut(stream, most))
    assert b"".join(chunk.payload for chunk in chunks) == content
    assert sum(chunk.rows for chunk in chunks) == len(lines_of(content))
    assert all(len(lines_of(chunk.payload)) == chunk.rows for chunk in chunks if not chunk.verbatim)


def test_the_job_of_documents_is_not_the_job_of_rows():
    assert TEXT.job == DOCUMENT_JOB
