"""Documents in flight, as the guard sees them, and the children that carry them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.batch.endings import whole
from ingest.batch.limits import Limits
from ingest.batch.wire import Message, last, send

_AGE = 1 / 2
"""Share of a document's limits, by the clock or of CPU, past which a child serves no other."""
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

    def hand_over(self, order: Order, limits: Limits) -> bool:
        """Give it another document while it waits; False where it is too old for that, or gone."""
        worn = self.cpu > _AGE * limits.cpu or time.monotonic() - self.born > _AGE * limits.wall
        if self.channel is None or worn:
            return False
        try:
            send(self.channel, {"name": order.name, "share": dict(order.share)}, order.files)
        except OSError:
            return False
        self.turn += 1
        return True

    def close(self) -> None:
        """Hang up. One that waits for a document then ends."""
        if self.channel is not None:
            self.channel.close()
        else:
            os.close(self.reply)


@dataclass(frozen=True, slots=True)
class Order:
    """What a document was submitted with; its files are kept open where it may come again."""

    name: str
    files: tuple[int, ...]
    share: Mapping[str, int] = field(default_factory=dict)

    def close(self) -> None:
        """Close its files."""
        for number in self.files:
            os.close(number)


@dataclass(slots=True)
class Flight:
    """A document in flight: its child, and what came from that."""

    child: Child
    order: Order
    started: float
    received: bytearray = field(default_factory=bytearray)
    flooded: bool = False

    def turn_over(self) -> Message | None:
        """Return how it ended where its child waits for the next document; None where it does not."""
        if self.child.channel is None or self.flooded:
            return None
        used = (last(self.received) or {}).get("turn")
        if not isinstance(used, dict):
            return None
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
