"""Zip archives as folders of documents, and URLs as inputs."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.batch import Outcome, RunOptions, run
from ingest.batch.archives import Archive
from ingest.batch.dryrun import plan
from ingest.batch.intake import candidates
from ingest.batch.urls import is_url, relative_path
from ingest.errors import MissingExtraError, TooLargeError, UsageError
from ingest.settings import Settings

TWO = Settings(jobs=2)
COPY = RunOptions(job="hostile.faults:faulty_copy")


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def legacy(path: Path, names: list[bytes]) -> Path:
    """An archive as Chinese Windows writes it: names in its own encoding, no flag."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            # cp437 and back keeps every byte; ASCII in between keeps the flag off.
            archive.writestr("x" * len(name), b"text")
    raw = path.read_bytes()
    for name in names:
        raw = raw.replace(b"x" * len(name), name, 1)
    for name in names:
        raw = raw.replace(b"x" * len(name), name, 1)
    path.write_bytes(raw)
    return path


def outcomes(*inputs: Path | str, out: Path, options: RunOptions = COPY) -> list[Outcome]:
    return list(run(inputs, out, settings=TWO, options=options))


def test_an_archive_is_a_folder_of_its_own_name(tmp_path):
    inputs, out = tmp_path / "in", tmp_path / "out"
    inputs.mkdir()
    members = {
        "b/report.txt": b"one",
        "a.txt": b"two",
        "b/": b"",
        "__MACOSX/._a.txt": b"no",
        ".DS_Store": b"no",
        "empty.txt": b"",
    }
    packed(inputs / "found.zip", members)
    packed(inputs / "named", {"c.txt": b"three"})
    (inputs / "plain.txt").write_text("four")
    made = outcomes(inputs, inputs / "named", out=out)
    assert [(o.source.removeprefix(f"{inputs}/"), o.status, o.reason) for o in made] == [
        ("found.zip/b/report.txt", "done", ""),
        ("found.zip/a.txt", "done", ""),
        ("found.zip/empty.txt", "quarantined", "empty"),
        ("plain.txt", "done", ""),
        ("named/c.txt", "done", ""),
    ]
    assert (out / "found.zip/b/report.txt.txt").read_bytes() == b"one"
    assert (out / "named/c.txt.txt").read_bytes() == b"three"
    records = [json.loads(line) for line in (out / "documents.jsonl").read_text().splitlines()]
    assert len(records) == len(made)


def test_globs_and_resumption_reach_into_archives(tmp_path):
    path = packed(tmp_path / "a.zip", {"x/1.txt": b"1", "x/2.md": b"2", "y/3.txt": b"3"})

    def found(**options):
        chosen = RunOptions(job=COPY.job, **options)
        return [
            o.source.rpartition("/")[2] for o in outcomes(path, out=tmp_path / "o", options=chosen)
        ]

    assert found(include=("*.txt",)) == ["1.txt", "3.txt"]
    assert found(exclude=("*/y/*",)) == ["1.txt", "2.md"]
    assert found(exclude=("a.zip",)) == []
    first = outcomes(path, out=tmp_path / "out")
    again = outcomes(path, out=tmp_path / "out")
    assert [o.resumed for o in first] == [False] * 3
    assert [o.resumed for o in again] == [True] * 3
    packed(path, {"x/1.txt": b"1", "x/2.md": b"new", "y/3.txt": b"3"})
    assert outcomes(path, out=tmp_path / "out")[1].resumed is False
    assert (tmp_path / "out/a.zip/x/2.md.txt").read_bytes() == b"new"


