"""Documents in flight, as the guard sees them, and the children that carry them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.batch.endings import whole
from ingest.batch.limits import Limits
from ingest.batch.permits import permit, take
from ingest.batch.wire import Message, parted, send

_AGE = 1 / 2
"""Share of a document's limits, by the clock or of CPU, past which a child serves no other."""
_PATIENCE = 0.25
"""Seconds that a document may wait for the one before it, twenty times what most take, while
another child could have it."""
_MOST_CPU = 1e6
"""Seconds: what a child says of itself is believed up to here."""


@dataclass(slots=True)
class Child:
    """A child as the guard sees it: its number, where its answers come, since when it lives.

    One that serves a `kind` of documents in turn has a `channel` for the next; `turn` counts
    them, `cpu` is what those before the present one used.
    """

    number: int
    reply: int
    channel: socket.socket | None
    born: float
    turn: int = 1
    cpu: float = 0.0
    kind: str = ""
    _rest: bytearray = field(default_factory=bytearray)
    _permit: int = -1

    def hand_over(self, order: Order, limits: Limits) -> bool:
        """Send it another document; False where it is too old for that, or gone."""
        worn = self.cpu > _AGE * limits.cpu or time.monotonic() - self.born > _AGE * limits.wall
        if self.channel is None or worn:
            return False
        self._forget()
        self._permit = permit()
        said = {"name": order.name, "share": dict(order.share)}
        try:
            send(self.channel, said, (*order.files, self._permit))
        except OSError:
            return False
        return True

    def take_back(self) -> bool:
        """Have it pass over what it was sent last; False where it has begun with that."""
        return take(self._permit)

    def keep(self, rest: bytearray) -> None:
        """Keep what came from it after its word that the next document may come."""
        self._rest = rest

    def left_over(self) -> bytearray:
        """Return what was kept: the beginning of what it says of the next document."""
        rest, self._rest = self._rest, bytearray()
        return rest

    def close(self) -> None:
        """Hang up. One that waits for a document then ends."""
        self._forget()
        if self.channel is not None:
            self.channel.close()
        else:
            os.close(self.reply)

    def _forget(self) -> None:
        if self._permit >= 0:
            os.close(self._permit)
            self._permit = -1


@dataclass(frozen=True, slots=True)
class Order:
    """A document as it was submitted. Its files are open as long as it may come again."""

    name: str
    files: tuple[int, ...]
    share: Mapping[str, int] = field(default_factory=dict)
    readings: tuple[int, ...] = ()
    in_turn: str = ""
    document: int | None = None
    spent: float = 0.0

    def request(self) -> Message:
        """Return what a new child is told of it."""
        return {
            "name": self.name,
            "share": self.share,
            "readings": len(self.readings),
            "in_turn": self.in_turn,
            "document": self.document,
            "spent": self.spent,
        }

    def anew(self) -> Order:
        """Return the same document, for a child of its own."""
        return Order(self.name, tuple(map(os.dup, self.files)), self.share)

    def close(self) -> None:
        """Close its files."""
        for number in (*self.files, *self.readings):
            os.close(number)


@dataclass(slots=True)
class Flight:
    """A document in flight: its child, and what came from that."""

    child: Child
    order: Order
    started: float
    received: bytearray = field(default_factory=bytearray)
    flooded: bool = False

    @property
    def is_slow(self) -> bool:
        """True when nothing should wait for it."""
        return time.monotonic() - self.started > _PATIENCE

    def turn_over(self) -> Message | None:
        """Return how it ended where its child says that it may have another; None where it does not.

        What came after that word is the child's to keep.
        """
        if self.child.channel is None or self.flooded:
            return None
        found = parted(self.received, "turn")
        used = found[0]["turn"] if found is not None else None
        if found is None or not isinstance(used, dict):
            return None
        self.child.keep(self.received[found[1] :])
        del self.received[found[1] :]
        cpu = used.get("cpu_seconds")
        return {
            "status": 0,
            "killed": "",
            "chatter": "",
            "seconds": time.monotonic() - self.started,
            "cpu_seconds": cpu if isinstance(cpu, float) and 0 <= cpu < _MOST_CPU else 0.0,
            "memory": whole(used, "memory"),
        }


def two_ways() -> tuple[int, int, socket.socket]:
    """Return a guard's and a child's end of a channel for both ways, by number, and the guard's."""
    ours, theirs = socket.socketpair()
    return ours.fileno(), theirs.detach(), ours
