"""The grammar of notices: what gives them away on a site that no pack knows.

No single sign decides. A line is *chrome* when nothing but a page viewer writes such a
line; a line *speaks as a site* when at least three different things that only a site says
(download, account, rights, origin, itself, contact, the reader) come together in it. What
that proves for the page is decided by `blocks`, which looks at all lines together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from ingest.strip.alternatives import written_out
from ingest.strip.folding import Gate, ends_sentence, fold, fold_line
from ingest.strip.languages import alphabetic, languages, script
from ingest.strip.vocabulary import alphabetic_label, common, heading, label, numbered, row

# Share of traps and of clean report lines with so many phrase signs, and of notices on the
# pages that the signs were written from: one sign 31% / 96%, two 7% / 83%, three 1% / 61%.
SPEAKS = 3
HINTS = 2
CERTAIN = 4

# A notice says one such thing in so many characters at least; in a language of long words, that
# one of the tables is of, in so many.
DENSE = 30
DENSE_ALPHABETIC = 50

# A label or a button is shorter than this, in characters of the folded view.
SHORT = 40


@dataclass(frozen=True)
class Sign:
    """One row of the tables. `chrome` signs match whole lines, the others anywhere."""

    id: str
    chrome: bool
    pattern: re.Pattern[str]
    hit: tuple[str, ...]
    miss: tuple[str, ...]
    script: str = ""
    """Of which script the lines are that it is asked of; all where it is empty."""

    @property
    def says(self) -> str:
        """What it says, in whatever language."""
        return self.id.partition(".")[0]

    def shows(self, folded: str) -> bool:
        """Say whether a folded line shows it. Lines of an alphabet are seen in small letters."""
        viewed = folded.lower() if self.script == "alphabet" else folded
        return bool((self.pattern.fullmatch if self.chrome else self.pattern.search)(viewed))


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
    def opens(self) -> bool:
        """Whether titles of other pages may follow."""
        return self.rule == "notice.site.heading"

    @property
    def phrased(self) -> bool:
        """Whether phrase signs are all there is: no vocabulary covers the line."""
        return not {"word", "label", "menu", "weak", "strong"}.intersection(self.signs)

    @property
    def probable(self) -> bool:
        """Whether a line may end a block where what is only likely goes, too.

        A sentence must do two things that one *about* sites and rights does not: speak of
        the site itself or to the reader, say where to write, what will be removed, or where
        the preview ends.
        """
        spoken = {"house", "reader", "contact", "removal", "gate", "viewer", "stance"}.intersection(
            self.signs
        )
        return self.strength == 2 and (self.label or len(spoken) >= HINTS)

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
            or ("rights" in self.signs and (self.label or "stance" in self.signs))
        )
        gated = self.label and "gate" in self.signs and len(self.signs) >= HINTS
        gated = gated or "label" in self.signs or "strong" in self.signs or "menu" in self.signs
        return len(self.signs) >= CERTAIN or (len(self.signs) >= SPEAKS and own) or gated


# Chrome that proves a page alone where it stands at its very edge: no report begins or ends
# with the trail to itself, with figures of who read it, or with what stands beside it.
PROOF = frozenset(
    [
        "trail",
        "tally",
        "rest",
        "neighbours",
        "buttons",
        "engine",
        "row",
        "member",
        "browser",
        "attachment",
        "cookies",
        "letter",
        "loader",
        "menu",
        "trial",
        "cite",
        "board",
        "counts",
    ]
)

# Chrome that documents have of their own: books and reports name the holder of their rights. It
# goes on a page that other lines prove to be a site's, and proves none.
SHARED = frozenset(["holder"])

# A line of a menu that is written one entry a line.
MENU = Verdict("notice.site.menu", 2, ("menu",), True)


@cache
def signs() -> tuple[Sign, ...]:
    """Return the signs, in the order of their tables."""
    path = files("ingest") / "data" / "notices" / "signs.toml"
    rows = [(row, "") for row in tomllib.loads(path.read_text(encoding="utf-8"))["sign"]]
    rows += [(row, one.script) for one in languages() for row in one.signs]
    return tuple(
        Sign(
            row["id"],
            row["kind"] == "chrome",
            re.compile(row["pattern"]),
            tuple(row["hit"]),
            tuple(row["miss"]),
            written,
        )
        for row, written in rows
    )


class _Asked(NamedTuple):
    """Signs that are asked of a line together: one pattern says whether any of them may show."""

    signs: tuple[Sign, ...]
    joined: re.Pattern[str]


@cache
def _parts(written: str, *, chrome: bool) -> _Asked:
    """Return the signs that are asked of the lines of one script only, or of all."""
    asked = tuple(
        sign if chrome else replace(sign, pattern=re.compile(written_out(sign.pattern.pattern)))
        for sign in signs()
        if sign.chrome == chrome and sign.script == written
    )
    return _Asked(
        asked, re.compile("|".join(f"(?:{one.pattern.pattern})" for one in asked) or "$^")
    )


def _phrases(text: str, folded: str) -> Iterator[str]:
    """Yield what the phrases of a line say."""
    for sign in _parts("", chrome=False).signs:
        if sign.pattern.search(folded):
            yield sign.id
    written = script(text)
    if written != "han":
        own = _parts(written, chrome=False)
        viewed = folded.lower() if written == "alphabet" else folded
        if own.joined.search(viewed):
            for sign in own.signs:
                if sign.pattern.search(viewed):
                    yield sign.says


def _in_table(folded: str) -> bool:
    return _parts("alphabet", chrome=False).joined.search(folded.lower()) is not None


def _chrome_sign(text: str, folded: str) -> Sign | None:
    asked = _parts("", chrome=True)
    if asked.joined.fullmatch(folded):
        return next(sign for sign in asked.signs if sign.pattern.fullmatch(folded))
    written = script(text)
    own = _parts(written, chrome=True)
    viewed = folded.lower() if written == "alphabet" else folded
    if own.signs and own.joined.fullmatch(viewed):
        return next(sign for sign in own.signs if sign.pattern.fullmatch(viewed))
    return None


# What a line is taken for is asked of it by itself, among its neighbours, and for its place.
@lru_cache(maxsize=1 << 10)
def chrome(text: str, folded: str) -> Verdict | None:
    """Judge whether a line is chrome: only the cheap half of `judge`."""
    # Chrome has no full stop but at its end; nearly every line of a report has one.
    if "。" in text[:-1]:
        return None
    folded = folded.removesuffix("。") if "©" in folded else folded
    if folded.endswith("。") and script(text) != "kana":
        return None
    if folded and (sign := _chrome_sign(text, folded)):
        strength = 2 if sign.says in SHARED else 3
        return Verdict(f"notice.site.{sign.id}", strength, (sign.says,))
    return Verdict("notice.site.row", 3, ("row",)) if row(text) else None


def button(text: str) -> bool:
    """Say whether a line is a button or heads a list of links: the cheap half of `judge`."""
    if len(text) > 2 * SHORT:
        return False
    folded = fold(text)
    return label(folded) or alphabetic_label(text) or heading(text, folded) == "strong"


@lru_cache(maxsize=1 << 10)
def judge(text: str) -> Verdict | None:
    """Judge one line as it stands.

    >>> judge("上一页 | 下一页 | 返回顶部").rule
    'notice.site.buttons'
    >>> judge("本站资料均由网友上传，如有侵权请联系客服删除。").strength
    2
    >>> judge("全镇共有水厂九处。") is None
    True
    """
    folded = fold_line(text)
    if not folded:
        return None
    if verdict := chrome(text, folded):
        return verdict
    found = tuple(dict.fromkeys(_phrases(text, folded)))
    short = len(folded) <= SHORT and not ends_sentence(folded)
    if (label(folded) or alphabetic_label(text)) and not numbered(text):
        return Verdict("notice.site.label", 2, ("label", *found), True)
    if kind := heading(text, folded):
        return Verdict("notice.site.heading", 2 if kind == "strong" else 1, (kind, *found), True)
    # A paragraph of a report with a phrase of the site glued into it speaks of much else.
    dense = DENSE_ALPHABETIC if alphabetic(text) and _in_table(folded) else DENSE
    if len(folded) > dense * max(SPEAKS, len(found)):
        return None
    if len(found) >= SPEAKS:
        return Verdict(f"notice.site.{found[0]}", 2, found, short)
    if len(found) >= HINTS or (found and short):
        return Verdict(f"notice.site.{found[0]}", 1, found, short)
    if short and common(text, folded) and not numbered(text):
        return Verdict("notice.site.word", 1, ("word",), True)
    return None


@cache
def gate() -> Gate:
    """Return the words without one of which head and tail of a text cannot prove a site."""
    path = files("ingest") / "data" / "notices" / "signs.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))["gate"]["words"]
    spoken = (word for one in languages() for word in one.gate)
    return Gate.of([*(word.replace("_", " ") for word in words.split()), *spoken])
