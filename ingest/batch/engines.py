"""Which engine does a batch: datasets, a cluster, or this machine."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from ingest.batch.local import Engine, LocalEngine
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.batch.folder import OutputFolder
    from ingest.batch.options import RunOptions
    from ingest.settings import Settings


class OpenEngine(Engine, Protocol):
    """An engine that is opened and closed by `with`."""

    def __enter__(self) -> Engine:
        """Return the engine, ready."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the engine."""


def engine_for(folder: OutputFolder, settings: Settings, options: RunOptions) -> OpenEngine:
    """Return the engine that the options ask for.

    Raises `MissingExtraError` where it needs a package that is not installed.
    """
    if options.engine not in ("local", "ray"):
        raise UsageError(f"no engine {options.engine!r}", advice="known: local, ray")
    if options.field is not None:
        if options.engine == "ray":
            from ingest.batch.datasets.ray_engine import RayDatasetEngine

            return RayDatasetEngine(folder, settings, options)
        from ingest.batch.datasets.engine import DatasetEngine

        return DatasetEngine(folder, settings, options)
    if options.engine == "ray":
        from ingest.batch.ray_engine import RayEngine

        return RayEngine(folder, settings, options)
    return LocalEngine(folder, settings, options)
