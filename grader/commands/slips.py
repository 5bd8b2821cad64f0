"""bpgrade slips: the catalogue of misconceptions that the checker names."""

from __future__ import annotations

import json

import click

from grader.support.terminal import paragraph, table
from problems.errors import Complaint, SpecError
from problems.misconceptions.catalogue import CATALOGUE, Slip
from problems.misconceptions.slips import TRIED

EXAMPLES = """\b
Examples:
  bpgrade slips
  bpgrade slips one-path-only
  bpgrade slips --output json
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", required=False)
@click.option(
    "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
def slips(name: str | None, output: str) -> None:
    """List the misconceptions that are recognised, or show one of them."""
    if name and name not in CATALOGUE:
        raise SpecError([Complaint("slip", f"no {name!r}; see 'bpgrade slips'")])
    chosen = [CATALOGUE[name]] if name else list(TRIED)
    if output == "json":
        click.echo(json.dumps([as_json(slip) for slip in chosen], indent=1))
    elif output == "markdown":
        click.echo(markdown(), nl=False)
    elif name:
        _show(chosen[0])
    else:
        rows = [[slip.name, " ".join(slip.kinds), slip.title] for slip in chosen]
        click.echo(table(["slip", "at steps", "what it is"], _short(rows)))
        click.echo("\nMore on one: bpgrade slips NAME. Steps: * is any.")


def _short(rows: list[list[str]]) -> list[list[str]]:
    return [
        [name, where if len(where) <= 24 else where[:23] + "…", what] for name, where, what in rows
    ]


def as_json(slip: Slip) -> dict[str, object]:
    """One entry for other programs."""
    return {
        "name": slip.name,
        "kinds": list(slip.kinds),
        "title": slip.title,
        "student": slip.student,
        "teacher": slip.teacher,
        "source": slip.source,
        "gate": slip.gated,
    }


def _show(slip: Slip) -> None:
    click.echo(click.style(f"{slip.name}: {slip.title}", bold=True))
    click.echo(paragraph(f"At steps: {' '.join(slip.kinds)}", "  "))
    click.echo(paragraph(f"To the student: {slip.student}", "  "))
    click.echo(paragraph(f"To the teacher: {slip.teacher}", "  "))
    click.echo(paragraph(f"Source: {slip.source}", "  "))
    if not slip.gated:
        click.echo(paragraph("Named only: no exercise is refused for it.", "  "))


def markdown() -> str:
    """The page docs/slips.md."""
    lines = [
        "# Slips",
        "",
        "The misconceptions that bpgrade recognises, in the order in which they are tried.",
        "This page is made by `bpgrade slips --output markdown`; a test keeps it up to date.",
        "Each is a rule of the graph replaced by a wrong one: it is tried with the student's own",
        "values and with the true ones, and no exercise is issued in which it would not show;",
        "those that are named only are told where an exercise's numbers happen to tell them.",
        "Two of them in one cell are both named, where no other pair gives the same number.",
        "",
    ]
    for slip in TRIED:
        where = "any step" if "*" in slip.kinds else ", ".join(f"`{k}`" for k in slip.kinds)
        lines += [
            f"### {slip.name}",
            "",
            f"{slip.title[0].upper()}{slip.title[1:]} (at {where}).",
            "",
            f"- To the student: {slip.student}",
            f"- To the teacher: {slip.teacher}",
            f"- Source: {slip.source}",
            *([] if slip.gated else ["- Named only: no exercise is refused for it."]),
            "",
        ]
    return "\n".join(lines)
