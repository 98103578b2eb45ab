"""What all tests share: the fixtures folder, and the switch that rewrites goldens."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"

# The damage simulator lives beside the pages that it made: `import damage`.
sys.path.insert(0, str(FIXTURES))

# A shell starts what runs in its background with Ctrl-C ignored, and programs inherit
# that; the tests that interrupt need it as it is in the foreground.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected texts of the goldens"
    )


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party corpora beside a checkout; tests that need it skip without."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED
