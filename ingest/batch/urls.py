"""Inputs that are URLs: `s3://`, `https://`, `memory://`, through fsspec, the extra `[s3]`."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote, unquote

from ingest.batch.writing import spooled
from ingest.errors import DocumentError, MissingExtraError, MissingFileError, UnreadableError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BLOCK = 1 << 20
_WEB = re.compile(r"https?://", re.IGNORECASE)
_PLAIN = "/~!$&'()*+,;=:@"
"""What stands in the path of a web address without being escaped (RFC 3986)."""
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


def is_prefix(url: str) -> bool:
    """True for what stands for all that is below it: not on the web, with a slash at its end."""
    return url.endswith("/") and not _WEB.match(url)


def relative_path(url: str) -> str:
    """Return where the output of a URL goes: its scheme and host as folders, then its path.

    Two URLs never get the same place: one that its place does not give back (a query, a
    part that is empty or leads upward) has a hash of the whole above its last part.

    >>> relative_path("s3://bucket/2020/a b.pdf"), relative_path("https://example.org/a%20b.pdf")
    ('s3/bucket/2020/a b.pdf', 'https/example.org/a b.pdf')
    >>> relative_path("https://example.org/a.pdf?version=3")
    'https/example.org/~1c66b3187e25/a.pdf'
    """
    scheme, _, rest = url.partition("://")
    path = unquote(_QUERY.sub("", rest)) if _WEB.match(url) else rest
    parts = [part.replace("\0", "") for part in path.split("/")]
    safe = [f"~{part}" if part in (".", "..") else part for part in parts if part]
    back = "/".join(safe)
    if _WEB.match(url):
        back = quote(back, safe=_PLAIN)
    if f"{scheme.lower()}://{back}" != url or len(safe) < 2:
        digest = hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        safe.insert(max(len(safe) - 1, 1), f"~{digest}")
    return "/".join((scheme.lower(), *safe))


def stamp(url: str) -> str:
    """Return what changes when the content behind a URL does; empty where its store does not say."""
    try:
        files, path = opened(url)
        return _stamp(files.info(path))
    except Exception:  # noqa: BLE001  # each store raises its own; opening says what is wrong
        return ""


def _stamp(found: Mapping[str, Any]) -> str:
    told = [found.get(key) for key in ("ETag", "etag", "mtime", "LastModified", "created")]
    if found.get("size") is None or not any(told):
        return ""
    return f"{found['size']}:{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}:0"


def below(prefix: str) -> Iterator[tuple[str, str]]:
    """Yield URL and stamp of every object below a prefix, sorted; hidden ones are left out.

    Raises `UnreadableError` where it cannot be listed, `MissingFileError` where there is
    nothing, `MissingExtraError` as `open_url`.
    """
    with _told(prefix, "listed"):
        files, path = opened(prefix)
        found: dict[str, Any] = files.find(path, detail=True)
    names = {name[len(path) :].lstrip("/"): entry for name, entry in found.items()}
    shown = [
        name for name in sorted(names) if name and not any(p[:1] == "." for p in name.split("/"))
    ]
    if not shown:
        raise MissingFileError("nothing is there", advice="check the URL")
    for name in shown:
        yield prefix + name, _stamp(names[name])


def open_url(url: str, max_size: int) -> tuple[int, int]:
    """Fetch what is behind a URL into a nameless file; return its number and its size in bytes.

    Raises `MissingFileError`, `UnreadableError`, `EmptyFileError` or `TooLargeError`, and
    `MissingExtraError` where fsspec, or what it needs for this scheme, is not installed.
    """
    require()
    with _told(url, "fetched"):
        files, path = opened(url)
        with files.open(path, "rb") as source:
            return spooled(iter(partial(source.read, _BLOCK), b""), max_size)


@contextlib.contextmanager
def _told(url: str, what: str) -> Iterator[None]:
    """Tell in the words of this program what a store raises."""
    try:
        yield
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
            f"cannot be {what}: {type(error).__name__}: {error}", advice="check URL and access"
        ) from None


def opened(url: str) -> tuple[Any, str]:
    """Return the file system behind a URL and the path in it; raises what fsspec raises."""
    from fsspec.core import url_to_fs

    # A list that was read before may not be true any more.
    files, path = url_to_fs(url, use_listings_cache=False)
    return files, path
