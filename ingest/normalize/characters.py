"""Characters that stand for others or for nothing: radicals, ligatures, private use, controls.

Full-width forms, circled numbers, units and fractions (， Ａ ① ㎡ ½) are what their
authors wrote; no rule here folds them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from operator import itemgetter

from ingest.document import Certainty, Edit
from ingest.normalize.joints import Joints
from ingest.normalize.language import Language
from ingest.normalize.tables import rows


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules must know of the document around the characters.

    `layout` is True where the text comes from a page's layout (PDF), not from a file
    whose every character somebody typed.
    """

    layout: bool
    language: Callable[[], Language]


# Everything any rule below looks at. A text without one of these is done. Those behind the
# first 65,536 are asked for by themselves, of texts that go so far: they would make the set slow.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0300-\u036f\u061c\u1100-\u11ff\u200b-\u200f\u2028-\u202e"
    "\u2060\u2066-\u2069\u2e80-\u2fd5\u3099\u309a\ud800-\ufaff\ufb00-\ufb06\ufdd0-\ufdef\ufeff"
    "\ufffe\uffff]"
)
_SUSPECT_BEYOND = re.compile("[\U0001fffe\U0001ffff\U0002f800-\U0002fa1f\U0002fffe-\U0002ffff]")

Rule = Callable[[str, Setting], Iterator[Edit]]


def _suspects(text: str) -> str:
    """The characters of a text that a rule looks at, each of them once."""
    found = set(_SUSPECT.findall(text))
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text):
        found.update(_SUSPECT_BEYOND.findall(text))
    return "".join(found)


def find(text: str, setting: Setting) -> list[Edit]:
    """Return the edits of all character rules, in text order.

    >>> setting = Setting(layout=False, language=Language)
    >>> [edit[:5] for edit in find("ﬁnal re\\u00adport", setting)]
    [(0, 1, 'ﬁ', 'fi', 'normalize.ligature'), (7, 8, '\\xad', '', 'normalize.soft-hyphen')]
    """
    suspects = _suspects(text)
    if not suspects:
        return []
    found = [list(rule(text, setting)) for sign, rule in _RULES if sign.search(suspects)]
    edits = list(chain.from_iterable(found))
    edits.sort(key=itemgetter(0, 1))
    return edits


def _edit(found: re.Match[str], after: str, rule: str, certainty: Certainty = "proven") -> Edit:
    return Edit(found.start(), found.end(), found[0], after, f"normalize.{rule}", certainty)


_RADICALS = re.compile("[\u2e80-\u2fd5]+")
# Texts about radicals write them on purpose.
_ABOUT_RADICALS = re.compile("部首|偏旁|字根|笔画|筆畫|康熙|[Rr]adical|部⾸")


@cache
def _ideographs(script: str) -> dict[int, str]:
    table = {
        code: form
        for code in range(0x2E80, 0x2FD6)
        if (form := unicodedata.normalize("NFKC", chr(code))) != chr(code)
    }
    for row in rows("normalize_radicals.tsv"):
        if row["script"] in ("", script):
            table[ord(row["radical"])] = row["ideograph"]
    return table


def _radicals(text: str, setting: Setting) -> Iterator[Edit]:
    """A radical in a word is its ideograph: the font's map names both for one shape."""
    table: dict[int, str] | None = None
    is_about = _ABOUT_RADICALS.search(text) is not None
    for found in _RADICALS.finditer(text):
        run = found[0]
        # A list of radicals: three and more in the order of the block.
        if len(run) > 2 and all(0 < ord(b) - ord(a) < 4 for a, b in pairwise(run)):
            continue
        near = text[max(0, found.start() - 20) : found.end() + 20]
        if is_about and _ABOUT_RADICALS.search(near):
            continue
        # In a typed text a lone radical is what somebody chose; only inside a word is it not.
        if not setting.layout and not re.search("[\u3400-\u9fff]", near):
            continue
        if table is None:
            table = _ideographs(setting.language().script)
        after = run.translate(table)
        if after != run:
            yield _edit(found, after, "radical")


_COMPATIBILITY = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]+")


def _compatibility(text: str, setting: Setting) -> Iterator[Edit]:
    """Duplicates of ideographs. Japanese and Korean typed texts use them to keep name forms apart."""
    if not setting.layout and setting.language().name in ("ja", "ko"):
        return
    for found in _COMPATIBILITY.finditer(text):
        after = unicodedata.normalize("NFKC", found[0])
        if after != found[0]:
            yield _edit(found, after, "compatibility")


