"""Texts made to be slow, a megabyte each: seconds of CPU of each stage on the worst of them.

What cost is told by stage: the worst text's seconds, and its name. `changed_everywhere`
are texts in which a rule has to change nearly every character, each change with its own
record; there the seconds are those of a million records. `garbled` are random bytes in one
line, as another encoding reads them, each character of which may have to be searched: what is
told is how much more a character costs in a text four times as long.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import ingest.normalize
import ingest.repair
import ingest.strip
from ingest.document import Document
from ingest.settings import Settings
from ingest.write import render
from tests.bench.clock import cpu

LENGTH = 1_000_000
#: Characters of the shorter one of two garbled texts.
GARBLED = 25_000

REPEATED = {
    "ideograph": "工",
    "letter": "a",
    "accented": "é",
    "accented words": "État, « déjà » vécu à l’été ",
    "Cyrillic names": "МегаФон и РусГидро ",
    "Latin letters in Chinese": "从b到c的a股",
    "Simplified words of rare signs": "评估机构的种类变异，",
    "question marks in Traditional": "那?社會的電氣化。",
    "digits": "1",
    "spaces": " ",
    "no-break spaces": "\xa0",
    "ideographic spaces": "\u3000",
    "tabs": "\t",
    "line ends": "\n",
    "blank lines": " \n",
    "question marks": "?",
    "dots": ".",
    "dashes": "—",
    "hyphens": "-",
    "quotes": "“",
    "slashes": "/",
    "open brackets": "(",
    "wide brackets": "（",
    "closed brackets": ")",
    "combining marks": "\u0301",
    "zero width": "\u200b",
    "replacements": "\ufffd",
    "private use": "\ue000",
    "controls": "\x01",
    "numbered": "1、",
    "fractions": "1/2 ",
    "page of pages": "第1页共2页",
    "dashed pages": "- 1 -\n",
    "slides": "1、一段。\n",
    "half an annotation": "(qū",
    "annotations": "區(qū)",
    "UTF-8 as Latin-1": "ä¸­",
    "GBK as Latin-1": "ÖÐ",
    "entities": "&nbsp;",
    "cut entities": "&am\n",
    "escaped words": "字\\u4e2d",
    "escaped bytes": "字%E4%B8%AD",
    "letters of other alphabets": "sp‰t f乺 k■n prй ",
    "notices": "本站资料均由网友上传，如有侵权请联系客服删除。\n",
    "one long notice": "本站资料均由网友上传，如有侵权请联系客服删除。",
    "words of sites": "版权所有 下载 登录 ",
    "field codes": 'TOC \\o "1-2" \\h ',
    "tags": "<p>",
    "one line of prose": "全镇共有水厂九处，管网改造已完成三十一处，其余列入明年计划。",
    "short lines": "一\n",
    "short paragraphs": "一\n\n",
    "spread sentence": "工 作 ， ",
    "wrapped lines": "the water works of the town were rebuilt in the year, and the rest\n",
    "hyphens at line ends": "depart-\n",
    "leaders": "...... 1\n",
}

CHANGED_EVERYWHERE = {
    "carriage returns": "\r",
    "decomposed letters": "a\u0301",
    "lone surrogates": "\ud800",
}


def garbled() -> dict[str, str]:
    """Random bytes, and random characters of the kinds that misreadings make."""
    rng = random.Random(1)
    low, high = bytes(range(0x20, 0x7F)), bytes(range(0x80, 0x100))
    content = bytes(rng.choices(low + high, k=4 * GARBLED))
    wide = bytes(rng.choices(high[1:-1], k=8 * GARBLED))
    return {
        "latin-1": content.decode("latin-1"),
        "cp1251": content.decode("cp1251", "replace"),
        "gb18030": wide.decode("gb18030", "replace")[: 4 * GARBLED],
        "alternating": "Ã©中a鍏充" * (4 * GARBLED // 6),
        "one word": "".join(rng.choices("abcdeéèüöčłß", k=4 * GARBLED)),
    }


def growth(texts: Mapping[str, str]) -> dict[str, float]:
    """Seconds of repair a character of each text, to those of its first quarter."""
    repair = ingest.repair.bind(Settings())
    figures = {}
    for name, text in texts.items():
        whole, part = (Document.from_text(one) for one in (text, text[: len(text) // 4]))
        repair(Document.from_text(text[:1000]))
        taken = [cpu(lambda: repair(one)) for one in (part, whole)]  # noqa: B023 - called at once
        figures[f"{name}_growth"] = taken[1] / taken[0] / 4
    return {"worst_growth": max(figures.values()), **figures}


def slowest(texts: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """The most seconds that each stage takes on one of the texts, and on which."""
    worst: dict[str, tuple[float, str]] = {}
    settings = Settings()
    stages = {
        "repair": ingest.repair.bind(settings),
        "strip": ingest.strip.bind(settings),
        "normalize": ingest.normalize.bind(settings),
    }
    for name, piece in texts:
        document = Document.from_text((piece * (LENGTH // len(piece) + 1))[:LENGTH])
        for stage, apply in stages.items():
            made: list[Document] = []
            seconds = cpu(lambda: made.append(apply(document)))  # noqa: B023 - called at once
            # A noisy machine may double a figure: what is close is measured again.
            if 0.5 < seconds < 3:
                seconds = min(seconds, cpu(lambda: apply(document)))  # noqa: B023 - as above
            worst[stage] = max(worst.get(stage, (0.0, "")), (seconds, name))
            document = made[0]
        seconds = cpu(lambda: render(document, "md"))  # noqa: B023 - as above
        worst["write"] = max(worst.get("write", (0.0, "")), (seconds, name))
    return {
        f"{stage}_{key}": value
        for stage, found in worst.items()
        for key, value in zip(("seconds", "text"), found, strict=True)
    }


def measure(*, quick: bool = False) -> dict[str, object]:
    """Seconds on the worst text by stage; nothing where it is to be quick."""
    if quick:
        return {}
    return {
        "slowest": slowest(REPEATED.items()),
        "changed_everywhere": slowest(CHANGED_EVERYWHERE.items()),
        "garbled": growth(garbled()),
    }
