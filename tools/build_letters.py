"""Build `ingest/data/letters.tsv`, `mojibake_signs.tsv` and `common_characters.tsv` beside it.

    pip download --no-deps --no-binary :all: langdetect==1.0.9
    pip download --no-deps django==5.2.8
    pip install babel==2.18.0
    python tools/build_letters.py FOLDER

Sources, of which only counts are taken:

- langdetect 1.0.9, counts of characters and of pairs of characters in 55 languages.
  Apache-2.0, Copyright 2010-2014 Cybozu Labs, 2014-2015 Michal Danilak.
- Babel 2.18.0 (BSD-3-Clause), which carries the names of languages, places and units of
  Unicode CLDR in 300 languages: rare letters of all, and what small languages look like. Unicode License v3, Copyright 1991-2025 Unicode, Inc.
- Django 5.2.8, its messages in the languages of the first. BSD-3-Clause, Copyright Django
  Software Foundation and individual contributors.

- `letters.tsv`: for each language, how improbable a letter is behind another, and for
  Japanese and Korean how improbable a Han character or a syllable is.
- `mojibake_signs.tsv`: for each misreading between encodings of East Asia, characters that
  common ones become and that the reader's own languages hardly use.
- `common_characters.tsv`: the most common characters of Chinese by the language model, of
  Japanese and Korean by langdetect.
"""

from __future__ import annotations

import gettext
import hashlib
import io
import json
import math
import random
import re
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from babel import localedata

from ingest.repair.language import han

FILES = {
    "langdetect-1.0.9.tar.gz": "cbc1fef89f8d062739774bd51eda3da3274006b3661d199c2655f6b3f6d605a0",
    "django-5.2.8-py3-none-any.whl": (
        "37e687f7bd73ddf043e2b6b97cfe02fcbb11f2dbb3adccc6a2b18c6daa054d7f"
    ),
}
LANGDETECT, DJANGO = FILES
DATA = Path(__file__).parent.parent / "ingest" / "data"

#: Languages written in letters of Latin, Cyrillic and Greek, with letters beyond ASCII.
LANGUAGES = [
    "bg",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "hr",
    "hu",
    "id",
    "it",
    "lt",
    "lv",
    "mk",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sv",
    "tr",
    "uk",
    "vi",
]
#: Where Django names a language otherwise.
DJANGO_NAMES = {"no": "nb"}
#: Languages with hardly a list of their own, in groups that spell alike. Nothing is repaired
#: into them: they keep their own text from being taken for a misreading.
GUARDS = (
    ("ga", "gd"),
    ("br", "kw", "gv"),
    ("is", "fo"),
    ("nn", "se", "smn", "kl"),
    ("gl", "ast", "oc", "an", "wa", "kea"),
    ("fur", "sc", "vec", "rm", "lij", "scn", "lmo"),
    ("ku", "az", "tk", "uz"),
    ("eu", "eo", "ia", "ie", "io"),
    ("mt", "lb", "nds", "li", "fy", "gsw", "ksh"),
    ("nso", "tn", "st", "hsb", "dsb", "szl", "ltg", "sma", "smj"),
    ("yo", "ig", "ha", "wo", "ff", "kab", "bm", "ee", "ln", "ak", "gaa"),
    ("mi", "haw", "to", "gn", "qu", "nv", "la", "vo", "jv", "su", "ht"),
    ("be", "sr", "os"),
    ("kk", "ky", "tt", "ba", "mn", "sah", "tyv"),
    ("tg", "cv", "ce", "ab", "myv", "mdf", "cu"),
)
#: The letters of Vietnamese with two marks, which langdetect counts as one.
FOLDED = re.compile("[\u1ea0-\u1ef9]")
#: What of a language's names is taken.
NAMES = [
    "languages",
    "territories",
    "scripts",
    "variants",
    "months",
    "days",
    "currency_names",
    "unit_display_names",
    "unit_patterns",
    "date_fields",
    "time_zones",
    "meta_zones",
    "measurement_systems",
    "types",
]
#: The alphabets that are kept apart.
ALPHABETS = tuple(map(re.compile, ("[a-zßà-öø-ʯḁ-ỹ]", "[α-ώΐά-ί]", "[а-ӿ]")))
#: Weight of the smaller source beside the larger, which lists no pair below one in ten thousand.
MORE = 0.2
#: Share of a letter's followers that is given to pairs too rare for the source to list.
UNSEEN = 0.02
#: Levels in the table: an eighth of a nat each, from 0 to 80.
LEVELS, STEP = 80, 8

