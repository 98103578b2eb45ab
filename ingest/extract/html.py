"""HTML: the text that a reader of the page sees, its blocks on lines of their own.

Nothing is judged here: navigation and notices stay, the strip stage decides about them.
What styles hide by class, or scripts add, is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from ingest.document import Document, Mark, Region, Source
from ingest.errors import NotADocumentError
from ingest.extract.nesting import limit_nesting
from ingest.extract.regions import Counter, kinds
from ingest.extract.text import Decoded, encoding_metadata

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Elements with a blank line before and after, as browsers draw them.
_PARAGRAPHS: Final = _names(
    "p h1 h2 h3 h4 h5 h6 blockquote pre listing xmp plaintext ul ol dl dir menu figure table hr"
)
#: Elements that stand on lines of their own. `text` is a label in a drawing.
_BLOCKS: Final = _names(
    "address article aside body caption center dd details dialog div dt fieldset figcaption footer"
    " form header hgroup html legend li main marquee nav optgroup option search section summary"
    " tbody text textarea tfoot thead tr"
)
_LISTS: Final = _names("ul ol dl dir menu")
_PREFORMATTED: Final = _names("pre listing xmp plaintext textarea")
_CELLS: Final = frozenset(("td", "th"))
#: Elements whose content no reader sees, or sees only where the page fails.
_UNSEEN: Final = _names(
    "annotation annotation-xml audio canvas datalist defs desc head iframe metadata noembed noframes"
    " noscript script style template title video"
)

_HIDING: Final = re.compile(
    r"(?:^|;)\s*display\s*:\s*none\s*(?:!\s*important\s*)?(?:;|$)", re.IGNORECASE
)
_KEEPING: Final = re.compile(r"(?:^|;)\s*white-space\s*:\s*pre", re.IGNORECASE)

_SPACES: Final = re.compile(r"[ \t\n\r\f]+")
_CJK: Final = (
    "\u2e80-\u303f\u3041-\u312f\u3190-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
)
# A line end between two CJK characters is the source's, not the text's (CSS Text 3, 4.1.3).
_CJK_LINE_END: Final = re.compile(rf"(?<=[{_CJK}])[ \t\r\f]*\n[ \t\n\r\f]*(?=[{_CJK}])")
_CJK_CHARACTER: Final = re.compile(f"[{_CJK}]")

# A power set as plain figures is another number: 10 to the 6th is not 106. What is set low
# (`H2O`) is read as well without.
_RAISED: Final = dict(zip(map(ord, "0123456789+-−"), "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻", strict=True))
_POWER: Final = re.compile("[+−-]?[0-9]{1,3}[+−-]?")

#: Characters up to which a table's cell is a value; a longer one is part of the layout.
CELL: Final = 200


def read_html(decoded: Decoded, source: Source) -> Document:
    """Make the document of a decoded HTML page: readable text, and the title as metadata.

    Block elements stand on their own lines, paragraphs and the like between blank
    lines, a row of a table on one line with a tab between cells, raised figures stay raised.
    List markers and pictures are left out. Raises `NotADocumentError` where the page shows no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(
        limit_nesting(decoded.text.replace("\r\n", "\n"), _BLOCKS | _PARAGRAPHS)
    ).root
    text, regions = _render(root) if root is not None else ("", ())
    if not text.strip():
        raise NotADocumentError(
            f"{source.name}: the HTML page has no text",
            advice="it may need a browser, or be a frame around another page",
        )
    metadata: dict[str, str | float | bool] = {
        key: value
        for key, value in encoding_metadata(decoded).items()
        if key.startswith("encoding")
    }
    metadata.pop("encoding_exact", None)
    title = _title(root)
    if title:
        metadata["title"] = title
    marks = [
        Mark(
            found.start(),
            found.end(),
            "unreadable",
            "encoding.unreadable-byte",
            f"a byte here cannot be read as {decoded.encoding}",
        )
        for found in re.finditer("\ufffd", text if decoded.marks else "")
    ]
    document = Document(text, source, metadata=metadata, regions=regions)
    return document.revise("extract", (), marks=marks)


def _title(root: LexborNode | None) -> str:
    found = root.css_first("head title") if root is not None else None
    return _SPACES.sub(" ", found.text()).strip() if found is not None else ""


