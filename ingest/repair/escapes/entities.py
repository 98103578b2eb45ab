"""HTML entities in prose, also escaped twice, also cut by a line end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import Final

from ingest.edits import Edit
from ingest.repair.escapes.context import Context

SIGN: Final = "&"
"""What every one begins with."""

#: How often text is escaped, and the characters of what one can be.
TIMES: Final = 3

_BODY: Final = r"(?:amp;){0,2}(?:#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,24});"
_ENTITY: Final = re.compile(f"&{_BODY}")
# It begins with a plain character: the engine skips to it.
_RUN: Final = re.compile(f"&{_BODY}(?:[ ]?&{_BODY})*")
# Cut once, anywhere behind the sign: by a line end, with the spaces beside it.
_CUT: Final = re.compile(
    r"&((?:amp;)?#?[A-Za-z0-9]{0,12})[ \t]{0,4}\n[ \t]{0,4}([A-Za-z0-9]{0,12};)"
)
#: `&` as it is: who writes it so means `&amp;` when writing that.
_BARE: Final = re.compile(r"&(?!#?\w{1,31};|\w{0,12}[ \t]{0,4}\n)")
_MARKUP: Final = frozenset("&<>\"'")
_EDGES: Final = "\u200e\u200f \t\n\"'“”‘’()（）[]「」《》,.;:，。；："
# Greek and mathematics: their names (`&sub;`, `&and;`, `&part;`) are those of functions and
# references, too, and one alone is one of these.
_SIGN_OF_FORMULAS: Final = re.compile("[\u0370-\u03ff\u2100-\u23ff]")
_WORD_BEFORE: Final = re.compile(r"[\w)）》」”。，]\s?\Z")
_WORD_BEHIND: Final = re.compile(r"\s?[\w(（《「“]")


def _named(entity: str) -> bool:
    """Whether an entity has a number, or a name that HTML has always known."""
    name = entity.rsplit("&", 1)[-1].rsplit("amp;", 1)[-1].rstrip(";") or "amp"
    return name.startswith("#") or name in name2codepoint or name == "apos"


def decoded(entity: str) -> str | None:
    """What an entity says, or None where it is none or says nothing that text is made of.

    >>> decoded("&amp;ldquo;"), decoded("&#x4e2d;"), decoded("&#7;"), decoded("&wrong;")
    ('“', '中', None, None)
    """
    said = entity
    for _ in range(TIMES):
        if not _ENTITY.fullmatch(said):
            break
        said = html.unescape(said)
    if said == entity or not _named(entity) or len(said) > 2 or "�" in said:
        return None
    if not all(char.isprintable() or char in "\xa0\xad\u2002\u2003\u2009\u200b" for char in said):
        return None
    return said


def edits(text: str, context: Context) -> Iterator[Edit]:
    """Edits for entities in prose: a run of them is one."""
    consistent = _BARE.search(text) is None
    runs = list(_RUN.finditer(text))
    for run in runs:
        if not context.is_prose(*run.span()):
            continue
        after = _ENTITY.sub(lambda found: decoded(found[0]) or found[0], run[0])
        # Several signs of markup, one after the other, are a list of them.
        if after == run[0] or len(set(after) & _MARKUP) > 1:
            continue
        if not _belongs(text, run.start(), run.end(), after, consistent=consistent):
            continue
        if len(runs) == 1 and _SIGN_OF_FORMULAS.fullmatch(after) and "#" not in run[0]:
            continue
        yield _edit(run.start(), run[0], after, "an entity of HTML in prose")
    for cut in _CUT.finditer(text):
        said = decoded(f"&{cut[1]}{cut[2]}")
        if said is not None and said not in "<>" and context.is_prose(*cut.span()):
            # The line end stays: whether it parted two lines is not known here.
            yield _edit(cut.start(), cut[0], f"{said}\n", "an entity of HTML, cut by a line end")


def _belongs(text: str, start: int, end: int, after: str, *, consistent: bool) -> bool:
    """Whether what entities say can stand there: a sign between words, no tag, no entity.

    `consistent` says that the text writes no `&` otherwise.
    """
    before, behind = text[max(0, start - 40) : start], text[end : end + 40]
    if "&" in after and _ENTITY.match(f"{after[after.rindex('&') :]}{behind}"):
        return False
    if "<" in after or ">" in after:
        # A comparison between words or numbers, not a tag whose other end is elsewhere.
        opens = f"{before}{after}{behind}"
        return re.search(r"<[/!\w]|[\w\"'/]>", opens) is None
    edges = f"{before[-1:]}{behind[:1]}"
    if len(after) == 1 and after.isalpha() and edges != "  " and not edges.strip(_EDGES):
        return False  # it stands by itself, in brackets or quotation marks: it is spoken of
    if after.strip() == "&":
        return consistent and bool(_WORD_BEFORE.search(before) and _WORD_BEHIND.match(behind))
    return True


def _edit(start: int, before: str, after: str, why: str) -> Edit:
    return Edit(start, start + len(before), before, after, "escape.entity", "sure", why)
