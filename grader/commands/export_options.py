"""What the export commands have in common: options, and plain words on what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.errors import AssignmentError
from grader.support.terminal import paragraph

if TYPE_CHECKING:
    from grader.export.tally import Tally

Command = Callable[..., Any]

FACTS = {
    "secret": "It holds the right answers: give it to nobody but the system.",
    "alone": (
        "Each field is judged alone: what follows rightly from an own wrong value gets no points "
        "there."
    ),
}
"""What several exports have to say."""


def only(command: Command) -> Command:
    """The option that picks students."""
    return click.option(
        "--only", multiple=True, metavar="STUDENT", help="Only this student; repeatable."
    )(command)


def policy(command: Command) -> Command:
    """The option for another policy than the assignment's."""
    return click.option("--policy", metavar="NAME|FILE", help="[the assignment's]")(command)


def out(command: Command) -> Command:
    """Where to write, and whether over what stands there."""
    place = click.option(
        "--out",
        type=click.Path(path_type=Path),
        help="File to write, or a folder that is there.  [FOLDER/exports]",
    )
    over = click.option("--force", is_flag=True, help="Replace what stands there.")
    return place(over(command))


def refuse_formulas(tally: Tally, system: str, instead: str) -> None:
    """Refuse an export that would be empty, before anything is written.

    Args:
        tally: of what was to be exported.
        system: the format or platform that has no algebra.
        instead: the command that exchanges work with a platform, formulas included.

    Raises:
        AssignmentError: only formulas are asked for.
    """
    if tally.only_formulas():
        raise AssignmentError(
            f"this assignment asks for formulas only, and {system} has no algebra to judge them: "
            f"nothing is left to export. Hand out the worksheets as files and grade what comes "
            f"back with: {instead}"
        )


def said(headline: str, facts: Iterable[str]) -> None:
    """What was written, and what it cannot carry."""
    click.echo(headline)
    for fact in facts:
        click.echo(paragraph(fact, "  "))
