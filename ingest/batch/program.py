"""The zygote as a program: started, spoken to, ended."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from typing import IO

from ingest.batch.outcome import printable
from ingest.batch.wire import Message, send
from ingest.errors import IngestError

_FAREWELL = 1.0
"""Seconds a zygote has to end its children and itself when its guard closes."""
_LAST_WORDS = 1 << 16


class ZygoteProgram:
    """A zygote that is running: its process, this end of its socket, and its standard error.

    `loaded` is for whoever listens: True once it has said that it is ready.
    """

    def __init__(self, hello: Message) -> None:
        if not sys.executable:
            raise IngestError("the Python program cannot be found to start a worker with")
        self.loaded = False
        self.control, theirs = socket.socketpair()
        with contextlib.ExitStack() as undo, theirs:
            undo.callback(self.control.close)
            self._errors: IO[bytes] = undo.enter_context(tempfile.TemporaryFile())
            # -P: the folder that the user stands in may hold documents named like modules.
            self._program = subprocess.Popen(  # noqa: S603  # our own module, by our own Python
                [sys.executable, "-P", "-m", "ingest.batch.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                env={
                    **os.environ,
                    # Not only what is installed: also the tree that this program runs from.
                    "PYTHONPATH": os.pathsep.join(sys.path),
                    # Functions of libraries are looked up here, once, and not by each child.
                    "LD_BIND_NOW": "1",
                    # No columns beside the lines of code: less memory for children to copy.
                    "PYTHONNODEBUGRANGES": "1",
                },
            )
            undo.pop_all()
        with contextlib.suppress(ConnectionError):
            send(self.control, hello)

    def end(self) -> str:
        """End the zygote; return the last line of what it said on standard error."""
        self.control.close()
        try:
            self._program.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        with self._errors as errors:
            errors.seek(0)
            lines = errors.read(_LAST_WORDS).decode("utf-8", "backslashreplace").split("\n")
        return next((printable(line.strip()) for line in reversed(lines) if line.strip()), "")
