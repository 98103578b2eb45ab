"""JSON messages over stream sockets and pipes, each behind its length, with open files beside it.

JSON and not pickle, because one end of the wire has read hostile files: nothing that
comes back may do more than be a wrong value.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LENGTH = struct.Struct("!I")
MOST_FILES = 64
MESSAGE_BOUND = 1 << 20
"""Bytes of one message between guard and zygote: a request is under 10 kB, its name included."""

Message = dict[str, Any]


class WireError(Exception):
    """What came over the wire is not a message."""


def pack(message: Mapping[str, Any]) -> bytes:
    """Return a message as bytes. Lone surrogates travel as escapes."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return _LENGTH.pack(len(body)) + body


def send(channel: socket.socket, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
    """Send a message, with open files if any. Raises OSError when the other end is gone."""
    packed = pack(message)
    if files:
        # The files travel with the length, so that the reader of the length gets them.
        socket.send_fds(channel, [packed[: _LENGTH.size]], list(files))
        packed = packed[_LENGTH.size :]
    channel.sendall(packed)


def receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    """Wait for one message and its files; None when the other end is closed."""
    head, files, _, _ = socket.recv_fds(channel, _LENGTH.size, MOST_FILES)
    for number in files:
        os.set_inheritable(number, False)
    try:
        head += _exactly(channel, _LENGTH.size - len(head)) if head else b""
        if not head:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > MESSAGE_BOUND:
            raise WireError(f"a message of {length} bytes")
        return decode(_exactly(channel, length)), files
    except (ConnectionError, WireError):
        for number in files:
            os.close(number)
        raise


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(count - len(parts))
        if not part:
            raise ConnectionResetError("the other end closed in the middle of a message")
        parts += part
    return bytes(parts)


def decode(body: bytes | bytearray | memoryview) -> Message:
    """Read the JSON object of one message. Raises `WireError` for anything else."""
    try:
        # json looks at the first bytes for UTF-16: say what it is.
        message = json.loads(str(body, "utf-8"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise WireError("not a JSON object")
    return message


def split(received: bytes | bytearray) -> Iterator[Message]:
    """Yield the messages of what came through a pipe. Raises `WireError` where one is torn.

    >>> list(split(pack({"a": 1}) + pack({"b": 2})))
    [{'a': 1}, {'b': 2}]
    """
    view = memoryview(received)
    while view:
        if len(view) < _LENGTH.size:
            raise WireError("a torn message")
        (length,) = _LENGTH.unpack(view[: _LENGTH.size])
        body = view[_LENGTH.size : _LENGTH.size + length]
        if len(body) < length:
            raise WireError("a torn message")
        yield decode(body)
        view = view[_LENGTH.size + length :]


def parted(received: bytes | bytearray, key: str) -> tuple[Message, int] | None:
    """Find the first message that begins with `key`; return it, and where what follows begins.

    >>> came = pack({"a": 1}) + pack({"b": 2}) + pack({"c": 3})
    >>> parted(came, "b"), parted(came[:-1], "c")
    (({'b': 2}, 22), None)
    """
    wanted = f'{{"{key}":'.encode()
    stop = 0
    while len(received) >= stop + _LENGTH.size:
        start = stop + _LENGTH.size
        stop = start + _LENGTH.unpack_from(received, stop)[0]
        if stop <= len(received) and received.startswith(wanted, start):
            try:
                return decode(received[start:stop]), stop
            except WireError:
                return None
    return None
