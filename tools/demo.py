"""Ingest the fixtures into out/ and print what happened to each document.

The fixtures hold broken files on purpose: their rows name the cause.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

import ingest
from ingest.batch import Outcome, RunOptions

ROOT = Path(__file__).parent.parent
# The documents; what lies beside them (truth, builders, cases) is not a document.
DOCUMENTS = ("pdf/*.pdf", "pages/*/*.html", "pages/*/*.txt", "encodings/*.txt")


REPAIR = ("gloss.", "mojibake.")
STRIP = ("notice.", "mark.", "running.", "watermark.", "hidden.", "debris.")


def of(outcome: Outcome, rooms: tuple[str, ...]) -> str:
    return str(sum(n for rule, n in outcome.edits.items() if rule.startswith(rooms)) or "")


def row(outcome: Outcome) -> tuple[str, ...]:
    return (
        str(Path(outcome.source).relative_to(ROOT / "fixtures")),
        str(outcome.pages or ""),
        f"{outcome.characters:,}" if outcome.characters else "",
        of(outcome, REPAIR),
        of(outcome, STRIP),
        str(outcome.losses or ""),
        outcome.status if not outcome.reason else f"{outcome.status}: {outcome.reason}",
    )


def main() -> int:
    table = Table(title="fixtures/ → out/", header_style="bold")
    table.add_column("document", no_wrap=True)
    for heading in ("pages", "characters", "repairs", "notices", "losses"):
        table.add_column(heading, justify="right")
    table.add_column("status", overflow="fold")
    counts: dict[str, int] = {}
    options = RunOptions(include=DOCUMENTS)
    for outcome in ingest.run([ROOT / "fixtures"], ROOT / "out", options=options):
        table.add_row(*row(outcome))
        counts[outcome.status] = counts.get(outcome.status, 0) + 1
    console = Console(width=None if sys.stdout.isatty() else 130)
    console.print(table)
    console.print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    console.print("text in out/, one record per document in out/documents.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main())
