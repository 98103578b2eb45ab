"""A Ray cluster of two workers: the same outcomes as on one machine, also with faults among them."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.batch import Outcome, RunOptions, run
from ingest.batch.options import DOCUMENT_JOB
from ingest.errors import MissingExtraError, UsageError
from ingest.settings import Settings

TINY = Settings(jobs=2, cpu_limit=2, wall_limit=4, memory_limit=400 << 20)
FAULTS = {
    3: ("segfault", "signal-11"),
    20: ("exit", "crash"),
    57: ("null", "signal-11"),
    88: ("memory", "memory"),
    101: ("half-output", "signal-11"),
    120: ("hang", "wall"),
    150: ("exit 1", "crash"),
    199: ("raise", "crash"),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, str]]:
    """A head with two CPUs, started as a person starts one; its address and folder."""
    if find_spec("ray") is None:  # not imported yet: it reads its environment when it is
        pytest.skip("the extra [ray] is not installed")
    program = str(Path(sys.executable).with_name("ray"))
    # Ray's sockets need a short path.
    folder = tempfile.mkdtemp(prefix="r", dir="/tmp")
    # The head and who joins it know each other by a token of this cluster alone, whatever
    # token Ray keeps for this user.
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **token}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    head = subprocess.Popen(
        [
            *(program, "start", "--head", "--block", "--node-ip-address=127.0.0.1"),
            *(f"--port={port}", "--num-cpus=2", "--include-dashboard=false"),
            *(f"--temp-dir={folder}", "--object-store-memory=200000000", "--disable-usage-stats"),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, head)
        with pytest.MonkeyPatch.context() as patched:
            for name, value in token.items():
                patched.setenv(name, value)
            yield f"127.0.0.1:{port}", folder
    finally:
        head.terminate()
        try:
            head.wait(40)  # Ray itself gives its nodes 30 seconds
        except subprocess.TimeoutExpired:
            head.kill()
            head.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(port: int, head: subprocess.Popen[bytes]) -> None:
    """Wait until the head answers: on a busy machine it takes its time."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and head.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the head of the cluster does not answer")


@pytest.fixture
def joined(cluster, monkeypatch) -> str:
    monkeypatch.setenv("RAY_ADDRESS", cluster[0])
    return cluster[1]


@pytest.mark.slow
def test_two_hundred_documents_with_eight_faults_on_a_cluster(tmp_path, joined):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(200):
        fault = FAULTS.get(number)
        text = f"fault: {fault[0]}" if fault else f"document {number}\n" * 50
        (folder / f"{number:03}").write_text(text)
    (folder / "empty").touch()
    options = RunOptions(job="hostile.faults:faulty_copy", engine="ray")
    outcomes = list(run([folder], out, settings=TINY, options=options))
    assert [Path(outcome.source).name for outcome in outcomes] == [
        *(f"{n:03}" for n in range(200)),
        "empty",
    ]
    reasons = {number: outcome.reason for number, outcome in enumerate(outcomes) if outcome.reason}
    assert reasons == {n: reason for n, (_, reason) in FAULTS.items()} | {200: "empty"}
    right = [n for n in range(200) if n not in FAULTS]
    assert len(right) == 192
    for number in right:
        assert (out / f"{number:03}.txt").read_text() == f"document {number}\n" * 50
    again = list(run([folder], out, settings=TINY, options=options))
    assert sum(outcome.resumed for outcome in again) >= 192


@pytest.mark.slow
def test_the_cluster_gives_what_one_machine_gives(tmp_path, joined, fixtures):
    import zipfile

    names = ("zh-page-of-total.pdf", "en-report.pdf")
    inputs = [fixtures / "pdf" / name for name in names]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(inputs[0], "inner.pdf")
    settings = Settings(jobs=2, to=("txt", "jsonl"))
    made = []
    for engine in ("local", "ray"):
        out = tmp_path / engine
        outcomes = run(
            [*inputs, tmp_path / "a.zip"], out, settings=settings, options=RunOptions(engine=engine)
        )
        made.append(
            [
                (
                    o.source,
                    o.status,
                    o.sha256,
                    o.pages,
                    o.edits,
                    [p.read_bytes() for p in o.outputs],
                )
                for o in outcomes
            ]
        )
    assert made[0] == made[1]
    # Nor does it matter which engine goes on where the other stopped.
    ways = (("local", "ray"), ("ray", "local"))
    for folder, engine in ways:
        again = run(
            [*inputs, tmp_path / "a.zip"],
            tmp_path / folder,
            settings=settings,
            options=RunOptions(engine=engine),
        )
        assert all(outcome.resumed for outcome in again)
    assert all(status == "done" for _, status, *_ in made[0])


