"""A document as one line of JSON, for datasets and search engines."""

from __future__ import annotations

import json
from collections import Counter

from ingest.document import Document, MetadataValue
from ingest.write.tables import tables

# Line ends to some readers of lines, though JSON lets them stand in a string.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def render(document: Document) -> str:
    r"""Return one line, with its line end.

    Keys: `id` (sha256 of the source's bytes), `source`, `media_type`, `text`,
    `metadata`, `pages` (number and span in `text`, in code points), `tables` (span in
    `text`, and the cells row by row; only where there are any), `edits` and `marks`
    (how many by rule), `losses`, `damaged`.

    >>> from ingest.document import Edit
    >>> document = Document.from_text("a\u00adb").revise("normalize", [Edit(1, 2, "\u00ad", "", "x.y")])
    >>> json.loads(render(document))["edits"]
    {'x.y': 1}
    """
    found = [
        {
            "start": table.start,
            "end": table.end,
            "rows": [list(map(_storable, row)) for row in table.rows],
        }
        for table in tables(document.text)
    ]
    record = {
        "id": document.source.sha256,
        "source": _storable(document.source.name),
        "media_type": document.source.media_type,
        "text": _storable(document.text),
        "metadata": {key: _plain(value) for key, value in document.metadata.items()},
        "pages": [
            {"number": page.number, "start": page.start, "end": page.end, "quality": page.quality}
            for page in document.layout()
        ],
        **({"tables": found} if found else {}),
        "edits": dict(sorted(Counter(edit.rule for _, edit in document.edits()).items())),
        "marks": dict(sorted(Counter(mark.rule for _, mark in document.marks()).items())),
        "losses": document.losses,
        "damaged": document.damaged,
    }
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return line.translate(_LINE_ENDS) + "\n"


def _storable(text: str) -> str:
    """Replace NUL, which JSON would hide behind an escape."""
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def _plain(value: MetadataValue) -> object:
    if isinstance(value, tuple):
        return list(map(_storable, value))
    return _storable(value) if isinstance(value, str) else value
