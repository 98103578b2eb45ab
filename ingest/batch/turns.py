"""A child that serves several documents in turn, and what it must not carry from one to the next.

Texts share a child with texts: nothing but the stages and the standard library sees them, as
it does the rows of a dataset. PDFs that any program would call sound share one with such PDFs:
PDFium sees them all. Of these, what is not read whole and without a remark about the engine is
read once more in a child of its own, and that counts (but what is noise to both engines); what fails for any reason but one that
the engine can name in good order is the last of its child. Whatever else a native parser has
read ends with its child.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping
from operator import is_
from pathlib import Path
from typing import Any

from ingest.batch import child
from ingest.batch.limits import adopt_orphans
from ingest.batch.permits import take
from ingest.batch.wire import Message, pack, receive

TEXT, PDF = "text", "pdf"
MOST = {TEXT: 64, PDF: 32}
"""Documents of one child, by kind: being born is then a hundredth of what each text costs, and
of what a short PDF does."""
_NOISE = "garbled"
_IN_GOOD_ORDER = ("no-text-layer", _NOISE)
_SECOND_ENGINE = "extract.engines-disagree"
_MEDIA_TYPES = {TEXT: "text/plain", PDF: "application/pdf"}
_GROWTH = 64 << 20
"""Bytes by which a child may have grown over its documents: as what is too little to matter to
the next one's limits; a report's text of a megabyte leaves nothing, the second engine for
PDFs 40 MB, once."""
_WATCHED = ("ingest", "builtins", "codecs", "hashlib", "io", "json", "os", "re", "unicodedata")
_SIGNALS = tuple(sorted(signal.valid_signals()))


class Traces:
    """What of this process a document could have changed. `besides`: the first one's own files.

    Its modules' names, environment, descriptors, threads, children, signals and size. What a
    document does to a value that a module keeps is not seen here: the stages keep none.
    """

    def __init__(self, besides: tuple[int, ...]) -> None:
        self._modules = [
            (vars(module), list(vars(module).values()))
            for name, module in list(sys.modules.items())
            if module is not None and name.partition(".")[0] in _WATCHED
        ]
        self._files = _open_files()
        for number in besides:
            del self._files[number]
        self._environment = dict(os.environ)
        self._state = self._small()
        self._mapped, self._threads = _mapped_and_threads()
        self._peak = _peak()

    def none_left(self) -> bool:
        """True when the documents since have left nothing behind."""
        mapped, threads = _mapped_and_threads()
        return (
            threads == self._threads
            and mapped <= self._mapped + _GROWTH
            and _peak() <= self._peak + _GROWTH
            and _is_childless()
            and os.environ == self._environment
            and self._small() == self._state
            and _open_files() == self._files
            and all(_same(now, before) for now, before in self._modules)
        )

    def _small(self) -> tuple[object, ...]:
        return (
            os.getcwd(),  # noqa: PTH109
            sys.getrecursionlimit(),
            sys.gettrace(),
            sys.getprofile(),
            sys.stdout,
            sys.stderr,
            tuple(sys.path),
            tuple(map(signal.getsignal, _SIGNALS)),
            signal.pthread_sigmask(signal.SIG_BLOCK, ()),
            signal.getitimer(signal.ITIMER_REAL),
            signal.getitimer(signal.ITIMER_VIRTUAL),
            signal.getitimer(signal.ITIMER_PROF),
            resource.getrlimit(resource.RLIMIT_NOFILE),
        )


def _open_files() -> dict[int, tuple[int, int]]:
    files = {}
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  # a hundred times a second
        # The listing is itself a file while it lasts.
        with contextlib.suppress(OSError):
            found = os.fstat(int(name))
            files[int(name)] = found.st_dev, found.st_ino
    return files


def _same(now: Mapping[str, object], before: list[object]) -> bool:
    return len(now) == len(before) and all(map(is_, now.values(), before))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _mapped_and_threads() -> tuple[int, int]:
    """Bytes of address space and number of threads of this process."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[20]), int(fields[17])


def _is_childless() -> bool:
    """True when no process lives that a document has started: orphans are this process's own."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def offered() -> bool:
    """True where this system shows what `Traces` looks at."""
    return sys.platform == "linux" and os.path.isdir("/proc/self/fd")  # noqa: PTH112


def serve(job: child.Job, task: child.Task, surroundings: child.Surroundings) -> None:
    """Confine this process, do the task, then those that come by its reply. Never returns.

    Every report is on its way before anything else happens. What follows it says that the
    next document may come; where nothing follows, this process has ended.
    """
    child.move_in(surroundings)
    adopt_orphans()
    files = (task.source, *task.outputs)
    traces = Traces(besides=files)
    channel = socket.socket(fileno=task.reply)
    turn = 1
    while True:
        started = time.process_time()
        message = child.reported(job, task)
        child.write(task.reply, pack(message))
        for number in files:
            os.close(number)
        if turn >= MOST[task.kind] or not may_go_on(message, task.kind) or not traces.none_left():
            os._exit(0)
        used = {"cpu_seconds": time.process_time() - started, "memory": _peak()}
        child.write(task.reply, pack({"turn": used}))
        order, files = _next(channel)
        task = dataclasses.replace(
            task,
            name=order["name"],
            source=files[0],
            outputs=files[1:],
            share=order["share"],
            first=False,
        )
        turn += 1


def _next(channel: socket.socket) -> tuple[Message, tuple[int, ...]]:
    """Wait for an order that nobody has taken back, and its files; end with the caller."""
    while (received := receive(channel)) is not None:
        order, (*files, asked) = received
        granted = take(asked)
        os.close(asked)
        if granted:
            return order, tuple(files)
        for number in files:
            os.close(number)
    os._exit(0)


def may_go_on(message: Mapping[str, Any], kind: str) -> bool:
    """True where what a child says of its document is no reason to have no other after it.

    It was not touched, or was of the child's kind; or it was a PDF of which the engine could
    tell in good order why there is nothing to read.

    >>> may_go_on({"report": {"alone": True}}, "text")
    True
    >>> may_go_on({"error": {"reason": "no-text-layer"}}, "pdf")
    True
    >>> may_go_on({"error": {"reason": "malformed"}}, "pdf")
    False
    """
    if "error" in message:
        return kind == PDF and message["error"]["reason"] in _IN_GOOD_ORDER
    report = message["report"]
    return report.get("alone") is True or (
        report.get("media_type") == _MEDIA_TYPES[kind]
        and _SECOND_ENGINE not in report.get("marks", ())
    )


def is_settled(report: Mapping[str, Any] | None, reason: str, kind: str) -> bool:
    """True where no second reading, in a child that has seen nothing else, is needed.

    The document was of the kind of the child, and of a PDF all could be read; or, for this
    `reason`, nothing: of noise two engines have said so.

    >>> is_settled({"media_type": "text/plain"}, "", "text")
    True
    >>> is_settled({"media_type": "application/pdf", "unreadable": 1}, "", "pdf")
    False
    >>> is_settled(None, "garbled", "pdf"), is_settled(None, "no-text-layer", "pdf")
    (True, False)
    """
    if report is None:
        return kind == PDF and reason == _NOISE
    return may_go_on({"report": report}, kind) and (
        report.get("alone") is not True and (kind == TEXT or report.get("unreadable") == 0)
    )
