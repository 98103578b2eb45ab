"""The zygote: a single-threaded process that has loaded the pipeline once and forks children.

It reads no document and no result. A request brings the open files of one document; a
child is forked that inherits them, works under limits, and answers the guard directly
through its own pipe. The zygote only watches: it kills what is late, reaps what ends,
says how it ended, and takes every child with it when the guard's end of the socket closes.

Started by `ingest.batch.guard` as `python -m ingest.batch.zygote SOCKET-NUMBER`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import os
import re
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ingest.batch import child, turns
from ingest.batch.confine import Confinement
from ingest.batch.layout import lay_out
from ingest.batch.limits import Limits, cpu_seconds, mapped_bytes, resident_bytes
from ingest.batch.wire import Message, receive, send
from ingest.settings import Settings

_ORPHAN_CHECK = 1.0
"""Seconds between looks whether the parent still lives, for when its socket was inherited."""
_MEMORY_LOOK = 0.1
"""Seconds between looks at how much the children map."""
_GARBAGE = 50_000
"""Objects that are new before their garbage is looked for: a document of a few pages makes
fewer, and its process ends with it. At Python's 700 the looking is 4 % of such a document's time."""
_NEAR_LIMIT = 1 / 3
"""Share of the memory limit at which a crash counts as want of memory: what doubles a block
holds old and new together, and fails with a third of the limit in use (pdfium on a map of
characters: SIGABRT at 0.44). A crash for another reason that far up is rare."""
_CHATTER = 1 << 16
# What allocators and C++ runtimes print before they abort.
_OUT_OF_MEMORY = re.compile(rb"bad_alloc|[Oo]ut of memory|Cannot allocate memory|MemoryError")


@dataclass(slots=True)
class _Child:
    """A forked child as the zygote sees it."""

    key: int
    chatter: int
    started: float
    document: int | None = None
    """What it shares its CPU limit with, where others read the same document."""
    killed: str = ""
    mapped: int = 0


class Zygote:
    """Forks one child per request and reports each ending, until the guard hangs up."""

    def __init__(
        self,
        control: socket.socket,
        job: child.Job,
        settings: Settings,
        limits: Limits,
        *,
        confine: bool,
    ) -> None:
        self._control = control
        self._job = job
        self._settings = settings
        self._limits = limits
        self._children: dict[int, _Child] = {}
        self._spent: dict[int, float] = {}  # seconds of CPU, by shared document, while any runs
        self._guard = os.getppid()
        self._woken, wake = socket.socketpair()
        self._wake = wake
        for end in (self._woken, wake):
            end.setblocking(False)
        # Python wakes the selector for a signal only where it has a handler of its own.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        set_aside = lay_out(limits.memory)
        self._own = mapped_bytes()
        # What is set aside for children is mapped already, and counts as what they take.
        self._counted_from = self._own - set_aside
        self._own_resident = resident_bytes()
        # Last: everything that this process itself opens is open by now.
        self._confinement = Confinement() if confine else None
        self.confined = self._confinement.words if self._confinement else "off: as asked"

    def serve(self) -> None:
        """Answer requests until the guard's end closes; then kill what still runs."""
        poll = select.poll()  # unlike a selector, nothing that a child would have to close
        control, woken = self._control.fileno(), self._woken.fileno()
        poll.register(control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        try:
            while os.getppid() == self._guard:
                ready = {number for number, _ in poll.poll(self._patience() * 1000)}
                if woken in ready:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
                if control in ready and not self._answer():
                    return
                self._reap()
                self._watch()
        except ConnectionError:
            return  # the guard is gone, in the middle of a message or of ours
        finally:
            self._kill_all()

    def _patience(self) -> float:
        if not self._children:
            return _ORPHAN_CHECK
        now = time.monotonic()
        late = min(one.started for one in self._children.values()) + self._limits.wall - now
        return max(0.0, min(late, _MEMORY_LOOK))

    def _answer(self) -> bool:
        received = receive(self._control)
        if received is None:
            return False
        message, files = received
        if "fork" in message:
            self._fork(message, files)
            for number in files:
                os.close(number)
        elif "stop" in message:
            for process, one in self._children.items():
                if one.key == message["stop"]:
                    self._kill(process, one, "stop")
        return True

    def _fork(self, message: Message, files: list[int]) -> None:
        key = message["fork"]
        chatter, noise = os.pipe()
        # A child that floods its standard error loses the rest, and is not held up.
        for end in (chatter, noise):
            os.set_blocking(end, False)
        started = time.monotonic()
        try:
            process = os.fork()
        except OSError as error:
            os.close(chatter)
            os.close(noise)
            send(self._control, {"refused": key, "why": error.strerror or "fork failed"})
            return
        if process == 0:
            self._become_child(message, files, chatter, noise)
        os.close(noise)
        # In both processes, so that neither can be ahead of it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(process, process)
        self._children[process] = one = _Child(key, chatter, started, message["document"])
        if one.document is not None:
            spent = self._spent.get(one.document, 0.0)
            self._spent[one.document] = max(spent, message["spent"])

    def _become_child(self, message: Message, files: list[int], chatter: int, noise: int) -> None:
        """Turn this fresh fork into the worker of a document. Never returns.

        Each page of memory that is touched here is copied, which is most of what a
        child costs: so plain system calls, and nothing that objects would do better.
        """
        try:
            signal.set_wakeup_fd(-1)
            for end in (self._control, self._woken, self._wake):
                os.close(end.fileno())
            os.close(chatter)
            for one in self._children.values():
                os.close(one.chatter)
            limits = self._limits
            if message["spent"]:
                limits = dataclasses.replace(limits, cpu=max(0.0, limits.cpu - message["spent"]))
            live = turns.serve if message["in_turn"] else child.live
            live(
                self._job,
                child.Task(
                    name=message["name"],
                    settings=self._settings,
                    source=files[1],
                    outputs=tuple(files[2 : len(files) - message["readings"]]),
                    reply=files[0],
                    share=message["share"],
                    kind=message["in_turn"],
                    readings=tuple(files[len(files) - message["readings"] :]),
                ),
                child.Surroundings(
                    os.getppid(), noise, limits, self._counted_from, self._confinement
                ),
            )
        finally:
            os._exit(child.FAILED)

    def _reap(self) -> None:
        for process in list(self._children):
            if not _ended(process):
                continue
            reaped, status, usage = os.wait4(process, os.WNOHANG)
            if not reaped:
                continue
            one = self._children.pop(process)
            chatter = b""
            with contextlib.suppress(BlockingIOError):
                chatter = os.read(one.chatter, _CHATTER)
            os.close(one.chatter)
            cpu = usage.ru_utime + usage.ru_stime
            self._book(one, cpu)
            resident = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            near = _NEAR_LIMIT * self._limits.memory
            send(
                self._control,
                {
                    "ended": one.key,
                    "status": os.waitstatus_to_exitcode(status),
                    "killed": one.killed,
                    # What the child was born with is not what it took.
                    "starved": resident - self._own_resident > near
                    or one.mapped - self._own > near
                    or _OUT_OF_MEMORY.search(chatter) is not None,
                    "chatter": _last_line(chatter),
                    "seconds": time.monotonic() - one.started,
                    "cpu_seconds": cpu,
                    "memory": resident,
                },
            )

    def _book(self, ended: _Child, cpu: float) -> None:
        """Add what a child has used to what its document has; forget that with the last of them."""
        if ended.document is None:
            return
        self._spent[ended.document] += cpu
        if all(one.document != ended.document for one in self._children.values()):
            del self._spent[ended.document]

    def _watch(self) -> None:
        """Kill who is late or has used up what they share; remember how much each child maps."""
        if self._spent:
            spent = dict(self._spent)
            for process, one in self._children.items():
                if one.document is not None:
                    spent[one.document] += cpu_seconds(str(process))
            for process, one in self._children.items():
                if one.document is not None and spent[one.document] >= self._limits.cpu:
                    self._kill(process, one, "cpu")
        now = time.monotonic()
        for process, one in self._children.items():
            if now - one.started >= self._limits.wall:
                self._kill(process, one, "wall")
            elif now - one.started >= _MEMORY_LOOK:
                one.mapped = max(one.mapped, mapped_bytes(str(process)))

    def _kill(self, process: int, one: _Child, why: str) -> None:
        one.killed = one.killed or why
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)

    def _kill_all(self) -> None:
        for process, one in self._children.items():
            self._kill(process, one, "stop")
        for process in self._children:
            os.waitpid(process, 0)


