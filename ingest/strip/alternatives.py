"""Patterns of many alternatives, written so that they are searched for fast.

The engine skips ahead to where one of a few characters stands if every alternative begins
with a plain character: 5 ns a character instead of 170. Authors of tables write
`(?:只|仅)显示` and `[Dd]ownload`; here they become `只显示|仅显示` and `download|Download`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CHOICE = re.compile(r"\[([^\]\[\\^-]+)\](?![?*+{])")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_MAY_BE = re.compile(r"[^\\\[\](){}.*+?^$|]\?")


def written_out(pattern: str) -> str:
    """Return a pattern that finds something exactly where the given one is found in a text.

    Not for what is found, which may be shorter: an optional beginning is left out. Groups must
    not be numbered or named. Alternatives that begin otherwise (`^`, `\\\\d`) stay as they are.

    >>> written_out("(?:只|仅)显示|[Dd]own|(?:在线)?QQ|^价")
    '只显示|仅显示|Down|down|QQ|^价'
    """
    every = (plain for one in _alternatives(pattern) for plain in _begun(one))
    return "|".join(dict.fromkeys(every))


def _begun(alternative: str) -> Iterator[str]:
    """Yield what an alternative stands for, each beginning with a plain character if it can."""
    choice = _CHOICE.match(alternative)
    if choice:
        for character in sorted(choice[1]):
            yield re.escape(character) + alternative[choice.end() :]
    elif alternative.startswith("(?:"):
        end = _group_end(alternative)
        rest = alternative[end:]
        if rest.startswith("?") and len(rest) > 1:
            yield from _begun(rest[1:])
        elif rest[:1] in ("?", "*", "+", "{"):
            yield alternative
        else:
            for one in _alternatives(alternative[3 : end - 1]):
                yield from _begun(one + rest)
    elif _MAY_BE.match(alternative) and len(alternative) > 2:
        yield from _begun(alternative[2:])
    else:
        yield alternative


def _alternatives(pattern: str) -> list[str]:
    """Split a pattern at its outermost bars."""
    parts = [""]
    depth = 0
    for piece in _pieces(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _group_end(pattern: str) -> int:
    """Offset behind the group that a pattern begins with."""
    at = depth = 0
    for piece in _pieces(pattern):
        at += len(piece)
        depth += (piece == "(") - (piece == ")")
        if not depth:
            break
    return at


def _pieces(pattern: str) -> list[str]:
    """The characters of a pattern, with escapes and sets in one piece."""
    return _PIECE.findall(pattern)
