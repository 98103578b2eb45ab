"""Which files a batch reads, in which order, and how they are opened.

Only regular files are read, and nothing that waits (a FIFO), never ends (a device) or
leads elsewhere (a link found in a folder) is opened. What cannot be a document is still
a candidate, with its problem: every input gets its outcome.
"""

# Names stay strings: there may be a million, of any bytes.
# ruff: noqa: PTH100, PTH116, PTH118, PTH119, PTH120

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from ingest.batch.archives import Archive, is_zip
from ingest.batch.options import RunOptions
from ingest.batch.regular import open_regular, refusal, wrong_kind
from ingest.batch.urls import below, is_prefix, is_url, open_url, relative_path, require, stamp
from ingest.errors import DocumentError, EmptyFileError

_ZIP = ".zip"

Opener: TypeAlias = Callable[[int], tuple[int, int]]
"""Takes the most bytes that are wanted; returns as `open_regular` does."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One input: its name as given or found, its path below the folder all inputs share.

    `named` is True for what the caller named himself: there a link is followed.
    `problem` says why it is no document, where that is known already.
    """

    source: str
    relative: str
    named: bool
    problem: DocumentError | None = None
    opener: Opener | None = field(default=None, compare=False, repr=False)
    """Opens what is no file of its own: a member of an archive, what is behind a URL."""
    stamp: str = ""
    """For what has an opener: changes when its content does; empty where that is not known."""


def read_list(stream: BinaryIO) -> list[str]:
    r"""Read names of inputs, one a line, or each ended by NUL where there is one.

    >>> import io
    >>> read_list(io.BytesIO(b"a.pdf\nb c.pdf\n"))
    ['a.pdf', 'b c.pdf']
    """
    content = stream.read()
    names = content.split(b"\0") if b"\0" in content else content.splitlines()
    return [os.fsdecode(name) for name in names if name]


def candidates(
    inputs: Iterable[str | Path], out: str | Path, options: RunOptions
) -> Iterator[Candidate]:
    """Yield the inputs in a stable order: as given, what is in folders sorted by its bytes.

    Hidden files and folders are left out unless named. The folder `out` is never
    entered. What is named twice, or named and also found in a named folder, comes once.

    A zip archive is a folder: what is named and begins like one, and what is found in a
    folder, begins like one and has a name in `.zip`. URLs are read through fsspec; one with
    a slash at its end, but on the web, stands for all objects below it.
    """
    named: dict[str, str] = {}
    for given in inputs:
        source = os.fspath(given)
        named.setdefault(source if is_url(source) else os.path.abspath(source), source)
    shared = _shared_folder(path for path in named if not is_url(path))
    walk = _Walk(named, shared, identity(out), options)
    for path, source in named.items():
        yield from walk.url(source) if is_url(path) else walk.root(path, source)


def open_candidate(candidate: Candidate, max_size: int) -> tuple[int, int]:
    """Open a candidate for reading, whatever it is; return its number and its size in bytes.

    Raises what `open_regular` raises, and `MalformedError` or `LimitError` for a member
    of an archive that cannot be unpacked within its limits.
    """
    if candidate.opener is not None:
        return candidate.opener(max_size)
    return open_regular(candidate.source, follow=candidate.named, max_size=max_size)


def _shared_folder(named: Iterable[str]) -> str:
    """The deepest folder that all inputs share: output names count from there.

    For one folder that is the folder itself, for files of one folder that folder, so
    that a single tree is mirrored as it is, and two trees never write the same name.
    """
    folders = [path if is_folder(path) else os.path.dirname(path) for path in named]
    return os.path.commonpath(folders) if folders else os.sep


