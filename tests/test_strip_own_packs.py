"""Rule packs of a user's own: how they are bound, checked, and proposed from documents."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections import Counter
from pathlib import Path

import damage
import pytest

from ingest.batch.options import RunOptions
from ingest.batch.versions import fingerprints
from ingest.document import Document
from ingest.errors import ConfigurationError
from ingest.extract import read
from ingest.pipeline import clean
from ingest.repair import bind as bind_repair
from ingest.settings import Settings, load
from ingest.strip import bind, packs
from ingest.strip.check import check
from ingest.strip.folding import fold
from ingest.strip.learn import Proposal, learn
from ingest.strip.observe import Observation, observe
from ingest.strip.patterns import faults, slow
from ingest.strip.schema import problems

FIXTURES = Path(__file__).parent.parent / "fixtures"
REPAIR = bind_repair(Settings())

PACK = """
[pack]
id = "reed"
name = "reed library"
needs = 2
gate = ["芦苇书屋", "书签"]

[[rule]]
id = "welcome"
class = "welcome"
region = "head"
cue = true
pattern = '芦苇书屋欢迎你,第\\d{1,6}位来客'
evidence = "first line of four pages"
hit = ["芦苇书屋欢迎你，第 302 位来客"]
miss = ["芦苇书屋欢迎你来做志愿者,每周六上午九时集合。"]

