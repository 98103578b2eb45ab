"""The unfinished output of a dataset, which a resumed run goes on with.

Finished chunks are appended to two files or three; a journal says, after all have reached the
disk, how far they are good. What stands behind that is cut off when the run resumes.
When the dataset is done, one line is kept that says so and what came out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import IO, Any

from ingest.batch.names import UNFINISHED
from ingest.batch.sketches import SKETCH_BYTES
from ingest.batch.writing import write_all
from ingest.errors import OutputError

_ROWS, _CHANGES, _SKETCHES, _JOURNAL, _DONE = "rows", "changes", "sketches", "journal", "done"


class Work:
    """The folder of one dataset's work, below the output folder.

    `key` stands for everything that decides what comes out; work under another key is
    thrown away. `sketches`: a third file, of as many bytes a row, holds what near-duplicates
    are found by. Raises `OutputError` where nothing can be written.
    """

    def __init__(self, out: Path, target: str, key: str, *, sketches: bool = False) -> None:
        self._key = key
        self._names = (_ROWS, _CHANGES, _SKETCHES) if sketches else (_ROWS, _CHANGES)
        digest = hashlib.sha256(os.fsencode(target)).hexdigest()[:24]
        self.path = out / UNFINISHED / digest
        self._files: list[IO[bytes]] = []
        self._good = [0] * len(self._names)
        try:
            for folder in (out / UNFINISHED, self.path):
                folder.mkdir(exist_ok=True)
                if folder.is_symlink():
                    raise OutputError(f"{folder}: is a link", advice="remove it")
        except OSError as error:
            raise self._failure(error) from None

    def done(self) -> dict[str, Any] | None:
        """Return what `finish` kept, where it was under the same key."""
        form, _ = _lines(self.path / _DONE)
        if form and form[-1].get("key") == self._key:
            known: dict[str, Any] = form[-1]["known"]
            return known
        return None

    def begin(self) -> dict[str, Any] | None:
        """Open the files; return the last point that is good, None where there is none."""
        journal, whole = _lines(self.path / _JOURNAL)
        point: dict[str, Any] | None = None
        sizes = [0] * len(self._names)
        if journal and journal[0].get("key") == self._key:
            if len(journal) > 1:
                point, sizes = journal[-1]["point"], journal[-1]["sizes"]
        else:
            self.clear()
        self._good = sizes
        try:
            for name, size in zip(self._names, sizes, strict=True):
                file = self._open(name)
                if os.fstat(file.fileno()).st_size < size:
                    self.close()
                    self.clear()
                    return self.begin()
                file.truncate(size)
                file.seek(size)
            whole = 0 if point is None else whole
            file = self._open(_JOURNAL)
            file.truncate(whole)
            file.seek(whole)
            if not whole:
                self._note({"key": self._key})
                _settle(self.path)
                _settle(self.path.parent)
        except OSError as error:
            raise self._failure(error) from None
        return point

    def temporary(self) -> IO[bytes]:
        """Open a nameless file on the same disk."""
        try:
            return tempfile.TemporaryFile(dir=self.path, buffering=0)
        except OSError as error:
            raise self._failure(error) from None

    @property
    def _content(self) -> list[IO[bytes]]:
        return self._files[: len(self._names)]

    def append(self, *made: int) -> None:
        """Append what a child wrote into open files: rows, changes, perhaps sketches."""
        for source, file in zip(made, self._content, strict=True):
            at = 0
            while block := os.pread(source, 1 << 20, at):
                write_all(file.fileno(), block)
                at += len(block)

    def settle_chunk(self, rows: int) -> None:
        """What is appended up to here is whole, `rows` rows of it; less than a chunk is not kept."""
        for file in self._content[2:]:
            # So many, whatever the children wrote: each is found by its place.
            file.truncate(rows * SKETCH_BYTES)
            file.seek(0, os.SEEK_END)
        self._good = [file.tell() for file in self._content]

    def sketch_at(self, row: int) -> bytes:
        """Return the sketch of a row, counted from 0; empty behind the last."""
        return os.pread(self._content[2].fileno(), SKETCH_BYTES, row * SKETCH_BYTES)

    def add_changes(self, content: bytes) -> None:
        """Append to the account what is found when all rows are done."""
        write_all(self._content[1].fileno(), content)

    def checkpoint(self, point: dict[str, Any]) -> None:
        """Bring everything appended to the disk, then note that it is good up to `point`."""
        try:
            for file in self._content:
                os.fsync(file.fileno())
            self._note({"point": point, "sizes": self._good})
        except OSError as error:
            raise self._failure(error) from None

    @property
    def paths(self) -> tuple[Path, Path]:
        """The rows and the account of changes as they stand."""
        return self.path / _ROWS, self.path / _CHANGES

    def joined(self) -> Path:
        """Where the rows go whose form is no sequence of chunks."""
        return self.path / "joined"

    def made(self, joined: bool) -> tuple[Path, Path]:
        """The two files that come out."""
        return (self.joined() if joined else self.paths[0]), self.paths[1]

    def finish(self, known: dict[str, Any]) -> None:
        """Keep that this dataset is done, before its files go where they belong."""
        self.close()
        try:
            with tempfile.NamedTemporaryFile("w", dir=self.path, delete=False) as file:
                json.dump({"key": self._key, "known": known}, file)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self.path / _DONE)
            _settle(self.path)
        except OSError as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Close the files; their content stays for a run that resumes."""
        for file in self._files:
            with contextlib.suppress(OSError):
                file.close()
        self._files.clear()

    def clear(self, *, but_done: bool = False) -> None:
        """Throw all work on this dataset away; perhaps but for the word that it is done."""
        for path in self.path.iterdir():
            if not (but_done and path.name == _DONE):
                path.unlink()

    def _open(self, name: str) -> IO[bytes]:
        number = os.open(
            self.path / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
        )
        file = os.fdopen(number, "r+b", buffering=0)
        self._files.append(file)
        return file

    def _note(self, entry: dict[str, Any]) -> None:
        journal = self._files[-1]
        write_all(journal.fileno(), json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        os.fsync(journal.fileno())

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.path}: cannot be written: {error.strerror}",
            advice="check space and permissions; the next run goes on where this one ended",
        )


def _lines(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines of a journal and their bytes: a crash may have cut its last."""
    entries: list[dict[str, Any]] = []
    whole = 0
    try:
        content = path.read_bytes()
    except OSError:
        return entries, whole
    for line in content.split(b"\n")[:-1]:
        try:
            entry = json.loads(line)
        except ValueError:
            break
        if not isinstance(entry, dict):
            break
        entries.append(entry)
        whole += len(line) + 1
    return entries, whole


def _settle(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)
