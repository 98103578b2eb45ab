"""The options that several commands share, and their exit codes; no logic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.settings import STAGES

Command = TypeVar("Command", bound=Callable[..., Any])

CODES = """\b
Exit codes: 0 done (losses and partial documents are reported, not counted as
failure); 1 some documents were quarantined, or --check found changes; 2 wrong
usage; 3 a missing extra; 4 configuration; 5 output cannot be written;
130 interrupted."""


def shared_options(command: Command) -> Command:
    """Options that decide what the text becomes: the same wherever a document is cleaned."""
    for option in reversed(
        (
            click.option(
                "--script",
                metavar="SCRIPT",
                help="auto (default), keep, hans, hant, tw or hk. auto brings text that a mirror "
                "converted by machine back to Simplified and leaves genuine Traditional alone.",
            ),
            click.option(
                "--fold",
                metavar="NAMES",
                help="Bring to one form what an author may have meant, with commas between: width "
                "(full-width letters and digits), symbols (such as a number in a ring), "
                "punctuation (full width in Chinese sentences), quotes (in pairs).",
            ),
            click.option(
                "--stages",
                metavar="NAMES",
                help=f"Only these stages, with commas between. Known: {', '.join(STAGES)}.",
            ),
            click.option(
                "--infer",
                metavar="WHEN",
                help="Write characters that follow with high probability only: never, auto "
                "(default: where it is above a measured threshold), always (the best guess).",
            ),
            click.option(
                "--strip",
                metavar="LEVEL",
                help="Remove notices that are sure (default), or also those that are only "
                "likely; what is not removed is reported.",
            ),
            click.option(
                "--rules",
                multiple=True,
                # Not given is not the same as none: environment and file speak then.
                callback=lambda _context, _parameter, given: given or None,
                metavar="FILE",
                help="A pack of notice rules of your own (TOML), beside those that come with the "
                "program; may be given several times. See `ingest rules --help`.",
            ),
            click.option(
                "--ocr",
                metavar="WHEN",
                help="Read pages of PDFs from their picture: never (default), auto (those without "
                "a text layer), always. Needs pip install 'ingest[ocr]'.",
            ),
            click.option(
                "--password",
                metavar="WORD",
                help="For encrypted PDFs; INGEST_PASSWORD in the environment keeps it out of the "
                "list of processes.",
            ),
            click.option(
                "-e", "--encoding", metavar="NAME", help="Encoding of text and HTML input."
            ),
            click.option(
                "--config",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Settings file (TOML). Default: ingest.toml, or [tool.ingest] in "
                "pyproject.toml, of the current folder.",
            ),
        )
    ):
        command = option(command)
    return command


def limit_options(command: Command) -> Command:
    """Limits of the child process in which each document is read."""
    for option in reversed(
        (
            click.option(
                "--cpu-limit", type=float, metavar="S", help="CPU seconds a document (120)."
            ),
            click.option(
                "--wall-limit", type=float, metavar="S", help="Seconds by the clock (600)."
            ),
            click.option("--memory-limit", metavar="SIZE", help="Memory a document (4G)."),
            click.option("--max-size", metavar="SIZE", help="Refuse larger files (1G)."),
        )
    ):
        command = option(command)
    return command
