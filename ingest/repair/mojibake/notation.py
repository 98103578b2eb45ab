"""Signs that authors set beside letters: formulas, units, powers, marks of trade and reference.

`σmax`, `sin α`, `v²`, `kΩ` mix alphabets and signs as no word does, and are no misreading: what
stands there is to be weighed as notation before a word is read into it.
"""

from __future__ import annotations

import re
from typing import Final

#: Nats of a sign of notation, and of the same sign once more. A letter with an accent in a
#: word of French or German costs 4 to 5.
SIGN: Final = 5.0
AGAIN: Final = 2.0

_GREEK: Final = "Α-Ωα-ωϑϕϖϱϵ"
_ANY_GREEK: Final = "Ͱ-Ͽἀ-ῼ"
_SIGNS: Final = re.compile(
    # A Greek letter or two that are no word, or beside letters or figures of Latin.
    f"(?<![{_ANY_GREEK}])[{_GREEK}]{{1,2}}(?![{_ANY_GREEK}])"
    f"|(?<=[A-Za-z0-9])[{_GREEK}]|[{_GREEK}](?=[A-Za-z0-9_])"
    # Powers and indices, footnotes: behind something, or before a figure.
    r"|(?<=[\w)\]])[¹²³⁰⁴-ⁿ₀-₎ªº°′″†‡™®‰%´]+|[¹²³⁰⁴-⁻]+(?=[A-Z])"
    # Before or between figures and names.
    r"|[±√∂∆∇∑∏∫µΩ§¶№£¥¢€©~≈≤≥<>](?=[\w.])|(?<=[\w)])[×÷·•∙⋅∘±≤≥≈≠≡∈∉⊂⊆∪∩∧∨→←↔⇒⇔↦−–∞](?=[\w(∞])|(?<=[\d ])[¼½¾]"
)


def without_signs(text: str) -> tuple[str, float]:
    """A text without its signs of notation, and the nats that they cost.

    >>> without_signs("sinα + cosα")
    ('sin  + cos ', 7.0)
    >>> without_signs("Привет, мир")
    ('Привет, мир', 0.0)
    """
    seen: set[str] = set()
    cost = 0.0

    def weighed(found: re.Match[str]) -> str:
        nonlocal cost
        for char in found[0]:
            cost += AGAIN if char in seen else SIGN
            seen.add(char)
        return " "

    rest = _SIGNS.sub(weighed, text)
    return rest, cost
