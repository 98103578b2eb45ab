"""The output folder: locked for one batch, every file in it whole.

Files are written under a temporary name in a folder of their own, reach the disk, and
only then get their name. No link in the output folder is followed. The ledger lives
beside the temporary files and stays when they go.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.batch.closing import Closing
from ingest.batch.names import MANIFEST, STAGING, is_shard
from ingest.batch.outcome import printable
from ingest.errors import LimitError, OutputError

LEDGER = "ledger.sqlite"
_KEPT = (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", f"{LEDGER}-journal")
_OPEN_FOLDERS = 32
"""Folders held open between documents: they come folder by folder, from a few workers."""
_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# What stands in the way of one file only; everything else stops the batch.
_IN_THE_WAY = (errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EEXIST)


class OutputFolder(Closing):
    """An output folder, locked. Raises `OutputError` where it cannot be made or written.

    A batch that was killed leaves nothing but its temporary files; the next one removes them.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._folders: dict[str, int] = {}
        self._unsettled: set[str] = set()
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

    def staged_path(self, name: str) -> Path:
        """Where a temporary file lies."""
        return self.path / STAGING / name

    def shards(self) -> list[str]:
        """Names of the shards of an earlier batch, and of their manifest, that lie here."""
        with os.scandir(self._root) as entries:
            return [one.name for one in entries if is_shard(one.name) or one.name == MANIFEST]

    def open_spool(self, name: str) -> int:
        """Open a temporary file for writing and reading that nobody else finds; return its number."""
        try:
            mode = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            number = os.open(name, mode, 0o600, dir_fd=self._staging)
            os.unlink(name, dir_fd=self._staging)
        except OSError as error:
            raise self._failure(error) from None
        return number

    def discard(self, names: Sequence[str]) -> None:
        """Remove temporary files, where they exist."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._staging)

    def publish(
        self, names: Sequence[str], targets: Sequence[str], *, settled: bool = True
    ) -> tuple[Path, ...]:
        """Give finished temporary files their names below the folder; all of them or none.

        The files' content must be on the disk already. When this returns, the names are
        too, or with `settled=False` when `settle` returns. Raises `LimitError` (reason
        `output`) where something of another kind stands in the way of this file,
        `OutputError` where nothing at all can be written.
        """
        published: list[str] = []
        try:
            for name, target in zip(names, targets, strict=True):
                folder = self._folder_of(target)
                os.rename(name, _last_part(target), src_dir_fd=self._staging, dst_dir_fd=folder)
                published.append(target)
            if settled:
                self.settle()
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

    def remove(self, targets: Sequence[str]) -> tuple[Path, ...]:
        """Remove files that this program wrote; return those that were there.

        Gone for good when `settle` returns. What is no regular file, or lies behind a
        link, is not what was written there and stays.
        """
        removed = []
        for target in targets:
            try:
                folder = self._folder_of(target, make=False)
                found = os.stat(_last_part(target), dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(found.st_mode):
                    os.unlink(_last_part(target), dir_fd=folder)
                    removed.append(self.path / target)
            except OSError as error:
                if error.errno not in (errno.ENOENT, *_IN_THE_WAY):
                    raise self._failure(error) from None
        return tuple(removed)

    def settle(self) -> None:
        """Bring every name given or removed since the last time to the disk."""
        try:
            while self._unsettled:
                folder = next(iter(self._unsettled))
                _settle(self._folders[folder] if folder else self._root)
                self._unsettled.discard(folder)
        except OSError as error:
            raise self._failure(error) from None

    def ledger_path(self) -> Path:
        """Where the ledger lies. Raises `OutputError` where something else lies there."""
        for name in _KEPT:
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=self._staging, follow_symlinks=False)
                if not stat.S_ISREG(found.st_mode):
                    raise OutputError(f"{self.path / STAGING / name}: is not a regular file")
        return self.path / STAGING / LEDGER

    def discard_ledger(self) -> None:
        """Remove the ledger."""
        self.discard(_KEPT)

    def close(self) -> None:
        """Remove what is temporary and let go of the lock."""
        for number in self._folders.values():
            os.close(number)
        self._folders.clear()
        with contextlib.suppress(OSError):  # what cannot be cleared now, the next batch clears
            self._clear_staging()
            os.rmdir(STAGING, dir_fd=self._root)  # not where there is a ledger in it
        os.close(self._staging)
        os.close(self._root)

    def _folder_of(self, target: str, *, make: bool = True) -> int:
        """Open the folder of a target, making what is missing, following no link.

        It counts as changed from now on.
        """
        folder = target.rpartition("/")[0]
        if folder and folder not in self._folders:
            number = _descend(self._root, folder.split("/"), make=make)
            if len(self._folders) >= _OPEN_FOLDERS:
                self.settle()
                while self._folders:
                    os.close(self._folders.popitem()[1])
            self._folders[folder] = number
        self._unsettled.add(folder)
        return self._folders[folder] if folder else self._root

    def _clear_staging(self) -> None:
        with os.scandir(self._staging) as entries:
            names = [entry.name for entry in entries if entry.name not in _KEPT]
        self.discard(names)

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.path}: cannot be written: {error.strerror}",
            advice="check space and permissions; what is written stays",
        )


def _descend(root: int, parts: Sequence[str], *, make: bool) -> int:
    number = os.dup(root)
    for part in parts:
        try:
            deeper = _enter(number, part, make=make)
        finally:
            os.close(number)
        number = deeper
    return number


def _enter(folder: int, name: str, *, make: bool = True) -> int:
    """Open a folder in a folder, made where it is missing; raises where it is a link."""
    if make:
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
