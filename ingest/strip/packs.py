"""Rule packs: what the notices of one template look like, as data.

A pack is a TOML file in `ingest/data/notices/`. Its rules match whole lines of the folded
view; a template is recognised by several of its cues together, and only then do its
rules count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from ingest.errors import ConfigurationError

REGIONS = ("head", "tail", "edge", "body")


@dataclass(frozen=True)
class Rule:
    """One row of a pack.

    `region` says where the rule counts: `head` (before the report), `tail` (behind it),
    `edge` (either), `body` (anywhere). `strong` rules prove by themselves that a line
    belongs to the site; the others need a neighbour that is proven. `cue` rules
    recognise the template, a `proof` rule does so alone. `opens` says that a list of titles may follow. `fields`
    carries metadata: named groups of the pattern.
    """

    id: str
    kind: str
    pattern: re.Pattern[str]
    region: str
    strong: bool
    cue: bool
    proof: bool
    opens: bool
    hit: tuple[str, ...]
    miss: tuple[str, ...]
    evidence: str


@dataclass(frozen=True)
class Pack:
    """The rules of one template. `needs`: how many different cues recognise it."""

    id: str
    name: str
    needs: int
    rules: tuple[Rule, ...]
    gate: tuple[str, ...]

    @cached_property
    def joined(self) -> re.Pattern[str]:
        """One pattern that says quickly whether any rule can match a line."""
        return re.compile("|".join(f"(?:{_unnamed(rule.pattern.pattern)})" for rule in self.rules))


def _unnamed(pattern: str) -> str:
    """Return a pattern without group names, so that several can be joined."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def parse(form: Mapping[str, Any], origin: str) -> Pack:
    """Make a pack of its TOML form. Raises `ConfigurationError` naming what is off."""
    try:
        head = form["pack"]
        rules = []
        for row in form["rule"]:
            unknown = row.keys() - _KEYS
            if unknown:
                raise ConfigurationError(f"{origin}: {row['id']}: unknown key {min(unknown)!r}")
            if row.get("region", "edge") not in REGIONS:
                raise ConfigurationError(f"{origin}: {row['id']}: region must be one of {REGIONS}")
            rules.append(
                Rule(
                    id=f"notice.{head['id']}.{row['id']}",
                    kind=row["class"],
                    pattern=re.compile(row["pattern"]),
                    region=row.get("region", "edge"),
                    strong=row.get("strong", True),
                    cue=row.get("cue", False) or row.get("proof", False),
                    proof=row.get("proof", False),
                    opens=row.get("opens", False),
                    hit=tuple(row["hit"]),
                    miss=tuple(row["miss"]),
                    evidence=row["evidence"],
                )
            )
        return Pack(
            id=head["id"],
            name=head["name"],
            needs=head["needs"],
            rules=tuple(rules),
            gate=tuple(head["gate"]),
        )
    except KeyError as error:
        raise ConfigurationError(f"{origin}: {error.args[0]!r} is missing") from None
    except re.error as error:
        raise ConfigurationError(f"{origin}: {error.pattern!r}: {error}") from None


_KEYS = {
    "id", "class", "pattern", "region", "strong", "cue", "proof", "opens", "hit", "miss", "evidence"
}  # fmt: skip


@cache
def packs() -> tuple[Pack, ...]:
    """Return the packs that come with the program, in the order of their file names."""
    folder = files("ingest") / "data" / "notices"
    found = sorted(
        (
            entry
            for entry in folder.iterdir()
            if entry.name.endswith(".toml") and entry.name not in ("signs.toml", "vocabulary.toml")
        ),
        key=lambda entry: entry.name,
    )
    return tuple(
        parse(tomllib.loads(entry.read_text(encoding="utf-8")), entry.name) for entry in found
    )
