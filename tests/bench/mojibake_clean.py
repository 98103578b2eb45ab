"""Clean text to be left alone: the corpora, the fixtures, and catalogues of messages.

The catalogues are those of the programs on the machine (`/usr/share/locale`): short
messages in many languages. They are read for measuring and go nowhere else.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench.mojibake_matrix import ROOT, TEXTS, messages

CLEAN = ROOT / "fixtures" / "clean"
LOCALE = Path("/usr/share/locale")
_DAMAGED: Final = re.compile("[ÂÃ][\x80-¿]")
#: Messages taken of one language at most, so that no language outweighs the rest.
EACH = 3000


def corpora() -> Iterator[tuple[str, str]]:
    """Name of a file and a piece of clean text: lines, and pieces of 60 characters."""
    files = sorted(CLEAN.glob("*.txt")) + (sorted(TEXTS.iterdir()) if TEXTS.is_dir() else [])
    for path in files:
        text = path.read_text(encoding="utf-8")
        yield from ((path.name, line) for line in text.split("\n") if line)
        if path.name != "about-mojibake.txt":  # its samples need the words around them
            yield from ((path.name, text[at : at + 60]) for at in range(0, len(text), 60))


def catalogues() -> Iterator[tuple[str, str]]:
    """Language and message, of every language installed; those in ASCII alone are left out."""
    for folder in sorted(LOCALE.glob("*/LC_MESSAGES")):
        language = folder.parent.name
        found: dict[str, None] = {}
        for path in sorted(folder.glob("*.mo")):
            try:
                with path.open("rb") as file:
                    catalogue = gettext.GNUTranslations(file)
            except (OSError, ValueError, IndexError):
                continue  # a broken catalogue, or its head
            found.update(dict.fromkeys(filter(_is_clean, messages(catalogue))))
            if len(found) > EACH:
                break
        yield from ((language, message) for message in list(found)[:EACH])


def _is_clean(message: str) -> bool:
    """Whether a message has characters beyond ASCII and none of the damage that some
    catalogues (Nynorsk, Welsh, Dutch) really have: UTF-8 read as Latin-1."""
    return not message.isascii() and _DAMAGED.search(message) is None
