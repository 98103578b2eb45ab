"""What a batch would do, without doing any of it."""

# Names stay strings, of any bytes.
# ruff: noqa: PTH118

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.batch.folder import LEDGER
from ingest.batch.intake import Candidate, candidates, is_folder, open_candidate
from ingest.batch.ledger_reader import LedgerReader
from ingest.batch.names import STAGING, output_name
from ingest.batch.options import RunOptions
from ingest.batch.outcome import printable
from ingest.batch.standing import Standing
from ingest.batch.versions import fingerprints
from ingest.errors import DocumentError, EmptyFileError, TooLargeError
from ingest.settings import Settings

Verb = Literal["read", "skip", "quarantine"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What would become of one input: `read` and where to, `skip`, or `quarantine`, and why."""

    verb: Verb
    source: str
    why: str = ""
    outputs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the intent as plain JSON values."""
        return asdict(self) | {"source": printable(self.source)}

    def line(self) -> str:
        """Return the intent as one line for people.

        >>> Intent("read", "a.pdf", outputs=("out/a.pdf.txt",)).line()
        'read a.pdf -> out/a.pdf.txt'
        """
        where = f" -> {', '.join(self.outputs)}" if self.outputs else ""
        why = f": {printable(self.why)}" if self.why else ""
        return f"{self.verb} {printable(self.source)}{where}{why}"


def plan(
    named: Sequence[str], out: str | Path, settings: Settings, options: RunOptions
) -> Iterator[Intent]:
    """Yield what a run would do with each input, in order, and what it would not look at.

    Writes nothing and starts nothing. Type and content are not looked at, except for the
    first bytes of a dataset, and where the bytes of a file must be compared with what the
    ledger says.
    """
    with LedgerReader(Path(out) / STAGING / LEDGER) as ledger:
        standing = Standing(Path(out), fingerprints(settings, options), retry=options.retry_failed)
        for candidate in candidates(named, out, options):
            old = None if options.restart else ledger.find(os.fsencode(candidate.relative))
            if old is not None and standing.known(candidate, standing.stamp(candidate), old):
                why = f"{old.status} already"
                yield Intent("skip", candidate.source, why)
            else:
                yield _intent(candidate, Path(out), settings, options)
    for given in named:
        if is_folder(given):
            yield from _hidden(given)


def _intent(candidate: Candidate, out: Path, settings: Settings, options: RunOptions) -> Intent:
    try:
        if candidate.problem is not None:
            raise candidate.problem
        targets = _targets(candidate, settings, options)
    except DocumentError as error:
        return Intent("quarantine", candidate.source, f"{error.reason}: {error}")
    return Intent("read", candidate.source, outputs=tuple(printable(str(out / t)) for t in targets))


def _targets(candidate: Candidate, settings: Settings, options: RunOptions) -> tuple[str, ...]:
    if options.field is None:
        _check(candidate, settings.max_size)
        return tuple(output_name(candidate.relative, form) for form in settings.to)
    from ingest.batch.datasets.feed import UNBOUNDED
    from ingest.batch.datasets.kinds import kind_of, output_names

    number, _ = open_candidate(candidate, UNBOUNDED)
    try:
        kind = kind_of(number, candidate.relative)
    finally:
        os.close(number)
    kind.require()
    return output_names(candidate.relative, kind)


def _check(candidate: Candidate, max_size: int) -> None:
    """Raise what opening a candidate would; nothing is fetched or unpacked to find out."""
    if candidate.opener is None or not candidate.stamp:
        number, _ = open_candidate(candidate, max_size)
        os.close(number)
        return
    size = int(candidate.stamp.partition(":")[0])
    if not size:
        raise EmptyFileError("is empty")
    if size > max_size:
        raise TooLargeError(f"has {size} bytes, over the limit of {max_size}")


def _hidden(folder: str) -> Iterator[Intent]:
    """Yield the hidden files and folders in a folder, which a batch leaves out."""
    for above, folders, names in os.walk(folder):
        for name in sorted(folders + names):
            if name.startswith("."):
                yield Intent("skip", os.path.join(above, name), "hidden")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
