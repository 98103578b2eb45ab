"""Running headers, footers and page numbers of PDFs.

What stands at the same height of many pages, outermost, with the same words (digits that
count the pages apart), belongs to the page and not to the report.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from operator import sub
from statistics import median
from typing import NamedTuple

from ingest.document import Line, Page
from ingest.strip import overlays
from ingest.strip.lines import Removals
from ingest.strip.overlays import stop

# So many lines from the top and from the bottom of a page are looked at. Three-line headers
# are the deepest of the 56 PDFs measured.
DEPTH = 3
# Points by which a header's height may differ between pages.
DRIFT = 4.0
# Share of the page's height that counts as its margin. Headers sit within 0.10, footers
# within 0.09 of the edge in nine of ten PDFs; deeper ones need a gap to the text as well.
MARGIN = 0.12
# Distance to the text, in pitches of the page's lines, that sets a header apart.
APART = 1.35
# Pages that a running line must stand on.
PAGES = 3
# Where the whole document has no more than so many pages, two are enough, if the line is the
# same in words, type and place, and lies in the margin or apart: a letter of three pages shows
# its header on the second and the third.
FEW_PAGES = 4
# Points by which two lines in one place of the page may differ.
PLACE = 1.5
# Headers of chapters are told from the text by smaller type: 0.69 to 0.92 of it where seen.
SMALLER = 0.95
# A bare number in larger type than the text is a heading (a year, a chapter), no page number.
LARGER = 1.1

# Stands for a Roman number in the masked words of a line.
ROMAN = "ivx"

_DIGITS = re.compile(r"\d+")
LONGEST_ROMAN = 7
_ROMAN = re.compile(rf"[ivxlc]{{1,{LONGEST_ROMAN}}}|[IVXLC]{{1,{LONGEST_ROMAN}}}")
_NUMERALS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class Edge(NamedTuple):
    """A line near the top or the bottom of a page."""

    page: int
    line: Line
    text: str
    height: float
    """Its middle in points from the nearer edge of the page; -1 where nothing is known."""
    apart: bool
    """A gap separates it from the text, or it lies in the margin."""
    top: bool
    depth: int = 0
    """0 for the outermost row of the page, then 1, 2."""
    margin: bool = False
    """It lies in the outer half of the page's margin."""
    inner: float = 0.0
    """The largest type size of the rows next to it on the inner side."""
    mask: str = ""
    """Its words, with one sign in place of all digits."""


def find(removals: Removals, pages: Sequence[Page]) -> None:
    """Ask for the removal of what belongs to the pages of a PDF and not to its text."""
    overlays.find(removals, pages)
    slots: dict[tuple[bool, int], list[Edge]] = defaultdict(list)
    for edge in _edges(removals.text, pages):
        slots[edge.top, round(edge.height / DRIFT)].append(edge)
    size = _body_size(pages)
    named: dict[Line, tuple[Edge, str, str]] = {}
    for slot, edges in sorted(slots.items()):
        # A header may straddle the border between two slots.
        near = [*edges, *slots.get((slot[0], slot[1] + 1), ())]
        if len(near) < 2:
            continue
        running = list(
            {
                edge.line: edge
                for edge in chain(_running(near, len(pages), size), _slot(near, len(pages), size))
            }.values()
        )
        named.update((found[0].line, found) for found in _named(running))
    rows = {(edge.page, edge.top, edge.depth) for edge, _, _ in named.values()}
    for edge, rule, why in named.values():
        # What stands further out than a running line is no text of the body. Numbers that
        # count the pages are proof enough: a figure may reach further down.
        if rule == "running.page-number" or all(
            (edge.page, edge.top, depth) in rows for depth in range(edge.depth)
        ):
            removals.remove(edge.line.start, stop(removals.text, edge.line), rule, why)


