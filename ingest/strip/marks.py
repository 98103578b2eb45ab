"""Page marks: what a print or a viewer left of its page numbers inside the text.

A mark alone proves nothing: `2/4` is a fraction, a score, a date, a time signature. What
proves marks is the sequence: all of 1 to N, in order, each once, at even distance, and N
what the page itself says its number of pages is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from ingest.strip.folding import is_word
from ingest.strip.lines import Removals

# Distance between marks, in characters, below which they cannot be pages. A printed page of
# Chinese holds 300 to 1,200; short samples with thumbnails to agree with were seen at 110.
NEAR = 150
NEAR_PROVEN = 25
# How uneven pages may be: tables and pictures make a page of text shorter, seen up to 3.1.
UNEVEN = 4.0
# Without a page count to agree with, fewer marks than this are left.
FEW = 4
# So many must there be where their interrupting sentences is the proof.
INTERRUPTING = 5

# It begins with a plain character: the engine skips to it.
_OF = re.compile(
    r"第[ \t]?(\d{1,4})[ \t]?[页頁][ \t]?[,，、/]?[ \t]?[（(]?[共总總][ \t]?(\d{1,4})[ \t]?[页頁]"
    r"(?:[ \t]?[-—–)）\]】])?"
)
_OF_FIRST = re.compile(
    r"[共总總][ \t]?(\d{1,4})[ \t]?[页頁][ \t]?[,，、/]?[ \t]?第[ \t]?(\d{1,4})[ \t]?[页頁]"
)
# What it ends with begins with a plain character, which is asked first.
_BEHIND_TOTAL = re.compile(r"第(?<=[页頁 \t,，、/]第)[ \t]?\d{1,4}[ \t]?[页頁]")
_PAGE_OF = re.compile(r"Page[ \t](\d{1,4})[ \t]of[ \t](\d{1,4})")
_BEFORE = re.compile(r"[-—–(（\[【][ \t]?\Z")
_DASHES = ("-", "—", "–")
_INDENTED_OR_DASHED = re.compile("\n[-—– ]")
_DASHED = re.compile(r"^[ \t]*[-—–]\s?(\d{1,4})\s?[-—–][ \t\r]*$", re.MULTILINE)


class PageMark(NamedTuple):
    """One place that may be page `number` of `total`."""

    number: int
    total: int
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def fractions(text: str) -> list[PageMark]:
    """Return every `k/N` that could be a page mark: not in brackets, no part of a longer figure.

    >>> [(mark.number, mark.total) for mark in fractions("文化2/4以上，(3/4)，2018/4/5，5/4")]
    [(2, 4)]
    """
    found = []
    slash = text.find("/")
    while slash >= 0:
        start, end = slash, slash + 1
        while start and slash - start < 5 and "0" <= text[start - 1] <= "9":
            start -= 1
        while end < len(text) and end - slash < 6 and "0" <= text[end] <= "9":
            end += 1
        if 1 <= slash - start <= 4 and 2 <= end - slash <= 5:
            before = text[start - 1] if start else "\n"
            after = text[end] if end < len(text) else "\n"
            number, total = int(text[start:slash]), int(text[slash + 1 : end])
            bracketed = before in "(（[【" and after in ")）]】"
            if (
                1 <= number <= total
                and total >= 2
                and before not in "./:-+*=%"
                and after not in "/:%+*="
                and not bracketed
                and not (after == "." and text[end + 1 : end + 2].isdigit())
            ):
                found.append(PageMark(number, total, start, end))
        slash = text.find("/", end)
    return found


def find(removals: Removals, body: tuple[int, int], pages: int | None) -> None:
    """Ask for the removal of the page marks in the report.

    `body` is the report's span, `pages` the number of pages that the notices tell of (None:
    they do not).
    """
    text = removals.text
    if "/" in text:
        totals: dict[int, list[PageMark]] = {}
        for mark in fractions(text):
            if (
                body[0] <= mark.start
                and mark.end <= body[1]
                and removals.free(mark.start, mark.end)
            ):
                totals.setdefault(mark.total, []).append(mark)
        for total, marks in totals.items():
            _run(removals, marks, total, body, pages)
    _of_total(removals, pages, body)
    _dashed(removals)


def _run(
    removals: Removals,
    marks: Sequence[PageMark],
    total: int,
    body: tuple[int, int],
    pages: int | None,
) -> None:
    groups: dict[int, list[PageMark]] = {}
    for mark in marks:
        groups.setdefault(mark.number, []).append(mark)
    if len(groups) < total:
        return
    agreed = pages == total
    certain, unclear = [], []
    step = (body[1] - body[0]) / total
    for number in range(1, total + 1):
        candidates = sorted(
            groups[number], key=lambda mark: abs(mark.start - body[0] - (number - 1) * step)
        )
        best = candidates[0]
        # A second place for the same page is told apart only where it lies far off.
        if len(candidates) > 1:
            off = [abs(mark.start - body[0] - (number - 1) * step) for mark in candidates[:2]]
            if off[1] < 3 * off[0] + step / 4:
                unclear += candidates
                continue
        certain.append(best)
    if not _sequence(certain, total, agreed, len(unclear)):
        return
    proven = agreed or (
        total >= FEW
        and not unclear
        and (_opens_line(removals.text, certain[0]) or _interrupting(removals.text, certain, body))
    )
    if not proven:
        for mark in certain:
            removals.propose(
                mark.start, mark.end, "mark.page-of-pages", "no page count to agree with"
            )
        return
    chosen = set(certain)
    for mark in marks:
        if mark not in chosen and mark not in unclear:
            removals.propose(
                mark.start, mark.end, "mark.page-of-pages", "a second place for one page"
            )
    why = f"all of 1/{total} to {total}/{total} in order" + (
        ", as many as the page says" if agreed else ""
    )
    for mark in certain:
        take(removals, mark.span, "mark.page-of-pages", why)
    for mark in unclear:
        removals.propose(mark.start, mark.end, "mark.page-of-pages", "two places for one page")


def _sequence(marks: Sequence[PageMark], total: int, agreed: bool, unclear: int) -> bool:
    """Say whether marks ascend at even distance. A few pages may be unclear, not the most."""
    if len(marks) * 2 <= total or (unclear and not agreed):
        return False
    if any(one.start >= two.start for one, two in pairwise(marks)):
        return False
    gaps = [(two.start - one.end) / (two.number - one.number) for one, two in pairwise(marks)]
    if not gaps:
        return False
    middle = median(gaps)
    near = NEAR_PROVEN if agreed else NEAR
    return middle >= near and all(middle / UNEVEN <= gap <= middle * UNEVEN for gap in gaps)


def _opens_line(text: str, mark: PageMark) -> bool:
    return not text[: mark.start].rpartition("\n")[2].strip() if mark.start < 2000 else False


def _interrupting(text: str, marks: Sequence[PageMark], body: tuple[int, int]) -> bool:
    """Say whether marks cut through the sentences of the whole report, as content never does.

    Steps and parts that a report counts stand at the beginning of a line, or after the same
    word each time; what it measures does not run from 1/7 to 7/7 at the distance of pages.
    """
    if len(marks) < INTERRUPTING:
        return False
    within = [mark for mark in marks if _inside_sentence(text, mark)]
    before = {text[mark.start - 2 : mark.start] for mark in within}
    page = (body[1] - body[0]) / len(marks)
    reaching = marks[0].start - body[0] < 2 * page and body[1] - marks[-1].end < 2 * page
    return reaching and len(before) * 3 > len(marks) * 2


def _inside_sentence(text: str, mark: PageMark) -> bool:
    beside = text[mark.start - 1 : mark.start] + text[mark.end : mark.end + 1]
    return len(beside) == 2 and all(is_word(one) and not one.isascii() for one in beside)


def take(removals: Removals, span: tuple[int, int], rule: str, why: str) -> None:
    """Remove a span: with its line where it has one to itself, else healing the sentence."""
    text = removals.text
    left, right = start, end = span
    while left and text[left - 1] in " \t\u3000":
        left -= 1
    while right < len(text) and text[right] in " \t\r\u3000":
        right += 1
    at_start = left == 0 or text[left - 1] == "\n"
    at_end = right == len(text) or text[right] == "\n"
    if at_start and at_end:
        start, end = left, min(right + 1, len(text))
    elif at_start:
        end = right
    elif at_end:
        start = left
    elif (
        left < start and right > end and not (text[left - 1].isascii() and is_word(text[left - 1]))
    ):
        # Spaces on both sides were set for the mark; between words of Latin letters one stays.
        start, end = left, right
    removals.remove(start, end, rule, why)


def _of_total(removals: Removals, pages: int | None, body: tuple[int, int]) -> None:
    totals: dict[int, list[PageMark]] = {}
    text = removals.text
    # A single character is looked for ten times as fast; without it there is no mark.
    paged = "第" in text and ("页" in text or "頁" in text)
    total_first = paged and _BEHIND_TOTAL.search(text) is not None
    for found in chain(
        _OF.finditer(text, *body) if paged else (),
        _PAGE_OF.finditer(text, *body),
        _OF_FIRST.finditer(text, *body) if total_first else (),
    ):
        number, total = int(found[1]), int(found[2])
        if found.re is _OF_FIRST:
            number, total = total, number
        start, end = found.span()
        if decoration := _BEFORE.search(text, max(body[0], start - 2), start):
            start = decoration.start()
        if 1 <= number <= total and removals.free(start, end):
            totals.setdefault(total, []).append(PageMark(number, total, start, end))
    for total, marks in totals.items():
        numbers = [mark.number for mark in marks]
        ascending = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        alone = all(_alone(removals.text, mark) for mark in marks)
        complete = numbers == list(range(1, total + 1))
        far = all(two.start - one.end >= NEAR_PROVEN for one, two in pairwise(marks))
        if not ascending or not far or len(marks) < 2:
            continue
        if alone or (complete and (total >= FEW or pages == total)):
            why = f"pages {numbers[0]} to {numbers[-1]} of {total} in order"
            for mark in marks:
                take(removals, mark.span, "mark.page-of-total", why)
        else:
            for mark in marks:
                removals.propose(
                    mark.start, mark.end, "mark.page-of-total", "not all pages in order"
                )


def _alone(text: str, mark: PageMark) -> bool:
    start = text.rfind("\n", 0, mark.start) + 1
    end = text.find("\n", mark.end)
    return (
        not text[start : mark.start].strip()
        and not text[mark.end : end if end >= 0 else None].strip()
    )


def _dashed(removals: Removals) -> None:
    """Remove lines `- 3 -` where they count the pages: three or more, each one higher."""
    marks = [
        PageMark(int(found[1]), 0, *found.span())
        for found in (_DASHED.finditer(removals.text) if _has_dashed(removals.text) else ())
        if removals.free(*found.span())
    ]
    numbers = [mark.number for mark in marks]
    if len(marks) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        for mark in marks:
            take(
                removals, mark.span, "mark.dashed", f"pages {numbers[0]} to {numbers[-1]} in order"
            )


def _has_dashed(text: str) -> bool:
    if not any(dash in text for dash in _DASHES):
        return False
    return text.startswith(_DASHES) or _INDENTED_OR_DASHED.search(text) is not None


def numbered(pieces: Iterable[str]) -> list[int]:
    """Return the numbers that lines begin with as slice marks do: `12、`, 0 where none.

    >>> numbered(["1、关于", "正文", "2、于是"])
    [1, 0, 2]
    """
    found = (re.match(r"\s*(\d{1,3})、", piece) for piece in pieces)
    return [int(match[1]) if match else 0 for match in found]
