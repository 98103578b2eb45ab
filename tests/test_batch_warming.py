"""What the zygote has loaded no child loads again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOOK = """
import functools, gc, json, sys
from pathlib import Path
from ingest.batch.job import preload
from ingest.errors import DocumentError
from ingest.extract import read
from ingest.pipeline import clean
from ingest.settings import Settings

def filled():
    return {
        f"{one.__module__}.{one.__qualname__}"
        for one in gc.get_objects()
        if isinstance(one, functools._lru_cache_wrapper) and one.cache_info().currsize
        # A cache of thousands of entries remembers what was read, and is no table.
        and (one.cache_info().maxsize or 0) < 1000
        and one.__module__.startswith("ingest")
    }

if sys.argv[1] == "warm":
    preload(Settings())
late = {}
before = set(sys.modules), filled()
for path in map(Path, sys.argv[2:]):
    try:
        clean(read(path))
    except DocumentError:
        pass
    after = set(sys.modules), filled()
    # A small module of the standard library more is nothing to warm up for.
    modules = {
        name for name in after[0] - before[0] if name.split(".")[0] not in sys.stdlib_module_names
    }
    late[path.name] = sorted(modules | after[1] - before[1])
    before = after
print(json.dumps(late))
"""


def late(state: str, paths: list[Path]) -> dict[str, list[str]]:
    """What each of the documents is the first to load, in a program that is `warm` or `cold`."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, state, *map(str, paths)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_a_child_loads_nothing_that_the_zygote_could_have(fixtures):
    names = ("en-report", "zh-mixed", "zh-radicals", "zh-ruled-table", "zh-two-columns")
    paths = [fixtures / f"pdf/{name}.pdf" for name in names]
    paths += [*sorted((fixtures / "encodings").glob("gb*.txt")), fixtures / "encodings/big5.txt"]
    paths += sorted((fixtures / "pages/tuned").glob("*-field.html"))[:3]
    assert len(paths) > 9
    assert {name: what for name, what in late("warm", paths).items() if what} == {}
    cold = late("cold", paths)
    assert "ingest.strip.grammar.signs" in {what for found in cold.values() for what in found}
