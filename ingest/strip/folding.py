"""The view of a line that rules match on: one script, one width, no spaces, no readings.

A notice is the same notice whether a site wrote it in Simplified or a mirror in
Traditional characters, with full-width or half-width punctuation, with or without the
spaces that layout put in. Rules are written once, against the folded form.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

# A reading that repair left (or that it was not asked to remove): Latin letters in
# brackets with a tone mark, at most six of them ("zhuāng" is the longest reading).
_READING = re.compile(r"[（(][a-zü]{0,5}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}[）)]")

_QUOTES = dict.fromkeys("“”„‟〝〞＂「」『』", '"') | dict.fromkeys("‘’‚‛＇", "'")
_BULLETS = "•·●○◆◇■□▪※►▶"


# The commonest ideographs of encyclopedias, news and reports in the folded view, commonest
# first: nineteen in twenty of their text.
_FREQUENT = (
    "的年为是在有一国和中公大人于元上业用以司了出后成发资长地时动学产费日会率入与其个月利行之不得及现方金主收生他营南本部到北务多所由而股这区要理分流份斯来总等对作同最东军负名计经并代增可市家西位法新定限债高也被比工体线重建式加台能政民教合将自数"
    "通物力电开下期外因世内化过亚海度第前车特此管全面研员机场立路联文科尔但至山性制马道球平水事子站设三进间关天当都使战里任相表州系华小种美品称或润提城次据财克统投明实二展量语两集达无罗形王已十约港队从赛然技德影士根企者原目安运拉们义常共交保售销"
    "报治算包益著铁四岛史门口正向结尼改校风帝府则些该应如万米起意团界额号接色权持受京湾格变龙巴领说江信客朝河术货育条音知古心更非始净认程布太存就少活占基英规属各取星传视院广支造气纪价较商维指演还曾议省反供获处组只阿直卡选响首没苏五括源项速列型职"
    "币具县石航积空洲兰环手点林师香调单族例乐且类头历情近件湖创固陆论回筑果际确解域险境转导争命强言阳极很决鱼备模普带需构参它放官足欧复续座身款社准效济亦样先即奥优质纳修值未书户游女易印网别武完息深级周又除居光神字打标专兴层服示再汉题张清哥密局许"
    "黄皇温随食令土见致园邦每超白离控防施整料求波医独击半几推协李兵连威失洋早往花况吉置观众初告博那今案才夫宗另母装审采去给剧余季远革划图党乡继办镇问版引青记画好亲塞声奖段举银真故终节越功查街助干百注角冠派范步奇曲红护福宣蒙仍飞低双叶洛破瑞显究减"
    "止委围断何想卫库木攻志编升排典盟圣状伊般依儿佛岁片树测堂预莱养黑责村票戏八堡均消哈鲁端突器父郡降综刘细群鳍落农住看吴楼伯签势仅录森证容孙满废融俄伦爱拿九六播药象念景逐拥批死渐沙艺材希停班嘉写扩守诺策承略塔齐田川尾杀乘侧律千庆惠配虽亿便思底移"
    "败边央索做像厂唐精征勒热考却含萨辖压善束甚韩康税油候快述督盛验末织瓦评她宋夺火纽丽严激友云留君监良请杯姆己坦换异永照拍卷卢老短托植词延话旅氏望载荣担迪我桥汽简室努购盖登房试附频付退执遭封宁素稳态抗轨诗难届背富杂临核藏病七埃判射久右松丰必媒感"
    "夏误竞庭泉陈智阶峰贵澳顿役隆廷宽舰绿讯察厦适臣轻祖左差酒泰歌岩丁毛靠招免眼津沿译骨牌让切授哲甲呈男疗婚杰岸账卖贝硕馆检裁玛饰乌胜郑春否讨散归烈输予码章启冲错宝订板绝恒署恶雨宫闻按雄朱浙培亡序把透乎充尽申吸贸暴珠鲜微仁牙识脉船够习享腊拜灵劳辆"
    "析野席盈圳佳涉雅坏斗撤丹宇坡损弟赫距映择邮害迁讲昌钢走似借须摩巨句雷旧桑汇避尚软截邻污庙茶莫献殖荷灭潜牠缺晋浦替鼓练健露礼副圆诸谢曼弱枚誉裂着缩估隶齿块秋崎秀梅措励沟听董顺恩遇弹追休送童顾蓝泊帮喜轮偏乱镜昆遗麦伐探符伤钟泽篮繁乔课肉洞爆读径"
    "颖禁拔某稻店兼蛇勇架觉掌私晚猫若旋侵遵肯味坐途绩杜玉鸟介屋寺皆抵芳迫贡唱概雪翰缘仪危幼描零础刻杭唯潮梁驻券冒魏毕籍震脱墨训警敌触衡徒辑纸陵氧菲疫谷廉迅恢敦逃储仙慢黎洪妻陶互允墙餐柯宪赏诚假遍殊补障耳硬紧刺折孩趋俗坚篇厚叫迷混释鉴待杨摄冰仔暗"
)


@cache
def table() -> dict[int, str | None]:
    """Return the character table of the folding: script, width, quotes; spaces to nothing."""
    folded: dict[int, str | None] = {}
    rows = (files("ingest") / "data" / "notices" / "folding.tsv").read_text(encoding="utf-8")
    for row in rows.splitlines():
        if not row.startswith("#") and row != "traditional\tsimplified":
            traditional, simplified = row.split("\t")
            folded[ord(traditional)] = simplified
    for code in range(0xFF01, 0xFF5F):
        folded[code] = chr(code - 0xFEE0)
    folded |= {ord(mark): plain for mark, plain in _QUOTES.items()}
    folded |= {ord(mark): "•" for mark in _BULLETS}
    for code in [*range(0x21), 0x7F, *range(0x80, 0xA1), 0xAD, *range(0x2000, 0x2010), 0x3000]:
        folded[code] = None
    folded |= dict.fromkeys([0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0xFEFF])
    folded |= {ord("—"): "-", ord("–"): "-", ord("－"): "-", ord("〔"): "[", ord("〕"): "]"}
    folded |= {ord("【"): "[", ord("】"): "]", ord("《"): "<<", ord("》"): ">>", ord("…"): "."}
    return folded


def fold(text: str) -> str:
    """Return the folded view of a text.

    >>> fold("版權(quán)說明：本文檔由 用戶 上傳")
    '版权说明:本文档由用户上传'
    """
    if "(" in text or "（" in text:
        text = _READING.sub("", text)
    return text.translate(table())


# Every pass asks for it again, and of a page a few hundred lines are looked at.
@lru_cache(maxsize=1 << 10)
def fold_line(text: str) -> str:
    """Return the folded view of a line.

    A mirror that has no bullet writes `?`: at the start of a line it counts as none.

    >>> fold_line("?文 檔")
    '文档'
    """
    return fold(text).removeprefix("?")


def fold_with_map(text: str) -> tuple[str, list[int]]:
    """Return the folded view and, for each of its characters, the offset it comes from.

    The list has one entry more than the view: the offset of the text's end.

    >>> fold_with_map("文 檔(dàng)1")
    ('文档1', [0, 2, 9, 10])
    """
    characters: list[str] = []
    offsets: list[int] = []
    folding = table()
    position = 0
    spans = [found.span() for found in _READING.finditer(text)]
    for start, end in [*spans, (len(text), len(text))]:
        for offset in range(position, start):
            for character in folding.get(ord(text[offset]), text[offset]) or "":
                characters.append(character)
                offsets.append(offset)
        position = end
    return "".join(characters), [*offsets, len(text)]


@cache
def _variants() -> dict[str, str]:
    variants: dict[str, str] = {}
    for code, folded in table().items():
        if folded and is_han(folded):
            variants[folded] = variants.get(folded, folded) + chr(code)
    return variants


def either_script(literal: str) -> str:
    """Return a regular expression that finds a word in Simplified and in Traditional form.

    >>> re.search(either_script("文档简介"), "一 文檔簡介") is not None
    True
    """
    variants = _variants()
    return "".join(
        f"[{variants[character]}]" if character in variants else re.escape(character)
        for character in literal
    )


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, in either script.

    It begins with the rarest character of each word, which lets the engine skip ahead by a set
    of characters that clean text has few of: `word_span` says where the word begins.

    >>> found = any_of(["版权", "ICP备"]).search("原版權")
    >>> word_span(found)
    (1, 3)
    """
    variants = _variants()
    branches: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        at = min(range(len(word)), key=lambda index: _frequency(word[index]))
        before, rest = either_script(word[:at]), either_script(word[at + 1 :])
        for key in variants.get(word[at], word[at]):
            look = f"(?<=({before}){re.escape(key)})" if before else ""
            branches.setdefault(key, []).append(look + rest)
    # Grouped by it, what begins otherwise is passed over in one step.
    groups = (f"{re.escape(key)}(?:{'|'.join(rest)})" for key, rest in sorted(branches.items()))
    return re.compile("|".join(groups))


