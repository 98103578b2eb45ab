"""Hard-wrapped lines of a plain text into paragraphs, where the wrapping is proven.

A text editor or a mail program breaks a line because the next word would not have
fit. So every line of a wrapped paragraph but the last must be so full that the first
word of the line after it does not fit within the document's one width. Verse, lists,
code, tables, addresses and texts with one sentence a line fail that test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ingest.document import Edit
from ingest.normalize import markers
from ingest.normalize.joints import Joints

RULE = "paragraph.unwrap"

# Columns: below 40 prose and verse cannot be told apart; above 120 nobody wraps by hand.
_NARROWEST, _WIDEST = 40, 120
# Lines of at least this many must agree on the width, over the whole document.
_WITNESSES = 8
# Nineteen wrapped lines in twenty: a text that is only sometimes full is not wrapped.
_AGREEING = 0.95
# A line end inside a block. It begins with a plain character: the engine skips to it.
_INSIDE = re.compile(r"\n(?<=[^\n]\n)(?=[^\n])")
# Anything that lays out a line on purpose: markup and tabs, indents and markers, columns. Each
# begins with a plain character, which is skipped to.
_MARKUP = "\t|{}\\"
_INDENT = re.compile(r"\n[\s>#=~+*\-_`</;]")
_COLUMNS = re.compile(r" (?:  |(?<=\S ) +\S[^.]*  )")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]+"
)
# Every character that combines is among these.
_MAY_COMBINE = re.compile(
    "[\u0300-\u036f\u0483-\u109f\u135d-\u1dff\u20d0-\u20f0\u2cef-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0010ffff]"
)
_SENTENCE_END = ".!?:;。！？：；…”\"')）」』"


class _Block(NamedTuple):
    """Lines without a blank one between, and where the first begins."""

    start: int
    lines: list[str]


def find(text: str) -> list[Edit]:
    """Return one edit for each line end inside a wrapped paragraph; none without proof.

    >>> find("Roses are red\\nViolets are blue\\n")
    []
    """
    blocks = list(_blocks(text))
    if sum(len(block.lines) - 1 for block in blocks) < _WITNESSES:
        return []
    # One line too wide for any width, and nothing is wrapped: most texts have one at once.
    wide = (block for block in blocks if _columns(max(block.lines[:-1], key=len)) > _WIDEST)
    if any(_is_prose(block.lines) for block in wide):
        return []
    prose = [block for block in blocks if _is_prose(block.lines)]
    width = _width(prose)
    if not width:
        return []
    wrapped = [block for block in prose if _is_wrapped(block.lines, width)]
    lines = sum(len(block.lines) - 1 for block in wrapped)
    if lines < _WITNESSES or lines < _AGREEING * sum(len(block.lines) - 1 for block in prose):
        return []
    joints = Joints(text)
    return [edit for block in wrapped for edit in _joins(block, joints)]


def _blocks(text: str) -> Iterator[_Block]:
    """The blocks of two lines and more; most texts have a blank line after every paragraph."""
    end = 0
    while found := _INSIDE.search(text, end):
        start = text.rfind("\n", 0, found.start()) + 1
        blank = text.find("\n\n", found.end())
        end = blank if blank >= 0 else len(text)
        yield _Block(start, text[start:end].rstrip("\n").split("\n"))


def _is_prose(lines: Sequence[str]) -> bool:
    text = "\n" + "\n".join(lines)
    if any(sign in text for sign in _MARKUP) or _INDENT.search(text):
        return False
    if "  " in text and _COLUMNS.search(text):
        return False
    return not any(map(markers.kind, lines[1:]))


def _columns(line: str) -> int:
    """Width of a line on a terminal: Han count for two, combining marks for none."""
    if line.isascii():
        return len(line)
    marks = sum(unicodedata.combining(char) != 0 for char in _MAY_COMBINE.findall(line))
    return len(line) + sum(map(len, _WIDE.findall(line))) - marks


def _width(blocks: Sequence[_Block]) -> int:
    """The width that the document was wrapped at; 0: it was not."""
    widths = [_columns(line) for block in blocks for line in block.lines[:-1]]
    widest = max(widths, default=0)
    return widest if _NARROWEST <= widest <= _WIDEST else 0


def _is_wrapped(lines: Sequence[str], width: int) -> bool:
    """Whether no line had room for what the next one begins with, and most stop in mid-sentence."""
    inside = 0
    for line, following in pairwise(lines):
        taken = _columns(line)
        if taken > width or taken + _next_unit(line, following) <= width:
            return False
        inside += line.rstrip()[-1] not in _SENTENCE_END
    return 2 * inside > len(lines) - 1


def _next_unit(line: str, following: str) -> int:
    """Columns that the first word of the next line would have taken on this one."""
    if _WIDE.match(following):
        closing = re.match("[，。、；：！？）》”’]{0,2}", following[1:])
        return 2 + 2 * len(closing[0] if closing else "")
    word = re.match(r"[^\s\u2e80-\u9fff\uff00-\uff60]*", following)
    space = 0 if _WIDE.match(line[-1]) else 1
    return space + _columns(word[0] if word else "")


def _joins(block: _Block, joints: Joints) -> Iterator[Edit]:
    at = block.start
    for line, following in pairwise(block.lines):
        end = at + len(line)
        bare = line.rstrip(" ")
        cut, put = joints.between(bare, following)
        start = at + len(bare) - len(cut)
        before = cut + line[len(bare) :] + "\n"
        if before != put:
            yield Edit(start, end + 1, before, put, RULE, "sure")
        at = end + 1
