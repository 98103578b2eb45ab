"""Slice marks: `2、` in mid-sentence, where a viewer stored the text in numbered pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ingest.strip.folding import ends_sentence
from ingest.strip.lines import Removals, TextLine
from ingest.strip.marks import numbered

# Shortest middle slice, in characters. Viewers cut every 300 to 2,000; items of a real
# list are shorter (median 31 in the reports looked at) and end as sentences do.
SLICE = 100
# How much a slice may differ from the middle one: a viewer cuts by a number of bytes.
EVEN = 1.8
# What a text that no site's notices surround must show: so many slices, and this share of
# the cuts inside a sentence.
FEW = 4
CUT = 0.7

_MARK = re.compile(r"\s*\d{1,3}、")


def find(removals: Removals, report: Sequence[TextLine], *, proven: bool) -> None:
    """Ask for the removal of slice marks, joining the sentences that they cut.

    `report` holds the lines of the report that are not blank. Every one of them must begin
    with its number, 1 to n, all but the last be about as long, and at least half of the cuts
    must fall inside a sentence: that no list does, and the questions of a test paper, which
    end without a stop, differ in length. Where the page is not `proven` to be a site's,
    more of them must.
    """
    if len(report) < (2 if proven else FEW) or not report[0].text.lstrip().startswith("1、"):
        return
    if numbered(line.text for line in report) != list(range(1, len(report) + 1)):
        return
    cut = [not ends_sentence(line.text.rstrip()) for line in report[:-1]]
    middle = median(len(line.text) for line in report)
    if middle < SLICE or sum(cut) < len(cut) * (0.5 if proven else CUT):
        return
    lengths = [len(line.text) for line in report[:-1]]
    if len(lengths) > 1 and not middle / EVEN <= min(lengths) <= max(lengths) <= middle * EVEN:
        return
    why = f"slices 1 to {len(report)}, {sum(cut)} of {len(cut)} cuts inside a sentence"
    for previous, line in zip([None, *report], report, strict=False):
        mark = _MARK.match(line.text)
        if mark is None:
            continue
        end = line.start + mark.end()
        if previous is not None and not ends_sentence(previous.text.rstrip()):
            removals.remove(previous.start + len(previous.text.rstrip()), end, "mark.slice", why)
        else:
            removals.remove(line.start, end, "mark.slice", why)
