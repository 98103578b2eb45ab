"""The guard: the caller's side of the zygote. Documents go in, endings come out.

Safe in a program with threads, because the program itself never forks: the zygote is a
program of its own, and only it forks. One guard belongs to one thread.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, ending
from ingest.batch.limits import Limits
from ingest.batch.outcome import printable
from ingest.batch.wire import Message, WireError, receive, send
from ingest.errors import CrashError, IngestError
from ingest.settings import Settings

REPORT_BOUND = 1 << 20
"""Bytes of what one child may send: a report counts edits by rule and is a few kB."""
_BLOCK = 1 << 16
_GRACE = 30.0
"""Seconds past a document's wall limit after which the zygote itself is taken for stuck."""
_FAREWELL = 1.0
"""Seconds a zygote has to end its children and itself when the guard closes."""


class GuardError(CrashError):
    """The guard itself failed while this document was in flight: perhaps not its fault."""


@dataclass(slots=True)
class _Flight:
    """A document in flight: the reading end of its child's pipe, and what came through it."""

    reply: int
    started: float
    received: bytearray = field(default_factory=bytearray)
    flooded: bool = False


@dataclass(slots=True)
class _Zygote:
    """The zygote's process, this end of its socket, and where its standard error goes."""

    program: subprocess.Popen[bytes]
    control: socket.socket
    errors: IO[bytes]
    loaded: bool = False


