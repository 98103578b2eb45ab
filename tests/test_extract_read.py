"""`read`: what a file is, by content; and one clear error for each way in which it cannot be."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from ingest import Settings, read
from ingest.errors import (
    DocumentError,
    EmptyFileError,
    IngestError,
    MissingFileError,
    NotADocumentError,
    TooLargeError,
    UnreadableError,
    UsageError,
)
from ingest.extract.sniff import SIGNATURES, binary_name, is_html, is_pdf

FIXTURES = Path(__file__).parent.parent / "fixtures"
TEXT = "A short report.\n"


def test_path_text_bytes_and_stream_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"  # the name says nothing
    path.write_text(TEXT, encoding="utf-8")
    with path.open("rb") as stream:
        documents = [read(path), read(str(path)), read(TEXT.encode()), read(stream)]
    assert {document.text for document in documents} == {TEXT}
    assert {document.source.media_type for document in documents} == {"text/plain"}
    assert len({document.source.sha256 for document in documents}) == 1
    assert [document.source.name for document in documents] == [
        str(path),
        str(path),
        "bytes",
        str(path),
    ]
    assert read(TEXT.encode(), name="given.txt").source.name == "given.txt"
    assert read(io.BytesIO(TEXT.encode())).source.name == "stream"
    assert read(bytearray(TEXT.encode())).text == TEXT  # type: ignore[arg-type]


def test_text_is_kept_as_it_is() -> None:
    for text in ("a\r\nb\rc\n\n\nd", "no end", "\n", " \t ", "\x0cpage two\n"):
        document = read(text.encode())
        assert document.text == text
        assert document.pages == ()
        assert document.undo().text == text


def test_pdf_goes_to_the_pdf_reader() -> None:
    path = next(iter(sorted((FIXTURES / "pdf").glob("*.pdf"))))
    content = path.read_bytes()
    document = read(content, name="called.txt")
    assert document.source.media_type == "application/pdf"
    assert document.source.name == "called.txt"
    behind = read(b"\r\nSome mail header.\r\n" + content, name="x")
    assert behind.source.media_type == "application/pdf"


def test_a_text_about_pdf_is_text() -> None:
    document = read(b"Every file begins with %PDF-1.4 and ends with %%EOF.\n")
    assert document.source.media_type == "text/plain"
    assert is_pdf(b"\xef\xbb\xbf%PDF-1.4\n")
    assert not is_pdf(b" " * 1024 + b"%PDF-1.4\n1 0 obj")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><p>x",
        "\ufeff \n<!-- saved from a site -->\n<HTML lang=zh><body>x</body></HTML>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y"><html><body>x</body></html>',
        "<head><title>x</title></head>y",
        '<meta charset="gbk"><p>x',
        "<title>x</title><p>y",
        "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html><body>x</body></html>\n",
        "<div class=a><h1>x</h1><p>one</p><p>two</p></div>",
        "<p>one</p>\n<p>two</p>\n<p>three</p>",
    ],
)
def test_html(text: str) -> None:
    assert is_html(text)
    assert read(text.encode()).source.media_type == "text/html"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Use <html> and <body> around everything.",
        "<p><b>第一章</b></p>\n本文由转换程序得来，全文并无其他标记，只在段首留下一些碎片。\n" * 3,
        "正文。<p><b>…</b></p>正文继续，碎片留在行中，后面还有很多很多的正文。",
        "<摘要>本文讨论三个问题。</摘要>",
        "<name@example.org> wrote:\n> <div>quoted</div>",
        "a < b and c > d",
        "# Notes\n\n```html\n<!DOCTYPE html>\n<html><body><p>x</p></body></html>\n```\n\nThat is all.\n",
        "<config><limit>64</limit></config>",
    ],
)
def test_text_that_mentions_tags_is_text(text: str) -> None:
    assert not is_html(text)
    if text:
        assert read(text.encode()).text == text


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.name)
def test_binaries_are_named(signature: tuple[int, bytes, str]) -> None:
    offset, magic, name = signature
    content = b"\x01" * offset + magic + b"\x00\x01\x02" * 100
    with pytest.raises(NotADocumentError) as caught:
        read(content, name="report.pdf")
    assert "report.pdf" in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\3\4" + b"\0" * 26 + b"word/document.xml", "Word document"),
        (b"PK\3\4" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "EPUB book"),
        (b"PK\3\4" + b"\0" * 40, "ZIP archive"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC image"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "MP4 video"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0" + b"\0" * 40, "BMP image"),
        (b"MZ\x90\0\3\0\0\0", "program (Windows)"),
        (b"BZh91AY&SY\0", "bzip2 archive"),
        (b"From: <Saved by a browser>\r\nContent-Type: multipart/related;\r\n", "web archive"),
    ],
)
def test_containers_are_named_by_what_they_hold(content: bytes, name: str) -> None:
    assert name in str(binary_name(content))


@pytest.mark.parametrize(
    "text",
    [
        "GIF89a is a format.",
        "PAR1 of the contract",
        "KDH is short for something.",
        "RIFF and WAVE",
        "BM stands for bench mark",
        "From: the mayor\nTo: everybody\n\nDear all,",
        "BZh, a village",
        "MZ",
    ],
)
def test_words_that_look_like_signatures(text: str) -> None:
    assert binary_name(text.encode()) is None
    assert read(text.encode()).text == text


def test_empty_missing_folder(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    folder = tmp_path / "folder.pdf"
    folder.mkdir()
    for path, error, cause in (
        (empty, EmptyFileError, "empty"),
        (tmp_path / "none.pdf", MissingFileError, "no such file"),
        (empty / "below.pdf", MissingFileError, "no such file"),
        (folder, UnreadableError, "folder"),
        (tmp_path / ("n" * 300), UnreadableError, "too long"),
    ):
        with pytest.raises(error) as caught:
            read(path)
        assert str(path) in str(caught.value)
        assert cause in str(caught.value)
    with pytest.raises(EmptyFileError, match="given"):
        read(b"", name="given")
    with pytest.raises(UnreadableError, match="null"):
        read("a\0b")


def test_what_is_no_regular_file_never_hangs(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    bound = tmp_path / "socket.pdf"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bound))
        for path in (pipe, bound, Path("/dev/zero")):
            with pytest.raises(UnreadableError) as caught:
                read(path)
            assert str(path) in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission(tmp_path: Path) -> None:
    path = tmp_path / "locked.txt"
    path.write_text(TEXT)
    path.chmod(0)
    with pytest.raises(UnreadableError, match="permission denied"):
        read(path)


def test_link_to_nothing_and_link_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(TEXT)
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone.txt")
    assert read(tmp_path / "link.txt").text == TEXT
    with pytest.raises(MissingFileError):
        read(tmp_path / "dangling.txt")


def test_size_limit(tmp_path: Path) -> None:
    settings = Settings(max_size=100)
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * 101)
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        with pytest.raises(TooLargeError, match="more than 100 bytes"):
            read(source, settings=settings)
    path.write_bytes(b"x" * 100)
    assert len(read(path, settings=settings).text) == 100


def test_file_objects_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'rb'"):
        read(io.StringIO("text"))  # type: ignore[arg-type]
    closed = io.BytesIO(b"x")
    closed.close()
    with pytest.raises(UnreadableError, match="closed"):
        read(closed)


def test_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xa8.txt")
    try:
        Path(path).write_text(TEXT)
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    document = read(path)
    assert document.source.name.endswith("\ufffd\ufffd.txt")
    document.source.name.encode()  # no surrogates left


def test_every_error_is_one_line_and_names_the_file() -> None:
    for content in (b"", b"PK\3\4", bytes(range(256)) * 8, b"<html></html>", b"%PDF-1.7 junk"):
        with pytest.raises(IngestError) as caught:
            read(content, name="some/report.pdf")
        assert isinstance(caught.value, DocumentError)
        assert str(caught.value).startswith("some/report.pdf: ")
        assert "\n" not in str(caught.value)
        assert str(caught.value).count("some/report.pdf") == 1
