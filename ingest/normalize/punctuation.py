"""Punctuation in half width that the document itself writes in full width.

Whoever folds a Chinese page's full-width forms to ASCII turns ， ； ： ？ ！ （ ） into
`,;:?!()` and leaves 。 、 “ ” alone, since these have no ASCII form. So a text in which
no full-width form is left but 。 is in use has been folded. An author's own half-width
comma is never touched: only documents that are proven damaged come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.document import Edit

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
# What may stand beside a mark in a Chinese sentence and belongs to no other kind of text.
_LEFT = f"[{_HAN}、。”’》〉】〕」』…—\ufffd]"
_RIGHT = f"[{_HAN}“‘《〈【〔「『…—\ufffd]"
_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}

# A mark between figures belongs to the number, between letters to the words: one
# Chinese neighbour at least.
_MARK = re.compile(rf"(?<={_LEFT})[,;:!](?!=)|(?<=[^\s&])[,;:!](?={_RIGHT})")
_ENTITY_BEFORE = re.compile(r"&#?\w{1,10}\Z")
# A question mark may also stand for a character that was lost: only after a particle
# that asks, or at the end of a line or a quotation, is it certain to ask.
_QUESTION = re.compile(rf"(?<=[吗呢么吧啊呀])\?|(?<=[{_HAN}])\?(?=[”’」』\n]|\Z)")
# At most 80 characters, no bracket inside: a longer one may belong to another bracket.
_BRACKETS = re.compile(r"\(([^()（）\n]{1,80})\)")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[,;:](?=[{_HAN}])")
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_FULL_MARK = re.compile("[，；：]")


def folded(text: str) -> bool:
    """Say whether the document's own habit shows that its marks were folded to half width.

    >>> folded("调研前,镇里开了会。会后,代表走访了社区。")
    True
    >>> folded("1,000 and 2,000")
    False
    """
    half = len(_BETWEEN_HAN.findall(text))
    if not half:
        return False
    if not _FULL_WIDTH.search(text):
        return "。" in text
    # Full width is in use: twenty to one is a habit, below that the text is simply mixed.
    return len(_FULL_MARK.findall(text)) >= 20 * half


def find(text: str) -> list[Edit]:
    """Return the edits that bring folded marks back to full width.

    >>> [edit[:4] for edit in find("共1,758户,占80%,其中(含新户):")]
    [(7, 8, ',', '，'), (12, 13, ',', '，'), (15, 16, '(', '（'), (19, 20, ')', '）'), (20, 21, ':', '：')]
    """
    edits = [*_marks(text), *_brackets(text)]
    edits.sort(key=lambda edit: edit.start)
    return edits


def _marks(text: str) -> Iterator[Edit]:
    for pattern in (_MARK, _QUESTION):
        for found in pattern.finditer(text):
            start = found.start()
            if found[0] == ";" and _ENTITY_BEFORE.search(text, max(0, start - 12), start):
                continue
            yield _edit(start, found[0])


def _brackets(text: str) -> Iterator[Edit]:
    for found in _BRACKETS.finditer(text):
        if re.search(f"[{_HAN}]", found[1]):
            yield _edit(found.start(), "(")
            yield _edit(found.end() - 1, ")")
            # The mark after a bracket that closes Chinese words.
            after = text[found.end() : found.end() + 1]
            if after in (",", ";", ":", "!") and not re.match(
                _RIGHT, text[found.end() + 1 : found.end() + 2]
            ):
                yield _edit(found.end(), after)


def _edit(start: int, mark: str) -> Edit:
    return Edit(start, start + 1, mark, _FULL[mark], "punctuation.folded", "sure")
