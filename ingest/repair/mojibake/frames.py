"""Frames of tables drawn with characters: they are nobody's letters.

Read in an encoding of DOS or KOI8-R, letters become pieces of drawings; so a piece beside
a word speaks for a misreading. Where a text draws lines from end to end it speaks for a table.
"""

from __future__ import annotations

import re
from typing import Final

#: What every drawn line has, asked first: clean text has none of it.
_STROKES: Final = (("─", "───"), ("━", "━━━"), ("═", "═══"))
#: A line of nothing but strokes and corners. Of garbled text no line is: it would say the same
#: letter over and over.
_RULE: Final = re.compile(r"^[ \t]*[─-╿][─-╿ \t]{3,}\r?$", re.MULTILINE)
_PIECE: Final = re.compile("[─-╿]")


def blanked(text: str) -> str:
    """The text with spaces for its frames, as long as before; itself where it draws none.

    >>> blanked("┌───┐\\n│bin│\\n└───┘").split("\\n")[1]
    ' bin '
    >>> blanked("f│r die Br│cke")
    'f│r die Br│cke'
    """
    # A single character is looked for ten times as fast.
    if not any(one in text and line in text for one, line in _STROKES) or not _RULE.search(text):
        return text
    return _PIECE.sub(" ", text)
