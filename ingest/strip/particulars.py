"""What notices tell of the document: title, site, pages, uploader, dates; as metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.document import MetadataValue
from ingest.strip.blocks import Site
from ingest.strip.folding import fold, fold_with_map
from ingest.strip.lines import SUFFIX, Removals, TextLine

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_DOMAIN = re.compile(r"(?:www\.)?[\w-]{2,40}\.(?:com|net|cn|org)(?:\.cn)?")

# Fewest characters of a title that is looked for in the text: shorter ones are words.
TITLE = 4
# What may not follow a title that stands glued to the text: then it is part of a sentence.
_GOES_ON = re.compile(r"[\s,，.。、:：;；!！?？)）》”’】的是在和与中等及]")


def title(site: Site) -> str | None:
    """Return the title that the notices agree on: preview images first, then other lines.

    >>> title(Site(fields={"thumbnail.title": ["水情.doc", "水情.doc"]}))
    '水情'
    """
    for name in ("thumbnail.title", "share.title", "title.title"):
        values = {SUFFIX.sub("", value).strip() for value in site.fields.get(name, ())}
        if len(values) == 1 and (value := values.pop()):
            return value
    return None


def page_count(site: Site) -> int | None:
    """Return the number of pages that the notices tell of; None where they disagree or do not.

    >>> page_count(Site(fields={"gate.shown": ["5"], "gate.rest": ["13"]}))
    18
    """
    told = {int(value) for value in site.fields.get("page_count", ())}
    shown, rest = site.one("gate.shown"), site.one("gate.rest")
    if shown and rest:
        told.add(int(shown) + int(rest))
    if unseen := site.one("gate.unseen"):
        told.add(site.shown + int(unseen))
    # Without a rest to come, the preview images are all the pages there are.
    if not told and site.shown > 1:
        told.add(site.shown)
    return told.pop() if len(told) == 1 else None


def metadata(site: Site) -> dict[str, MetadataValue]:
    """Return everything that the notices tell, under the metadata keys of the house."""
    found: dict[str, MetadataValue] = {}
    if value := title(site):
        found["title"] = value
    if count := page_count(site):
        found["page_count"] = count
    if name := _site(site):
        found["site"] = name
    if (when := site.one("uploaded")) and (date := iso_date(when)):
        found["uploaded"] = date
    for key in ("uploader", "document_number", "format", "size", "price"):
        if value := site.one(key):
            found[key] = value
    return found


def _site(site: Site) -> str | None:
    for name in ("welcome.site", "tail.site", "share.site"):
        if value := site.one(name):
            value = value.strip()
            # The share line names the address and then a list of keywords: the name is the
            # first of them, without the address.
            bare = _DOMAIN.sub("", value).split("|")[0].strip(" -")
            return bare or value
    return None


def iso_date(text: str) -> str | None:
    """Return a date as ISO 8601 has it; None where it is no date.

    >>> iso_date("2018/9/3"), iso_date("2021-13-01")
    ('2018-09-03', None)
    """
    found = _DATE.search(text)
    if not found:
        return None
    year, month, day = map(int, found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04}-{month:02}-{day:02}"


def separate_title(removals: Removals, report: Sequence[TextLine], known: str | None) -> None:
    """Set a title that is glued to the first paragraph apart, when the notices prove it.

    Also where a removed mark stands before the title.
    """
    if not report or known is None or len(fold(known)) < TITLE:
        return
    line = report[0]
    start = line.start
    for edit in removals.edits:
        if edit.start <= start < edit.end:
            start = edit.end
    window = removals.text[start : min(line.end, start + 4 * len(known) + 40)]
    lead = len(window) - len(window.lstrip())
    folded, offsets = fold_with_map(window[lead:])
    wanted = fold(known)
    if not folded.startswith(wanted) or len(folded) <= len(wanted):
        return
    at = start + lead + offsets[len(wanted)]
    # A reading belongs to the character before it.
    rest = removals.text[at : line.end]
    if not rest.strip() or _GOES_ON.match(rest) or not removals.free(at, at):
        return
    removals.replace(at, at, "\n\n", "notice.title-separated", "the notices say what the title is")
