"""What the kernel forbids the children, where it offers that: Landlock and seccomp on Linux.

Forbidden: opening files for writing, making, removing or renaming any, starting programs,
changing modes, owners and times, the network, and looking into other processes. What a
child was given open stays open: its input, its outputs, its pipe. Reading stays allowed.
Needs no privileges and no package: a few system calls.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same on every architecture
_RULESET_VERSION = 1
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_READ = 0b1100
"""Landlock's rights to read files and folders: the ones left."""
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Number of rights over files that each version of Landlock knows."""
_TCP, _ABSTRACT_SOCKETS, _SIGNALS = 0b11, 0b01, 0b10

_REFUSED = 0x00050000 | errno.EPERM
_ALLOWED = 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_FOREIGN = 0x40000000
"""System calls of the x32 interface begin here."""
# Audit number of each architecture, and its numbers of: socket, ptrace, process_vm_readv and
# _writev, bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl, unshare, setns,
# mount; then all that changes modes, owners, attributes and times.
_CALLS = {
    "x86_64": (
        0xC000003E,
        *(41, 101, 310, 311, 321, 298, 323, 248, 249, 250, 272, 308, 165),
        *(90, 91, 92, 93, 94, 260, 268, 188, 189, 190, 197, 198, 199, 132, 235, 261, 280),
    ),
    "aarch64": (
        0xC00000B7,
        *(198, 117, 270, 271, 280, 241, 282, 217, 218, 219, 97, 268, 40),
        *(52, 53, 54, 55, 5, 6, 7, 14, 15, 16, 88),
    ),
}
# io_uring_setup, _enter, _register, pidfd_getfd, fchmodat2: the same on every architecture.
_NEWER = (425, 426, 427, 438, 452)

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Confinement:
    """Confines this process and all that it forks, as far as the kernel offers it.

    `words` says what is in force, and what is not and why.
    """

    def __init__(self) -> None:
        self._signals = -1
        if _libc is None:
            self.words = "off: only Linux offers it"
            return
        _libc.prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        self.words = f"{self._landlock()}, {_seccomp()}"

    def _landlock(self) -> str:
        version = _call(_CREATE_RULESET, None, 0, _RULESET_VERSION)
        if version < 1:
            return "Landlock off: this kernel does not offer it"
        rights = (1 << _RIGHTS.get(version, 16)) - 1 & ~_READ
        scopes = _ABSTRACT_SOCKETS if version >= 6 else 0
        ruleset = _ruleset(version, rights, _TCP if version >= 4 else 0, scopes)
        if ruleset < 0 or _call(_RESTRICT_SELF, ruleset, 0) < 0:
            return f"Landlock off: {os.strerror(ctypes.get_errno())}"
        os.close(ruleset)
        if version >= 6:
            self._signals = _ruleset(version, 0, 0, _SIGNALS)
        return f"Landlock {version}"

    def child(self) -> None:
        """In a fresh child: no signal of its own reaches another process from now on."""
        if self._signals >= 0:
            _call(_RESTRICT_SELF, self._signals, 0)
            os.close(self._signals)


def _ruleset(version: int, rights: int, network: int, scopes: int) -> int:
    attributes = struct.pack("=QQQ", rights, network, scopes)
    size = 8 if version < 4 else 16 if version < 6 else 24
    return _call(_CREATE_RULESET, attributes, size, 0)


def _seccomp() -> str:
    """Have the kernel refuse system calls that no document needs."""
    known = _CALLS.get(platform.machine())
    if known is None or sys.maxsize < 1 << 32:
        return f"seccomp off: {platform.machine()} is not known here"
    architecture, *calls = known
    refused = (*calls, *_NEWER)
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSED),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + 1, 0, _FOREIGN),
        *((_EQUAL, len(refused) - at, 0, call) for at, call in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOWED),
        (_RETURN, 0, 0, _REFUSED),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    if _libc is None or _libc.prctl(
        _SET_SECCOMP, ctypes.c_ulong(_FILTER), head, ctypes.c_ulong(0), ctypes.c_ulong(0)
    ):
        return f"seccomp off: {os.strerror(ctypes.get_errno())}"
    return "seccomp"


def _call(number: int, *arguments: bytes | int | None) -> int:
    if _libc is None:
        return -1
    passed = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
    result: int = _libc.syscall(ctypes.c_long(number), *passed)
    return result
