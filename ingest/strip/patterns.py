"""What a rule's pattern may not be: a reference backwards, open at both ends, or slow.

Patterns run on every line near the ends of every document, hostile ones too, and a
regular expression in progress cannot be called off.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from ingest.strip.folding import fold
from ingest.strip.lines import LONGEST

# The same parser that `re` uses: what it says of a pattern is what will run.
_PARSER: Any = import_module("re._parser")
_CONSTANTS: Any = import_module("re._constants")
_NAMES = {
    "GROUPREF": "refers back to a group",
    "GROUPREF_EXISTS": "depends on whether a group matched",
}
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")

# CPU seconds that one line may cost one rule. The slowest rule that comes with the program
# needs 0.004 s for its worst line.
BUDGET = 0.05
# A rule that is open at both ends must have so many characters between: two phrases that
# only a site puts into one line, not one.
FIXED = 10
# Lengths at which a pattern is timed. They grow so slowly at first that a pattern which
# doubles its time with every character is stopped after a second or two.
_LENGTHS = (8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 34, 40, 50, 70, 100, 150, 220, 300)
# Numbers that are read as such from named groups: a longer one is no number of pages.
_NUMBERS = re.compile(
    r"\(\?P<(page_count|shown|rest|unseen)>(?!\\d(?:\{\d(?:,\d)?\}|\{\d,\d\})?\))"
)


class Fault(NamedTuple):
    """What is wrong with a pattern or a row, and what to do about it."""

    what: str
    advice: str


def faults(pattern: str) -> list[Fault]:
    """Return what can be said against a pattern without running it.

    >>> [fault.what for fault in faults("(?:下载+)+")]
    ['repeats without bound what itself repeats without bound']
    >>> faults(r"还剩\\d{1,4}页未读")
    []
    """
    try:
        tree = _PARSER.parse(pattern)
        # As it stands inside the pattern that joins all rules of a pack.
        re.compile(f"(?:{pattern})|(?:)")
    except re.error as error:
        return [Fault(f"pattern does not compile: {error}", "mend the regular expression")]
    except (RecursionError, OverflowError):
        return [Fault("pattern is nested too deeply", "write it flat")]
    found = list(dict.fromkeys(_of_nodes(tree)))
    if tree.getwidth()[0] == 0:
        found.append(Fault("pattern matches the empty line", "name words that must stand there"))
    least = tree.getwidth()[0]
    if least < FIXED and _open(tree) and _open(reversed(list(tree))):
        found.append(
            Fault(
                "pattern begins and ends with anything: a sentence that quotes it would go",
                "a rule is a whole line; begin or end it with the words of the notice",
            )
        )
    if wrong := _NUMBERS.search(pattern):
        found.append(
            Fault(
                f"group {wrong[1]!r} is read as a number",
                rf"write it as (?P<{wrong[1]}>\d{{1,4}})",
            )
        )
    return found


def _of_nodes(tree: Any) -> Iterator[Fault]:
    for name, argument, within in _walk(tree, ()):
        if name in _NAMES:
            yield Fault(f"pattern {_NAMES[name]}", "write the words out")
        elif name == "LITERAL" and (folded := fold(chr(argument))) != chr(argument):
            how = f"as {folded!r}" if folded else "nothing there: spaces are dropped"
            yield Fault(
                f"{chr(argument)!r} never stands in the folded view",
                f"lines are matched in Simplified, half width, without spaces; write {how}",
            )
        elif name in _REPEATS and _unbounded(argument) and any(map(_unbounded, within)):
            yield Fault(
                "repeats without bound what itself repeats without bound",
                "give both bounds, such as {1,40}, and parts that begin differently",
            )


def _unbounded(argument: tuple[int, Any, Any]) -> bool:
    return argument[1] is _CONSTANTS.MAXREPEAT or argument[1] > LONGEST


def _walk(tree: Any, within: tuple[Any, ...]) -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    """Yield every node with the repeats around it; classes of characters stay whole."""
    for operator, argument in tree:
        name = str(operator)
        yield name, argument, within
        inner = (*within, argument) if name in _REPEATS else within
        for part in _parts(name, argument):
            yield from _walk(part, inner)


def _parts(name: str, argument: Any) -> list[Any]:
    if name in _REPEATS:
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[3]]
    if name == "BRANCH":
        return list(argument[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    return [argument] if name == "ATOMIC_GROUP" else []


def _open(nodes: Iterable[Any]) -> bool:
    """Say whether the outermost node lets any text stand there."""
    for operator, argument in nodes:
        name = str(operator)
        if name == "AT":
            continue
        if name == "SUBPATTERN":
            return _open(argument[3])
        if name in _REPEATS and argument[1] > 1:
            inner = [str(one) for one, _ in argument[2]]
            return inner == ["ANY"]
        return False
    return False


def slow(pattern: re.Pattern[str], examples: Iterable[str]) -> Fault | None:
    """Run a pattern on the worst lines that can be made of examples and of itself.

    >>> slow(re.compile("还剩[0-9]{1,4}页"), ["还剩3页"]) is None
    True
    """
    pieces = {piece for example in examples for piece in _pieces(fold(example))}
    pieces |= set(_samples(_PARSER.parse(pattern.pattern)))
    prefixes = {"", *(fold(example)[: len(fold(example)) // 2] for example in examples)}
    for length in (*_LENGTHS, LONGEST):
        for piece in sorted(pieces):
            for prefix in sorted(prefixes):
                line = (prefix + piece * length)[: length - 1]
                start = time.process_time()
                pattern.fullmatch(line + "\0")
                pattern.fullmatch(line + piece[-1])
                spent = time.process_time() - start
                if spent > BUDGET:
                    return Fault(
                        f"pattern needs {spent:.2f} s for a line of {length} characters "
                        f"({(prefix + piece * 2)[:24]!r}...)",
                        "give repeats bounds, and parts that begin differently",
                    )
    return None


def _pieces(line: str) -> Iterator[str]:
    for size in (1, 2, 3, len(line)):
        for at in range(len(line) - size + 1):
            yield line[at : at + size]


def _samples(tree: Any) -> Iterator[str]:
    """Yield, for each thing that repeats, a text that it matches."""
    for name, argument, _ in _walk(tree, ()):
        if name in _REPEATS:
            sample = _sample(argument[2])
            if sample:
                yield sample


def _sample(tree: Any) -> str:
    return "".join(_one(str(operator), argument) for operator, argument in tree)[:40]


def _one(name: str, argument: Any) -> str:
    if name == "LITERAL":
        return chr(int(argument))
    if name == "IN":
        return _one(str(argument[0][0]), argument[0][1])
    if name == "RANGE":
        return chr(int(argument[0]))
    if name == "CATEGORY":
        return "1" if "DIGIT" in str(argument) else "字"
    if name in ("ANY", "NOT_LITERAL", "NEGATE"):
        return "字"
    if name in _REPEATS:
        return _sample(argument[2]) * max(1, min(int(argument[0]), 4))
    parts = _parts(name, argument) if not name.startswith("ASSERT") else []
    return _sample(parts[0]) if parts else ""