def _body_size(pages: Sequence[Page]) -> float:
    """Return the type size in which most of the text is set; 0 where nothing is known."""
    exact: dict[float, int] = {}
    for page in pages:
        for line in page.lines:
            exact[line.size] = exact.get(line.size, 0) + line.end - line.start
    sizes: Counter[float] = Counter()
    for size, weight in exact.items():
        sizes[round(size, 1)] += weight
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _slot(edges: Sequence[Edge], count: int, size: float) -> Iterator[Edge]:
    """Yield all lines of one height where nearly every page has one, set smaller than the text.

    So the headers of short chapters go, which stand on one page only.
    """
    outermost = [edge for edge in edges if edge.depth == 0 and 0 < edge.line.size <= SMALLER * size]
    if len({edge.page for edge in outermost}) < max(PAGES + 1, 0.8 * count):
        return
    if len({round(edge.line.size, 1) for edge in outermost}) > 1:
        return
    words, repeated = Counter(edge.mask for edge in outermost).most_common(1)[0]
    if not outermost[0].top:
        # Footnotes are as small and as level, and every page may close with one.
        if repeated >= 0.8 * len(outermost):
            yield from (edge for edge in outermost if edge.mask == words)
        return
    enough = 2 if all(edge.apart for edge in outermost) else max(PAGES, 0.4 * len(outermost))
    if repeated >= enough:
        yield from outermost


def _named(edges: Sequence[Edge]) -> Iterator[tuple[Edge, str, str]]:
    """Name the rule for each running line."""
    count = len({edge.page for edge in edges})
    for edge in edges:
        if _DIGITS.fullmatch(edge.text.strip(" -—–·.|/")) or _ROMAN.fullmatch(
            edge.text.strip(" -—–")
        ):
            yield edge, "running.page-number", f"counts the pages, on {count} pages"
        elif edge.top:
            yield edge, "running.header", f"same height and words on {count} pages"
        else:
            yield edge, "running.footer", f"same height and words on {count} pages"


def _edges(text: str, pages: Sequence[Page]) -> Iterator[Edge]:
    """Yield the outermost lines of each page with their heights."""
    for page in pages:
        lines = [
            line
            for line in page.lines
            if line.end > line.start
            and line.visible
            and (not line.angle or line.angle % 360 < 1 or line.angle % 360 > 359)
        ]
        boxed = [line for line in lines if line.box is not None]
        if not lines:
            continue
        if len(boxed) == len(lines) and page.height > 0:
            yield from _by_height(text, page, boxed)
        else:
            for line, top in ((lines[0], True), (lines[-1], False))[: len(lines)]:
                words = text[line.start : line.end].strip()
                yield Edge(page.number, line, words, -1.0, False, top, mask=_mask(words))


def _by_height(text: str, page: Page, lines: list[Line]) -> Iterator[Edge]:
    heights, rows = _by_middle(lines)
    gaps = list(map(sub, heights[1:], heights))
    wide = APART * median(gaps) if gaps else 0.0
    for top in (True, False):
        if top:
            ordered, middles_of, outer = rows, heights, gaps[:DEPTH]
        else:
            ordered, middles_of, outer = rows[::-1], heights[::-1], gaps[: -DEPTH - 1 : -1]
        for depth, row in enumerate(ordered[:DEPTH]):
            height = middles_of[depth] if top else page.height - middles_of[depth]
            # The gap that counts lies between the header's last row and the text.
            apart = len(rows) > DEPTH and max(outer[depth:]) >= wide
            margin = height <= MARGIN / 2 * page.height
            inside = chain.from_iterable(ordered[depth + 1 : depth + 4])
            inner = max([line.size for line in inside], default=0.0)
            for line in row:
                words = text[line.start : line.end].strip()
                yield Edge(
                    page.number,
                    line,
                    words,
                    height,
                    apart or margin,
                    top,
                    depth,
                    margin,
                    inner,
                    _mask(words),
                )


def _by_middle(lines: Sequence[Line]) -> tuple[list[float], list[list[Line]]]:
    """Lines by the row of the page that they stand on, from the top, and their heights there."""
    boxes = [line.box for line in lines if line.box]
    heights = [(box[1] + box[3]) / 2 for box in boxes]
    steps = map(sub, heights[1:], heights)
    tall = [box[3] - box[1] for box in boxes[1:]]
    if all(step >= 2.0 and 2 * step >= high for step, high in zip(steps, tall, strict=True)):
        # Most pages are written from the top down, each line a row for itself.
        return heights, [[line] for line in lines]
    middles = sorted(zip(heights, lines, boxes, strict=True))
    heights = []
    rows: list[list[Line]] = []
    for middle, line, (_, above, _, below) in middles:
        if rows and middle - heights[-1] < max(2.0, (below - above) / 2):
            rows[-1].append(line)
        else:
            heights.append(middle)
            rows.append([line])
    return heights, rows


