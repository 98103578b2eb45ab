"""How probable a piece of Chinese text is: words over all segmentations, in both scripts.

The model ranks what could have stood where a byte of a character was lost. It is a
lattice: the probability of a run of characters is the sum over all ways to cut it into
words. Traditional characters that stand for exactly one Simplified one are folded first,
so both scripts share one table; 後 and 后, 乾 and 干 stay apart.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from importlib import resources
from typing import Final

from ingest.repair.language_table import SEED, Table, extend, read_table

#: Characters of context taken from either side: words are at most five long, and what
#: stands further away changes the ranking in fewer than one place in a thousand.
CONTEXT: Final = 8

#: Cost in nats of a character that is not Han.
BOUNDARY: Final = 3.0


def _is_han(char: str) -> bool:
    return "㐀" <= char <= "鿿" or char == "〇"


class Model:
    """Word probabilities of Han text; get the one that ships with `han()`."""

    def __init__(self, content: bytes) -> None:
        length = int.from_bytes(content[:4], "little")
        head = json.loads(content[4 : 4 + length])
        source, target = head["fold"]
        self._fold = str.maketrans(source, target)
        self._longest: int = head["longest"]
        self._probabilities = [math.exp(-n / head["levels_per_nat"]) for n in range(256)]
        self._unseen: float = self._probabilities[head["unseen"]]
        self._words: Table = read_table(memoryview(content), 4 + length)[0]

    def score(self, text: str) -> float:
        """Natural logarithm of the probability of a text.

        A character that is not Han ends a word and costs a constant.

        >>> model = han()
        >>> model.score("人民政府") > model.score("人民致府")
        True
        """
        total = 0.0
        run: list[str] = []
        for char in text.translate(self._fold):
            if _is_han(char):
                run.append(char)
                continue
            total += self._run("".join(run)) - BOUNDARY
            run.clear()
        return total + self._run("".join(run))

    def rank(self, left: str, candidates: Sequence[str], right: str) -> list[tuple[str, float]]:
        """Candidates between their neighbours, best first, with probabilities that add up to 1.

        Every candidate has one character or more. Of equal ones, the first given comes first.

        >>> han().rank("人民", ["致", "政", "止"], "府的工作")[0][0]
        '政'
        """
        if not candidates:
            return []
        before = left.translate(self._fold)[-CONTEXT:]
        after = right.translate(self._fold)[:CONTEXT]
        scores = [
            self.score(before + candidate.translate(self._fold) + after) for candidate in candidates
        ]
        best = max(scores)
        weights = [math.exp(score - best) for score in scores]
        total = sum(weights)
        order = sorted(range(len(candidates)), key=lambda at: -weights[at])
        return [(candidates[at], weights[at] / total) for at in order]

    def _run(self, text: str) -> float:
        """Log probability of Han characters without a boundary among them."""
        size = len(text)
        forward = [0.0] * (size + 1)
        forward[0] = 1.0
        scale = 0.0
        get = self._words.get
        probabilities = self._probabilities
        codes = [ord(char) for char in text]
        for start in range(size):
            here = forward[start]
            if here < 1e-200:
                for at in range(start, min(size, start + self._longest) + 1):
                    forward[at] *= 1e200
                scale -= 200 * math.log(10)
                here = forward[start]
            state = SEED
            for end in range(start, min(size, start + self._longest)):
                state = extend(state, codes[end])
                level = get(state)
                if level >= 0:
                    forward[end + 1] += here * probabilities[level]
                elif end == start:
                    forward[end + 1] += here * self._unseen
        return math.log(forward[size]) + scale


@functools.cache
def han() -> Model:
    """The model of Han text that ships with the package, read at the first call."""
    return Model(resources.files("ingest").joinpath("data", "han.bin").read_bytes())