_LIGATURES = re.compile("[\ufb00-\ufb06]")


def _ligatures(text: str, _setting: Setting) -> Iterator[Edit]:
    for found in _LIGATURES.finditer(text):
        yield _edit(found, unicodedata.normalize("NFKC", found[0]), "ligature")


_PRIVATE = re.compile("[\ue000-\uf8ff]")


@cache
def _private_table() -> dict[str, tuple[str, str]]:
    return {
        chr(int(row["code"], 16)): (row["replacement"], row["where"])
        for row in rows("normalize_private.tsv")
    }


def _private_use(text: str, _setting: Setting) -> Iterator[Edit]:
    table = _private_table()
    bullets: dict[str, list[re.Match[str]]] = {}
    for found in _PRIVATE.finditer(text):
        replacement, where = table.get(found[0], ("", ""))
        if where == "anywhere":
            yield _edit(found, replacement, "private-use")
        elif where and _at_line_start(text, found.start()):
            bullets.setdefault(found[0], []).append(found)
    for code, places in bullets.items():
        replacement, where = table[code]
        if len(places) > 1 or where == "line-start-one":
            for found in places:
                yield _edit(found, replacement, "private-bullet", "sure")


def _at_line_start(text: str, at: int) -> bool:
    # Eight columns of indentation at most: a bullet is not further in than that.
    before = text[max(0, at - 8) : at]
    return not before.rsplit("\n", 1)[-1].strip() and ("\n" in before or at <= 8)


_CONTROLS = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]|\x1b|[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]+")
_C1 = re.compile(r"[\x80-\x84\x86-\x9f]+")
_GLYPH_CODES = re.compile("[\x0b\x0c\x85]+")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff]+")


def _controls(text: str, setting: Setting) -> Iterator[Edit]:
    """Controls carry no text.

    C1 controls in a typed text are the remains of an encoding confusion, and evidence
    for whoever repairs it; they stay.
    """
    return _dropped(_CONTROLS, "control", text, setting)


def _noncharacters(text: str, setting: Setting) -> Iterator[Edit]:
    return _dropped(_NONCHARACTERS, "noncharacter", text, setting)


def _glyph_codes(text: str, setting: Setting) -> Iterator[Edit]:
    """Codes of glyphs that a font has no name for, none of which ends a line."""
    if setting.layout:
        yield from _dropped(_C1, "control", text, setting)
        yield from _dropped(_GLYPH_CODES, "control", text, setting)


def _dropped(pattern: re.Pattern[str], rule: str, text: str, setting: Setting) -> Iterator[Edit]:
    for found in pattern.finditer(text):
        # PDFium writes U+0002 or U+FFFE for the hyphen at the end of a line.
        if (
            setting.layout
            and found[0] in "\x02\ufffe"
            and text[found.end() : found.end() + 1] == "\n"
            and text[found.start() - 1 : found.start()].isalpha()
        ):
            yield _edit(found, "-", "line-end-hyphen", "sure")
        else:
            yield _edit(found, "", rule, "sure")


# A character in two halves, or a run of lone ones.
_SURROGATES = re.compile(
    "([\ud800-\udbff][\udc00-\udfff])|(?:[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff]))+"
)