@pytest.mark.slow
def test_a_lost_worker_costs_a_retry(tmp_path, joined):
    """A worker that is killed from outside, as with its machine, takes no document with it."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}").write_text("fault: hang 0.2" if number == 1 else "text")
    options = RunOptions(job="hostile.faults:faulty_copy", engine="ray")
    batch = run([folder], tmp_path / "out", settings=TINY, options=options)
    first = next(batch)
    killed = _kill_one_worker(joined)
    outcomes = [first, *batch]
    assert killed
    assert [outcome.status for outcome in outcomes] == ["done"] * 30


def _kill_one_worker(folder: str) -> int:
    """Kill one process of the cluster in `folder` that has a Worker; return its number, 0 for none."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if not (path / "cmdline").read_bytes().startswith(b"ray::Worker"):
                continue
            parent = (path / "stat").read_text().rpartition(")")[2].split()[1]
            if os.fsencode(folder) in Path(f"/proc/{parent}/cmdline").read_bytes():
                os.kill(int(path.name), 9)
                return int(path.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return 0


def test_a_missing_extra_is_named_with_the_way_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batch.ray_worker.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[ray\]'"):
        list(run([], tmp_path / "out", options=RunOptions(engine="ray")))
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[ray\]'"):
        list(run([], tmp_path / "out", options=RunOptions(engine="ray", field="text")))


def test_an_engine_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no engine"):
        list(run([], tmp_path / "out", options=RunOptions(engine="spark")))


def _dataset(path: Path, texts: list[str]) -> Path:
    rows = [json.dumps({"id": n, "n": n / 3, "text": text}) for n, text in enumerate(texts, 1)]
    if path.suffix == ".parquet":
        pyarrow = pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist([json.loads(row) for row in rows]), path)
    else:
        path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return path


def _both_ways(path: Path, folder: Path, settings: Settings, job: str) -> list[Outcome]:
    """Clean a dataset here and on the cluster: the same files to the last byte."""
    outcomes = []
    for engine in ("local", "ray"):
        options = RunOptions(field="text", id_field="id", engine=engine, job=job)
        outcomes += run([path], folder / engine, settings=settings, options=options)
    here, there = outcomes
    assert (here.status, here.reason, here.rows, here.edits, here.marks) == (
        *(there.status, there.reason, there.rows, there.edits, there.marks),
    )
    for one, other in zip(here.outputs, there.outputs, strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()
    return outcomes


@pytest.mark.slow
@pytest.mark.parametrize("name", ["crawl.jsonl.gz", "crawl.parquet"])
def test_a_dataset_comes_back_from_the_cluster_row_for_row(tmp_path, joined, name):
    damaged = "社區(qū)工作，關(guān)于學(xué)习的报告。"
    texts = [damaged if n % 7 == 0 else f"row {n}" for n in range(9000)]
    path = _dataset(tmp_path / name, texts)
    _, there = _both_ways(path, tmp_path, Settings(jobs=2), DOCUMENT_JOB)
    changed = len(texts[::7])
    assert there.status == "done"
    assert there.rows == {"total": 9000, "changed": changed, "unchanged": 9000 - changed}
    assert there.outputs[0].name == name


@pytest.mark.slow
def test_rows_that_kill_cost_themselves_alone_on_a_cluster(tmp_path, joined):
    faults = {n: fault for n, (fault, _) in FAULTS.items() if fault != "half-output"}
    texts = [f"fault: {faults[n]}" if n in faults else f"row {n}" for n in range(1, 301)]
    path = _dataset(tmp_path / "crawl.jsonl.gz", texts)
    job = "hostile.faulty_rows:faulty_lines"
    _, there = _both_ways(path, tmp_path, TINY, job)
    assert there.rows == {"total": 300, "left": len(faults), "unchanged": 300 - len(faults)}


@pytest.mark.slow
def test_rows_of_a_lost_worker_are_cleaned_by_another(tmp_path, joined):
    """One that sleeps holds its worker until that is killed from outside."""
    texts = ["fault: hang 2" if n == 4000 else f"row {n}" for n in range(1, 6001)]
    path, killed = _dataset(tmp_path / "crawl.jsonl.gz", texts), []

    def kill(name: str, rows: int, share: float) -> None:
        if not killed:
            killed.extend([number] if (number := _kill_one_worker(joined)) else [])

    options = RunOptions(
        job="hostile.faulty_rows:faulty_lines", field="text", engine="ray", watch=kill
    )
    (outcome,) = run([path], tmp_path / "out", settings=TINY, options=options)
    assert killed
    assert (outcome.status, outcome.rows["total"]) == ("done", 6000)
    (made, _) = outcome.outputs
    lines = gzip.decompress(made.read_bytes()).splitlines()
    assert [json.loads(line)["text"] for line in lines] == texts
