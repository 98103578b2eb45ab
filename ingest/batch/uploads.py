"""Finished files to a folder behind a URL: `s3://bucket/prefix`, through fsspec."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.batch.names import is_shard
from ingest.batch.urls import opened, require
from ingest.errors import MissingExtraError, OutputError


class Uploads:
    """A folder behind a URL. Raises `MissingExtraError` where its scheme cannot be spoken.

    An object of a store appears when it is whole; on other file systems a file is there under
    its name while it is sent, which is why the manifest that names the others comes last.
    """

    def __init__(self, url: str) -> None:
        require()
        self._url = url.rstrip("/")
        try:
            self._files, self._path = opened(self._url)
        except ImportError as error:
            raise MissingExtraError(
                f"{url}: {error}", advice="install what fsspec needs for this scheme"
            ) from None
        except ValueError as error:
            raise OutputError(f"{url}: {error}", advice="check the URL") from None

    def send(self, file: Path) -> None:
        """Send one file, by its name. Raises `OutputError` where the store refuses."""
        try:
            self._files.makedirs(self._path, exist_ok=True)
            self._files.put_file(str(file), f"{self._path}/{file.name}")
        except Exception as error:  # noqa: BLE001  # each store raises errors of its own
            raise OutputError(
                f"{self._url}/{file.name}: cannot be sent: {type(error).__name__}: {error}",
                advice="check URL and access, and run again; what is done stays done",
            ) from None
        finally:
            file.unlink()

    def remove_others(self, keep: Sequence[str]) -> None:
        """Remove shards of an earlier batch that this one did not write again."""
        try:
            names = [path.rpartition("/")[2] for path in self._files.ls(self._path, detail=False)]
            for name in names:
                if is_shard(name) and name not in keep:
                    self._files.rm_file(f"{self._path}/{name}")
        except Exception as error:  # noqa: BLE001  # each store raises errors of its own
            raise OutputError(
                f"{self._url}: shards of an earlier batch cannot be removed: {error}",
                advice="the manifest names those that count",
            ) from None
