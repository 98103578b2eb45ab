"""Zip archives as folders of documents: what is in them, and one member at a time as a file.

Nothing is unpacked to a name: a member's bytes go to a nameless temporary file, within
limits of size and of proportion. Names without the UTF-8 flag are decoded as a whole.
"""

from __future__ import annotations

import codecs
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO

from ingest.batch.writing import spooled
from ingest.errors import (
    DocumentError,
    EncryptedError,
    LimitError,
    MalformedError,
    NotADocumentError,
    TooLargeError,
    UnreadableError,
)

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_MEMBERS = 100_000
_MOST_DIRECTORY = 16 << 20
"""Bytes of the table of members, which is read whole: 160 for each of the most members."""
_FREE, _RATIO = 64 << 20, 200
"""A member, and an archive, may become 64 MiB, and past that 200 times its size: saved pages
shrink 5 to 20 times, deflate's utmost is 1032, and overlapping members have no bound."""
_BLOCK = 1 << 20
# Formats that are zip files themselves: one document, not a folder of them.
_DOCUMENT_PARTS = frozenset(
    ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml")
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8 = 0x800
_ENCRYPTED = 0x1
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_UNICODE_PATH = 0x7075
_EAST_ASIAN = frozenset(
    (
        "gbk",
        "gb18030",
        "big5",
        "big5hkscs",
        "cp950",
        "shift_jis",
        "cp932",
        "euc_jp",
        "euc_kr",
        "cp949",
    )
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its path in there, unique; its problem, where it has one.

    `stamp` changes when its content does, as far as the archive says.
    """

    path: str
    problem: DocumentError | None
    stamp: str
    _archive: Archive
    _entry: zipfile.ZipInfo

    def open(self, max_size: int) -> tuple[int, int]:
        """Return the number of an open file with its bytes, and their count.

        Raises `TooLargeError`, `EmptyFileError`, `MalformedError`, or `LimitError` (reason
        `bomb`) where they are out of all proportion.
        """
        return self._archive.extracted(self._entry, max_size)


class Archive:
    """A zip archive that is open for reading. Raises `DocumentError` where it cannot be read."""

    def __init__(self, file: BinaryIO) -> None:
        found = os.fstat(file.fileno())
        self._stamp = f"{found.st_mtime_ns}:{found.st_ino}"
        self._size = found.st_size
        self._extracted = 0
        _check_directory(file, found.st_size)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise MalformedError(f"its zip archive is damaged: {error}", advice="") from None
        self._entries = self._zip.infolist()
        if len(self._entries) > _MOST_MEMBERS:
            raise _too_many(len(self._entries))

    @property
    def is_document(self) -> bool:
        """True for a format that only happens to be a zip file (docx, xlsx, epub, jar)."""
        return any(entry.filename in _DOCUMENT_PARTS for entry in self._entries)

    def members(self) -> Iterator[Member]:
        """Yield the files in the order of the archive; folders and hidden files are left out."""
        seen: set[str] = set()
        for entry, name in zip(self._entries, names(self._entries), strict=True):
            parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
            if entry.is_dir() or name.endswith(("/", "\\")) or not parts:
                continue
            if any(part != ".." and part.startswith(".") for part in parts):
                continue
            if parts[0] == "__MACOSX":
                continue
            problem = _problem(entry, name, parts)
            path = "/".join("~.." if part == ".." else part for part in parts)
            unique, count = path, 1
            while unique in seen:
                count += 1
                unique = f"{path}~{count}"
            seen.add(unique)
            stamp = f"{entry.file_size}:{self._stamp}:{entry.CRC}:{entry.header_offset}"
            yield Member(unique, problem, stamp, self, entry)

    def extracted(self, entry: zipfile.ZipInfo, max_size: int) -> tuple[int, int]:
        """Bring the bytes of an entry to a nameless file."""
        if entry.file_size > max_size:
            raise TooLargeError(f"has {entry.file_size} bytes, over the limit of {max_size}")
        try:
            with self._zip.open(entry) as source:
                return spooled(self._unpacked(source, entry), max_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
            raise MalformedError(f"is damaged in its archive: {error}", advice="") from None
        except OSError as error:
            raise UnreadableError(f"cannot be unpacked: {error.strerror or error}") from None

    def _unpacked(self, source: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
        size = 0
        while block := source.read(_BLOCK):
            size += len(block)
            self._extracted += len(block)
            if size > _FREE + _RATIO * entry.compress_size:
                raise _bomb(f"{entry.compress_size} compressed bytes become more than {size}")
            if self._extracted > 16 * _FREE + _RATIO * self._size:
                raise _bomb(f"its archive of {self._size} bytes becomes {self._extracted}")
            yield block


def is_zip(number: int) -> bool:
    """True where an open file begins like a zip archive."""
    return os.pread(number, 4, 0) in _MAGIC


def _bomb(message: str) -> LimitError:
    return LimitError(message, reason="bomb", advice="unpack it first, if it is what it seems")


def _too_many(count: int) -> TooLargeError:
    return TooLargeError(
        f"its archive has {count} members, over the limit of {_MOST_MEMBERS}", advice="unpack it"
    )


def _problem(entry: zipfile.ZipInfo, name: str, parts: Sequence[str]) -> DocumentError | None:
    if ".." in parts or name.startswith(("/", "\\")) or parts[0].endswith(":"):
        error = DocumentError("its name leads out of the archive", advice="")
        error.reason = "unsafe-name"
        return error
    if stat.S_ISLNK(entry.external_attr >> 16):
        return UnreadableError("is a link, not a regular file", advice="links are not followed")
    if entry.flag_bits & _ENCRYPTED:
        return EncryptedError("is encrypted", advice="unpack the archive with its password")
    if parts[-1].casefold().endswith(".zip"):
        return NotADocumentError("is an archive in an archive", advice="unpack the outer one")
    if entry.compress_type not in _METHODS:
        return UnreadableError(
            f"is compressed by method {entry.compress_type}", advice="unpack the archive"
        )
    return None


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuse a table of members that is too large, before anything reads it."""
    tail_size = min(size, _END.size + (1 << 16) + _LOCATOR_64.size)
    start = size - tail_size
    tail = os.pread(file.fileno(), tail_size, start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise MalformedError("its zip archive has no table of members", advice="fetch it again")
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    locator = at - _LOCATOR_64.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        (_, _, offset, _) = _LOCATOR_64.unpack_from(tail, locator)
        record = os.pread(file.fileno(), _END_64.size, min(offset, size))
        if len(record) == _END_64.size:
            count, directory = _END_64.unpack(record)[7:9]
    if count > _MOST_MEMBERS:
        raise _too_many(count)
    if directory > _MOST_DIRECTORY:
        raise TooLargeError(f"its table of members has {directory} bytes", advice="unpack it")


def names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Decode the names of an archive's entries.

    Those with the UTF-8 flag, or a Unicode path beside them, are what they say. All the
    others of one archive share an encoding: UTF-8 where they are that, else the East
    Asian one that they look like (archives from Chinese Windows have GBK), else cp437.
    """
    said = [None if entry.flag_bits & _UTF8 else _unicode_path(entry) for entry in entries]
    raw = [
        b"" if entry.flag_bits & _UTF8 or told is not None else entry.filename.encode("cp437")
        for entry, told in zip(entries, said, strict=True)
    ]
    encoding = _encoding([name for name in raw if not name.isascii()])
    return [
        told if told is not None else name.decode(encoding) if name else entry.filename
        for entry, told, name in zip(entries, said, raw, strict=True)
    ]


def _encoding(raw: Sequence[bytes]) -> str:
    if not raw or _decodes(raw, "utf-8"):
        return "utf-8"
    from ingest.extract.encoding import detect

    found = detect(b"\n".join(raw[:1000]))
    encoding = "" if found is None else codecs.lookup(found.encoding).name
    return encoding if encoding in _EAST_ASIAN and _decodes(raw, encoding) else "cp437"


def _decodes(raw: Sequence[bytes], encoding: str) -> bool:
    try:
        for name in raw:
            name.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _unicode_path(entry: zipfile.ZipInfo) -> str | None:
    """The name in the Info-ZIP Unicode path field, where it is there and belongs to this name."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            if struct.unpack_from("<L", body, 1)[0] != zlib.crc32(entry.filename.encode("cp437")):
                return None
            try:
                return body[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
    return None
