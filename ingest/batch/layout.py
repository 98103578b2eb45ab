"""The zygote's memory, laid out so that forking it is cheap and what a child allocates is new.

A child pays for each page that it touches first: 2 to 3 microseconds, where most of what one
document does takes a few milliseconds. Two things halve the number. In huge pages the memory
that all children share has a five-hundredth of the entries to copy and to clear away again;
and a child whose blocks come from memory that nobody has used yet gets that in huge pages
too, instead of copies of pages in which there happened to be a gap.

Linux with glibc; elsewhere, and where the kernel refuses, nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_HUGE_PAGE, _COLLAPSE = 14, 25  # advice to the kernel; the second from Linux 6.1 on
_HUGE = 2 << 20
_TRIM, _TOP_PAD, _MMAP = -1, -2, -3  # parameters of glibc's allocator
_ROOM = 32 << 20
"""Bytes of new memory for a child to allocate from: address space, until it is used."""
_OWN = 128 << 10
"""Bytes in front of it that the zygote itself goes on with, in pages of the usual size."""
_LARGE = 4 << 20
"""Bytes from which a block is mapped by itself: below, each such block would be pages of its own."""
_SIZES = (
    *(1 << power for power in range(20, 12, -1)),
    *range(4096, 1024, -512),
    *range(1024, 16, -16),
)
"""Sizes of block, falling, that between them take every gap: the allocator keeps as many lists."""


class _Blocks(ctypes.Structure):
    """What glibc says of its heap: `top` bytes at its end are free."""

    _fields_ = (("before", ctypes.c_size_t * 9), ("top", ctypes.c_size_t))


def lay_out(limit: int) -> int:
    """Lay out the memory of this process for forking; return the bytes set aside for children.

    Nothing is set aside, and nothing done, where a child may take no more than a few times
    that, `limit` bytes. Gaps between blocks are used up for good: a few megabytes, once.
    """
    if sys.platform != "linux" or limit < 4 * _ROOM:
        return 0
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):  # glibc from 2.33 on; no other has it
        return 0
    libc.mallinfo2.restype = _Blocks
    libc.sbrk.argtypes, libc.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_size_t
    libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_size_t
    libc.free.argtypes, libc.free.restype = [ctypes.c_size_t], None
    libc.madvise.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
    _use_up_gaps(libc)
    top, end = _top(libc)
    room = _up(top + _OWN)
    libc.malloc(room - top - _OWN)  # so that it begins where a huge page does
    libc.madvise(room, _down(end) - room, _HUGE_PAGE)
    for start, stop in _private_memory():
        start, stop = _up(start), _down(min(stop, top) if start <= top < stop else stop)
        if start < stop:
            libc.madvise(start, stop - start, _HUGE_PAGE)
            libc.madvise(start, stop - start, _COLLAPSE)
    return end - room


def _use_up_gaps(libc: ctypes.CDLL) -> None:
    """Allocate every gap below the end of the heap, and make the heap long enough for children."""
    top, _ = _top(libc)
    libc.mallopt(_TRIM, 1 << 30)
    libc.mallopt(_MMAP, 1 << 30)
    for size in _SIZES:
        while 0 < libc.malloc(size) < top:
            pass
    libc.free(libc.malloc(_ROOM + 2 * _HUGE))
    libc.mallopt(_TOP_PAD, 1 << 20)
    libc.mallopt(_MMAP, _LARGE)


def _top(libc: ctypes.CDLL) -> tuple[int, int]:
    """Where the free memory at the end of the heap begins, and where the heap ends."""
    end = libc.sbrk(0)
    return end - libc.mallinfo2().top, end


def _private_memory() -> list[tuple[int, int]]:
    """The stretches of memory that this process has for itself, no file behind them."""
    stretches = []
    for line in Path("/proc/self/maps").read_text("utf-8", "replace").splitlines():
        bounds, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, stop = (int(one, 16) for one in bounds.split("-"))
            stretches.append((start, stop))
    return stretches


def _up(address: int) -> int:
    return -(-address // _HUGE) * _HUGE


def _down(address: int) -> int:
    return address // _HUGE * _HUGE
