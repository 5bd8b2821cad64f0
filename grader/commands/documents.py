"""bpgrade documents: every number that the five documents print, beside the computed one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import click

from grader.errors import AssignmentError
from grader.support.terminal import paragraph, table
from problems.documents import documents as seeds

EXAMPLES = """\b
Examples:
  bpgrade documents
  bpgrade documents musilek
  bpgrade documents slides --misprints
  bpgrade documents --output json
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", required=False)
@click.option("--misprints", is_flag=True, help="Only what does not agree, with the reason.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def documents(name: str | None, misprints: bool, output: str) -> None:
    """Compare the numbers and formulas printed in the documents with the computed ones.

    Misprints come first, each with its reason.
    """
    if name and name not in seeds.names():
        raise AssignmentError(f"no document {name!r}; there are {', '.join(seeds.names())}")
    names = [name] if name else seeds.names()
    if output == "json":
        click.echo(json.dumps(seeds.as_json(names), ensure_ascii=False, indent=1))
        return
    for one in names:
        _show(one, misprints)


def _show(name: str, misprints: bool) -> None:
    click.echo(click.style(f"{name}: {seeds.load(name).title}", bold=True))
    numbers, formulas = seeds.numbers(name), seeds.formulas(name)
    tally = Counter(n.agrees for n in numbers) + Counter(f"formula {f.agrees}" for f in formulas)
    click.echo(paragraph(", ".join(f"{count} {what}" for what, count in tally.items()), "  "))
    wrong = [n for n in numbers if n.agrees == "misprint"]
    wrong_formulas = [f for f in formulas if f.agrees == "misprint"]
    if wrong or wrong_formulas:
        click.echo("\n  Misprints")
        _show_numbers(wrong)
        _show_formulas(wrong_formulas)
    if not misprints:
        if len(wrong) < len(numbers):
            click.echo("\n  Other numbers")
            _show_numbers([n for n in numbers if n.agrees != "misprint"])
        if len(wrong_formulas) < len(formulas):
            click.echo("\n  Other formulas")
            _show_formulas([f for f in formulas if f.agrees != "misprint"])
    click.echo()


def _show_numbers(rows: Sequence[seeds.NumberRow]) -> None:
    """A table that is cut by the places of the document, with reasons below the numbers."""
    cells = [[n.id, n.printed, f"{n.computed:.10g}", n.agrees] for n in rows]
    header, *lines = table(
        ["step", "printed", "computed", "agrees"], cells, [1, 2], indent="    "
    ).splitlines()
    if rows:
        click.echo(header)
    place = ""
    for n, line in zip(rows, lines, strict=True):
        if n.place != place:
            click.echo(click.style(paragraph(n.place, "  "), dim=True))
        place = n.place
        click.echo(line)
        if n.reason:
            click.echo(paragraph(n.reason, "      "))


def _show_formulas(rows: Sequence[seeds.FormulaRow]) -> None:
    for f in rows:
        click.echo(click.style(paragraph(f.place, "  "), dim=True))
        click.echo(paragraph(f.statement, "    "))
        click.echo(paragraph(f"{f.agrees}{_because(f.reason)}", "      "))
        if f.corrected:
            click.echo(paragraph(f"right: {f.corrected}", "      "))


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