def _running(edges: Sequence[Edge], count: int, size: float) -> Iterator[Edge]:
    """Yield those lines of one height that run: same words, digits constant or counting."""
    groups: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.mask].append(edge)
    for mask, group in groups.items():
        if len(group) < 2:
            continue
        numbers = [edge.page for edge in group]
        if len(set(numbers)) < len(numbers):
            # Twice on one page: cells of a table, unless it stands left and right of the page.
            if max(Counter(numbers).values()) > 2:
                continue
            group = list({edge.page: edge for edge in group}.values())
            numbers = [edge.page for edge in group]
        counting = _counts_pages(group)
        if "#" in mask and not counting and not _same_digits(group):
            group = _largest_same(group)
            numbers = [edge.page for edge in group]
        is_short = count <= FEW_PAGES and _in_one_place(group, counting=counting)
        enough = 2 if count < PAGES or is_short else PAGES
        if len(group) < enough:
            continue
        # A number in larger type inside the page is a heading: a year, a chapter.
        if counting and any(
            edge.line.size > LARGER * size > 0 and not edge.margin for edge in group
        ):
            continue
        if mask.strip(" #-—–·.|/") in ("", ROMAN):
            if counting:
                yield from group
            continue
        # Every page, every other page, or a chapter's stretch of pages.
        steps = [two - one for one, two in pairwise(sorted(numbers))]
        if median(steps) > 2:
            continue
        # Smaller than what stands next to it: the head of a table is as small as its rows.
        separated = sum(
            edge.apart or 0 < edge.line.size <= SMALLER * edge.inner for edge in group
        ) * 2 > len(group)
        blind = all(edge.height < 0 for edge in group)
        if separated or (blind and (counting or len(group) >= 0.8 * count)):
            yield from group


def _in_one_place(group: Sequence[Edge], *, counting: bool) -> bool:
    """Say whether lines of a short document are one and the same, but for a number that may count
    the pages."""
    if not all(edge.apart and edge.line.box for edge in group):
        return False
    if not counting and not _same_digits(group):
        return False
    # Two paragraphs that close with the same words, too, end apart and at one height.
    if not counting and not all(0 < edge.line.size <= SMALLER * edge.inner for edge in group):
        return False
    sides = [edge.line.box for edge in group if edge.line.box]
    # A number that grows moves one side of its line, or both by as much.
    level = any(
        max(values) - min(values) <= PLACE
        for values in (
            [box[0] for box in sides],
            [box[2] for box in sides],
            [(box[0] + box[2]) / 2 for box in sides],
        )
    )
    sizes = [edge.line.size for edge in group]
    return level and max(sizes) - min(sizes) < 0.1


def _mask(text: str) -> str:
    bare = text.strip(" -—–")
    if len(bare) <= LONGEST_ROMAN and _ROMAN.fullmatch(bare):
        return ROMAN
    return _DIGITS.sub("#", " ".join(text.split()))


def _largest_same(group: Sequence[Edge]) -> list[Edge]:
    words: dict[str, list[Edge]] = defaultdict(list)
    for edge in group:
        words[" ".join(edge.text.split())].append(edge)
    return max(words.values(), key=len)


def _same_digits(group: Sequence[Edge]) -> bool:
    return len({" ".join(edge.text.split()) for edge in group}) == 1


def _counts_pages(group: Sequence[Edge]) -> bool:
    """Say whether one number of the lines rises with the pages and all others stay."""
    if len(group) < 2:
        return False
    rows = [[int(found) for found in _DIGITS.findall(edge.text)] for edge in group]
    if not rows[0]:
        romans = [_roman(edge.text.strip(" -—–")) for edge in group]
        return (
            all(romans)
            and len({value - edge.page for value, edge in zip(romans, group, strict=True)}) == 1
        )
    if len({len(row) for row in rows}) > 1:
        return False
    rising = False
    for column in range(len(rows[0])):
        values = [row[column] for row in rows]
        offsets = Counter(value - edge.page for value, edge in zip(values, group, strict=True))
        # A few pages may be numbered apart (covers, plates): nine of ten must agree.
        if len(set(values)) > 1:
            if offsets.most_common(1)[0][1] * 10 < len(group) * 9:
                return False
            rising = True
    return rising


def _roman(text: str) -> int:
    total = previous = 0
    for letter in reversed(text.lower()):
        value = _NUMERALS.get(letter, 0)
        total += value if value >= previous else -value
        previous = max(previous, value)
    return total
