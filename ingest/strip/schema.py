"""What a pack file must look like: tables, keys and types, before anything is matched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.strip.packs import REGIONS
from ingest.strip.patterns import faults

_PACK = {"id": "text", "name": "text", "needs": "number", "gate": "texts"}
_RULE = {
    "id": "text",
    "class": "text",
    "pattern": "text",
    "evidence": "text",
    "hit": "texts",
    "miss": "texts",
}
_OPTIONS = {
    "region": "text",
    "strong": "flag",
    "cue": "flag",
    "proof": "flag",
    "opens": "flag",
}
_WANTED = {
    "text": "a text that is not empty",
    "texts": "a list of texts, at least one, none empty",
    "number": "a whole number",
    "flag": "true or false",
}
_MISSING = {
    "evidence": "say where the notice was seen and how often",
    "hit": "give a real line that the rule must match",
    "miss": "give a line of a report that looks like it and must stay",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a pack file: where, what, and what to do."""

    file: str
    row: str
    """The rule's id, `rule N` where it has none, or empty for the pack itself."""
    what: str
    advice: str

    def line(self) -> str:
        """Return the problem as one line for people.

        >>> Problem("my.toml", "gate", "'hit' is missing", "give a line").line()
        "my.toml: gate: 'hit' is missing (give a line)"
        """
        where = f"{self.file}: {self.row}" if self.row else self.file
        return f"{where}: {self.what} ({self.advice})"


def problems(form: Mapping[str, Any], file: str) -> list[Problem]:
    """Return what is wrong with the form of a pack file.

    >>> [problem.what for problem in problems({"rule": []}, "my.toml")]
    ["'pack' is missing", "'rule' is missing or empty"]
    """
    return list(_problems(form, file))


def _problems(form: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for key in form.keys() - {"pack", "rule"}:
        yield Problem(file, "", f"unknown table {key!r}", "a pack file has [pack] and [[rule]]")
    head = form.get("pack")
    if isinstance(head, Mapping):
        yield from _keys(head, file, "", _PACK, {})
        if head.get("id") != "common" and isinstance(head.get("needs"), int) and head["needs"] < 1:
            advice = "say how many different cues recognise the site: two or more, or one proof"
            yield Problem(file, "", f"'needs' is {head['needs']}", advice)
    else:
        yield Problem(file, "", "'pack' is missing", "begin with [pack]: id, name, needs, gate")
    rows = form.get("rule")
    if not isinstance(rows, list) or not rows:
        yield Problem(file, "", "'rule' is missing or empty", "add [[rule]] tables")
        return
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            yield Problem(file, f"rule {number}", "is no table", "write [[rule]] above it")
            continue
        name = row.get("id")
        label = name if isinstance(name, str) and _NAME.fullmatch(name) else f"rule {number}"
        yield from _row(row, file, label)
        if label in seen:
            yield Problem(file, label, "the id is not unique", "give each rule an id of its own")
        seen.add(label)


def _row(row: Mapping[str, Any], file: str, label: str) -> Iterator[Problem]:
    yield from _keys(row, file, label, _RULE, _OPTIONS)
    if isinstance(row.get("region"), str) and row["region"] not in REGIONS:
        advice = f"one of {', '.join(REGIONS)}"
        yield Problem(file, label, f"region {row['region']!r} is unknown", advice)
    if isinstance(row.get("pattern"), str):
        for fault in faults(row["pattern"]):
            yield Problem(file, label, fault.what, fault.advice)


def _keys(
    table: Mapping[str, Any],
    file: str,
    label: str,
    needed: Mapping[str, str],
    optional: Mapping[str, str],
) -> Iterator[Problem]:
    known = {**needed, **optional}
    for key in table.keys() - known.keys():
        yield Problem(file, label, f"unknown key {key!r}", f"known: {', '.join(known)}")
    for key, kind in known.items():
        if key not in table:
            if key in needed:
                advice = _MISSING.get(key, f"give {_WANTED[kind]}")
                yield Problem(file, label, f"{key!r} is missing", advice)
        elif not _fits(table[key], kind):
            advice = _MISSING.get(key, f"give {_WANTED[kind]}")
            yield Problem(file, label, f"{key!r} must be {_WANTED[kind]}", advice)
        elif key == "id" and not _NAME.fullmatch(table[key]):
            advice = "Latin letters, digits, - and _"
            yield Problem(file, label, f"id {table[key]!r} cannot be used", advice)


def _fits(value: object, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "texts":
        return isinstance(value, list) and bool(value) and all(_fits(one, "text") for one in value)
    if kind == "flag":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)
