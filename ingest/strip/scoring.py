"""The learned scores: sums of named weights, so that each can say what it comes from.

`data/notices/line_weights.tsv` weighs what a line shows, `place_weights.tsv` where it
stands. Both are logarithms of odds; `tools/build_notice_weights.py` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def table(name: str) -> Mapping[str, float]:
    """Return a table of weights: `line` or `place`."""
    path = files("ingest") / "data" / "notices" / f"{name}_weights.tsv"
    weights: dict[str, float] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        if not row.startswith(("#", "feature\t")):
            feature, weight = row.split("\t")
            weights[feature] = float(weight)
    return weights


def score(features: Mapping[str, float], name: str) -> float:
    """Return the logarithm of the odds that what shows these features is a notice."""
    weights = table(name)
    return sum(weights.get(feature, 0.0) * value for feature, value in features.items())


def reasons(features: Mapping[str, float], most: int = 3) -> str:
    """Return what says most that a line is a notice."""
    weights = table("line")
    ranked = sorted(
        ((weights.get(feature, 0.0) * value, feature) for feature, value in features.items()),
        reverse=True,
    )
    return ", ".join(feature for weight, feature in ranked[:most] if weight > 0)