[[rule]]
id = "bookmark"
class = "section"
region = "tail"
cue = true
pattern = '放一枚书签\\|翻到封底'
evidence = "last line of four pages"
hit = ["放一枚书签 | 翻到封底"]
miss = ["书签放在封底,读者自取。"]
"""
PAGE = "芦苇书屋欢迎你，第 302 位来客\n\n河湖巡查记录\n\n全县九处水闸运行正常。\n\n放一枚书签 | 翻到封底\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "reed.toml"
    path.write_text(PACK, encoding="utf-8")
    return path


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


class TestBinding:
    def test_a_pack_of_ones_own_works_beside_the_others(self, pack: Path) -> None:
        page = Document.from_text(PAGE)
        assert bind(Settings())(page).text == PAGE
        stripped = bind(Settings(rules=(str(pack),)))(page)
        assert stripped.text == "河湖巡查记录\n\n全县九处水闸运行正常。\n"
        rules = {edit.rule for edit in stripped.history[-1].edits}
        assert {"notice.reed.welcome", "notice.reed.bookmark"} <= rules
        assert stripped.undo().text == PAGE

    def test_one_cue_is_not_enough(self, pack: Path) -> None:
        page = PAGE.replace("放一枚书签", "取走一枚书签")
        assert bind(Settings(rules=(str(pack),)))(Document.from_text(page)).text == page

    def test_a_mirror_is_matched_in_traditional(self, pack: Path) -> None:
        page = "蘆葦書屋歡迎你,第9位來客\n\n全縣九處水閘運行正常。\n\n放一枚書簽|翻到封底\n"
        left = bind(Settings(rules=(str(pack),)))(Document.from_text(page)).text
        assert left == "全縣九處水閘運行正常。\n"

    def test_the_same_settings_give_the_same_output(self, pack: Path) -> None:
        own, plain = Settings(rules=(str(pack),)), Settings()
        page = Document.from_text(PAGE)
        texts = [clean(page, settings=one).text for one in (own, plain, own, plain)]
        assert texts[0] == texts[2] != texts[1] == texts[3]

    def test_a_file_that_changed_is_read_anew(self, pack: Path) -> None:
        settings = Settings(rules=(str(pack),))
        before = bind(settings)(Document.from_text(PAGE)).text
        changed(pack, "needs = 2", "needs = 3")
        assert bind(settings)(Document.from_text(PAGE)).text == PAGE != before

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("[pack]", "[pack", "not valid TOML"),
            ('id = "bookmark"\n', "", "rule 2: 'id' is missing"),
            ('region = "tail"', 'region = "foot"', "bookmark: region 'foot' is unknown"),
            ('region = "tail"', 'colour = "red"', "bookmark: unknown key 'colour'"),
            ("\\|翻到封底'", "(翻到封底'", "bookmark: pattern does not compile"),
            ('evidence = "last line of four pages"\n', "", "bookmark: 'evidence' is missing"),
            ('gate = ["芦苇书屋", "书签"]', 'gate = ["书签", ""]', "'gate' must be a list"),
            ("needs = 2", "needs = 0", "'needs' is 0"),
            ('id = "reed"', 'id = "A"', "pack 'A' is already in"),
            (r"\d{1,6}", r"(?P<page_count>.{1,6})", "group 'page_count' is read as a number"),
        ],
    )
    def test_a_wrong_file_is_named_with_row_and_cause(
        self, pack: Path, old: str, new: str, message: str
    ) -> None:
        changed(pack, old, new)
        with pytest.raises(ConfigurationError) as error:
            bind(Settings(rules=(str(pack),)))
        assert str(error.value).startswith(f"{pack}: ")
        assert message in str(error.value)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"gone\.toml: No such file"):
            bind(Settings(rules=(str(tmp_path / "gone.toml"),)))

    def test_bytes_that_are_no_text_are_named(self, pack: Path) -> None:
        pack.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigurationError, match="not UTF-8"):
            bind(Settings(rules=(str(pack),)))

    def test_two_packs_of_one_name_are_refused(self, pack: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.toml"
        other.write_text(PACK, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"pack 'reed' is already in .*reed\.toml"):
            bind(Settings(rules=(str(pack), str(other))))


class TestSettings:
    def test_paths_become_absolute_and_stand_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        wanted = (str(tmp_path / "a.toml"), str(tmp_path / "b.toml"))
        assert Settings(rules=("a.toml", "b.toml", "a.toml")).rules == wanted
        assert load({"rules": "a.toml,b.toml"}, environment={}).rules == wanted
        assert load(environment={"INGEST_RULES": "a.toml, b.toml"}).rules == wanted

    @pytest.mark.parametrize("value", ['["packs/a.toml"]', '"packs/a.toml"'])
    def test_a_file_names_paths_from_its_own_folder(self, tmp_path: Path, value: str) -> None:
        config = tmp_path / "ingest.toml"
        config.write_text(f"rules = {value}\n")
        assert load(environment={}, config=config).rules == (str(tmp_path / "packs" / "a.toml"),)

    def test_what_is_no_list_of_paths_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "ingest.toml").write_text("rules = [1]\n")
        with pytest.raises(ConfigurationError, match="rules cannot be"):
            load(environment={}, folder=tmp_path)
        with pytest.raises(ConfigurationError, match="one path, not a list"):
            Settings(rules="my.toml")  # type: ignore[arg-type]

    def test_what_stands_in_a_pack_counts_and_where_it_lies_does_not(
        self, pack: Path, tmp_path: Path
    ) -> None:
        def made(path: Path) -> str:
            return fingerprints(Settings(rules=(str(path),)), RunOptions()).made

        before = made(pack)
        moved = tmp_path / "moved.toml"
        moved.write_text(PACK, encoding="utf-8")
        assert made(moved) == before != fingerprints(Settings(), RunOptions()).made
        assert made(changed(moved, "needs = 2", "needs = 1")) != before
        with pytest.raises(ConfigurationError):
            made(tmp_path / "gone.toml")


class TestCheck:
    def test_a_good_pack_has_no_problems(self, pack: Path) -> None:
        found = check([str(pack)])
        assert (found.problems, found.rules) == ((), 2)

    def test_the_packs_of_the_program_have_none(self) -> None:
        folder = Path(packs.__file__).parent.parent / "data" / "notices"
        files = [
            str(path)
            for path in sorted(folder.glob("*.toml"))
            if path.stem not in ("signs", "vocabulary")
        ]
        found = check(files)
        assert found.problems == ()
        assert len(found.packs) == len(files) == len(packs.packs())

    def test_the_row_that_contributors_are_shown_is_a_good_one(self, tmp_path: Path) -> None:
        guide = (FIXTURES.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
        _, _, row = guide.partition("```toml\n")
        head = '[pack]\nid = "shown"\nname = "shown"\nneeds = 1\ngate = ["页/共"]\n'
        path = tmp_path / "shown.toml"
        path.write_text(head + row.partition("```")[0], encoding="utf-8")
        found = check([str(path)])
        assert (found.rules, found.problems) == (1, ())

    @pytest.mark.parametrize(
        ("old", "new", "row", "what"),
        [
            ("第 302 位", "第三百位", "welcome", "does not match its hit"),
            ("书签放在封底,读者自取。", "放一枚书签|翻到封底", "bookmark", "matches its miss"),
            ("'芦苇书屋欢迎你,第", "'芦苇书屋欢迎你，第", "welcome", "'，' never stands"),
            ("第\\d{1,6}位来客'", "第\\d{1,6}位來客'", "welcome", "'來' never stands"),
            ("'放一枚书签\\|翻到封底'", "'.{0,9}书签.{0,9}'", "bookmark", "begins and ends with"),
            ("'放一枚书签\\|翻到封底'", "'(?:放一枚书签)?'", "bookmark", "matches the empty line"),
            ("'放一枚书签\\|翻到封底'", "'放.{1,40}。|放.{1,40}底'", "bookmark", ""),
            ("'放一枚书签\\|翻到封底'", "'[第附下放].{1,90}'", "bookmark", "which must stay"),
            ('id = "bookmark"', 'id = "welcome"', "welcome", "the id is not unique"),
            ("cue = true\npattern = '放", "pattern = '放", "", "2 different cues are needed"),
            ('gate = ["芦苇书屋", "书签"]', 'gate = ["桥"]', "welcome", "no word of 'gate'"),
            ("needs = 2\n", 'needs = "2"\n', "", "'needs' must be a whole number"),
            ("needs = 2\n", "needs = true\n", "", "'needs' must be a whole number"),
            ('hit = ["放一枚书签 | 翻到封底"]', "hit = []", "bookmark", "'hit' must be a list"),
            ('evidence = "last', 'evidence = " " #', "bookmark", "'evidence' must be a text"),
            ("[pack]", "[other]\n[pack]", "", "unknown table 'other'"),
        ],
    )
    def test_each_problem_is_found(
        self, pack: Path, old: str, new: str, row: str, what: str
    ) -> None:
        changed(pack, old, new)
        found = [problem for problem in check([str(pack)]).problems if problem.row == row]
        if what:
            assert any(what in problem.what for problem in found), found
            assert all(problem.advice and "\n" not in problem.line() for problem in found)
        else:
            assert found == []

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"pack": 1, "rule": 2},
            {"pack": {"id": 3}, "rule": [1, {}, {"id": 5}]},
            {"pack": {"id": "a b", "name": "", "needs": -1, "gate": "x"}, "rule": [[]]},
        ],
    )
    def test_any_form_has_problems_and_no_crash(self, form: dict[str, object]) -> None:
        assert problems(form, "my.toml")

    @pytest.mark.parametrize(
        "pattern",
        [
            "(?:下载+)+页",
            "(?:[^页]*)*页",
            r"(?:下\d+)*页",
            r"(?P<x>下)载(?P=x)",
            r"(下)载\1",
            "(",
            "下载 页",
            "(?:" * 200 + "下" + ")" * 200 + "(?i)",
        ],
    )
    def test_bad_patterns_are_refused_unseen(self, pattern: str) -> None:
        assert faults(pattern)

    @pytest.mark.parametrize(
        ("pattern", "hit"),
        [
            ("(?:料{1,20}){1,20}下", "料料下"),
            ("下载|(?:上?传?){1,60}页", "下载"),
            (".{0,200}料.{0,200}料.{0,200}料.{0,200}下载全文的方法", "料料料下载全文的方法"),
        ],
    )
    def test_patterns_that_run_away_are_timed_and_stopped(self, pattern: str, hit: str) -> None:
        fault = slow(re.compile(pattern), [hit])
        assert fault is not None
        assert "pattern needs" in fault.what


def pages(template: str) -> list[tuple[Path, dict[str, object], Document]]:
    found = []
    for path in sorted((FIXTURES / "pages").glob("*/*.json")):
        account = json.loads(path.read_text(encoding="utf-8"))
        if account["template"] == template:
            found.append((path, account, REPAIR(read(path.parent / account["file"]))))
    assert len(found) > 2
    return found


def learned(documents: list[Document], least: int = 2) -> Proposal:
    return learn([observe(document) for document in documents], "mine", least)


def own_text(path: Path, account: dict[str, object]) -> list[str]:
    truth = path.with_suffix(".truth").read_text(encoding="utf-8")
    if account["form"] == "mirror":
        truth = damage.convert(truth)
    return [fold(one) for one in truth.split("\n\n")]


def left_over(account: dict[str, object], text: str) -> int:
    """Count the notice lines of a page that still stand in a text."""
    mirror = account["form"] == "mirror"
    left = Counter(fold(line) for line in text.splitlines())
    notices = account["notices"]
    assert isinstance(notices, list)
    wanted = Counter(
        fold(damage.convert(one["text"]) if mirror else one["text"]) for one in notices
    )
    return (wanted & left).total()


# Sites that no pack knows, whose pages measured the grammar and never tuned it.
UNKNOWN = ["Z-cloud", "Z-forum", "Z-campus", "Z-news"]
FAMILIES = [*UNKNOWN, "X-library", "A-variant", "B-variant", "C-variant"]


class TestLearning:
    @pytest.mark.parametrize("template", FAMILIES)
    def test_a_pack_learned_from_the_other_pages_serves_the_one_held_out(
        self, template: str, tmp_path: Path
    ) -> None:
        found = pages(template)
        path = tmp_path / "mine.toml"
        plain_left = own_left = 0
        for place, (page, account, document) in enumerate(found):
            others = [one for at, (_, _, one) in enumerate(found) if at != place]
            path.write_text(learned(others).text, encoding="utf-8")
            assert check([str(path)]).problems == ()
            plain = bind(Settings())(document).text
            own = bind(Settings(rules=(str(path),)))(document).text
            plain_left += left_over(account, plain)
            own_left += left_over(account, own)
            lost = [one for one in own_text(page, account) if one not in fold(own)]
            assert lost == []
        assert own_left <= plain_left
        if template in UNKNOWN:
            # Of a line a page that stay without the pack, there is little to halve.
            assert own_left <= max(len(found), plain_left / 2)

    def test_each_row_says_where_its_line_was_seen(self) -> None:
        form = tomllib.loads(learned([one for _, _, one in pages("Z-cloud")], 3).text)
        assert form["pack"]["id"] == "mine"
        for row in form["rule"]:
            assert "in 3 of 3 documents, line " in row["evidence"]
            assert row["hit"]
            assert row["miss"]
            assert "line" in row["evidence"]

    def test_the_order_of_documents_does_not_matter(self) -> None:
        documents = [one for _, _, one in pages("Z-forum")]
        assert learned(documents).text == learned(documents[::-1]).text

    def test_an_observation_survives_its_journey(self) -> None:
        for _, _, document in pages("Z-campus"):
            shown = observe(document)
            form = json.loads(json.dumps(shown.to_json()))
            assert Observation.from_json(shown.name, form) == shown

    @pytest.mark.parametrize("seed", range(3))
    def test_traps_are_never_proposed(self, seed: int) -> None:
        """Reports of a series share their headings, an annex, and sentences about downloads."""
        traps = [
            line
            for name in ("before", "after", "fresh")
            for line in (FIXTURES / "clean_traps" / f"{name}.txt")
            .read_text(encoding="utf-8")
            .splitlines()
        ]
        random.Random(seed).shuffle(traps)
        reports = sorted(
            {
                path.with_suffix(".truth").read_text(encoding="utf-8")
                for template in ("Z-cloud", "Z-forum", "Z-news", "Z-campus")
                for path, account, _ in pages(template)
                if account["form"] == "text"
            }
        )
        count = len(reports)
        assert count > 4
        documents = []
        for at, report in enumerate(reports):
            above = [line for step in range(3) for line in traps[(at + step) % count :: 2 * count]]
            below = [
                line
                for step in range(3)
                for line in traps[count + (at + step) % count :: 2 * count]
            ]
            lines = ["目录", "调研报告", *above, report, *below, "参考文献", "附件："]
            documents.append(Document.from_text("\n\n".join(lines), f"{at}.txt"))
        proposal = learned(documents, 3)
        assert proposal.text == ""
        assert "repeats and looks like a notice" in proposal.reason
        assert len(proposal.left) > 100

    def test_what_stands_inside_a_report_is_not_proposed(self) -> None:
        notice = "本站资料均由网友上传，如有侵权请联系客服删除"
        documents = [
            one.revise("test", ()) if at else _between(one, notice)
            for at, (_, _, one) in enumerate(pages("Z-cloud"))
        ]
        ended = [
            Document.from_text(f"{one.text}{notice}\n", f"{at}.txt")
            for at, one in enumerate(documents)
        ]
        assert notice not in learned(ended).text
        assert (notice, "stands inside reports, too (1)") in learned(ended).left
        without = [Document.from_text(f"{one.text}{notice}\n") for _, _, one in pages("Z-cloud")]
        assert notice in learned(without).text

    def test_the_same_document_twice_counts_once(self) -> None:
        (_, _, one), *_ = pages("Z-cloud")
        again = Document.from_text(f"{one.text}\n又及。\n", "again.txt")
        proposal = learned([one, again])
        assert proposal.text == ""
        assert (proposal.documents, proposal.repeated) == (1, 1)
        assert proposal.reason == "1 different documents, and 2 must share a line"

    def test_sentences_that_two_copies_share_are_not_proposed(self) -> None:
        documents = [one for _, _, one in pages("Z-cloud")]
        closing = "以上意见如有不妥，请各位代表批评指正，以便在定稿以前修改完善。"
        first = Document.from_text(f"{documents[0].text}\n{closing}\n", "first.txt")
        second = Document.from_text(f"{documents[0].text}\n{closing}\n", "second.txt")
        proposal = learned([first, second, *documents[1:]])
        assert proposal.rules
        assert proposal.repeated == 1
        assert all(closing not in row["hit"] for row in tomllib.loads(proposal.text)["rule"])

    def test_a_title_that_a_series_shares_is_not_proposed(self) -> None:
        documents = []
        for at, (_, _, one) in enumerate(pages("Z-cloud")):
            # Above the buttons, and once more where the report begins.
            head, _, rest = one.text.partition("\n\n")
            title, _, body = rest.partition("\n\n")
            text = f"水情季度通报\n{head}\n\n{title}\n\n水情季度通报{body}"
            documents.append(Document.from_text(text, f"{at}.txt"))
        proposal = learned(documents)
        assert proposal.rules
        rows = tomllib.loads(proposal.text)["rule"]
        assert all("水情季度通报" not in hit for row in rows for hit in row["hit"])

    def test_folders_of_reports_give_nothing(self) -> None:
        documents = [read(path) for path in sorted((FIXTURES / "clean").glob("*.txt"))]
        assert len(documents) > 9
        assert learned(documents).text == ""
        assert learn([], "mine").reason == "no documents"


def _between(document: Document, notice: str) -> Document:
    """Put a line between two paragraphs in the middle of a report."""
    paragraphs = document.text.split("\n\n")
    middle = len(paragraphs) // 2
    return Document.from_text("\n\n".join([*paragraphs[:middle], notice, *paragraphs[middle:]]))
