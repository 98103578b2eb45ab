"""A pack proposed from the lines that the documents of a folder share, for a person to review.

Nothing here acts on a document. What is proposed is a pack file: each row with the count
and the positions it was seen in, real lines as hits, and as misses lines from inside the
same reports that look most like it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.strip import packs
from ingest.strip.candidates import CLEAR, Candidate, Corpus, corpus, gather, taken
from ingest.strip.check import content_lines, rule_faults
from ingest.strip.folding import fold
from ingest.strip.observe import NUMBER, SLOT, Observation

# A rule needs so many letters that do not differ from document to document.
LETTERS = 2
# So many make a line prove itself though no sign names it.
PLAIN = 8
# So many make it one that recognises the site, and so many do so alone.
CUE = 4
ALONE = 12
MOST_CUES = 3
EXAMPLES = 3

_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_WORD = re.compile(r"[A-Za-z]{4,24}|[^\W\d_a-zA-Z]{2,12}")
_TAKEN_IDS = {"common", "watermark"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was learned: a pack file's text (empty where there is none), and the account.

    `left` names repeated lines that are not proposed, with the reason.
    """

    text: str
    rules: int
    documents: int
    repeated: int
    left: tuple[tuple[str, str], ...]
    reason: str = ""
    """Why there is no pack."""


def learn(observations: Iterable[Observation], name: str, least: int = 3) -> Proposal:
    """Propose a pack from what documents show; `least` documents must share a line.

    Where the same document was uploaded several times it counts once.

    >>> learn([], "mine").reason
    'no documents'
    """
    found = corpus(observations, least)
    kept, left = taken(gather(found, least))
    reasons = [(one.places[0].text, why) for one, why in left]
    rows: dict[str, dict[str, Any]] = {}
    near = _NearMisses(found)
    staying = content_lines()
    # By pattern: lines that differ only in what the pattern leaves open are one rule.
    for one in sorted(kept, key=lambda one: -len(one.documents)):
        row = _row(one, found, near)
        if row["pattern"] in rows:
            continue
        if why := _unfit(row, near, staying):
            reasons.append((one.places[0].text, why))
        else:
            rows[row["pattern"]] = row
    chosen = list(rows.values())
    needs, problem = _recognition(chosen, found)
    if not found.documents:
        problem = "no documents"
    elif len(found.documents) < least:
        problem = f"{len(found.documents)} different documents, and {least} must share a line"
    if problem:
        return Proposal("", 0, len(found.documents), found.repeated, tuple(reasons), problem)
    text = _toml(_pack_id(name), needs, chosen, found, least)
    return Proposal(text, len(chosen), len(found.documents), found.repeated, tuple(reasons))


class _NearMisses:
    """Lines from inside the reports, found by the pairs of characters they have."""

    def __init__(self, found: Corpus) -> None:
        self.lines = found.inside
        self.folded = [fold(line) for line in self.lines]
        self._by_pair: dict[str, list[int]] = {}
        for number, line in enumerate(self.folded):
            for pair in {line[at : at + 2] for at in range(len(line) - 1)}:
                self._by_pair.setdefault(pair, []).append(number)

    def nearest(self, words: str) -> str:
        """Return the line that has most of the pairs of a text; the shortest where none has any."""
        counted = Counter(
            number
            for pair in {words[at : at + 2] for at in range(len(words) - 1)}
            for number in self._by_pair.get(pair, ())
        )
        if counted:
            best = min(counted, key=lambda at: (-counted[at], len(self.folded[at]), at))
            return self.lines[best]
        return min(self.lines, key=lambda line: (len(line), line), default="")


def _row(one: Candidate, found: Corpus, near: _NearMisses) -> dict[str, Any]:
    """Return the row of a candidate, without its id."""
    examples = list(dict.fromkeys(place.text for place in one.places))
    fixed = _letters(one.skeleton)
    strong = one.strength >= CLEAR or fixed >= PLAIN
    heads = sorted(place.at + 1 for place in one.places if place.region == "head")
    tails = sorted(
        len(found.documents[place.document].hashes) - place.at
        for place in one.places
        if place.region == "tail"
    )
    where = [
        f"line {_span(numbers)} from the {end}"
        for numbers, end in ((heads, "top"), (tails, "end"))
        if numbers
    ]
    seen = f"in {len(one.documents)} of {len(found.documents)} documents, {' and '.join(where)}"
    return {
        "sign": one.sign or "line",
        "region": one.region,
        "strong": strong,
        "cue": strong and fixed >= CUE,
        "letters": fixed,
        "pattern": _pattern(one.skeleton, examples),
        "evidence": f"{seen}; {'sign: ' + one.sign if one.sign else 'beside notices'}",
        "hit": examples[:EXAMPLES],
        "miss": [near.nearest(one.skeleton.replace(SLOT, "").replace("0", ""))],
        "documents": one.documents,
        "word": _gate_word(examples),
    }


def _letters(skeleton: str) -> int:
    return sum(character.isalpha() for character in skeleton)


