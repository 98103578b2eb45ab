"""What the source of a page says of its lines: how much of each is links, and what it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ingest.document import Region
from ingest.strip.lines import TextLine

# A region of so large a share of the page says nothing: classes such as `with-sidebar` are
# set on the element around everything.
WHOLE = 0.5


class Facts(NamedTuple):
    """`links`: share of the line's characters that stand in links. `kinds`: regions around most of it."""

    links: float = 0.0
    kinds: frozenset[str] = frozenset()


def line_facts(lines: Sequence[TextLine], regions: Sequence[Region]) -> list[Facts]:
    """Return the facts of each line; without regions nothing is known of any.

    >>> lines = [TextLine("首页 新闻", 0, 5, 6), TextLine("正文。", 6, 9, 9)]
    >>> line_facts(lines, [Region(0, 2, "link"), Region(3, 5, "link")])[0].links
    0.8
    """
    if not regions or not lines:
        return [Facts()] * len(lines)
    most = WHOLE * (lines[-1].end - lines[0].start)
    ordered = sorted(one for one in regions if one.kind == "main" or one.end - one.start <= most)
    facts = []
    open_regions: list[Region] = []
    at = 0
    for line in lines:
        while at < len(ordered) and ordered[at].start < line.end:
            open_regions.append(ordered[at])
            at += 1
        open_regions = [one for one in open_regions if one.end > line.start]
        size = max(1, line.end - line.start)
        covered: dict[str, int] = {}
        reached: dict[str, int] = {}
        for start, end, kind in open_regions:
            # Regions of a kind nest; they come in the order of their starts.
            first = max(start, line.start, reached.get(kind, 0))
            last = min(end, line.end)
            if last > first:
                covered[kind] = covered.get(kind, 0) + last - first
                reached[kind] = last
        links = covered.pop("link", 0) / size
        kinds = frozenset(kind for kind, count in covered.items() if 2 * count >= size)
        facts.append(Facts(links, kinds))
    return facts
