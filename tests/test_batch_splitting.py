"""Long PDFs read by several children: the same to the last byte, and faults that name their pages."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from pdf_writer import SOURCE, make_pdf, text

from ingest.batch import Outcome, RunOptions, run
from ingest.batch.endings import Ending
from ingest.batch.limits import Limits
from ingest.batch.splitting import _Held, _Split
from ingest.errors import DocumentError, NoTextLayerError
from ingest.extract.pdf import read_pdf
from ingest.extract.pdf.ranges import page_count, read_joined, read_range
from ingest.settings import Settings

ACCOUNT = RunOptions(job="hostile.long:whole_account")
FAULTY = RunOptions(job="hostile.long:faulty_pages")
UNTIMED = ("seconds", "cpu_seconds", "memory")


def contents(count: int) -> list[str]:
    """Pages of a report: running lines, words cut at line ends, blank pages, a page of signs."""
    chance = random.Random(count)
    words = ["water", "plan", "year", "school", "report", "growth", "measure", "district", "per-"]
    pages = []
    for number in range(1, count + 1):
        rows = [" ".join(chance.choices(words, k=9)) for _ in range(8)]
        lines = [text("Annual report", y=770), text(f"Page {number} of {count}", y=20)]
        lines += [text(row, y=720 - 16 * at) for at, row in enumerate(rows)]
        pages.append("" if number % 97 == 0 else "".join(lines))
    return pages


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.pdf"
    path.write_bytes(make_pdf(contents(610), info="/Title (A long report) /Author (Nobody)"))
    return path


def made(path: Path, out: Path, jobs: int, options: RunOptions = ACCOUNT) -> tuple[Outcome, bytes]:
    (outcome,) = run([path], out, settings=Settings(jobs=jobs), options=options)
    return outcome, b"".join(output.read_bytes() for output in outcome.outputs)


def told(outcome: Outcome, out: Path) -> dict[str, object]:
    return {key: value for key, value in outcome.to_record(out).items() if key not in UNTIMED}


def children(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What share of its document each child of the test is given."""
    from ingest.batch.guard import Guard

    given: list[dict[str, int]] = []
    submit = Guard.submit

    def noted(self, *arguments, share=None, readings=(), **more):
        given.append({**(share or {}), "readings": len(readings)})
        submit(self, *arguments, share=share, readings=readings, **more)

    monkeypatch.setattr(Guard, "submit", noted)
    return given


def test_a_long_document_is_the_same_for_any_number_of_workers(tmp_path, long, monkeypatch):
    given = children(monkeypatch)
    outcome, whole = made(long, tmp_path / "1", 1)
    assert (outcome.status, outcome.pages) == ("done", 610)
    assert given == [{"readings": 0}], "one worker reads it whole"
    for jobs, ranges in ((2, 4), (3, 6)):
        given.clear()
        other, parted = made(long, tmp_path / str(jobs), jobs)
        assert parted == whole
        assert told(other, tmp_path / str(jobs)) == told(outcome, tmp_path / "1")
        assert len(given) == 1 + ranges + 1
        bounds = [(share["first"], share["stop"]) for share in given[1:-1]]
        assert bounds[0][0] == 0
        assert bounds[-1][1] == 610
        assert all(one[1] == next_one[0] for one, next_one in itertools.pairwise(bounds))
        assert given[-1]["readings"] == ranges
        assert [path.name for path in (tmp_path / str(jobs) / ".ingest").iterdir()] == [
            "ledger.sqlite"
        ]
    history = json.loads(whole)["history"]
    assert {step["stage"] for step in history} == {"extract", "repair", "strip", "normalize"}
    assert sum(len(step["edits"]) for step in history) > 1000


def test_short_documents_are_read_by_one_child(tmp_path, monkeypatch):
    given = children(monkeypatch)
    path = tmp_path / "short.pdf"
    path.write_bytes(make_pdf(contents(499)))
    assert made(path, tmp_path / "out", 2)[0].pages == 499
    assert len(given) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        ("segfault", "signal-11", "SIGSEGV"),
        ("exit", "crash", "without a result"),
        ("memory", "memory", "MiB"),
        ("spin", "cpu", "1 s of CPU"),
        ("hang", "wall", "6 s"),
        ("raise", "crash", "ZeroDivisionError"),
    ],
)
def test_a_fault_in_a_range_names_its_pages_and_costs_that_document_alone(
    tmp_path, long, fault, reason, said
):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / f"{fault}@300.pdf").write_bytes(long.read_bytes())
    for name in ("a.txt", "z.txt"):
        (folder / name).write_text("good")
    limits = Settings(jobs=2, cpu_limit=1, wall_limit=6, memory_limit=300 << 20)
    limits = limits if fault in ("spin", "hang", "memory") else Settings(jobs=2)
    before, outcome, after = run([folder], tmp_path / "out", settings=limits, options=FAULTY)
    assert (before.status, after.status) == ("done", "done")
    assert (outcome.status, outcome.reason) == ("quarantined", reason)
    assert outcome.message.startswith("pages 153 to 305: ")
    assert said in outcome.message
    assert len(outcome.sha256) == 64
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.txt")) == [
        "a.txt.txt",
        "z.txt.txt",
    ]


