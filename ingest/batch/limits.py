"""What a child process may use, and the promise that it does not outlive its parent.

Limits are not a sandbox: they end what runs away, they do not hold what attacks.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = 9

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one document: seconds of CPU and by the clock, bytes of memory and of a file.

    `memory` counts address space on top of what the preloaded program itself maps.
    """

    cpu: float
    wall: float
    memory: int
    output: int

    def apply(self, mapped: int) -> None:
        """Set the limits of this process, `mapped` bytes of address space being its own.

        The kernel counts CPU limits in whole seconds: a fraction is rounded up.
        """
        seconds = math.ceil(self.cpu)
        # The soft limit ends the process by SIGXCPU; the hard one is for what ignores that.
        _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
        _lower(resource.RLIMIT_FSIZE, self.output, self.output)
        _lower(resource.RLIMIT_CORE, 0, 0)
        if sys.platform == "linux":  # macOS has the name and refuses to set it
            _lower(resource.RLIMIT_AS, mapped + self.memory, mapped + self.memory)


def _lower(what: int, soft: int, hard: int) -> None:
    """Set a limit, never above what this process itself was given."""
    _, given = resource.getrlimit(what)
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), min(hard, given)
    resource.setrlimit(what, (soft, hard))


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when `parent` ends; end now if it has already.

    Linux only; elsewhere the zygote's own watch must do.
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Have the kernel give this process what its children leave behind. Linux only."""
    if _prctl is not None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def mapped_bytes(process: str = "self") -> int:
    """Bytes of address space that a process maps; 0 where the system does not say."""
    return _pages(process, 0) * resource.getpagesize()


def cpu_seconds(process: str) -> float:
    """Seconds of CPU that a process has used; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0


def resident_bytes() -> int:
    """Bytes that this process has in memory; 0 where the system does not say."""
    return _pages("self", 1) * resource.getpagesize()


def _pages(process: str, field: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[field])
    except (OSError, IndexError):
        return 0