def test_what_leads_out_or_cannot_be_read_is_named(tmp_path):
    path, out = tmp_path / "a.zip", tmp_path / "out"
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../up.txt", "/etc/root.txt", "a/../../b.txt", "..\\win.txt", "C:/x.txt"):
            archive.writestr(name, b"x")
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", b"PK\x03\x04")
        archive.writestr("lzma.txt", b"x", zipfile.ZIP_LZMA)
        archive.writestr("secret.txt", b"x")
        archive.writestr("same.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("same.txt", b"2")
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"secret.txt") - 46
    raw[at + 8] |= 1  # the flag of encryption, in the table of members
    path.write_bytes(raw)
    made = outcomes(path, out=out)
    assert [o.reason for o in made] == [
        *["unsafe-name"] * 5,
        "unreadable",
        "not-a-document",
        "unreadable",
        "encrypted",
        "",
        "",
    ]
    written = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.txt"))
    assert written == ["out/a.zip/same.txt.txt", "out/a.zip/same.txt~2.txt"]
    assert {o.outputs[0].read_bytes() for o in made if o.ok} == {b"1", b"2"}


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gbk", ["报告/第一章 概述.txt", "报告/第二章 数据分析.txt", "说明.txt"]),
        ("big5", ["報告/第一章 概述.txt", "報告/第二章 資料分析與討論.txt"]),
        ("utf-8", ["报告/第一章.txt", "café.txt"]),
        ("cp437", ["café.txt", "Übung.txt"]),
    ],
)
def test_names_without_the_flag_are_decoded(tmp_path, encoding, names):
    path = legacy(tmp_path / "a.zip", [name.encode(encoding) for name in names])
    found = [c.source.removeprefix(f"{path}/") for c in candidates([path], "out", RunOptions())]
    assert found == names


def test_the_unicode_path_field_counts(tmp_path):
    path = tmp_path / "a.zip"
    raw = "报告.txt".encode("gbk")
    info = zipfile.ZipInfo("x" * len(raw))
    body = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + "报告.txt".encode()
    info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, b"text")
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    (one,) = candidates([path], "out", RunOptions())
    assert one.source.endswith("/报告.txt")


def test_bombs_end_within_their_limits(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"\0" * (120 << 20))
        archive.writestr("fine.txt", b"fine")
    made = outcomes(path, out=tmp_path / "out")
    assert [o.reason for o in made] == ["bomb", ""]
    small = list(
        run([path], tmp_path / "out2", settings=TWO.replace(max_size=1 << 20), options=COPY)
    )
    assert [o.reason for o in small] == ["too-large", ""]


