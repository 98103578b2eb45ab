"""Near-duplicates: reports uploaded twice found, reports of one template and translations left.

python -m tests.bench duplicates

Reports are made of templates; one half of the templates was looked at when the thresholds
were chosen, the other half only afterwards.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ingest
from ingest.batch.sketches import Originals, sketch
from tests.bench.datasets import texts

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "fixtures"
_TEXT = ROOT.parent / "shared" / "corpora" / "text"
CORPORA = (_TEXT / "cmrc_dev.zh-Hans.txt", _TEXT / "drcd_dev.zh-Hant.txt")
"""Third-party text beside the checkout, left out where it is missing."""
sys.path.insert(0, str(FIXTURES))

import damage  # noqa: E402  (the simulator lives beside the fixtures)

TUNED = (
    """{place}{year}年水利工作总结
一年来，{place}水利部门围绕防汛、供水和河道治理三件大事，较好地完成了年初确定的各项任务。
全年共完成投资{n1}万元，新建和加固堤防{n2}公里，清淤河道{n3}公里。
汛前对全县{n4}座水库逐一检查，发现隐患立即整改，主汛期没有出现一起责任事故。
农村饮水安全工程覆盖{n5}个村，受益人口{n6}人，水质抽检合格率达到{n7}%。
{org}牵头成立了巡查队，每周沿河巡查，对乱占乱建行为当场制止。
存在的主要困难是资金缺口较大，部分老旧泵站还没有更新，基层技术人员也明显不足。
明年将把节水改造放在首位，力争完成灌区配套{n8}亩，并继续推进河长制的落实。
负责人：{name}
""",
    """关于{place}中学{year}届学生近视情况的调查报告
为了解学生视力状况，{org}于{month}月在{place}中学开展了一次抽样调查。
本次共发放问卷{n1}份，收回有效问卷{n2}份，同时由校医为{n3}名学生测量视力。
结果显示，初一学生近视率为{n4}%，初三学生近视率为{n5}%，女生略高于男生。
每天户外活动不足一小时的学生中，近视的比例是其他学生的{n6}%。
家长普遍认为作业时间过长是主要原因，也有{n7}%的家长提到了电子屏幕。
我们建议学校每天安排两次眼保健操，调整教室照明，并在体育课上增加球类活动。
家庭应当控制孩子连续用眼的时间，周末多带孩子到野外走走。
调查人：{name}
""",
    """{place}旅游资源开发可行性研究
{place}地处山区与平原交界，境内有古镇、温泉和成片的竹林，自然条件较为优越。
据{org}统计，{year}年接待游客{n1}万人次，旅游收入{n2}万元，比上年增长{n3}%。
目前的主要问题是交通不便，景点之间缺少公交，床位仅有{n4}张，旺季一房难求。
本项目拟新建游客中心一座，建筑面积{n5}平方米，改造步道{n6}公里。
总投资估算为{n7}万元，其中申请补助一部分，其余由企业自筹。
经测算，项目建成后第四年即可收回全部投资，内部收益率高于行业基准。
从环境影响看，施工期噪声和扬尘可以控制，运营期污水全部接入镇里的管网。
编制人：{name}
""",
)
HELD_BACK = (
    """{place}医院{year}年护理质量持续改进报告
在{org}的指导下，我院护理部以病人满意为目标，对全年护理质量进行了回顾和分析。
全院共有护士{n1}人，其中本科以上学历{n2}人，床护比基本达到要求。
全年上报不良事件{n3}起，比上一年减少{n4}起，以跌倒和管路滑脱居多。
压力性损伤发生率为{n5}‰，手卫生依从率提高到{n6}%。
针对夜班人手不足的情况，护理部实行弹性排班，并设立了机动小组。
培训方面，组织操作考核{n7}场，参加人员{n8}人次，合格率较为理想。
下一步将完善专科护理门诊，加强对新入职人员的带教，把细节做到床边。
执笔：{name}
""",
    """{place}农产品批发市场行情分析（{year}年{month}月）
