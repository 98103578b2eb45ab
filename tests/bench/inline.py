"""Marks, watermarks and advertising glued into running text: character spans.

Own marks are glued into text that has none, so that each character's truth is known.
Classes come from what document sites are known to leave behind. The wordings of refrains
were written without a look at the rules (`fixtures/refrains/`): rules were made more general
with those of one file in view, those of the other only measure. A removed character counts as
right where it was glued in. Texts with tempting content and nothing glued in measure the harm.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ingest
from ingest.document import Document
from ingest.strip.passes import strip

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora" / "text"
PAGE = 6000

# What was glued into a text: offset in the clean text, and the characters.
Glued = list[tuple[int, str]]
Recipe = Callable[[str, random.Random], Glued]


def texts(count: int) -> list[str]:
    """Texts of some six thousand characters, from held-back text where it is at hand."""
    source = CORPORA / "cmrc_dev.zh-Hans.txt"
    if source.is_file():
        whole = source.read_text(encoding="utf-8")
        whole = whole[len(whole) // 2 :]
    else:
        truths = sorted((ROOT / "fixtures" / "pages").glob("*/*.truth"))
        whole = "\n".join(path.read_text(encoding="utf-8") for path in truths)
    found, current = [], ""
    for paragraph in re.findall(r"[^\n]{100}[^。\n]*(?:。|$)", whole, re.MULTILINE):
        current += paragraph + "\n\n"
        if len(current) > PAGE:
            found.append(current.rstrip("\n") + "\n")
            current = ""
    return found[:count]


def _inside(text: str, chance: random.Random, at: float) -> int:
    """An offset near a share of the text, between two Han characters of a sentence."""
    place = int(len(text) * at) + chance.randrange(-40, 40)
    for offset in range(max(1, place), len(text) - 1):
        if all("\u4e00" <= one <= "\u9fff" for one in text[offset - 1 : offset + 1]):
            return offset
    return len(text) // 2


def _spread(text: str, chance: random.Random, marks: Sequence[str]) -> Glued:
    shares = [(index + 0.7) / (len(marks) + 0.5) for index in range(len(marks))]
    offsets = [_inside(text, chance, share) for share in shares]
    return list(zip(sorted(offsets), marks, strict=True))


def _line_ends(text: str) -> list[int]:
    return [index for index, one in enumerate(text) if one == "\n" and text[index - 1] != "\n"]


def _at_line_ends(text: str, chance: random.Random, marks: Sequence[str]) -> Glued:
    chosen = sorted(chance.sample(_line_ends(text)[:-1], len(marks)))
    return list(zip(chosen, marks, strict=True))


def fractions(text: str, chance: random.Random) -> Glued:
    total = chance.randrange(4, 10)
    return _spread(text, chance, [f"{number}/{total}" for number in range(1, total + 1)])


def page_of_pages(text: str, chance: random.Random) -> Glued:
    total = chance.randrange(4, 10)
    form = chance.choice(
        ("第{}页共{}页", "第{}页/共{}页", "第 {} 页 共 {} 页", "第{}页，共{}页", "共{1}页第{0}页")
    )
    marks = [form.format(number, total) for number in range(1, total + 1)]
    glue = chance.choice((_spread, _at_line_ends))
    return glue(text, chance, marks)


def slice_numbers(text: str, chance: random.Random) -> Glued:
    total = chance.randrange(4, 9)
    middle = _spread(text, chance, [f"\n\n{number}、" for number in range(2, total + 1)])
    return [(0, "1、"), *middle]


def slides(text: str, chance: random.Random) -> Glued:
    total = chance.randrange(5, 12)
    day = f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13)}-{chance.randrange(1, 29)}"
    form = chance.choice(("{0}{1}", "{0} {1}", "{0}\n{1}"))
    return _at_line_ends(
        text, chance, ["\n" + form.format(day, number) for number in range(1, total + 1)]
    )


def wordings(split: str, kind: str) -> list[str]:
    """Phrases of a kind, `watermark`, `advertising` or `keep`, written without a look at the rules."""
    path = ROOT / "fixtures" / "refrains" / f"{split}.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [row["wording"] for row in rows if row["kind"] == kind]


def refrain(wording: str, text: str, chance: random.Random) -> Glued:
    count = chance.randrange(4, 9)
    marks = [wording.replace("{}", str(number)) for number in range(1, count + 1)]
    return chance.choice((_spread, _at_line_ends))(text, chance, marks)


def field_codes(text: str, chance: random.Random) -> Glued:
    ends = [offset + 2 for offset in _line_ends(text)[1:-2]]
    chosen = sorted(chance.sample(ends, 4))
    anchor = chance.randrange(10_000_000, 99_999_999)
    form = chance.choice(('HYPERLINK \\l "_Toc{}" ', "PAGEREF _Toc{} \\h ", "_Toc{}"))
    found = [(offset, form.format(anchor + index)) for index, offset in enumerate(chosen)]
    return [(0, 'TOC \\o "1-3" \\h \\z \\u '), *found]


def debris(text: str, chance: random.Random) -> Glued:
    opened, closed = chance.choice(
        (("<p><b>", "</b></p>"), ("<p>", "</p>"), ('<span style="color:red">', "</span>"))
    )
    ends = [offset for offset in _line_ends(text) if offset > 100]
    found = []
    for end in chance.sample(ends, 3):
        found += [(text.rfind("\n", 0, end) + 1, opened), (end, closed)]
    return sorted(found)


def one_paragraph(text: str) -> str:
    """What a viewer makes of a text before it cuts it into slices."""
    return text.replace("\n", "") + "\n"


RECIPES: dict[str, Recipe] = {
    "fractions": fractions,
    "page-of-pages": page_of_pages,
    "slice-numbers": slice_numbers,
    "slides": slides,
    "field-codes": field_codes,
    "debris": debris,
}

TEMPTING = (
    "比赛进行到第三节，他罚球2/4，全队投篮15/37，占1/4的球员没有得分。",
    "共4页，第1页至第3页为正文，第4页为附表。",
    "2024年3月15日，会议在市政府第2会议室召开；2024-3-15 14:00开始签到。",
    "1、加强领导。2、落实责任。3、强化督查。",
    "精品文档的评选由省档案馆负责，欢迎下载评选办法。",
    "机械设计专业的学生可加入答疑QQ群，群号在课程主页公布。",
    "目录域代码TOC用于生成目录，HYPERLINK用于插入链接。",
    "换行标签<br/>与段落标签<p>在网页中很常见，&nbsp;表示空格。",
)


def tempting(text: str, chance: random.Random) -> str:
    """The text with tempting sentences as paragraphs of their own, some of them twice."""
    paragraphs = text.rstrip("\n").split("\n\n")
    for sentence in (*TEMPTING, *chance.sample(TEMPTING, 2)):
        paragraphs.insert(chance.randrange(1, len(paragraphs)), sentence)
    return "\n\n".join(paragraphs) + "\n"


def repeated(wording: str, text: str) -> str:
    """The text with a phrase of its own: behind a comma, and as a line, six times in all."""
    phrase = wording.replace("{}", "3")
    paragraphs = text.rstrip("\n").split("\n\n")
    for at in range(0, 9, 3):
        paragraphs[at] = paragraphs[at].replace("，", f"，{phrase}，", 1)
        paragraphs[at + 1] += f"\n{phrase}"
    return "\n\n".join(paragraphs) + "\n"


def glue(text: str, glued: Glued) -> tuple[str, bytearray]:
    """The text with the marks in it, and for each character whether it was glued in."""
    pieces, truth, last = [], bytearray(), 0
    for offset, mark in glued:
        pieces += [text[last:offset], mark]
        truth += bytes(offset - last) + b"\1" * len(mark)
        last = offset
    pieces.append(text[last:])
    truth += bytes(len(text) - last)
    return "".join(pieces), truth


def score(text: str, truth: bytes, level: str) -> Counter[str]:
    """Characters glued in, removed, and both. Blanks count on neither side."""
    document = Document.from_text(text)
    removed = bytearray(len(text))
    for edit in strip(document, level).history[-1].edits:  # type: ignore[arg-type]
        if len(edit.after) < len(edit.before):
            kept = edit.before.find(edit.after)
            for offset in range(edit.start, edit.end):
                inside = edit.start + kept <= offset < edit.start + kept + len(edit.after)
                removed[offset] = not inside
    tally: Counter[str] = Counter()
    for one, was, is_gone in zip(text, truth, removed, strict=True):
        if was < 2 and not one.isspace():
            tally["glued"] += was
            tally["removed"] += is_gone
            tally["right"] += was and is_gone
    return tally


def figures(tally: Counter[str]) -> dict[str, float]:
    return {
        "precision": tally["right"] / max(1, tally["removed"]),
        "recall": tally["right"] / max(1, tally["glued"]),
    }


HEAD = """{title}_第1页
{title}_第2页
全文预览已结束
文档简介

