"""A PDF that lost its trailer gets one, where its catalog is still there.

PDFium finds the objects of a damaged file by itself, but not which of them is the root.
"""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj\b")
_ENDING = b"startxref\n0\n%%EOF\n"


def with_trailer(content: bytes) -> bytes | None:
    """Return the file with a trailer that names its last catalog; None where it has none.

    A file that already ends in such a trailer is not mended again.

    >>> with_trailer(b"%PDF-1.4 1 0 obj << /Type /Catalog >> endobj")[-45:]
    b'\\ntrailer\\n<< /Root 1 0 R >>\\nstartxref\\n0\\n%%EOF\\n'
    """
    if content.endswith(_ENDING):
        return None
    at = content.rfind(b"/Catalog")
    if at < 0:
        return None
    # The number of the object stands before its dictionary, no farther off than that is long.
    start = max(0, at - 2048)
    found = list(_OBJECT.finditer(content, start, at))
    if not found:
        return None
    number, generation = found[-1][0].split()[:2]
    root = b"<< /Root %s %s R >>" % (number, generation)
    return b"%s\ntrailer\n%s\n%s" % (content, root, _ENDING)
