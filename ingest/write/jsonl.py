"""A document as one line of JSON, for datasets and search engines."""

from __future__ import annotations

import json
from collections import Counter

from ingest.document import Document

# Line ends to some readers of lines, though JSON lets them stand in a string.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def render(document: Document) -> str:
    r"""Return one line, with its line end.

    Keys: `id` (sha256 of the source's bytes), `source`, `media_type`, `text`,
    `metadata`, `pages` (number and span in `text`, in code points), `edits` and `marks`
    (how many by rule), `losses`, `damaged`.

    >>> from ingest.document import Edit
    >>> document = Document.from_text("a\u00adb").revise("normalize", [Edit(1, 2, "\u00ad", "", "x.y")])
    >>> json.loads(render(document))["edits"]
    {'x.y': 1}
    """
    record = {
        "id": document.source.sha256,
        "source": document.source.name,
        "media_type": document.source.media_type,
        "text": document.text,
        "metadata": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in document.metadata.items()
        },
        "pages": [
            {"number": page.number, "start": page.start, "end": page.end, "quality": page.quality}
            for page in document.layout()
        ],
        "edits": dict(sorted(Counter(edit.rule for _, edit in document.edits()).items())),
        "marks": dict(sorted(Counter(mark.rule for _, mark in document.marks()).items())),
        "losses": document.losses,
        "damaged": document.damaged,
    }
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # A NUL is escaped inside JSON, where nobody would look for it later.
    return line.translate(_LINE_ENDS).replace("\\u0000", "\ufffd") + "\n"
