"""The wheel: everything that runs is in it, nothing else, and it is light."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.slow
def test_everything_in_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if name.startswith("ingest/")}
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "ingest").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == wanted
    assert "ingest/py.typed" in packed


@pytest.mark.slow
def test_nothing_else_is_in_it_and_it_is_light(wheel: zipfile.ZipFile) -> None:
    tops = {Path(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ingest"}
    tables = [one for one in wheel.infolist() if one.filename.startswith("ingest/data/")]
    # The character model alone may take 4 MB.
    assert sum(one.compress_size for one in tables) < 5_000_000


@pytest.mark.slow
def test_the_licence_travels(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
