"""Page marks that have a line to themselves, on a page that a site made.

Such a page shows few of them: a viewer's sample has two or three pages, from anywhere in the
document. What proves them is the run, each once and in order, at the distance of pages. Of marks
with a word for a page all but the number must be the same; a bare figure must begin with 1, and
stand at the end of its page: behind the last line of the report, or where the page tells as many
pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.strip.lines import Removals, TextLine, split

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
    ("dashed", rf"[-—–~·•=_*|<>«»]{{1,6}}{_N}[-—–~·•=_*|<>«»]{{1,6}}"),
    ("fraction", rf"{_N}(?:[/\uff0f]|of|von|de|sur|из){_N}"),
    ("figure", _N),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _FORMS)
# Words of a page, and of what a viewer shows of it. Lines that have one and are the same but for a
# number count pages, whatever else they say: a title, a site's name.
_WORD = re.compile(
    r"[页頁쪽]|ページ|페이지|预览|預覽|プレビュー|미리보기"
    r"|(?<![a-z])(?:pages?|pg|pp?|seite|blatt|sheet|slide|folio|preview|vorschau|página|pagina|pág"
    r"|стр|страница|лист)(?![a-z])",
    re.IGNORECASE,
)
LONGEST_NAMED = 40
# From so many parts on, lines that are nothing but `3/12` and `4/12` count pages: a report has few
# parts of which it says no more than their number.
MANY = 9
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")
_SENTENCE_ENDS = tuple("。！？.!?；;：:")
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
            _take(removals, marks)
    # The mark of the first page may stand above the report.
    for marks in _named(removals.left(split(removals.text))):
        if _counts_pages("page", 0, marks, report, pages):
            _take(removals, marks)


def _take(removals: Removals, marks: Sequence[tuple[int, TextLine]]) -> None:
    why = f"pages {marks[0][0]} to {marks[-1][0]} in order, each on its line"
    for _, line in marks:
        removals.remove_line(line, "mark.page-line", why)


def _named(lines: Sequence[TextLine]) -> Iterator[list[tuple[int, TextLine]]]:
    """Yield lines with a word of a page that are the same but for one number, with that number."""
    alike: dict[tuple[str, str], list[tuple[int, TextLine]]] = {}
    for line in lines:
        text = line.text.strip()
        if not 0 < len(text) <= LONGEST_NAMED or text.endswith(_SENTENCE_ENDS):
            continue
        if _WORD.search(text):
            for number in _NUMBER.finditer(text):
                beside = text[: number.start()], text[number.end() :]
                alike.setdefault(beside, []).append((int(number[0]), line))
    yield from alike.values()


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
    if len(marks) < 2 or not far:
        return False
    if name == "fraction":
        return total in (pages, numbers[-1]) or total >= MANY
    if name == "figure":
        told = pages == len(marks) or marks[-1][1].start == report[-1].start
        return numbers[0] == 1 and told
    return True
