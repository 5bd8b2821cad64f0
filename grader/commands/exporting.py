"""What the export commands have in common: options, and plain words on what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from grader.terminal import paragraph

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
        "--out", type=click.Path(path_type=Path), help="Where to write.  [FOLDER/exports]"
    )
    over = click.option("--force", is_flag=True, help="Replace what stands there.")
    return place(over(command))


def said(headline: str, facts: Iterable[str]) -> None:
    """What was written, and what it cannot carry."""
    click.echo(headline)
    for fact in facts:
        click.echo(paragraph(fact, "  "))
