"""The child: one document, under limits, its only ways out the files that it was given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ingest.batch.confine import Confinement
from ingest.batch.limits import Limits, die_with
from ingest.batch.wire import pack
from ingest.errors import DocumentError, OutputError
from ingest.settings import Settings

FAILED = 70
"""Exit code of a child that could not even report."""


@dataclass(frozen=True, slots=True)
class Task:
    """One document for a job: its name for people and its open files, by number.

    `source` is open for reading at its start. `outputs` are open for writing, in the
    order of `settings.to`. What the job announces reaches the guard even when the child
    is killed later. `share` and `readings` concern long documents: see `ingest.batch.shares`.
    `kind` is what its child takes in turn, empty where it takes this alone; see
    `ingest.batch.plain`. Where it is not the `first` of its child, a job that finds the document
    to be of no such kind does not touch it and reports `{"alone": True}`: it comes again, to a
    new child.
    """

    name: str
    settings: Settings
    source: int
    outputs: tuple[int, ...]
    reply: int
    share: Mapping[str, int] = field(default_factory=dict)
    readings: tuple[int, ...] = ()
    first: bool = True
    kind: str = ""

    def announce(self, facts: Mapping[str, Any]) -> None:
        """Send facts ahead of the report."""
        write(self.reply, pack({"facts": dict(facts)}))


Job: TypeAlias = Callable[[Task], Mapping[str, Any]]
"""What a child runs. It returns a report of JSON values, or raises a `DocumentError`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the zygote gives a child: its own number, a noise pipe, limits, bytes it maps, walls."""

    zygote: int
    noise: int
    limits: Limits
    mapped: int
    confinement: Confinement | None


def live(job: Job, task: Task, surroundings: Surroundings) -> None:
    """Confine this process, run the job, report, exit. Never returns."""
    move_in(surroundings)
    write(task.reply, pack(reported(job, task)))
    os._exit(0)


def move_in(surroundings: Surroundings) -> None:
    """Make this fresh fork the leader of its group, mortal, silent, limited and confined."""
    os.setpgid(0, 0)
    die_with(surroundings.zygote)
    _silence(surroundings.noise)
    surroundings.limits.apply(surroundings.mapped)
    if surroundings.confinement is not None:
        surroundings.confinement.child()


def reported(job: Job, task: Task) -> dict[str, Any]:
    """Do the task; return the message about it: its `report`, or the `error` that it failed with."""
    try:
        return {"report": dict(job(task))}
    except DocumentError as error:
        # The name stands beside the message in every record.
        said = str(error.args[0]).removeprefix(f"{task.name}: ")
        return _error(error.reason, said, error.advice)
    except OutputError as error:
        return _error("output-error", error.args[0], error.advice)
    except MemoryError:
        return _error("memory", "needs more memory than one document may use")
    except BaseException as error:  # noqa: BLE001  # the batch boundary: every ending is a record
        return _error("crash", f"{type(error).__name__}: {error}{_where(error)}")


def _error(reason: str, message: object, advice: str = "") -> dict[str, Any]:
    return {"error": {"reason": reason, "message": str(message)[:1000], "advice": advice}}


def _where(error: BaseException) -> str:
    """Where an error that nobody expected was raised: what a bug report needs first."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" [{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}]"


def _silence(noise: int) -> None:
    """Turn standard error away: what foreign libraries print never reaches the user.

    The zygote's standard input and output lead nowhere already. Python's standard error
    joins them; what C and C++ write there goes to a pipe, because it tells why they abort.
    """
    os.dup2(noise, 2)
    os.close(noise)
    sys.stderr = sys.stdout


def write(number: int, content: bytes) -> None:
    """Write all of `content` to an open file."""
    view = memoryview(content)
    while view:
        view = view[os.write(number, view) :]
