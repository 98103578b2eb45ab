"""A batch from its inputs to its outcomes, and one guarded document."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome
from ingest.errors import CrashError, EmptyFileError, IngestError, UsageError
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.batch.intake import Candidate
    from ingest.batch.local import Engine
    from ingest.batch.records import Ledger
    from ingest.document import Document

_DOCUMENT_BOUND = 1 << 30
"""Bytes of a document's JSON form that are taken back from its child."""


def run(
    inputs: Iterable[str | Path],
    out: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions | None = None,
) -> Generator[Outcome, None, None]:
    """Clean files and folders into the folder `out`; yield one `Outcome` per input, in order.

    Each document is read and cleaned in a child process of its own with the limits of
    `settings`: whatever happens there is that document's outcome and nobody else's. The
    tree of the inputs is mirrored, counted from the deepest folder that all of them
    share. `out/documents.jsonl` gets one record per input; it appears when the batch
    ends, also when it is interrupted or the iterator is closed, then with what was finished.

    Nothing happens before the first `next()`. Raises `OutputError` where `out` cannot be
    written, is locked by another batch, or the disk is full; `UsageError` where `out` is
    itself an input, or on a system without POSIX. Never raises for one document. The
    limits are no sandbox: they end what runs away, they do not hold what attacks.

    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "empty.pdf").write_bytes(b"")
    >>> [outcome.reason for outcome in run([folder / "empty.pdf"], folder / "out")]
    ['empty']
    """
    _require_posix()
    from ingest.batch.folder import OutputFolder
    from ingest.batch.intake import candidates, identity
    from ingest.batch.local import LocalEngine
    from ingest.batch.records import Records

    settings, options = settings or Settings(), options or RunOptions()
    named = [os.fspath(given) for given in inputs]
    for given in named:
        if identity(given) is not None and identity(given) == identity(out):
            raise UsageError(
                f"{given}: is both input and output folder", advice="choose another output folder"
            )
    with (
        OutputFolder(out) as folder,
        Records(folder) as ledger,
        LocalEngine(folder, settings, options) as engine,
    ):
        yield from _recorded(engine, ledger, candidates(named, out, options))


def _recorded(engine: Engine, ledger: Ledger, found: Iterator[Candidate]) -> Iterator[Outcome]:
    """Yield what an engine makes of the candidates, each outcome recorded before it is seen."""
    try:
        for outcome in engine.outcomes(found):
            ledger.add(outcome)
            yield outcome
    finally:
        for outcome in engine.close():
            ledger.add(outcome)


def guarded_document(
    source: str | Path | bytes, *, settings: Settings | None = None, name: str | None = None
) -> Document:
    """Read and clean one untrusted file, or its bytes, in a limited child process.

    Raises the `DocumentError` that the child ran into, `LimitError` or `CrashError`
    where it was killed or died.
    """
    _require_posix()
    from ingest.batch.guard import Guard
    from ingest.batch.outcome import printable
    from ingest.document import Document

    settings = settings or Settings()
    shown = printable(name or ("text" if isinstance(source, bytes) else os.fspath(source)))
    number = _open(source, settings)
    try:
        with Guard(
            settings,
            "ingest.batch.job:clean_document",
            output_limit=_DOCUMENT_BOUND,
            bound=_DOCUMENT_BOUND,
        ) as guard:
            guard.submit(0, shown, number)
            endings = guard.wait()
            while not endings:
                endings = guard.wait()
    finally:
        os.close(number)
    (ending,) = endings
    if ending.report is None:
        raise ending.failure
    try:
        return Document.from_json(ending.report)
    except (KeyError, TypeError, ValueError, AttributeError, IngestError) as error:
        raise CrashError(f"{shown}: its report cannot be read: {error!r}") from None


def _open(source: str | Path | bytes, settings: Settings) -> int:
    from ingest.batch.intake import open_regular

    if not isinstance(source, bytes):
        return open_regular(os.fspath(source), follow=True, max_size=settings.max_size)[0]
    if not source:
        raise EmptyFileError("is empty")
    with tempfile.TemporaryFile() as spool:
        spool.write(source)
        spool.seek(0)
        return os.dup(spool.fileno())


def _require_posix() -> None:
    if os.name != "posix":
        raise UsageError(
            "batches need a POSIX system: each document runs in a limited child process",
            advice="use Linux, macOS, or the Windows Subsystem for Linux",
        )
