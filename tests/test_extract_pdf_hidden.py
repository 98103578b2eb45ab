"""What a PDF page holds and does not show, or shows once and holds twice."""

from __future__ import annotations

import pytest
from pdf_writer import PICTURE, lines, read, rules, text

WHITE = "1 g\n{}0 g\n"
INVISIBLE = "3 Tr\n{}0 Tr\n"


@pytest.mark.parametrize(
    ("content", "hidden"),
    [
        (INVISIBLE.format(text("secret", y=300)), True),
        (WHITE.format(text("secret", y=300)), True),
        ("0.98 g\n" + text("secret", y=300) + "0 g\n", True),
        ("q /T gs\n" + text("secret", y=300) + "Q\n", True),
        (text("secret", x=700, y=300), True),
        # White on a dark field is a heading, invisible on a picture is what the picture shows.
        ("0 0 0.4 rg 60 290 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), False),
        (PICTURE.format(300, 60, 50, 280) + "\n" + INVISIBLE.format(text("secret", y=300)), False),
        ("0.5 g\n" + text("secret", y=300) + "0 g\n", False),
        # A field somewhere else shows nothing.
        ("0 0 0.4 rg 60 90 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), True),
        # White on a white field is still white.
        ("1 g 60 290 200 30 re f 0 g\n" + WHITE.format(text("secret", y=300)), True),
    ],
)
def test_text_that_the_reader_does_not_see(content: str, hidden: bool) -> None:
    document = read(text("This line is plain to see") + content)
    shown = {found: line.visible for found, line in lines(document)}
    assert shown == {"This line is plain to see": True, "secret": not hidden}
    assert rules(document) == ["extract.hidden-text"] * hidden
    assert not document.damaged


def test_hidden_words_within_a_line_become_a_line_of_their_own() -> None:
    content = (
        "BT /F 12 Tf 72 700 Td (In plain ) Tj 3 Tr (secret words ) Tj 0 Tr (sight of all) Tj ET"
    )
    document = read(content)
    assert [(found, line.visible) for found, line in lines(document)] == [
        ("In plain", True),
        ("secret words", False),
        ("sight of all", True),
    ]
    boxes = [line.box for _, line in lines(document) if line.box]
    assert boxes[0][2] <= boxes[1][0] + 4
    assert boxes[1][2] <= boxes[2][0] + 4


def test_a_text_layer_counts_as_visible_where_it_is_all_there_is() -> None:
    document = read(INVISIBLE.format(text("A text layer") + text("of two lines", y=686)))
    assert all(line.visible for _, line in lines(document))


def test_overprinted_lines_and_characters_come_once() -> None:
    between = "".join(text(f"Line {n}", y=680 - 14 * n) for n in range(8))
    document = read(text("Bold by twofold print") + between + text("Bold by twofold print", x=72.4))
    assert document.text.count("twofold") == 1
    singles = "".join(
        text(letter, x=72 + 8.7 * n) + text(letter, x=73.2 + 8.7 * n)
        for n, letter in enumerate("HUND")
    )
    assert read(singles + text("Below", y=600)).text == "HUND\nBelow\n"


def test_a_shadow_within_one_object_comes_once() -> None:
    # Each letter again a tenth of an em to the right of itself (all are 0.722 em wide).
    shadowed = " ".join(f"({letter}) 622 ({letter})" for letter in "HUNDDRUNCH")
    document = read(f"BT /F 12 Tf 72 700 Td [{shadowed}] TJ ET\n" + text("Below", y=600))
    assert document.text == "HUNDDRUNCH\nBelow\n"


def test_repeated_text_in_other_places_stays() -> None:
    document = read(
        text("Yes") + text("Yes", y=686) + text("Yes", x=300, y=672) + text("1100 0011", y=600)
    )
    assert document.text == "Yes\nYes\nYes\n1100 0011\n"


def test_type_too_small_to_read_is_hidden() -> None:
    document = read(text("Plain to see") + text("secret", y=300, size=0.5))
    assert [(found, line.visible) for found, line in lines(document)] == [
        ("Plain to see", True),
        ("secret", False),
    ]
