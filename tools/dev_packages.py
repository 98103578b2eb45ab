"""Print the packages of the `dev` dependency group, quoted for a shell.

pip installs dependency groups only from version 25.1 on; a fresh Python 3.11 has 23.
"""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
print(shlex.join(project["dependency-groups"]["dev"]))
