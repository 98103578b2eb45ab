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
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count

from ingest.batch.closing import Closing
from ingest.batch.endings import Ending, ending
from ingest.batch.flights import Child, Flight, Order, two_ways
from ingest.batch.limits import Limits
from ingest.batch.outcome import printable
from ingest.batch.program import ZygoteProgram
from ingest.batch.turns import MOST, is_settled
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
    """Runs documents in limited children, `workers` at a time, or as many as are given to it.

    `bound` is the number of bytes that one child may send back; `confine` has the kernel
    forbid children what no document needs, where it can: `confinement` says in words what
    is in force, from the first document's end on. A zygote that dies is
    started anew with the next document; those in flight end with `GuardError`.

    What is submitted while all are at work waits. A child whose documents take turns may be
    sent its next one ahead, so that it need not wait until somebody has heard of the last.
    """

    def __init__(
        self,
        settings: Settings,
        job: str,
        *,
        output_limit: int,
        bound: int = REPORT_BOUND,
        confine: bool = True,
        workers: int | None = None,
    ) -> None:
        self._settings = settings
        self._workers = workers
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
        self._ahead: dict[int, tuple[int, Order]] = {}  # what was sent ahead, by its child's number
        self._waiting: deque[tuple[int, Order]] = deque()
        self._selector = selectors.DefaultSelector()
        self._zygote: ZygoteProgram | None = None

    def __len__(self) -> int:
        """Number of documents that were submitted and have not ended."""
        return len(self._flights) + len(self._ahead) + len(self._waiting)

    @property
    def has_place(self) -> bool:
        """True when another document could begin at once."""
        return not self._waiting and self._may_start

    @property
    def _may_start(self) -> bool:
        return self._workers is None or len(self._flights) < self._workers

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
        """Have one document done in a child. The open files stay the caller's to close.

        `share` and `readings` reach the job as they are. With `in_turn`, a kind of documents,
        the child may be one that has done others of that kind before, and has nothing left of
        them that shows; what does not end well there is done once more in a new child, and only
        what that comes to counts.
        Children with the same `document` have one CPU limit together, of which `spent` seconds
        were used before; they are looked at ten times a second.
        """
        order = Order(
            name,
            tuple(map(os.dup, (source, *outputs))),
            share or {},
            tuple(map(os.dup, readings)),
            in_turn,
            document,
            spent,
        )
        self._waiting.append((key, order))
        self._advance()

    def _advance(self) -> None:
        """Give what waits, in its order, to children that may have it."""
        while self._waiting:
            key, order = self._waiting[0]
            if self._may_start:
                self._start(key, order)
            elif not self._send_ahead(key, order):
                return
            self._waiting.popleft()

    def _start(self, key: int, order: Order) -> None:
        """Begin a document now: in a child that waits for one of its kind, or in a new one."""
        self.start()
        for number in [one for one, child in self._idle.items() if child.kind == order.in_turn]:
            waiting = self._idle.pop(number)
            if waiting.hand_over(order, self.limits):
                waiting.turn += 1
                self._take_off(key, waiting, order)
                return
            waiting.close()
        reply, answer, channel = two_ways() if order.in_turn else (*os.pipe(), None)
        child = Child(next(self._numbers), reply, channel, time.monotonic(), kind=order.in_turn)
        try:
            os.set_blocking(reply, False)
            self._take_off(key, child, order)
            files = [answer, *order.files, *order.readings]
            self._tell({"fork": child.number, **order.request()}, files)
        finally:
            os.close(answer)
        if not order.in_turn:
            # It does not come again, and who reads what it writes must see it end.
            order.close()
            self._flights[key].order = Order(order.name, ())

    def _send_ahead(self, key: int, order: Order) -> bool:
        """Send a document to a child that is still at work on one of its kind; False for none."""
        for flight in self._flights.values():
            child = flight.child
            if (
                child.kind == order.in_turn != ""
                and child.number not in self._ahead
                and not flight.is_slow
                and child.turn < MOST[child.kind]
                and child.hand_over(order, self.limits)
            ):
                self._ahead[child.number] = key, order
                return True
        return False

    def _take_back(self) -> None:
        """Let what was sent to children that take long over the one before it go elsewhere."""
        for number in list(self._ahead):
            flight = self._flights[self._keys[number]]
            if flight.is_slow and flight.child.take_back():
                self._waiting.appendleft(self._ahead.pop(number))

    def _take_off(self, key: int, child: Child, order: Order) -> None:
        self._flights[key] = Flight(child, order, time.monotonic(), child.left_over())
        self._keys[child.number] = key
        self._selector.register(child.reply, selectors.EVENT_READ, key)

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
        self._take_back()
        self._advance()
        return endings

    def close(self) -> None:
        """Kill what is in flight, end the zygote, release everything."""
        for key in list(self._flights):
            self._land(key)
        for _, order in self._waiting:
            order.close()
        self._waiting.clear()
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
        number, endings = message["ended"], []
        if number in self._keys:
            self._drain(self._keys[number])
            endings = self._turned(self._keys[number])
        key = self._keys.get(number)
        if key is None:
            idle = self._idle.pop(number, None)
            if idle is not None:
                idle.close()
            return endings
        flight = self._flights[key]
        # The zygote speaks of all that the child did.
        message["seconds"] = time.monotonic() - flight.started
        message["cpu_seconds"] = max(0.0, message["cpu_seconds"] - flight.child.cpu)
        if flight.flooded:
            message |= {"killed": "flood", "status": message["status"] or -9}
        return endings + self._judged(key, message)

    def _turned(self, key: int) -> list[Ending]:
        """Return the endings of documents after which their child says that it goes on."""
        endings: list[Ending] = []
        flight = self._flights.get(key)
        while flight is not None and (message := flight.turn_over()) is not None:
            endings += self._judged(key, message, idle=True)
            # What was sent ahead may be done as well.
            key = self._keys.get(flight.child.number, key)
            flight = self._flights.get(key)
        return endings

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
        order = self._flights[key].order.anew()
        self._land(key, idle=idle)
        for output in order.files[1:]:
            os.lseek(output, 0, os.SEEK_SET)
            os.ftruncate(output, 0)
        self._waiting.appendleft((key, order))

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
        """Take a document out of flight; with `idle` its child goes on or waits for another."""
        flight = self._flights.pop(key)
        child = flight.child
        del self._keys[child.number]
        flight.order.close()
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.reply)
        following = self._ahead.pop(child.number, None)
        if not idle:
            child.close()
            if following is not None:
                self._waiting.appendleft(following)  # it was never looked at
        elif following is not None:
            child.turn += 1
            self._take_off(following[0], child, following[1])
        else:
            self._idle[child.number] = child

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
