"""What made an output: versions of program, tables and libraries, and the settings that shape it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable

from ingest.batch.options import RunOptions
from ingest.settings import Settings

_LIBRARIES = (
    "chardetng-py",
    "ftfy",
    "opencc",
    "pdfminer.six",
    "pdfplumber",
    "pypdfium2",
    "selectolax",
)
_NOT_OF_DOCUMENTS = ("batch", "data", "serve", "__main__.py", "account.py", "cli.py")
"""Parts of the package whose code does not decide what a document becomes (tables count apart)."""
_LIMITS = ("cpu_limit", "wall_limit", "memory_limit", "max_size")
_NEVER_IN_OUTPUT = ("jobs", "near_duplicates", *_LIMITS)
_IN_OUTPUT = ("job", "field", "id_field")
"""Options of a batch that decide what is written, where there are such options."""


@cache
def versions() -> dict[str, str]:
    """Return the versions that an output depends on.

    `code` changes with any source file of the stages, `tables` with any file in
    `ingest/data`, `libraries` with the version of any library that reads or cleans.
    """
    import ingest

    package = files("ingest")
    code = (
        found
        for entry in package.iterdir()
        if entry.name not in _NOT_OF_DOCUMENTS
        for found in _below(entry, "", ".py")
    )
    return {
        "ingest": ingest.__version__,
        "code": _digest(code),
        "tables": _digest(_below(package / "data", "", "")),
        "libraries": hashlib.sha256("\n".join(map(_installed, _LIBRARIES)).encode()).hexdigest()[
            :16
        ],
    }


def _installed(library: str) -> str:
    try:
        return f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return f"{library} -"


def _digest(found: Iterator[tuple[str, Traversable]]) -> str:
    digest = hashlib.sha256()
    for name, file in sorted(found, key=lambda pair: pair[0]):
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _below(entry: Traversable, above: str, suffix: str) -> Iterator[tuple[str, Traversable]]:
    """Yield the files in a folder, or the file itself, with their names; no caches."""
    name = f"{above}/{entry.name}"
    if entry.is_dir():
        for inner in entry.iterdir() if entry.name != "__pycache__" else ():
            yield from _below(inner, name, suffix)
    elif entry.is_file() and entry.name.endswith(suffix):
        yield name, entry


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Short hashes of what a recorded outcome depends on, besides the bytes of its input.

    `text`: versions and the settings that shape the text. `made`: these and what is
    written where. `limited`: these and the limits, which decide what is quarantined.
    """

    text: str
    made: str
    limited: str


def fingerprints(settings: Settings, options: RunOptions) -> Fingerprints:
    """Return the fingerprints of outcomes made with these settings by this program.

    Raises `ConfigurationError` where a pack file of the settings cannot be used.

    >>> one, two = (fingerprints(Settings(cpu_limit=s), RunOptions()) for s in (1, 2))
    >>> (one.made == two.made, one.limited == two.limited)
    (True, False)
    """
    chosen = dataclasses.asdict(settings)
    limits = {name: chosen[name] for name in _LIMITS} | {"output": options.output_limit}
    text = {name: value for name, value in chosen.items() if name not in _NEVER_IN_OUTPUT}
    to = text.pop("to")
    # That there is one decides what can be read; what it is belongs in no file.
    text["password"] = settings.password is not None
    if settings.rules:
        from ingest.strip.rulebook import identity

        # By content: where a pack file lies decides nothing, and what stands in it does.
        text["rules"] = identity(settings.rules)
    where = {name: getattr(options, name, None) for name in _IN_OUTPUT} | {"to": to}
    if settings.near_duplicates:  # what was done without has left no sketch to compare with
        where["near_duplicates"] = True
    return Fingerprints(
        text=_hashed(versions(), text),
        made=_hashed(versions(), text, where),
        limited=_hashed(versions(), text, where, limits),
    )


def _hashed(*values: dict[str, object] | dict[str, str]) -> str:
    plain = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
