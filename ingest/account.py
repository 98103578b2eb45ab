"""The account of a document's changes, for people as lines and for programs as JSON.

Reads a document's history; changes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ingest.compose import compose
from ingest.document import Document, Edit, Mark, Place
from ingest.edits import edit_to_json

DECODED = ("mojibake.", "escape.")  # rules that read the same bytes as something else
REASONS = 3  # of a hunk of a diff: its heading is one line
CONTEXT = 12  # characters on either side: enough to find the place by eye in a full page


class Entry(NamedTuple):
    """One edit or mark with the place where it stands.

    `place` is traced to the extracted text; `line` and `column` count there, from 1.
    `here` is the text at the place as the stage received it, `left` and `right` the
    characters around it.
    """

    stage: str
    item: Edit | Mark
    place: Place
    line: int
    column: int
    left: str
    here: str
    right: str


def entries(document: Document) -> Iterator[Entry]:
    """Yield every edit and mark, stage by stage, in the order of the text."""
    extracted = document.undo().text
    line_starts = [0]
    at = extracted.find("\n")
    while at >= 0:
        line_starts.append(at + 1)
        at = extracted.find("\n", at + 1)
    count = len(document.history)
    for index, step in enumerate(document.history):
        if not (step.edits or step.marks):
            continue
        received = document.undo(count - index)
        items: list[Edit | Mark] = sorted((*step.edits, *step.marks), key=lambda item: item[:2])
        for item in items:
            place = received.trace(item.start)
            line = bisect_right(line_starts, place.offset)
            yield Entry(
                step.stage,
                item,
                place,
                line,
                place.offset - line_starts[line - 1] + 1,
                received.text[max(0, item.start - CONTEXT) : item.start],
                received.text[item.start : item.end],
                received.text[item.end : item.end + CONTEXT],
            )


def edits_per_rule(document: Document) -> dict[str, int]:
    """Count the edits of each rule, most frequent first."""
    return dict(Counter(edit.rule for _, edit in document.edits()).most_common())


def marks_per_rule(document: Document) -> dict[str, int]:
    """Count the marks of each rule, most frequent first."""
    return dict(Counter(mark.rule for _, mark in document.marks()).most_common())


def as_json(document: Document) -> dict[str, Any]:
    """Return the account as plain JSON values: a summary, then every edit and mark with its place."""
    edits: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for entry in entries(document):
        place = entry.place
        form = {
            "stage": entry.stage,
            **edit_to_json(entry.item),
            "extracted_offset": place.offset,
            "line": entry.line,
            "column": entry.column,
        }
        if place.page is not None:
            form["page"] = place.page
        if place.box is not None:
            form["box"] = list(place.box)
        (edits if isinstance(entry.item, Edit) else marks).append(form)
    return {
        "source": document.source.name,
        "sha256": document.source.sha256,
        "media_type": document.source.media_type,
        "metadata": {
            k: list(v) if isinstance(v, tuple) else v for k, v in document.metadata.items()
        },
        "edits_per_rule": edits_per_rule(document),
        "marks_per_rule": marks_per_rule(document),
        "losses": document.losses,
        "damaged": document.damaged,
        "edits": edits,
        "marks": marks,
    }


def as_lines(document: Document) -> Iterator[str]:
    """Yield the account as lines for a terminal: a head, a line for each change, a summary."""
    yield document.source.name
    for key, value in document.metadata.items():
        yield f"  {key}: {_shown(str(value), 60)}"
    for entry in entries(document):
        yield _entry_line(entry)
    rules = edits_per_rule(document)
    if rules:
        yield f"{sum(rules.values())} changes"
        width = max(map(len, rules))
        yield from (f"  {rule:<{width}}  {count}" for rule, count in rules.items())
    else:
        yield "no changes"
    kinds = Counter(mark.kind for _, mark in document.marks())
    if kinds:
        yield f"{kinds.total()} places left and reported: " + ", ".join(
            f"{count} {kind}" for kind, count in kinds.items()
        )
    if document.losses:
        word = "loss" if document.losses == 1 else "losses"
        yield f"{document.losses} {word}: what stood there cannot be known"


def diff(document: Document) -> Iterator[str]:
    """Yield a unified diff, without context lines, from the extracted text to the present one.

    Made from the edits themselves, so it takes linear time and shows no more than
    what was changed. Behind the lines' numbers of a hunk stands what was decoded as what
    in it. Nothing is yielded where nothing changed.
    """
    before = document.undo().text
    edits: tuple[Edit, ...] = ()
    for step in document.history:
        edits = compose(edits, step.edits)
    if not edits:
        return
    yield f"--- {document.source.name} (extracted)\n"
    yield f"+++ {document.source.name} (clean)\n"
    old_line = new_line = 1
    position = 0
    at = 0
    for start, end, new in _changed_blocks(before, edits):
        why: dict[str, None] = {}
        while at < len(edits) and edits[at].start < max(end, start + 1):
            if edits[at].why and edits[at].rule.startswith(DECODED):
                why[_shown(edits[at].why, 80)] = None
            at += 1
        heading = f" {'; '.join(list(why)[:REASONS])}" if why else ""
        gap = before.count("\n", position, start)
        old_line, new_line, position = old_line + gap, new_line + gap, end
        old_lines, new_lines = _lines(before[start:end]), _lines(new)
        # A hunk without lines on one side names the line before it.
        old_at = old_line - (not old_lines)
        new_at = new_line - (not new_lines)
        yield f"@@ -{old_at},{len(old_lines)} +{new_at},{len(new_lines)} @@{heading}\n"
        yield from _signed("-", old_lines)
        yield from _signed("+", new_lines)
        old_line += len(old_lines)
        new_line += len(new_lines)


def _changed_blocks(before: str, edits: Sequence[Edit]) -> Iterator[tuple[int, int, str]]:
    """Yield spans of whole lines that change, and what each becomes, also whole lines."""
    index = 0
    while index < len(edits):
        start = before.rfind("\n", 0, edits[index].start) + 1
        end = position = start
        pieces: list[str] = []
        while True:
            # Take in every edit that begins in the block; grow to the next line end as
            # long as the new text stops in the middle of a line.
            while index < len(edits) and (edits[index].start < end or end == start):
                edit = edits[index]
                pieces += (before[position : edit.start], edit.after)
                position = edit.end
                whole = position and before[position - 1] == "\n" and position > start
                end = max(end, position if whole else _line_end(before, position))
                index += 1
            new = "".join(pieces) + before[position:end]
            if not new or new.endswith("\n") or end == len(before):
                break
            end = _line_end(before, end)
        yield start, end, new


def _line_end(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def _lines(text: str) -> list[str]:
    """Split at line feeds only: str.splitlines would also split at what may stand in a line."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.endswith("\n"):
            yield sign + line
        else:
            yield f"{sign}{line}\n\\ No newline at end of file\n"


