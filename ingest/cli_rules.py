"""The commands that look at, check and propose rule packs; no logic."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

RULES_CODES = """\b
Exit codes: 0 done; 1 problems were found, or there is nothing to propose; 2 wrong
usage; 4 configuration; 5 output cannot be written; 130 interrupted."""


@click.group(epilog=RULES_CODES)
def rules() -> None:
    """Packs of notice rules: list, check, and propose them.

    A pack is a TOML file: one [pack] table that says how a site is recognised, and one
    [[rule]] for each line that the site puts around its documents. Rules match whole
    lines, folded: Simplified, half width, without spaces.

    \b
    ingest rules list                              what comes with the program
    ingest rules learn pages/ -o site.toml         propose a pack from saved pages
    ingest rules test site.toml                    check it, after reading every row
    ingest run pages/ -o clean/ --rules site.toml  use it
    """


@rules.command("list", epilog=RULES_CODES)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, one object a rule.")
def list_rules(as_json: bool) -> None:
    """Show the packs that come with the program and their rules.

    One line a rule: id as `explain` names it, class, where it counts, how its pattern
    begins, and what it was written from.
    """
    from ingest.strip.rulebook import shipped

    for pack in shipped().packs:
        if not as_json:
            click.echo(
                f"{pack.id}: {pack.name} ({len(pack.rules)} rules, {pack.needs} cues needed)"
            )
        for rule in pack.rules:
            if as_json:
                _print_json(
                    {
                        "id": rule.id,
                        "pack": pack.id,
                        "class": rule.kind,
                        "region": rule.region,
                        "strong": rule.strong,
                        "cue": rule.cue,
                        "proof": rule.proof,
                        "pattern": rule.pattern.pattern,
                        "evidence": rule.evidence,
                        "hit": list(rule.hit),
                        "miss": list(rule.miss),
                    }
                )
            else:
                pattern = rule.pattern.pattern
                start = pattern if len(pattern) <= 40 else f"{pattern[:39]}…"
                click.echo(f"  {rule.id}  {rule.kind}, {rule.region}  {start}  # {rule.evidence}")


@rules.command("test", epilog=RULES_CODES)
@click.argument("packs", nargs=-1, required=True, type=click.Path(), metavar="PACK.toml...")
@click.option("--json", "as_json", is_flag=True, help="The findings as one JSON object.")
def test_rules(packs: tuple[str, ...], as_json: bool) -> int:
    """Check pack files: one line for each problem, with file, row, and what to do.

    \b
    - TOML, tables, keys; ids unique; evidence, hit and miss in each row
    - each hit is matched as a whole line, no miss is, nor any line that the packs of
      the program must leave alone
    - patterns compile, say something at one end, and stay fast on hostile lines
    - there are cues enough to recognise the site, and gate words that let them fire
    """
    from ingest.batch.outcome import printable
    from ingest.strip.check import check

    found = check(packs)
    if as_json:
        _print_json(
            {
                "packs": [pack.id for pack in found.packs],
                "rules": found.rules,
                "problems": [
                    {"file": one.file, "row": one.row, "what": one.what, "advice": one.advice}
                    for one in found.problems
                ],
            }
        )
        return int(bool(found.problems))
    for problem in found.problems:
        click.echo(printable(problem.line()))
    if found.problems:
        _say(f"{len(found.problems)} problem{'' if len(found.problems) == 1 else 's'}")
        return 1
    click.echo(f"{len(packs)} file{'' if len(packs) == 1 else 's'}, {found.rules} rules: all good")
    return 0


@rules.command("learn", epilog=RULES_CODES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False), metavar="FOLDER")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the pack to this file; default standard output.",
)
@click.option(
    "--min-documents",
    "least",
    type=click.IntRange(min=2),
    default=3,
    show_default=True,
    metavar="N",
    help="Propose only what so many different documents share.",
)
@click.option("-j", "--jobs", type=int, metavar="N", help="Workers; default one per processor.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr.")
def learn_rules(folder: str, output: Path | None, least: int, jobs: int | None, quiet: bool) -> int:
    """Propose a pack from the lines that the documents of FOLDER share.

    Give it pages of one site, about different things. A line is proposed when it stands
    above or below the report in N documents, never inside one, and says that it is a
    notice or stands behind one that does. The same document uploaded twice counts once.

    A proposal, nothing more: it does nothing until a person has read every row and names
    the file with --rules. Each row says where its line was seen; its miss is the line
    from inside the reports that looks most like it.
    """
    from ingest.batch.observe import observed
    from ingest.batch.progress import Progress
    from ingest.settings import load
    from ingest.strip.learn import learn

    settings = load({"jobs": jobs})
    name = output.stem if output else Path(folder).resolve().name
    shown = []
    with Progress(quiet=quiet) as progress:
        for outcome, observation in observed(folder, settings):
            progress.advance(outcome)
            if observation is not None:
                shown.append(observation)
    proposal = learn(shown, name, least)
    if not quiet:
        for line, reason in proposal.left:
            _say(f"not proposed, {reason}: {line[:60]}")
        if proposal.repeated:
            _say(f"uploaded twice, and counted once: {proposal.repeated}")
    if not proposal.text:
        _say(f"nothing to propose: {proposal.reason}")
        return 1
    content = proposal.text.encode()
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        from ingest.write.files import write_atomically

        write_atomically(output, content)
    if not quiet:
        _say(
            f"{proposal.rules} rules proposed from {proposal.documents} documents; nothing was "
            "changed: read every row, then `ingest rules test` and --rules"
        )
    return 0


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _say(message: str) -> None:
    click.echo(f"ingest: {message}", err=True)