本月{place}批发市场蔬菜总成交量为{n1}吨，环比上升{n2}%，价格总体平稳。
叶菜类受连续降雨影响，采摘和运输都不方便，小白菜每公斤上涨到{n3}分。
猪肉供应充足，日均到货{n4}头，白条价格与上月基本持平。
水果方面，柑橘集中上市，批发价回落，{org}预计后期还有下降空间。
鸡蛋价格先抑后扬，月末每箱为{n5}元，养殖户补栏意愿增强。
综合来看，节日因素对行情的支撑有限，经销商应当随行就市，避免囤货。
建议产地加强预冷和分级包装，减少损耗，并密切关注天气变化。
分析员：{name}
""",
    """{place}小区物业服务满意度调查
受业主委员会委托，{org}对{place}小区的物业服务进行了第{n1}次满意度调查。
调查采用入户访问的方式，共访问{n2}户，占入住户数的{n3}%。
业主对保洁的评价最高，得分为{n4}分，对停车管理的评价最低，只有{n5}分。
有{n6}户反映电梯维修不及时，有{n7}户认为夜间巡逻流于形式。
电动自行车充电难是新出现的问题，楼道堆放杂物的现象也时有发生。
多数业主愿意在服务改善的前提下适当提高物业费，但希望账目公开。
我们建议物业公司设立意见箱和微信群，做到小事不过夜，大事有回音。
统计：{name}
""",
)
TRANSLATED = """A report on {place}, {year}
This year {org} finished what had been planned, and most people are content with it.
The total was {n1}, of which {n2} and {n3} were new; {n4} of {n5} were inspected.
Some {n6} percent of those who were asked saw a change for the better, {n7} did not.
Next year the work goes on, with {n8} as the aim. Written by {name}.
"""
_PLACES = [
    "清河",
    "石桥",
    "东湖",
    "柳林",
    "平山",
    "南溪",
    "双塔",
    "白沙",
    "永安",
    "龙门",
    "新圩",
    "大兴",
    "金竹",
    "长岭",
    "望江",
]
_ORGS = ["县水利局", "市统计处", "区卫生站", "镇政府", "学会", "课题组", "市农科所", "县志办"]
_NAMES = [
    "王建国",
    "李小燕",
    "张文涛",
    "陈志强",
    "刘海英",
    "赵一鸣",
    "孙丽",
    "周德福",
    "吴敏",
    "郑晓东",
]
_SITES = (
    ("全文预览已结束\n下载本文档\n", "文档编号：{}\n下载积分：5\n"),
    ("第1页 / 共3页\n", "本文档由用户上传并分享\n声明：如有侵权请联系我们删除\n"),
    ("首页 > 文库 > 工作总结\n阅读 {}\n", "相关文档\n更多文档请点击下载\n"),
)


class Report(NamedTuple):
    """A report and what is not the same: the next year's of the same place by the same hand,
    one of which four figures differ and nothing else, and a translation.
    """

    text: str
    next_year: str
    four_figures: str
    translation: str


_OTHERS = Report._fields[1:]


def reports(templates: tuple[str, ...], each: int, chance: random.Random) -> Iterator[Report]:
    """Yield reports of each template; every second has an annex that all of them share."""
    annex = "".join(
        f"{line}\n" for one in templates for line in one.split("\n") if line and "{" not in line
    )
    for template in templates:
        for number in range(each):
            tail = annex if number % 2 else ""
            words: dict[str, object] = {
                "place": chance.choice(_PLACES) + chance.choice("县市镇区"),
                "org": chance.choice(_ORGS),
                "name": chance.choice(_NAMES),
            }
            first, second = ({**words, **_figures(chance)} for _ in range(2))
            third = first | {name: second[name] for name in ("year", "n1", "n2", "n3")}
            yield Report(
                template.format_map(first) + tail,
                template.format_map(second) + tail,
                template.format_map(third) + tail,
                TRANSLATED.format_map(first),
            )


def _figures(chance: random.Random) -> dict[str, object]:
    return {
        "year": chance.randrange(1998, 2024),
        "month": chance.randrange(1, 13),
        **{f"n{n}": chance.randrange(11, 9000) for n in range(1, 9)},
    }


def _sited(text: str, chance: random.Random) -> str:
    head, tail = chance.choice(_SITES)
    number = chance.randrange(10**6)
    return head.format(number) + text + tail.format(number)


def _glossed(cutting: Any) -> Callable[[str, random.Random], str]:
    def damaged(text: str, chance: random.Random) -> str:
        level, seed = chance.randrange(14), chance.randrange(99)
        return damage.damage(text, damage.Settings(level=level, cutting=cutting, seed=seed)).text

    return damaged


def _wrapped(text: str, chance: random.Random) -> str:
    width = chance.randrange(30, 50)
    lines = (
        line[at : at + width] for line in text.split("\n") for at in range(0, len(line), width)
    )
    return "\n".join(lines).replace("，", ",").replace("。", ".")


def _cut_short(text: str, chance: random.Random) -> str:
    return text[: -chance.randrange(8, 25)]


VARIANTS: dict[str, Callable[[str, random.Random], str]] = {
    "same": lambda text, _: text,
    "site": _sited,
    "gloss": _glossed("off"),
    "gloss_partial": _glossed("partial"),
    "gloss_cut": _glossed("always"),
    "misread": lambda text, _: text.encode().decode("latin-1"),
    "wrapped": _wrapped,
    "cut_short": _cut_short,
    "site_and_gloss": lambda text, chance: _glossed("off")(_sited(text, chance), chance),
}


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Precision and recall over both halves of the templates, and what a text costs."""
    each = 5 if quick else 20
    figures: dict[str, Any] = {
        name: _marked(templates, each)
        for name, templates in (("tuned", TUNED), ("held_back", HELD_BACK))
    }
    figures["marked_of_different_paragraphs"] = {
        path.stem: _marked_paragraphs(path) for path in CORPORA if path.is_file()
    }
    rows = list(texts(500 if quick else 2_000))
    started = time.process_time()
    sketches = [sketch(row) for row in rows]
    sketched = time.process_time()
    originals = Originals(sketches.__getitem__)
    for place, own in enumerate(sketches):
        originals.first_like(place, own)
    compared = time.process_time()
    return figures | {
        "sketch_ms": (sketched - started) * 1000 / len(rows),
        "compare_ms": (compared - sketched) * 1000 / len(rows),
    }


