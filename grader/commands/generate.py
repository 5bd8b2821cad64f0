"""bpgrade generate: draw exercises for a class and write the assignment folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.assignments.folder import WARNINGS, Order
from grader.assignments.issue import issue
from grader.assignments.roster import Student, numbered, read_roster
from grader.assignments.worksheets import FORMATS
from grader.commands.text_options import whole_text
from grader.support.terminal import asked_in, plural, progress
from grader.support.workers import cores, workers
from problems.drawing import family as families
from problems.drawing.design import Design
from problems.drawing.forced import indistinct, worded

EXAMPLES = """\b
Examples:
  bpgrade generate mazur --students roster.csv --out hw1
  bpgrade generate musilek --count 30 --decimals 5 --difficulty hard
  bpgrade generate my-family.toml --students roster.csv --layers 3-4-2
"""


@dataclass(frozen=True)
class Options:
    """What is asked for besides the family, as the options of the command say it."""

    roster: Path | None
    count: int | None
    out: Path | None
    layers: str | None
    decimals: int | None
    significant: int | None
    difficulty: str
    exercises: int
    formats: tuple[str, ...]
    paper: str
    seed: str | None
    name: str | None
    force: bool
    fresh: bool
    hands: int | None
    scheduler: str | None


def chosen_formats(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """The --formats option: a list with commas, or `none`."""
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if names == ("none",):
        return ()
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise click.BadParameter(f"{value!r}: choose from {', '.join(FORMATS)}, or none")
    return tuple(name for name in FORMATS if name in names)


@click.command(epilog=EXAMPLES)
@click.argument("family")
@click.option(
    "--students",
    "roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Class list: CSV with a column 'student', and 'name', 'email' if you like.",
)
@click.option("--count", type=click.IntRange(1, 1_000_000), help="So many students without names.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to make [family's name].")
@click.option("--layers", metavar="3-2-2", help="Widths from inputs to outputs.")
@click.option("--decimals", type=int, help="Decimals that the worksheet asks for.")
@click.option("--significant", type=int, help="Significant figures instead of decimals.")
@click.option("--difficulty", default="standard", show_default=True, metavar="easy|standard|hard")
@click.option(
    "--exercises", default=1, show_default=True, type=click.IntRange(1, 20), help="Per student."
)
@click.option(
    "--formats",
    default=",".join(FORMATS),
    show_default=True,
    callback=chosen_formats,
    help="What to write for each student; 'none' writes the exercises alone.",
)
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="Size of the PDF pages.",
)
@click.option(
    "--seed", callback=whole_text, help="Secret text: the same seed gives the same exercises."
)
@click.option(
    "--name", callback=whole_text, help="Assignment name, part of the seed [family's name]."
)
@click.option("--force", is_flag=True, help="Replace a folder that is there.")
@click.option("--fresh", is_flag=True, help="Throw away what an interrupted run has begun there.")
@click.option(
    "--workers",
    "hands",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Processes [as many as there are cores, for a large class].",
)
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask cluster that does the work.")
def generate(family: str, **given: Any) -> None:
    """Make exercises in the style of FAMILY: a name (see 'bpgrade families') or a .toml file.

    A run that was interrupted is gone on with when the same command is given again.
    """
    options = Options(**given)
    if (options.roster is None) == (options.count is None):
        raise click.UsageError("give either --students ROSTER.csv or --count N")
    if options.decimals is not None and options.significant is not None:
        raise click.UsageError("give either --decimals or --significant")
    roster, count = options.roster, options.count or 0
    students: list[Student] = read_roster(roster) if roster else numbered(count)
    short, definition = families.definition_of(family)
    order = _order(short, definition, options)
    target = options.out or Path(short)
    if "pdf" in order.formats:
        _warn_of_names(students)
    done = _issued(order, students, target, options)
    _report(done, students, target, order)


def _order(family: str, definition: str, options: Options) -> Order:
    """What is made."""
    return Order(
        options.name or family,
        family,
        definition,
        options.seed if options.seed is not None else secrets.token_hex(16),
        options.layers,
        options.decimals,
        options.significant,
        options.difficulty,
        options.exercises,
        options.formats,
        paper=options.paper,
    )


def _issued(order: Order, students: list[Student], target: Path, options: Options) -> Order:
    """Make it, with as many processes as are asked for or worth while."""
    load = seconds(order, len(students))
    hands = options.hands or (cores() if load > ALONE else 1)
    made_up = options.seed is None
    with progress() as bar, workers(hands, options.scheduler, brief=load < BRIEF) as team:
        try:
            return issue(
                order, students, target, options.force, bar, team, options.fresh, made_up, _told
            )
        except KeyboardInterrupt:
            _told(f"interrupted; the same command goes on where it stopped ({target})")
            raise


def _told(words: str) -> None:
    click.echo(words, err=True)


ALONE = 2.0
"""Seconds of work that are done before further processes have begun."""
BRIEF = 20.0
"""Seconds of work for which it does not pay to start Dask, which takes two or three of them;
plain processes do it."""
COSTS = {"pdf": 0.1, "html": 0.03, "md": 0.02, "csv": 0.003}
"""Seconds for a student's exercise in a format, on one core."""
DRAWING = 0.0003
"""and to draw and write it down."""


