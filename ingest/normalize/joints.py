"""What stands between two joined lines: nothing, a space, or the hyphen of a compound."""

from __future__ import annotations

import re
from functools import cached_property

# Scripts that set words without spaces, with the punctuation that belongs to them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003ffff]"
)
# Marks that both kinds of text use: what stands beside them decides.
_SHARED_MARKS = "“”‘’…—·"
_HAN_SPACE_LATIN = re.compile("[\u4e00-\u9fff] [A-Za-z0-9]|[A-Za-z0-9] [\u4e00-\u9fff]")
_HAN_LATIN = re.compile("[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
_CJK_MARK = re.compile("[\u3000-\u303f\uff00-\uff60“”‘’…—]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")

# A compound of these keeps its hyphen: well-known, forty-one. Prefixes that also open
# plain words (ex-pensive, non-sense, cross-ing) prove nothing.
_COMPOUNDING = re.compile(
    r"(?:well|half|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\Z", re.IGNORECASE
)
# Haupt- und Nebensatz: the hyphen stands for the word's end, and a space follows.
_CONJUNCTION = re.compile(r"(?:und|oder|bzw|sowie|and|or|to|et|ou|en|of)\b")


class Joints:
    """The habits of one document, asked as lines are joined.

    >>> Joints("A part-time post.").between("a part-", "time post")
    ('', '')
    >>> Joints("").between("the depart-", "ment counted")
    ('-', '')
    >>> Joints("").between("社区", "工作"), Joints("").between("two", "words")
    (('', ''), ('', ' '))
    >>> Joints("기록은 남아 있지 않다").between("기록은 남", "아 있지"), Joints("").between("자세한", "기록은")
    (('', ''), ('', ' '))
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def between(self, one: str, two: str) -> tuple[str, str]:
        """Return what is taken from the end of line `one` and what is put between it and `two`.

        Both lines are given without their ends and are not empty.
        """
        last, first = one[-1], two[0]
        if last.isascii() and first.isascii() and last not in "-/":
            return "", " "
        if last == "\xad":
            return last, ""
        if last in "-\u2010" and len(one) > 1 and (one[-2].isalpha() or one[-2].isdigit()):
            return self._hyphen(one, two)
        if last in _SHARED_MARKS:
            last = one.rstrip(_SHARED_MARKS)[-1:] or last
        if first in _SHARED_MARKS:
            first = two.lstrip(_SHARED_MARKS)[:1] or first
        if _UNSPACED.match(last) or _UNSPACED.match(first):
            if last != one[-1] or first != two[0]:
                return "", ""
            return "", self._beside_han(last, first)
        if last in "/\u2013" and not first.isspace():
            return "", ""
        if _HANGUL.match(last) and _HANGUL.match(first):
            return "", "" if self._parts_a_word(one, two) else " "
        return "", " "

    def is_known(self, one: str, two: str) -> bool:
        """Whether the document has a word in one piece that a hyphen parts at the end of `one`.

        >>> Joints("Two districts.").is_known("all dis-", "tricts"), Joints("").is_known("a-", "b")
        (True, False)
        """
        return self._parts_a_word(one[:-1], two)

    def _parts_a_word(self, one: str, two: str) -> bool:
        """Whether the halves at a line's end are a word that stands elsewhere in the document.

        Korean sets blanks between words, but many programs end lines inside of them.
        """
        before, after = _LAST_WORD.search(one[-60:]), _FIRST_WORD.match(two[:60])
        if before is None or after is None:
            return False
        return f"{before[0]}{after[0]}".lower() in self._words

    def _beside_han(self, last: str, first: str) -> str:
        han_and_latin = (last.isalnum() and last.isascii()) != (first.isalnum() and first.isascii())
        if not han_and_latin or _CJK_MARK.match(last) or _CJK_MARK.match(first):
            return ""
        if not (last.isalnum() and first.isalnum()):
            return ""
        return " " if self._spaced else ""

    @cached_property
    def _spaced(self) -> bool:
        """Whether the document sets a space between Han and Latin."""
        spaced = len(_HAN_SPACE_LATIN.findall(self.text))
        return spaced > len(_HAN_LATIN.findall(self.text))

    def _hyphen(self, one: str, two: str) -> tuple[str, str]:
        # A word ends behind the last blank: to search from there saves most of the line.
        before = _LAST_WORD.search(one[-61:-1].rsplit(None, 1)[-1])
        after = _FIRST_WORD.match(two[:60])
        if before is None or after is None:
            return "", ""  # figures and dates: 2019-2020, COVID-19
        head, tail = before[0], after[0]
        if _CONJUNCTION.match(two):
            return "", " "
        if not tail[0].islower():
            return "", ""
        whole, compound = (head + tail).lower(), f"{head}-{tail}".lower()
        if compound not in self._compounds and not _COMPOUNDING.match(head):
            return one[-1], ""
        return (one[-1], "") if whole in self._words else ("", "")

    @cached_property
    def _parts(self) -> frozenset[str]:
        """What stands between blanks, in lower case: of a long text most stand there again."""
        return frozenset(self.text.lower().split())

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every word of the document, in lower case."""
        # Most parts are a word, and known to be one without a pattern.
        others = " ".join([part for part in self._parts if not part.isalpha()])
        return self._parts.union(_WORD.findall(others))

    @cached_property
    def _compounds(self) -> frozenset[str]:
        """Every compound of the document that has a plain hyphen, in lower case."""
        # Few lines have one: only those are taken apart.
        lines = " ".join([line for line in self.text.split("\n") if "-" in line])
        parts = " ".join({part for part in lines.lower().split() if "-" in part})
        return frozenset(word for word in _WORD.findall(parts) if "-" in word)
