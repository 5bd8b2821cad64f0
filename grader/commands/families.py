"""bpgrade families: what can be generated."""

from __future__ import annotations

import json

import click

from grader.support.terminal import asked_in, paragraph, table
from problems.drawing import family as known
from problems.drawing.design import Family

EXAMPLES = """\b
Examples:
  bpgrade families
  bpgrade families mazur
  bpgrade families mazur --source > my-family.toml
"""


@click.command(epilog=EXAMPLES)
@click.argument("name", required=False)
@click.option("--source", is_flag=True, help="Print the family file, as a start for your own.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def families(name: str | None, source: bool, output: str) -> None:
    """List the families, or show one of them."""
    if source:
        if not name:
            raise click.UsageError("--source needs the name of a family")
        click.echo(known.source_of(name), nl=False)
    elif output == "json":
        names = [name] if name else known.names()
        click.echo(json.dumps([_as_json(known.load(n)) for n in names], indent=1))
    elif name:
        _show(known.load(name))
    else:
        rows = [[n, known.load(n).shape, known.load(n).summary] for n in known.names()]
        click.echo(table(["family", "layers", "what it is"], rows))
        click.echo("\nMore on one: bpgrade families NAME. Your own: a .toml file like these.")


def _as_json(family: Family) -> dict[str, object]:
    return {
        "name": family.name,
        "title": family.title,
        "summary": family.summary,
        "source": family.source,
        "notation": family.notation,
        "layers": family.shape,
        "decimals": family.decimals,
        "difficulties": list(family.difficulties),
        "steps": len(family.design().asked),
        "formulas": len(family.design().questions) - len(family.design().asked),
    }


def _show(family: Family) -> None:
    design = family.design()
    facts = [
        ["source", family.source],
        ["notation", family.notation],
        *family.facts(),
        ["precision", str(design.precision.as_json()).strip("{}").replace("'", "")],
        ["difficulty", ", ".join(family.difficulties)],
        ["asked for", asked_in(design.questions)],
    ]
    click.echo(click.style(family.title, bold=True))
    click.echo(paragraph(" ".join(family.instructions.split())))
    click.echo()
    click.echo(table(["", ""], facts).strip("\n"))
    click.echo("\nSections:")
    for section in design.sections:
        click.echo(f"  {section.title}: {asked_in(section.questions)}")
