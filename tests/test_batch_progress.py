"""What a person sees: a bar on a terminal, quiet lines elsewhere; and what `status` adds up."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import pty
import re
import threading
from collections.abc import Iterator

import pytest

from ingest.batch.outcome import Outcome, printable
from ingest.batch.progress import Progress
from ingest.batch.status import read_status
from ingest.errors import UsageError

OUTCOMES = [
    Outcome("a.pdf", "done", pages=3, characters=100, edits={"r": 4}, seconds=1.5, cpu_seconds=1),
    Outcome("b.pdf", "quarantined", reason="encrypted", message="needs a password"),
    Outcome("c\x1b[2J\udcff\n.pdf", "quarantined", reason="encrypted", message="needs a\nword"),
    Outcome("d.pdf", "partial", reason="unreadable-pages", message="1 unreadable", losses=1),
]


def shown(**options: object) -> str:
    stream = io.StringIO()
    with Progress(4, stream=stream, **options) as progress:
        for outcome in OUTCOMES:
            progress.advance(outcome)
    return stream.getvalue()


def test_elsewhere_each_document_that_is_not_whole_has_one_safe_line():
    *lines, summary = shown().splitlines()
    assert lines == [
        "quarantined b.pdf: encrypted: needs a password",
        r"quarantined c\x1b[2J\xff\n.pdf: encrypted: needs a\nword",
        "partial d.pdf: unreadable-pages: 1 unreadable",
    ]
    assert summary.startswith("4 documents: 1 done, 1 partial, 2 quarantined (2 encrypted, ")


def test_names_in_any_script_are_shown_as_they_are():
    for name in ("報告　第一.pdf", "گزارش‌ها.pdf", "a\u00a0b.txt", "👩‍🚀.md"):
        assert printable(name) == name
    assert printable("exe.\u202efdp") == r"exe.\u202efdp"


def test_quiet_says_nothing(capsys):
    assert shown(quiet=True) == ""
    assert capsys.readouterr() == ("", "")


@contextlib.contextmanager
def terminal(total: int) -> Iterator[tuple[Progress, bytearray]]:
    """A progress on a terminal, and what has come to the screen when the block ends."""
    leader, follower = pty.openpty()
    seen = bytearray()

    def read() -> None:
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:
                return
            if not part:
                return
            seen.extend(part)

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(follower, "w") as stream, Progress(total, stream=stream) as progress:
        yield progress, seen
    reader.join(5)
    os.close(leader)


def test_a_terminal_gets_a_bar_and_no_thread():
    with terminal(4) as (progress, seen):
        before = threading.active_count()
        for outcome in OUTCOMES:
            progress.advance(outcome)
            assert threading.active_count() == before
    text = seen.decode()
    assert "4/4" in text
    assert "/s" in text
    assert "2 encrypted" in text
    assert "quarantined b.pdf: encrypted: needs a password" in text
    assert "\x1b[2J" not in text, "a name must not steer the terminal"


def test_a_terminal_shows_the_rows_of_the_dataset_in_hand(monkeypatch):
    clock = itertools.count(step=2)
    monkeypatch.setattr("ingest.batch.progress.time.monotonic", lambda: next(clock))
    with terminal(1) as (progress, seen):
        progress.rows("in/a\x1b[2J.jsonl", 400, 0.1)
        progress.rows("in/a\x1b[2J.jsonl", 1400, 0.25)
        progress.advance(Outcome("in/a.jsonl", "done"))
        progress.rows("in/b.jsonl", 0, 0.0)
    text = seen.decode()
    # What was there from an earlier run counts in the whole, not in the pace.
    assert "400/4000" in text
    assert "1400/5600" in text
    assert re.search(r"[1-9][0-9.]* rows/s, [0-9:]+ left", text)
    assert r"a\x1b[2J.jsonl" in text
    assert "b.jsonl" in text
    assert "\x1b[2J" not in text


def test_status_adds_the_records_up(tmp_path):
    with (tmp_path / "documents.jsonl").open("w", encoding="utf-8") as file:
        for outcome in OUTCOMES:
            file.write(json.dumps(outcome.to_record(tmp_path)) + "\n")
    status = read_status(tmp_path)
    assert status.documents == 4
    assert status.statuses == {"done": 1, "partial": 1, "quarantined": 2}
    assert status.reasons == {"encrypted": 2, "unreadable-pages": 1}
    assert status.failed[0].source == "b.pdf"
    assert len(status.failed) == 3
    assert status.slowest[0] == (1.5, "a.pdf")
    assert (status.pages, status.characters, status.edits, status.losses) == (3, 100, 4, 1)
    assert json.loads(json.dumps(status.to_json()))["seconds"] == 1.5


def test_status_keeps_the_ten_slowest(tmp_path):
    with (tmp_path / "documents.jsonl").open("w", encoding="utf-8") as file:
        for number in range(30):
            outcome = Outcome(f"{number}", "done", seconds=number * 7 % 30)
            file.write(json.dumps(outcome.to_record()) + "\n")
    assert [seconds for seconds, _ in read_status(tmp_path).slowest] == list(range(29, 19, -1))


@pytest.mark.parametrize(
    "content", [None, b"\xff\xfe", b"{}\n", b"[]\n", b"no json\n", b'{"source": 1}\n']
)
def test_what_is_no_output_of_a_batch_is_a_clear_error(tmp_path, content):
    if content is not None:
        (tmp_path / "documents.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=r"documents\.jsonl"):
        read_status(tmp_path)
