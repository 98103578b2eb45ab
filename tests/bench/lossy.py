"""Text that lost bytes when it was read in the wrong encoding: what comes back, what is harmed.

Items are cut from the last third of each corpus (rules and thresholds were tuned on the first
half), garbled and damaged by one model of loss; items that lost nothing are left out, and so
are those of which the reader lost the last character only because the item ends there: that
is the cell `truncated`. `forced` writes the best reading everywhere (`infer = always`), the
rest is the default. `wrong` is the share of items that say by default, in some place that was
written, something else than the original; U+FFFD is no statement. `written_right` is the share
of inferred characters in items without a wrong place: a lower bound for characters that are
right. `left` were not touched, `silent` not even marked; `recall` is the share of those that
were not brought back whole in which something is marked or recorded as lost or inferred.
`embedded` is the share of runs within clean text that come back, `embedded_to_alone` the
same of those that come back when they stand alone: what the clean text around them spoils.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ingest.edits import Edit
from ingest.repair import mojibake
from ingest.settings import Inference
from tests.bench.clock import cpu, side_by_side
from tests.bench.mojibake_clean import CLEAN
from tests.bench.mojibake_matrix import TEXTS
from tests.bench.mojibake_matrix import end_of as held_out

CHINESE = ("cmrc_dev.zh-Hans", "finglm_A.zh-Hans", "drcd_dev.zh-Hant")
OTHERS = ("ud_dev.lzh", "ud_dev.ja", "ud_dev.ko", "ud_dev.ru", "ud_dev.fr", "ud_dev.de")
READERS = ("gbk", "cp932", "cp949", "cp1252")
LENGTHS = (8, 20, 80)


class Item(NamedTuple):
    original: str
    garbled: str


class Outcome(NamedTuple):
    exact: bool
    wrong: bool
    left: bool
    silent: bool
    inferred: int
    whole: bool
    reported: bool


def windows(content: bytes) -> str:
    """Windows-1252 as browsers have it: its five gaps are controls."""
    return "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in content)


def replaced(content: bytes, encoding: str, _: random.Random) -> str:
    """U+FFFD for each byte that the reader cannot place, as Python does it."""
    return content.decode(encoding, "replace")


def questioned(content: bytes, encoding: str, rng: random.Random) -> str:
    """A `?` for each byte, or for each pair of bytes, that the reader cannot place.

    A pair swallows the ASCII character behind an odd byte: nobody can know which.
    """
    pairs = encoding != "cp1252" and rng.random() < 0.5
    text = ""
    at = 0
    while at < len(content):
        for size in (1, 2):
            try:
                text += content[at : at + size].decode(encoding)
            except UnicodeDecodeError:
                continue
            break
        else:
            size = 2 if pairs and content[at] > 0x80 else 1
            if size == 2 and content[at + 1 : at + 2].isascii() and at + 1 < len(content):
                return ""
            text += "?"
        at += size
    return text


def dropped(content: bytes, encoding: str, _: random.Random) -> str:
    """Controls from 80 to 9F vanish."""
    text = windows(content) if encoding == "cp1252" else content.decode(encoding)
    return "".join(char for char in text if not "\x80" <= char < "\xa0")


def spaced(content: bytes, encoding: str, _: random.Random) -> str:
    """No-break spaces become spaces."""
    text = windows(content) if encoding == "cp1252" else content.decode(encoding)
    return text.replace("\xa0", " ")


def items(
    corpus: str, encoding: str, loss: Callable[..., str], length: int, count: int
) -> Iterator[Item]:
    text = held_out(corpus)
    rng = random.Random(f"{corpus}{encoding}{loss.__name__}{length}")
    for _ in range(count * 60):
        at = rng.randrange(len(text) - length)
        original = text[at : at + length]
        content = original.encode()
        garbled = loss(content, encoding, rng)
        if loss in (replaced, questioned):
            sign = "\ufffd" if loss is replaced else "?"
            damaged = garbled.count(sign) > original.count(sign) and garbled[-1] != sign
        else:
            damaged = garbled != windows(content) and garbled != content.decode("latin-1")
        if garbled and damaged:
            yield Item(original, garbled)
            count -= 1
            if not count:
                return


def cut(corpus: str, encoding: str, length: int, count: int) -> Iterator[Item]:
    """Items that end within a character; what is judged is all but that one."""
    text = held_out(corpus)
    rng = random.Random(f"{corpus}{encoding}cut{length}")
    for _ in range(count * 20):
        at = rng.randrange(len(text) - length)
        original = text[at : at + length]
        content = original.encode()
        if content[-1] < 0x80:
            continue
        content = content[: -rng.choice((1, 2)) if original[-1] >= "\u0800" else -1]
        try:
            garbled = windows(content) if encoding == "cp1252" else content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield Item(original, garbled)
        count -= 1
        if not count:
            return


def applied(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


def repaired(text: str, infer: Inference) -> str:
    return applied(text, mojibake.edits(text, infer)[0])


def is_wrong(item: Item, edits: list[Edit]) -> bool:
    """Whether some place that was written says what the original does not."""
    pattern = ""
    at = 0
    for edit in sorted(edits):
        pattern += _anything(item.garbled[at : edit.start])
        pattern += "".join(".{0,3}" if char == "\ufffd" else re.escape(char) for char in edit.after)
        at = edit.end
    pattern += _anything(item.garbled[at:])
    return re.fullmatch(pattern, item.original, re.DOTALL) is None


def _anything(left: str) -> str:
    """What was left garbled says nothing; ASCII stays, but a `?` may be a loss."""
    return re.sub(r"[^\x00-\x3e\x40-\x7e]+|[\x00-\x3e\x40-\x7e]+", _part, left)


def _part(found: re.Match[str]) -> str:
    return re.escape(found[0]) if found[0].isascii() and "?" not in found[0] else ".*?"


def outcome(item: Item) -> Outcome:
    edits, marks = mojibake.edits(item.garbled, "auto")
    left = not edits
    return Outcome(
        exact=repaired(item.garbled, "always") == item.original,
        wrong=not left and is_wrong(item, edits),
        left=left,
        silent=left and not marks,
        inferred=sum(len(edit.after) for edit in edits if edit.certainty == "inferred"),
        whole=applied(item.garbled, edits) == item.original,
        reported=bool(marks) or any(edit.certainty != "proven" for edit in edits),
    )


def summary(made: list[Item]) -> dict[str, float]:
    from ftfy import fix_text

    outcomes = [outcome(item) for item in made]
    inferred = sum(one.inferred for one in outcomes)
    doubtful = sum(one.inferred for one in outcomes if one.wrong)
    count = len(made)
    broken = [one.reported for one in outcomes if not one.whole]
    return {
        "items": count,
        "forced": sum(one.exact for one in outcomes) / count,
        "wrong": sum(one.wrong for one in outcomes) / count,
        "left": sum(one.left for one in outcomes) / count,
        "silent": sum(one.silent for one in outcomes) / count,
        "broken": len(broken),
        "recall": sum(broken) / len(broken) if broken else 1.0,
        "inferred": inferred,
        "written_right": 1 - doubtful / inferred if inferred else 1.0,
        "ftfy": sum(fix_text(item.garbled) == item.original for item in made) / count,
    }


def with_losses(pieces: list[str]) -> Iterator[str]:
    """Clean text with `?` and U+FFFD scattered over it: no garbled text at all."""
    rng = random.Random(7)
    for piece in pieces:
        chars = list(piece)
        for _ in range(rng.choice((1, 1, 2, 5, 15))):
            at = rng.randrange(len(chars))
            sign = rng.choice(("?", "\ufffd", "??", "\ufffd\ufffd"))
            chars[at] = sign if rng.random() < 0.5 else chars[at] + sign
        yield "".join(chars)


def clean_pieces(corpus: str) -> list[str]:
    text = (TEXTS / f"{corpus}.txt").read_text(encoding="utf-8").replace("\n", " ")
    return [text[at : at + 60] for at in range(0, min(len(text), 240_000), 60)]


def measure(*, quick: bool = False) -> dict[str, object]:
    """Shares by reader, model of loss and length; harm to clean text; speed."""
    if not TEXTS.is_dir():
        return {}
    each = 20 if quick else 70
    figures: dict[str, object] = {}
    worst = 0.0
    inferred = doubtful = broken = reported = 0.0
    cells: dict[str, list[Item]] = {}
    for reader in READERS:
        for loss in (replaced, questioned):
            for length in LENGTHS:
                cells[f"zh.{reader}.{loss.__name__}.{length}"] = [
                    item for corpus in CHINESE for item in items(corpus, reader, loss, length, each)
                ]
    for length in (8, 20):
        for reader in ("cp1252", "latin-1"):
            for loss in (dropped, spaced):
                cells[f"zh.{reader}.{loss.__name__}.{length}"] = [
                    item for corpus in CHINESE for item in items(corpus, reader, loss, length, each)
                ]
    cells["fr.cp1252.spaced.20"] = list(items("ud_dev.fr", "cp1252", spaced, 20, 3 * each))
    for corpus in OTHERS:
        name = corpus.split(".")[1]
        cells[f"{name}.all.20"] = [
            item
            for reader in READERS
            for loss in (replaced, questioned)
            for item in items(corpus, reader, loss, 20, each // 2)
        ]
    for name, made in cells.items():
        if len(made) < 20:  # some readers lose nothing of some languages
            continue
        figures[name] = found = summary(made)
        worst = max(worst, found["wrong"])
        inferred += found["inferred"]
        doubtful += found["inferred"] * (1 - found["written_right"])
        broken += found["broken"]
        reported += found["broken"] * found["recall"]
    figures["worst_wrong"] = worst
    figures["written_right"] = 1 - doubtful / inferred
    figures["recall"] = reported / broken
    for reader in READERS:
        made = [item for corpus in CHINESE for item in cut(corpus, reader, 20, each)]
        if len(made) < 20:  # hardly any text survives this reader whole
            continue
        same = sum(
            repaired(item.garbled, "auto").startswith(item.original[:-1])
            and not is_wrong(item, mojibake.edits(item.garbled)[0])
            for item in made
        )
        figures[f"truncated.{reader}"] = same / len(made)
    embedded = []
    for reader in READERS:
        for corpus in CHINESE:
            text = held_out(corpus).replace("\ufffd", "")
            for nth, item in enumerate(items(corpus, reader, replaced, 20, each)):
                left = text[nth * 50 : nth * 50 + 20]
                right = text[nth * 50 + 30 : nth * 50 + 50]
                inner = Item(left + item.original + right, left + item.garbled + right)
                embedded.append((reader, item, inner))
    alone = [repaired(one.garbled, "always") == one.original for _, one, _ in embedded]
    inside = [repaired(one.garbled, "always") == one.original for *_, one in embedded]
    figures["embedded"] = sum(inside) / len(inside)
    figures["embedded_to_alone"] = sum(map(operator.and_, alone, inside)) / sum(alone)
    figures["embedded_wrong"] = sum(
        is_wrong(one, mojibake.edits(one.garbled)[0]) for *_, one in embedded
    ) / len(embedded)
    clean = [piece for corpus in (*CHINESE, *OTHERS) for piece in clean_pieces(corpus)]
    clean += [
        line
        for path in sorted(CLEAN.glob("*.txt"))
        if path.name != "about-mojibake.txt"  # its samples are garbled
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]
    clean = list(with_losses(clean[:: 5 if quick else 1]))
    figures["clean_pieces"] = len(clean)
    figures["clean_changed"] = sum(bool(mojibake.edits(piece)[0]) for piece in clean)
    figures["clean_marked"] = sum(bool(mojibake.edits(piece)[1]) for piece in clean)
    for reader in READERS:
        text = held_out(CHINESE[0])[: 10_000 if quick else 30_000]
        garbled = [
            text[at : at + 400].encode().decode(reader, "replace")
            for at in range(0, len(text), 400)
        ]
        taken = cpu(lambda garbled=garbled: [mojibake.edits(one) for one in garbled])
        figures[f"characters_a_second.{reader}"] = sum(map(len, garbled)) / taken
    for name, sign in (("fffd", "\ufffd"), ("question", "?"), ("kun", "锟斤拷"), ("gap", "鍏�")):
        short, long = "中" + sign * 50_000, "中" + sign * 400_000
        taken = side_by_side(
            {
                "short": lambda short=short: mojibake.edits(short),
                "long": lambda long=long: mojibake.edits(long),
            },
            rounds=2,
        )
        figures[f"linear.{name}"] = taken["long"] / taken["short"] / 8
    return figures
