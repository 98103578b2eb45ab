"""Escapes left in running text: HTML entities, `\\uXXXX` and `%XX`, where they are damage.

A page that was escaped once too often shows `&nbsp;` and `\\u4e2d` to its reader. They are
undone in prose only: source code, addresses, patterns, formulas and text about markup keep
theirs, and so does whatever does not decode to characters that text is made of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ingest.edits import Edit
from ingest.repair.escapes import entities, percent, unicode
from ingest.repair.escapes.context import Context


def edits(text: str) -> list[Edit]:
    """Propose edits that undo leftover escapes; spans count in `text`.

    All are `sure`: the escape decodes without fault, and the prose around it has no use for
    it. Limits: in lines that look like code, addresses or patterns nothing is undone.

    >>> [(edit.before, edit.after, edit.rule) for edit in edits("研发&nbsp;&amp;&nbsp;生产")]
    [('&nbsp;&amp;&nbsp;', '\\xa0&\\xa0', 'escape.entity')]
    >>> edits("write &amp;amp; for &amp; in HTML")
    []
    """
    # A single character is looked for ten times as fast as two.
    kinds = [
        kind for kind in (entities, unicode, percent) if kind.SIGN[0] in text and kind.SIGN in text
    ]
    context = Context(text)
    return _apart(edit for kind in kinds for edit in kind.edits(text, context))


def _apart(found: Iterable[Edit]) -> list[Edit]:
    """Edits in order; of those that overlap the first."""
    apart: list[Edit] = []
    ends: list[int] = []
    for edit in sorted(found):
        if bisect_right(ends, edit.start) == len(ends):
            apart.append(edit)
            ends.append(edit.end)
    return apart
