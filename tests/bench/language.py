"""The language model: perplexity on text it has not seen, and characters that lost a byte.

Weights were fitted on the first 30% of three corpora; everything here is measured on the
rest. Perplexity is per Han character, given where other characters stand. A lost byte
is a Han character of which GBK's lead or trail byte alone is known; the candidates are all
characters with that byte. The document is what stands within 3,000 characters.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import opencc

from ingest.repair import language
from ingest.repair.language_lattice import State, Symbols, is_han

TEXTS = Path(__file__).parent.parent.parent.parent / "shared" / "corpora" / "text"
PERPLEXITY = (
    "cmrc_dev.zh-Hans",
    "finglm_A.zh-Hans",
    "drcd_dev.zh-Hant",
    "ud_dev.zh-Hant",
    "ud_dev.lzh",
)
RANKING = ("cmrc_dev.zh-Hans", "finglm_A.zh-Hans")
HELD_OUT = 0.3
NEAR = 3_000
THRESHOLD = 0.99


class Perplexity:
    """Cost of Han characters where the places of all others are known."""

    def __init__(self) -> None:
        self._model = language.han()
        self._lattice = self._model.lattice
        marks = self._model.symbols("".join(sorted(self._model.marks)) + "0A\n")
        self._marks = [
            self._lattice.words_from(Symbols([code], [code]), 0)[0][1:] for code in marks.exact
        ]
        self._others: dict[int, float] = {}

    def _han_only(self, states: Iterable[State]) -> list[State]:
        """States whose mass is that of going on with a Han character."""
        found = []
        for state in states:
            share = self._others.get(state.word)
            if share is None:
                alone = [state._replace(mass=1.0)]
                share = sum(self._lattice.step(alone, word, p) for word, p in self._marks)
                share = min(share, 0.99)  # levels are rounded
                self._others[state.word] = share
            found.append(state._replace(mass=state.mass / (1 - share)))
        return found

    def _run(self, text: Symbols, before: State) -> tuple[float, State]:
        """Cost of a run of Han characters, and its most probable last word."""
        size = len(text.exact)
        states: list[list[State]] = [[] for _ in range(size + 1)]
        states[0].append(before)
        scaled = 0.0
        for start in range(size):
            total = sum(state.mass for state in states[start])
            if total and total < 1e-200:
                for at in range(start, min(size, start + self._lattice.longest) + 1):
                    states[at] = [s._replace(mass=s.mass * 1e200) for s in states[at]]
                scaled += 200 * math.log(10)
            here = self._han_only(states[start])
            for end, word, probability in self._lattice.words_from(text, start):
                mass = self._lattice.step(here, word, probability)
                states[end].append(State(word, self._lattice.rest(word), mass))
        last = max(states[size], key=lambda state: state.mass)
        cost = scaled - math.log(sum(state.mass for state in states[size]))
        return cost, last._replace(mass=1.0)

    def measure(self, text: str) -> float:
        symbols = self._model.symbols(text)
        before = self._model.start()
        cost, count = 0.0, 0
        at = 0
        for han, group in groupby(symbols.exact, is_han):
            size = len(list(group))
            part = Symbols(symbols.exact[at : at + size], symbols.simple[at : at + size])
            at += size
            if han:
                more, before = self._run(part, before)
                cost += more
                count += size
            else:
                last = Symbols(part.exact[-1:], part.simple[-1:])
                word = self._lattice.words_from(last, 0)[0][1]
                before = State(word, self._lattice.rest(word), 1.0)
        return math.exp(cost / count)


def held_out(name: str, limit: int) -> str:
    text = (TEXTS / f"{name}.txt").read_text("utf-8")
    start = int(len(text) * HELD_OUT)
    return text[start : start + limit]


def with_lead(char: str) -> list[str]:
    lead = char.encode("gbk")[0]
    return list(decoded(bytes((lead, trail)) for trail in range(0x40, 0xFF)))


def with_trail(char: str) -> list[str]:
    trail = char.encode("gbk")[1]
    return list(decoded(bytes((lead, trail)) for lead in range(0x81, 0xFF)))


def decoded(pairs: Iterable[bytes]) -> Iterator[str]:
    for pair in pairs:
        char = pair.decode("gbk", "ignore")
        if len(char) == 1:
            yield char


def lost_bytes(text: str, places: int, *, alone: bool) -> list[tuple[float, bool, float]]:
    """Probability of the first choice, whether it is right, and seconds, per lost byte."""
    model = language.han()
    rng = random.Random(20240229)
    outcomes = []
    for lost in (with_lead, with_trail):
        found = 0
        while found < places:
            at = rng.randrange(50, len(text) - 50)
            char = text[at]
            if not is_han(ord(char)) or not char.encode("gbk", "ignore"):
                continue
            left, right = text[max(0, at - NEAR) : at], text[at + 1 : at + NEAR]
            started = time.process_time()
            cache = None if alone else model.cache(f"{left}\N{REPLACEMENT CHARACTER}{right}")
            if not alone:
                started = time.process_time()
            best, probability = model.rank(left[-50:], lost(char), right[:50], cache)[0]
            outcomes.append((probability, best == char, time.process_time() - started))
            found += 1
    return outcomes


def measure(*, quick: bool = False) -> dict[str, object]:
    """Figures by name; empty where the corpora are missing."""
    if not TEXTS.is_dir():
        return {}
    started = time.process_time()
    language.han.cache_clear()
    language.han()
    figures: dict[str, object] = {"load_ms": 1000 * (time.process_time() - started)}
    judge = Perplexity()
    figures["perplexity"] = {
        name: judge.measure(held_out(name, 20_000 if quick else 150_000)) for name in PERPLEXITY
    }
    everything: list[tuple[float, bool, float]] = []
    for name in RANKING:
        simplified = held_out(name, 10**7)
        for script in ("Hans", "Hant"):
            text = simplified
            if script == "Hant":
                text = opencc.OpenCC("s2t").convert(simplified)
            for alone in (True, False):
                outcomes = lost_bytes(text, 60 if quick else 400, alone=alone)
                label = f"{name.split('_')[0]} {script}, {'sentence' if alone else 'document'}"
                figures[label] = summary(outcomes)
                if not alone:
                    everything += outcomes
    figures["all, document"] = summary(everything)
    return figures


def summary(outcomes: list[tuple[float, bool, float]]) -> dict[str, float]:
    sure = [right for probability, right, _ in outcomes if probability >= THRESHOLD]
    return {
        "first choice right": sum(right for _, right, _ in outcomes) / len(outcomes),
        "written": len(sure) / len(outcomes),
        "right of written": sum(sure) / max(1, len(sure)),
        "ms a place": 1000 * sum(seconds for *_, seconds in outcomes) / len(outcomes),
    }
