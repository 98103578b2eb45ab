"""The grammar of notices: what gives them away on a site that no pack knows.

No single sign decides. A line is *chrome* when nothing but a page viewer writes such a
line; a line *speaks as a site* when at least three different things that only a site says
(download, account, rights, origin, itself, contact, the reader) come together in it. What
that proves for the page is decided by `blocks`, which looks at all lines together.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ingest.strip.folding import Gate, ends_sentence, fold

# Share of traps and of clean report lines with so many phrase signs, and of notices on the
# pages that the signs were written from: one sign 31% / 96%, two 7% / 83%, three 1% / 61%.
SPEAKS = 3
HINTS = 2
CERTAIN = 4

# Longest menu, in characters as they stand.
LONGEST_ROW = 120
# A label or a button is shorter than this, in characters of the folded view.
SHORT = 40


@dataclass(frozen=True)
class Sign:
    """One row of the table. `chrome` signs match whole lines, the others anywhere."""

    id: str
    chrome: bool
    pattern: re.Pattern[str]
    hit: tuple[str, ...]
    miss: tuple[str, ...]


class Verdict(NamedTuple):
    """What the grammar says of a line: the rule's id, and how much the line proves.

    `strength`: 3 chrome, 2 speaks as a site, 1 hints at it.
    """

    rule: str
    strength: int
    signs: tuple[str, ...]
    label: bool = False
    """Short, and no sentence."""

    @property
    def certain(self) -> bool:
        """Whether a line can end a block of notices, where the report's sentences begin.

        Four signs; or three, of which one is the site speaking of itself and one its offer
        to remove or its address (a report *about* such sites says no `本站`); or a label
        that says where the preview ends and one thing more.
        """
        own = "house" in self.signs and (
            "removal" in self.signs
            or "contact" in self.signs
            or ("rights" in self.signs and self.label)
        )
        gated = self.label and "gate" in self.signs and len(self.signs) >= HINTS
        gated = gated or "label" in self.signs
        return len(self.signs) >= CERTAIN or (len(self.signs) >= SPEAKS and own) or gated


@cache
def signs() -> tuple[Sign, ...]:
    """Return the signs, in the order of their table."""
    path = files("ingest") / "data" / "notices" / "signs.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["sign"]
    return tuple(
        Sign(
            row["id"],
            row["kind"] == "chrome",
            re.compile(row["pattern"]),
            tuple(row["hit"]),
            tuple(row["miss"]),
        )
        for row in rows
    )


# Of the letters of a menu or a row of buttons so many belong to the vocabulary. Menus seen:
# 0.78 to 1.0; headings of tables of contents and rows of tables in reports: up to 0.55.
COVERED = 0.65
# Of the letters of a label so many belong to it.
LABEL = 0.9
# A menu has so many pieces at least, none longer than this.
PIECES = 3
PIECE = 14

_SEPARATORS = re.compile(r"[\s|｜>＞»→·•/／\[\]【】〔〕()（）,，、_\-–—]+")
_LETTERS = re.compile(r"[^\W\d_]")


@cache
def _vocabulary() -> tuple[re.Pattern[str], frozenset[str]]:
    path = files("ingest") / "data" / "notices" / "signs.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))["vocabulary"]
    chinese = sorted(words["chinese"].split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, chinese))), frozenset(words["english"].split())


def row(text: str) -> bool:
    """Say whether a line, as it stands, is a row of buttons or a menu.

    >>> row("搜索 | 我的文档 | 上传赚钱 | 会员中心"), row("Log In  Sign Up   Help")
    (True, True)
    >>> row("项目 | 数量 | 金额"), row("一、网站首页")
    (False, False)
    """
    if len(text) > LONGEST_ROW:
        return False
    pieces = [piece for piece in _SEPARATORS.split(text.strip()) if piece]
    if sum(bool(_LETTERS.search(piece)) for piece in pieces) < PIECES or any(
        len(piece) > PIECE for piece in pieces
    ):
        return False
    chinese, english = _vocabulary()
    letters = covered = 0
    for piece in pieces:
        if piece.isascii():
            size = len(_LETTERS.findall(piece))
            letters += size
            covered += size if piece.lower() in english else len("".join(chinese.findall(piece)))
        else:
            folded = fold(piece)
            letters += len(_LETTERS.findall(folded))
            covered += len("".join(chinese.findall(folded)))
    return letters >= 2 * PIECES and covered >= COVERED * letters


def label(folded: str) -> bool:
    """Say whether a short line is made of what readers do on a site: `付费下载`.

    Two words at least, one of them an action, and hardly anything else.

    >>> label("付费下载"), label("相关文档"), label("下载")
    (True, False, False)
    """
    if not 3 < len(folded) <= SHORT // 2 or ends_sentence(folded):
        return False
    chinese, _ = _vocabulary()
    words = chinese.findall(folded)
    size = len(_LETTERS.findall(folded))
    return (
        len(words) >= 2
        and len("".join(words)) >= LABEL * size
        and any(word in _actions() for word in words)
    )


@cache
def _actions() -> frozenset[str]:
    path = files("ingest") / "data" / "notices" / "signs.toml"
    return frozenset(
        tomllib.loads(path.read_text(encoding="utf-8"))["vocabulary"]["actions"].split()
    )


@cache
def _parts() -> tuple[tuple[Sign, ...], tuple[Sign, ...], re.Pattern[str]]:
    chrome = tuple(sign for sign in signs() if sign.chrome)
    phrases = tuple(sign for sign in signs() if not sign.chrome)
    joined = re.compile("|".join(f"(?:{sign.pattern.pattern})" for sign in chrome))
    return chrome, phrases, joined


def chrome(text: str, folded: str) -> Verdict | None:
    """Judge whether a line is chrome: only the cheap half of `judge`."""
    # Chrome has no full stop; nearly every line of a report has one.
    if "。" in text:
        return None
    kinds, _, joined = _parts()
    if folded and joined.fullmatch(folded):
        for sign in kinds:
            if sign.pattern.fullmatch(folded):
                return Verdict(f"notice.site.{sign.id}", 3, (sign.id,))
    return Verdict("notice.site.row", 3, ("row",)) if row(text) else None


def judge(text: str) -> Verdict | None:
    """Judge one line as it stands.

    >>> judge("上一页 | 下一页 | 返回顶部").rule
    'notice.site.buttons'
    >>> judge("本站资料均由网友上传，如有侵权请联系客服删除。").strength
    2
    >>> judge("全镇共有水厂九处。") is None
    True
    """
    folded = fold(text).removeprefix("?")
    if not folded:
        return None
    if verdict := chrome(text, folded):
        return verdict
    found = tuple(sign.id for sign in _parts()[1] if sign.pattern.search(folded))
    short = len(folded) <= SHORT and not ends_sentence(folded)
    if label(folded):
        return Verdict("notice.site.label", 2, ("label", *found), True)
    if len(found) >= SPEAKS:
        return Verdict(f"notice.site.{found[0]}", 2, found, short)
    if len(found) >= HINTS or (found and short):
        return Verdict(f"notice.site.{found[0]}", 1, found, short)
    return None


@cache
def gate() -> Gate:
    """Return the words without one of which head and tail of a text cannot prove a site."""
    path = files("ingest") / "data" / "notices" / "signs.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))["vocabulary"]["gate"]
    return Gate.of(word.replace("_", " ") for word in words.split())
