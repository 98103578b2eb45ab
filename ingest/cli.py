"""Commands, options, exit codes; no logic.

Everything that costs time to import is imported inside the command that needs it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ingest import __version__
from ingest.cli_options import CODES, limit_options, shared_options
from ingest.cli_rules import rules
from ingest.errors import DocumentError
from ingest.settings import FORMATS, Settings, load

if TYPE_CHECKING:
    from ingest.document import Document

INTERRUPTED = 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=CODES,
)
@click.version_option(__version__, prog_name="ingest")
def cli() -> None:
    """Report documents in, clean text out, with an account of every change.

    \b
    ingest run reports/ -o clean/     a folder of PDFs, saved pages and text files
    ingest clean page.html            one document to standard output
    ingest explain page.html          every change: where, before, after, rule, how sure
    ingest status clean/              what became of a batch
    ingest rules --help               rules for the notices of a site nobody listed
    """


cli.add_command(rules)


@cli.command(epilog=CODES)
@click.argument("inputs", nargs=-1, type=click.Path(), metavar="INPUT...")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the output; the input tree is mirrored in it.",
)
@click.option("--to", metavar="FORMATS", help=f"Of {', '.join(FORMATS)}; default txt.")
@click.option("-j", "--jobs", type=int, metavar="N", help="Workers; default one per processor.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only names that match.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="No names that match.")
@click.option(
    "--files-from",
    type=click.File("rb"),
    help="Read input paths from this file (- for standard input), one a line or NUL-ended.",
)
@click.option(
    "--field",
    metavar="NAME",
    help="Inputs are datasets (JSONL, also .gz and .zst, or Parquet): each row is a document, "
    "its text in this column. The output is a dataset of the same kind, row for row.",
)
@click.option("--id-field", metavar="NAME", help="Name rows by this column in the account.")
@click.option(
    "--shards",
    metavar="FORM",
    default="",
    help="When all is done, also collect all documents, in input order, in files of some 256 MB: "
    "jsonl, jsonl.gz or parquet. They are made of the jsonl output, which this adds to --to.",
)
@click.option(
    "--shards-to",
    metavar="URL",
    default="",
    help="Send the shards to this folder, such as s3://bucket/prefix, instead of OUT.",
)
@click.option(
    "--engine",
    type=click.Choice(("local", "ray")),
    default="local",
    help="Where documents are cleaned: on this machine, or on a Ray cluster.",
)
@click.option(
    "--near-duplicates",
    is_flag=True,
    default=None,
    help="Say in documents.jsonl which documents are nearly the same as an earlier one (in a "
    "dataset's account: which rows). All are written; none is left out.",
)
@click.option(
    "--isolate",
    is_flag=True,
    help="A process of its own for every document; without it ordinary texts, and ordinary PDFs, "
    "take turns in one.",
)
@click.option("--retry-failed", is_flag=True, help="Do again what was quarantined.")
@click.option("--restart", is_flag=True, help="Do everything again, also what is done.")
@click.option("--dry-run", is_flag=True, help="Only say what would be read, skipped, written.")
@limit_options
@shared_options
@click.option("--json", "as_json", is_flag=True, help="One JSON record a document on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr.")
def run(
    inputs: tuple[str, ...],
    out: Path,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    files_from: BinaryIO | None,
    field: str | None,
    id_field: str | None,
    shards: str,
    shards_to: str,
    engine: str,
    isolate: bool,
    retry_failed: bool,
    restart: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    config: Path | None,
    **flags: object,
) -> int:
    """Clean files and folders into OUT, whatever they are.

    Each document runs in a process with limits: a file that crashes or hangs costs itself
    alone and is named. OUT/documents.jsonl says what became of each input.
    What is done is not done again: the same command goes on after an interruption.

    \b
    ingest run reports/ -o clean/ -j 4
    ingest run a.pdf b.html -o clean/ --to txt,jsonl
    ingest run crawl.jsonl.gz -o clean/ --field text --id-field url
    """
    from ingest.batch.driver import run as run_batch
    from ingest.batch.dryrun import plan
    from ingest.batch.intake import candidates, read_list
    from ingest.batch.interrupt import Interruption
    from ingest.batch.options import RunOptions
    from ingest.batch.progress import Progress

    if not inputs and files_from is None:
        raise click.UsageError("no INPUT: name files or folders, or --files-from")
    if field is None and id_field is not None:
        raise click.UsageError("--id-field names a column of a dataset: it needs --field")
    if field is not None and flags["to"] is not None:
        raise click.UsageError("a dataset stays of its kind: --field and --to exclude each other")
    if shards_to and not shards:
        raise click.UsageError("--shards-to says where shards go: it needs --shards")
    if field is not None and isolate:
        raise click.UsageError("rows of a dataset share processes: not with --isolate")
    if field is not None and shards:
        raise click.UsageError(
            "a dataset stays of its kind: --field and --shards exclude each other"
        )
    settings = _settings(flags, config)
    if shards and "jsonl" not in settings.to:
        settings = settings.replace(to=(*settings.to, "jsonl"))
    options = RunOptions(
        include=include,
        exclude=exclude,
        retry_failed=retry_failed,
        restart=restart,
        field=field,
        id_field=id_field,
        engine=engine,
        isolate=isolate,
        shards=shards,
        shards_to=shards_to,
    )
    named = [*inputs, *(read_list(files_from) if files_from else ())]
    if dry_run:
        for intent in plan(named, out, settings, options):
            if as_json:
                _print_json(intent.to_json())
            else:
                click.echo(intent.line())
        return 0
    # Counting costs a walk through the folders: only where somebody watches the bar.
    total = sum(1 for _ in candidates(named, out, options)) if sys.stderr.isatty() else None
    failed = False
    progress = Progress(total, quiet=quiet)
    options = replace(options, watch=progress.rows)
    with (
        Interruption(_say_ending) as stop,
        progress,
        # Closing the batch, however it ends, keeps what is finished.
        contextlib.closing(
            run_batch(named, out, settings=settings, options=options, stop=stop)
        ) as outcomes,
    ):
        for outcome in outcomes:
            failed = failed or not outcome.ok
            progress.advance(outcome)
            if as_json:
                _print_json(outcome.to_record(out))
    if stop():
        _say("interrupted; run the same command again to go on where it stopped")
        return INTERRUPTED
    return int(failed)


@cli.command(epilog=CODES)
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file."
)
@limit_options
@shared_options
@click.option("--to", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}; default txt.")
@click.option("--diff", "as_diff", is_flag=True, help="Show what changed instead of the text.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where text would change.")
@click.option("--json", "as_json", is_flag=True, help="The whole document with its history.")
def clean(
    file: str,
    output: Path | None,
    as_diff: bool,
    check: bool,
    as_json: bool,
    config: Path | None,
    **flags: object,
) -> int:
    """Clean one document to standard output.

    \b
    ingest clean page.html > page.txt
    ingest clean report.pdf -o report.md --to md
    cat page.txt | ingest clean - --diff
    """
    from ingest import account
    from ingest.write import render

    settings = _settings(flags, config)
    if len(settings.to) != 1:
        raise click.UsageError("clean writes one format: give --to one name")
    document = _document(file, settings)
    changed = any(step.edits for step in document.history)
    if check:
        _say(f"{document.source.name}: {'would change' if changed else 'is clean'}")
        return int(changed)
    if as_json:
        content = (json.dumps(document.to_json(), ensure_ascii=False) + "\n").encode()
    elif as_diff:
        content = "".join(account.diff(document)).encode("utf-8", "backslashreplace")
    else:
        content = render(document, settings.to[0])
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        from ingest.write.files import write_atomically

        write_atomically(output, content)
    if document.losses:
        places = "1 place is" if document.losses == 1 else f"{document.losses} places are"
        _say(f"{document.source.name}: {places} lost; see `ingest explain`")
    return 0


@cli.command(epilog=CODES)
@click.argument("file", metavar="FILE")
@limit_options
@shared_options
@click.option("--json", "as_json", is_flag=True, help="The account as JSON.")
def explain(file: str, as_json: bool, config: Path | None, **flags: object) -> int:
    """Show every change of a document: where, before, after, rule, how sure, why.

    Line, column and page count from 1 in the text as it was extracted.
    """
    from ingest import account

    document = _document(file, _settings(flags, config))
    if as_json:
        _print_json(account.as_json(document))
    else:
        for line in account.as_lines(document):
            click.echo(line)
    return 0


@cli.command(epilog=CODES)
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--failed", is_flag=True, help="List the documents that were quarantined.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def status(out: Path, failed: bool, as_json: bool) -> int:
    """Show what became of a batch: counts, reasons, the slowest documents."""
    from ingest.batch.status import read_status

    found = read_status(out)
    if as_json:
        _print_json(found.to_json())
    else:
        for line in found.lines(failed=failed):
            click.echo(line)
    return 0


def _settings(flags: dict[str, object], config: Path | None) -> Settings:
    """Load the settings; what they need and is not installed is named before any work."""
    settings = load(flags, config=config)
    if settings.ocr != "never":
        from ingest.extract.ocr import require

        require()
    return settings


def _document(file: str, settings: Settings) -> Document:
    """Read and clean one document in a child with limits, from a file or standard input."""
    from ingest.batch.driver import guarded_document

    source: str | bytes = file
    if file == "-":
        if sys.stdin.isatty():
            _say("reading standard input; end with Ctrl-D")
        file, source = "stdin", sys.stdin.buffer.read()
    try:
        return guarded_document(source, settings=settings, name=file)
    except DocumentError as error:
        raise error.named(file) from None


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _say_ending() -> None:
    # Called by a signal, perhaps in the middle of another message: not through any buffer.
    os.write(2, b"\ningest: ending what is in flight; Ctrl-C again stops at once\n")


def _say(message: str) -> None:
    click.echo(f"ingest: {message}", err=True)
