"""Detection of encodings: marks, statistics, declarations, and what no encoding reads."""

from __future__ import annotations

import codecs
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Document, Settings, read
from ingest.errors import NotADocumentError, UnknownEncodingError
from ingest.extract.charset import VARIANTS, codec_name, common_share
from ingest.extract.encoding import SAMPLE, declared_encoding, detect, looks_binary

FOLDER = Path(__file__).parent.parent / "fixtures" / "encodings"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))

CHINESE = "各位代表：现将一年来的工作情况报告如下，请予审议。"
TRADITIONAL = "這份報告說明了本館過去一年的服務情形與未來的計畫。"
JAPANESE = "この報告書は、昨年度の利用状況をまとめたものです。"
KOREAN = "이 보고서는 지난 해의 이용 상황을 정리한 것이다."
RUSSIAN = "Настоящий отчёт описывает работу за прошлый год и планы на будущий."
FRENCH = "Le présent rapport décrit l’activité de l’année passée et les projets à venir."


def encoded(document: Document) -> bytes:
    """The bytes that a plain text's metadata promises."""
    mark = "\ufeff" if document.metadata.get("bom") else ""
    return (mark + document.undo().text).encode(str(document.metadata["encoding"]))


@pytest.mark.parametrize("name", MANIFEST)
def test_fixtures(name: str) -> None:
    expected = MANIFEST[name]
    document = read(FOLDER / name)
    assert document.text == (FOLDER / f"{name}.expected").read_bytes().decode("utf-8")
    assert document.metadata["encoding"] == expected["encoding"]
    assert document.metadata.get("bom", False) == expected.get("bom", False)
    assert document.metadata.get("title") == expected.get("title")
    marks = [mark for _, mark in document.marks()]
    assert len(marks) == expected.get("unreadable", 0)
    assert all(mark.kind == "unreadable" for mark in marks)
    confidence = document.metadata["encoding_confidence"]
    assert isinstance(confidence, float)
    assert 0.8 < confidence <= 1
    if name.endswith(".txt") and not marks:
        assert encoded(document) == (FOLDER / name).read_bytes()
    assert [step.stage for step in document.history] == ["extract"]
    assert document.history[0].edits == ()


