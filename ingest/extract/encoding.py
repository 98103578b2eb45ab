"""Which encoding a text's bytes are in, and how sure that is.

In order: byte order marks, what strict UTF-8 proves, UTF-16 and UTF-32 by the statistics
of their units, what the page declares (checked, never believed), then chardetng, the
detector of Firefox, with its slips on short CJK text mended.

Detection looks at a bounded sample; `text.decode` verifies it on all bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ingest.extract import one_byte
from ingest.extract.charset import LATIN, VARIANTS, codec_name, common_share

#: Bytes of non-ASCII lines given to the detector: its answers stop changing far earlier.
SAMPLE: Final = 1 << 17

#: Bytes in which a page may declare its encoding. The standard asks for the first 1,024;
#: saved pages carry comments of the saving program before it.
DECLARATION: Final = 4096


class Detection(NamedTuple):
    """An encoding as Python names it, how sure it is (0 to 1), and its byte order mark.

    `encoding` gives the bytes back from the text, if `bom` is put in front of them.
    """

    encoding: str
    confidence: float
    bom: bytes = b""


_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_DECLARED: Final = re.compile(
    rb"""<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([\w:.-]+)"""
    rb"""|<meta\s[^>]{0,300}?charset\s*=\s*["']?\s*([\w:.-]+)""",
    re.IGNORECASE,
)

