"""Stretches of a line that are UTF-8 read by a reader, with losses among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from ingest.repair.mojibake.channels import LATIN
from ingest.repair.mojibake.lossy.gaps import Gap, Parse, Style, parses, styles
from ingest.repair.mojibake.lossy.readers import CONTROLS, GAPS, REPLACED, Octets, Reader

_WHOLE: Final = (
    rb"[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xc2-\xdf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
)
_BROKEN: Final = (
    rb"(?:[\xe0-\xef][\x80-\xbf]?|[\xc2-\xdf])?[\x02\x03]+"
    rb"(?:[\x80-\xf4]{1,4}[\x02\x03]+)*[\x80-\xbf]{0,2}"
)
# A byte become a space, or dropped: a character that is too short.
_SHORT: Final = rb"[\xe0-\xef](?:\x20[\x80-\xbf]?\x20?|[\x80-\xbf]\x20?)?|[\xc2-\xdf]\x20?"
_CUT: Final = rb"[\xe0-\xef][\x80-\xbf]?\Z"
_ASCII: Final = rb"[\t\x20-\x7e]{1,40}"
_ANYTHING: Final = re.compile(_WHOLE + b"|" + _BROKEN + b"|" + _CUT)
_RUN: Final = re.compile(b"(?:" + _WHOLE + b"|" + _BROKEN + b"|" + _ASCII + b")++")
_LOSS: Final = re.compile(rb"[\x02\x03]")
_CHARACTER: Final = re.compile(_WHOLE)
_PARTS: Final = re.compile(rb"[\x80-\xef]{2}[\x02\x03].{0,6}?[\x80-\xef]{2}", re.DOTALL)
#: Windows-1252 shows that controls were no controls for it.
_WINDOWS: Final = re.compile("[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_CONTROL: Final = re.compile("[\x80-\x9f]")
# A sign for a loss beside a byte: this reader does not drop bytes.
_SIGNED: Final = re.compile(rb"[\x80-\xff]\x02|[\x80-\xff]\x03[\x80-\xff]")


class Piece(NamedTuple):
    """Part of a region: bytes that survived (`text`), or a gap with its parses."""

    start: int
    end: int
    text: str
    parses: tuple[Parse, ...] = ()
    gap: Gap | None = None
    cut: bool = False


@cache
def _tokens(latin: bool) -> re.Pattern[bytes]:
    parts = [rb"(?P<known>(?:" + _WHOLE + rb")+)", rb"(?P<gap>" + _BROKEN + rb")"]
    if latin:
        parts.append(rb"(?P<short>" + _SHORT + rb")")
    parts += [rb"(?P<cut>" + _CUT + rb")", rb"(?P<ascii>" + _ASCII + rb")", rb"(?P<else>.)"]
    return re.compile(b"|".join(parts), re.DOTALL)


@cache
def _whole_runs(latin: bool) -> re.Pattern[bytes]:
    """Finds how far a line goes on without a gap: what is no UTF-8, and whole runs of it."""
    gap = _BROKEN + b"|" + _CUT + (b"|" + _SHORT if latin else b"")
    whole = b"(?:" + _WHOLE + b"|" + _ASCII + b")++(?!" + gap + b")"
    other = b"(?!" + _WHOLE + b"|" + _ASCII + b"|" + gap + b")."
    return re.compile(b"(?:" + whole + b"|" + other + b")*+", re.DOTALL)


def is_among_whole(content: bytes) -> bool:
    """Whether a loss stands beside a whole character of UTF-8, or losses among parts of some."""
    return any(
        _LOSS.search(run[0]) and (_CHARACTER.search(run[0]) or _PARTS.search(run[0]))
        for run in _RUN.finditer(content)
    )


def regions(seen: Octets, line: str, reader: Reader) -> Iterator[list[Piece]]:
    """Regions of a line, each a list of pieces that begins and ends with what is no ASCII."""
    dropped = b""
    # Where a control survived, none was dropped.
    if reader.name == LATIN and not (_SIGNED.search(seen.content) or _CONTROL.search(line)):
        dropped = GAPS if _WINDOWS.search(line) else CONTROLS
    region: list[Piece] = []
    for piece in _pieces(seen, reader, dropped):
        # What is no UTF-8, or belongs to a clean neighbour, parts regions.
        if region and (piece is None or piece.start != region[-1].end):
            yield from _closed(region, seen)
            region = []
        if piece is not None:
            region.append(piece)
    yield from _closed(region, seen)


def _pieces(seen: Octets, reader: Reader, dropped: bytes) -> Iterator[Piece | None]:
    """What stands in a line from left to right, without runs of UTF-8 that lost nothing; None
    for what is no UTF-8."""
    pattern = _tokens(reader.name == LATIN)
    whole = _whole_runs(reader.name == LATIN)
    at = 0
    behind: Piece | None = None
    while True:
        if behind is None and (run := whole.match(seen.content, at)):
            at = run.end()
        token = pattern.match(seen.content, at)
        if token is None:
            return
        if token.lastgroup == "gap":
            behind = _gap(token, seen, reader, begun=behind is not None)
        else:
            behind = _piece(token, seen, reader, dropped)
        yield behind
        at = behind.end if behind is not None else token.end()


def _gap(token: re.Match[bytes], seen: Octets, reader: Reader, *, begun: bool) -> Piece | None:
    """The gap of a token: without the bytes at its edges that belong to a clean neighbour."""
    content, offsets = seen.content, seen.offsets
    first, last = token.span()
    losses = [loss.start() for loss in _LOSS.finditer(content, first, last)]
    starts = [first] if begun or first in offsets else []
    starts += [losses[0]] if losses[0] not in starts else []
    # Behind a run stands what was never read with it.
    follows = content[last] if last < len(content) else -1
    if follows >= 0x80 and not _ANYTHING.match(content, last):
        follows = -1
    ends = [(last, follows)]
    if losses[-1] + 1 < last:
        ends.append((losses[-1] + 1, -1))
        if last not in offsets and follows < 0:
            ends.reverse()
    # Where a region begins, it is the bytes in front that are a neighbour's.
    spans = [(start, end) for start in starts for end in ends]
    if not begun:
        spans.sort(key=lambda span: ends.index(span[1]))
    # Hardly any reader writes U+FFFD for a pair.
    replaced = content[losses[0]] == REPLACED
    for style in (Style.BYTES, Style.EITHER) if replaced else (Style.EITHER,):
        for start, (end, following) in spans:
            gap = Gap(content[start:end], following, b"")
            if found := parses(gap, reader, style):
                return Piece(start, end, "", found, gap)
    return None


def _closed(region: list[Piece], seen: Octets) -> Iterator[list[Piece]]:
    if not any(piece.parses for piece in region):
        return
    text = "".join(piece.text for piece in region)
    wide = sum(char >= "\u0800" for char in text)
    pairs = sum("\x80" <= char < "\u0800" for char in text)
    # Pairs of bytes of clean neighbours are characters of two bytes by accident.
    alien = "\u0800" if wide > pairs else "\x80"
    while region and not region[0].parses:
        start, end, text = region[0][:3]
        kept = text.lstrip("".join({char for char in text if char < alien}))
        if kept:
            region[0] = Piece(end - len(kept.encode()), end, kept)
            break
        del region[0]
    while region and not region[-1].parses:
        start, end, text = region[-1][:3]
        kept = text.rstrip("".join({char for char in text if char < alien}))
        if kept:
            region[-1] = Piece(start, start + len(kept.encode()), kept)
            break
        del region[-1]
    short = [piece for piece in region if piece.gap is not None and piece.gap.dropped]
    last = region[-1]
    missing = all(parse.cost > 0 for parse in last.parses)
    if short == [last] and missing and last.end == len(seen.content):
        # Nothing else was dropped: the text ends here.
        region[-1] = Piece(last.start, last.end, "\ufffd", (Parse(0.0, ("\ufffd",)),), cut=True)
    yield region


def in_styles(region: Sequence[Piece], reader: Reader) -> Iterator[tuple[float, list[Piece]]]:
    """A region as each way of counting losses has it, with the nats of that."""
    gaps = [piece.gap for piece in region if piece.gap is not None]
    for nats, style in styles(gaps, reader):
        yield (
            nats,
            [
                piece._replace(parses=parses(piece.gap, reader, style)) if piece.gap else piece
                for piece in region
            ],
        )


def _piece(token: re.Match[bytes], seen: Octets, reader: Reader, dropped: bytes) -> Piece | None:
    kind = token.lastgroup
    start, end = token.span()
    content = token[0]
    if kind == "known":
        return Piece(start, end, content.decode("utf-8"))
    if kind == "ascii":
        return Piece(start, end, content.decode("ascii"))
    if kind == "else":
        return None
    cut = Piece(start, end, "\ufffd", (Parse(0.0, ("\ufffd",)),), cut=True)
    if kind == "cut":
        return cut
    following = seen.content[end] if end < len(seen.content) else -1
    gap = Gap(content, following, dropped)
    if found := parses(gap, reader, Style.BYTES):
        return Piece(start, end, "", found, gap)
    return cut if end == len(seen.content) else None