def test_a_table_of_members_that_lies_or_is_too_large_is_refused_unread(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.txt": b"x"})
    raw = bytearray(path.read_bytes())
    end = raw.rfind(b"PK\x05\x06")
    struct.pack_into("<L", raw, end + 12, 1 << 30)
    with pytest.raises(TooLargeError):
        _archive(tmp_path / "large.zip", bytes(raw))
    (tmp_path / "cut.zip").write_bytes(path.read_bytes()[:-10])
    made = outcomes(tmp_path / "cut.zip", tmp_path / "large.zip", out=tmp_path / "out")
    assert [o.reason for o in made] == ["malformed", "too-large"]
    packed(tmp_path / "none.zip", {})
    assert outcomes(tmp_path / "none.zip", out=tmp_path / "out")[0].reason == "empty"


def _archive(path: Path, content: bytes) -> Archive:
    path.write_bytes(content)
    return Archive(io.FileIO(path))  # type: ignore[arg-type]


def test_a_damaged_member_costs_itself(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.txt": os.urandom(1000), "b.txt": b"fine"})
    raw = bytearray(path.read_bytes())
    raw[100] ^= 0xFF
    path.write_bytes(raw)
    assert [o.reason for o in outcomes(path, out=tmp_path / "out")] == ["malformed", ""]


def test_documents_that_are_zip_files_are_no_folders(tmp_path):
    path = packed(
        tmp_path / "report.zip", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
    )
    (one,) = candidates([path], "out", RunOptions())
    assert one.opener is None


def test_urls_are_told_from_paths_and_have_their_place():
    assert is_url("s3://bucket/key")
    assert not is_url("C:/a.pdf")
    assert not is_url("a//b")
    assert relative_path("s3://bucket/a%20b.txt") == "s3/bucket/a%20b.txt"
    assert relative_path("https://example.org/%E6%8A%A5.pdf") == "https/example.org/报.pdf"


def test_no_two_urls_have_the_same_place():
    urls = [
        "s3://bucket/a b.txt",
        "s3://bucket/a%20b.txt",
        "s3://bucket//a b.txt",
        "s3://bucket/./a b.txt",
        "s3://bucket/a b.txt?version=1",
        "S3://bucket/a b.txt",
        "https://example.org/a%20b.txt",
        "https://example.org/a b.txt",
        "https://example.org/a%20b.txt?id=1",
        "https://example.org/a%20b.txt?id=2",
        "https://example.org/a%20b.txt#end",
        "https://example.org/c/../a%20b.txt",
        "https://example.org/c%2fa%20b.txt",
        "https://example.org/c/a%20b.txt",
        "https://example.org",
        "https://example.org/",
        "https://example.org/?id=1",
    ]
    places = [relative_path(url) for url in urls]
    assert len(set(places)) == len(urls)
    assert not any(part in ("", ".", "..") for place in places for part in place.split("/"))


def test_a_prefix_stands_for_all_objects_below_it(tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="the extra [s3] is not installed")
    files = fsspec.filesystem("memory")
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".hidden/x.txt", "c.log"):
        files.pipe(f"/prefix/{name}", name.encode())
    options = replace(COPY, exclude=("*.log",))
    found = [one.source for one in candidates(["memory://prefix/"], "out", options)]
    assert found == [f"memory://prefix/{name}" for name in ("a.txt", "b/1.txt", "b/2.txt")]
    made = list(run(["memory://prefix/"], tmp_path / "out", settings=TWO, options=options))
    assert [one.outputs[0].read_text() for one in made] == ["a.txt", "b/1.txt", "b/2.txt"]
    (none,) = candidates(["memory://nothing/"], "out", options)
    assert none.problem is not None
    assert none.problem.reason == "missing"


def test_the_output_folder_is_no_url(tmp_path):
    for out in ("s3://bucket/out", Path("s3://bucket/out")):
        with pytest.raises(UsageError, match="must be on this machine"):
            list(run([tmp_path], out, options=COPY))


def test_urls_are_read_and_what_cannot_be_read_is_named(tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="the extra [s3] is not installed")
    files = fsspec.filesystem("memory")
    files.pipe("/crawl/a.txt", b"from memory")
    files.pipe("/crawl/empty.txt", b"")
    files.pipe("/crawl/large.txt", b"x" * 2_000_000)
    (tmp_path / "b c.txt").write_bytes(b"from a file")
    urls = [
        "memory://crawl/a.txt",
        "memory://crawl/empty.txt",
        "memory://crawl/large.txt",
        "memory://crawl/none.txt",
        f"file://{tmp_path}/b c.txt",
        "nonsense://x/y",
    ]
    settings = TWO.replace(max_size=1 << 20)
    made = list(run(urls, tmp_path / "out", settings=settings, options=COPY))
    assert [o.reason for o in made] == ["", "empty", "too-large", "missing", "", "unreadable"]
    assert [o.source for o in made] == urls
    assert (tmp_path / "out/memory/crawl/a.txt.txt").read_bytes() == b"from memory"
    assert made[4].outputs[0].read_bytes() == b"from a file"
    again = list(run(urls[:1], tmp_path / "out", settings=settings, options=COPY))
    assert again[0].resumed


def test_a_dry_run_fetches_and_unpacks_nothing(tmp_path, monkeypatch):
    fsspec = pytest.importorskip("fsspec", reason="the extra [s3] is not installed")
    files = fsspec.filesystem("memory")
    files.pipe("/dry/a.txt", b"a")
    files.pipe("/dry/empty.txt", b"")
    files.pipe("/dry/large.txt", b"x" * 2000)
    path = packed(tmp_path / "a.zip", {"a.txt": b"a", "empty.txt": b"", "large.txt": b"x" * 2000})
    named = ["memory://dry/", str(path)]
    settings = TWO.replace(max_size=1000)
    told = [one.reason for one in run(named, tmp_path / "out", settings=settings, options=COPY)]

    def refuse(*_: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("ingest.batch.dryrun.open_candidate", refuse)
    planned = list(plan(named, tmp_path / "new", settings, COPY))
    assert [one.why.partition(":")[0] for one in planned] == told
    assert told == ["", "empty", "too-large"] * 2


def test_without_fsspec_the_way_to_get_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("ingest.batch.urls.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'ingest\[s3\]'"):
        list(run(["s3://bucket/a.txt"], tmp_path / "out", options=COPY))
