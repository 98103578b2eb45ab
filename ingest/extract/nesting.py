"""Nesting that would take a parser quadratic time: cut before it parses."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

# Tags of elements that need an end tag; the others do not nest.
_TAG: Final = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|optgroup|option|p|param"
    r"|rb|rp|rt|source|tbody|td|tfoot|th|thead|tr|track|wbr)[\s/>])([a-z][a-z0-9:-]*)[^<>]*>",
    re.IGNORECASE,
)
#: Elements that a parser opens again in every block until they are closed.
_FORMATTING: Final = re.compile(
    r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])([^<>]*)>",
    re.IGNORECASE,
)
#: Depth to which browsers nest elements; a parser takes quadratic time beyond.
DEPTH: Final = 512
#: Formatting elements that may be open at a time, for the same reason.
OPEN: Final = 64
#: Tags up to which any nesting is parsed in a few hundredths of a second.
FEW_TAGS: Final = 500


def limit_nesting(html: str, blocks: frozenset[str]) -> str:
    """Leave out tags that nest deeper than `DEPTH`, and formatting that never ends.

    The text is the same, line by line: a tag of `blocks` leaves a line break.

    >>> limit_nesting("<p>short</p>", frozenset())
    '<p>short</p>'
    """
    if html.count("<") <= FEW_TAGS:
        return html
    html = _without_endless_formatting(html)
    kept = []
    open_tags: list[str] = []
    count: Counter[str] = Counter()
    at = 0
    for found in _TAG.finditer(html):
        tag = found[2].lower()
        deep = len(open_tags) >= DEPTH
        if not found[1]:
            open_tags.append(tag)
            count[tag] += 1
        elif count[tag]:
            # What was left open inside ends too.
            while open_tags[-1] != tag:
                count[open_tags.pop()] -= 1
            count[open_tags.pop()] -= 1
            deep = len(open_tags) >= DEPTH
        if deep:
            kept.append(html[at : found.start()])
            kept.append("<br>" if tag in blocks else "")
            at = found.end()
    kept.append(html[at:])
    return "".join(kept)


def _without_endless_formatting(html: str) -> str:
    """Leave out tags that only shape letters, where pages open them and never close them."""
    opened = most = 0
    for found in _FORMATTING.finditer(html):
        opened = max(0, opened + (-1 if found[1] else 1))
        most = max(most, opened)
    return _FORMATTING.sub("", html) if most > OPEN else html
