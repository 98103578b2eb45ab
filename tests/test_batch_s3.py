"""Inputs by URL from a server that speaks the protocol of S3, on this machine.

Runs where `pip install 'ingest[s3]' 'moto[s3,server]'` has been done: 290 MB, too much for
every developer.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.batch import Outcome, RunOptions, run
from ingest.settings import Settings

pytest.importorskip("s3fs", reason="the extra [s3] is not installed")
moto = pytest.importorskip("moto.server", reason="moto[s3,server] is not installed")

TWO = Settings(jobs=2)
COPY = RunOptions(job="hostile.faults:faulty_copy")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The file system of a server with an empty bucket."""
    import s3fs

    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    files.makedirs("crawl", exist_ok=True)  # it outlives its server
    yield files
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def batch(urls: list[str], out: Path, options: RunOptions = COPY) -> list[Outcome]:
    return list(run(urls, out, settings=TWO, options=options))


def test_objects_are_read_and_known_again_until_they_change(store, tmp_path):
    store.pipe("crawl/a b.txt", b"one")
    store.pipe("crawl/a%20b.txt", b"two")
    store.pipe("crawl/empty.txt", b"")
    urls = [f"s3://crawl/{name}" for name in ("a b.txt", "a%20b.txt", "empty.txt", "none.txt")]
    urls.append("s3://elsewhere/a.txt")
    made = batch(urls, tmp_path)
    assert [one.reason for one in made] == ["", "", "empty", "missing", "missing"]
    assert [one.outputs[0].read_bytes() for one in made[:2]] == [b"one", b"two"]
    store.pipe("crawl/a b.txt", b"three")
    made = batch(urls[:2], tmp_path)
    assert [one.resumed for one in made] == [False, True]
    assert made[0].outputs[0].read_bytes() == b"three"


def test_a_prefix_and_a_dataset(store, tmp_path):
    store.pipe("crawl/2020/b/2.txt", b"2")
    store.pipe("crawl/2020/a.txt", b"a")
    rows = b'{"text": "Nothing is wrong here."}\n' * 300
    store.pipe("crawl/rows/x.jsonl.gz", gzip.compress(rows))
    made = batch(["s3://crawl/2020/"], tmp_path / "out")
    assert [one.source for one in made] == ["s3://crawl/2020/a.txt", "s3://crawl/2020/b/2.txt"]
    assert all(one.resumed for one in batch(["s3://crawl/2020/"], tmp_path / "out"))
    (made,) = batch(["s3://crawl/rows/"], tmp_path / "rows", RunOptions(field="text"))
    assert made.rows == {"total": 300, "unchanged": 300}
    assert gzip.decompress(made.outputs[0].read_bytes()) == rows


def test_shards_are_sent_and_read_back(store, tmp_path):
    store.pipe("crawl/in/a.txt", b"Nothing is wrong here.\n")
    store.pipe("crawl/in/b.txt", b"Nor here.\n")
    settings = TWO.replace(to=("jsonl",))
    options = RunOptions(shards="jsonl.gz", shards_to="s3://crawl/shards/")
    for _ in range(2):  # the second finds what the first has sent
        made = list(run(["s3://crawl/in/"], tmp_path / "out", settings=settings, options=options))
        assert [one.status for one in made] == ["done", "done"]
        store.invalidate_cache()
        names = sorted(store.find("crawl/shards"))
        shards = [name for name in names if name.endswith(".jsonl.gz")]
        lines = [
            line for name in shards for line in gzip.decompress(store.cat_file(name)).splitlines()
        ]
        assert [json.loads(line)["text"] for line in lines] == [
            "Nothing is wrong here.\n",
            "Nor here.\n",
        ]


def test_a_server_that_is_gone_is_a_reason_and_no_crash(store, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    type(store).clear_instance_cache()
    made = batch(["s3://crawl/a.txt", "s3://crawl/"], tmp_path)
    assert [one.reason for one in made] == ["unreadable", "unreadable"]
