"""bpgrade export gradebook: a class's points in the shape of a platform's gradebook."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.assignments.folder import Folder, find
from grader.commands.options import policy_option
from grader.commands.text_options import whole_text
from grader.errors import AssignmentError, PlatformFileError, Problem, reason_of
from grader.marking.policy import Policy
from problems.reasons import as_told

if TYPE_CHECKING:
    from grader.lms.gradebooks import Order
    from grader.lms.scores import Scores

PLATFORMS = ("csv", "moodle", "moodle-xml", "canvas", "blackboard", "brightspace")

EXAMPLES = """\b
Examples:
  bpgrade check inbox --assignment hw1 --results hw1/results
  bpgrade export gradebook hw1 --as moodle --title "Homework 1" --max 10
  bpgrade export gradebook hw1 --as blackboard --template gc_export.csv \\
      --put "Homework 1"
  bpgrade export gradebook hw1 --as csv --template any.csv \\
      --match "Matrikelnummer=student" --put Punkte
"""


def _pairs(
    ctx: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """`COLUMN=WHAT` of --match."""
    from grader.lms.gradebooks import WHATS

    found = []
    for value in values:
        column, _, what = value.rpartition("=")
        if not column.strip() or what.strip() not in WHATS:
            message = f"{value!r}: write COLUMN=WHAT, where WHAT is {', '.join(WHATS)}"
            raise click.BadParameter(message, ctx, option)
        found.append((column.strip(), what.strip()))
    return tuple(found)


def _points(ctx: click.Context, option: click.Parameter, value: str | None) -> Decimal | None:
    """A number above 0."""
    if value is None:
        return None
    try:
        most = Decimal(value)
    except InvalidOperation:
        most = Decimal(0)
    if not (most.is_finite() and 0 < most <= 1_000_000):
        message = f"{value!r} is no number of points; write it with a decimal point, such as 12.5"
        raise click.BadParameter(message, ctx, option)
    return most


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--as", "platform", type=click.Choice(PLATFORMS), required=True, help="Whose shape it gets."
)
@click.option(
    "--results",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="What 'bpgrade check --results' wrote; 'results' in the assignment if not given.",
)
@click.option(
    "--submissions",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Grade these now, instead of taking results: files, folders, archives.",
)
@policy_option()
@click.option(
    "--template",
    metavar="CSV",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that the platform has exported: one column of it is filled, all else is kept.",
)
@click.option("--put", metavar="COLUMN", help="The template's column that gets the points.")
@click.option(
    "--match",
    multiple=True,
    metavar="COLUMN=WHAT",
    callback=_pairs,
    help="A column that names the student by id, e-mail or name: 'ID number=student'. Without it "
    "the platform's usual columns are taken.",
)
@click.option(
    "--title",
    metavar="NAME",
    callback=whole_text,
    help="Of the grade item; the assignment's name if not given.",
)
@click.option(
    "--item",
    default="",
    metavar="ID",
    callback=whole_text,
    help="ID number of the grade item (moodle-xml).",
)
@click.option(
    "--max",
    "most",
    metavar="POINTS",
    callback=_points,
    help="Scale to so many points. Without it the template's maximum, or points as they are.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="File to write, or a folder that is there; 'gradebook-<platform>.csv' in the assignment "
    "if not given.",
)
@click.pass_context
def gradebook(
    ctx: click.Context,
    folder: Path,
    platform: str,
    results: Path | None,
    submissions: tuple[Path, ...],
    policy: Policy | None,
    template: Path | None,
    put: str | None,
    match: tuple[tuple[str, str], ...],
    title: str | None,
    item: str,
    most: Decimal | None,
    out: Path | None,
) -> None:
    """Write the points of a graded class for a platform's gradebook.

    Students who handed in nothing are left out, or keep their cells. With --template the file
    that the platform has exported goes back with one column filled; this is the surest way,
    for it needs no guess about ids and columns. docs/gradebooks.md has every platform.

    Exit status: 0 all is written, 1 something could not be (it is listed), 2 wrong usage.
    """
    from grader.export.output import place_file
    from grader.lms.gradebooks import Order

    if bool(template) != bool(put):
        raise click.UsageError("--template and --put belong together")
    if template and platform == "moodle-xml":
        raise click.UsageError("moodle-xml has no template; take --as moodle")
    if results and submissions:
        raise click.UsageError("either --results or --submissions")
    opened = Folder(find(folder))
    scores = _scores(opened, results, submissions, policy)
    order = Order(title or opened.path.name, most, item, match)
    ending = "xml" if platform == "moodle-xml" else "csv"
    target = place_file(opened.path / f"gradebook-{platform}.{ending}", out)
    _keep_inputs(target, [path for path in (template, *submissions) if path])
    if template and put:
        problems = _fill(template, put, platform, scores, order, target)
    else:
        problems = _write(platform, scores, order, target)
    if problems:
        ctx.exit(1)


def _scores(
    opened: Folder, results: Path | None, submissions: tuple[Path, ...], policy: Policy | None
) -> Scores:
    from grader.lms.scores import of_results, of_submissions
    from grader.support.terminal import progress

    if not submissions:
        return of_results(opened, results or opened.path / "results")
    holds = opened.policy(policy)
    with progress() as bar:
        return of_submissions(
            opened, submissions, holds, lambda n: bar("reading", n, max(n, len(submissions)))
        )


def _keep_inputs(target: Path, inputs: list[Path]) -> None:
    if any(target.resolve() == path.resolve() for path in inputs):
        raise AssignmentError(f"{target} was read and must stay; choose another --out")


def _written(target: Path, data: bytes) -> None:
    from grader.support.atomic_files import write_file

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, data)
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from None


def _write(platform: str, scores: Scores, order: Order, target: Path) -> list[Problem]:
    from grader.lms.gradebooks import SHAPES
    from grader.support.terminal import paragraph, plural

    if not scores.of:
        message = "nobody of the class is graded"
        raise PlatformFileError([Problem(str(target), None, None, "no_rows", as_told(message))])
    _written(target, SHAPES[platform].write(scores, order))
    _show(list(scores.problems), SHAPES[platform].note)
    click.echo(paragraph(f"{target}: {plural(len(scores.of), 'student')}"))
    return list(scores.problems)


def _fill(
    template: Path, put: str, platform: str, scores: Scores, order: Order, target: Path
) -> list[Problem]:
    from grader.lms.gradebooks import SHAPES, fill
    from grader.lms.roundtrip import GRADED, KEPT, read_given
    from grader.support.terminal import paragraph, plural

    data = read_given(template)
    done = fill(data, template.name, put, scores, SHAPES[platform], order)
    _written(target, done.data)
    problems = [*scores.problems, *done.problems]
    most = f"scaled to {done.most:g}" if done.most is not None else "points as they are"
    note = SHAPES[platform].note if platform == "moodle" else ""
    _show(problems, note)
    count = sum(step.action == GRADED for step in done.steps)
    kept = sum(step.action == KEPT for step in done.steps)
    click.echo(
        paragraph(
            f"{target}: {plural(count, 'cell')} of {done.column!r} filled, {most}; "
            f"{plural(kept, 'row')} of others kept"
        )
    )
    return problems


def _show(problems: list[Problem], note: str) -> None:
    from grader.commands.roundtrip_output import show_problems
    from grader.support.terminal import paragraph

    if note:
        click.echo(paragraph(f"note: {note}"), err=True)
    show_problems(problems)
