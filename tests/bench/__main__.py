"""`make bench`: run the measurements, print one table, write bench.json.

    python -m tests.bench [--quick] [ROOM ...]

Each room of the benchmark is a module here with `measure(quick=...)`, which returns
figures by name. `floors.json` holds what a figure must reach; a figure below its floor
is printed as such, and the run ends with 1. Ratios of CPU time have floors too, with
room for a noisy machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
ROOMS = (
    "values",
    "startup",
    "pipeline",
    "pdf",
    "encoding",
    "mojibake",
    "lossy",
    "escapes",
    "ordinary",
    "language",
    "gloss",
    "strip",
    "inline",
    "normalize",
    "linear",
    "batch",
    "datasets",
    "duplicates",
)
# Minutes each: only where they are named.
LONG = ("hostile", "endurance", "million")


def flat(figures: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in figures.items():
        if name.startswith("_"):
            continue  # lists for who reads a room on its own
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def verdict(value: object, floor: Mapping[str, float] | None) -> str:
    if floor is None:
        return ""
    if not isinstance(value, int | float):
        return "MISSED"
    wanted = " ".join(f"{'≥' if bound == 'min' else '≤'} {floor[bound]:g}" for bound in floor)
    reached = floor.get("min", value) <= value <= floor.get("max", value)
    return f"{wanted}  {'ok' if reached else 'MISSED'}"


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}" if abs(value) < 10 else f"{value:,.1f}"
    return str(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS + LONG)}")
    parser.add_argument("--quick", action="store_true", help="smaller samples, a minute in all")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to write")
    arguments = parser.parse_args()
    unknown = set(arguments.rooms) - {*ROOMS, *LONG}
    if unknown:
        parser.error(f"no room {', '.join(sorted(unknown))}")
    floors = json.loads((HERE / "floors.json").read_text("utf-8"))
    results: dict[str, dict[str, object]] = {}
    missed = 0
    for room in arguments.rooms or ROOMS:
        start = time.perf_counter()
        print(f"\n{room}", flush=True)
        measured = import_module(f"tests.bench.{room}").measure(quick=arguments.quick)
        results[room] = dict(flat(measured))
        for name, value in results[room].items():
            judged = verdict(value, floors.get(f"{room}.{name}"))
            missed += judged.endswith("MISSED")
            print(f"  {name:<58} {shown(value):>14}  {judged}")
        for name in sorted(floors):
            if name.startswith(f"{room}.") and name.removeprefix(f"{room}.") not in results[room]:
                print(f"  {name.removeprefix(f'{room}.'):<58} {'not measured':>14}")
        print(f"  ({time.perf_counter() - start:.0f} s)", flush=True)
    arguments.json.write_text(
        json.dumps(
            {"python": platform.python_version(), "quick": arguments.quick, "figures": results},
            ensure_ascii=False,
            indent=1,
        ),
        encoding="utf-8",
    )
    print(f"\nwritten to {arguments.json}; {missed} figures missed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
