"""What proves that a site made a page: the lines around its body, scored, and what each adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.strip.body import Frame
from ingest.strip.features import SPEAKING

# Evidence that proves a page: so much in all from the lines outside its body, none counting
# for more than `SINGLE`, and so many lines of it.
EVIDENCE = 9.0
SINGLE = 3.0
LINES = 4
# So many of these lines must say what only a site says. Of 36 held-back pages without a source
# all have three; of 17 chapters of manuals that the rest of the evidence held for pages of sites
# one has, and that one ends with the buttons of its viewer.
SPOKEN = 3
SPOKEN_SOURCE = 1
# What the words of a line add alone, at most, and the score from which they do: nothing else
# may be known of the lines of a site with words of its own.
WORDS = 1.5
WORDED = 2.0
# What the grammar says of a line that it reads as a site's, not as a hint.
SPOKEN_SIGNS = frozenset(["strength:2", "strength:3"])


class Judged(NamedTuple):
    """What the two scores say of a page: each line's own, its features, the odds outside the body."""

    frame: Frame
    shows: Sequence[Mapping[str, float]]
    scores: Sequence[float]
    odds: Mapping[int, float]
    foreign: bool = False
    """Without a source, in a script that the weights were not learned from."""
    sourced: bool = False

    @property
    def proven(self) -> bool:
        """Whether the lines outside the body prove together that a site made the page."""
        saying = {at for at in self.odds if self.scores[at] > 0 and spoken(self.shows[at])}
        counted = saying if self.foreign else self.odds
        clear = [evidence(self.shows[at], self.scores[at]) for at in counted]
        return (
            len(saying) >= (SPOKEN_SOURCE if self.sourced else SPOKEN)
            and sum(clear) > EVIDENCE
            and sum(one > 1 for one in clear) >= LINES
        )


def evidence(shows: Mapping[str, float], own: float) -> float:
    """Return what a line adds to the proof of a page.

    Words alone add little, and lines that have nothing but the form of a title nothing.
    """
    if own <= 0 or is_word(shows):
        return 0.0
    if not any(name.startswith(SPEAKING) for name in shows):
        return max(0.0, min(WORDS, own - WORDED))
    return min(SINGLE, own)


def spoken(shows: Mapping[str, float]) -> bool:
    """Whether the grammar reads a line as a site's, and not as the name of a holder of rights."""
    return not SPOKEN_SIGNS.isdisjoint(shows) and "sign:holder" not in shows


def is_word(shows: Mapping[str, float]) -> bool:
    short = "length:2" in shows or "length:4" in shows
    return short and not any(name.startswith(("in:", "links:")) for name in shows)
