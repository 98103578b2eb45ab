"""Inputs that are URLs: `s3://`, `https://`, `memory://`, through fsspec, the extra `[s3]`."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote

from ingest.batch.writing import spooled
from ingest.errors import DocumentError, MissingExtraError, MissingFileError, UnreadableError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BLOCK = 1 << 20
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def is_url(source: str) -> bool:
    """True for what begins with a scheme, such as `s3://`.

    >>> is_url("s3://bucket/a.pdf"), is_url("a/b.pdf")
    (True, False)
    """
    return _URL.match(source) is not None


def require() -> None:
    """Raise `MissingExtraError` where fsspec is not installed."""
    if find_spec("fsspec") is None:
        raise MissingExtraError(
            "URLs as inputs need the package fsspec", advice="pip install 'ingest[s3]'"
        )


def relative_path(url: str) -> str:
    """Return where the output of a URL goes: its scheme and host as folders, then its path.

    >>> relative_path("s3://bucket/2020/a%20b.pdf?version=3")
    's3/bucket/2020/a b.pdf'
    """
    scheme, _, rest = url.partition("://")
    parts = [scheme.lower(), *unquote(_QUERY.sub("", rest)).replace("\0", "").split("/")]
    safe = [f"~{part}" if part in (".", "..") else part for part in parts if part]
    query = _QUERY.search(rest)
    if query and len(safe) == 1:
        safe.append("~")
    return "/".join(safe)


def stamp(url: str) -> str:
    """Return what changes when the content behind a URL does; empty where its store does not say."""
    try:
        files, path = _opened(url)
        found = files.info(path)
        told = [found.get(key) for key in ("ETag", "etag", "mtime", "LastModified", "created")]
        if found.get("size") is None or not any(told):
            return ""
        return f"{found['size']}:{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}:0"
    except Exception:  # noqa: BLE001  # each store raises its own; opening says what is wrong
        return ""


def open_url(url: str, max_size: int) -> tuple[int, int]:
    """Fetch what is behind a URL into a nameless file; return its number and its size in bytes.

    Raises `MissingFileError`, `UnreadableError`, `EmptyFileError` or `TooLargeError`, and
    `MissingExtraError` where fsspec, or what it needs for this scheme, is not installed.
    """
    require()
    try:
        files, path = _opened(url)
        with files.open(path, "rb") as source:
            return spooled(iter(partial(source.read, _BLOCK), b""), max_size)
    except DocumentError:
        raise
    except ImportError as error:
        raise MissingExtraError(
            f"{url}: {error}", advice="install what fsspec needs for this scheme"
        ) from None
    except FileNotFoundError:
        raise MissingFileError("no such object", advice="check the URL") from None
    except Exception as error:  # noqa: BLE001  # each store raises errors of its own
        raise UnreadableError(
            f"cannot be fetched: {type(error).__name__}: {error}", advice="check URL and access"
        ) from None


def _opened(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    files, path = url_to_fs(url)
    return files, path
