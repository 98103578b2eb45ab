"""ftfy's own published cases: how many come out as its authors want them.

The cases stay where they are: they are read from the source distribution of the installed
version, which pip brings into a cache folder at the first run. What we answer differently
on purpose is listed in `mojibake_ftfy.tsv` by the hash of its text, with the reason.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

from ingest.repair import mojibake

HERE = Path(__file__).parent
CACHE = Path.home() / ".cache" / "ingest-bench"


def cases() -> list[dict[str, str]]:
    """The cases that ftfy publishes as passing; empty where they cannot be had."""
    archive = CACHE / f"ftfy-{version('ftfy')}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", f"ftfy=={version('ftfy')}", "--dest", str(CACHE)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            return []
    with tarfile.open(archive) as content:
        names = [name for name in content.getnames() if name.endswith("tests/test_cases.json")]
        file = content.extractfile(names[0])
        assert file is not None
        return [case for case in json.load(file) if case["expect"] == "pass"]


def wanted(case: dict[str, str]) -> str:
    """What a case becomes when nothing but its encoding is mended."""
    return case.get("fixed-encoding", case["fixed"])


def answer(text: str) -> str:
    """A text with our edits."""
    for edit in sorted(mojibake.edits(text)[0], reverse=True):
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


def identity(case: dict[str, str]) -> str:
    """What a case is called here: the beginning of the hash of its text."""
    return hashlib.sha256(case["original"].encode()).hexdigest()[:8]


def reasons() -> dict[str, str]:
    """Identity of a case to the reason for another answer."""
    with (HERE / "mojibake_ftfy.tsv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}


def measure() -> dict[str, object]:
    """Cases that pass, that have another answer for a reason, and that simply fail."""
    known = cases()
    different = reasons()
    failed = [case for case in known if answer(case["original"]) != wanted(case)]
    named = [case for case in failed if identity(case) in different]
    return {
        "ftfy_cases.all": len(known),
        "ftfy_cases.pass": len(known) - len(failed),
        "ftfy_cases.other_answer": len(named),
        "ftfy_cases.fail": len(failed) - len(named),
        "_ftfy_failed": failed,
    }
