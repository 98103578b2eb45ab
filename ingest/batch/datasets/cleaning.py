"""The cleaning child: the text of some rows of JSONL through the stages, the rest of each row untouched.

Of a row only the string of its text column is written anew; every other byte of it,
and every byte of a row that does not change, stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]  # public by use
from typing import Any

from ingest.batch.child import Task
from ingest.batch.datasets.account import Account, compressed
from ingest.batch.datasets.wire import content_of, note_progress, read_order
from ingest.batch.writing import write_all
from ingest.document import Document
from ingest.errors import DocumentError
from ingest.settings import Settings

Cleaner = Callable[[Document], Document]

_SPACE = re.compile(r"[ \t\r\n]*")
# Numbers are passed over, not read: one of a million digits costs nothing.
_DECODER = JSONDecoder(parse_int=str, parse_float=str)
_PLAIN = (str, bool)
"""What a plain value decodes to, numbers being strings."""
_LONGEST_ID = 1000
_NAMED = 12
"""Columns that a message names."""


class RowError(Exception):
    """A row that cannot be cleaned. `reason` is the stable word, the message is for people."""

    def __init__(self, reason: str, message: str, identity: object = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.identity = identity


def clean_lines(task: Task, cleaner: Cleaner | None = None) -> dict[str, Any]:
    """Clean the lines `start` to `stop` of a chunk, write them and the account of their changes.

    A row that raises stays as it is, with a reason. The row at work is noted, for when
    this process dies over it.
    """
    from ingest.pipeline import stages, through

    rows_out, account_out, note, *sketches_out = task.outputs
    order = read_order(note)
    content = content_of(task.source)
    account = Account(sketches=bytearray() if sketches_out else None)
    if order["verbatim"] or order["failure"]:
        body = _passed_on(content, order, account)
    else:
        if cleaner is None:
            chain = stages(task.settings)

            def cleaner(document: Document) -> Document:
                return through(document, chain)

        body = b"".join(_cleaned(content, order, cleaner, account, note))
    note_progress(note, order["stop"])
    write_all(rows_out, compressed(body, order["compression"]))
    account.write(account_out, sketches_out, order["compression"])
    return account.report()


def lines_of(content: bytes) -> list[bytes]:
    """Cut into lines at line feeds only, each with its end."""
    lines = [line + b"\n" for line in content.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _passed_on(content: bytes, order: dict[str, Any], account: Account) -> bytes:
    """The rows of a chunk as they are, with the reason why."""
    if order["verbatim"]:
        if order["verbatim"] == "end":
            most = order["row_bytes"]
            account.left(order["row"], "too-large", f"the row has more than {most} bytes")
        return content
    reason, message = order["failure"]
    for at in range(order["start"], order["stop"]):
        account.left(order["row"] + at, reason, message)
    return b"".join(lines_of(content)[order["start"] : order["stop"]])


def _cleaned(
    content: bytes, order: dict[str, Any], cleaner: Cleaner, account: Account, note: int
) -> Iterator[bytes]:
    start, stop = order["start"], order["stop"]
    for at, line in enumerate(lines_of(content)[start:stop], start):
        if not line.strip():
            account.blank()
            yield line
            continue
        note_progress(note, at)
        row = order["row"] + at
        try:
            yield _row(line, row, order, cleaner, account)
        except RowError as error:
            account.left(row, error.reason, str(error), error.identity)
            yield line


def _row(line: bytes, row: int, order: dict[str, Any], cleaner: Cleaner, account: Account) -> bytes:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RowError("not-utf-8", f"is no UTF-8 at byte {error.start}") from None
    start, end, value, identity = find(text, order["field"], order["id_field"])
    document = cleaned(value, f"row {row}", cleaner, identity)
    account.cleaned(row, document, identity)
    if document.text == value:
        return line
    # As the row was written, so its new text: with escapes where there were only escapes.
    escaped = text.isascii() and not value.isascii()
    return (text[:start] + encoded(document.text, escaped=escaped) + text[end:]).encode()


def cleaned(value: str, name: str, cleaner: Cleaner, identity: object) -> Document:
    """Send the text of one row through the stages. Raises `RowError` for whatever that raises."""
    try:
        return cleaner(Document.from_text(value, name))
    except MemoryError:
        raise  # the child's end: this row is tried again alone
    except DocumentError as error:
        raise RowError(error.reason, str(error), identity) from None
    except Exception as error:  # noqa: BLE001  # the row's boundary: one row costs itself alone
        raise RowError("crash", f"{type(error).__name__}: {error}", identity) from None


def encoded(text: str, *, escaped: bool) -> str:
    """Return a string as JSON; lone surrogates, which are no UTF-8, as escapes in any case."""
    form = json.dumps(text, ensure_ascii=escaped)
    try:
        form.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return form


def find(text: str, name: str, id_name: str | None) -> tuple[int, int, str, object]:
    """Find a column's string in the JSON of one row.

    Returns the span of the string with its quotes, its value, and the value of the id
    column (None where there is none, or where it is no plain value). Of a column that
    stands there twice the last counts, as readers of JSON have it. Raises `RowError`.

    >>> find('{"id": 7, "text": "as it is"}', "text", "id")
    (18, 28, 'as it is', 7)
    """
    found: tuple[int, int, Any] | None = None
    identity: object = None
    names: dict[str, None] = {}
    try:
        for key, start, end, value in _columns(text):
            names[key] = None
            if key == name:
                found = start, end, value
            if key == id_name and isinstance(value, _PLAIN) and end - start <= _LONGEST_ID:
                identity = json.loads(text[start:end])
    except (ValueError, IndexError, StopIteration) as error:
        raise RowError("broken-json", f"is no JSON: {error}"[:200]) from None
    except RecursionError:
        raise RowError("broken-json", "is nested too deep") from None
    if found is None:
        others = ", ".join(map(repr, islice(names, _NAMED)))
        message = f"has no column {name!r}" + (f", but {others}" if others else "")
        raise RowError("no-field", message, identity)
    start, end, value = found
    if text[start] != '"':
        what = "null" if value is None else "no string"
        raise RowError("not-a-string", f"its column {name!r} is {what}", identity)
    return start, end, value, identity


def _columns(text: str) -> Iterator[tuple[str, int, int, Any]]:
    """Yield the columns of a JSON object: name, span of the value, value."""
    at = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    if text[at : at + 1] != "{":
        # What is JSON all the same is told apart from what is none.
        _DECODER.raw_decode(text, at)
        raise RowError("not-an-object", "is JSON, but no object")
    at = _after_space(text, at + 1)
    closed = text[at : at + 1] == "}"
    while not closed:
        if text[at : at + 1] != '"':
            raise ValueError(f"no column name at character {at}")
        key, at = scanstring(text, at + 1, True)
        at = _after_space(text, at)
        if text[at : at + 1] != ":":
            raise ValueError(f"no colon at character {at}")
        start = _after_space(text, at + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield key, start, end, value
        at = _after_space(text, end)
        closed = text[at : at + 1] == "}"
        if not closed:
            if text[at : at + 1] != ",":
                raise ValueError(f"no comma at character {at}")
            at = _after_space(text, at + 1)
    if _after_space(text, at + 1) != len(text):
        raise ValueError(f"more than one value, from character {at + 1} on")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def preload(settings: Settings) -> None:
    """Load what rows need, in the zygote."""
    from ingest.batch.job import preload as preload_documents

    preload_documents(settings)