def _span(numbers: Sequence[int]) -> str:
    low, high = numbers[0], numbers[-1]
    return str(low) if low == high else f"{low} to {high}"


def _pattern(skeleton: str, examples: Sequence[str]) -> str:
    """Return the regular expression of a skeleton: literal but for title and numbers."""
    plain = all(found.isdigit() for text in examples for found in NUMBER.findall(fold(text)))
    number = r"\d{1,20}" if plain else r"\d(?:[\d.:/-]{0,24}\d)?"
    pieces = []
    for part in re.split(f"([{SLOT}0])", skeleton):
        if part == SLOT:
            pieces.append(".{2,150}")
        elif part == "0":
            pieces.append(number)
        else:
            pieces.append(_SPECIAL.sub(r"\\\1", part))
    return "".join(pieces)


def _gate_word(examples: Sequence[str]) -> str:
    """Return the longest word that all examples have as it stands, folded; empty: none.

    As it stands, because the gate looks at the text and not at the folded view.
    """
    first, *others = ({fold(word) for word in _WORD.findall(text)} for text in examples)
    words = first.intersection(*others)
    return max(words, key=lambda word: (len(word), word), default="")


def _unfit(row: dict[str, Any], near: _NearMisses, staying: frozenset[str]) -> str:
    """Say why a row cannot be proposed; empty where it can."""
    if row["letters"] < LETTERS:
        return "too little of it is the same everywhere"
    if not row["miss"][0]:
        return "no line inside the reports that could be its miss"
    rule = packs.Rule(
        id="",
        kind="",
        pattern=re.compile(row["pattern"]),
        region=row["region"],
        strong=row["strong"],
        cue=False,
        proof=False,
        opens=False,
        hit=tuple(row["hit"]),
        miss=tuple(row["miss"]),
        evidence="",
    )
    if any(rule.pattern.fullmatch(line) for line in near.folded):
        return "its pattern matches a line inside a report"
    return next((f"its pattern {what}" for what, _ in rule_faults(rule, staying)), "")


def _recognition(rows: list[dict[str, Any]], found: Corpus) -> tuple[int, str]:
    """Return how many cues recognise the site, or why nothing can; sets `cue` and `proof`."""
    for row in rows:
        row["cue"] = row["cue"] and bool(row["word"])
    cues = [row for row in rows if row["cue"]]
    if len(cues) == 1 and cues[0]["letters"] >= ALONE:
        cues[0]["proof"] = True
        return 1, ""
    if len(cues) < 2:
        what = "no line at the ends of these documents repeats and looks like a notice"
        return 0, f"fewer than two lines could recognise the site: {what}" if rows else what
    counts = [
        count
        for number in range(len(found.documents))
        if (count := sum(number in row["documents"] for row in cues)) > 1
    ]
    return max(2, min([MOST_CUES, *counts])), ""


def _pack_id(name: str) -> str:
    """Return a name as a pack's id that no pack of the program has.

    >>> _pack_id("My pages!"), _pack_id("文档"), _pack_id("common")
    ('My-pages', 'learned', 'own-common')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:40] or "learned"
    taken_ids = {pack.id.lower() for pack in packs.packs()} | _TAKEN_IDS
    return f"own-{plain}" if plain.lower() in taken_ids else plain


def _toml(pack: str, needs: int, rows: list[dict[str, Any]], found: Corpus, least: int) -> str:
    order = {"head": 0, "edge": 1, "tail": 2}
    words = dict.fromkeys(row["word"] for row in rows if row["cue"])
    lines = [
        f"# Proposed by `ingest rules learn` from {len(found.documents)} documents; each line stood in",
        f"# {least} of them at least. A proposal: read every row, delete what is content, replace misses",
        "# that are too easy, then `ingest rules test` it and name it with --rules. Until then it does nothing.",
        "[pack]",
        f"id = {_quoted(pack)}",
        f"name = {_quoted('learned from ' + pack)}",
        f"needs = {needs}",
        f"gate = {_list(words)}",
    ]
    names: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: (order[row["region"]], row["pattern"])):
        sign = re.sub(r"[^a-z]+", "-", row["sign"].lower()) or "line"
        names[sign] += 1
        lines += [
            "",
            "[[rule]]",
            f'id = "{sign}-{names[sign]}"',
            f'class = "{sign}"',
            f'region = "{row["region"]}"',
            *([] if row["strong"] else ["strong = false"]),
            *(["proof = true"] if row.get("proof") else ["cue = true"] if row["cue"] else []),
            f"pattern = {_literal(row['pattern'])}",
            f"evidence = {_quoted(row['evidence'])}",
            f"hit = {_list(row['hit'])}",
            f"miss = {_list(row['miss'])}",
        ]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    # The escapes of JSON are escapes of TOML; DEL is the one character that only JSON allows.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(pattern: str) -> str:
    return _quoted(pattern) if "'" in pattern else f"'{pattern}'"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