#: Who writes in an encoding of East Asia, besides everybody in UTF-8.
WRITERS = {
    "gb18030": ("zh-cn", "zh-tw"),
    "cp950": ("zh-tw",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
    "utf-8": ("zh-cn", "zh-tw", "ja", "ko", "ru"),
    "cp1251": ("ru",),
    "koi8-r": ("ru",),
}
READERS = {
    "gb18030": ("zh-cn", "zh-tw"),
    "cp950": ("zh-tw",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
}
#: The most common Han characters of each script of Chinese, and syllables of Korean: four in
#: five characters of running text, one in five of what is misread.
COMMON_HAN, COMMON_HANGUL = 800, 400
#: The characters of the first levels of GB 2312 and Big5: codec, first and last lead byte.
LEVELS_OF_HAN = (("zh-Hans", "gb2312", 0xB0, 0xD7), ("zh-Hant", "big5", 0xA4, 0xC6))
#: Times more common in the misreading than where it belongs, and its least share there.
RATIO, SHARE = 10, 0.0008
#: Share of running text that the signs of one misreading may have there, and their number.
MASS, MOST = 0.001, 250
#: A third of the kana of running text each (the source counts all of them as one).
KANA = (
    "のにはをたがでてとしれさるいなかもこ" * 2
    + "アイウエオカキクコサシスセソタチツテトナニネノハフマムメモラリルレロワンー"
)


def content(folder: Path, name: str) -> bytes:
    """The bytes of a pinned file."""
    found = (folder / name).read_bytes()
    if hashlib.sha256(found).hexdigest() != FILES[name]:
        raise SystemExit(f"{name} is not the file that these tables are built from")
    return found


def profiles(folder: Path) -> dict[str, dict[str, int]]:
    """Counts of one, two and three characters by language."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(content(folder, LANGDETECT))) as archive:
        for member in archive.getmembers():
            if "/profiles/" in member.name and member.isfile():
                file = archive.extractfile(member)
                assert file is not None
                found[Path(member.name).name] = json.load(file)["freq"]
    return found


def spoken(wheel: zipfile.ZipFile, language: str) -> Iterator[str]:
    """Django's messages in a language."""
    for name in sorted(wheel.namelist()):
        if name.endswith(".mo") and f"/locale/{language}/" in name:
            catalogue = gettext.GNUTranslations(io.BytesIO(wheel.read(name)))
            yield from (text for key, text in vars(catalogue)["_catalog"].items() if key)


def named(languages: tuple[str, ...], texts: Iterable[str] = ()) -> dict[str, int]:
    """Counts of letters and pairs in texts and in the names that CLDR has in some languages."""
    counts: Counter[str] = _counted(texts)
    for language in languages:
        if not localedata.exists(language):
            continue
        stored = localedata.load(language)
        counts += _counted(text for name in NAMES for text in _strings(stored.get(name, {})))
    return dict(counts)


def _counted(texts: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word in re.findall(r"[^\W\d_]+", " ".join(texts).lower()):
        folded = f" {FOLDED.sub('ế', word)} "
        counts.update(folded)
        counts.update(map("".join, pairwise(folded)))
    return counts


def _strings(stored: object) -> Iterator[str]:
    if isinstance(stored, str):
        yield stored
    elif isinstance(stored, Mapping):
        for value in stored.values():
            yield from _strings(value)
    elif isinstance(stored, list | tuple):
        for value in stored:
            yield from _strings(value)


def followers(*sources: dict[str, int]) -> dict[str, dict[str, int]]:
    """Letter to the letters behind it and their levels; a space stands for a word's edge.

    Every source but the first counts as `MORE` of it.
    """
    pairs: Counter[str] = Counter()
    for counts, share in zip(sources, (1.0, MORE), strict=False):
        kept: Counter[str] = Counter()
        for key, count in counts.items():
            folded = key.lower()
            if len(key) == len(folded) == 2 and _is_spelled(folded):
                kept[folded] += count
        for pair, count in kept.items():
            pairs[pair] += round(1e8 * share * count / kept.total())
    begun: Counter[str] = Counter()
    for pair, count in pairs.items():
        begun[pair[0]] += count
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for pair, count in sorted(pairs.items()):
        share = (1 - UNSEEN) * count / begun[pair[0]]
        level = round(-math.log(share) * STEP)
        if level < LEVELS:
            table[pair[0]][pair[1]] = level
    return table


def _is_spelled(pair: str) -> bool:
    """Whether a pair is of letters of one alphabet, or of one and a word's edge."""
    letters = pair.replace(" ", "")
    return any(all(map(alphabet.match, letters)) for alphabet in ALPHABETS) and letters != ""


def signs(written: str, read: str, known: dict[str, dict[str, int]]) -> str:
    """Characters that give a misreading away, the most telling first."""
    rng = random.Random(f"{written} {read}")
    made: Counter[str] = Counter()
    for language in WRITERS[written]:
        usual = commonness(known[language], language)
        text = "".join(rng.choices(list(usual), list(usual.values()), k=60_000))
        garbled = text.encode(written, "ignore").decode(read, "ignore")
        size = len(garbled)
        for char, count in Counter(garbled).items():
            made[char] = max(made[char], round(count / size * 1e6))
    own: Counter[str] = Counter()
    for language in ("zh-cn", "zh-tw", "ja", "ko"):
        usual = commonness(known[language], language)
        total = sum(usual.values())
        for char, count in usual.items():
            own[char] = max(own[char], round(count / total * 1e6))
    model = han()
    for char in made:
        # What the model of Chinese says of a character by itself; the rest is as rare as that.
        alone = math.exp(model.score(char)) * 1e6 if "一" <= char <= "鿿" else 10
        own[char] = max(own[char], round(alone), 10)
    telling = sorted(made, key=lambda char: (-made[char] / own[char], char))
    kept = ""
    mass = 0
    for char in telling:
        # Kana are everyday in Japanese, whatever the counts say.
        if (
            char < "\u2e80"
            or "ぁ" <= char <= "ヿ"
            or made[char] < SHARE * 1e6
            or made[char] < RATIO * own[char]
        ):
            continue
        mass += own[char]
        if mass > MASS * 1e6 or len(kept) == MOST:
            break
        kept += char
    return kept


def commonness(counts: dict[str, int], language: str) -> dict[str, int]:
    """Counts of a language's own characters."""
    usual = {
        key: count
        for key, count in counts.items()
        if len(key) == 1 and key > "\x7f" and key.isprintable() and key not in "あアㄅ가"
    }
    if language == "ja":
        for char in KANA:
            usual[char] = usual.get(char, 0) + sum(usual.values()) // 60
    return usual


def common(known: dict[str, dict[str, int]]) -> Iterator[str]:
    """Rows of common characters, in the order of their codes."""
    model = han()
    for script, encoding, first, last in LEVELS_OF_HAN:
        pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(256))
        chars = {char for pair in pairs for char in pair.decode(encoding, "ignore")}
        # Between words, where every character has its chance.
        scores = {char: model.score(f"的{char}的") for char in chars if "一" <= char <= "鿿"}
        chosen = sorted(scores, key=lambda char: (-scores[char], char))[:COMMON_HAN]
        yield f"{script}\t{''.join(sorted(chosen))}"
    for language, first, last, most in (
        ("ja", "一", "鿿", None),
        ("ko", "각", "힣", COMMON_HANGUL),
    ):
        counts = {
            char: count
            for char, count in known[language].items()
            if len(char) == 1 and first <= char <= last
        }
        chosen = sorted(counts, key=lambda char: (-counts[char], char))[:most]
        yield f"{language}\t{''.join(sorted(chosen))}"


def main() -> None:
    known = profiles(Path(sys.argv[1]))
    wheel = zipfile.ZipFile(io.BytesIO(content(Path(sys.argv[1]), DJANGO)))
    head = (
        "# Built by tools/build_letters.py from the counts of langdetect 1.0.9 (Apache-2.0,\n"
        "# Copyright 2010-2014 Cybozu Labs, 2014-2015 Michal Danilak), and those with + from\n"
        "# Unicode CLDR (Unicode License v3, Copyright 1991-2025 Unicode, Inc.).\n"
    )
    rows = ["language\tletter\tfollowers"]
    tables = {
        language: (
            known[language],
            named((language,), spoken(wheel, DJANGO_NAMES.get(language, language))),
        )
        for language in LANGUAGES
    }
    tables |= {"+" + " ".join(group): (named(group),) for group in GUARDS}
    for language, counts in tables.items():
        for letter, after in sorted(followers(*counts).items()):
            written = "".join(f"{char}{chr(0x21 + level)}" for char, level in after.items())
            rows.append(f"{language}\t{letter}\t{written}")
    for language in ("ja", "ko"):
        counts = known[language]
        total = sum(count for key, count in counts.items() if len(key) == 1 and key > "\x7f")
        written = "".join(
            f"{key}{chr(0x21 + level)}"
            for key, count in sorted(counts.items())
            if len(key) == 1
            and ("一" <= key <= "鿿" or "가" < key <= "힣")
            and (level := round(-math.log(count / total) * STEP)) < LEVELS
        )
        rows.append(f"{language}\t\t{written}")
    note = (
        "# followers: a letter, then its level as a character from ! (eighths of a nat, 0 to 79).\n"
        "# A space is a word's edge; behind no letter stand characters by themselves.\n"
    )
    (DATA / "letters.tsv").write_text(head + note + "\n".join(rows) + "\n", encoding="utf-8")
    rows = ["written\tread\tsigns"]
    for written in WRITERS:
        for read in READERS:
            if written != read and (found := signs(written, read, known)):
                rows.append(f"{written}\t{read}\t{found}")
    note = "# signs: characters that hardly stand in text of the encoding that it was read as.\n"
    (DATA / "mojibake_signs.tsv").write_text(head + note + "\n".join(rows) + "\n", encoding="utf-8")
    rows = ["language\tcharacters", *common(known)]
    note = "# Chinese from the language model (its sources: tools/language_sources.py).\n"
    (DATA / "common_characters.tsv").write_text(
        head + note + "\n".join(rows) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