def _surrogates(text: str, _setting: Setting) -> Iterator[Edit]:
    """Two halves of a character are that character; a lone half is lost."""
    for found in _SURROGATES.finditer(text):
        if found[1]:
            whole = found[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            yield _edit(found, whole, "surrogate-pair")
        else:
            yield _edit(found, "\ufffd" * len(found[0]), "lone-surrogate", "lost")


_SOFT_HYPHENS = re.compile("\xad+")
_HYPHENS = ("-", "\u2010")
_WORD = 60


def _soft_hyphens(text: str, setting: Setting) -> Iterator[Edit]:
    joints: Joints | None = None
    for found in _SOFT_HYPHENS.finditer(text):
        # At the end of a laid-out line it is a hyphen that a reader sees; joining lines
        # takes it out.
        if setting.layout and text[found.end() : found.end() + 1] == "\n":
            continue
        if setting.layout and text[found.start() - 1 : found.start()] in _HYPHENS:
            joints = joints or Joints(text)
            yield _in_cell(text, found, joints)
        else:
            yield _edit(found, "", "soft-hyphen")


def _in_cell(text: str, found: re.Match[str], joints: Joints) -> Edit:
    """A cell's line was broken at a hyphen: the word has it, or has it not.

    Programs that part no words break lines at hyphens, too: what nothing tells stays.
    """
    begin = found.start() - 1
    line = text[text.rfind("\n", 0, begin) + 1 : begin + 1]
    rest = text[found.end() : found.end() + _WORD]
    cut, put = joints.between(line, rest)
    if cut == "-" and not joints.is_known(line, rest):
        cut = ""
    after = put if cut else text[begin] + put
    return Edit(
        begin, found.end(), text[begin : found.end()], after, "normalize.soft-hyphen", "sure"
    )


# A search that begins with a repeat is half as fast as one that begins with a single set.
_ZERO_WIDTH = "[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
_INVISIBLE = re.compile(f"{_ZERO_WIDTH}{_ZERO_WIDTH}*+")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")
# Scripts that mark word borders with U+200B, and those whose shapes depend on joiners,
# lie outside of what stands here: ASCII, Latin, Greek, Cyrillic, CJK with punctuation.
_PLAIN = re.compile(
    "[\x09\x0a\x20-\x7e\xa0-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u3000-\u9fff"
    "\uac00-\ud7a3\uff01-\uffe6]"
)
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _invisible(text: str, _setting: Setting) -> Iterator[Edit]:
    """Zero-width characters, except where a script, an emoji or the direction needs them."""
    right_to_left: bool | None = None
    for found in _INVISIBLE.finditer(text):
        start, end = found.span()
        if not all(
            not neighbour or _PLAIN.match(neighbour)
            for neighbour in (text[max(0, start - 1) : start], text[end : end + 1])
        ):
            continue
        if any(char in _BIDI for char in found[0]):
            if right_to_left is None:
                right_to_left = bool(_RIGHT_TO_LEFT.search(text))
            if right_to_left:
                continue
        yield _edit(found, "", "zero-width", "sure")


_LINE_ENDS = re.compile("\r\n?|\x0c\n?|[\x0b\x85\u2028\u2029]")


def _line_ends(text: str, setting: Setting) -> Iterator[Edit]:
    if setting.layout:
        return
    for found in _LINE_ENDS.finditer(text):
        start = found.start()
        # A form feed after a line end is only the border of two pages.
        fed = found[0] == "\x0c" and (not start or text[start - 1] in "\n\r")
        yield _edit(found, "" if fed else "\n", "line-end")


# Latin, Greek and Cyrillic letters with their marks, kana with theirs, modern Hangul: found
# by the first character behind the letter, which clean text has few of.
# Longer runs of marks than any orthography has are left.
_DECOMPOSED = re.compile(
    "[\u0300-\u036f\u3099\u309a\u1161-\u1175](?:"
    "(?<=[A-Za-z\xc0-\u024f\u0370-\u04ff\u1e00-\u1fff][\u0300-\u036f])"
    "[\u0300-\u036f]{0,3}(?![\u0300-\u036f])"
    "|(?<=[\u3041-\u30ff][\u3099\u309a])"
    "|(?<=[\u1100-\u1112][\u1161-\u1175])[\u11a8-\u11c2]?(?![\u11a8-\u11ff]))"
)


_MARKS = re.compile("[\u0300-\u036f\u1100-\u11ff\u3099\u309a]")


def _composed(text: str, _setting: Setting) -> Iterator[Edit]:
    """Letters written as letter and mark, where one character for both exists (NFC)."""
    for found in _DECOMPOSED.finditer(text):
        start, end = found.start() - 1, found.end()
        before = text[start:end]
        after = unicodedata.normalize("NFC", before)
        if after != before:
            yield Edit(start, end, before, after, "normalize.composed", "proven")


# Each with the characters without one of which it has nothing to do.
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (_RADICALS, _radicals),
    (_COMPATIBILITY, _compatibility),
    (_LIGATURES, _ligatures),
    (_PRIVATE, _private_use),
    (_CONTROLS, _controls),
    (_NONCHARACTERS, _noncharacters),
    (re.compile("[\x80-\x9f\x0b\x0c]"), _glyph_codes),
    (_SURROGATES, _surrogates),
    (_SOFT_HYPHENS, _soft_hyphens),
    (_INVISIBLE, _invisible),
    (_LINE_ENDS, _line_ends),
    (_MARKS, _composed),
)
