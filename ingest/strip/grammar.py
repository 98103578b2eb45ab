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

from ingest.strip.folding import any_of, ends_sentence, fold

# Share of traps and of clean report lines with so many phrase signs, and of notices on the
# pages that the signs were written from: one sign 31% / 96%, two 7% / 83%, three 1% / 61%.
SPEAKS = 3
HINTS = 2

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


@cache
def signs() -> tuple[Sign, ...]:
    """Return the signs, in the order of their table."""
    path = files("ingest") / "data" / "notices" / "signs.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["sign"]
    return tuple(
        Sign(row["id"], row["kind"] == "chrome", re.compile(row["pattern"]), tuple(row["hit"]), tuple(row["miss"]))
        for row in rows
    )


@cache
def _parts() -> tuple[tuple[Sign, ...], tuple[Sign, ...], re.Pattern[str]]:
    chrome = tuple(sign for sign in signs() if sign.chrome)
    phrases = tuple(sign for sign in signs() if not sign.chrome)
    joined = re.compile("|".join(f"(?:{sign.pattern.pattern})" for sign in chrome))
    return chrome, phrases, joined


def chrome(folded: str) -> Verdict | None:
    """Judge whether a line of the folded view is chrome: only the cheap half of `judge`."""
    kinds, _, joined = _parts()
    if folded and joined.fullmatch(folded):
        for sign in kinds:
            if sign.pattern.fullmatch(folded):
                return Verdict(f"notice.site.{sign.id}", 3, (sign.id,))
    return None


def judge(folded: str) -> Verdict | None:
    """Judge one line of the folded view.

    >>> judge(fold("上一页 | 下一页 | 返回顶部")).rule
    'notice.site.buttons'
    >>> judge(fold("本站资料均由网友上传，如有侵权请联系客服删除。")).strength
    2
    >>> judge(fold("全镇共有水厂九处。")) is None
    True
    """
    if not folded:
        return None
    if verdict := chrome(folded):
        return verdict
    found = tuple(sign.id for sign in _parts()[1] if sign.pattern.search(folded))
    if len(found) >= SPEAKS:
        return Verdict(f"notice.site.{found[0]}", 2, found)
    if len(found) >= HINTS or (found and len(folded) <= SHORT and not ends_sentence(folded)):
        return Verdict(f"notice.site.{found[0]}", 1, found)
    return None


@cache
def gate() -> re.Pattern[str]:
    """Return a pattern without which head and tail of a text cannot prove a site."""
    words = "下载 登录 注册 版权 侵权 上一篇 下一篇 上一页 阅读原文 关注 打印 客服 本站 浏览 字体 当前位置 您的位置 来源".split()
    english = "Login Upload Download Privacy DMCA Copyright ©".split()
    return any_of([*words, *english])
