"""What kind of dataset a file is, and what its outputs are called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from ingest.batch.names import RECORDS, STAGING, UNFINISHED, output_name
from ingest.errors import MissingExtraError, NotADocumentError

Compression = Literal["", "gz", "zst"]

_JSONL = re.compile(r"\.(?:jsonl|ndjson|json)(?:\.(?:gz|zst))?\Z", re.IGNORECASE)
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""Zstandard files may begin with a frame that says nothing (pzstd writes such)."""
_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_HEAD = 4096
# An output `a.jsonl` has its account in `a.jsonl.changes.jsonl`; an input of that name must not meet it.
_LIKE_ACCOUNT = re.compile(
    r"(\.changes)(\.(?:jsonl|ndjson|json)(?:\.(?:gz|zst))?)\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Kind:
    """The form of a dataset: `jsonl` or `parquet`, and how the file is compressed."""

    form: Literal["jsonl", "parquet"]
    compression: Compression = ""

    def require(self) -> None:
        """Raise `MissingExtraError` where the package for this kind is not installed."""
        if self.form == "parquet":
            _require("pyarrow", "parquet", "Parquet files")
        if self.compression == "zst":
            _require("zstandard", "zstd", "zstd files")


def _require(module: str, extra: str, what: str) -> None:
    if find_spec(module) is None:
        raise MissingExtraError(
            f"{what} need the package {module}", advice=f"pip install 'ingest[{extra}]'"
        )


def kind_of(number: int, name: str) -> Kind:
    """Tell the kind of an open file: by its first bytes, and by its name where those say too little.

    Plain text is JSONL where its first line begins an object or its name says so; what is
    compressed needs the name. Raises `NotADocumentError` for all else.
    """
    head = os.pread(number, _HEAD, 0)
    if head.startswith(_PARQUET):
        return Kind("parquet")
    named = _JSONL.search(name) is not None
    if named and head.startswith(_GZIP):
        return Kind("jsonl", "gz")
    if named and (head.startswith(_ZSTD) or _SKIPPABLE.match(head)):
        return Kind("jsonl", "zst")
    if b"\0" not in head and (named or _OBJECT.match(head)):
        return Kind("jsonl")
    raise NotADocumentError(
        "is no dataset",
        advice="JSONL (.jsonl, .jsonl.gz, .jsonl.zst) and Parquet files are; "
        "leave out --field to have files read as documents",
    )


def output_names(relative: str, kind: Kind) -> tuple[str, str]:
    """Return where, below the output folder, a dataset and the account of its changes go.

    >>> output_names("a/crawl.jsonl.gz", Kind("jsonl", "gz"))
    ('a/crawl.jsonl.gz', 'a/crawl.jsonl.gz.changes.jsonl.gz')
    """
    suffix = f".{kind.compression}" if kind.compression else ""
    # `output_name` keeps clear of the batch's own names, and of names that are too long.
    account = output_name(relative, f"changes.jsonl{suffix}")
    rows = account.removesuffix(f".changes.jsonl{suffix}")
    folder, slash, last = rows.rpartition("/")
    last = _LIKE_ACCOUNT.sub(r"\1~\2", last)
    if not slash and last in (RECORDS, STAGING, UNFINISHED):
        last = f"~{last}"
    return f"{folder}{slash}{last}", f"{folder}{slash}{last}.changes.jsonl{suffix}"
