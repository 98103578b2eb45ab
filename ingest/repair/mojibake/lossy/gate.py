"""Which lines may have lost bytes: those with a U+FFFD or a `?` among letters, and odd ones.

Only such lines are searched for neighbours that UTF-8 makes when it is read in pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import Suspect
from ingest.repair.mojibake.looks import read_as
from ingest.repair.mojibake.lossy import spaces
from ingest.repair.mojibake.lossy.readers import READERS, octets
from ingest.repair.mojibake.lossy.regions import is_among_whole

# It begins with one small set: that is fast.
_LOSS: Final = re.compile(r"[?\ufffd](?:(?<=\ufffd)|(?<=[^\x00-\x7f]\?)|(?=[^\x00-\x7f]))")
#: Characters on either side of a loss.
NEAR: Final = 24
_LEADS: Final = range(0xE2, 0xEE)
_FOLLOWING: Final = range(0x81, 0xC0)


def suspects(text: str) -> Iterator[Suspect]:
    """Lines with a loss that look like UTF-8 read in an encoding of two bytes.

    >>> [suspect.families for suspect in suspects("好吗?\\n鍏充簬?\\n")]
    [frozenset({'utf-8-as-gb18030'})]
    """
    yield from spaced(text)
    if "?" not in text and "\ufffd" not in text:
        return
    at = start = end = 0
    while loss := _LOSS.search(text, at):
        if loss.start() >= end:
            start = text.rfind("\n", end, loss.start()) + 1 or start
            end = text.find("\n", loss.end())
            end = end if end >= 0 else len(text)
        # What lost bytes looks garbled beside the loss.
        at = min(end, loss.end() + NEAR)
        near = text[max(start, loss.start() - NEAR) : at]
        if not any(
            look.search(near) and is_among_whole(octets(near, READERS[name]).content)
            for name, look in _looks()
        ):
            continue
        at = end
        families = frozenset(
            f"utf-8-as-{name}" for name, look in _looks() if look.search(text, start, end)
        )
        if families:
            yield Suspect(start, end, families)


def spaced(text: str) -> Iterator[Suspect]:
    """Lines in which a no-break space became a space behind the first byte of `à`.

    >>> [suspect[:2] for suspect in spaced("MAÇÃ e IRMÃ\\nde 1953 Ã  1968")]
    [(12, 27)]
    """
    # A single character is looked for ten times as fast.
    at = text.find("Ã ") if "Ã" in text else -1
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        if any(True for _ in spaces.edits(text[start:end])):
            yield Suspect(start, end, frozenset((LATIN,)))
        at = text.find("Ã ", end)


@cache
def _looks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for name, reader in READERS.items():
        if name == LATIN:
            continue
        # Three bytes a character, two at a time: lead and byte, byte and lead, two bytes.
        one, two, three = (
            re.escape(read_as(((a, b) for a in first for b in second), reader.writes))
            for first, second in (
                (_LEADS, _FOLLOWING),
                (_FOLLOWING, _LEADS),
                (_FOLLOWING, _FOLLOWING),
            )
        )
        found.append(
            (
                name,
                re.compile(
                    f"[{one}][{two}\ufffd?]|[{three}\ufffd?][{one}]|[{two}][{three}]"
                    f"|[\ufffd?][{one}{two}{three}]{{1,3}}[\ufffd?]"
                ),
            )
        )
    return tuple(found)
