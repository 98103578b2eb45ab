"""What lies over or under the text of a PDF's pages: rotated watermarks, hidden text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ingest.document import Line, Page
from ingest.strip.lines import Removals

# Pages that upright text at the side must stand on: less often it heads a table's column.
PAGES = 3


def find(removals: Removals, pages: Sequence[Page]) -> None:
    """Ask for the removal of text that no reader sees, and of watermarks across pages."""
    _hidden(removals, pages)
    _rotated(removals, pages)


def stop(text: str, line: Line) -> int:
    """Return the end of a line with its line end."""
    return line.end + 1 if text[line.end : line.end + 1] == "\n" else line.end


def _hidden(removals: Removals, pages: Sequence[Page]) -> None:
    for page in pages:
        unseen = [line for line in page.lines if not line.visible and line.end > line.start]
        if not unseen:
            continue
        hidden = sum(line.end - line.start for line in unseen)
        everything = sum(line.end - line.start for line in page.lines)
        # A scan with a text layer shows nothing of it: there the hidden text is the text.
        if hidden * 2 > everything:
            continue
        for line in unseen:
            removals.remove(
                line.start, stop(removals.text, line), "hidden.text", "no reader sees it"
            )


def _rotated(removals: Removals, pages: Sequence[Page]) -> None:
    rotated: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            if line.angle % 360 > 1 and line.angle % 360 < 359 and line.visible:
                rotated[removals.text[line.start : line.end].strip()].append((page.number, line))
    for words, places in rotated.items():
        count = len({number for number, _ in places})
        upright = all(line.angle % 90 < 1 or line.angle % 90 > 89 for _, line in places)
        # Upright text at the side is often the head of a table's column: it must repeat more.
        enough = count >= PAGES if upright else count >= 2 or len(places) >= PAGES
        for _, line in places:
            if not words:
                continue
            if enough:
                removals.remove(
                    line.start, stop(removals.text, line), "watermark.rotated", f"on {count} pages"
                )
            elif not upright:
                removals.propose(line.start, line.end, "watermark.rotated", "on one page only")
