"""The language model of Han text: its table, its probabilities, its choices.

The sentences are our own; the corpora beside the repository are used where they exist.
"""

from __future__ import annotations

import math
import random
import time
from importlib import resources
from pathlib import Path

import opencc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.repair import language
from ingest.repair.language_cache import Cache
from ingest.repair.language_table import SEED, extend, follow, read_table, table_bytes

TEXTS = Path(__file__).parent.parent.parent / "shared" / "corpora" / "text"

#: Reports of the kinds that the mirrors copy, in our own words.
PARAGRAPHS = """\
今年上半年，街道办事处组织了三次入户走访，听取居民对停车、垃圾分类和老旧电梯的意见，共收集建议一百二十六条，其中大部分已经落实到具体部门。
调查发现，多数村民愿意把闲置的土地租给合作社，但担心合同期限太长、价格偏低，希望乡政府出面担保，并且每年公布一次账目。
医院门诊量比去年同期增长了百分之十二，护士人手不足的问题仍然突出，夜班安排经常需要临时调整，病人等候时间偏长。
学校图书馆新添了两千多册图书，学生可以用校园卡自助借还，管理员每周统计一次借阅情况，并向各班推荐适合的读物。
公司全年实现营业收入三亿元，净利润有所下降，主要原因是原材料价格上涨和运输成本增加，管理层计划在明年压缩费用、扩大出口。
实验结果表明，温度升高时反应速度明显加快，但超过一定限度以后催化剂逐渐失去活性，产品的纯度也随之降低。
桥梁检测人员在主墩附近发现几处裂缝，宽度不大，暂时不影响通行，建议在雨季到来以前完成修补，并安装长期监测设备。
为了保护古城墙，文物部门限制了周边建筑的高度，重新铺设了排水管道，还请来老工匠按照传统方法烧制青砖。
软件更新以后，部分用户反映打开文件的速度变慢，技术人员检查了日志，认为问题出在缓存的清理方式上，已经着手修改程序。
消防演习开始前，老师向孩子们讲解了疏散路线和注意事项，警报响起后，全校师生在三分钟内全部撤到操场。
水库下游的灌溉渠年久失修，每到用水高峰就有两个村子争水，县里决定拨款重修渠道，并由双方各派一人共同管理闸门。
这份报告分为四个部分：先介绍背景和方法，再说明调查的经过，然后分析存在的问题，最后提出改进工作的几点建议。
""".splitlines()


@pytest.fixture(scope="module")
def model() -> language.Model:
    return language.han()


def with_lead(char: str) -> list[str]:
    lead = char.encode("gbk")[0]
    return decoded([bytes((lead, trail)) for trail in range(0x40, 0xFF)])


def with_trail(char: str) -> list[str]:
    trail = char.encode("gbk")[1]
    return decoded([bytes((lead, trail)) for lead in range(0x81, 0xFF)])


def decoded(pairs: list[bytes]) -> list[str]:
    return [char for pair in pairs if len(char := pair.decode("gbk", "ignore")) == 1]


class TestTable:
    @settings(deadline=None)  # other work shares the machine
    @given(
        st.dictionaries(st.integers(0, 0x10FFFF), st.integers(0, 63), max_size=200),
        st.sampled_from(((8, 6), (16, 6), (16, 8))),
    )
    def test_every_key_is_found_with_its_level(
        self, numbers: dict[int, int], widths: tuple[int, int]
    ) -> None:
        levels = {extend(SEED, number): level for number, level in numbers.items()}
        content = table_bytes(levels, tail_bits=widths[0], level_bits=widths[1])
        table, end = read_table(memoryview(content), 0)
        assert end == len(content)
        assert {state: table.get(state) for state in levels} == levels

    def test_absent_keys_are_rarely_taken_for_present_ones(self) -> None:
        rng = random.Random(5)
        levels = {rng.getrandbits(64): rng.randrange(64) for _ in range(5_000)}
        narrow, _ = read_table(memoryview(table_bytes(levels, level_bits=6)), 0)
        wide, _ = read_table(memoryview(table_bytes(levels, tail_bits=16)), 0)
        absent = [rng.getrandbits(64) for _ in range(300_000)]
        # Expected: 1.1 with 18 bits, 0.02 with 24.
        assert sum(narrow.get(state) >= 0 for state in absent) <= 8
        assert sum(wide.get(state) >= 0 for state in absent) <= 1

    def test_the_same_keys_give_the_same_bytes_in_any_order(self) -> None:
        levels = {n * 0x9E3779B97F4A7C15 % (1 << 64): n % 64 for n in range(1, 500)}
        backwards = dict(reversed(levels.items()))
        assert table_bytes(levels) == table_bytes(backwards)

    def test_a_level_that_does_not_fit_is_refused(self) -> None:
        with pytest.raises(ValueError, match="6 bits"):
            table_bytes({1: 64}, level_bits=6)

    def test_keys_that_are_no_hashes_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no hashes"):
            table_bytes({1: 0, 2: 0})

    def test_hashes_tell_order_and_length_apart(self) -> None:
        hashes = set()
        for sequence in ((1,), (2,), (1, 2), (2, 1), (1, 1), (1, 2, 1)):
            state = SEED
            for symbol in sequence:
                state = extend(state, symbol)
            hashes.add(state)
        one, two = extend(SEED, 1), extend(SEED, 2)
        hashes |= {follow(one, two), follow(two, one), follow(one, one), follow(one, 0)}
        assert len(hashes) == 10