class _Flow:
    """Text as it flows: collapsed spaces and line ends wait until more text comes."""

    __slots__ = ("_end", "_lines", "_parts", "_space")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._lines = 0  # line ends that wait: 1 a new line, 2 a blank line too
        self._space = ""  # the white space that waits, as it stood in the source
        self._end = ""

    def line_ends(self, number: int) -> None:
        """Ask for at least so many line ends before the next text."""
        if self._parts:
            self._lines = max(self._lines, number)

    def line_break(self) -> None:
        """Break the line once more; blank lines in a row count as one."""
        if self._parts:
            self._lines = min(2, self._lines + 1)

    def running(self, text: str) -> None:
        """Add text in which white space means a space."""
        body = text.strip(" \t\n\r\f")
        if not body:
            self._space = self._space or text
            return
        lead = self._space + text[: text.index(body[0])]
        self._space = text[len(text.rstrip(" \t\n\r\f")) :]
        if "\n" in body:
            body = _CJK_LINE_END.sub("", body)
        body = _SPACES.sub(" ", body)
        if lead and self._parts and not self._lines:
            joined = (
                "\n" in lead and _CJK_CHARACTER.match(self._end[-1:]) and _CJK_CHARACTER.match(body)
            )
            if not joined and not self._end[-1:].isspace():
                body = " " + body
        self._add(body)

    def preformatted(self, text: str) -> None:
        """Add text as it is."""
        if self._space and self._parts and not self._lines:
            text = " " + text
        self._space = ""
        if text:
            self._add(text)

    def _add(self, text: str) -> None:
        # Preformatted text may have ended its line itself.
        ended = len(self._end) - len(self._end.rstrip("\n"))
        self._parts.append("\n" * (self._lines - ended) + text)
        self._lines = 0
        self._end = text[-2:]

    def text(self) -> str:
        return "".join(self._parts)


class _Row:
    """A row of a table: the texts of its cells, and whether a table stands in one."""

    __slots__ = ("cells", "nested")

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.nested = False

    def text(self) -> str:
        """One line with tabs; cells that hold more than values, one below the other."""
        if self.nested or any(len(cell) > CELL for cell in self.cells):
            return "\n".join(cell for cell in self.cells if cell.strip())
        cells = (
            _SPACES.sub(" ", _CJK_LINE_END.sub("", cell)).strip() if "\n" in cell else cell
            for cell in self.cells
        )
        return "\t".join(cells).rstrip("\t")


class _Event(NamedTuple):
    """An element that opens or closes, or a text (`tag` is empty)."""

    tag: str
    opens: bool
    text: str
    keeps_spaces: bool
    kinds: frozenset[str] = frozenset()


def _events(root: LexborNode) -> Iterator[_Event]:
    """Walk what is seen of a tree, without recursion: pages nest as deep as they like."""
    open_tags: list[tuple[str, bool]] = []
    keeps = False
    node: LexborNode | None = root
    while node is not None:
        descend = None
        if node.is_text_node:
            yield _Event("", True, node.text_content or "", keeps)
        elif node.is_element_node:
            tag = node.tag or ""
            attributes = node.attributes if tag not in _UNSEEN else {}
            style = attributes.get("style") or ""
            hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
            if tag not in _UNSEEN and not hidden and not (style and _HIDING.search(style)):
                yield _Event(tag, True, "", keeps, kinds(tag, attributes))
                descend = node.child
                if descend is None:
                    yield _Event(tag, False, "", keeps)
                else:
                    open_tags.append((tag, keeps))
                    keeps = keeps or tag in _PREFORMATTED or bool(_KEEPING.search(style))
        if descend is not None:
            node = descend
            continue
        while node is not None and node.next is None:
            node = node.parent
            if not open_tags:
                return
            tag, keeps = open_tags.pop()
            yield _Event(tag, False, "", keeps)
        # The root has no sibling that counts.
        node = node.next if node is not None and open_tags else None


def _render(root: LexborNode) -> tuple[str, tuple[Region, ...]]:
    """The readable text below a node, ended by one line end, and what its parts are for."""
    flow = _Flow()
    counter = Counter()
    outer: list[_Flow] = []
    rows: list[_Row] = []
    lists = 0
    brackets = raised = False
    for tag, opens, text, keeps, opened in _events(root):
        if not tag:
            if raised and _POWER.fullmatch(text):
                text = text.translate(_RAISED)
            counter.adds(text)
        elif opens:
            counter.opens(opened)
        else:
            counter.closes()
        if not tag:
            (flow.preformatted if keeps else flow.running)(text)
        elif tag == "br":
            if opens:
                flow.line_break()
        elif tag in _CELLS:
            if opens:
                outer.append(flow)
                flow = _Flow()
            else:
                cell, flow = flow.text(), outer.pop()
                if rows:
                    rows[-1].cells.append(cell)
        elif tag == "tr":
            flow.line_ends(1)
            if opens:
                rows.append(_Row())
            else:
                line = rows.pop().text()
                if line.strip():
                    flow.preformatted(line)
                    flow.line_ends(1)
        elif tag in _PARAGRAPHS:
            if tag == "table" and opens and rows:
                rows[-1].nested = True
            if tag in _LISTS and not opens:
                lists -= 1
            # A list in a list stands close.
            flow.line_ends(1 if tag in _LISTS and lists else 2)
            if tag in _LISTS and opens:
                lists += 1
        elif tag in _BLOCKS:
            flow.line_ends(1)
        elif tag == "sup":
            raised = opens
        elif tag in ("ruby", "rp"):
            # A reading above its character: the page may bring its own brackets.
            brackets = tag == "rp"
        elif tag == "rt" and not brackets:
            bracket = "(" if opens else ")"
            counter.adds(bracket)
            flow.running(bracket)
    body = flow.text().rstrip(" \t\n")
    return (body + "\n", counter.regions(body)) if body else ("", ())
