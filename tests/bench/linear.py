"""Texts made to be slow, a megabyte each: seconds of CPU of each stage on the worst of them.

What cost is told by stage: the worst text's seconds, and its name. `changed_everywhere`
are texts in which a rule has to change nearly every character, each change with its own
record; there the seconds are those of a million records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ingest.normalize
import ingest.repair
import ingest.strip
from ingest.document import Document
from ingest.settings import Settings
from ingest.write import render
from tests.bench.clock import cpu

LENGTH = 1_000_000

REPEATED = {
    "ideograph": "工",
    "letter": "a",
    "accented": "é",
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
    }
