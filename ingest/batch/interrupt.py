"""Ctrl-C and SIGTERM as a question that a batch asks, not as an error in the middle of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """While open, the first SIGINT or SIGTERM is remembered and calls `noticed`; the next interrupts.

    Call it to ask whether one came. In a thread other than the main one, signals are
    left as they are.

    >>> with Interruption(lambda: None) as stop:
    ...     signal.raise_signal(signal.SIGINT)
    ...     stop()
    True
    """

    def __init__(self, noticed: Callable[[], None]) -> None:
        self._noticed = noticed
        self._came = False
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return self._came

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, action in self._before.items():
            signal.signal(number, action)

    def _remember(self, _number: int, _frame: FrameType | None) -> None:
        if self._came:
            raise KeyboardInterrupt
        self._came = True
        self._noticed()
