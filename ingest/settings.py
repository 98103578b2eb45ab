"""All options as one frozen value, and where they come from.

Flag over `INGEST_*` over `ingest.toml` (or `[tool.ingest]` in `pyproject.toml`) over default.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from ingest.errors import ConfigurationError

Script = Literal["auto", "keep", "hans", "hant", "tw", "hk"]
Inference = Literal["never", "auto", "always"]
Strip = Literal["sure", "likely"]
Ocr = Literal["never", "auto", "always"]
Format = Literal["txt", "md", "jsonl"]

STAGES = ("repair", "strip", "normalize")
FOLDS = ("width", "symbols", "punctuation", "quotes")
FORMATS: tuple[str, ...] = get_args(Format)

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option of a run.

    `infer` says which inferred characters may be written: `never` none, `auto` those
    above thresholds, set so that 98 or 99 of 100 are right, `always` the best of every place
    whatever its probability. Whatever is not written stands as U+FFFD with its alternatives
    in the record.

    >>> Settings(script="hant").script
    'hant'
    >>> Settings(stages=("repair", "nonsense"))
    Traceback (most recent call last):
        ...
    ingest.errors.ConfigurationError: stages: unknown stage 'nonsense' (known: repair, strip, normalize)
    """

    stages: tuple[str, ...] = STAGES
    script: Script = "auto"
    fold: tuple[str, ...] = ()
    """What is folded to one form though an author may have meant it: `width` (full-width
    letters and digits, half-width kana), `symbols` (such as ① and ㎡), `punctuation` (half
    width beside Chinese words, where the document's habit is full width), `quotes` (pairs)."""
    infer: Inference = "auto"
    strip: Strip = "sure"
    """What strip removes: `sure` what several independent signs prove, `likely` also what is
    only probable (otherwise reported)."""
    rules: tuple[str, ...] = ()
    """Pack files of one's own, bound beside the packs that come with the program. A relative
    path counts from the current folder (in a settings file: from the folder of that file) and
    becomes absolute here, so that workers elsewhere read the same files."""
    ocr: Ocr = "never"
    """Which pages of a PDF are read from their picture: `auto` those without a text layer that
    says something, `always` all. Needs the extra `ocr`, and some 5 seconds of CPU a page."""
    password: str | None = dataclasses.field(default=None, repr=False)
    """For encrypted PDFs. Nothing that is written or printed holds it."""
    encoding: str | None = None
    to: tuple[str, ...] = ("txt",)
    jobs: int = 0
    """Workers; 0 means one for each processor this process may use."""
    cpu_limit: float = 120.0
    """Seconds of CPU for one document. Legitimate reports needed up to 19.7."""
    wall_limit: float = 600.0
    """Seconds by the clock for one document: a backstop, generous because machines are shared."""
    memory_limit: int = 4 << 30
    """Bytes of address space for one document. Legitimate reports needed up to 1.45 GB."""
    max_size: int = 1 << 30
    """Bytes; a larger input is refused before it is read."""
    near_duplicates: bool = False
    """Have a batch say which documents, or rows of a dataset, are nearly the same as an earlier
    one. They are written all the same."""

    def __post_init__(self) -> None:
        for name, known in (("stages", STAGES), ("fold", FOLDS), ("to", FORMATS)):
            chosen = getattr(self, name)
            for value in chosen:
                if value not in known:
                    what = {"stages": "stage", "fold": "folding", "to": "format"}[name]
                    raise ConfigurationError(
                        f"{name}: unknown {what} {value!r}", advice=f"known: {', '.join(known)}"
                    )
        if not self.to:
            raise ConfigurationError("to: no output format", advice=f"known: {', '.join(FORMATS)}")
        choices = (("script", Script), ("infer", Inference), ("strip", Strip), ("ocr", Ocr))
        for name, choice in choices:
            allowed = get_args(choice)
            if getattr(self, name) not in allowed:
                raise ConfigurationError(
                    f"{name}: {getattr(self, name)!r} is not one of them",
                    advice=f"known: {', '.join(allowed)}",
                )
        if isinstance(self.rules, str):
            raise ConfigurationError(f"rules: {self.rules!r} is one path, not a list of paths")
        # Absolute, and each file once: its second reading would repeat every rule id.
        paths = dict.fromkeys(str(Path(path).absolute()) for path in self.rules)
        object.__setattr__(self, "rules", tuple(paths))
        if self.encoding is not None:
            _check_encoding(self.encoding)
        if self.jobs < 0:
            raise ConfigurationError(f"jobs: {self.jobs} is below 0")
        for name in ("cpu_limit", "wall_limit", "memory_limit", "max_size"):
            if getattr(self, name) <= 0:
                raise ConfigurationError(f"{name}: must be above 0")

    @property
    def workers(self) -> int:
        """Number of worker processes that `jobs` stands for on this machine."""
        if self.jobs:
            return self.jobs
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with some options changed."""
        return dataclasses.replace(self, **changes)


def _check_encoding(name: str) -> None:
    try:
        "".encode(name)
        b"".decode(name)
    except (LookupError, UnicodeError, TypeError):
        raise ConfigurationError(
            f"encoding: {name!r} is not a known text encoding",
            advice="for example utf-8, gb18030, big5, shift_jis, utf-16",
        ) from None


def parse_size(value: str | int) -> int:
    """Read a size such as `512M` or `2g` as bytes (units are powers of 1024).

    >>> parse_size("2G") == 2 * 1024 ** 3
    True
    """
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", value.lower())
    if not found:
        raise ConfigurationError(f"{value!r} is not a size", advice="for example 512M or 2G")
    return int(float(found[1]) * _UNITS[found[2]])


def _parse_names(value: str | Iterable[str]) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    return tuple(name.strip() for name in names if name.strip())


def _parse_number(value: str | int | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise ConfigurationError(f"{value!r} is not a number") from None


def _parse_whole(value: str | int) -> int:
    try:
        return int(value)
    except ValueError:
        raise ConfigurationError(f"{value!r} is not a whole number") from None


def _parse_switch(value: str | bool) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    known = value if isinstance(value, bool) else words.get(value.strip().lower())
    if known is None:
        raise ConfigurationError(f"{value!r} is neither true nor false")
    return known


_PARSERS: dict[str, Callable[[Any], object]] = {
    "stages": _parse_names,
    "fold": _parse_names,
    "to": _parse_names,
    "script": str,
    "infer": str,
    "strip": str,
    "ocr": str,
    "password": str,
    "rules": _parse_names,
    "encoding": str,
    "jobs": _parse_whole,
    "cpu_limit": _parse_number,
    "wall_limit": _parse_number,
    "memory_limit": parse_size,
    "max_size": parse_size,
    "near_duplicates": _parse_switch,
}


def load(
    flags: Mapping[str, object] | None = None,
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Join settings from flags, environment, file and defaults, in that order of rank.

    `flags` holds only what was given (`None` values count as not given). Without
    `config`, `ingest.toml` and then `[tool.ingest]` of `pyproject.toml` in `folder`
    (default: the current one) are tried. Raises `ConfigurationError` naming the source.
    """
    environment = os.environ if environment is None else environment
    layers: list[tuple[str, Mapping[str, object]]] = [
        _rooted(*_from_file(config, folder or Path()))
    ]
    variables = {
        name: environment[f"INGEST_{name.upper()}"]
        for name in _PARSERS
        if f"INGEST_{name.upper()}" in environment
    }
    layers.append(("environment", variables))
    layers.append(("flags", {k: v for k, v in (flags or {}).items() if v is not None}))
    values: dict[str, object] = {}
    for origin, layer in layers:
        for name, value in layer.items():
            parser = _PARSERS.get(name)
            if parser is None:
                raise ConfigurationError(
                    f"{origin}: unknown setting {name!r}", advice=f"known: {', '.join(_PARSERS)}"
                )
            try:
                values[name] = parser(value)
            except (TypeError, AttributeError):
                raise ConfigurationError(f"{origin}: {name} cannot be {value!r}") from None
            except ConfigurationError as error:
                raise ConfigurationError(f"{origin}: {name}: {error}", advice="") from None
    return Settings(**cast("dict[str, Any]", values))


def _from_file(config: Path | None, folder: Path) -> tuple[str, Mapping[str, object]]:
    if config is not None:
        return str(config), _read_toml(config)
    own = folder / "ingest.toml"
    if own.is_file():
        return str(own), _read_toml(own)
    project = folder / "pyproject.toml"
    if project.is_file():
        tool = _read_toml(project).get("tool")
        table = tool.get("ingest") if isinstance(tool, dict) else None
        return str(project), table if isinstance(table, dict) else {}
    return "", {}


def _rooted(origin: str, layer: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """Return a file's settings with the paths in them counted from that file's folder."""
    given = layer.get("rules")
    if not isinstance(given, str | list):
        return origin, layer
    folder = Path(origin).parent
    try:
        return origin, {**layer, "rules": [str(folder / name) for name in _parse_names(given)]}
    except (TypeError, AttributeError):
        raise ConfigurationError(f"{origin}: rules cannot be {given!r}") from None


def _read_toml(path: Path) -> Mapping[str, object]:
    import tomllib  # a tenth of what starting costs, and most starts read no file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", advice="check --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None
