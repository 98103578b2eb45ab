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
import time
from collections.abc import Mapping, Sequence
from itertools import count

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, ending
from ingest.batch.flights import Child, Flight, Order, two_ways
from ingest.batch.limits import Limits
from ingest.batch.outcome import printable
from ingest.batch.program import ZygoteProgram
from ingest.batch.turns import is_settled
from ingest.batch.wire import Message, WireError, receive, send
from ingest.errors import CrashError, DocumentError, IngestError
from ingest.settings import Settings

REPORT_BOUND = 1 << 20
"""Bytes of what one child may send: a report counts edits by rule and is a few kB."""
_BLOCK = 1 << 16
_GRACE = 30.0
"""Seconds past a document's wall limit after which the zygote itself is taken for stuck."""


class GuardError(CrashError):
    """The guard itself failed while this document was in flight: perhaps not its fault."""


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
        self._numbers = count()
        self._flights: dict[int, Flight] = {}
        self._keys: dict[int, int] = {}  # of the documents in flight, by their child's number
        self._idle: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._zygote: ZygoteProgram | None = None

    def __len__(self) -> int:
        """Number of documents in flight."""
        return len(self._flights)

    def start(self) -> None:
        """Start the zygote and let it load, without waiting for it."""
        self._running()

    def _running(self) -> ZygoteProgram:
        if self._zygote is None:
            settings = {
                one.name: getattr(self._settings, one.name) for one in dataclasses.fields(Settings)
            }
            self._zygote = ZygoteProgram(
                {
                    "job": self._job,
                    "settings": settings,
                    "limits": dataclasses.asdict(self.limits),
                    "confine": self._confine,
                }
            )
            self._selector.register(self._zygote.control, selectors.EVENT_READ)
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
        in_turn: str = "",
        document: int | None = None,
        spent: float = 0.0,
    ) -> None:
        """Start on one document in a child. The open files stay the caller's to close.

        `share` and `readings` reach the job as they are. With `in_turn`, a kind of documents,
        the child may be one that has done others of that kind before, and has nothing left of
        them that shows; what does not end well there is done once more in a new child, and only
        what that comes to counts.
        Children with the same `document` have one CPU limit together, of which `spent` seconds
        were used before; they are looked at ten times a second.
        """
        self.start()
        for number in [one for one, child in self._idle.items() if child.kind == in_turn]:
            waiting = self._idle.pop(number)
            if self._hand_over(waiting, key, Order(name, (source, *outputs), share or {})):
                return
        reply, answer, channel = two_ways() if in_turn else (*os.pipe(), None)
        child = Child(next(self._numbers), reply, channel, time.monotonic(), kind=in_turn)
        try:
            os.set_blocking(reply, False)
            self._take_off(key, child, Order(name, ()))
            self._tell(
                {
                    "fork": child.number,
                    "name": name,
                    "share": share or {},
                    "readings": len(readings),
                    "in_turn": in_turn,
                    "document": document,
                    "spent": spent,
                },
                [answer, source, *outputs, *readings],
            )
        finally:
            os.close(answer)

    def _take_off(self, key: int, child: Child, order: Order) -> None:
        self._flights[key] = Flight(child, order, time.monotonic())
        self._keys[child.number] = key
        self._selector.register(child.reply, selectors.EVENT_READ, key)

    def _hand_over(self, child: Child, key: int, order: Order) -> bool:
        """Give a document to a child that waits for one; False where that is too old or gone."""
        if not child.hand_over(order, self.limits):
            child.close()
            return False
        self._take_off(key, child, Order(order.name, tuple(map(os.dup, order.files)), order.share))
        return True

    def stop(self, key: int) -> None:
        """Have the child of one document killed, where it still runs; it ends like any other."""
        if key in self._flights:
            self._tell({"stop": self._flights[key].child.number})

    def wait(self, timeout: float | None = None) -> list[Ending]:
        """Wait until something happened; return the documents that ended, perhaps none.

        Raises `IngestError` when the zygote cannot load its job.
        """
        endings: list[Ending] = []
        for event, _ in self._selector.select(1.0 if timeout is None else timeout):
            if event.data is not None:
                self._drain(event.data)
                endings += self._turned(event.data)
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

    def _hear(self, zygote: ZygoteProgram) -> list[Ending]:
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
            key = self._keys.get(message["refused"])
            if key is not None:
                self._land(key)
                why = f"no process for it: {printable(message['why'])}"
                return [Ending(key, error=GuardError(why, advice="try fewer jobs"))]
        elif "ended" in message:
            return self._ended(message)
        return []

    def _ended(self, message: Message) -> list[Ending]:
        """Take the zygote's word that a child has ended."""
        key = self._keys.get(message["ended"])
        if key is None:
            idle = self._idle.pop(message["ended"], None)
            if idle is not None:
                idle.close()
            return []
        self._drain(key)
        turned = self._turned(key)
        if turned or message["ended"] not in self._keys:
            return turned + self._ended(message)
        flight = self._flights[key]
        # The zygote speaks of all that the child did.
        message["seconds"] = time.monotonic() - flight.started
        message["cpu_seconds"] = max(0.0, message["cpu_seconds"] - flight.child.cpu)
        if flight.flooded:
            message |= {"killed": "flood", "status": message["status"] or -9}
        return self._judged(key, message)

    def _turned(self, key: int) -> list[Ending]:
        """Return the ending of a document whose child waits for the next one, if that is so."""
        flight = self._flights.get(key)
        message = flight.turn_over() if flight is not None else None
        return [] if message is None else self._judged(key, message, idle=True)

    def _judged(self, key: int, message: Message, *, idle: bool = False) -> list[Ending]:
        """Return the ending of a document; none where it has to be done once more."""
        flight = self._flights[key]
        end = ending(message | {"ended": key}, flight.received, self.limits)
        flight.child.cpu += end.cpu_seconds
        reason = end.error.reason if isinstance(end.error, DocumentError) else ""
        if flight.child.turn > 1 and not is_settled(end.report, reason, flight.child.kind):
            self._again(key, idle=idle)
            return []
        self._land(key, idle=idle)
        return [end]

    def _again(self, key: int, *, idle: bool = False) -> None:
        """Do a document once more, from its beginning, in a child of its own."""
        flight = self._flights[key]
        source, *outputs = map(os.dup, flight.order.files)
        self._land(key, idle=idle)
        try:
            for output in outputs:
                os.lseek(output, 0, os.SEEK_SET)
                os.ftruncate(output, 0)
            self.submit(key, flight.order.name, source, outputs, share=flight.order.share)
        finally:
            for number in (source, *outputs):
                os.close(number)

    def _drain(self, key: int) -> None:
        """Take what a child has sent so far; have it stopped where that is too much."""
        flight = self._flights.get(key)
        if flight is None:
            return
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while part := os.read(flight.child.reply, _BLOCK):
                if not flight.flooded:
                    flight.received += part
                if len(flight.received) > self._bound and not flight.flooded:
                    flight.flooded = True
                    flight.received.clear()
                    self.stop(key)
            # End of file: nothing more will come, and a closed pipe would wake us for ever.
            with contextlib.suppress(KeyError):
                self._selector.unregister(flight.child.reply)

    def _land(self, key: int, *, idle: bool = False) -> None:
        """Take a document out of flight; with `idle` its child waits for another."""
        flight = self._flights.pop(key)
        child = flight.child
        del self._keys[child.number]
        flight.order.close()
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.reply)
        if idle:
            self._idle[child.number] = child
        else:
            child.close()

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
        for child in self._idle.values():
            child.close()
        self._idle.clear()
        zygote, self._zygote = self._zygote, None
        if zygote is None:
            return ""
        self._selector.unregister(zygote.control)
        return zygote.end()


def _readable(channel: socket.socket) -> bool:
    try:
        channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True  # reading will say that it is closed
    return True