_UTF8_CHARACTER: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_EVERYDAY: Final = re.compile(rb"[\xc2-\xc5][\x80-\xbf]|[\xce\xcf\xd0\xd1][\x80-\xbf]")
# No second byte of GB 2312, Big5 or KS X 1001.
_NO_PAIR: Final = re.compile(rb"[\xc2-\xdf][\x80-\xa0]")
# Letters and marks beside small letters, letters of Arabic, and nothing else.
_ON_LETTERS: Final = re.compile(
    rb"(?:[a-z](?:[\xc2-\xcd][\x80-\xbf])+|(?:[\xc2-\xcd][\x80-\xbf])+(?=[a-z])"
    rb"|[\xd8-\xdb][\x80-\xbf]|[\x00-\x7f])+"
)
_CUT_HEAD: Final = re.compile(rb"\A[\x80-\xbf]{1,3}")
_CUT_TAIL: Final = re.compile(
    rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z"
)
_LETTER: Final = re.compile(rb"[A-Za-z ]")
_PLAIN: Final = re.compile("[A-Za-z]")
_ACCENTED: Final = re.compile("[\u00c0-\u024f]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
# From the first high byte of a line: no character of a legacy encoding begins before it.
_HIGH_LINE: Final = re.compile(rb"[\x80-\xff][^\n]*")
# What text does not hold; ESC opens the switches of ISO-2022.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ISO2022: Final = re.compile(rb"\x1b(?:\$[@B]|\$\([CD]|\([JI])")


def declared_encoding(head: bytes) -> str | None:
    """The codec of the encoding that an HTML or XML head declares; None without one.

    >>> declared_encoding(b'<meta http-equiv="x" content="text/html; charset=gb2312">')
    'gb18030'
    """
    found = _DECLARED.search(head, 0, DECLARATION)
    if found is None:
        return None
    name = codec_name((found[1] or found[2]).decode("ascii"))
    # A page whose declaration can be read byte by byte is not in UTF-16, whatever it says.
    return "utf-8" if name is not None and name.startswith(("utf-16", "utf-32")) else name


def looks_binary(content: bytes) -> bool:
    """Say whether control characters, NUL among them, are too many for text of one byte a unit.

    >>> looks_binary(bytes(range(256))), looks_binary(b"one bell (\\x07) in a line of plain words, fifty-nine bytes")
    (True, False)
    """
    # 2 %: text extracted from old programs keeps strays below 1 %, random bytes have 10 %. One
    # is no evidence, however short the text.
    return any(
        sum(1 for _ in _CONTROL.finditer(part)) > 1 + len(part) * 0.02 for part in _samples(content)
    )


def detect(content: bytes, *, declared: str | None = None) -> Detection | None:
    """Detect the encoding of a text's bytes; None where they look like no text at all.

    `declared` is a codec that the document names for itself: a hint that is checked.
    The answer holds for a sample; bytes elsewhere may not fit it.

    >>> detect("国家统计局".encode("utf-16-le")).encoding
    'utf-16-le'
    >>> detect(bytes((0, 1, 2, 255)) * 500) is None  # no text, though U+0100 and U+FF02 are letters
    True
    """
    marked = find_bom(content)
    if marked is not None:
        return None if _is_junk(content, marked) else marked
    wide = _detect_wide(content)
    if wide is not None:
        return wide
    if looks_binary(content):
        return None
    if content.isascii():
        if _ISO2022.search(content):
            return Detection("iso2022_jp", 0.95)
        return Detection("utf-8", 1.0)
    utf8 = _detect_utf8(content, declared)
    if utf8 is not None:
        return utf8
    return _detect_legacy(content, declared)


def find_bom(content: bytes) -> Detection | None:
    """The encoding that a byte order mark at the start names.

    >>> find_bom(b"\\xff\\xfea\\0").encoding
    'utf-16-le'
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return Detection(encoding, 1.0, bom)
    return None


def _is_junk(content: bytes, marked: Detection) -> bool:
    """Whether what follows a mark is broken, or controls, too often for text."""
    head = content[len(marked.bom) :][: SAMPLE // 2]
    text = head.decode(marked.encoding, "replace")
    # What cannot be read is U+FFFD in one and missing in the other.
    bad = len(text) - len(head.decode(marked.encoding, "ignore"))
    bad += sum(char < " " and char not in "\t\n\r\f\v\x1b" for char in text)
    # The sample's last character may be cut.
    return bad > 1 + len(text) * 0.02


def _samples(content: bytes) -> Iterator[bytes]:
    """The beginning and the middle: a container may open with a page of plain text."""
    yield content[: SAMPLE // 2]
    if len(content) > SAMPLE:
        yield content[len(content) // 2 :][: SAMPLE // 2]


def _high_sample(content: bytes) -> bytes:
    """Lines, or their rests, that hold bytes above ASCII, up to the size of the sample."""
    parts = []
    size = 0
    for found in _HIGH_LINE.finditer(content):
        part = found[0][: SAMPLE - size]
        parts.append(part)
        size += len(part)
        if size >= SAMPLE:
            break
    return b"\n".join(parts)


def _detect_utf8(content: bytes, declared: str | None) -> Detection | None:
    """UTF-8 where it is proven, or broken in so few places that nothing else explains it."""
    sample = _high_sample(content)
    # Cut characters at either end of a slice are no evidence against UTF-8.
    cut = len(sample)
    if content[:1] == sample[:1]:
        sample = _CUT_HEAD.sub(b"", sample, count=1)
    sample = _CUT_TAIL.sub(b"", sample, count=1)
    cut -= len(sample)
    characters = [found[0] for found in _UTF8_CHARACTER.finditer(sample)]
    explained = sum(map(len, characters))
    broken = sum(1 for _ in _HIGH.finditer(sample)) - explained
    long = sum(len(character) > 2 for character in characters)
    if broken == 0:
        # Two bytes are UTF-8 by accident in 14 % of the characters of GBK. A few of them
        # prove it as letters of an alphabet that is written every day, or if the sets that
        # Chinese and Korean mostly write have no such pair.
        few = long == 0 and len(characters) < 4
        told = any(map(_NO_PAIR.match, characters)) or all(map(_EVERYDAY.match, characters))
        if few and not told and not _ON_LETTERS.fullmatch(content):
            return None
        if cut and long == 0:
            return None
        return Detection("utf-8", 1 - 0.5 * 0.14 ** len(characters))
    # Legacy text stays below one to one, and has hardly a sequence of three; a UTF-8 text
    # with one byte in forty lost stays above ten to one.
    needed = 2 if declared == "utf-8" else 8
    if explained >= needed * broken and (long >= 2 or len(characters) > 4):
        return Detection("utf-8", explained / (explained + 2 * broken))
    return None


def _detect_wide(content: bytes) -> Detection | None:
    """UTF-16 and UTF-32 without a mark, by how common their units would be."""
    head = content[: SAMPLE // 2]
    if b"\0" not in head:
        # Without a NUL it would be CJK: other text is recognized by UTF-8, or its letters.
        letters = len(_LETTER.findall(head))
        if len(head) < 8 or letters > 0.75 * len(head) or _is_utf8(head):
            return None
    best = ("", 0.0)
    for encoding, width in (
        ("utf-32-le", 4),
        ("utf-32-be", 4),
        ("utf-16-le", 2),
        ("utf-16-be", 2),
    ):
        whole = head[: len(head) // width * width]
        # Bytes left over are a cut character, if the file is long.
        if len(head) - len(whole) and len(content) < 64:
            continue
        share = common_share(whole.decode(encoding, "replace"))
        if share > best[1] + 0.02:
            best = (encoding, share)
    encoding, share = best
    # Running text of every language measured has 0.96 and more, other encodings read as
    # UTF-16 at most 0.55. Eight characters may hold one that is rare. A NUL proves that
    # the units are wide, or the file binary.
    units = len(head) // 2
    if share < (0.8 if b"\0" in head else 0.9 if units >= 20 else 0.83):
        return None
    # Patterns of small numbers read as accented letters without a plain one among them; in
    # the script richest in accents, Vietnamese, a third of the letters have one.
    text = head[: len(head) // 4 * 4].decode(encoding, "replace")
    if len(_ACCENTED.findall(text)) > 3 + len(_PLAIN.findall(text)):
        return None
    return Detection(encoding, min(0.999, share * (1 - 1 / len(head))))


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.utf_8_decode(head, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def _detect_legacy(content: bytes, declared: str | None) -> Detection | None:
    from chardetng_py import EncodingDetector  # type: ignore[import-untyped]  # has stubs, no marker

    sample = _high_sample(content)
    detector = EncodingDetector()
    detector.feed(sample, last=True)
    label, outstanding = detector.guess_assess(tld=None, allow_utf8=False)
    guess = codec_name(label) or "cp1252"
    high = sum(1 for _ in _HIGH.finditer(sample))
    weighed = one_byte.better(content, guess)
    if weighed is not None:
        guess, lead = weighed
        confidence, outstanding = lead / (lead + one_byte.LEAD), True
    elif guess in VARIANTS:
        # Right on 97, 99 and 100 % of 8, 20 and 80 characters.
        confidence = 1 - 0.5 / max(1, high)
    else:
        better = _overlooked(sample)
        if better is not None:
            guess, confidence, outstanding = better, 0.9, True
        else:
            # Right on 75, 90 and 97 % of 8, 20 and 80 letters.
            confidence = max(0.3, 1 - 2 / max(1, high))
            # 0.6: accents are at most a third of the letters of any Latin script (Vietnamese);
            # more is an encoding that the detector does not know, or no text.
            letters = len(_LETTER.findall(sample))
            if guess in LATIN and high >= 20 and high > 0.6 * (letters + high):
                confidence = 0.0
    if declared is not None and declared != guess and _holds(sample, declared, guess):
        return Detection(declared, 0.9)
    if declared == guess:
        return Detection(guess, max(confidence, 0.99))
    return Detection(guess, confidence if outstanding else confidence / 2)


def _holds(sample: bytes, declared: str, guess: str) -> bool:
    """Whether the declared encoding reads the sample at least as plausibly as the guess."""
    try:
        text = sample.decode(declared)
    except (UnicodeError, ValueError):
        # The last character of the sample may be cut: the guess has the same handicap.
        text = sample.decode(declared, "replace")
        if text.count("\ufffd") > len(text) * 0.01:
            return False
    if guess not in VARIANTS:
        return True
    # A declaration of one byte a character fits any bytes: it must not beat a CJK guess.
    return declared in VARIANTS and common_share(text) >= common_share(
        sample.decode(guess, "replace")
    )


def _overlooked(sample: bytes) -> str | None:
    """A CJK encoding where the detector took short text for one byte a character."""
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError:
        pass
    else:
        kana = sum("ぁ" <= char <= "ヺ" or char == "ー" for char in text)
        # A third of kana, and nothing rare: Cyrillic read as Shift_JIS is half-width.
        if kana * 3 >= len(text) and common_share(text) > 0.95 and not _has_halfwidth(text):
            return "cp932"
    if all(b"\xb0" <= pair[:1] <= b"\xc8" for pair in _euc_pairs(sample)):
        return "cp949"
    return None


def _has_halfwidth(text: str) -> bool:
    return any("｡" <= char <= "ﾟ" for char in text)


def _euc_pairs(sample: bytes) -> Iterator[bytes]:
    """Pairs of bytes as EUC reads them; a pair that cannot be one is given as NUL."""
    pairs = 0
    for run in re.finditer(rb"[\x80-\xff]+", sample):
        if len(run[0]) % 2 or min(run[0]) < 0xA1:
            yield b"\0"
        for at in range(0, len(run[0]), 2):
            pairs += 1
            yield run[0][at : at + 2]
    if pairs < 4:
        yield b"\0"