def _marked_paragraphs(path: Path) -> int:
    """How many paragraphs of an encyclopedia, none of which repeats another, are marked."""
    paragraphs = [line for line in path.read_text("utf-8").split("\n") if len(line) > 150]
    sketches = [sketch(line) for line in paragraphs]
    found = Originals(sketches.__getitem__)
    return sum(found.first_like(place, own) is not None for place, own in enumerate(sketches))


def _marked(templates: tuple[str, ...], each: int) -> dict[str, Any]:
    chance = random.Random(len(templates[0]))
    made = list(reports(templates, each, chance))
    batch = [
        (number + shift * len(made), kind, text)
        for shift, kind in enumerate(("report", *_OTHERS))
        for number, text in enumerate(getattr(one, kind.replace("report", "text")) for one in made)
    ]
    batch += [
        (number, kind, vary(one.text, chance))
        for number, one in enumerate(made)
        for kind, vary in VARIANTS.items()
    ]
    sketches = [sketch(ingest.clean_text(text)) for _, _, text in batch]
    originals = Originals(sketches.__getitem__)
    found: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for place, (number, kind, _) in enumerate(batch):
        likeness = originals.first_like(place, sketches[place])
        if likeness is not None:
            right = batch[likeness.place][0] == number and kind in VARIANTS
            (found if right else wrong)[kind] += 1
    marked = found.total() + wrong.total()
    return {
        "texts": len(batch),
        "precision": found.total() / marked,
        "recall": found.total() / (len(made) * len(VARIANTS)),
        "wrong": wrong.total(),
        **{f"wrong_{kind}": wrong[kind] for kind in ("report", *_OTHERS)},
        **{f"recall_{kind}": found[kind] / len(made) for kind in VARIANTS},
    }
