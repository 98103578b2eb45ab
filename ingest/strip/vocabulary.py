"""Short lines: how much of them is made of the words of menus, buttons and lists of links.

A menu or a button is nothing but such words; a heading of a report has others, too. So the
share of the letters that the vocabulary covers tells them apart, on sites never seen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from ingest.strip.folding import ends_sentence, fold
from ingest.strip.languages import alphabetic, languages, script

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
# Longest button in an alphabet, in characters; longest such label, in words.
SHORT_ALPHABETIC = 40
WORDS = 8
# A menu written one entry a line has so many lines at least, none longer than an entry, and
# so large a share of them belongs to the vocabulary.
RUN = 4
ENTRY = 8
# The same in kana or hangul (`プライバシーポリシー`), and in an alphabet.
ENTRY_SPELT = 12
ENTRY_ALPHABETIC = 24
KNOWN = 0.6

_SEPARATORS = re.compile(r"[\s|｜丨┊>＞<＜»›«‹→←↑↓·•/／\[\]【】〔〕()（）,，、_\-–—]+")
# Spaces part the pieces of a Chinese menu; in an English one a single space does not.
_WIDE = re.compile(r"\s{2,}|\s*[\t|｜丨┊>＞<＜»›«‹→←↑↓·•/／\[\]【】〔〕()（）,，、_]+\s*|\s[-–—]\s")
# What a label lists is a sentence of a kind.
_ENUMERATION = re.compile(r"[:：][^:：|｜]*、")
_PARTED = re.compile(r"\s{2,}|[|｜丨┊>＞»›·•/／]")
_LETTERS = re.compile(r"[^\W\d_]")
_OTHERS = re.compile(r"[\W\d_]+")
# A name with a figure (`Text1`) is no word.
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*(?!\w)")


@dataclass(frozen=True)
class Words:
    """The vocabulary: of what is written without spaces one pattern for each script, the longest
    words first, and their classes; for each alphabetic language its words, those that only sites
    have, and those of which a line must have one to be of the language."""

    patterns: Mapping[str, re.Pattern[str]]
    actions: frozenset[str]
    sections: frozenset[str]
    heading: re.Pattern[str]
    strong: re.Pattern[str]
    english_heading: re.Pattern[str]
    alphabetic: tuple[tuple[frozenset[str], frozenset[str], frozenset[str]], ...]
    alphabetic_actions: frozenset[str]


class Cover(NamedTuple):
    """What the vocabulary covers of a piece of text: letters, those covered, words found."""

    letters: int
    covered: int
    words: tuple[str, ...]
    own: int = 0
    """How many of the words only sites have."""

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

    chinese = of("actions", "navigation", "sections")
    spelt = {one.script: one for one in languages() if one.script != "alphabet"}
    patterns = {name: _any_of(chinese | one.words) for name, one in spelt.items()}
    english = frozenset(table["english"]["actions"].split())
    every = english | frozenset(table["english"]["words"].split())
    alphabets = [(every, english, every)]
    alphabets += [
        (one.words, one.actions, one.words - one.shared - every)
        for one in languages()
        if one.script == "alphabet"
    ]
    qualifier = either("strong", "weak")
    return Words(
        patterns | {"han": _any_of(chinese)},
        of("actions").union(*(one.actions for one in spelt.values())),
        of("sections") - of("actions"),
        re.compile(rf"(?=.*?(?:{qualifier}))(?:{either('strong', 'weak', 'kinds')}){{2,5}}"),
        re.compile(either("strong")),
        re.compile("|".join(f"(?:{one})" for one in table["english_lists"]["patterns"])),
        tuple(alphabets),
        frozenset().union(*(actions for _, actions, _ in alphabets)),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    # Grouped by their first characters: what begins otherwise is passed over in one step.
    begun: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        begun.setdefault(word[0], []).append(re.escape(word[1:]))
    return re.compile(
        "|".join(f"{re.escape(one)}(?:{'|'.join(rests)})" for one, rests in begun.items())
    )


def _found(folded: str) -> tuple[str, ...]:
    patterns = words().patterns
    return tuple(patterns.get(script(folded), patterns["han"]).findall(folded))


@lru_cache(maxsize=1 << 10)
def cover(folded: str) -> Cover:
    """Measure how much of a folded line the words cover that are written without spaces.

    >>> cover("会员登录").share, round(cover("饮水安全").share, 1)
    (1.0, 0.5)
    """
    found = _found(folded)
    own = sum(word in words().actions for word in found)
    return Cover(_letters(folded), sum(map(_letters, found)), found, own)


def _letters(text: str) -> int:
    # Those that are none are fewer.
    return len(text) - sum(map(len, _OTHERS.findall(text)))


@lru_cache(maxsize=1 << 10)
def alphabetic_cover(text: str) -> Cover:
    """Measure how much of a line the vocabulary of one language covers, in words.

    Of the languages that are written in letters the one that covers most counts.

    >>> alphabetic_cover("Jetzt kostenlos anmelden").share
    1.0
    """
    found = tuple(_WORD.findall(text.lower()))
    letters = sum(map(len, found))
    best = Cover(letters, 0, ())
    for known, actions, telling in words().alphabetic:
        if telling.isdisjoint(found):
            continue
        some = tuple(word for word in found if word in known)
        covered = sum(map(len, some))
        if covered > best.covered:
            best = Cover(letters, covered, some, sum(word in actions for word in some))
        if covered == letters:
            break
    return best


# A heading of a document, whatever words it has; the spaces in it part no buttons.
_CHAPTER = re.compile(
    r"\s*(?:第\s*[\d一二三四五六七八九十百]{1,4}\s*[章节節篇部编卷回]|\d{1,3}장"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s+(?![KMG]i?B)[^\W\d_])"
)


def numbered(text: str) -> bool:
    """Say whether a line is numbered as chapters and sections are.

    >>> numbered("13.4. E-Mail"), numbered("2.4 MB")
    (True, False)
    """
    return _CHAPTER.match(text) is not None


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
    if numbered(text) or _ENUMERATION.search(text):
        return False
    letters_alone = alphabetic(text)
    between = _WIDE if letters_alone else _SEPARATORS
    pieces = [piece for piece in between.split(text.strip()) if piece]
    if sum(bool(_LETTERS.search(piece)) for piece in pieces) < PIECES or any(
        len(piece) > PIECE * (1 + alphabetic(piece)) for piece in pieces
    ):
        return False
    known = words()
    # Most lines of a report that look like rows have no word of a site at all.
    if not _found(fold(text)) and known.alphabetic_actions.isdisjoint(_WORD.findall(text.lower())):
        return False
    letters = covered = own = 0
    for piece in pieces:
        if alphabetic(piece):
            found = alphabetic_cover(piece)
            own += found.own
        else:
            found = cover(fold(piece))
            chinese = script(piece) == "han"
            own += sum(word not in known.sections for word in found.words) if chinese else found.own
        letters += found.letters
        covered += found.covered
    # In hangul, spaces part the words of a title, too: half of them must be of sites only.
    apart = letters_alone or script(text) != "hangul" or _PARTED.search(text)
    least = 1 if apart else max(2, (len(pieces) + 1) // 2)
    return own >= least and letters >= 2 * PIECES and covered >= COVERED * letters


def label(folded: str) -> bool:
    """Say whether a short line is made of what readers do on a site: `付费下载`.

    Two words at least, one of them an action, and hardly anything else.

    >>> label("付费下载"), label("相关文档"), label("下载")
    (True, False, False)
    """
    if not 3 <= len(folded) <= LONGEST_LABEL or ends_sentence(folded):
        return False
    found = cover(folded)
    return len(found.words) >= 2 and found.share >= LABEL and found.own > 0


def alphabetic_label(text: str) -> bool:
    """Say whether a short line in letters is a button or a menu entry of two words or more.

    >>> [alphabetic_label(one) for one in ("Skip to main content", "Share of households")]
    [True, False]
    """
    text = text.strip()
    if not alphabetic(text) or text.endswith((".", ",", ";", ":")):
        return False
    found = alphabetic_cover(text)
    return 2 <= len(found.words) <= WORDS and found.share >= LABEL and found.own > 0


def heading(text: str, folded: str) -> str:
    """Say what heading of a list of links a line is, as it stands and folded: `strong`,
    `weak`, or none.

    >>> heading("24小时热文", "24小时热文"), heading("相关文档", "相关文档")
    ('strong', 'weak')
    >>> heading("Most read", ""), heading("Related work", ""), heading("おすすめの資料", "おすすめの资料")
    ('strong', '', 'strong')
    """
    kind = script(text)
    if kind == "han":
        title = folded.rstrip(":>+•").removesuffix("更多").removesuffix("换一批")
        if not 3 <= len(title) <= ENTRY + 4 or not words().heading.fullmatch(title):
            return ""
        return "strong" if words().strong.search(title) else "weak"
    title = (text.lower() if kind == "alphabet" else folded).strip().rstrip(":»> ")
    if len(title) > SHORT_ALPHABETIC * 2:
        return ""
    if kind == "alphabet" and words().english_heading.fullmatch(title):
        return "strong"
    spoken = [one for one in languages() if one.script == kind]
    if any(one.strong.fullmatch(title) for one in spoken):
        return "strong"
    return "weak" if any(one.weak.fullmatch(title) for one in spoken) else ""


def common(text: str, folded: str) -> bool:
    """Say whether a short line is made of the vocabulary, whatever the words.

    >>> common("评论", "评论"), common("调查方法", "调查方法")
    (True, False)
    """
    if alphabetic(text):
        return 0 < len(text.strip()) <= SHORT_ALPHABETIC and alphabetic_cover(text).share >= LABEL
    return len(folded) <= LONGEST_LABEL and cover(folded).share >= LABEL


def entry(text: str, folded: str) -> bool:
    """Say whether a line may be an entry of a menu that is written one entry a line."""
    if not folded or ends_sentence(folded) or any(mark in folded for mark in ",:、。"):
        return False
    if len(folded) <= ENTRY or (text.isascii() and len(text) <= 2 * ENTRY):
        return True
    longest = {"han": ENTRY, "alphabet": ENTRY_ALPHABETIC}.get(script(text), ENTRY_SPELT)
    return len(text if longest == ENTRY_ALPHABETIC else folded) <= longest


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
    if alphabetic(text):
        return alphabetic_cover(text).share >= LABEL
    # Words of kana and hangul are long: a heading shares more of them with menus.
    least = KNOWN if script(text) == "han" else LABEL
    return cover(folded).share > least or not _LETTERS.search(folded)


def _own(text: str, folded: str) -> bool:
    """Say whether an entry has a word that only sites have."""
    return (alphabetic_cover(text) if alphabetic(text) else cover(folded)).own > 0
