"""The output folder: locked for one batch, every file in it whole.

Files are written under a temporary name in a folder of their own, reach the disk, and
only then get their name. No link in the output folder is followed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from ingest.batch.names import STAGING
from ingest.batch.outcome import printable
from ingest.errors import LimitError, OutputError

_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# What stands in the way of one file only; everything else stops the batch.
_IN_THE_WAY = (errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EEXIST)


class OutputFolder:
    """An output folder, locked. Raises `OutputError` where it cannot be made or written.

    A batch that was killed leaves nothing but its temporary files; the next one removes them.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._last: tuple[str, int] | None = None
        with contextlib.ExitStack() as undo:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                self._root = os.open(self.path, _AS_FOLDER)
                undo.callback(os.close, self._root)
                fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._staging = _enter(self._root, STAGING)
                undo.callback(os.close, self._staging)
                self._clear_staging()
                # Better now than after the first document.
                os.close(self.open_staged("probe"))
                os.unlink("probe", dir_fd=self._staging)
            except BlockingIOError:
                raise OutputError(
                    f"{self.path}: another batch is writing to this folder",
                    advice="wait for it, or choose another folder",
                ) from None
            except FileExistsError:
                raise OutputError(f"{self.path}: is not a folder") from None
            except ValueError:
                raise OutputError(f"{printable(str(path))}: no folder can have this name") from None
            except OSError as error:
                raise self._failure(error) from None
            undo.pop_all()

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open_staged(self, name: str) -> int:
        """Open a new temporary file for writing; return its number."""
        try:
            return os.open(
                name,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
                0o666,
                dir_fd=self._staging,
            )
        except OSError as error:
            raise self._failure(error) from None

    def cut_to_lines(self, name: str) -> None:
        """Take from the end of a temporary file what is no whole line: a full disk cut it."""
        number = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._staging)
        with os.fdopen(number, "r+b") as file:
            whole = 0
            for text in file:
                whole += len(text) if text.endswith(b"\n") else 0
            file.truncate(whole)

    def discard(self, names: Sequence[str]) -> None:
        """Remove temporary files, where they exist."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._staging)

    def publish(self, names: Sequence[str], targets: Sequence[str]) -> tuple[Path, ...]:
        """Give finished temporary files their names below the folder; all of them or none.

        The files' content must be on the disk already. When this returns, the names are
        too. Raises `LimitError` (reason `output`) where something of another kind stands
        in the way of this file, `OutputError` where nothing at all can be written.
        """
        published: list[str] = []
        try:
            for name, target in zip(names, targets, strict=True):
                folder = self._folder_of(target)
                os.rename(name, _last_part(target), src_dir_fd=self._staging, dst_dir_fd=folder)
                published.append(target)
            _settle(folder)  # targets differ in their suffix only: one folder for all
        except OSError as error:
            for target in published:
                os.unlink(_last_part(target), dir_fd=self._folder_of(target))
            self.discard(names)
            if error.errno in _IN_THE_WAY:
                raise LimitError(
                    f"{self.path / targets[len(published)]}: something else stands there"
                    f" ({error.strerror})",
                    reason="output",
                    advice="choose an empty output folder",
                ) from None
            raise self._failure(error) from None
        return tuple(self.path / target for target in published)

    def close(self) -> None:
        """Remove the temporary folder and let go of the lock."""
        if self._last is not None:
            os.close(self._last[1])
            self._last = None
        with contextlib.suppress(OSError):  # what cannot be cleared now, the next batch clears
            self._clear_staging()
            os.rmdir(STAGING, dir_fd=self._root)
        os.close(self._staging)
        os.close(self._root)

    def _folder_of(self, target: str) -> int:
        """Open the folder of a target, making what is missing, following no link."""
        folder, slash, _ = target.rpartition("/")
        if not slash:
            return self._root
        # Documents come folder by folder: the one used last is mostly the one needed.
        if self._last is None or self._last[0] != folder:
            number = _descend(self._root, folder.split("/"))
            if self._last is not None:
                os.close(self._last[1])
            self._last = folder, number
        return self._last[1]

    def _clear_staging(self) -> None:
        with os.scandir(self._staging) as entries:
            names = [entry.name for entry in entries]
        self.discard(names)

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.path}: cannot be written: {error.strerror}",
            advice="check space and permissions; what is written stays",
        )


def _descend(root: int, parts: Sequence[str]) -> int:
    number = os.dup(root)
    for part in parts:
        try:
            deeper = _enter(number, part)
        finally:
            os.close(number)
        number = deeper
    return number


def _enter(folder: int, name: str) -> int:
    """Open a folder in a folder, made where it is missing; raises where it is a link."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
        _settle(folder)
    return os.open(name, _AS_FOLDER | os.O_NOFOLLOW, dir_fd=folder)


def _settle(folder: int) -> None:
    """Bring the names in a folder to the disk, where its file system can do that."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def _last_part(target: str) -> str:
    return target.rpartition("/")[2]


def temporary_names(key: int, count: int) -> Iterator[str]:
    """Names of the temporary files of one document."""
    return (f"{key}.{index}" for index in range(count))
