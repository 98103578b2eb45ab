"""The permit to begin a document: one of two processes takes it, and the other then cannot."""

from __future__ import annotations

import os


def permit() -> int:
    """Return a new permit, an open file to hand on. On Linux only, as are turns."""
    return os.eventfd(1, os.EFD_CLOEXEC | os.EFD_NONBLOCK)


def take(number: int) -> bool:
    """Take a permit, in whichever process; False where it is taken.

    >>> number = permit()
    >>> take(number), take(number)
    (True, False)
    >>> os.close(number)
    """
    try:
        os.eventfd_read(number)
    except BlockingIOError:
        return False
    return True
