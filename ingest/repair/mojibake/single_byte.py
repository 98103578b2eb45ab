"""UTF-8 read as an encoding of one byte a character: what ftfy knows best.

ftfy is handed only pieces of a line that its own heuristic calls bad, cut to a bounded
length, in a configuration that changes nothing but the encoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.edits import Certainty, Edit
from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.gate import hits
from ingest.repair.mojibake.letters import is_unlikely, words
from ingest.repair.mojibake.plausibility import classes, cost, oddity

#: What an edit must gain in nats. A letter with an accent for two signs gains 5 and more.
MARGIN: Final = 3.0
#: What a strict repair gains where it is beyond doubt, whatever else is odd in the text.
CLEAR: Final = 30.0
#: Characters given to ftfy at once; its time grows faster than the text.
PIECE: Final = 1000

# Everything but CJK, which ftfy's encodings cannot have made.
_WESTERN: Final = re.compile(
    "[^\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff\n]+"
)
# A no-break space became a space behind what was the first byte of a letter; MAÇÃ is a word.
_SPACE_LOST: Final = re.compile("(?:[a-z.,;:!?’]|\\A)[ÃÂÅÎÐ] |[âã] [\x80-ÿ€-™]|[âã][\x80-ÿ€-™] ")
# Neighbours in the code chart: a table of characters.
_CHART: Final = re.compile("ÀÁÂ|ÃÄÅ|ÕÖ×|×ØÙ|àáâ|ãäå|õö÷|¡¢£|¥¦§|«¬®|°±²|µ¶·|¼½¾")
_WORD: Final = re.compile("[A-Za-z]{2}")
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def edits(line: str, offset: int) -> Iterator[Edit]:
    """Edits that undo single-byte mojibake in a line that begins at `offset`.

    >>> [(edit.start, edit.after, edit.rule) for edit in edits("Ã©tÃ© ou hiver", 0)]
    [(0, 'é', 'mojibake.utf-8-read-as-latin-1'), (3, 'é', 'mojibake.utf-8-read-as-latin-1')]
    """
    from ftfy.badness import BADNESS_RE

    for western in _WESTERN.finditer(line):
        if not BADNESS_RE.search(western[0]):
            continue
        for start, piece in _pieces(western[0]):
            if BADNESS_RE.search(piece):
                yield from _fixed(piece, offset + western.start() + start)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A long text in pieces that end behind a space where there is one."""
    at = 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            end = text.rfind(" ", at + 1, end) + 1 or end
        yield at, text[at:end]
        at = end


def _fixed(piece: str, offset: int) -> Iterator[Edit]:
    from ftfy import TextFixerConfig, fix_encoding_and_explain

    config = TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=True,
        fix_c1_controls=True,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
    )
    fixed, steps = fix_encoding_and_explain(piece, config)
    steps = steps or []
    strict = all(step.action in ("encode", "decode") for step in steps)
    spaces = not strict and ("Ã " in piece or "Â " in piece)
    if fixed == piece or (spaces and not _SPACE_LOST.search(piece)) or _CHART.search(piece):
        return
    if not _is_better(piece, fixed, strict=strict, margin=0.0 if spaces else MARGIN):
        return
    utf8 = not all(_of_controls(step.parameter) for step in steps if step.action != "encode")
    # CJK bytes hold UTF-8 by accident, and controls: what is not whole after the repair was
    # not UTF-8, and a control alone is not a quotation mark of Windows.
    if not utf8 and (
        _is_misspelled(fixed) or not _WORD.search(piece) or any(True for _ in hits(fixed, LATIN))
    ):
        return
    read = next((step.parameter for step in steps if step.action == "encode"), "latin-1")
    read = read.removeprefix("sloppy-")
    rule = f"mojibake.{'utf-8' if utf8 else 'cp1252'}-read-as-{read}"
    why = ", ".join(f"{step.action} {step.parameter}" for step in steps)
    runs = list(_NON_ASCII.finditer(piece))
    parts = _NON_ASCII.findall(fixed)
    if (
        strict
        and len(parts) == len(runs)
        and _NON_ASCII.sub("x", piece) == _NON_ASCII.sub("x", fixed)
    ):
        # Bytes above ASCII stay together: each run of them was decoded by itself.
        for run, after in zip(runs, parts, strict=True):
            if run[0] != after:
                yield Edit(
                    offset + run.start(), offset + run.end(), run[0], after, rule, "proven", why
                )
        return
    certainty: Certainty = "lost" if fixed.count("\ufffd") > piece.count("\ufffd") else "sure"
    start, end = _difference(piece, fixed)
    before, after = piece[start : len(piece) - end], fixed[start : len(fixed) - end]
    yield Edit(offset + start, offset + start + len(before), before, after, rule, certainty, why)


def _is_misspelled(text: str) -> bool:
    """Whether a text has signs inside words, or words that no language spells so."""
    return oddity(text) > 0 or any(not word.isascii() and is_unlikely(word) for word in words(text))


def _of_controls(parameter: str) -> bool:
    """Whether a step of ftfy takes C1 controls for Windows-1252."""
    return parameter == "fix_c1_controls" or parameter.endswith("windows-1252")


def _is_better(before: str, after: str, *, strict: bool, margin: float) -> bool:
    """Whether a repair is plausible; one that is not strict has to leave nothing bad at all."""
    from ftfy.badness import BADNESS_RE, badness

    gained = cost(before) - cost(after)
    if gained <= margin:
        return False
    if strict and gained >= CLEAR and badness(after) < badness(before):
        return True
    old, new = classes(before), classes(after)
    return not BADNESS_RE.search(after) and all(new.count(one) <= old.count(one) for one in "Ox")


def _difference(before: str, after: str) -> tuple[int, int]:
    """Lengths of what two texts share at their beginning and at their end."""
    limit = min(len(before), len(after))
    start = next((at for at in range(limit) if before[at] != after[at]), limit)
    end = next(
        (at for at in range(limit - start) if before[-1 - at] != after[-1 - at]), limit - start
    )
    return start, end
