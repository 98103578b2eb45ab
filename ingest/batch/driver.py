"""A batch from its inputs to its outcomes, and one guarded document."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.batch.options import RunOptions
from ingest.batch.outcome import Outcome
from ingest.errors import CrashError, IngestError, UsageError
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.batch.intake import Candidate
    from ingest.batch.local import Engine
    from ingest.batch.resume import Resumption
    from ingest.batch.uploads import Uploads
    from ingest.document import Document

_DOCUMENT_BOUND = 1 << 30
"""Bytes of a document's JSON form that are taken back from its child."""


def run(
    inputs: Iterable[str | Path],
    out: str | Path,
    *,
    settings: Settings | None = None,
    options: RunOptions | None = None,
    stop: Callable[[], bool] | None = None,
) -> Generator[Outcome, None, None]:
    """Clean files and folders into the folder `out`; yield one `Outcome` per input, in order.

    Each document is read and cleaned in a child process with the limits of `settings`, a
    new one for whatever a parser must read; short plain texts follow one another in the same
    child as long as none leaves a trace in it, and what fails there is judged in a new one.
    Whatever happens to a document is its own outcome and nobody else's. The
    tree of the inputs is mirrored, counted from the deepest folder that all of them
    share. What a ledger in `out` says is done, by the same program with the same
    settings from the same bytes, is not done again: its outcome comes from there,
    `resumed`. An outcome is yielded when its outputs and its line in the ledger are on
    the disk. `out/documents.jsonl` gets one record per input when all are done; while
    that is not so there is none. When `stop` begins to return True, no document begins
    any more, and those in flight have a second or two to end.

    Nothing happens before the first `next()`. Raises `OutputError` where `out` cannot be
    written, is locked by another batch, or the disk is full; `UsageError` where `out` is
    itself an input, or on a system without POSIX. Never raises for one document. The
    limits are no sandbox: they end what runs away, they do not hold what attacks; where
    the kernel offers Landlock and seccomp, these hold some of it.

    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "empty.pdf").write_bytes(b"")
    >>> [outcome.reason for outcome in run([folder / "empty.pdf"], folder / "out")]
    ['empty']
    """
    _require_posix()
    if settings and settings.ocr != "never":
        from ingest.extract.ocr import require

        require()
    from ingest.batch.engines import engine_for
    from ingest.batch.folder import OutputFolder
    from ingest.batch.intake import candidates, identity
    from ingest.batch.ledger import Ledger
    from ingest.batch.records import write_records
    from ingest.batch.resume import Resumption
    from ingest.batch.urls import is_url
    from ingest.batch.versions import fingerprints

    settings, options = settings or Settings(), options or RunOptions()
    uploads = _collecting(settings, options)
    named = [os.fspath(given) for given in inputs]
    if is_url(os.fspath(out).replace(":/", "://", 1)):  # a Path has one slash of two
        raise UsageError(
            f"{out}: the output folder must be on this machine",
            advice="it holds a lock and a ledger; copy it when the batch is done",
        )
    for given in named:
        if identity(given) is not None and identity(given) == identity(out):
            raise UsageError(
                f"{given}: is both input and output folder", advice="choose another output folder"
            )
    with (
        OutputFolder(out) as folder,
        Ledger(folder, restart=options.restart) as ledger,
        engine_for(folder, settings, options) as engine,
    ):
        resumption = Resumption(
            ledger,
            folder,
            fingerprints(settings, options),
            retry=options.retry_failed,
            stop=stop or _never,
        )
        yield from _recorded(engine, resumption, candidates(named, out, options))
        if resumption.complete and options.shards:
            from ingest.batch.shards import write_shards

            resumption.complete = write_shards(
                folder,
                resumption.outputs(),
                options.shards,
                uploads=uploads,
                stop=stop or _never,
            )
        if resumption.complete:
            lines = resumption.records(near_duplicates=settings.near_duplicates)
            write_records(folder, lines)
            confinement = getattr(engine, "confinement", "")
            ledger.state({"ended": "yes", "confinement": confinement})


def _collecting(settings: Settings, options: RunOptions) -> Uploads | None:
    """Check what shards need before anything begins; return where they are sent, if anywhere."""
    if not options.shards:
        return None
    from ingest.batch.shards import FORMS, require
    from ingest.batch.uploads import Uploads

    if options.shards not in FORMS:
        raise UsageError(
            f"shards: unknown form {options.shards!r}", advice=f"known: {', '.join(FORMS)}"
        )
    if "jsonl" not in settings.to:
        raise UsageError("shards are made of the jsonl output", advice="add jsonl to the formats")
    require(options.shards)
    return Uploads(options.shards_to) if options.shards_to else None


def _never() -> bool:
    return False


def _recorded(
    engine: Engine, resumption: Resumption, found: Iterator[Candidate]
) -> Iterator[Outcome]:
    """Yield what an engine makes of the candidates, each outcome recorded before it is seen."""
    from ingest.batch.local import LocalEngine

    settles = isinstance(engine, LocalEngine)
    if isinstance(engine, LocalEngine):
        engine.settle = resumption.settle
    try:
        yield from resumption.outcomes(engine, found, settles=settles)
    finally:
        left = engine.close()
        if not settles:
            resumption.left(left)


def guarded_document(
    source: str | Path | bytes, *, settings: Settings | None = None, name: str | None = None
) -> Document:
    """Read and clean one untrusted file, or its bytes, in a limited child process.

    Raises the `DocumentError` that the child ran into, `LimitError` or `CrashError`
    where it was killed or died, `ConfigurationError` where a pack file cannot be used.
    """
    _require_posix()
    from ingest.batch.guard import Guard
    from ingest.batch.outcome import printable
    from ingest.document import Document

    settings = settings or Settings()
    if settings.rules:
        from ingest.strip.rulebook import with_own

        # A wrong pack file is the caller's to hear of, before there is a child.
        with_own(settings.rules)
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
    from ingest.batch.regular import open_regular
    from ingest.batch.writing import spooled

    if not isinstance(source, bytes):
        return open_regular(os.fspath(source), follow=True, max_size=settings.max_size)[0]
    return spooled((source,), settings.max_size)[0]


def _require_posix() -> None:
    if os.name != "posix":
        raise UsageError(
            "batches need a POSIX system: each document runs in a limited child process",
            advice="use Linux, macOS, or the Windows Subsystem for Linux",
        )
