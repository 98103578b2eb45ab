"""What a batch reads: in a stable order, regular files only, links not followed."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.batch.intake import candidates, read_list
from ingest.batch.options import RunOptions
from ingest.batch.regular import open_regular
from ingest.errors import (
    EmptyFileError,
    MissingFileError,
    TooLargeError,
    UnreadableError,
)


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def found(*inputs: object, out: object = "/nonexistent", **options: tuple[str, ...]) -> list[str]:
    return [c.relative for c in candidates(inputs, out, RunOptions(**options))]


def test_a_folder_is_walked_in_the_order_of_the_bytes_of_its_names(tmp_path):
    tree(tmp_path, "b/2", "b/10", "a.pdf", "A.PDF", "b.txt", "報/一", "c")
    order = ["A.PDF", "a.pdf", "b/10", "b/2", "b.txt", "c", "報/一"]
    assert found(tmp_path) == order
    assert found(f"{tmp_path}/") == order


def test_sources_are_named_as_the_caller_named_their_folder(tmp_path, monkeypatch):
    tree(tmp_path, "in/a/x.pdf")
    monkeypatch.chdir(tmp_path)
    sources = [c.source for c in candidates(["in"], "out", RunOptions())]
    assert sources == ["in/a/x.pdf"]


def test_hidden_files_are_left_out_unless_named(tmp_path):
    tree(tmp_path, ".hidden", ".git/config", "seen")
    assert found(tmp_path) == ["seen"]
    assert found(tmp_path / ".hidden") == [".hidden"]


def test_output_names_count_from_the_deepest_shared_folder(tmp_path):
    tree(tmp_path, "one/x.pdf", "two/x.pdf", "two/deep/y.pdf", "z.pdf")
    assert found(tmp_path / "one") == ["x.pdf"]
    assert found(tmp_path / "one", tmp_path / "two") == ["one/x.pdf", "two/deep/y.pdf", "two/x.pdf"]
    assert found(tmp_path / "z.pdf", tmp_path / "one") == ["z.pdf", "one/x.pdf"]
    assert found(tmp_path / "one/x.pdf", tmp_path / "two/x.pdf") == ["one/x.pdf", "two/x.pdf"]
    # The same whatever stands in the folders: a new file moves no other.
    tree(tmp_path, "one/new.pdf")
    assert found(tmp_path / "one", tmp_path / "two")[1:] == [
        "one/x.pdf",
        "two/deep/y.pdf",
        "two/x.pdf",
    ]


def test_what_is_named_twice_comes_once_at_its_first_place(tmp_path):
    tree(tmp_path, "a", "b", "c/d")
    assert found(tmp_path / "b", tmp_path, tmp_path / "b", tmp_path / "c") == ["b", "a", "c/d"]
    assert found(tmp_path, f"{tmp_path}/c/../a") == ["b", "c/d", "a"]


def test_a_folder_with_a_file_name_is_a_folder(tmp_path):
    tree(tmp_path, "x.pdf/inner.txt")
    assert found(tmp_path) == ["x.pdf/inner.txt"]
    assert found(tmp_path / "x.pdf") == ["inner.txt"]


def test_the_output_folder_is_not_entered_by_whatever_name(tmp_path):
    tree(tmp_path, "in/a", "in/out/a.txt", "in/out/documents.jsonl")
    (tmp_path / "alias").symlink_to(tmp_path / "in/out")
    assert found(tmp_path / "in", out=tmp_path / "in/out") == ["a"]
    assert found(tmp_path / "in", out=tmp_path / "alias") == ["a"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": ("*.pdf",)}, ["A.PDF", "b.pdf", "sub/c.pdf"]),
        ({"include": ("sub/*",)}, ["sub/c.pdf", "sub/deep/e.txt"]),
        ({"exclude": ("*.pdf",)}, ["d.txt", "sub/deep/e.txt"]),
        ({"exclude": ("sub",)}, ["A.PDF", "b.pdf", "d.txt"]),
        ({"exclude": ("sub/deep",)}, ["A.PDF", "b.pdf", "d.txt", "sub/c.pdf"]),
        ({"include": ("*.txt", "b*"), "exclude": ("sub",)}, ["b.pdf", "d.txt"]),
    ],
)
def test_globs(tmp_path, options, expected):
    tree(tmp_path, "A.PDF", "b.pdf", "sub/c.pdf", "d.txt", "sub/deep/e.txt")
    assert found(tmp_path, **options) == expected


def test_globs_count_for_named_files_too(tmp_path):
    tree(tmp_path, "a.pdf", "b.txt")
    assert found(tmp_path / "a.pdf", tmp_path / "b.txt", include=("*.pdf",)) == ["a.pdf"]


def test_links_in_a_folder_are_named_not_followed(tmp_path):
    tree(tmp_path, "outside/secret", "in/real")
    (tmp_path / "in/file-link").symlink_to(tmp_path / "outside/secret")
    (tmp_path / "in/folder-link").symlink_to(tmp_path / "outside")
    (tmp_path / "in/dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    all_found = list(candidates([tmp_path / "in"], "out", RunOptions()))
    problems = {c.relative: str(c.problem) for c in all_found if c.problem}
    assert [c.relative for c in all_found if not c.problem] == ["real"]
    assert set(problems) == {"file-link", "folder-link", "dangling", "loop"}
    assert all("is a link" in problem for problem in problems.values())


def test_links_that_are_named_are_followed(tmp_path):
    tree(tmp_path, "outside/file")
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "file-link").symlink_to(tmp_path / "outside/file")
    assert found(tmp_path / "link") == ["file"]
    number, size = open_regular(str(tmp_path / "file-link"), follow=True, max_size=100)
    os.close(number)
    assert size == len("outside/file")


def test_fifos_sockets_and_devices_never_hold_a_batch_up(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        problems = {c.relative: str(c.problem) for c in candidates([tmp_path], "out", RunOptions())}
        assert "is a FIFO" in problems["fifo"]
        assert "is a socket" in problems["socket"]
        for name in (tmp_path / "fifo", tmp_path / "socket", Path("/dev/zero"), Path("/dev/null")):
            with pytest.raises(UnreadableError, match="not a regular file"):
                open_regular(str(name), follow=True, max_size=100)
    (tmp_path / "endless").symlink_to("/dev/zero")
    with pytest.raises(UnreadableError, match="a device"):
        open_regular(str(tmp_path / "endless"), follow=True, max_size=100)


def test_opening_names_the_cause(tmp_path):
    with pytest.raises(MissingFileError, match="no such file"):
        open_regular(str(tmp_path / "no"), follow=True, max_size=9)
    with pytest.raises(MissingFileError):
        open_regular(str(tmp_path / "no\0name"), follow=True, max_size=9)
    with pytest.raises(UnreadableError, match="too long"):
        open_regular(str(tmp_path / ("x" * 5000)), follow=True, max_size=9)
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(MissingFileError, match="link to a file that does not exist"):
        open_regular(str(tmp_path / "dangling"), follow=True, max_size=9)
    (tmp_path / "link").symlink_to(__file__)
    with pytest.raises(UnreadableError, match="is a link"):
        open_regular(str(tmp_path / "link"), follow=False, max_size=9)
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFileError):
        open_regular(str(tmp_path / "empty"), follow=False, max_size=9)
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(50 << 30)
    with pytest.raises(TooLargeError, match="53687091200"):
        open_regular(str(tmp_path / "sparse"), follow=False, max_size=1 << 30)
    assert not _leaked(tmp_path)


def _leaked(folder: Path) -> list[str]:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc")
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return [link for link in links if link.startswith(str(folder))]


def test_files_and_folders_without_permission_are_named():
    """As root nothing is forbidden: there the look is taken by another user."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        tree(root, "forbidden", "closed/inner", "open")
        (root / "forbidden").chmod(0)
        (root / "closed").chmod(0)
        code = (
            "import os, sys; sys.path[:0] = sys.argv[2:]\n"
            "from ingest.batch.intake import candidates\n"
            "from ingest.batch.regular import open_regular\n"
            "from ingest.batch.options import RunOptions\n"
            "from ingest.errors import DocumentError\n"
            "if os.geteuid() == 0: os.seteuid(65534)\n"
            "for c in candidates([sys.argv[1]], 'out', RunOptions()):\n"
            "    problem = c.problem\n"
            "    if problem is None:\n"
            "        try: open_regular(c.source, follow=False, max_size=99)\n"
            "        except DocumentError as error: problem = error\n"
            "    print(c.relative, problem and problem.reason)\n"
        )
        try:
            answer = subprocess.run(
                [sys.executable, "-c", code, str(root), *sys.path],
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            (root / "closed").chmod(0o755)
        assert answer.stdout.splitlines() == [
            "closed unreadable",
            "forbidden unreadable",
            "open None",
        ], answer.stderr


def test_names_of_any_bytes(tmp_path):
    raw = os.fsencode(tmp_path) + b"/\xff\xfe\n\x1b[31m.pdf"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (one,) = candidates([tmp_path], "out", RunOptions())
    assert os.fsencode(one.source) == raw
    number, _ = open_regular(one.source, follow=False, max_size=9)
    os.close(number)


def test_a_tree_deeper_than_recursion_and_paths_allow_ends_in_a_named_problem(tmp_path):
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1200):
            Path("deep").mkdir()
            os.chdir("deep")
    finally:
        os.chdir(here)
    (one,) = candidates([tmp_path], "out", RunOptions())
    assert one.problem is not None
    assert one.problem.reason == "unreadable"
    # shutil.rmtree of some Python versions gives up on such a tree.
    subprocess.run(["rm", "-rf", str(tmp_path / "deep")], check=True)


def test_a_missing_input_is_a_candidate(tmp_path):
    (one,) = candidates([tmp_path / "no"], "out", RunOptions())
    assert one.relative == "no"
    assert one.named


def test_lists_of_names():
    assert read_list(io.BytesIO(b"a\nb\r\n\nc d\n")) == ["a", "b", "c d"]
    assert read_list(io.BytesIO(b"a\nb\0\xff\0")) == ["a\nb", "\udcff"]
    assert read_list(io.BytesIO(b"")) == []