"""
TAIL = """
温馨提示
1.本站所有资源如无特殊说明，都需要本地电脑安装相应软件。
3.本站仅提供信息存储空间，仅对用户上传内容的表现方式做保护处理。
4.下载本文档后，如有侵权请与我们联系。
评论
0/150
提交评论
"""


def on_site(text: str, truth: bytes) -> tuple[str, bytes]:
    """The text as the report on the page of a document site; its notices count for neither side."""
    head = HEAD.format(title="水利工程调研报告")
    return head + text + TAIL, b"\2" * len(head) + truth + b"\2" * len(TAIL)


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Precision and recall of the characters removed, by class, together, and the harm.

    `bare` is the text alone, `site` the same text on a page that shows itself as a site's.
    """
    chance = random.Random(29)
    clean = texts(4 if quick else 16)
    found: dict[str, Any] = {}
    together: dict[str, Counter[str]] = {}
    for name, recipe in RECIPES.items():
        bodies = map(one_paragraph, clean) if recipe is slice_numbers else clean
        marked = [glue(text, recipe(text, chance)) for text in bodies]
        for context in ("bare", "site"):
            for level in ("sure", "likely"):
                tally: Counter[str] = Counter()
                for text, truth in marked:
                    given = on_site(text, truth) if context == "site" else (text, truth)
                    tally += score(*given, level)
                key = f"{context}_{level}"
                together.setdefault(key, Counter()).update(tally)
                found.setdefault(name, {})[key] = figures(tally)
    for split in ("tuned", "held_back"):
        for kind in ("watermark", "advertising"):
            marked = [
                glue(text, refrain(wording, text, chance))
                for wording in wordings(split, kind)
                for text in chance.sample(clean, 2)
            ]
            for context in ("bare", "site"):
                for level in ("sure", "likely"):
                    tally = Counter()
                    for text, truth in marked:
                        given = on_site(text, truth) if context == "site" else (text, truth)
                        tally += score(*given, level)
                    key = f"{context}_{level}"
                    found.setdefault(f"{split}_{kind}", {})[key] = figures(tally)
                    if split == "held_back":
                        together[key] += tally
        kept = wordings(split, "keep")
        found[f"{split}_kept_phrases_lost"] = sum(
            strip(Document.from_text(text)).text != text
            for text in (repeated(wording, chance.choice(clean)) for wording in kept)
        )
    found["all"] = {key: figures(tally) for key, tally in together.items()}
    harmed = 0
    for text in clean:
        tempted = tempting(text, chance)
        harmed += ingest.clean_text(tempted) != tempted
    found["tempting_texts_changed"] = harmed
    return found


if __name__ == "__main__":
    for name, values in measure().items():
        if isinstance(values, dict):
            shown = {
                key: " / ".join(f"{one:.3f}" for one in value.values())
                for key, value in values.items()
            }
            print(f"{name:16}", shown)
        else:
            print(name, values)
