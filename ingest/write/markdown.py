"""A document as Markdown (CommonMark with pipe tables).

Headings come from the size of the type and from the outline, tables from tabs, lists from their bullets.
What is not known is not guessed: bold headings in the body's size stay paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.document import Document
from ingest.write.escape import escaped
from ingest.write.tables import rows_of

# Size and height of a line both larger than the body's by this make it a heading: 13 on
# 12 points are, one odd character's size or one taller font's height alone are not.
_LARGER = 1.07
# A heading is at most that long; large type over more text is a pull quotation.
_LONGEST = 120
# Six levels, the first of which is the title's.
_DEEPEST = 6

# Stands for the size of a title that is set no larger than the text.
_TITLE = -1.0

_BLOCK = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_BULLET = re.compile(r"[•●■▪◆❖➢✔✓‣○□◇▶►※❑➔⬥⋅·]\s*(?=\S)")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")


def render(document: Document) -> str:
    r"""Return the document as Markdown, ending with one line end.

    The title of the metadata becomes the first heading, unless the text begins with it.

    >>> print(render(Document.from_text("year\tcases\n2019\t12\n")))
    | year | cases |
    | --- | --- |
    | 2019 | 12 |
    <BLANKLINE>
    """
    text = document.text
    levels = _Levels(document)
    parts: list[str] = []
    title = document.metadata.get("title")
    if isinstance(title, str) and title.strip():
        title = " ".join(title.split())
        first = _BLOCK.search(text)
        if first is None or _bare(title) not in (_bare(first[0]), _bare(first[0].split("\n")[0])):
            parts.append(f"# {escaped(title)}")
            levels.deepen()
        elif not levels.of(first.start(), first.end()):
            # The text's own first line is the title, though its size does not say so.
            levels.add_title(first.start(), first.start() + len(first[0].split("\n")[0]))
    for block in _BLOCK.finditer(text):
        parts.extend(_rendered(block[0], block.start(), levels))
    return "\n\n".join(parts) + "\n" if parts else ""


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _rendered(block: str, start: int, levels: _Levels) -> Iterator[str]:
    """Yield the Markdown blocks of what stands between two blank lines."""
    run: list[str] = []
    kind = ""
    at = start
    lines = block.split("\n")
    rows = rows_of(lines)
    if rows:
        yield _table(rows)
        return
    for line in lines:
        level = levels.of(at, at + len(line)) or levels.of_words(line)
        at += len(line) + 1
        now = "heading" if level else _line_kind(line)
        if run and (now != kind or now == "heading"):
            yield _block(run, kind)
            run = []
        kind = now
        run.append(f"{'#' * level} {escaped(line.strip())}" if level else line)
    yield _block(run, kind)


def _line_kind(line: str) -> str:
    return "item" if _BULLET.match(line) or _ITEM.match(line) else "line"


def _block(lines: Sequence[str], kind: str) -> str:
    if kind == "heading":
        return lines[0]
    if kind == "item":
        return "\n".join(_item(line) for line in lines)
    # Lines of one block stay lines: verse, addresses.
    return "  \n".join(escaped(line) for line in lines)


def _item(line: str) -> str:
    bullet = _BULLET.match(line)
    if bullet:
        return "- " + escaped(line[bullet.end() :])
    marker = _ITEM.match(line)
    end = marker.end() if marker else 0
    return line[:end] + escaped(line[end:])


def _table(rows: Sequence[Sequence[str]]) -> str:
    width = max(map(len, rows))
    lines = [
        "| "
        + " | ".join(escaped(cell).replace("|", "\\|") for cell in row)
        + " | " * (width - len(row))
        + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


class _Levels:
    """The level of the heading that a span of the text is, by the size of its lines."""

    def __init__(self, document: Document) -> None:
        self._starts: list[int] = []
        self._spans: list[tuple[int, int, float]] = []
        self._offset = 0
        sizes: Counter[float] = Counter()
        heights: Counter[float] = Counter()
        lines: list[tuple[int, int, float, float]] = []
        for page in document.layout() if any(page.lines for page in document.pages) else ():
            for start, end, box, size, angle, visible in page.lines:
                if start < end and box is not None and visible and not angle:
                    height = box[3] - box[1]
                    lines.append((start, end, size or height, height))
                    sizes[round(size or height, 1)] += end - start
                    heights[round(height, 1)] += end - start
        size = max(sizes, key=sizes.__getitem__, default=1.0)
        height = max(heights, key=heights.__getitem__, default=1.0)
        for start, end, own, tall in lines:
            larger = min(own / size, tall / height) >= _LARGER and end - start <= _LONGEST
            self._starts.append(start)
            self._spans.append((start, end, round(own * 2) / 2 if larger else 0.0))
        larger_sizes = {span[2] for span in self._spans if span[2]}
        outline = document.metadata.get("outline", ())
        titles = outline if isinstance(outline, tuple) else ()
        self._outlined = frozenset(filter(None, map(_bare, titles)))
        self._ranks = {size: rank for rank, size in enumerate(sorted(larger_sizes)[::-1], 1)}

    def deepen(self) -> None:
        """Put every heading one level down: the title stands above them."""
        self._offset = 1

    def add_title(self, start: int, end: int) -> None:
        """Take a span for the title."""
        self.deepen()
        at = bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._spans.insert(at, (start, end, _TITLE))

    def of_words(self, line: str) -> int:
        """Return the level of a line that the outline names, below those told by their size."""
        if not self._outlined or len(line) > _LONGEST or _bare(line) not in self._outlined:
            return 0
        return min(len(self._ranks) + 1 + self._offset, _DEEPEST)

    def of(self, start: int, end: int) -> int:
        """Return the level of the heading in `[start, end)`; 0: it is none."""
        if end - start > _LONGEST or not self._spans:
            return 0
        at = bisect_right(self._starts, start) - 1
        if at < 0:
            return 0
        sizes: list[float] = []
        while at < len(self._spans) and self._spans[at][0] < end:
            if self._spans[at][1] > start:
                sizes.append(self._spans[at][2])
            at += 1
        if not sizes:
            return 0
        if _TITLE in sizes:
            return 1
        rank = self._ranks.get(min(sizes), 0)
        return min(rank + self._offset, _DEEPEST) if rank else 0