def is_folder(path: str) -> bool:
    """True for a folder; False for all else, also for what cannot be looked at."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def identity(path: str | Path) -> tuple[int, int] | None:
    """Device and number of a file or folder, the same by whatever name; None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to go through: absolute path, name as shown, path below the named folder."""

    path: str
    source: str
    below: str
    named: bool = False


class _Walk:
    """Goes through named files and folders."""

    def __init__(
        self, named: dict[str, str], shared: str, out: tuple[int, int] | None, options: RunOptions
    ) -> None:
        self._named = named
        self._shared = shared
        self._out = out
        self._include = tuple(pattern.casefold() for pattern in options.include)
        self._exclude = tuple(pattern.casefold() for pattern in options.exclude)

    def root(self, path: str, source: str) -> Iterator[Candidate]:
        """Yield a named input: itself, or what is in it."""
        name = os.path.basename(path)
        if is_folder(source):
            yield from self._below(_Folder(path, source, "", named=True))
            return
        members = None if self._excluded(name, name) else self._members(path, source, name, True)
        if members is not None:
            yield from members
        elif self._wanted(name, name):
            yield Candidate(source, os.path.relpath(path, self._shared), named=True)

    def _below(self, top: _Folder) -> Iterator[Candidate]:
        # A stack, not recursion: a tree may be deeper than Python's.
        open_folders = [self._in(top)]
        while open_folders:
            found = next(open_folders[-1], None)
            if found is None:
                open_folders.pop()
            elif isinstance(found, _Folder):
                open_folders.append(self._in(found))
            else:
                yield found

    def _in(self, folder: _Folder) -> Iterator[Candidate | _Folder]:
        try:
            entries = self._entries(folder)
        except OSError as error:
            problem = refusal(error, "the folder")
            yield Candidate(folder.source, self._relative(folder.path), folder.named, problem)
            return
        # Once a folder, not once a name: a resumed batch does little else than this.
        above, shown, under = (
            os.path.join(where, "") for where in (folder.path, folder.source, folder.below)
        )
        relative = self._relative(folder.path)
        mirrored = "" if relative == os.curdir else os.path.join(relative, "")
        for name, kind in entries:
            path, source, below = above + name, shown + name, under + name
            if path in self._named:
                continue  # has its own place in the order
            if kind == stat.S_IFDIR:
                if not self._excluded(name, below):
                    yield _Folder(path, source, below)
                continue
            members = None
            zipped = name[-len(_ZIP) :].lower() == _ZIP
            if zipped and kind == stat.S_IFREG and not self._excluded(name, below):
                members = self._members(path, source, below, False)
            if members is not None:
                yield from members
            elif self._wanted(name, below):
                wrong = None if kind == stat.S_IFREG else wrong_kind(kind)
                yield Candidate(source, mirrored + name, named=False, problem=wrong)

    def url(self, source: str) -> Iterator[Candidate]:
        """Yield what is behind a URL: an object, or all objects below a prefix."""
        require()
        if not is_prefix(source):
            yield from self._object(source)
            return
        try:
            for found, known in below(source):
                yield from self._object(found, known)
        except DocumentError as error:
            yield Candidate(source, relative_path(source), named=True, problem=error)

    def _object(self, url: str, known: str | None = None) -> Iterator[Candidate]:
        path = relative_path(url)
        if self._wanted(os.path.basename(path), path):
            told = stamp(url) if known is None else known
            yield Candidate(url, path, named=True, opener=partial(open_url, url), stamp=told)

    def _members(
        self, path: str, source: str, below: str, named: bool
    ) -> Iterator[Candidate] | None:
        """The members of an archive; None where the file is none."""
        try:
            number, _ = open_regular(source, follow=named, max_size=1 << 62)
        except DocumentError:
            return None  # a candidate like any other: opening it will say why
        file = os.fdopen(number, "rb")
        if not is_zip(number):
            file.close()
            return None
        relative = self._relative(path)
        try:
            archive = Archive(file)
        except DocumentError as error:
            file.close()
            return iter((Candidate(source, relative, named, error),))
        if archive.is_document:
            file.close()
            return None
        return self._unpacked(archive, Candidate(source, relative, named), below)

    def _unpacked(self, archive: Archive, whole: Candidate, below: str) -> Iterator[Candidate]:
        found = False
        for member in archive.members():
            found = True
            if self._wanted(os.path.basename(member.path), f"{below}/{member.path}"):
                yield Candidate(
                    f"{whole.source}/{member.path}",
                    f"{whole.relative}/{member.path}",
                    named=False,
                    problem=member.problem,
                    opener=member.open,
                    stamp=member.stamp,
                )
        if not found:
            problem = EmptyFileError("holds no files", advice="")
            yield Candidate(whole.source, whole.relative, whole.named, problem)

    def _entries(self, folder: _Folder) -> list[tuple[str, int]]:
        """Names and kinds in a folder, sorted; none where it is the output folder."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        number = os.open(folder.source, flags | (0 if folder.named else os.O_NOFOLLOW))
        try:
            found = os.fstat(number)
            if (found.st_dev, found.st_ino) == self._out:
                return []
            with os.scandir(number) as entries:
                kinds = [(entry.name, _kind(entry)) for entry in entries if entry.name[0] != "."]
        finally:
            os.close(number)
        return sorted(kinds, key=lambda entry: os.fsencode(entry[0]))

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self._shared)

    def _wanted(self, name: str, below: str) -> bool:
        if self._exclude and _matches(self._exclude, name, below):
            return False
        return not self._include or _matches(self._include, name, below)

    def _excluded(self, name: str, below: str) -> bool:
        return _matches(self._exclude, name, below)


def _matches(patterns: tuple[str, ...], name: str, below: str) -> bool:
    return any(
        fnmatchcase((below if "/" in pattern else name).casefold(), pattern) for pattern in patterns
    )


def _kind(entry: os.DirEntry[str]) -> int:
    """The kind of an entry, a link being a link; without a look at the disk where possible."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    try:
        return stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return stat.S_IFREG  # gone meanwhile; opening it will say so