def test_a_zygote_that_dies_with_a_range_costs_nothing(tmp_path, long):
    """It is not known whose fault that was: the document is tried again alone, whole."""
    path = tmp_path / "kill-zygote@300.pdf"
    path.write_bytes(long.read_bytes())
    free = replace(FAULTY, confine=False)
    outcome, parted = made(path, tmp_path / "2", 2, free)
    assert (outcome.status, outcome.pages) == ("done", 610)
    assert parted == made(path, tmp_path / "1", 1, free)[1]


def test_where_no_page_has_text_the_reason_is_the_same(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(make_pdf(["q 1 0 0 RG 5 5 m 90 90 l S Q " * 5] * 500))
    one, _ = made(path, tmp_path / "1", 1)
    two, _ = made(path, tmp_path / "2", 2)
    assert one.reason == "no-text-layer"
    assert told(one, tmp_path / "1") == told(two, tmp_path / "2")


def joined(content: bytes, bounds: list[int]):
    settings = Settings()
    ranges = [
        list(read_range(content, range(first, stop), settings))
        for first, stop in itertools.pairwise(bounds)
    ]
    return read_joined(content, SOURCE, ranges, settings)


@pytest.mark.parametrize("bounds", [[0, 30], [0, 1, 30], [0, 7, 8, 20, 29, 30], list(range(31))])
def test_ranges_of_any_size_join_to_the_same_document(bounds):
    """Also with pages that are not there, signs without a meaning, and hidden text among them."""
    pages = contents(30)
    pages[4] = "3 Tr " + pages[4]
    content = make_pdf(pages, unicode={"q": "\ud83d\ude00"})
    content = content.replace(b"/Kids [6 0 R 8 0 R", b"/Kids [6 0 R 9 9 R", 1)
    assert page_count(content, None) == 30
    assert joined(content, bounds) == read_pdf(content, SOURCE)


def test_pages_that_are_only_announced_end_a_joined_document_as_a_whole_one():
    content = make_pdf(contents(20)).replace(b"/Count 20", b"/Count 60", 1)
    announced = page_count(content, None)
    whole = read_pdf(content, SOURCE)
    for bounds in ([0, 10, announced], [0, 15, 19, announced], [0, 20, announced]):
        assert joined(content, sorted(set(bounds))) == whole


def test_what_cannot_be_read_fails_joined_as_it_fails_whole():
    blank = make_pdf([""] * 9)
    for read in (lambda: read_pdf(blank, SOURCE), lambda: joined(blank, [0, 4, 9])):
        with pytest.raises(NoTextLayerError, match="none of the 9 pages"):
            read()
    assert page_count(b"%PDF-1.7 nothing", None) == 0
    assert page_count(make_pdf(["x"], passwords=(b"a", b"b")), None) == 0


def ending(key: int, cpu: float, sha256: str = "f") -> Ending:
    return Ending(key, {"pages_read": 1}, facts={"sha256": sha256}, cpu_seconds=cpu, memory=key)


def split(cpu: float) -> _Split:
    limits = Limits(cpu=cpu, wall=9, memory=1 << 30, output=1 << 30)
    return _Split(_Held("a", -1, ()), 600, 2, ending(7, 1.0), limits)


def test_what_a_document_may_use_it_may_use_in_all():
    enough, little = split(10.0), split(4.5)
    for at in range(4):
        enough.take(at, ending(-1 - at, 2.0))
    assert enough.failed() is None
    little.take(0, ending(-1, 2.0))
    assert little.failed() is None
    little.take(1, ending(-2, 2.0))
    failed = little.failed()
    assert failed is not None
    assert (failed.key, failed.cpu_seconds, failed.failure.reason) == (7, 5.0, "cpu")
    assert not little.waiting, "no more begins"


@pytest.mark.slow
def test_children_that_work_at_the_same_time_share_the_limit_of_their_document(tmp_path, long):
    path = tmp_path / "spin@every.pdf"
    path.write_bytes(long.read_bytes())
    (outcome,) = run(
        [path], tmp_path / "out", settings=Settings(jobs=2, cpu_limit=2), options=FAULTY
    )
    assert (outcome.status, outcome.reason) == ("quarantined", "cpu")
    # Two that may use two seconds each come to four; looked at ten times a second, to 2.2.
    assert 2 <= outcome.cpu_seconds < 3.5


def test_a_document_that_changes_while_it_is_read_is_not_joined():
    changing = split(100.0)
    changing.take(0, ending(-1, 2.0, "other"))
    failed = changing.failed()
    assert failed is not None
    assert isinstance(failed.failure, DocumentError)
    assert failed.failure.reason == "unreadable"
    assert not changing.waiting
