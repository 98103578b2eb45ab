"""What starting costs: CPU of the commands that people wait for."""

from __future__ import annotations

import sys

from tests.bench.clock import program_cpu


def measure(*, quick: bool = False) -> dict[str, float]:
    """Seconds of CPU, the least of several starts."""
    rounds = 3 if quick else 8

    def least(*command: str) -> float:
        return min(program_cpu([sys.executable, *command]) for _ in range(rounds))

    return {
        "help_seconds": least("-m", "ingest", "--help"),
        "import_seconds": least("-c", "import ingest"),
        "bare_python_seconds": least("-c", "pass"),
    }