def seconds(order: Order, students: int) -> float:
    """About how long one core has to work."""
    each = DRAWING + sum(COSTS[name] for name in order.formats)
    return students * order.exercises * each


def _warn_of_names(students: list[Student]) -> None:
    """Names whose letters the shipped fonts lack are printed with empty squares: say so."""
    from templates.pdf.faces import unprintable

    found = ((student, unprintable(student.shown)) for student in students)
    lost = [(student, letters) for student, letters in found if letters]
    for student, letters in lost[:5]:
        click.echo(
            f"{student.student}: the PDF shows an empty square for {letters!r} in the name "
            f"{student.name!r}; the shipped fonts lack it (HTML and CSV are not affected)",
            err=True,
        )
    if len(lost) > 5:
        click.echo(f"... and {plural(len(lost) - 5, 'more name')}", err=True)


def _report(order: Order, students: list[Student], target: Path, wanted: Order) -> None:
    design = order.design()
    each = f", {order.exercises} each" if order.exercises > 1 else ""
    click.echo(
        f"{target}: {plural(len(students) * order.exercises, 'exercise')} for "
        f"{plural(len(students), 'student')}{each}: "
        f"{design.plan.described()}, {asked_in(design.questions)} asked"
    )
    if order.decimals != wanted.decimals:
        usual = wanted.design().precision.worded()
        click.echo(
            f"  worksheets ask for {order.decimals} decimals, not for {usual} as wanted: "
            "with fewer no draw can be graded"
        )
    for line in _own(design, target):
        click.echo(f"  {line}")
    if order.formats:
        click.echo(f"  {target}/students/  worksheets and blank answers.csv, to hand out")
        click.echo(f"  {target}/keys/      worked solutions, for you alone")
    click.echo(f"Check with: bpgrade check FILE... --assignment {target}")


MOST_WARNINGS = 10
"""Lines on numbers of one's own; all stand in the file beside."""


def _own(design: Design, target: Path) -> Iterator[str]:
    """What there is to say of exact numbers."""
    if design.fixed:
        yield "all numbers are given: everybody gets the same exercise"
    found = worded(design, indistinct(design))
    if found:
        yield f"warning: with these numbers, {plural(len(found), 'case')} cannot be told apart"
    yield from (f"  {line}" for line in found[:MOST_WARNINGS])
    if len(found) > MOST_WARNINGS:
        rest = plural(len(found) - MOST_WARNINGS, "more case")
        yield f"  ... and {rest}, in {target / WARNINGS}"
