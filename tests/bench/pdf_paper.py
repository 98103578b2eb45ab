"""The two-column paper of the corpus beside a reference that was itself read from pictures.

Its figures and tables stand elsewhere in the reference than on the page, formulas are set
in TeX, and case, line hyphens and markup are the reader's. So two questions are asked,
after all of that is taken out: how much of its running text an engine gives in the same
order, and how much of the whole, float or not, it gives at all in pieces of eight letters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.bench.pdf import common
from tests.bench.pdf_engines import Engine

SHORTEST = 150
"""Letters: what is shorter is a heading, an item of the references, a formula."""

PIECE = 8
"""Letters of one piece: two or three words of a text seldom share that much by chance."""

_MARKUP = re.compile(
    r"</?(?:table|thead|tbody|tr|t[dh]|br|su[bp])[^>]*>|!\[[^\]]*\]\([^)]*\)"
    r"|\\(?:begin|end)\{[^}]*\}|\\[a-zA-Z]+|[$\\{}#*|~_^&]"
)
_LINE_HYPHEN = re.compile("[-\u00ad\ufffe\x02]\\s*\n\\s*")
_FLOAT = re.compile(r"\s*(?:Fig|Table|<table|\[\d+\]|\||\$\$)")


def letters(text: str) -> str:
    """Letters and digits of a text, without markup, case, blanks and hyphens at line ends."""
    bare = _MARKUP.sub(" ", _LINE_HYPHEN.sub("", text)).lower()
    return re.sub("[^a-z0-9]+", "", bare)


def measure_paper(corpus: Path, engines: Mapping[str, Engine]) -> dict[str, dict[str, float]]:
    """Share of the reference's prose given in order, and agreement in pieces of eight letters."""
    reference = (corpus / "reference" / "two-column-paper.md").read_text(encoding="utf-8")
    content = (corpus / "two-column-paper.pdf").read_bytes()
    paragraphs = reference.split("\n\n")
    prose = "".join(
        letters(one)
        for one in paragraphs
        if len(letters(one)) >= SHORTEST and not _FLOAT.match(one)
    )
    whole = _pieces("".join(map(letters, paragraphs)))
    found: dict[str, dict[str, float]] = {"prose_in_order": {}, "pieces_f1": {}}
    for name, engine in engines.items():
        text = letters(engine(content))
        pieces = _pieces(text)
        found["prose_in_order"][name] = round(common(text, prose) / len(prose), 4)
        shared = (pieces & whole).total()
        found["pieces_f1"][name] = round(2 * shared / (pieces.total() + whole.total()), 4)
    return found


def _pieces(text: str) -> Counter[str]:
    return Counter(text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
