"""Every attack ends within its limits, with a word for it, and no foreign exception shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hostile.attacks import ATTACKS

from ingest.batch import Outcome, run
from ingest.settings import Settings

pytestmark = pytest.mark.slow

LIMITS = Settings(jobs=2, cpu_limit=1, wall_limit=20, memory_limit=300 << 20)
REASONS = {
    "",
    "cpu",
    "encrypted",
    "engines-disagree",
    "malformed",
    "memory",
    "no-text-layer",
    "not-a-document",
    "unknown-encoding",
    "unreadable-pages",
    "unreadable-bytes",
    "wall",
    "zero-pages",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in").mkdir()
    for name, build in ATTACKS.items():
        (folder / "in" / name).write_bytes(build())
    done = run([folder / "in"], folder / "out", settings=LIMITS)
    return {Path(outcome.source).name: outcome for outcome in done}


def test_inputs_are_done_partial_and_quarantined_together(outcomes):
    assert set(outcomes) == set(ATTACKS)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_within_its_limits_with_a_word_for_it(outcomes, name):
    outcome = outcomes[name]
    assert outcome.reason in REASONS, outcome.message
    assert not re.search(r"\b\w+(?:Error|Exception)\b", outcome.message)
    assert outcome.seconds < LIMITS.wall_limit + 1
    # What was loaded before any document counts on top, and the libraries that it used.
    loaded = min(one.memory for one in outcomes.values() if one.memory)
    assert outcome.memory < LIMITS.memory_limit + loaded + (20 << 20)
    if outcome.ok:
        text = outcome.outputs[0].read_bytes().decode("utf-8")
        assert len(text) == outcome.characters
        assert "\0" not in text


@pytest.mark.parametrize("name", ["bomb", "nested_bomb", "forms", "form_of_itself"])
def test_what_asks_for_everything_runs_out_of_something(outcomes, name):
    assert outcomes[name].reason in ("memory", "cpu")


@pytest.mark.parametrize("name", ["encrypted", "strange_lock"])
def test_locked_files_are_called_encrypted(outcomes, name):
    assert outcomes[name].reason == "encrypted"


@pytest.mark.parametrize("name", ["half", "headless", "no_pages"])
def test_what_has_no_pages_is_never_whole(outcomes, name):
    assert outcomes[name].status != "done"
