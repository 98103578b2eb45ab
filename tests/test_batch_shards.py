"""All documents in a few large files: in order, whole or not at all, again after an interruption."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.batch import RunOptions, run, shards
from ingest.batch.names import MANIFEST, output_name
from ingest.errors import OutputError, UsageError
from ingest.settings import Settings

SETTINGS = Settings(jobs=2, to=("jsonl",))
TEXTS = {
    "a.txt": "社区服务中心全年开放。\n",
    "b.txt": "渡口在村子的北边。\n",
    "c.txt": "The mill closed in May.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"")
    return folder


def collect(folder: Path, form: str = "jsonl", **options: Any) -> Path:
    out = folder.parent / "out"
    list(run([folder], out, settings=SETTINGS, options=RunOptions(shards=form, **options)))
    return out


def manifest(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    return told


def rows(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for shard in manifest(out)["shards"]:
        path = out / shard["name"]
        content = path.read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            shard["bytes"],
            shard["sha256"],
        )
        if path.suffix == ".parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            part = parquet.read_table(path).to_pylist()
        else:
            lines = gzip.decompress(content) if path.suffix == ".gz" else content
            part = [json.loads(line) for line in lines.splitlines()]
        assert len(part) == shard["rows"]
        found += part
    return found


@pytest.mark.parametrize("form", shards.FORMS)
def test_every_text_is_a_row_in_input_order(folder: Path, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    out = collect(folder, form)
    assert [row["text"] for row in rows(out)] == list(TEXTS.values())
    assert manifest(out)["rows"] == 3
    assert not list((out / ".ingest").glob("documents-*"))


def test_parquet_rows_keep_what_differs_as_json(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    (row, *_) = rows(collect(folder, "parquet"))
    assert json.loads(row["metadata"])["language"] == "zh"
    assert row["pages"] == 0
    assert row["damaged"] is False


def test_shards_end_where_they_are_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 1)
    out = collect(folder)
    assert [one["name"] for one in manifest(out)["shards"]] == [
        f"documents-0000{number}.jsonl" for number in range(3)
    ]
    (folder / "c.txt").unlink()
    collect(folder)
    assert [row["text"] for row in rows(out)] == list(TEXTS.values())[:2]
    assert not (out / "documents-00002.jsonl").exists()


def test_another_form_takes_the_place_of_the_first(folder: Path) -> None:
    out = collect(folder, "jsonl")
    collect(folder, "jsonl.gz")
    assert sorted(path.name for path in out.glob("documents-*")) == [
        "documents-00000.jsonl.gz",
        MANIFEST,
    ]


def test_an_interrupted_batch_has_no_shards_and_the_next_has_all(folder: Path) -> None:
    out = collect(folder)
    (folder / "b.txt").write_text("渡口搬到了村子的南边。\n", encoding="utf-8")
    asked = iter([False] * 4)
    list(
        run(
            [folder],
            out,
            settings=SETTINGS,
            options=RunOptions(shards="jsonl"),
            stop=lambda: next(asked, True),
        )
    )
    changed = not any(out.glob("documents-*"))
    assert changed or rows(out)[1]["text"] == TEXTS["b.txt"]
    collect(folder)
    assert rows(out)[1]["text"] == "渡口搬到了村子的南边。\n"


def test_an_input_that_is_named_like_a_shard_meets_none(folder: Path) -> None:
    (folder / "documents-00000").write_text("Not a shard.\n", encoding="utf-8")
    out = collect(folder)
    assert len(rows(out)) == 4
    assert output_name("documents-00000", "jsonl") != "documents-00000.jsonl"


def test_a_row_that_is_gone_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(path: Path) -> bytes:
        path.unlink()
        return original(path)

    original = shards._row
    monkeypatch.setattr(shards, "_row", gone)
    with pytest.raises(OutputError, match=r"a\.txt\.jsonl: is gone"):
        collect(folder)
    monkeypatch.setattr(shards, "_row", original)
    assert len(rows(collect(folder))) == 3


def test_shards_are_sent_to_a_url(folder: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    store.pipe_file("/shards/documents-00007.jsonl", b"of an earlier batch\n")
    store.pipe_file("/shards/notes.txt", b"somebody else's\n")
    out = collect(folder, shards_to="memory://shards/")
    assert sorted(path.rpartition("/")[2] for path in store.ls("/shards", detail=False)) == [
        "documents-00000.jsonl",
        MANIFEST,
        "notes.txt",
    ]
    assert store.cat_file("/shards/documents-00000.jsonl").count(b"\n") == 3
    assert not any(out.glob("documents-0*"))


@pytest.mark.parametrize(
    ("settings", "form"), [(SETTINGS, "csv"), (Settings(to=("txt",)), "jsonl")]
)
def test_what_cannot_be_collected_is_said_at_once(
    folder: Path, settings: Settings, form: str
) -> None:
    with pytest.raises(UsageError):
        next(
            run([folder], folder.parent / "out", settings=settings, options=RunOptions(shards=form))
        )
    assert not (folder.parent / "out").exists()
