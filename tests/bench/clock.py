"""CPU time of this process and of programs, taken side by side.

The machine is shared and noisy: the contenders run in turn, several rounds, and the
least CPU time of each counts. Figures are ratios of one contender to another.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence


def cpu(call: Callable[[], object]) -> float:
    """Seconds of CPU of one call in this process."""
    gc.collect()
    start = time.process_time()
    call()
    return time.process_time() - start


def program_cpu(command: Sequence[str]) -> float:
    """Seconds of CPU, user and system, of one program. Raises where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def side_by_side(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int = 3
) -> dict[str, float]:
    """Least seconds of CPU of each contender, taken in turn.

    A contender that returns a float has timed itself (a program in a process of its own).
    """
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, call in contenders.items():
            gc.collect()
            start = time.process_time()
            own = call()
            taken = own if isinstance(own, float) else time.process_time() - start
            best[name] = min(taken, best.get(name, taken))
    return best
