"""What a file is, decided by its bytes and never by its name.

A report named .pdf may be a web page, and a page may be saved as .txt; the name of a
file is what somebody once called it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: Characters of a text looked at for HTML: enough for three blocks behind style and script.
HEAD: Final = 1 << 16


class Signature(NamedTuple):
    """Bytes that a format has at a fixed offset, and its name for people."""

    offset: int
    magic: bytes
    name: str


# Published signatures of the formats that turn up among reports: pictures of pages,
# office files, archives of documents, and the programs and media of careless downloads.
# Those of two or three bytes have a check of their own below.
SIGNATURES: Final = (
    Signature(0, b"\x89PNG\r\n\x1a\n", "PNG image"),
    Signature(0, b"\xff\xd8\xff", "JPEG image"),
    Signature(0, b"GIF87a", "GIF image"),
    Signature(0, b"GIF89a", "GIF image"),
    Signature(0, b"II*\0", "TIFF image"),
    Signature(0, b"MM\0*", "TIFF image"),
    Signature(0, b"\0\0\1\0", "icon"),
    Signature(0, b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000 image"),
    Signature(0, b"8BPS\0", "Photoshop image"),
    Signature(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file (.doc, .xls, .ppt, .wps)"),
    Signature(0, b"{\\rtf", "RTF document"),
    Signature(0, b"%!PS", "PostScript file"),
    Signature(0, b"AT&TFORM", "DjVu document"),
    Signature(0, b"CAJ\0", "CAJ document"),
    Signature(0, b"KDH ", "KDH document"),
    Signature(0, b"ITSF\3\0\0\0", "compiled help file (.chm)"),
    Signature(60, b"BOOKMOBI", "MOBI book"),
    Signature(0, b"PK\5\6", "empty ZIP archive"),
    Signature(0, b"\x1f\x8b\x08", "gzip archive"),
    Signature(0, b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    Signature(0, b"Rar!\x1a\x07", "RAR archive"),
    Signature(0, b"\xfd7zXZ\0", "xz archive"),
    Signature(0, b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    Signature(0, b"\x04\x22\x4d\x18", "LZ4 archive"),
    Signature(0, b"MSCF\0\0\0\0", "cabinet archive"),
    Signature(257, b"ustar", "tar archive"),
    Signature(0, b"\x7fELF", "program (ELF)"),
    Signature(0, b"\xca\xfe\xba\xbe\0", "Java class or Mach-O program"),
    Signature(0, b"\xcf\xfa\xed\xfe", "program (Mach-O)"),
    Signature(0, b"\0asm\1\0\0\0", "WebAssembly module"),
    Signature(0, b"SQLite format 3\0", "SQLite database"),
    Signature(0, b"PAR1", "Parquet file"),
    Signature(0, b"\x89HDF\r\n\x1a\n", "HDF5 file"),
    Signature(0, b"OTTO\0", "font"),
    Signature(0, b"\0\1\0\0\0", "font"),
    Signature(0, b"wOFF", "font"),
    Signature(0, b"wOF2", "font"),
    Signature(0, b"OggS\0", "Ogg sound or video"),
    Signature(0, b"fLaC\0", "FLAC sound"),
    Signature(0, b"ID3\3\0", "MP3 sound"),
    Signature(0, b"ID3\4\0", "MP3 sound"),
    Signature(0, b"\x1a\x45\xdf\xa3", "Matroska or WebM video"),
    Signature(0, b"FLV\1", "Flash video"),
    Signature(0, b"bplist00", "binary property list"),
)

# What a ZIP archive holds, by names that its first entries carry.
_ZIP_CONTENTS: Final = (
    (b"word/", "Word document (.docx)"),
    (b"xl/", "Excel workbook (.xlsx)"),
    (b"ppt/", "PowerPoint file (.pptx)"),
    (b"application/epub+zip", "EPUB book"),
    (b"application/vnd.oasis.opendocument", "OpenDocument file"),
    (b"OFD.xml", "OFD document"),
)

# Containers whose real type stands behind the first bytes.
_RIFF: Final = {b"WEBP": "WebP image", b"WAVE": "WAV sound", b"AVI ": "AVI video"}
_FTYP: Final = {b"heic": "HEIC image", b"mif1": "HEIC image", b"avif": "AVIF image"}

# Bytes that text does not contain, whatever its encoding, unless it is UTF-16 or UTF-32.
_CONTROL: Final = re.compile(rb"[\x00-\x06\x0e-\x19]")

# A mail or web archive: headers at the very start, then a body in parts.
_MULTIPART: Final = re.compile(
    rb"\s*(?:From|Subject|Date|MIME-Version|Content-Type|Snapshot-Content-Location): ",
    re.IGNORECASE,
)

_PDF: Final = re.compile(rb"%PDF-\d")
_PDF_OBJECT: Final = re.compile(rb"\d\s+obj\b")

_COMMENT: Final = r"<!--(?:[^-]|-(?!->))*+-->"
_PROLOGUE: Final = rf"(?:\s|{_COMMENT}|<\?[^>]*>)*+"
_OPENING: Final = re.compile(
    _PROLOGUE
    + r"<(?:!doctype\s+html\b|html\b|head\b|body\b"
    + r"|meta\s+(?:charset|http-equiv|name|content)\s*=|title\s*>[^<]*</title)",
    re.IGNORECASE,
)
_LINE_OPENING: Final = re.compile(
    r"^[ \t]*<(?:!doctype\s+html\b|html[\s>])", re.IGNORECASE | re.MULTILINE
)
_CLOSING: Final = re.compile(rf"</(?:html|body)\s*>\s*+(?:{_COMMENT}\s*+)*+\Z", re.IGNORECASE)
_FRAGMENT: Final = re.compile(_PROLOGUE + r"<[a-z]", re.IGNORECASE)
_BLOCK_TAG: Final = re.compile(
    r"</?(?:p|div|h[1-6]|ul|ol|table|section|article|blockquote)(?:\s[^<>]*)?>", re.IGNORECASE
)


def is_pdf(content: bytes) -> bool:
    """Say whether the bytes announce a PDF.

    The header may stand anywhere in the first 1,024 bytes, as readers accept it. One
    that does not open the file counts only if an object follows: a text about PDF
    mentions the header too.

    >>> is_pdf(b"%PDF-1.7 ..."), is_pdf(b"Files begin with %PDF-1.7.")
    (True, False)
    """
    found = _PDF.search(content, 0, 1024)
    if found is None:
        return False
    before = content[: found.start()]
    return not before.strip(b"\xef\xbb\xbf \t\r\n\0") or bool(
        _PDF_OBJECT.search(content, found.end())
    )


def binary_name(content: bytes) -> str | None:
    """Name the format that the first bytes announce, or None where they announce none.

    >>> binary_name(b"GIF89a\\x01\\x00\\x01\\x00")
    'GIF image'
    >>> binary_name(b"GIF89a is the second version of a format.") is None
    True
    """
    if content.startswith(b"PK\3\4"):
        head = content[:8192]
        return next((name for part, name in _ZIP_CONTENTS if part in head), "ZIP archive")
    if content.startswith(b"RIFF") and content[8:12] in _RIFF:
        return _RIFF[content[8:12]]
    if content[:2] == b"\0\0" and content[4:8] == b"ftyp":
        return _FTYP.get(content[8:12], "MP4 video")
    for offset, magic, name in SIGNATURES:
        if content.startswith(magic, offset) and (
            # A magic of plain letters may open a text as well.
            not magic.isascii()
            or b"\\" in magic
            or b"%" in magic
            or _CONTROL.search(content, 0, 1024)
        ):
            return name
    if content[:2] == b"BM" and content[6:10] == b"\0\0\0\0" and len(content) > 26:
        return "BMP image"
    if content[:2] == b"MZ" and b"\0" in content[:64]:
        return "program (Windows)"
    if content[:3] == b"BZh" and content[4:10] == b"1AY&SY":
        return "bzip2 archive"
    if _MULTIPART.match(content) and b"multipart/related" in content[:4096].lower():
        return "web archive (.mht)"
    return None


def is_html(text: str) -> bool:
    """Say whether a text is the source of an HTML page; only its ends are looked at.

    True where it opens as a page, where a page follows a few lines of other output, or
    where it is a fragment whose text stands inside block elements. A text that mentions
    tags, or keeps scraps of them, is text.

    >>> is_html("<!DOCTYPE html><title>x</title>"), is_html("Use <div> and <p><b>…</b></p> here.")
    (True, False)
    """
    if _OPENING.match(text, 0, HEAD):
        return True
    if _LINE_OPENING.search(text, 0, 1024) and _CLOSING.search(text[-1024:]):
        return True
    return bool(_FRAGMENT.match(text, 0, HEAD)) and _stands_in_blocks(text[:HEAD])


def _stands_in_blocks(head: str) -> bool:
    """Whether nearly all of the text lies between block tags that are closed again."""
    inside = outside = blocks = depth = 0
    at = 0
    for found in _BLOCK_TAG.finditer(head):
        length = len(head[at : found.start()].strip())
        if depth:
            inside += length
        else:
            outside += length
        if head[found.start() + 1] == "/":
            blocks += depth > 0
            depth = max(0, depth - 1)
        else:
            depth += 1
        at = found.end()
    if depth:  # the head ends inside a block: a page cut, or a block never closed
        inside += len(head[at:].strip())
    else:
        outside += len(head[at:].strip())
    # Three closed blocks that hold nine tenths of the text: debris holds a few words.
    return blocks >= 3 and inside >= 9 * outside
