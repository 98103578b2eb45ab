"""Page marks that have a line to themselves, on a page that a site made.

Such a page shows few of them: a viewer's sample has two or three pages. What proves them is the
run from 1 on, each once and in order, at the distance of pages; a bare figure must also stand at
the end of its page: behind the last line of the report, or where the page tells as many pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.strip.lines import Removals, TextLine

# Distance between marks that say that they are pages, in characters, and between other figures.
# Samples with two marked pages were seen at 110; cells of a table and steps are nearer.
NEAR = 60
NEAR_FIGURE = 150
# The longest line that is a mark, in characters.
LONGEST = 24

_N = r"[ \t\u3000]*([0-9]{1,4})[ \t\u3000]*"
_OPEN, _CLOSE = r"[-—–(\uff08\[【]?[ \t]?", r"[ \t]?[-—–)\uff09\]】]?"
# The first group is the number of the page, the second, where there is one, the number of pages.
_FORMS = (
    (
        "of-total",
        rf"{_OPEN}第{_N}[页頁][ \t,\uff0c、/|]*[(\uff08]?[共总總]{_N}[页頁]{_CLOSE}",
    ),
    ("of-total", rf"[Pp]age{_N}(?:of|/){_N}"),
    ("of-total", rf"{_N}/{_N}(?:[页頁]|ページ|페이지|쪽)"),
    ("page", rf"{_OPEN}第{_N}[页頁]{_CLOSE}"),
    ("page", rf"(?:[Pp]age|[Pp]\.){_N}"),
    ("dashed", rf"[-—–~·•]+{_N}[-—–~·•]+"),
    ("fraction", rf"{_N}[/\uff0f]{_N}"),
    ("figure", _N),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _FORMS)
# Forms that say by themselves that they count pages of so many: one is enough.
_TOLD = frozenset(["of-total"])


def find(removals: Removals, report: Sequence[TextLine], pages: int | None) -> None:
    """Ask for the removal of page marks among the lines of a report.

    `report` holds its lines that are not blank, of a page proven to be a site's; `pages` the
    number of pages that the notices tell of.

    >>> text = "水情正常。" * 20 + "\\n- 1 -\\n" + "渠道畅通。" * 20 + "\\n- 2 -\\n"
    >>> from ingest.strip.lines import split
    >>> removals = Removals(text)
    >>> find(removals, split(text), None)
    >>> [edit.before for edit in removals.edits]
    ['- 1 -\\n', '- 2 -\\n']
    """
    found: dict[tuple[str, int], list[tuple[int, TextLine]]] = {}
    for line in report:
        text = line.text.strip()
        if not 0 < len(text) <= LONGEST:
            continue
        for name, form in _COMPILED:
            if mark := form.fullmatch(text):
                number, total = int(mark[1]), int(mark[2]) if form.groups > 1 else 0
                found.setdefault((name, total), []).append((number, line))
                break
    for (name, total), marks in found.items():
        if _counts_pages(name, total, marks, report, pages):
            why = f"pages {marks[0][0]} to {marks[-1][0]} in order, each on its line"
            for _, line in marks:
                removals.remove_line(line, "mark.page-line", why)


def _counts_pages(
    name: str,
    total: int,
    marks: Sequence[tuple[int, TextLine]],
    report: Sequence[TextLine],
    pages: int | None,
) -> bool:
    numbers = [number for number, _ in marks]
    if any(two != one + 1 for one, two in pairwise(numbers)) or (total and numbers[-1] > total):
        return False
    if name in _TOLD:
        return True
    near = NEAR_FIGURE if name in ("figure", "fraction") else NEAR
    far = all(two.start - one.end >= near for (_, one), (_, two) in pairwise(marks))
    if len(marks) < 2 or not far or numbers[0] != 1:
        return False
    if name == "fraction":
        return numbers[-1] == total
    if name == "figure":
        return pages == len(marks) or marks[-1][1].start == report[-1].start
    return True