class TestShippedModel:
    def test_size(self) -> None:
        content = resources.files("ingest").joinpath("data", "han.bin").read_bytes()
        assert 1_000_000 < len(content) <= 4_000_000

    def test_sources_are_named_in_the_file(self) -> None:
        content = resources.files("ingest").joinpath("data", "han.bin").read_bytes()
        head = content[4 : 4 + int.from_bytes(content[:4], "little")].decode()
        for named in ("jieba (MIT)", "Apache-2.0", "no copyright"):
            assert named in head

    @pytest.mark.parametrize(
        ("text", "worse"),
        [
            ("调查报告", "调查报高"),
            ("社區工作的調研報告", "社區工作的調研報鍘"),
            ("以后再说", "以候再说"),
            ("皇后", "皇後"),
            ("以後再說", "以候再說"),
            ("頭髮很長", "頭乏很長"),
            ("乾燥的空氣", "幹燥的空氣"),
            ("有三个。", "有三个、。"),
        ],
    )
    def test_a_text_is_more_probable_than_its_misspelling(
        self, model: language.Model, text: str, worse: str
    ) -> None:
        assert model.score(text) > model.score(worse)

    def test_both_scripts_cost_about_the_same(self, model: language.Model) -> None:
        to_traditional = opencc.OpenCC("s2t")
        for text in PARAGRAPHS:
            simplified = model.score(text) / len(text)
            traditional = model.score(to_traditional.convert(text)) / len(text)
            assert traditional == pytest.approx(simplified, abs=0.15)


class TestScore:
    @settings(deadline=None)  # other work shares the machine
    @given(st.text(max_size=60))
    def test_is_a_logarithm_of_a_probability_for_any_text(self, text: str) -> None:
        score = language.han().score(text)
        assert math.isfinite(score)
        assert score <= 1e-9

    @settings(deadline=None)  # other work shares the machine
    @given(st.text(alphabet="的人民大会堂，。3a 以后後發展\n", max_size=40))
    def test_costs_of_characters_add_up_to_it(self, text: str) -> None:
        model = language.han()
        progress = model.begin()
        total = 0.0
        for char in text:
            cost, progress = model.advance(progress, char)
            total -= cost
        assert total == pytest.approx(model.score(text))

    def test_spaces_cost_nothing_and_runs_cost_once(self, model: language.Model) -> None:
        assert model.score("研究 方法") == model.score("研究方法")
        assert model.score("共2个") == model.score("共25640个")
        assert model.score("用PDF格式") == model.score("用PostScript格式")

    def test_long_text_neither_vanishes_nor_slows_down(self, model: language.Model) -> None:
        text = "".join(PARAGRAPHS)
        start = time.process_time()
        long = model.score(text * 20)
        assert time.process_time() - start < 5
        assert long == pytest.approx(20 * model.score(text), rel=0.01)

    def test_adversarial_text_takes_linear_time(self, model: language.Model) -> None:
        start = time.process_time()
        model.score("一" * 20_000)
        assert time.process_time() - start < 5


