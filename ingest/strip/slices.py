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

_MARK = re.compile(r"\s*\d{1,3}、")


def find(removals: Removals, report: Sequence[TextLine]) -> None:
    """Ask for the removal of slice marks, joining the sentences that they cut.

    `report` holds the lines of the report that are not blank, on a page proven to be a
    site's. Every one of them must begin with its number, 1 to n, and at least half of the
    cuts must fall inside a sentence: that no list does.
    """
    if len(report) < 2 or not report[0].text.lstrip().startswith("1、"):
        return
    if numbered(line.text for line in report) != list(range(1, len(report) + 1)):
        return
    cut = [not ends_sentence(line.text.rstrip()) for line in report[:-1]]
    if sum(cut) * 2 < len(cut) or median(len(line.text) for line in report) < SLICE:
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