class Guard(Closing):
    """Runs documents in limited children, any number at a time.

    `bound` is the number of bytes that one child may send back; `confine` has the kernel
    forbid children what no document needs, where it can: `confinement` says in words what
    is in force, from the first document's end on. A zygote that dies is
    started anew with the next document; those in flight end with `GuardError`.
    """

    def __init__(
        self,
        settings: Settings,
        job: str,
        *,
        output_limit: int,
        bound: int = REPORT_BOUND,
        confine: bool = True,
    ) -> None:
        self._settings = settings
        self._job = job
        self._bound = bound
        self._confine = confine
        self.confinement = ""
        self.limits = Limits(
            settings.cpu_limit, settings.wall_limit, settings.memory_limit, output_limit
        )
        self._flights: dict[int, _Flight] = {}
        self._selector = selectors.DefaultSelector()
        self._zygote: _Zygote | None = None

    def __len__(self) -> int:
        """Number of documents in flight."""
        return len(self._flights)

    def start(self) -> None:
        """Start the zygote and let it load, without waiting for it."""
        self._running()

    def _running(self) -> _Zygote:
        if self._zygote is not None:
            return self._zygote
        if not sys.executable:
            raise IngestError("the Python program cannot be found to start a worker with")
        control, theirs = socket.socketpair()
        with contextlib.ExitStack() as undo, theirs:
            undo.callback(control.close)
            errors = undo.enter_context(tempfile.TemporaryFile())
            # -P: the folder that the user stands in may hold documents named like modules.
            program = subprocess.Popen(  # noqa: S603  # our own module, by our own Python
                [sys.executable, "-P", "-m", "ingest.batch.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                # Not only what is installed: also the tree that this program runs from.
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            undo.pop_all()
            self._zygote = _Zygote(program, control, errors)
        self._selector.register(control, selectors.EVENT_READ)
        settings = {
            one.name: getattr(self._settings, one.name) for one in dataclasses.fields(Settings)
        }
        self._tell(
            {
                "job": self._job,
                "settings": settings,
                "limits": dataclasses.asdict(self.limits),
                "confine": self._confine,
            }
        )
        return self._zygote

    def _tell(self, message: Message, files: Sequence[int] = ()) -> None:
        # A zygote that is gone is noticed where it is listened to.
        with contextlib.suppress(ConnectionError):
            send(self._running().control, message, files)

    def submit(
        self,
        key: int,
        name: str,
        source: int,
        outputs: Sequence[int] = (),
        *,
        share: Mapping[str, int] | None = None,
        readings: Sequence[int] = (),
    ) -> None:
        """Start the child of one document. The open files stay the caller's to close.

        `share` and `readings` reach the job as they are.
        """
        self.start()
        reply, answer = os.pipe()
        try:
            os.set_blocking(reply, False)
            self._flights[key] = _Flight(reply, time.monotonic())
            self._selector.register(reply, selectors.EVENT_READ, key)
            self._tell(
                {"fork": key, "name": name, "share": share or {}, "readings": len(readings)},
                [answer, source, *outputs, *readings],
            )
        finally:
            os.close(answer)

    def stop(self, key: int) -> None:
        """Have the child of one document killed, where it still runs; it ends like any other."""
        if key in self._flights:
            self._tell({"stop": key})

    def wait(self, timeout: float | None = None) -> list[Ending]:
        """Wait until something happened; return the documents that ended, perhaps none.

        Raises `IngestError` when the zygote cannot load its job.
        """
        endings: list[Ending] = []
        for key, _ in self._selector.select(1.0 if timeout is None else timeout):
            if key.data is not None:
                self._drain(key.data)
        # After the pipes: what a child sent stands before the word that it ended.
        while self._zygote is not None and _readable(self._zygote.control):
            endings += self._hear(self._zygote)
        if self._stuck():
            endings += self._bury()
        return endings

    def close(self) -> None:
        """Kill what is in flight, end the zygote, release everything."""
        for key in list(self._flights):
            self._land(key)
        self._end_zygote()
        self._selector.close()

    def _hear(self, zygote: _Zygote) -> list[Ending]:
        try:
            received = receive(zygote.control)
        except (ConnectionError, WireError):
            received = None
        if received is None:
            return self._bury()
        message, _ = received
        if "ready" in message:
            zygote.loaded = True
            self.confinement = str(message["confined"])
        elif "refused" in message:
            if self._land(message["refused"]) is not None:
                why = f"no process for it: {printable(message['why'])}"
                return [Ending(message["refused"], error=GuardError(why, advice="try fewer jobs"))]
        elif "ended" in message:
            self._drain(message["ended"])
            flight = self._land(message["ended"])
            if flight is not None:
                if flight.flooded:
                    message |= {"killed": "flood", "status": message["status"] or -9}
                return [ending(message, flight.received, self.limits)]
        return []

    def _drain(self, key: int) -> None:
        """Take what a child has sent so far; have it stopped where that is too much."""
        flight = self._flights.get(key)
        if flight is None:
            return
        with contextlib.suppress(BlockingIOError):
            while part := os.read(flight.reply, _BLOCK):
                if not flight.flooded:
                    flight.received += part
                if len(flight.received) > self._bound and not flight.flooded:
                    flight.flooded = True
                    flight.received.clear()
                    self.stop(key)
            # End of file: nothing more will come, and a closed pipe would wake us for ever.
            with contextlib.suppress(KeyError):
                self._selector.unregister(flight.reply)

    def _land(self, key: int) -> _Flight | None:
        flight = self._flights.pop(key, None)
        if flight is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(flight.reply)
            os.close(flight.reply)
        return flight

    def _stuck(self) -> bool:
        late = time.monotonic() - self.limits.wall - _GRACE
        return any(flight.started < late for flight in self._flights.values())

    def _bury(self) -> list[Ending]:
        """Clear away a zygote that has died; name the documents that were in flight."""
        loaded = self._zygote is not None and self._zygote.loaded
        said = self._end_zygote()
        if not loaded:
            raise IngestError(f"the worker could not load {self._job}: {said or 'no reason given'}")
        lost = list(self._flights)
        for key in lost:
            self._land(key)
        message = "the process that watches over documents died while this one was in flight"
        return [Ending(key, error=GuardError(message)) for key in lost]

    def _end_zygote(self) -> str:
        """End the zygote; return the last line of what it said on standard error."""
        zygote, self._zygote = self._zygote, None
        if zygote is None:
            return ""
        self._selector.unregister(zygote.control)
        zygote.control.close()
        try:
            zygote.program.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            zygote.program.kill()
            zygote.program.wait()
        with zygote.errors as errors:
            errors.seek(0)
            lines = errors.read(_BLOCK).decode("utf-8", "backslashreplace").split("\n")
        return next((printable(line.strip()) for line in reversed(lines) if line.strip()), "")


def _readable(channel: socket.socket) -> bool:
    try:
        channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True  # reading will say that it is closed
    return True
