"""The tables of this stage, read once: TSV with a header, comments begin with `#`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `ingest/data/NAME`, each as column name to value.

    >>> rows("normalize_radicals.tsv")[0]["ideograph"]
    '兀'
    """
    lines = [
        line
        for line in (files("ingest") / "data" / name).read_text(encoding="utf-8").split("\n")
        if line and not line.startswith("#")
    ]
    header = lines[0].split("\t")
    return tuple(dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:])
