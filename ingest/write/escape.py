"""Backslashes before what Markdown would take for markup, and before nothing else."""

from __future__ import annotations

import re

# Without one of these nothing on a line can be markup.
_SUSPECT = re.compile(r"[*_`\[<&\\~#>=+\-\d]")

_LINE_START = re.compile(
    r"""
      (?P<heading>\#{1,6}(?=\s|\Z))
    | (?P<quotation>>)
    | (?P<rule>(?:[-*_]\s?){3,}\s*\Z|=+\s*\Z|-+\s*\Z)
    | (?P<bullet>[-+*](?=\s|\Z))
    | (?P<fence>~~~|```)
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|\Z)")
_INLINE = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~])          # a backslash that would escape
    | <(?=[A-Za-z/!?])               # a tag or an autolink
    | &(?=\#?\w{1,31};)              # an entity
    | `                              # code
    | \*(?=[^\s*])|(?<=[^\s*])\*     # emphasis opens or closes beside a word
    | (?<![^\W_])_(?=[^\s_])|(?<=[^\s_])_(?![^\W_])
    | ~~
    | \[(?=[^\]\n]{0,200}\](?:\(|:|\[))   # a link
    """,
    re.VERBOSE,
)


def escaped(line: str) -> str:
    r"""Return a line that Markdown shows as `line`.

    A single asterisk between blanks, an underscore inside a word, a lone bracket and
    the like stay as they are: they have no meaning there.

    >>> print(escaped("2 * 3 = snake_case [1]"))
    2 * 3 = snake_case [1]
    >>> print(escaped("# not a heading, *not* emphasis"))
    \# not a heading, \*not\* emphasis
    """
    if not _SUSPECT.search(line):
        return line
    indent = len(line) - len(line.lstrip(" "))
    start = _LINE_START.match(line, indent)
    if start:
        rest = line[indent + 1 :]
        return line[:indent] + "\\" + line[indent] + _INLINE.sub(r"\\\g<0>", rest)
    number = _NUMBER.match(line, indent)
    if number:
        at = number.start(2)
        return line[:at] + "\\" + line[at] + _INLINE.sub(r"\\\g<0>", line[at + 1 :])
    return _INLINE.sub(r"\\\g<0>", line)
