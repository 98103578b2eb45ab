"""All packs that a run matches against: those that come with the program, and a user's own."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from ingest.errors import ConfigurationError
from ingest.strip import packs
from ingest.strip.folding import Gate, any_of
from ingest.strip.packs import Pack, Rule
from ingest.strip.schema import problems

ADVICE = "`ingest rules test FILE` lists everything that is wrong with a pack file"


@dataclass(frozen=True)
class Rulebook:
    """The packs of a run, and the quick tests that say whether they have anything to find."""

    packs: tuple[Pack, ...]

    @cached_property
    def common(self) -> Pack:
        """The pack of what many sites share, which needs no recognition of its own."""
        return next(pack for pack in self.packs if pack.id == "common")

    @cached_property
    def gate(self) -> Gate:
        """The words without one of which a text, as it stands, has nothing for the packs."""
        return Gate.of(word for pack in self.packs for word in pack.gate)

    @cached_property
    def body_gate(self) -> re.Pattern[str]:
        """Finds the words of the packs that have rules for the inside of a report."""
        return any_of(
            word
            for pack in self.packs
            if any(rule.region == "body" for rule in pack.rules)
            for word in pack.gate
        )

    @cached_property
    def body_rules(self) -> tuple[tuple[Pack, Rule], ...]:
        """The rules for the inside of a report."""
        return tuple(
            (pack, rule) for pack in self.packs for rule in pack.rules if rule.region == "body"
        )


@cache
def shipped() -> Rulebook:
    """Return the packs that come with the program."""
    return Rulebook(packs.packs())


def with_own(paths: Sequence[str]) -> Rulebook:
    """Return the packs that come with the program, and behind them those of pack files.

    Raises `ConfigurationError` naming file, row and cause where a file cannot be used.
    """
    if not paths:
        return shipped()
    return _bound(tuple((path, read(path)) for path in paths))


# Kept by content, not by name: a file that changed is read anew, and a batch, which binds
# its stages for each document, compiles the patterns once. A service that runs for months
# keeps a few.
@lru_cache(maxsize=8)
def _bound(contents: tuple[tuple[str, str], ...]) -> Rulebook:
    found = list(shipped().packs)
    origins = {pack.id: "the packs that come with the program" for pack in found}
    for path, content in contents:
        form = parsed(content, path)
        for problem in problems(form, path):
            raise ConfigurationError(problem.line(), advice=ADVICE)
        pack = packs.parse(form, path)
        if pack.id in origins:
            raise ConfigurationError(
                f"{path}: pack {pack.id!r} is already in {origins[pack.id]}",
                advice="give the pack another id",
            )
        origins[pack.id] = path
        found.append(pack)
    return Rulebook(tuple(found))


def identity(paths: Sequence[str]) -> tuple[str, ...]:
    """Return a hash of each pack file's content. Raises as `with_own` does."""
    contents = tuple((path, read(path)) for path in paths)
    _bound(contents)
    return tuple(hashlib.sha256(content.encode()).hexdigest()[:16] for _, content in contents)


def read(path: str) -> str:
    """Return the text of a pack file. Raises `ConfigurationError` where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", advice="check --rules") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: not UTF-8", advice="save the file as UTF-8") from None


def parsed(content: str, path: str) -> dict[str, Any]:
    """Return the TOML form of a pack file. Raises `ConfigurationError` where it has none."""
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}", advice=ADVICE) from None