def word_span(found: re.Match[str]) -> tuple[int, int]:
    """Return the span of the word that a pattern of `any_of` has found."""
    return found.start(found.lastindex or 0), found.end()


def _frequency(character: str) -> float:
    """How frequent a character is in text that is no notice, by rank: 0 for rare ones."""
    if character.isascii():
        return 1.0
    rank = _FREQUENT.find(character)
    return 1.0 / (2 + rank) if rank >= 0 else 0.0


class Gate(NamedTuple):
    """Words without one of which a text has nothing to look at, in either script.

    Latin words are looked for one by one: their first letters stop a pattern at every
    third letter of an English text.

    >>> gate = Gate.of(["版权", "JSTOR"])
    >>> gate.opens("版權所有"), gate.opens("via JSTOR"), gate.opens("版本"), gate.opens("jstor")
    (True, True, False, False)
    """

    latin: tuple[str, ...]
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, words: Iterable[str]) -> Gate:
        """Make a gate of words as they stand in the rules' tables."""
        distinct = sorted(set(words))
        others = [word for word in distinct if not word.isascii()]
        return cls(
            tuple(word for word in distinct if word.isascii()), any_of(others) if others else None
        )

    def opens(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Say whether one of the words stands in `[start, end)` of a text."""
        part = text[start:end]
        # Of a Chinese text hardly anything is left here, and all Latin words.
        latin = part.encode("ascii", "ignore").decode("ascii")
        if any(word in latin and word in part for word in self.latin):
            return True
        # As long as `part`, it is all of it: then nothing else is there.
        return bool(self.pattern and len(latin) < len(part) and self.pattern.search(part))


def is_han(character: str) -> bool:
    """Say whether a character is an ideograph (of the blocks in general use)."""
    return "一" <= character <= "鿿" or "㐀" <= character <= "䶿"


def ends_sentence(folded: str) -> bool:
    """Say whether a folded line ends as a sentence does."""
    return folded.rstrip("\"')]").endswith(("。", "!", "?", ";", "."))


def is_word(character: str) -> bool:
    """Say whether a character belongs to a word: letter, ideograph or digit."""
    return unicodedata.category(character)[0] in "LN"
