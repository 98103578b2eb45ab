"""Short lines: how much of them is made of the words of menus, buttons and lists of links.

A menu or a button is nothing but such words; a heading of a report has others, too. So the
share of the letters that the vocabulary covers tells them apart, on sites never seen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from ingest.strip.folding import ends_sentence, fold

# Of the letters of a menu or a row of buttons so many belong to the vocabulary. Menus seen:
# 0.78 to 1.0; headings of tables of contents and rows of tables in reports: up to 0.55.
COVERED = 0.65
# Of the letters of a label so many belong to it.
LABEL = 0.9
# A menu has so many pieces at least, none longer than this.
PIECES = 3
PIECE = 14
# Longest menu, in characters as they stand; longest label, in characters of the folded view.
LONGEST_ROW = 120
LONGEST_LABEL = 20
# Longest English button, in characters; longest English label, in words.
SHORT_ENGLISH = 40
WORDS = 8
# A menu written one entry a line has so many lines at least, none longer than an entry, and
# so large a share of them belongs to the vocabulary.
RUN = 4
ENTRY = 8
KNOWN = 0.6

_SEPARATORS = re.compile(r"[\s|｜丨┊>＞<＜»›«‹→←↑↓·•/／\[\]【】〔〕()（）,，、_\-–—]+")
# Spaces part the pieces of a Chinese menu; in an English one a single space does not.
_WIDE = re.compile(r"\s{2,}|\s*[\t|｜丨┊>＞<＜»›«‹→←↑↓·•/／\[\]【】〔〕()（）,，、_]+\s*|\s[-–—]\s")
_IDEOGRAPH = re.compile("[\u2e80-\u9fff]")
# What a label lists is a sentence of a kind.
_ENUMERATION = re.compile(r"[:：][^:：|｜]*、")
_LETTERS = re.compile(r"[^\W\d_]")
_OTHERS = re.compile(r"[\W\d_]+")
# A name with a figure (`Text1`) is no word.
_ENGLISH = re.compile(r"[a-z]+(?:[-'’][a-z]+)*(?![a-z0-9])")


@dataclass(frozen=True)
class Words:
    """The vocabulary: one pattern for all Chinese words, the longest first, and the classes."""

    pattern: re.Pattern[str]
    actions: frozenset[str]
    sections: frozenset[str]
    heading: re.Pattern[str]
    strong: re.Pattern[str]
    english_heading: re.Pattern[str]
    english: frozenset[str]
    english_actions: frozenset[str]


class Cover(NamedTuple):
    """What the vocabulary covers of a piece of text: letters, those covered, words found."""

    letters: int
    covered: int
    words: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.covered / self.letters if self.letters else 0.0


@cache
def words() -> Words:
    """Return the vocabulary of `ingest/data/notices/vocabulary.toml`."""
    path = files("ingest") / "data" / "notices" / "vocabulary.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    def of(*names: str) -> frozenset[str]:
        return frozenset(word for name in names for word in table[name]["words"].split())

    def either(*lists: str) -> str:
        found = {word for one in lists for word in table["lists"][one].split()}
        return "|".join(sorted(map(re.escape, found), key=len, reverse=True))

    # Grouped by their first characters: what begins otherwise is passed over in one step.
    chinese: dict[str, list[str]] = {}
    for word in sorted(of("actions", "navigation", "sections"), key=len, reverse=True):
        chinese.setdefault(word[0], []).append(re.escape(word[1:]))
    own = frozenset(table["english"]["actions"].split())
    qualifier = either("strong", "weak")
    return Words(
        re.compile(
            "|".join(f"{re.escape(one)}(?:{'|'.join(rests)})" for one, rests in chinese.items())
        ),
        of("actions"),
        of("sections") - of("actions"),
        re.compile(rf"(?=.*?(?:{qualifier}))(?:{either('strong', 'weak', 'kinds')}){{2,5}}"),
        re.compile(either("strong")),
        re.compile("|".join(f"(?:{one})" for one in table["english_lists"]["patterns"])),
        own | frozenset(table["english"]["words"].split()),
        own,
    )


@lru_cache(maxsize=1 << 10)
def cover(folded: str) -> Cover:
    """Measure how much of a folded line the Chinese vocabulary covers.

    >>> cover("会员登录").share, round(cover("饮水安全").share, 1)
    (1.0, 0.5)
    """
    found = tuple(words().pattern.findall(folded))
    return Cover(_letters(folded), sum(map(_letters, found)), found)


def _letters(text: str) -> int:
    # Those that are none are fewer.
    return len(text) - sum(map(len, _OTHERS.findall(text)))


def english_cover(text: str) -> Cover:
    """Measure how much of an English line the vocabulary covers, in words."""
    found = tuple(_ENGLISH.findall(text.lower()))
    known = tuple(word for word in found if word in words().english)
    return Cover(sum(map(len, found)), sum(map(len, known)), found)


# A heading of a document, whatever words it has; the spaces in it part no buttons.
_CHAPTER = re.compile(r"\s*第\s*[\d一二三四五六七八九十百]{1,4}\s*[章节篇部编卷回]")


def row(text: str) -> bool:
    """Say whether a line, as it stands, is a row of buttons or a menu.

    >>> row("搜索 | 我的文档 | 上传赚钱 | 会员中心"), row("Log In  Sign Up   Help")
    (True, True)
    >>> row("项目 | 数量 | 金额"), row("一、网站首页"), row("预约方式：电话、窗口、微信公众号")
    (False, False, False)
    >>> row("第 6 章 网络应用"), row("• p: print the information"), row("如果 Text1 < Text2，返回 -1")
    (False, False, False)
    """
    if len(text) > LONGEST_ROW or ends_sentence(text.rstrip()):
        return False
    if _CHAPTER.match(text) or _ENUMERATION.search(text):
        return False
    between = _SEPARATORS if _IDEOGRAPH.search(text) else _WIDE
    pieces = [piece for piece in between.split(text.strip()) if piece]
    if sum(bool(_LETTERS.search(piece)) for piece in pieces) < PIECES or any(
        len(piece) > PIECE * (1 + piece.isascii()) for piece in pieces
    ):
        return False
    known = words()
    # Most lines of a report that look like rows have no word of a site at all.
    if not known.pattern.search(fold(text)) and known.english_actions.isdisjoint(
        _ENGLISH.findall(text.lower())
    ):
        return False
    letters = covered = own = 0
    for piece in pieces:
        if piece.isascii():
            found = english_cover(piece)
            own += sum(word in known.english_actions for word in found.words)
        else:
            found = cover(fold(piece))
            own += sum(word not in known.sections for word in found.words)
        letters += found.letters
        covered += found.covered
    return own > 0 and letters >= 2 * PIECES and covered >= COVERED * letters


def label(folded: str) -> bool:
    """Say whether a short line is made of what readers do on a site: `付费下载`.

    Two words at least, one of them an action, and hardly anything else.

    >>> label("付费下载"), label("相关文档"), label("下载")
    (True, False, False)
    """
    if not 3 <= len(folded) <= LONGEST_LABEL or ends_sentence(folded):
        return False
    found = cover(folded)
    return (
        len(found.words) >= 2
        and found.share >= LABEL
        and any(word in words().actions for word in found.words)
    )


def english_label(text: str) -> bool:
    """Say whether a short English line is a button or a menu entry of two words or more.

    >>> english_label("Skip to main content"), english_label("Share of households")
    (True, False)
    """
    text = text.strip()
    if not text.isascii() or text.endswith((".", ",", ";", ":")):
        return False
    found = english_cover(text)
    return (
        2 <= len(found.words) <= WORDS
        and found.share >= LABEL
        and any(word in words().english_actions for word in found.words)
    )


def heading(folded: str) -> str:
    """Say what heading of a list of links a line is: `strong`, `weak`, or none.

    >>> heading("24小时热文"), heading("相关文档"), heading("调查方法")
    ('strong', 'weak', '')
    """
    if folded.isascii():
        return ""
    title = folded.rstrip(":>+•").removesuffix("更多").removesuffix("换一批")
    if not 3 <= len(title) <= ENTRY + 4 or not words().heading.fullmatch(title):
        return ""
    return "strong" if words().strong.search(title) else "weak"


def english_heading(text: str) -> bool:
    """Say whether an English line heads a list of links.

    >>> english_heading("Most read"), english_heading("Related work")
    (True, False)
    """
    return bool(words().english_heading.fullmatch(text.strip().rstrip(":»> ").lower()))


def common(text: str, folded: str) -> bool:
    """Say whether a short line is made of the vocabulary, whatever the words.

    >>> common("评论", "评论"), common("调查方法", "调查方法")
    (True, False)
    """
    if text.isascii():
        return 0 < len(text.strip()) <= SHORT_ENGLISH and english_cover(text).share >= LABEL
    return len(folded) <= LONGEST_LABEL and cover(folded).share >= LABEL


def entry(text: str, folded: str) -> bool:
    """Say whether a line may be an entry of a menu that is written one entry a line."""
    if not folded or ends_sentence(folded) or any(mark in folded for mark in ",:、。"):
        return False
    return len(folded) <= ENTRY or (text.isascii() and len(text) <= 2 * ENTRY)


def menus(lines: Sequence[tuple[str, str]]) -> list[list[int]]:
    """Return the menus that are written one entry a line: the places of their lines.

    Each line comes as it stands and folded.

    >>> menus([(one, one) for one in ("首页", "新闻", "走进青溪", "办事服务", "青溪镇水情")])
    [[0, 1, 2, 3]]
    """
    found: list[list[int]] = []
    run: list[int] = []
    for at, (text, folded) in enumerate([*lines, ("", "")]):
        if entry(text, folded):
            run.append(at)
            continue
        while run and not _listed(*lines[run[-1]]):
            run.pop()
        while run and not _listed(*lines[run[0]]):
            run.pop(0)
        listed = [place for place in run if _listed(*lines[place])]
        own = any(_own(*lines[place]) for place in listed)
        if own and len(run) >= RUN and len(listed) >= KNOWN * len(run):
            found.append(run)
        run = []
    return found


def _listed(text: str, folded: str) -> bool:
    if text.isascii():
        return english_cover(text).share >= LABEL
    return cover(folded).share > KNOWN or not _LETTERS.search(folded)


def _own(text: str, folded: str) -> bool:
    """Say whether an entry has a word that only sites have."""
    known = words()
    if text.isascii():
        return any(word in known.english_actions for word in english_cover(text).words)
    return any(word in known.actions for word in cover(folded).words)