def _entry_line(entry: Entry) -> str:
    item, place = entry.item, entry.place
    where = f"line {entry.line}, column {entry.column}"
    if place.page is not None:
        where = f"page {place.page}, {where}"
    sure = item.certainty if isinstance(item, Edit) else f"left: {item.kind}"
    if isinstance(item, Edit) and item.probability is not None:
        sure += f" {item.probability:.3f}"
    if isinstance(item, Edit):
        change = f"[{_shown(item.before, 40)} → {_shown(item.after, 40)}]"
    else:
        change = f"[{_shown(entry.here, 40)}]"
    line = (
        f"{where}: {item.rule} ({sure}): "
        f"{_shown(entry.left, CONTEXT)}{change}{_shown(entry.right, CONTEXT)}"
    )
    if item.why:
        line += f"  — {item.why}"
    if item.alternatives:
        line += "  — or " + ", ".join(
            f"{one.text} {one.probability:.3f}" for one in item.alternatives[:5]
        )
    return line


def _shown(text: str, width: int) -> str:
    """Shorten to `width`, with what a terminal would act on made visible."""
    if len(text) > width > 0:
        text = f"{text[: width // 2]}…{text[-(width // 2) :]}"
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character == "\n":
        return "⏎"
    if character.isprintable():
        return character
    return f"<U+{ord(character):04X}>"
