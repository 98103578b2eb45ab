"""What one line shows that may tell a notice from the report: named, so that a score can say why.

No feature decides, and none is a phrase of a certain site: length, punctuation, labels,
figures, who is spoken to, which words of the vocabulary, pairs of characters, and what the
page's source says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ingest.strip import grammar, vocabulary
from ingest.strip.facts import Facts
from ingest.strip.folding import ends_sentence, fold_line, table
from ingest.strip.languages import alphabetic
from ingest.strip.lines import LONGEST

Shown = dict[str, float]
"""Names of features with their values, 0 to 1."""

# Upper bounds of the classes of length, in characters of the folded view.
_LENGTHS = (2, 4, 6, 9, 13, 18, 25, 40, 70, 120)
_DATE = re.compile(
    r"\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}|[A-Z][a-z]{2,8}\.?\d{1,2},\d{4}|\d{1,2}[A-Z][a-z]{2,8}\d{4}"
)
_PATTERNS = {
    "date": _DATE,
    "time": re.compile(r"\d{1,2}:\d{2}"),
    "address": re.compile(r"https?:|www\.|\.(?:com|cn|org|net)(?![a-z])"),
    "mail": re.compile(r"[\w.]@[\w-]+\."),
    "phone": re.compile(
        r"(?<!\d)(?:0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4}|\(0\d{1,3}\)\d{3,4}-?\d{4})(?!\d)"
    ),
    "price": re.compile(r"[¥$€£]\d|\d(?:\.\d+)?(?:元|金币|积分|下载券|学币|文币|豆|点券)"),
    "counted": re.compile(
        r"\d[\d,.]*[万k]?\+?(?:次|人|条|篇|个赞|赞|楼|回复|页|views?|comments?|likes?)(?![一-龥])"
    ),
    "bracketed-figure": re.compile(r"\(\d[\d,.万+]*\)"),
    "file": re.compile(r"\.(?:docx?|pptx?|pdf|xlsx?|wps|rtf|zip|rar)(?![a-z])", re.IGNORECASE),
    "file-size": re.compile(r"\d[KMG]B(?![a-z])", re.IGNORECASE),
    "years": re.compile(r"(?:19|20)\d{2}-(?:19|20)\d{2}"),
    "rights-sign": re.compile(r"[©®™]"),
    "arrow": re.compile(r"[<>→←↑↓»«›‹▼▲▶►◀]"),
    "star": re.compile(r"[☆★❤♥♡]"),
    "emphasis": re.compile(r"[!?]{1,3}$"),
    "cut-short": re.compile(r"(?:\.{2,3}|…)$"),
    "all-brackets": re.compile(r"\[[^\[\]]{1,12}\](?:\[?[^\[\]]{1,12}\]?)*"),
    "you": re.compile(r"您|你|\b(?:you|your)\b|You(?:r)?"),
    "please": re.compile(r"请|欢迎|敬请|[Pp]lease|[Ww]elcome"),
    "house": re.compile(
        r"本站|本网|本平台|本社区|本店|本刊|本馆|我站|小编|网友|用户|博主|客服|管理员"
    ),
    "denial": re.compile(r"不得|禁止|谢绝|勿|不代表|不承担|免责|概不"),
    "quantity": re.compile(
        r"\d+(?:\.\d+)?(?:%|亩|万|亿|公里|平方米|吨|户|名|岁|年|倍|所|个百分点)"
    ),
    "Han-quantity": re.compile(
        r"[一二三四五六七八九十百千]{2,}[亩万亿公吨户名岁年倍所个人天次处家条份]"
    ),
    "title-marks": re.compile(r"<<[^<>]{2,}>>"),
}
# Signs of which a line must have one for a pattern to be found in it; digits stand for all digits.
_DIGITS = frozenset("0123456789")
_NEEDS = {
    **dict.fromkeys(
        (
            "date",
            "time",
            "phone",
            "price",
            "counted",
            "bracketed-figure",
            "file-size",
            "years",
            "quantity",
        ),
        _DIGITS,
    ),
    "address": frozenset(":."),
    "mail": frozenset("@"),
    "file": frozenset("."),
    # Patterns that are one set.
    **{
        name: frozenset(_PATTERNS[name].pattern.strip("[]"))
        for name in ("rights-sign", "arrow", "star")
    },
    "emphasis": frozenset("!?"),
    "cut-short": frozenset(".…"),
    "all-brackets": frozenset("["),
    "title-marks": frozenset("<"),
    "you": frozenset("您你yY"),
    "please": frozenset("请欢pPwW"),
    "house": frozenset("本我小网用博客管"),
    "denial": frozenset("不禁谢勿免概"),
    "Han-quantity": frozenset("一二三四五六七八九十百千"),
}
# Patterns that say more than what form a line has.
_SPOKEN = ("counted", "rights-sign", "arrow")
SPEAKING = ("sign:", "strength:", "covered:most", "covered:all", "in:", "links:", *_SPOKEN)
"""Beginnings of the names of features that add to the proof of a page."""
# Share of a line that the vocabulary covers: `covered:most`.
MOST = 0.6
_START = {
    "chapter": re.compile(r"第[一二三四五六七八九十百\d]{1,4}[章节条部分编篇]"),
    "heading-number": re.compile(
        r"[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)"
    ),
    "item-number": re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}[、.)]?(?!\d)(?=\D)"),
    "annex": re.compile(
        r"附[件录表图一二三四五\d:]|[图表]\d|注[:释]|资料来源|数据来源|参考(?:文献|答案|书目)|致谢|后记|大事记"
        r"|名词解释|网络资料|[一二三四五六七八九十]{1,2}、|关键词|摘要|\[\d+\]"
        r"|References$|Appendix|Annex|Acknowledge?ments$|Bibliography$|Table\d|Figure\d"
    ),
    "bullet": re.compile(r"[•·*#※☆★▼►◆-]"),
}
_LABELS = re.compile(r"[^:,。;]{1,12}:(?!//)")
_SEPARATORS = re.compile(r"[|丨┊>→»›·•/_-]")
_WIDE = re.compile(r"\s{2,}|[ \u3000\t]")
_PUNCTUATION = re.compile(r"[,;、]")
_HAN_PAIR = re.compile(r"(?=([一-鿿]{2}))")
_BEYOND = re.compile(r"[^\W\d_a-zA-Z]")
_LATIN_WORD = re.compile(r"[a-z]{2,}")
_FUNCTION = re.compile(r"[的了在是和与对为将把被从而但]")


def shown(text: str, facts: Facts) -> Shown:
    """Return what a line shows by itself.

    >>> found = shown("浏览：12次 收藏：3次", Facts(1.0))
    >>> [name for name in ("labels:2", "links:all", "pair:浏览", "stop") if name in found]
    ['labels:2', 'links:all', 'pair:浏览']
    """
    text = text.strip()
    long = len(text) > LONGEST
    folded = fold_line(text[:LONGEST])
    found = dict.fromkeys(_form(text, folded), 1.0)
    found.update(dict.fromkeys(_source(facts), 1.0))
    if long:
        found["long"] = 1.0
        return found
    if verdict := grammar.judge(text):
        found[f"strength:{verdict.strength}"] = 1.0
        found.update(dict.fromkeys((f"sign:{sign}" for sign in verdict.signs), 1.0))
    found.update(_words(text, folded))
    return found


def speaks(text: str, facts: Facts) -> bool:
    """Return whether a line may show anything but the form of a line: what a page is proven by.

    That is what `SPEAKING` names; most lines of a report show none of it, and to tell so takes
    a tenth of the time.

    >>> speaks("全镇共有水厂九处，比上年多一处。", Facts()), speaks("返回首页", Facts())
    (False, True)
    """
    if facts.kinds or facts.links > 0:
        return True
    text = text.strip()
    if _may_be_spoken().search(text):
        folded = fold_line(text[:LONGEST])
        if any(_PATTERNS[name].search(folded) for name in _SPOKEN):
            return True
    if len(text) > LONGEST:
        return False
    folded = fold_line(text)
    return (
        vocabulary.cover(folded).share >= MOST
        or (alphabetic(text) and vocabulary.alphabetic_cover(text).share >= MOST)
        or grammar.judge(text) is not None
    )


@cache
def _may_be_spoken() -> re.Pattern[str]:
    """Finds what the patterns of `_SPOKEN` cannot do without, in a text as it stands."""
    signs = "©®™<>→←↑↓»«›‹▼▲▶►◀"
    folded = [chr(code) for code, plain in table().items() if set(plain or "") & set(signs)]
    return re.compile(f"[\\d{signs}{''.join(folded)}]")


def _form(text: str, folded: str) -> Iterator[str]:
    yield "any"
    size = len(folded)
    yield f"length:{next((str(most) for most in _LENGTHS if size <= most), 'more')}"
    digits = sum(map(str.isdigit, folded))
    there = frozenset(folded) | _DIGITS if digits else frozenset(folded)
    for name, pattern in _PATTERNS.items():
        needed = _NEEDS.get(name)
        if (needed is None or not needed.isdisjoint(there)) and pattern.search(folded):
            yield name
    for name, pattern in _START.items():
        if pattern.match(folded):
            yield f"begins:{name}"
    if ends_sentence(folded):
        yield "stop" if size > grammar.SHORT // 2 else "stop:short"
    if folded.endswith(":"):
        yield "ends:colon"
    commas = len(_PUNCTUATION.findall(folded))
    yield f"commas:{min(commas, 3)}"
    if labels := len(_LABELS.findall(folded)):
        yield f"labels:{min(labels, 4)}"
    if separators := len(_SEPARATORS.findall(text)):
        yield f"separators:{min(separators, 4)}"
    pieces = [piece for piece in _WIDE.split(text) if piece]
    if len(pieces) > 1 and not text.isascii():
        longest = max(map(len, pieces))
        kind = "short" if longest <= vocabulary.ENTRY else "mixed" if longest <= 20 else "long"
        yield f"pieces:{min(len(pieces), 4)}:{kind}"
    if digits:
        yield (
            "digits:most"
            if 2 * digits >= size
            else "digits:some"
            if 5 * digits >= size
            else "digits:few"
        )
    if folded.isascii():
        yield "ascii"
        words = text.split()
        if len(words) > 1 and sum(word[:1].isupper() for word in words) * 3 > 2 * len(words):
            yield "ascii:capitals"
    function = len(_FUNCTION.findall(folded))
    if function:
        yield "function:many" if function >= 3 else "function:some"


def _source(facts: Facts) -> Iterator[str]:
    for kind in facts.kinds:
        yield f"in:{kind}"
    if facts.links >= 0.9:
        yield "links:all"
    elif facts.links >= 0.3:
        yield "links:half"
    elif facts.links > 0:
        yield "links:few"


def _words(text: str, folded: str) -> Shown:
    found: Shown = {}
    pairs = set(_HAN_PAIR.findall(folded)) if not folded.isascii() else set()
    latin = set(_LATIN_WORD.findall(text.lower()))
    # A long line has many pairs: together they count as much as four of a short one.
    for names, prefix, few in ((pairs, "pair", 4), (latin, "word", 3)):
        value = min(1.0, (few / len(names)) ** 0.5) if names else 0.0
        found.update((f"{prefix}:{name}", value) for name in names)
    covered = vocabulary.cover(folded)
    if covered.words and covered.letters:
        share = covered.share
        name = (
            "all"
            if share >= 0.9
            else "most"
            if share >= MOST
            else "some"
            if share >= 0.3
            else "few"
        )
        found[f"covered:{name}"] = 1.0
    # Arrows and rights signs alone make no line one of another language.
    spelt = folded.isascii() or (alphabetic(text) and _BEYOND.search(text) is not None)
    if spelt and (share := vocabulary.alphabetic_cover(text).share) >= 0.3:
        found[
            "covered:all" if share >= 0.9 else "covered:most" if share >= MOST else "covered:some"
        ] = 1.0
    return found
