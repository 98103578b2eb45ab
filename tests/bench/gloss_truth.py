"""What became of the damaged places of a simulated page, character by character."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.document import Edit
from ingest.repair.glosses import octets
from ingest.repair.glosses.weigh import Weigher

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

import damage  # the simulator lives beside the fixtures

LOST = "�"

#: The classes of characters that lost one byte: the lead byte at the start of a run, the
#: trail byte at its end, either at a pair that vanished.
CLASSES = ("start", "end", "pair")


class Cluster(NamedTuple):
    """A damaged stretch of a page with the edits that touch it, seen from both sides."""

    truth: str
    known: str  # for each character of the truth, as `damage.Place` says
    written: str
    touched: str  # for each character of what is written: + from an edit, = as it stood
    kinds: frozenset[str]
    sure: bool  # all edits are proven
    span: tuple[int, int]
    readings: tuple[str, ...]  # those glued behind characters that are whole


def clusters(page: damage.Page, edits: Sequence[Edit]) -> Iterator[Cluster]:
    """Damaged places and edits, joined where they touch."""
    spans: list[tuple[int, int, damage.Place | None, Edit | None]] = [
        (place.start, place.end, place, None)
        for place in page.places
        if place.kind != "outside-gbk"
    ]
    spans += [(edit.start, edit.end, None, edit) for edit in edits]
    spans.sort(key=lambda span: span[:2])
    group: list[tuple[int, int, damage.Place | None, Edit | None]] = []
    end = -1
    for span in spans:
        if group and span[0] >= end and not span[0] == span[1] == end:
            yield _cluster(page.text, group)
            group = []
        group.append(span)
        end = max(end, span[1]) if len(group) > 1 else span[1]
    if group:
        yield _cluster(page.text, group)


def _cluster(text: str, group: list[tuple[int, int, damage.Place | None, Edit | None]]) -> Cluster:
    start, end = group[0][0], max(span[1] for span in group)
    truth, known, written, sure = "", "", "", True
    at = start
    kinds = set()
    readings = []
    for _, _, place, _ in group:
        if place:
            if not place.original:
                readings.append(text[place.start : place.end])
            gap = text[at : place.start]
            truth, known = truth + gap + place.original, known + "=" * len(gap) + place.known
            at = place.end
            kinds.add(place.kind)
    truth, known = truth + text[at:end], known + "=" * (end - at)
    at = start
    touched = ""
    for _, _, _, edit in group:
        if edit:
            written += text[at : edit.start] + edit.after
            touched += "=" * (edit.start - at) + "+" * len(edit.after)
            at = edit.end
            sure = sure and edit.certainty == "proven"
    written += text[at:end]
    touched += "=" * (end - at)
    span = (start, end)
    return Cluster(truth, known, written, touched, frozenset(kinds), sure, span, tuple(readings))


def verdicts(truth: str, written: str, touched: str = "") -> str:
    """For each character of the truth: r right, l lost (U+FFFD stands for it), w wrong,
    g left garbled (what stands for it is not from an edit, as `touched` says of each character
    that is written), m missing (nothing stands for it: a vanished pair that nothing shows).

    One U+FFFD may stand for three characters: the last of a run, one that vanished behind
    it, and the ASCII that went with that. Least cost alignment.
    """
    if truth == written:
        return "r" * len(truth)
    rows = len(truth) + 1
    best: list[list[tuple[float, str]]] = [
        [(float("inf"), "")] * (len(written) + 1) for _ in range(rows)
    ]
    best[0][0] = (0.0, "")
    for i in range(rows):
        for j in range(len(written) + 1):
            cost, so_far = best[i][j]
            moves = []
            if i < len(truth) and j < len(written):
                same, lost = truth[i] == written[j], written[j] in (LOST, "?")
                other = "g" if touched[j : j + 1] == "=" else "w"
                moves.append(
                    (
                        1,
                        1,
                        0.0 if same else 0.1 if lost else 1.0,
                        "r" if same else "l" if lost else other,
                    )
                )
                if lost:
                    moves += [
                        (n, 1, 0.1 + 0.05 * n, "l" * n) for n in (2, 3) if i + n <= len(truth)
                    ]
            if i < len(truth):
                moves.append((1, 0, 1.0, "m"))
            if j < len(written):
                moves.append((0, 1, 1.0, ""))
            for down, right, more, said in moves:
                if i + down < rows and j + right <= len(written):
                    known = best[i + down][j + right]
                    if cost + more < known[0]:
                        best[i + down][j + right] = (cost + more, so_far + said)
    return best[-1][-1][1]


def kind(known: str, at: int) -> str:
    """The class of a character that lost one byte, by what survives of its neighbours."""
    before, behind = known[at - 1 : at], known[at + 1 : at + 2]
    if known[at] == "L":
        # Behind the last of a run nothing is known of an ASCII character.
        return "pair" if behind == "T" or (behind == "-" and known[at + 2 : at + 3]) else "end"
    return "pair" if at and before in "L-" else "start"


def alone(known: str, at: int) -> str:
    """`lead` or `trail`, by what survives of a character both whose neighbours are whole or
    put together again from all their bytes; empty for any other.
    """
    if known[at] not in "LT" or {*known[max(at - 1, 0) : at], *known[at + 1 : at + 2]} - {*"K="}:
        return ""
    return "lead" if known[at] == "L" else "trail"


def ceiling(page: damage.Page) -> Iterator[tuple[str, bool]]:
    """For each character that lost one byte: its class, and whether it is ranked first where
    all around it is known, and that a byte of it is lost: no repair can do better with the
    same model.
    """
    original, at, offset = page.original, 0, 0
    for place in page.places:
        offset += place.start - at
        start, end = offset, offset + len(place.original)
        at, offset = place.end, end
        if not set(place.known) & {"L", "T"}:
            continue
        weigher = Weigher(original[:start] + "\n" + original[end:])
        for index, known in enumerate(place.known):
            if known not in "LT":
                continue
            char = original[start + index]
            wide = chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char
            pair, sort = octets.pair(wide), kind(place.known, index)
            if pair is None:
                continue
            firsts, lasts = octets.around(*pair)
            if sort != "pair":
                firsts = octets.chars((pair[0],), octets.HIGH)
                lasts = octets.chars(octets.HIGH, (pair[1],))
            options = weigher.possible(firsts if known == "L" else lasts)
            left, right = original[: start + index][-20:], original[start + index + 1 :][:20]
            yield sort, bool(options) and weigher.rank(left, options, right)[0][0] == wide
