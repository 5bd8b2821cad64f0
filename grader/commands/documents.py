"""bpgrade documents: every number that the five documents print, beside the computed one."""

from __future__ import annotations

import json
from collections import Counter

import click

from grader.errors import AssignmentError
from grader.terminal import paragraph, table
from problems import documents as seeds

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
    """Compare the numbers and formulas printed in the documents with the computed ones."""
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
    chosen = [n for n in numbers if not misprints or n.agrees == "misprint"]
    rows = [[n.place, n.id, n.printed, f"{n.computed:.10g}", n.agrees] for n in chosen]
    if rows:
        click.echo(
            table(["place", "step", "printed", "computed", "agrees"], rows, [2, 3], indent="  ")
        )
    for n in chosen:
        if n.reason:
            click.echo(paragraph(f"{n.printed}: {n.reason}", "    "))
    for f in formulas:
        if not misprints or f.agrees == "misprint":
            click.echo(f"  {f.place}: {f.statement}")
            click.echo(f"      {f.agrees}{_because(f.reason)}")
            if f.corrected:
                click.echo(f"      right: {f.corrected}")
    tally = Counter(n.agrees for n in numbers) + Counter(f"formula {f.agrees}" for f in formulas)
    click.echo("  " + ", ".join(f"{count} {what}" for what, count in tally.items()) + "\n")


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
