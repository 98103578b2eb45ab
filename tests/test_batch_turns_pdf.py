"""Sound PDFs share a child; what is anything else is read alone, and changes nobody's text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile.attacks import ATTACKS, pdf, stream
from hypothesis import given
from hypothesis import strategies as st
from pdf_writer import make_pdf, text

from ingest.batch import RunOptions, run
from ingest.batch.endings import Ending
from ingest.batch.guard import Guard
from ingest.batch.plain import LARGEST, kind, may_join
from ingest.batch.turns import MOST, PDF, TEXT
from ingest.settings import Settings

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc"
)

TINY = Settings(jobs=1, cpu_limit=2, wall_limit=30, memory_limit=600 << 20)
PDFS = Path(__file__).parent.parent / "fixtures" / "pdf"
SLOW = ("deep_content", "range_bomb", "operators")


def page(line: str) -> bytes:
    return make_pdf([text(line)])


def faulty(fault: str) -> bytes:
    """Return a sound PDF with a fault named in a comment after its first line."""
    shown = b"BT /F 12 Tf 20 100 Td (Nothing wrong here.) Tj ET"
    resources = b"/Resources<</Font<</F 5 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R%s>>" % resources,
        stream(shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return pdf(objects, first=b"%%PDF-1.7\n%%fault: %s\n" % fault.encode())


class Turns:
    """PDFs one after the other through one guard, each offered to the child of the last."""

    def __init__(self, guard: Guard, folder: Path) -> None:
        self._guard = guard
        self._folder = folder
        self._count = 0

    def ending(self, content: bytes) -> tuple[Ending, int, str]:
        """Return how a document ended, the process that made its text, and that text."""
        self._count += 1
        source, output = (self._folder / f"{name}{self._count}" for name in ("in", "out"))
        source.write_bytes(content)
        with source.open("rb") as given, output.open("wb") as made:
            self._guard.submit(self._count, "n", given.fileno(), [made.fileno()], in_turn=PDF)
            endings: list[Ending] = []
            while not endings:
                endings = self._guard.wait()
        process, _, made_text = output.read_text("utf-8").partition("\n")
        return endings[0], int(process or 0), made_text

    def process(self, content: bytes | None = None) -> int:
        """Return the process that served a document that ended well."""
        ended, process, _ = self.ending(content or page("A line of an ordinary report."))
        assert ended.error is None
        return process


@pytest.fixture
def served(tmp_path):
    # The faults do what the kernel would forbid.
    job = "hostile.faulty_ingest:faulty_pdf"
    with Guard(TINY, job, output_limit=1 << 20, confine=False) as guard:
        yield Turns(guard, tmp_path)


def test_a_child_serves_many_and_then_makes_room_for_a_new_one(served):
    processes = [served.process() for _ in range(MOST[PDF] + 2)]
    assert len(set(processes[: MOST[PDF]])) == 1
    assert len(set(processes[MOST[PDF] :])) == 1
    assert processes[0] != processes[-1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("segfault", "signal-11"),
        ("half-output", "signal-11"),
        ("exit 3", "crash"),
        ("memory", "memory"),
        ("raise", "crash"),
        ("spin", "cpu"),
        ("garble-reply", "crash"),
        ("refuse", "encrypted"),
    ],
)
def test_a_fault_in_a_later_turn_is_judged_in_a_new_child(served, fault, reason):
    first = served.process()
    ended, _, _ = served.ending(faulty(fault))
    assert ended.failure.reason == reason
    assert served.process() != first


def test_what_fails_only_in_company_is_done_once_and_whole(served):
    first = served.process()
    ended, process, made = served.ending(faulty("not-here"))
    assert ended.error is None
    assert process != first
    assert made.count("Nothing wrong here.") == 1


@pytest.mark.parametrize(
    "odd",
    [
        (PDFS / "zh-scan.pdf").read_bytes(),
        (PDFS / "zh-mixed.pdf").read_bytes(),
        b"<p>A page of the web that calls itself a report.</p>",
    ],
    ids=["scanned", "half-scanned", "html"],
)
def test_what_is_not_ordinary_is_read_alone_and_comes_out_the_same(served, odd):
    alone, _, made = served.ending(odd)
    first = served.process()
    again, process, made_again = served.ending(odd)
    assert process != first
    assert (made_again, again.report) == (made, alone.report)
    assert again.report is not None or again.failure.reason == alone.failure.reason
    assert served.process() != process


def test_what_is_noise_to_both_engines_is_read_once(served):
    noise = (PDFS / "zh-no-unicode-map.pdf").read_bytes()
    first = served.process()
    ended, process, _ = served.ending(noise)
    assert ended.failure.reason == "garbled"
    assert process == first


def kind_of(content: bytes, folder: Path) -> str:
    path = folder / "asked"
    path.write_bytes(content)
    with path.open("rb") as asked:
        return kind(asked.fileno(), len(content))


def test_the_kinds_are_told_by_how_a_file_begins_and_ends(tmp_path):
    sound = page("A line.")
    assert kind_of(sound, tmp_path) == PDF
    assert kind_of(sound.rstrip(), tmp_path) == PDF
    assert kind_of(b"A line.", tmp_path) == TEXT
    assert kind_of(b"<p>A line.</p>", tmp_path) == ""
    assert kind_of(b"\n" + sound, tmp_path) == ""
    assert kind_of(sound[:-20], tmp_path) == ""
    assert kind_of(sound + b"left over", tmp_path) == ""
    assert kind_of(sound.replace(b"xref\n0", b"rexf\n0"), tmp_path) == ""
    at = sound.rindex(b"startxref\n") + 10
    for place in (b"0", b"99999999", b"-5", b"9" * 11, b""):
        assert kind_of(sound[:at] + place + b"\n%%EOF\n", tmp_path) == ""
    large = make_pdf([text("A line. " * (LARGEST[PDF] // 8))])
    assert kind_of(large, tmp_path) == ""
    assert kind_of(b"a" * (LARGEST[TEXT] + 1), tmp_path) == ""


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_of_some_kind(tmp_path_factory, head, tail):
    content = b"%PDF-1.4\n" + head + b"\nstartxref\n" + tail + b"\n%%EOF"
    found = kind_of(content, tmp_path_factory.getbasetemp())
    assert found in (PDF, "")
    if found:
        assert tail.split()[-1].isdigit()


def test_what_only_calls_itself_a_pdf_does_not_join():
    assert may_join(page("A line."), PDF, None)
    assert not may_join(b"\n" + page("A line."), PDF, None)
    assert not may_join(b"<p>A line.</p>", PDF, None)


def test_attacks_in_company_change_no_neighbour(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    good = sorted(PDFS.glob("*.pdf"))
    attacks = {name: build() for name, build in ATTACKS.items() if name not in SLOW}
    for number, (name, content) in enumerate(sorted(attacks.items())):
        if kind_of(content, tmp_path) == PDF:
            (folder / f"{number:03}-{name}.pdf").write_bytes(content)
            neighbour = good[number % len(good)].read_bytes()
            (folder / f"{number:03}-neighbour.pdf").write_bytes(neighbour)
    found = []
    for isolate in (True, False):
        outcomes = run(
            [folder], tmp_path / str(isolate), settings=TINY, options=RunOptions(isolate=isolate)
        )
        found.append(
            {
                outcome.source: (
                    outcome.status,
                    outcome.reason,
                    [made.read_bytes() for made in outcome.outputs],
                )
                for outcome in outcomes
            }
        )
    assert len(found[0]) > 40
    assert found[0] == found[1]


def test_isolated_documents_share_no_process(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.pdf").write_bytes(page("A line of an ordinary report."))
    processes = {}
    for isolate in (True, False):
        options = RunOptions(isolate=isolate, confine=False, job="hostile.faulty_ingest:faulty_pdf")
        outcomes = run([folder], tmp_path / str(isolate), settings=TINY, options=options)
        processes[isolate] = [made.outputs[0].read_text().split("\n")[0] for made in outcomes]
    assert len(set(processes[True])) == 4
    assert len(set(processes[False])) == 1
