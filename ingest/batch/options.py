"""What a batch is told beside the settings of its documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import TypeAlias

DOCUMENT_JOB = "ingest.batch.job:ingest_document"

Watch: TypeAlias = Callable[[str, int, float], None]
"""Takes the name of a dataset, how many of its rows are done, and what share of it that is."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of one batch.

    `include` and `exclude` are globs, compared without regard to case: one without a
    slash with a file's name, one with a slash with its path below the input folder
    (`*` crosses slashes). An excluded folder is not entered. They count for files found
    in folders and for files named one by one. `job` is the function, as
    `module:function`, that the child calls for each document.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    output_limit: int = 1 << 30
    """Bytes that one document may write into one output file."""
    job: str = DOCUMENT_JOB
    field: str | None = None
    """The column of datasets that holds their text; None: inputs are documents, not datasets."""
    id_field: str | None = None
    """The column by which the account of a dataset's changes names its rows, beside their number."""
    engine: str = "local"
    """`local`: this machine; `ray`: the cluster that the environment names, or one of its own."""
    shards: str = ""
    """Also collect all documents in shards of this form: `jsonl`, `jsonl.gz` or `parquet`. They
    are made of the `jsonl` output, which the settings must name."""
    shards_to: str = ""
    """URL of the folder that the shards go to; empty: the output folder."""
    retry_failed: bool = False
    """Do again what an earlier run quarantined."""
    restart: bool = False
    """Do everything again, whatever the ledger says is done."""
    watch: Watch | None = field_of(default=None, compare=False, repr=False)
    """Told again and again how far the dataset in hand is, for whoever shows it to people."""
    confine: bool = True
    """Where the kernel offers it, children may not write, connect, signal or start programs. False
    for a job of one's own that must."""
    isolate: bool = False
    """A process of its own for every document, also for those that may take turns in one."""
