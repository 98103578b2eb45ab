"""How probable a piece of Chinese text is, and which character stood where a byte was lost.

Words over all segmentations, each seen together with the word before it, in both scripts:
Traditional characters that stand for exactly one Simplified one are folded, so that both
share one table, while 後 and 后, 乾 and 干 stay apart. `tools/build_language_model.py`
makes the table and says from what.

A document is the best witness to its own words. `Cache` holds what it says elsewhere, and
`Model.rank` believes it (a cache model: Kuhn and De Mori, 1990): names that no list has are
mostly written more than once.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from importlib import resources
from typing import Final

from ingest.repair.language_cache import CACHE_REACH, Cache
from ingest.repair.language_lattice import (
    UNKNOWN,
    Ending,
    Lattice,
    Open,
    Progress,
    State,
    Symbols,
    is_han,
)
from ingest.repair.language_table import SEED, extend, read_table

#: Symbols of context taken from either side, some six words. Twenty changed no first choice
#: in 738 places of the tuning texts.
CONTEXT: Final = 10

#: Share of sequences that a document repeats among its words, by the number of neighbours
#: that agree: one agrees by chance more often. Twice or half of either ranks alike.
CACHE_SHARES: Final = (0.0, 0.03, 0.1)

#: A document is taken to have this many Han characters at least: one repetition in a short
#: text is weaker evidence than its share of that text.
CACHE_LEAST: Final = 500

#: Characters on either side that are asked which script they are.
SCRIPT_REACH: Final = 200

#: What is added to both counts of characters that only one script has. A document in one
#: script with a few words in the other keeps the other possible.
SCRIPT_DOUBT: Final = 0.05

#: The model has one symbol for all digits, one for all letters, one for all else that is
#: not Han; this is the share of a single character in its symbol, one of ten, of fifty,
#: of ten thousand (mostly line ends).
SYMBOL_SHARES: Final = {"0": 0.1, "A": 0.02, "#": 0.0001}

#: A space stands between so many of the Han characters of the tuning texts (0.0002 and
#: fewer; the ideographic one is more common on pages than there).
SPACE_SHARE: Final = 0.001

#: The exponent that makes probabilities honest: the likelihood of the right candidate is
#: greatest at 0.85, with and without a document (4,800 places of the tuning texts).
SHARPNESS: Final = 0.85

_SHARES: Final = {ord(symbol): share for symbol, share in SYMBOL_SHARES.items()}
_ANYWHERE: Final = State(UNKNOWN, 1.0, 1.0)

#: What continues a number.
_IN_NUMBER: Final = ".．%％"

_TOKEN: Final = re.compile(
    r"(?P<number>[0-9０-９][0-9０-９.．%％]*)|(?P<latin>[A-Za-zＡ-Ｚａ-ｚ]+)"
    r"|(?P<space>[^\S\n]+)|.",
    re.DOTALL,
)


class Model:
    """Probabilities of Han text; `han()` gives the model that ships with the package."""

    def __init__(self, content: bytes) -> None:
        length = int.from_bytes(content[:4], "little")
        head = json.loads(content[4 : 4 + length])
        self._exact = str.maketrans(*head["exact"])
        self._simple = str.maketrans(*head["simple"])
        self.marks = frozenset(head["marks"])
        self._traditional = frozenset(head["traditional"])
        self._simplified = frozenset(head["simplified"])
        view = memoryview(content)
        words, end = read_table(view, 4 + length)
        pairs, _ = read_table(view, end)
        self.lattice = Lattice(
            words,
            pairs,
            word_scale=head["word_scale"],
            pair_scale=head["pair_scale"],
            pair_offset=head["pair_offset"],
            unseen=head["unseen"],
            longest=head["longest"],
        )
        # What single characters are: much of the time went there. A document has thousands.
        self._symbols: dict[str, Symbols] = {}
        self._scripts: dict[str, tuple[int, int]] = {}

    def score(self, text: str) -> float:
        """Natural logarithm of the probability of a text, from its first word on.

        Han characters and common punctuation count one by one, a run of digits or of Latin
        letters as one symbol each, everything else as a boundary. Spaces are passed over.

        >>> model = han()
        >>> model.score("人民政府") > model.score("人民致府")
        True
        >>> model.score("")
        0.0
        """
        progress = self.lattice.begin(self.start())
        total = 0.0
        for exact, simple in zip(*self.symbols(text), strict=True):
            cost, progress = self.lattice.advance(progress, exact, simple)
            total -= cost
        return total

    def rank(
        self, left: str, candidates: Sequence[str], right: str, cache: Cache | None = None
    ) -> list[tuple[str, float]]:
        """Candidates between their neighbours, best first, with probabilities that add up to 1.

        Every candidate has one character or more, or ValueError is raised. `cache` is what
        the document says elsewhere. The probabilities hold if one of the candidates is right.
        Of equal ones, the first given comes first.

        >>> han().rank("人民", ["致", "政", "止"], "府的工作")[0][0]
        '政'
        """
        if not all(candidates):
            raise ValueError("a candidate is empty")
        before = self.symbols(left[-4 * CONTEXT :])
        after = self.symbols(right[: 4 * CONTEXT])
        cut = len(before.exact) > CONTEXT
        progress = self.lattice.begin(_ANYWHERE if cut or not before.exact else self.start())
        for exact, simple in zip(before.exact[-CONTEXT:], before.simple[-CONTEXT:], strict=True):
            _, progress = self.lattice.advance(progress, exact, simple)
        after = Symbols(after.exact[:CONTEXT], after.simple[:CONTEXT])
        endings = self.lattice.endings(after)
        near = (self.simplified(left[-CACHE_REACH:]), self.simplified(right[:CACHE_REACH]))
        habits = self.scripts(left[-SCRIPT_REACH:] + right[:SCRIPT_REACH])
        if cache is not None:
            habits = (habits[0] + cache.scripts[0], habits[1] + cache.scripts[1])
        masses = []
        for candidate in candidates:
            mass = self._between(progress.open, candidate, after, endings)
            if cache is not None:
                mass += self._repeated(cache, candidate, near, progress.open, endings)
            mass *= self._script_share(candidate, habits)
            masses.append(mass**SHARPNESS)
        total = sum(masses)
        if not total:
            # Nothing speaks for any of them, so nothing decides between them.
            return [(candidate, 1 / len(candidates)) for candidate in candidates]
        order = sorted(range(len(masses)), key=lambda at: -masses[at])
        return [(candidates[at], masses[at] / total) for at in order]

    def cache(self, text: str) -> Cache:
        """What a document says, for `rank`; five milliseconds for ten thousand characters.

        >>> model = han()
        >>> cache = model.cache("盧溝橋在永定河上。盧溝橋有石獅。")
        >>> candidates = ["杓", "溝", "拉"]
        >>> model.rank("修盧", candidates, "橋", cache)[0][1] > 0.9
        True
        """
        return Cache(self.simplified(text), self.scripts(text))

    def begin(self, left: str = "") -> Progress:
        """Where the model stands behind a text, to go on from character by character."""
        progress = self.lattice.begin(self.start())
        for char in left:
            _, progress = self.advance(progress, char)
        return progress

    def advance(self, progress: Progress, char: str) -> tuple[float, Progress]:
        """Cost in nats of one more character, and where the model stands behind it.

        The costs of a text add up to what `score` says of it, with the sign turned. A later
        character can lower the cost of an earlier one (it ends a longer word), so a single
        cost may be negative: compare sums over the same places.

        >>> model = han()
        >>> progress = model.begin("人民")
        >>> model.advance(progress, "政")[0] < model.advance(progress, "致")[0]
        True
        """
        if progress.run == ord("0") and char in _IN_NUMBER:
            return 0.0, progress
        text = self._known(char)
        if not text.exact:
            return 0.0, progress._replace(run=0)
        if text.exact[0] == progress.run:
            return 0.0, progress
        return self.lattice.advance(progress, text.exact[0], text.simple[0])

    def cost(self, progress: Progress, char: str) -> float:
        """What `advance` says of the cost of one more character, in a third of the time."""
        if progress.run == ord("0") and char in _IN_NUMBER:
            return 0.0
        text = self._known(char)
        if not text.exact or text.exact[0] == progress.run:
            return 0.0
        return self.lattice.cost(progress, text.exact[0], text.simple[0])

    def _known(self, text: str) -> Symbols:
        """What `symbols` says of a text; of a short one, without looking twice."""
        found = self._symbols.get(text)
        if found is None:
            found = self.symbols(text)
            if len(text) == 1:
                self._symbols[text] = found
        return found

    def symbols(self, text: str) -> Symbols:
        """A text as the lattice takes it."""
        exact = []
        for match in _TOKEN.finditer(text.translate(self._exact)):
            kind = match.lastgroup
            char = match[0]
            if kind == "number":
                exact.append("0")
            elif kind == "latin":
                exact.append("A")
            elif kind is None:
                exact.append(char if is_han(ord(char)) or char in self.marks else "#")
        folded = "".join(exact).translate(self._simple)
        return Symbols([ord(char) for char in exact], [ord(char) for char in folded])

    def simplified(self, text: str) -> str:
        """The spelling in which both scripts are compared: as long as the text."""
        return text.translate(self._exact).translate(self._simple)

    def scripts(self, text: str) -> tuple[int, int]:
        """How many characters only Simplified text has, and how many only Traditional."""
        return (
            sum(char in self._simplified for char in text),
            sum(char in self._traditional for char in text),
        )

    def start(self) -> State:
        """The state at the beginning of a text: behind a boundary."""
        boundary = extend(SEED, ord("#"))
        return State(boundary, self.lattice.rest(boundary), 1.0)

    def _between(
        self, begun: Sequence[Open], candidate: str, after: Symbols, endings: Sequence[Ending]
    ) -> float:
        middle = self._known(candidate)
        size = len(middle.exact)
        reach = self.lattice.longest - 1
        text = Symbols(
            [*middle.exact, *after.exact[:reach]], [*middle.simple, *after.simple[:reach]]
        )
        share = 1.0 if middle.exact else SPACE_SHARE
        for code in middle.exact:
            share *= _SHARES.get(code, 1.0)
        return share * self.lattice.between(begun, text, size, endings)

    def _repeated(
        self,
        cache: Cache,
        candidate: str,
        near: tuple[str, str],
        begun: Sequence[Open],
        endings: Sequence[Ending],
    ) -> float:
        """Probability that the candidate is part of a sequence which the document repeats."""
        total = 0.0
        shared = cache.shared(near[0], self.simplified(candidate), near[1])
        if not shared:
            return 0.0
        for (before, after), count in shared.items():
            if before < len(begun) and after < len(endings):
                came = sum(state.mass for state in begun[-1 - before].states)
                share = CACHE_SHARES[min(before + after, len(CACHE_SHARES) - 1)]
                total += share * came * count * endings[after].alone
        return total / max(cache.size, CACHE_LEAST)

    def _script_share(self, candidate: str, habits: tuple[int, int]) -> float:
        simplified, traditional = habits
        own = self._scripts.get(candidate)
        if own is None:
            own = self.scripts(candidate)
            if len(candidate) == 1:
                self._scripts[candidate] = own
        total = simplified + traditional + 2 * SCRIPT_DOUBT
        share = 1.0
        if own[0]:
            share *= (simplified + SCRIPT_DOUBT) / total
        if own[1]:
            share *= (traditional + SCRIPT_DOUBT) / total
        return share


@functools.cache
def han() -> Model:
    """The model of Han text that ships with the package, read at the first call."""
    return Model(resources.files("ingest").joinpath("data", "han.bin").read_bytes())
