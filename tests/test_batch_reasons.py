"""Every way in which a document can end has a word of its own, and every word can be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile.attacks import encrypted, half, no_pages
from pdf_writer import make_pdf, text

from ingest.batch import Outcome, RunOptions, run
from ingest.settings import Settings

pytestmark = pytest.mark.slow

NOISE = {chr(code): chr(0xC0 + code - 65) for code in range(65, 91)}
# Without its list of pages PDFium finds none to load; pdfminer looks through all objects.
LISTLESS = make_pdf([text("Read by one of two engines")]).replace(b"/Kids [", b"/Kidx [")
INPUTS = {
    "good.txt": (b"good", "done", ""),
    "locked.pdf": (encrypted(), "quarantined", "encrypted"),
    "half.pdf": (half(), "quarantined", "malformed"),
    "none.pdf": (no_pages(), "quarantined", "zero-pages"),
    "picture.pdf": (make_pdf(["", ""]), "quarantined", "no-text-layer"),
    "noise.pdf": (make_pdf([text("NOISE")] * 2, unicode=NOISE), "quarantined", "garbled"),
    "half-noise.pdf": (
        make_pdf([text("NOISE"), text("lower case is left alone")], unicode=NOISE),
        "partial",
        "garbled",
    ),
    "listless.pdf": (LISTLESS, "partial", "engines-disagree"),
    "image.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(99), "quarantined", "not-a-document"),
    "large.txt": (b"x" * 2_000_001, "quarantined", "too-large"),
    "empty.txt": (b"", "quarantined", "empty"),
    "cpu": (b"fault: spin", "quarantined", "cpu"),
    "wall": (b"fault: hang", "quarantined", "wall"),
    "memory": (b"fault: memory", "quarantined", "memory"),
    "signal": (b"fault: segfault", "quarantined", "signal-11"),
    "abort": (b"fault: abort", "quarantined", "signal-6"),
    "exit": (b"fault: exit 3", "quarantined", "crash"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("reasons")
    (folder / "in").mkdir()
    for name, (content, *_) in INPUTS.items():
        (folder / "in" / name).write_bytes(content)
    limits = Settings(jobs=2, cpu_limit=1, wall_limit=8, memory_limit=300 << 20, max_size=2_000_000)
    options = RunOptions(job="hostile.faulty_ingest:faulty_ingest")
    found = run([folder / "in"], folder / "out", settings=limits, options=options)
    return {Path(outcome.source).name: outcome for outcome in found}


@pytest.mark.parametrize("name", INPUTS)
def test_an_ending_has_its_word(outcomes, name):
    _, status, reason = INPUTS[name]
    outcome = outcomes[name]
    assert (outcome.status, outcome.reason) == (status, reason), outcome.message
    assert bool(outcome.message) == bool(reason)
    assert bool(outcome.outputs) == outcome.ok


def test_every_input_has_one_outcome(outcomes):
    assert set(outcomes) == set(INPUTS)
