"""Settings: what ranks over what, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ConfigurationError
from ingest.settings import Settings, load, parse_size


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "ingest.toml").write_text('script = "keep"\njobs = 3\nmax_size = "2M"\n')
    environment = {"INGEST_SCRIPT": "hant", "INGEST_JOBS": "5"}
    settings = load({"script": "tw", "jobs": None}, environment=environment, folder=tmp_path)
    assert (settings.script, settings.jobs, settings.max_size) == ("tw", 5, 2 << 20)
    assert settings.infer == Settings().infer


def test_pyproject_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.ingest]\nto = ["md", "jsonl"]\n')
    assert load(environment={}, folder=tmp_path).to == ("md", "jsonl")


def test_pyproject_without_our_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\na = 1\n")
    assert load(environment={}, folder=tmp_path) == Settings()


def test_nothing_anywhere_gives_the_defaults(tmp_path: Path) -> None:
    assert load(environment={}, folder=tmp_path) == Settings()


def test_stages_by_name() -> None:
    assert load({"stages": "repair, strip"}, environment={}).stages == ("repair", "strip")
    assert load({"stages": ("normalize",)}, environment={}).stages == ("normalize",)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"nonsense": 1}, "flags: unknown setting 'nonsense'"),
        ({"script": "klingon"}, "script: 'klingon'"),
        ({"strip": "all"}, "strip: 'all'"),
        ({"infer": "maybe"}, "infer: 'maybe'"),
        ({"stages": "repair,paint"}, "unknown stage 'paint'"),
        ({"to": "docx"}, "unknown format 'docx'"),
        ({"to": ""}, "no output format"),
        ({"encoding": "utf-9"}, "'utf-9' is not a known text encoding"),
        ({"encoding": "zlib"}, "'zlib' is not a known text encoding"),
        ({"jobs": "many"}, "'many' is not a whole number"),
        ({"jobs": -1}, "jobs: -1"),
        ({"cpu_limit": "soon"}, "'soon' is not a number"),
        ({"wall_limit": 0}, "wall_limit: must be above 0"),
        ({"memory_limit": "much"}, "'much' is not a size"),
        ({"to": 7}, "to cannot be 7"),
    ],
)
def test_what_cannot_be_used_is_named(flags: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load(flags, environment={})


def test_a_config_file_that_is_missing_or_broken(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load(config=tmp_path / "none.toml", environment={})
    broken = tmp_path / "broken.toml"
    broken.write_text("a = [")
    with pytest.raises(ConfigurationError, match=r"broken\.toml: not valid TOML"):
        load(config=broken, environment={})


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("1k", 1024), ("1.5M", 3 << 19), ("2GiB", 2 << 30), (7, 7)]
)
def test_sizes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


def test_workers_default_to_the_processors() -> None:
    assert Settings().workers >= 1
    assert Settings(jobs=7).workers == 7
    assert Settings().replace(jobs=2).workers == 2


def test_a_switch_is_said_in_words_and_nothing_else_passes_for_one():
    for word, known in (("yes", True), ("1", True), ("False", False)):
        assert load(environment={"INGEST_NEAR_DUPLICATES": word}).near_duplicates is known
    assert load({"near_duplicates": True}, environment={}).near_duplicates
    with pytest.raises(ConfigurationError, match="neither true nor false"):
        load(environment={"INGEST_NEAR_DUPLICATES": "perhaps"})
