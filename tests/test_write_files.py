"""One file, whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ingest.errors import OutputError
from ingest.write.files import write_atomically


def test_new_and_over_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    for content in ("一".encode(), "二".encode()):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.txt"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o444 == 0o444 & ~_masked(tmp_path)


def _masked(folder: Path) -> int:
    """What the mask of this process takes from a file that is made the ordinary way."""
    plain = folder / "plain"
    plain.touch()
    return 0o666 & ~stat.S_IMODE(plain.stat().st_mode)


def test_a_folder_in_the_way_stays_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.mkdir()
    with pytest.raises(OutputError, match=r"report\.txt: cannot be written"):
        write_atomically(path, b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.txt"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        write_atomically(tmp_path / "none" / "report.txt", b"x")
