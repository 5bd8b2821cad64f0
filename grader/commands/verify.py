"""bpgrade verify: the values of issued exercises derived a second time, by other means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.assignments.folder import EXERCISES, Folder
from grader.support.terminal import plural, progress
from problems.exercise import Exercise

EXAMPLES = """\b
Examples:
  bpgrade verify hw1
  bpgrade verify hw1 hw2 hw3
"""


@dataclass
class Count:
    """What was looked at of one family."""

    exercises: int = 0
    values: int = 0
    off: list[str] = field(default_factory=list)
    """Place and values of what is off."""


@click.command(epilog=EXAMPLES)
@click.argument(
    "places",
    metavar="FOLDER...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.pass_context
def verify(ctx: click.Context, places: tuple[Path, ...]) -> None:
    """Derive every value of the exercises in assignment FOLDERs a second time.

    The forward pass and the loss are written anew, sympy differentiates the loss by each
    weight, net input and output, and mpmath works at 50 digits: deltas, gradients, updates and
    rounds. Values that answers are marked by, and those stored in exercises.jsonl, must agree.

    Exit status: 0 all agree, 1 something is off (its place is printed).
    """
    counts: dict[str, Count] = {}
    opened = [Folder(folders.find(place)) for place in places]
    with progress() as bar:
        for folder in opened:
            for done, (exercise, stored) in enumerate(folder.with_values(), 1):
                count = counts.setdefault(exercise.family, Count())
                _compare(exercise, stored, f"{folder.path.name}/{EXERCISES}, {exercise.id}", count)
                bar("verifying", done, len(folder.ids))
    for family, count in counts.items():
        click.echo(_said(family, count))
        for place in count.off:
            click.echo(f"  {place}")
    if any(count.off for count in counts.values()):
        ctx.exit(1)


def _compare(exercise: Exercise, stored: Mapping[str, float], place: str, count: Count) -> None:
    """Add an exercise to what was looked at."""
    from grader.symbolic.verification import differences

    count.exercises += 1
    for _, difference in differences(exercise, stored):
        count.values += 1
        if difference:
            count.off.append(f"{place}: {difference}")


def _said(family: str, count: Count) -> str:
    """The line of a family."""
    looked_at = f"{plural(count.exercises, 'exercise')}, {plural(count.values, 'value')}"
    if count.off:
        return click.style(f"{family}: {looked_at}, {len(count.off):,} off", fg="red")
    return f"{family}: {looked_at}, all as derived by sympy and mpmath at 50 digits"
