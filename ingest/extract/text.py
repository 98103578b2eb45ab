"""Plain text: bytes decoded exactly, so that they can be had back.

Line ends stay as they are. A byte that the encoding cannot read becomes U+FFFD and is
marked with its value.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from ingest.document import Document, Mark, Source
from ingest.errors import NotADocumentError, UnknownEncodingError
from ingest.extract.charset import VARIANTS, codec_name
from ingest.extract.encoding import Detection, detect, find_bom

#: Share of bytes that may be unreadable in a detected encoding. Damaged files measured
#: lose below 1 %; another encoding of two bytes a character fails on 3 % and more.
UNREADABLE: Final = 0.02
#: The same for UTF-8, which proves itself by the characters that it does read.
UNREADABLE_UTF8: Final = 0.25

#: Codecs with two codes for one character: what they read may be written back otherwise.
_AMBIGUOUS: Final = frozenset({"cp932", "cp950", "big5hkscs", "big5", "johab"})

# While decoding, a byte that cannot be read is a lone surrogate, U+DC00 and its value:
# no decoder makes lone surrogates of its own.
_PLACEHOLDER: Final = re.compile("[\udc00-\udcff]")


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in broken), error.end


codecs.register_error("ingest.keep-bytes", _keep_bytes)


class Decoded(NamedTuple):
    """A text, the encoding that it was read in, and its unreadable bytes.

    `exact` is False where encoding the text would not give the bytes back although all
    could be read: some encodings have two codes for one character.
    """

    text: str
    encoding: str
    confidence: float
    bom: bool
    marks: tuple[Mark, ...]
    exact: bool


def decode(
    content: bytes, name: str, *, encoding: str | None = None, declared: str | None = None
) -> Decoded:
    """Decode a text's bytes.

    `encoding` overrules detection; bytes that do not fit it are marked. `declared` is a
    codec that the document names for itself, a hint. Raises `NotADocumentError` where
    the bytes are no text, `UnknownEncodingError` where no encoding reads them.

    >>> decode("价格".encode("gbk"), "x", encoding="gbk").text
    '价格'
    >>> decode(b"caf\\xe9", "x", encoding="utf-8").marks[0].why
    'byte E9 cannot be read as utf-8'
    """
    if encoding is not None:
        return _decode_as_told(content, name, encoding)
    detection = detect(content, declared=declared)
    if detection is None:
        raise NotADocumentError(f"{name}: binary content of unknown type")
    if not detection.confidence:
        raise UnknownEncodingError(f"{name}: these bytes are text in no encoding known here")
    body = content[len(detection.bom) :]
    best = _read_best(body, detection)
    unreadable = len(best.marks)
    allowed = UNREADABLE_UTF8 if detection.encoding == "utf-8" else UNREADABLE
    if unreadable > max(4, len(body) * allowed):
        raise UnknownEncodingError(
            f"{name}: no encoding reads these bytes "
            f"({best.encoding} comes nearest and fails on {unreadable} of {len(body)})"
        )
    return best


def read_text(decoded: Decoded, source: Source) -> Document:
    """Make the document of a plain text.

    Its metadata holds `encoding` and `encoding_confidence`; `bom` is True where a byte
    order mark stood in front that the encoding's name does not imply, and
    `encoding_exact` False where the text does not encode to the same bytes.
    """
    document = Document(decoded.text, source, metadata=encoding_metadata(decoded))
    return document.revise("extract", (), marks=decoded.marks)


def encoding_metadata(decoded: Decoded) -> dict[str, str | float | bool]:
    """What is known of the encoding, under the keys of the document's metadata."""
    found: dict[str, str | float | bool] = {
        "encoding": decoded.encoding,
        "encoding_confidence": round(decoded.confidence, 3),
    }
    if decoded.bom:
        found["bom"] = True
    if not decoded.exact:
        found["encoding_exact"] = False
    return found


def _decode_as_told(content: bytes, name: str, label: str) -> Decoded:
    codec = codec_name(label)
    if codec not in VARIANTS:
        # Supersets only where they are harmless: who says latin-1 means latin-1.
        codec = codecs.lookup(label).name
    family = codec.removesuffix("-sig")
    bom = find_bom(content)
    if family in ("utf-16", "utf-32"):
        # Without a mark, the order that the standard gives to files without one.
        codec = bom.encoding if bom and bom.encoding.startswith(family) else f"{family}-be"
        family = codec
    skip = bom.bom if bom is not None and bom.encoding == family else b""
    try:
        return _read(content[len(skip) :], Detection(codec, 1.0, skip))
    except UnicodeError as error:
        raise UnknownEncodingError(
            f"{name}: cannot be read as {label}: {error}", advice="name another encoding"
        ) from None


def _read_best(body: bytes, detection: Detection) -> Decoded:
    """Read with the variant of the encoding that reads most, and most exactly."""
    first, *others = VARIANTS.get(detection.encoding, (detection.encoding,))
    best = _read(body, detection._replace(encoding=first))
    for codec in others:
        if not best.marks and best.exact:
            break
        read = _read(body, detection._replace(encoding=codec))
        best = min(best, read, key=lambda read: (len(read.marks), not read.exact))
    return best


def _read(body: bytes, detection: Detection) -> Decoded:
    codec, confidence, bom = detection
    text = body.decode(codec, "ingest.keep-bytes")
    marks = tuple(
        Mark(
            found.start(),
            found.end(),
            "unreadable",
            "encoding.unreadable-byte",
            f"byte {ord(found[0]) - 0xDC00:02X} cannot be read as {codec}",
        )
        for found in _PLACEHOLDER.finditer(text)
    )
    if marks:
        text = _PLACEHOLDER.sub("\ufffd", text)
        confidence *= 1 - len(marks) / len(body)
        exact = True
    else:
        exact = codec not in _AMBIGUOUS or text.encode(codec, "replace") == body
    if bom and codec == "utf-8":
        codec = "utf-8-sig"
    return Decoded(text, codec, confidence, bool(bom) and codec != "utf-8-sig", marks, exact)