def _ended(process: int) -> bool:
    """True when a child may be reaped; what it left behind in its group is killed then."""
    if hasattr(os, "waitid"):  # macOS has it from Python 3.13 on
        # Not reaped yet: as long as it is a zombie its number cannot be given to another,
        # so that killing its group kills what it left behind and nothing else.
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)
    return True


def _last_line(chatter: bytes) -> str:
    lines = chatter.decode("utf-8", "backslashreplace").split("\n")
    return next((line.strip()[-300:] for line in reversed(lines) if line.strip()), "")


def find_job(name: str) -> child.Job:
    """Return the function that `module:function` names. Raises ImportError, AttributeError."""
    module, _, function = name.partition(":")
    job: child.Job = getattr(import_module(module), function)
    return job


def main(arguments: list[str]) -> None:
    """Load the job, say so, and serve."""
    # Ends by its socket only: no signal of a terminal or a shell concerns it or its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(arguments[0]))
    received = receive(control)
    if received is None:
        return
    hello, _ = received
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in hello["settings"].items()
    }
    settings = Settings(**values)
    job = find_job(hello["job"])
    preload = getattr(import_module(job.__module__), "preload", None)
    if preload is not None:
        preload(settings)
    # What is loaded stays for good: out of the collector's way, its pages remain shared.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])
    zygote = Zygote(control, job, settings, Limits(**hello["limits"]), confine=hello["confine"])
    send(control, {"ready": os.getpid(), "confined": zygote.confined})
    zygote.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
