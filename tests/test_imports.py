"""What is imported when: starting must stay light, and the layers must hold."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pdfplumber", "pdfminer", "pypdfium2", "ftfy", "opencc", "rich", "selectolax", "PIL"}


def modules_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split("\n")[-2].split()}


@pytest.mark.parametrize(
    "code",
    [
        "import ingest",
        "import ingest.cli, ingest.__main__",
        "from ingest.__main__ import run; run(['--help'])",
        "from ingest.__main__ import run; run(['run', '--help'])",
    ],
)
def test_starting_imports_nothing_heavy(code: str) -> None:
    assert not modules_after(code) & HEAVY


def test_public_names_are_there() -> None:
    import ingest

    assert all(hasattr(ingest, name) for name in ingest.__all__)
    assert set(ingest.__all__) <= set(dir(ingest))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = ingest.nonsense  # type: ignore[attr-defined]
