"""How a child ended, in words: from exit status, signal and report to a result or an error."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.batch.limits import Limits
from ingest.batch.outcome import printable
from ingest.batch.wire import Message, WireError, split
from ingest.errors import CrashError, DocumentError, IngestError, LimitError, OutputError

_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MESSAGE = 400
# What abort(), a trap of a sanity check, or a null pointer from an allocator end with.
_STARVED = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of one child: a report, or the error that it comes to, and what it used.

    `facts` is what the child announced before, also where it crashed later. Nothing in
    `facts` and `report` is checked yet: the child has read a hostile file.
    """

    key: int
    report: Message | None = None
    error: IngestError | None = None
    facts: Message = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0

    @property
    def failure(self) -> IngestError:
        """The error where there is no report."""
        return self.error or CrashError("ended without a result")


def ending(message: Message, received: bytes | bytearray, limits: Limits) -> Ending:
    """Join the zygote's word on a child with what the child itself sent."""
    facts: Message = {}
    report: Message | None = None
    error = _by_status(message, limits)
    try:
        for part in split(received):
            if isinstance(part.get("facts"), dict):
                facts = part["facts"]
            if error is None and isinstance(part.get("report"), dict):
                report = part["report"]
            if error is None and isinstance(part.get("error"), dict):
                error = _by_report(part["error"], limits)
    except WireError as torn:
        error = error or CrashError(f"its report cannot be read: {torn}")
    return Ending(
        message["ended"],
        None if error else report,
        error,
        facts,
        message["seconds"],
        message["cpu_seconds"],
        message["memory"],
    )


def _by_status(message: Message, limits: Limits) -> IngestError | None:
    status: int = message["status"]
    said = f": {printable(message['chatter'])}" if message["chatter"] else ""
    if status == 0:
        return None
    if status > 0:
        return CrashError(f"its process ended with exit code {status}{said}")
    killer = -status
    if message["killed"] == "flood":
        return LimitError("its report is longer than a report may be", reason="output")
    if message["killed"] in ("wall", "cpu"):
        return limit_error(message["killed"], limits)
    if killer == signal.SIGXCPU or (
        killer == signal.SIGKILL and message["cpu_seconds"] >= limits.cpu
    ):
        return limit_error("cpu", limits)
    if killer == signal.SIGXFSZ:
        return limit_error("output", limits)
    if killer in _STARVED and message["starved"]:
        return limit_error("memory", limits)
    advice = "please report the file"
    if killer == signal.SIGKILL:
        advice = "perhaps the system ran out of memory; try fewer jobs at a time"
    return LimitError(
        f"its process was killed by {_signal_name(killer)}{said}",
        reason=f"signal-{killer}",
        advice=advice,
    )


def limit_error(reason: str, limits: Limits) -> LimitError:
    """The error for a limit that was hit."""
    message, advice = {
        "cpu": (f"needs more than {limits.cpu:g} s of CPU", "raise --cpu-limit"),
        "wall": (f"not done after {limits.wall:g} s", "raise --wall-limit"),
        "memory": (
            f"needs more than {limits.memory / (1 << 20):.0f} MiB of memory",
            "raise --memory-limit",
        ),
        "output": (f"its output is over {limits.output / (1 << 20):.0f} MiB", ""),
    }[reason]
    return LimitError(message, reason=reason, advice=advice)


def _signal_name(number: int) -> str:
    try:
        return f"{signal.Signals(number).name} (signal {number})"
    except ValueError:
        return f"signal {number}"


def _by_report(form: Message, limits: Limits) -> IngestError:
    """Make the error that a child reported again, trusting nothing but its shape."""
    reason, message, advice = (form.get(key) for key in ("reason", "message", "advice"))
    if not (isinstance(reason, str) and isinstance(message, str) and isinstance(advice, str)):
        return CrashError("its report cannot be read")
    message, advice = printable(message[:_MESSAGE]), printable(advice[:_MESSAGE])
    if reason == "output-error":
        return OutputError(message, advice=advice)
    if reason in ("memory", "output"):  # the child does not know its limits, only that it hit one
        return limit_error(reason, limits)
    if not _REASON.fullmatch(reason):
        return CrashError("its report cannot be read")
    return document_error(reason, message, advice)


def document_error(reason: str, message: str, advice: str) -> DocumentError:
    """Return the `DocumentError` of a reason; a reason without a class of its own keeps its word.

    >>> type(document_error("encrypted", "needs a password", "")).__name__
    'EncryptedError'
    """
    for known in _document_errors(DocumentError):
        if known.reason == reason and known is not LimitError:
            return known(message, advice=advice or None)
    error = DocumentError(message, advice=advice)
    error.reason = reason
    return error


def _document_errors(base: type[DocumentError]) -> Iterator[type[DocumentError]]:
    for known in base.__subclasses__():
        yield known
        yield from _document_errors(known)


def whole(form: Message, key: str, most: int = 1 << 50) -> int:
    """Read a count that a child sent; 0 where it is none."""
    value: Any = form.get(key)
    return value if type(value) is int and 0 <= value <= most else 0


def short(form: Message, key: str, most: int = 200) -> str:
    """Read a short string that a child sent; empty where it is none."""
    value: Any = form.get(key)
    return printable(value[:most]) if isinstance(value, str) else ""


def counts(form: Message, key: str, most: int = 1000) -> dict[str, int]:
    """Read counts by rule that a child sent; what is no count is left out."""
    value: Any = form.get(key)
    if not isinstance(value, dict):
        return {}
    return {printable(rule[:200]): whole(value, rule) for rule in list(value)[:most]}
