"""Whether the rules of a pack file keep their own promises, and spare what must stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from ingest.errors import ConfigurationError
from ingest.strip import packs, rulebook
from ingest.strip.folding import fold
from ingest.strip.lines import LONGEST
from ingest.strip.packs import Pack, Rule
from ingest.strip.patterns import slow
from ingest.strip.schema import Problem, problems


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check of pack files found: the packs that could be read, and the problems."""

    packs: tuple[Pack, ...]
    problems: tuple[Problem, ...]

    @property
    def rules(self) -> int:
        """Number of rules in the packs that could be read."""
        return sum(len(pack.rules) for pack in self.packs)


def check(paths: Iterable[str]) -> Findings:
    """Check pack files; never raises for what is wrong with one.

    >>> check(["no-such.toml"]).problems[0].what
    'No such file or directory'
    """
    found: list[Pack] = []
    wrong: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            form = rulebook.parsed(rulebook.read(path), path)
        except ConfigurationError as error:
            what = str(error.args[0]).removeprefix(f"{path}: ")
            wrong.append(Problem(path, "", what, "mend the file first"))
            continue
        unfit = problems(form, path)
        wrong += unfit
        pack = _sound(form, path, {problem.row for problem in unfit})
        if pack is None:
            continue
        found.append(pack)
        known = [*rulebook.shipped().packs, *found[:-1]]
        wrong += _of_pack(pack, path, [] if _comes_with_program(path) else known)
    return Findings(tuple(found), tuple(wrong))


def content_lines(own: Pack | None = None) -> frozenset[str]:
    """Return, folded, the lines that must stay: what the rules at hand must not hit.

    What one rule must not hit and another may is left out.
    """
    book = rulebook.shipped()
    every = [*book.packs, own] if own else list(book.packs)
    lines = {fold(miss) for pack in every for rule in pack.rules for miss in rule.miss}
    return frozenset(
        line for line in lines if not any(pack.joined.fullmatch(line) for pack in book.packs)
    )


def _sound(form: dict[str, Any], path: str, rows: set[str]) -> Pack | None:
    """Return the pack of the rows that nothing is wrong with; None where there is none."""
    if "" in rows or not isinstance(form.get("rule"), list):
        return None
    sound = [row for row in form["rule"] if isinstance(row, dict) and row.get("id") not in rows]
    return packs.parse({**form, "rule": sound}, path) if sound else None


def _comes_with_program(path: str) -> bool:
    with as_file(files("ingest") / "data" / "notices") as folder:
        return Path(path).resolve().parent == folder.resolve()


def _of_pack(pack: Pack, path: str, known: Sequence[Pack]) -> Iterator[Problem]:
    if any(other.id == pack.id for other in known):
        advice = "give the pack another id"
        yield Problem(path, "", f"there is already a pack {pack.id!r}", advice)
    yield from _recognition(pack, path)
    staying = content_lines(pack if known else None)
    for rule in pack.rules:
        for what, advice in rule_faults(rule, staying):
            yield Problem(path, row_name(pack, rule), what, advice)


def row_name(pack: Pack, rule: Rule) -> str:
    """Return the id of a rule as its row has it."""
    return rule.id.removeprefix(f"notice.{pack.id}.")


def _recognition(pack: Pack, path: str) -> Iterator[Problem]:
    """Say why the pack could never be recognised, or its rules never be asked."""
    words = [fold(word) for word in pack.gate]

    def gated(rule: Rule) -> bool:
        return all(any(word in fold(hit) for word in words) for hit in rule.hit)

    outside = [rule for rule in pack.rules if rule.region != "body"]
    cues = [rule for rule in outside if rule.cue]
    proofs = [rule for rule in cues if rule.proof]
    if outside and pack.id != "common" and not proofs and len(cues) < pack.needs:
        what = f"{pack.needs} different cues are needed and {len(cues)} rules are cues"
        yield Problem(path, "", what, "set cue = true on lines that only this site has")
    alone = [*proofs, *(cues if pack.needs == 1 else ())]
    alone += [rule for rule in pack.rules if rule.region == "body"]
    missed = [rule for rule in dict.fromkeys(alone) if not gated(rule)]
    if not missed and cues and not any(map(gated, cues)):
        missed = cues
    for rule in missed:
        what = "no word of 'gate' stands in each of its hits, so it could not fire"
        advice = "add a word of this line to 'gate', as letters or ideographs without spaces"
        yield Problem(path, row_name(pack, rule), what, advice)


def rule_faults(rule: Rule, staying: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what a rule does against its own row or against lines that must stay, and advice."""
    # First: what runs away must not be let loose on more lines.
    if fault := slow(rule.pattern, rule.hit):
        yield fault.what, fault.advice
        return
    for example in rule.hit:
        folded = fold(example).removeprefix("?")
        if len(example) > LONGEST:
            yield f"hit {example[:20]!r}... has {len(example)} characters", "notices have up to 400"
        elif not rule.pattern.fullmatch(folded):
            yield f"does not match its hit {example!r}", f"the line is matched as {folded!r}"
    own = {fold(example): example for example in rule.miss}
    for folded, example in own.items():
        if rule.pattern.fullmatch(folded):
            yield f"matches its miss {example!r}", "make the pattern say more"
    taken = sorted(line for line in staying - own.keys() if rule.pattern.fullmatch(line))
    if taken:
        more = f" and {len(taken) - 1} more lines" if len(taken) > 1 else ""
        yield f"matches {taken[0]!r}{more}, which must stay", "make the pattern say more"
