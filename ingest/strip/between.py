"""Lines between notices that no rule names: titles stay, entries of menus may go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from ingest.strip.folding import ends_sentence, fold
from ingest.strip.lines import TextLine
from ingest.strip.recognition import Match

# The longest line that goes because notices enclose it, in characters of the folded view:
# names of sites and entries of menus, hardly a sentence.
ENTRY = 12
# Lines without a sign that notices may enclose, one after the other.
ENCLOSED = 4


def enclosed_lines(
    solid: Sequence[TextLine], picked: Mapping[int, Match | None], titled: Set[int]
) -> set[int]:
    """Return the short lines with notices, or the edge of the page, on both sides.

    `picked` holds the lines of a block, in order.
    """
    found: set[int] = set()
    run: list[int] = []
    for at in [*picked, -1]:
        if at >= 0 and picked[at] is None:
            run.append(at)
            continue
        proven = at >= 0 or (bool(run) and run[-1] + 1 == len(solid))
        if (
            run
            and proven
            and len(run) <= ENCLOSED
            and (run[0] == 0 or run[0] - 1 in picked)
            and all(_entry(solid[one]) and one not in titled for one in run)
        ):
            found.update(run)
        run = []
    return found


def _entry(line: TextLine) -> bool:
    return 0 < len(line.folded) <= ENTRY and not ends_sentence(line.folded)


# A title shares so much of its words with its report: the titles of 11 reports of the saved
# pages 0.19 at least, of 19 real news pages 0.16. Some entries of menus do, too, and stay.
SHARED = 0.15

_HAN = re.compile(r"(?=([一-鿿]{2}))")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def words(line: TextLine) -> set[str]:
    """Return the pairs of Han characters and the longer words of a line."""
    folded = line.folded or fold(line.text)
    return {found[1] for found in _HAN.finditer(folded)} | {
        word for word in _LONG_WORD.findall(line.text.lower()) if word.isascii()
    }


def title_like(line: TextLine, report: Set[str]) -> bool:
    """Say whether a line shares its words with the report, as a title does."""
    own = words(line)
    return bool(own) and len(own & report) >= SHARED * len(own)
