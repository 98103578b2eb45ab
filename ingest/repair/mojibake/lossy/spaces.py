"""A no-break space that became a space, behind the first byte of a letter of two bytes.

`à` is C3 A0 in UTF-8, so that French read as Windows-1252 and stripped of its no-break spaces
has `Ã` and a space at every other line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.edits import Edit
from ingest.repair.mojibake.channels import LATIN, Channel

# A word of its own: no language has the word Ã, while MAÇÃ and IRMÃ end in it. Behind a
# small letter no capital stands.
_GRAVE: Final = re.compile(
    r"(?:(?<=[\s'’(«\"-])|^)Ã (?= |$|[^\W\d_A-Z])|(?<=[a-zß-ÿ])Ã (?=[ ,.;:!?»)]|$)"
)
# Portuguese words that begin with it: às, àquele, àquilo.
_LONGER: Final = re.compile(r"s(?=[\s,.;:!?)]|$)|quel[ea]s?\b|quilo\b")
#: A letter of two bytes in the same line that lost nothing shows that it is UTF-8.
_WHOLE: Final = re.compile("Ã[¡-¿€-™]|Â[\xa0-¿]|â€")


def edits(line: str) -> Iterator[Edit]:
    """Edits that restore `à` in a line; offsets count in the line.

    A single space between words stays: it was one in its own right, and the other was trimmed.
    That is taken for granted only where the line shows that it is UTF-8.

    >>> [(edit.before, edit.after) for edit in edits("de 1953 Ã  1968")]
    [('Ã ', 'à')]
    >>> list(edits("MAÇÃ e IRMÃ EM CRISTO"))
    []
    """
    if "Ã " not in line:
        return
    shown = _WHOLE.search(line) is not None
    rule = Channel("utf-8", LATIN).rule
    why = "UTF-8 read as Windows-1252, a no-break space become a space"
    for found in _GRAVE.finditer(line):
        start, end = found.span()
        if not line[end : end + 1].isalpha() or (shown and _LONGER.match(line, end)):
            yield Edit(start, end, "Ã ", "à", rule, "sure", why)
        elif shown:
            yield Edit(start, end - 1, "Ã", "à", rule, "sure", why)
