"""`python -m ingest` and the command `ingest`: one boundary from errors to exit codes."""

from __future__ import annotations

import io
import os
import sys

from ingest.errors import IngestError

INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Text in any script must come out whatever the locale says.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every expected error becomes one clear line."""
    import click

    from ingest.cli import cli

    try:
        code = cli.main(arguments, prog_name="ingest", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("ingest: interrupted", file=sys.stderr)
        return INTERRUPTED
    except IngestError as error:
        print(f"ingest: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader has what it wanted (`ingest clean … | head`). Python would complain
        # once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