class TestRank:
    @settings(deadline=None)  # other work shares the machine
    @given(
        st.text(alphabet="的了人民政府以后後發頭，3a\n龘", max_size=12),
        st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=8),
        st.text(alphabet="的了人民政府以后後發頭，3a\n龘", max_size=12),
    )
    @example("", ["\r"], "")
    def test_probabilities_add_up_and_descend(
        self, left: str, candidates: list[str], right: str
    ) -> None:
        ranked = language.han().rank(left, candidates, right)
        assert sorted(candidate for candidate, _ in ranked) == sorted(candidates)
        probabilities = [probability for _, probability in ranked]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1)

    def test_no_candidates(self, model: language.Model) -> None:
        assert model.rank("人民", [], "府") == []

    def test_an_empty_candidate_is_refused(self, model: language.Model) -> None:
        with pytest.raises(ValueError, match="empty"):
            model.rank("人民", ["政", ""], "府")

    def test_the_first_of_equal_candidates_comes_first(self, model: language.Model) -> None:
        assert [c for c, _ in model.rank("", ["龘", "靐", "龘"], "")] == ["龘", "靐", "龘"]

    def test_agrees_with_the_score_of_the_whole(self, model: language.Model) -> None:
        left, right = "\n我们的", "报告"
        candidates = ["调查", "工作", "周", "，", "龘"]
        by_rank = [candidate for candidate, _ in model.rank(left, candidates, right)]
        by_score = sorted(candidates, key=lambda c: -model.score(left + c + right))
        assert by_rank == by_score

    @pytest.mark.parametrize(
        ("left", "candidates", "right", "best"),
        [
            ("每人每月", ["撥付", "撥給", "發付"], "两百元", "撥付"),
            ("他把钱", ["存入", "存人"], "银行", "存入"),
            ("共有三十", ["人", "入", "八"], "参加", "人"),
            ("他说", ["：", "；", "、"], "“可以。”", "："),
            ("開展社", ["區", "嶇", "驅"], "服務", "區"),
            ("", ["关于", "关千"], "调研工作的报告", "关于"),
            ("最后提出几点建", ["议", "仪"], "", "议"),
        ],
    )
    def test_chooses(
        self, model: language.Model, left: str, candidates: list[str], right: str, best: str
    ) -> None:
        assert model.rank(left, candidates, right)[0][0] == best

    def test_keeps_to_the_script_of_its_neighbours(self, model: language.Model) -> None:
        both = ["养", "養"]
        assert model.rank("農民發展", both, "殖業的經驗")[0][0] == "養"
        assert model.rank("农民发展", both, "殖业的经验")[0][0] == "养"

    def test_the_script_of_the_document_counts_where_neighbours_are_silent(
        self, model: language.Model
    ) -> None:
        document = model.cache("農業產業化經營與農戶收入關係的調查報告")
        assert model.rank("水", ["产", "產"], "品", document)[0][0] == "產"


class TestCache:
    def test_counts_agreeing_neighbours(self) -> None:
        cache = Cache("甲乙丙丁。乙丙。丙丁", (0, 0))
        shared = cache.shared("甲乙", "丙", "丁")
        assert shared == {(1, 0): 2, (2, 0): 1, (0, 1): 2, (1, 1): 1, (2, 1): 1}

    def test_a_longer_candidate(self) -> None:
        cache = Cache("在石门坎村，石门坎小学", (0, 0))
        assert cache.shared("在", "石门", "坎村")[0, 1] == 2
        assert cache.shared("在", "石门", "坎村")[1, 2] == 1

    def test_neighbours_end_at_marks(self) -> None:
        cache = Cache("，丙丁", (0, 0))
        assert (1, 1) not in cache.shared("，", "丙", "丁")

    def test_nothing_in_common(self) -> None:
        assert Cache("春夏秋冬", (0, 0)).shared("东", "西", "南") == {}

    def test_names_that_no_list_has(self, model: language.Model) -> None:
        candidates = with_trail("峧")
        document = model.cache("虎峧沟在县城以北。修路以前，虎峧沟的人出一趟门要走半天。")
        alone = model.rank("去年，虎", candidates, "沟修通了公路")
        beside = model.rank("去年，虎", candidates, "沟修通了公路", document)
        assert alone[0][0] != "峧"
        assert beside[0][0] == "峧"
        assert beside[0][1] > 0.9

    def test_a_document_of_one_character_takes_linear_time(self, model: language.Model) -> None:
        start = time.process_time()
        document = model.cache("一" * 500_000)
        for _ in range(20):
            model.rank("一一一一", ["一", "二"], "一一一一", document)
        # Quadratic time would be hours; the speed itself is measured by the benchmark.
        assert time.process_time() - start < 20

    @settings(deadline=None)  # other work shares the machine
    @given(st.text(max_size=80))
    def test_any_document_will_do(self, text: str) -> None:
        model = language.han()
        ranked = model.rank("人民", ["政", "致"], "府", model.cache(text))
        assert ranked[0][0] == "政"


@pytest.mark.parametrize("script", ["Hans", "Hant"])
def test_lost_bytes_of_report_sentences(model: language.Model, script: str) -> None:
    paragraphs = list(PARAGRAPHS)
    if script == "Hant":
        paragraphs = [opencc.OpenCC("s2t").convert(text) for text in paragraphs]
    rng = random.Random(11)
    outcomes = []
    for text in paragraphs:
        for at in rng.sample([n for n, char in enumerate(text) if char > "一"], 12):
            for lost in (with_lead, with_trail):
                best, probability = model.rank(text[:at], lost(text[at]), text[at + 1 :])[0]
                outcomes.append((best == text[at], probability))
    right = sum(hit for hit, _ in outcomes) / len(outcomes)
    sure = [hit for hit, probability in outcomes if probability >= 0.99]
    assert right >= 0.88
    assert len(sure) >= 0.4 * len(outcomes)
    assert sum(sure) >= 0.99 * len(sure)


@pytest.mark.skipif(not TEXTS.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize(
    ("name", "bound"),
    [("cmrc_dev.zh-Hans", 292), ("finglm_A.zh-Hans", 127), ("drcd_dev.zh-Hant", 339)],
)
def test_perplexity_on_text_it_has_not_seen(name: str, bound: float) -> None:
    from tests.bench.language import Perplexity, held_out

    assert Perplexity().measure(held_out(name, 15_000)) < bound
