"""What the source of a page sets apart goes, in any language; its report stays."""

from __future__ import annotations

import pytest

import ingest
from ingest.settings import Settings

REPORT = (
    "<p>Die Gemeinde hat im vergangenen Jahr neun Brunnen gebaut, zwei mehr als geplant war.</p>"
    "<p>Der Rat beschloss, die Kosten auf drei Jahre zu verteilen; die Bürger wurden gehört.</p>"
    "<p>Im Herbst wird geprüft, ob das Wasser sauber ist. Das Ergebnis wird veröffentlicht.</p>"
    "<p>Bis dahin bleibt der alte Brunnen am Markt in Betrieb, auch wenn er wenig liefert.</p>"
)


def cleaned(body: str, level: str = "sure") -> str:
    page = f"<html><body>{body}</body></html>".encode()
    settings = Settings(strip=level)  # type: ignore[arg-type]
    return ingest.clean(ingest.read(page, name="page.html"), settings=settings).text


@pytest.mark.parametrize(
    ("apart", "gone"),
    [
        (
            '<nav><ul><li><a href="/a">Gärten</a></li><li><a href="/b">Wege</a></li></ul></nav>',
            "Gärten",
        ),
        ('<div class="breadcrumb"><a href="/">Heim</a></div>', "Heim"),
        ('<aside><h4>Auch hier</h4><p><a href="/c">Neue Bänke im Park</a></p></aside>', "Bänke"),
        ('<div id="rightSidebar"><a href="/d">Ältere Berichte</a></div>', "Ältere"),
        ("<footer><p>Stadt Irgendwo, Postfach 12</p></footer>", "Postfach"),
        ('<header><a href="/x">Kontakt aufnehmen</a></header>', "Kontakt"),
    ],
    ids=["nav", "breadcrumb", "aside", "sidebar", "footer", "header"],
)
def test_what_stands_apart_goes(apart: str, gone: str) -> None:
    text = cleaned(f"{REPORT}{apart}")
    assert gone not in text
    assert all(words in text for words in ("neun Brunnen", "der alte Brunnen am Markt"))


@pytest.mark.parametrize(
    ("part", "stays"),
    [
        ('<p>Mehr dazu sagt der <a href="/plan">Plan der Stadt</a>.</p>', "Plan der Stadt"),
        (
            '<ul><li><a href="/e">Anlage 1</a></li><li><a href="/f">Anlage 2</a></li></ul>',
            "Anlage 2",
        ),
        ('<nav class="toc"><a href="#k1">1 Brunnen</a></nav>', "1 Brunnen"),
        ("<form><p>Wer Wasser holt, zahlt nichts. So will es der Rat.</p></form>", "So will es"),
        ('<form><p><a href="/h">„Ach, Brunnen!“, sagte er.</a></p></form>', "Ach, Brunnen"),
        ("<form><label>Gruppe</label><button>Alle</button></form>", "Gruppe"),
        ('<nav><a href="/i">2.1 Tiefe der Brunnen</a></nav>', "2.1 Tiefe"),
        ('<div class="footer">Copyright Stadt Irgendwo</div>', "Copyright Stadt"),
        ('<h4 id="search-for-water"></h4><p id="button">Zwei Gruben</p>', "Zwei Gruben"),
        ('<main><nav><a href="/g">Teil zwei</a></nav></main>', "Teil zwei"),
        ("<aside><p>Im Kasten: wie tief gebohrt wird.</p></aside>", "Im Kasten"),
        ('<div class="footer"><h2>Wie es weitergeht</h2></div>', "Wie es weitergeht"),
    ],
    ids=[
        "link",
        "annexes",
        "contents",
        "sentence-in-form",
        "linked-sentence",
        "field",
        "numbered",
        "rights",
        "named-by-its-text",
        "menu-of-article",
        "box",
        "heading",
    ],
)
def test_what_may_be_the_report_stays(part: str, stays: str) -> None:
    assert stays in cleaned(f"{REPORT}{part}")


def test_a_page_of_nothing_but_links_stays() -> None:
    links = "".join(f'<li><a href="/{at}">Bericht {at}</a></li>' for at in range(40))
    assert "Bericht 39" in cleaned(f"<nav><ul>{links}</ul></nav><p>Übersicht.</p>")


def test_every_line_that_goes_says_where_it_stood() -> None:
    page = f'<html><body>{REPORT}<nav><a href="/a">Gärten</a></nav></body></html>'.encode()
    document = ingest.clean(ingest.read(page, name="page.html"))
    (edit,) = [edit for _, edit in document.edits() if edit.rule == "notice.apart"]
    assert edit.before.strip() == "Gärten"
    assert edit.why == "in the page's nav, links"


@pytest.mark.parametrize(
    "part",
    ["<aside><p>Wetter: heiter</p></aside>", "<form><label>Wetter</label></form>"],
    ids=["side-bar", "field"],
)
def test_what_is_likely_apart_goes_only_where_it_is_asked_for(part: str) -> None:
    assert "Wetter" in cleaned(f"{REPORT}{part}")
    assert "Wetter" not in cleaned(f"{REPORT}{part}", "likely")
