"""bpgrade check: grade submissions and show every step's verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from grader import folder as folders
from grader.errors import AssignmentError, PolicyError, Problem, SubmissionError
from grader.feedback import Graded, write_feedback
from grader.mark import mark, shown
from grader.policy import Policy
from grader.policyfile import folder_policy, load_policy, names
from grader.read.files import read_file
from grader.spreadsheet import safe_table
from grader.terminal import paragraph, plural, printable, progress, table, toned
from problems.ball import Ball
from problems.exercise import Exercise
from templates.report import FORMAT, Report

FEW = 5
"""So many files need no progress bar."""

EXAMPLES = """\b
Examples:
  bpgrade check hw1/students/ada/answers.csv
  bpgrade check inbox/*.csv --assignment hw1 --output json
  bpgrade check inbox/*.csv --assignment hw1 --policy strict --feedback feedback
"""


def _named(ctx: click.Context, option: click.Parameter, value: str | None) -> Policy | None:
    """The policy that --policy names; a wrong one is wrong usage."""
    try:
        return None if value is None else load_policy(value)
    except PolicyError as error:
        raise click.BadParameter(str(error), ctx, option) from None


@click.command(epilog=EXAMPLES)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="SUBMISSION...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--assignment",
    type=click.Path(exists=True, path_type=Path),
    help="Assignment folder, where it is not the file's own or above.",
)
@click.option(
    "--output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
)
@click.option(
    "--policy",
    metavar="NAME|FILE",
    callback=_named,
    help=f"How verdicts become points: {', '.join(names())}, or a TOML file. "
    "Without it the assignment's own holds.",
)
@click.option(
    "--feedback",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page for each student there, showing what the policy allows.",
)
@click.option(
    "--feedback-as",
    type=click.Choice(["html", "pdf", "both"]),
    default="html",
    show_default=True,
    help="What the feedback pages are.",
)
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[Path, ...],
    assignment: Path | None,
    output: str,
    policy: Policy | None,
    feedback: Path | None,
    feedback_as: str,
) -> None:
    """Grade SUBMISSION files: tidy CSV (exercise,step,answer), wide CSV (a row a student),
    or filled PDF worksheets.

    Exit status: 0 all graded, 1 something could not be graded (it is listed), 2 wrong usage.
    """
    opened: dict[Path, folders.Folder] = {}
    graded: list[Graded] = []
    problems: list[Problem] = []
    with progress() as bar:
        for n, path in enumerate(files, 1):
            found, lost = _checked(path, assignment, opened, policy)
            graded += found
            problems += lost
            if len(files) > FEW:
                bar("checking", n, len(files))
    if feedback:
        formats = ("html", "pdf") if feedback_as == "both" else (feedback_as,)
        pages = write_feedback(graded, feedback, formats)
        click.echo(f"{feedback}: {plural(len(pages), 'feedback page')}", err=True)
    reports = [(one.report, one.exercise) for one in graded]
    print_as[output](reports, problems)
    if problems or any(report.problems for report, _ in reports):
        ctx.exit(1)


def _checked(
    path: Path,
    assignment: Path | None,
    opened: dict[Path, folders.Folder],
    chosen: Policy | None,
) -> tuple[list[Graded], list[Problem]]:
    """Reports of one file, and what could not be used of it."""
    try:
        place = folders.find(assignment or path.parent)
        folder = opened[place] = opened.get(place) or folders.Folder(place)
        policy = chosen or folder_policy(place, folder.order.policy)
    except AssignmentError as error:
        return [], [Problem(str(path), None, None, "no_assignment", str(error))]
    except PolicyError as error:
        return [], [Problem(str(path), None, None, "no_policy", str(error))]
    owner = folder.student_of_folder(path)

    def find(exercise: str, student: str) -> Exercise | str:
        if not exercise and not student and not owner:
            return "this row names no student and no exercise, and the file's place names neither"
        return folder.look_up(exercise, student or ("" if exercise else owner))

    try:
        read = read_file(path.read_bytes(), str(path), find)
    except SubmissionError as error:
        return [], list(error.problems)
    found = [
        Graded(mark(one.exercise, one.answers, policy, one.problems), one.exercise, folder, policy)
        for one in read.submissions
    ]
    return found, list(read.problems)


# output ------------------------------------------------------------------------------------

Marked = list[tuple[Report, Exercise]]


def _as_text(reports: Marked, problems: list[Problem]) -> None:
    for report, exercise in reports:
        click.echo(click.style(headline(report), bold=True))
        for line in (report.deviation, *report.remarks):
            if line:
                click.echo(paragraph(line, "  "))
        click.echo(_steps_table(report, exercise))
        click.echo()
    every = [*problems, *[p for report, _ in reports for p in report.problems]]
    if every:
        click.echo(f"{plural(len(every), 'problem')}:", err=True)
        for problem in every:
            click.echo(f"  {printable(str(problem))}", err=True)
    if len(reports) > 1:
        click.echo(_summary([report for report, _ in reports]))


def headline(report: Report) -> str:
    """Who, which exercise, how many points."""
    return (
        f"{report.student}  {report.exercise}  "
        f"{report.score:g} of {report.max:g} points ({report.percent:g} %)"
    )


def _steps_table(report: Report, exercise: Exercise) -> str:
    rows = []
    for step in report.steps:
        places = exercise.precision.places(exercise.graph.steps[step.id].kind)
        ball = Ball(step.expected, step.tolerance)
        answer = printable(step.answer.strip())
        rows.append(
            [
                step.label,
                answer if len(answer) <= 14 else answer[:13] + "…",
                step.verdict,
                shown(ball, places, exercise.precision.significant),
                "" if step.verdict == "correct" else step.message,
            ]
        )
    header = ["step", "answer", "verdict", "expected", ""]
    return table(header, rows, right=[1, 3], styles={2: toned}, indent="  ")


def _summary(reports: list[Report]) -> str:
    mean = sum(report.percent for report in reports) / len(reports)
    return f"{plural(len(reports), 'submission')} graded, mean {mean:.1f} %"


def _as_json(reports: Marked, problems: list[Problem]) -> None:
    doc = {
        "format": FORMAT,
        "reports": [report.as_json() for report, _ in reports],
        "problems": [problem.as_json() for problem in problems],
    }
    click.echo(json.dumps(doc, ensure_ascii=False, indent=1))


_COLUMNS = [
    "student",
    "exercise",
    "step",
    "id",
    "answer",
    "verdict",
    "credit",
    "weight",
    "expected",
    "tolerance",
    "slip",
    "message",
]


def _as_csv(reports: Marked, problems: list[Problem]) -> None:
    rows = (
        [
            report.student,
            report.exercise,
            step.label,
            step.id,
            step.answer,
            step.verdict,
            f"{step.credit:g}",
            f"{step.weight:g}",
            repr(step.expected),
            repr(step.tolerance),
            step.slip or "",
            step.message,
        ]
        for report, _ in reports
        for step in report.steps
    )
    click.echo(safe_table(_COLUMNS, rows).decode(), nl=False)
    for problem in [*problems, *[p for report, _ in reports for p in report.problems]]:
        click.echo(str(problem), err=True)


print_as: dict[str, Callable[[Marked, list[Problem]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "csv": _as_csv,
}
