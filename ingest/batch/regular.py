"""Opening what a batch reads: regular files and nothing else."""

# Names stay strings: there may be a million, of any bytes.
# ruff: noqa: PTH114, PTH116

from __future__ import annotations

import errno
import os
import stat

from ingest.errors import (
    DocumentError,
    EmptyFileError,
    MissingFileError,
    TooLargeError,
    UnreadableError,
)

_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISDIR, "a folder"),
)
_LINK_ADVICE = "links in folders are not followed; name the file itself to have it read"


def open_regular(path: str, *, follow: bool, max_size: int) -> tuple[int, int]:
    """Open a regular file for reading; return its number and its size in bytes.

    Does not wait for, and does not start, anything: what is no regular file is refused
    before it is opened and, for what changed in between, after. Raises `UnreadableError`,
    `MissingFileError`, `EmptyFileError` or `TooLargeError`.
    """
    try:
        found = os.stat(path, follow_symlinks=follow)
        if not stat.S_ISREG(found.st_mode):
            raise wrong_kind(found.st_mode)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        number = os.open(path, flags | (0 if follow else os.O_NOFOLLOW))
    except FileNotFoundError:
        if follow and os.path.islink(path):
            raise MissingFileError("is a link to a file that does not exist") from None
        raise MissingFileError("no such file") from None
    except (OSError, ValueError) as error:
        raise refusal(error, "the file") from None
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise wrong_kind(found.st_mode)
        if found.st_size == 0:
            raise EmptyFileError("is empty")
        if found.st_size > max_size:
            raise TooLargeError(f"has {found.st_size} bytes, over the limit of {max_size}")
    except BaseException:
        os.close(number)
        raise
    return number, found.st_size


def wrong_kind(mode: int) -> UnreadableError:
    """Return the error for what is no regular file."""
    what = next((word for test, word in _KINDS if test(mode)), "something else")
    advice = _LINK_ADVICE if what == "a link" else "only regular files are read"
    return UnreadableError(f"is {what}, not a regular file", advice=advice)


def refusal(error: OSError | ValueError, what: str) -> DocumentError:
    """Return the error for what the system would not open."""
    if isinstance(error, ValueError):
        return MissingFileError("no file can have this name")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MissingFileError("no such file")
    if error.errno == errno.ELOOP:
        return wrong_kind(stat.S_IFLNK)
    return UnreadableError(f"{what} cannot be read: {error.strerror}")
