"""Memory laid out for forking: the same bytes, fewer pages for a child to touch first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FORKED = """
import json, os, resource, sys
from ingest.batch.layout import lay_out

kept = [bytes([number % 251]) * (number * 37 % 5000) for number in range(20_000)]
for number in range(0, 20_000, 3):
    kept[number] = b""  # gaps
room = lay_out(1 << 30) if sys.argv[1] == "laid-out" else 0

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

ways = os.pipe()
child = os.fork()
if not child:
    before = faults()
    new = [bytearray(3000) for _ in range(3000)]
    os.write(ways[1], str(faults() - before).encode())
    os._exit(0)
_, status = os.waitpid(child, 0)
intact = all(
    one == (bytes([number % 251]) * (number * 37 % 5000) if number % 3 else b"")
    for number, one in enumerate(kept)
)
much = bytearray(200 << 20)  # past what was set aside
found = [status, intact and not any(much[::4096]), room, int(os.read(ways[0], 20))]
print(json.dumps(found))
"""


def forked(way: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, way], stdout=subprocess.PIPE, check=True, text=True
    )
    found: list[int] = json.loads(done.stdout)
    return found


def test_what_stands_in_memory_stays_and_there_is_room_for_more():
    status, intact, room, _ = forked("laid-out")
    assert (status, intact) == (0, True)
    assert 0 <= room < 64 << 20


def test_a_child_touches_far_fewer_pages():
    huge = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not huge.exists() or "[never]" in huge.read_text("ascii"):
        pytest.skip("this kernel gives no huge pages")
    *_, room, touched = forked("laid-out")
    if not room:
        pytest.skip("another allocator than glibc's")
    assert touched < forked("as it is")[-1] / 2