def test_the_builder_writes_what_is_there(tmp_path: Path) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("build_encodings", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.HERE = tmp_path
    build.main()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {name: (FOLDER / name).read_bytes() for name in made}
    assert made == kept


@given(st.text(min_size=1))
def test_utf8_always_comes_back(text: str) -> None:
    """Whatever is valid UTF-8 and text is read as such, or its bytes are had back all the same."""
    content = text.encode("utf-8", "ignore")
    if not content or looks_binary(content) or len(content) < 40:
        return
    document = read(content, settings=Settings(encoding="utf-8"))
    if document.source.media_type == "text/plain":
        assert encoded(document) == content


@pytest.mark.parametrize(
    ("text", "encoding", "family"),
    [
        (CHINESE, "gbk", "gb18030"),
        (CHINESE + "𠮷㐂", "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "cp950"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (KOREAN, "euc_kr", "cp949"),
        (RUSSIAN, "koi8_r", "koi8-u"),
        (RUSSIAN, "cp1251", "cp1251"),
        (FRENCH, "cp1252", "cp1252"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (KOREAN, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (RUSSIAN, "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "utf-32-le", "utf-32-le"),
        (FRENCH, "utf-32-be", "utf-32-be"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
    ],
)
def test_without_any_hint(text: str, encoding: str, family: str) -> None:
    found = detect(text.encode(encoding))
    assert found is not None
    assert found.encoding == family
    document = read(text.encode(encoding))
    assert document.text == text
    assert encoded(document) == text.encode(encoding)


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_byte_order_marks(name: str) -> None:
    content = ("\ufeff" + CHINESE).encode(name)
    document = read(content)
    assert document.text == CHINESE
    assert document.metadata["encoding_confidence"] == 1.0
    assert encoded(document) == content


def test_a_mark_before_junk_is_no_mark() -> None:
    noise = random.Random(7).randbytes(400)
    with pytest.raises((NotADocumentError, UnknownEncodingError)):
        read(codecs.BOM_UTF16_LE + noise, name="noise.txt")


def test_western_words_are_not_utf_16() -> None:
    """Two letters of ASCII are a Chinese character of UTF-16."""
    for text in ("Qualität", "für alle Fälle", "supérieur", "Bush hid the facts"):
        found = detect(text.encode("cp1252"))
        assert found is not None
        assert not found.encoding.startswith("utf-16")


def test_declared_encoding() -> None:
    assert declared_encoding(b"<meta charset=GBK>") == "gb18030"
    assert declared_encoding(b'<?xml version="1.0" encoding="Big5"?>') == "cp950"
    assert declared_encoding(b'<meta charset="utf-16">') == "utf-8"
    assert declared_encoding(b"<meta charset=nonsense>") is None
    assert declared_encoding(b"<p>charset=gbk</p>") is None
    assert codec_name("windows-31j") == "cp932"
    assert codec_name("ISO-8859-1") == "cp1252"
    assert codec_name("hex") is None


def test_declaration_is_checked() -> None:
    gbk = CHINESE.encode("gbk")
    for declared in ("cp1252", "utf-8", "cp932"):
        found = detect(gbk, declared=declared)
        assert found is not None
        assert found.encoding == "gb18030", declared
    utf8 = detect(CHINESE.encode(), declared="gb18030")
    assert utf8 is not None
    assert utf8.encoding == "utf-8"
    # Where the bytes say little, the declaration decides.
    short = "Café".encode("cp1250")
    hinted = detect(short, declared="cp1250")
    assert hinted is not None
    assert hinted.encoding == "cp1250"


def test_utf8_with_broken_bytes_stays_utf8() -> None:
    content = bytearray((CHINESE * 4).encode())
    content[30] = 0xFF
    document = read(bytes(content), name="x.txt")
    assert document.metadata["encoding"] == "utf-8"
    assert document.text.startswith(CHINESE[:10])
    marks = [mark for _, mark in document.marks()]
    # The lead byte is gone, so the two bytes behind it cannot be read either.
    assert [mark.why for mark in marks] == [
        "byte FF cannot be read as utf-8",
        *(f"byte {byte:02X} cannot be read as utf-8" for byte in content[31:33]),
    ]
    assert all(document.text[mark.start : mark.end] == "\ufffd" for mark in marks)


@pytest.mark.parametrize("cut", [1, 2])
def test_utf8_cut_at_the_end(cut: int) -> None:
    content = CHINESE.encode()[:-cut]
    document = read(content)
    assert document.metadata["encoding"] == "utf-8"
    assert document.text.rstrip("\ufffd") == CHINESE[:-1]


def test_utf8_cut_at_the_start() -> None:
    document = read(CHINESE.encode()[1:])
    assert document.metadata["encoding"] == "utf-8"
    assert document.text == "\ufffd\ufffd" + CHINESE[1:]


def test_one_accidental_pair_is_no_utf8() -> None:
    """元 in GBK, D4 AA, is valid UTF-8; so are many single characters."""
    found = detect("1442.51元".encode("gbk"))
    assert found is not None
    assert found.encoding != "utf-8"


@pytest.mark.parametrize(
    "text",
    [
        "where x\u0304 is the mean",
        "cafe\u0301 au lait",
        "the ƒ key",
        "a \N{HEBREW LETTER ALEF} for sets",
        "Orașul București",
        "the \u02c8 mark",
        "naïve",
        "không có thư",
        "a name: \N{ARABIC LETTER SAD}",
        "the \x07 bell \N{EM DASH} once",
    ],
)
def test_a_single_letter_that_is_seldom_is_utf8(text: str) -> None:
    assert read(text.encode()).text.strip() == text


@pytest.mark.parametrize("text", ["这是T台", "一个市场", "K线图", "台湾同胞"])
def test_short_chinese_is_no_utf8(text: str) -> None:
    found = detect(text.encode("gb18030"))
    assert found is None or found.encoding != "utf-8"


def test_detection_looks_beyond_an_ascii_beginning() -> None:
    content = b"An abstract in plain English.\n" * (SAMPLE // 20) + CHINESE.encode("gbk")
    document = read(content)
    assert document.metadata["encoding"] == "gb18030"
    assert document.text.endswith(CHINESE)


def test_big5_extension() -> None:
    text = TRADITIONAL + "香港人講嘅「冇」「喺」「嘢」，係香港增補字符集嘅字：㗎啲。"
    content = text.encode("big5hkscs")
    document = read(content)
    assert document.metadata["encoding"] == "big5hkscs"
    assert document.text == text


def test_ambiguous_codes_are_told() -> None:
    """NEC's row of Shift_JIS repeats signs: the text does not tell which code was used."""
    content = JAPANESE.encode("cp932") + b"\x87\x90"  # a second code of ≒
    document = read(content)
    assert document.text == JAPANESE + "≒"
    assert document.metadata.get("encoding_exact") is False
    assert "encoding_exact" not in read(JAPANESE.encode("cp932")).metadata


@pytest.mark.parametrize("low", [0, 128, 160])
def test_noise_is_refused(low: int) -> None:
    rng = random.Random(low)
    noise = bytes(rng.randrange(low, 256) for _ in range(5000))
    with pytest.raises((NotADocumentError, UnknownEncodingError)) as caught:
        read(noise, name="noise.txt")
    assert "noise.txt" in str(caught.value)


def test_stray_controls_are_still_text() -> None:
    content = ("A report, " * 50).encode() + b"\x00\x07" + CHINESE.encode()
    assert read(content).text.endswith(CHINESE)


def test_told_encoding_overrules() -> None:
    settings = Settings(encoding="big5")
    document = read(CHINESE.encode("gbk"), settings=settings)
    assert document.metadata["encoding"] == "cp950"
    assert document.text != CHINESE
    latin = read(CHINESE.encode("gbk"), settings=Settings(encoding="latin-1"))
    assert latin.text.encode("latin-1") == CHINESE.encode("gbk")
    assert latin.metadata["encoding"] == "iso8859-1"
    assert latin.metadata["encoding_confidence"] == 1.0


def test_told_encoding_marks_what_does_not_fit() -> None:
    document = read(b"caf\xe9 noir", settings=Settings(encoding="utf-8"))
    assert document.text == "caf\ufffd noir"
    (mark,) = [mark for _, mark in document.marks()]
    assert (mark.start, mark.end, mark.kind) == (3, 4, "unreadable")
    assert mark.why == "byte E9 cannot be read as utf-8"
    assert document.damaged


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_told_unicode_keeps_the_mark_apart(name: str) -> None:
    content = CHINESE.encode(name)
    document = read(content, settings=Settings(encoding=name))
    assert document.text == CHINESE
    assert encoded(document) == content


def test_told_codec_that_cannot_skip() -> None:
    with pytest.raises(UnknownEncodingError, match=r"x\.txt: cannot be read as idna"):
        read(b"\xff\xfe-" * 3, name="x.txt", settings=Settings(encoding="idna"))


def test_common_characters_tell_languages_from_accidents() -> None:
    for text in (CHINESE, TRADITIONAL, JAPANESE, KOREAN):
        assert common_share(text) > 0.95
    assert common_share(CHINESE.encode("gbk").decode("utf-16-le", "replace")) < 0.6
    assert all(codecs.lookup(name) for names in VARIANTS.values() for name in names)


@pytest.mark.slow
def test_large_files_take_linear_time_and_bounded_detection() -> None:
    import time

    def seconds(content: bytes) -> float:
        start = time.process_time()
        read(content)
        return time.process_time() - start

    once = (CHINESE + "\n").encode("gbk") * 20_000
    assert seconds(once * 8) < 40 * max(seconds(once), 0.02)


def test_corpora_come_back_byte_for_byte(shared: Path) -> None:
    for path in sorted((shared / "corpora" / "text").iterdir()):
        document = read(path)
        assert encoded(document) == path.read_bytes()


def test_detection_floor(shared: Path) -> None:
    from tests.bench.encoding import CELLS, slices

    right: dict[int, list[bool]] = {8: [], 20: [], 80: []}
    for encoding, corpus, family in CELLS:
        if encoding not in ("gbk", "big5", "shift_jis", "euc_jp", "euc_kr"):
            continue
        path = shared / "corpora" / "text" / f"{corpus}.txt"
        text = path.read_text(encoding="utf-8").replace("\n", "")
        for length, results in right.items():
            for content in slices(text, encoding, length, 40, random.Random(length)):
                found = detect(content)
                results.append(found is not None and found.encoding in family)
    shares = {length: sum(results) / len(results) for length, results in right.items()}
    assert shares[8] >= 0.93
    assert shares[20] >= 0.97
    assert shares[80] >= 0.98


RUSSIAN = "Приложение к договору: Отчёт за Квартал, утверждён Советом в Москве. Явка Полная."


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5"])
def test_every_encoding_of_russian_is_told_apart(encoding: str) -> None:
    content = RUSSIAN.replace("—", "-").encode(encoding)
    found = detect(content)
    assert found is not None
    assert content.decode(found.encoding) == content.decode(encoding)
    assert 0.5 < found.confidence <= 1


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac-roman"])
@pytest.mark.parametrize(
    "text",
    [
        "Les élèves étaient très fatigués après la fête, où ils avaient dansé.",
        "Die Prüfung der Bücher ergab für das Jahr größere Verluste als üblich.",
    ],
)
def test_code_pages_of_dos_and_the_mac_are_known(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    found = detect(content)
    assert found is not None
    assert content.decode(found.encoding) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1253", "Η έκθεση παρουσιάζει τα αποτελέσματα της έρευνας για το έτος"),
        ("cp1255", "הדוח מציג את תוצאות המחקר לשנה"),
        ("cp1257", "Ataskaitoje pateikiami šių metų tyrimo rezultatai, įvairūs žmonės"),
        ("cp1251", "Извештај приказује резултате истраживања о љубави и животињама"),
        ("cp1250", "Sprawozdanie przedstawia wyniki badań z tego roku, zażółć gęślą jaźń"),
        ("gb18030", "See the note of Zhang 张伟, and also the report on page five."),
        ("cp932", "Please see the file for 株式会社 details and more"),
    ],
)
def test_what_other_scripts_say_is_not_taken_for_russian_or_french(
    encoding: str, text: str
) -> None:
    found = detect(text.encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found.encoding) == text
