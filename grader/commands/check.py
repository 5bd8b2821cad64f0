"""bpgrade check: grade submissions and show every step's verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import click

from grader.assignments.folder import Folder
from grader.commands.options import named_policy
from grader.errors import PolicyError, Problem
from grader.intake.collect import Gathered, Work, gather
from grader.marking.mark import Handed, mark_all, shown
from grader.marking.policy import Policy
from grader.marking.policy_file import names
from grader.read.answer_sheet import AnswerSheet
from grader.results.crosscheck import other_exercise
from grader.results.feedback import Graded, write_feedback
from grader.support.spreadsheet import safe_table
from grader.support.terminal import Bar, paragraph, plural, printable, progress, table, toned
from problems.arithmetic.ball import Ball
from problems.exercise import Exercise
from problems.reasons import as_told
from templates.feedback.report import FORMAT, Report, StepReport

FEW = 5
"""So many files need no progress bar."""
TOGETHER = 1_000
"""Submissions that are judged as columns, between two steps of the progress bar."""

EXAMPLES = """\b
Examples:
  bpgrade check hw1/students/ada/answers.csv
  bpgrade check inbox moodle.zip --assignment hw1 --output json
  bpgrade check inbox/*.csv --assignment hw1 --policy strict --feedback feedback
  bpgrade check class.csv --assignment hw1 --results hw1/results --workers 2
"""


@click.command(epilog=EXAMPLES)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="SUBMISSION...",
    type=click.Path(exists=True, path_type=Path),
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
    callback=named_policy,
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
@click.option(
    "--results",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write gradebook, steps and problems there instead of printing them. Tables of a whole "
    "class (CSV, Parquet) of any size are then graded as columns.",
)
@click.option(
    "--steps",
    "steps_as",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="What the steps of --results are written as.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1_000),
    help="Grade tables of a class with so many processes of this machine.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Grade tables of a class on the Dask cluster with this scheduler, tcp://HOST:8786.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Every step of every student, also of many files."
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
    results: Path | None,
    steps_as: str,
    workers: int | None,
    scheduler: str | None,
    verbose: bool,
) -> None:
    """Grade SUBMISSIONs: files, folders and ZIP archives of them, in one call.

    Read are CSV and XLSX tables (a row an answer, or a row a student), JSON, filled PDF
    worksheets and the responses of a Moodle quiz. Whose work it is shows in the exercise's id,
    in a column 'student', in the folder (also those of Moodle and Canvas downloads) or in the
    file's name; what fits nobody is listed. Of one exercise every step is shown, of several one
    line each (-v: every step).

    Exit status: 0 all graded, 1 something could not be graded or needs a look (it is listed),
    2 wrong usage.
    """
    if results is None and (workers or scheduler):
        raise click.UsageError("--workers and --scheduler are for tables of a class: --results")
    if results:
        from grader.commands import classwide

        choice = classwide.Choice(policy, results, steps_as, workers, scheduler)
        if classwide.are_tables(files):
            if feedback:
                raise click.UsageError("--feedback needs single files, not a class's table")
            ctx.exit(classwide.grade_class(files, assignment, choice, output))
    with progress() as bar:
        found = gather(
            files,
            assignment,
            lambda done: bar("reading", done, max(done, len(files))),
            policy,
        )
        graded = _marked(found, policy, bar)
    if feedback:
        formats = ("html", "pdf") if feedback_as == "both" else (feedback_as,)
        pages = write_feedback(graded, feedback, formats)
        click.echo(f"{feedback}: {plural(len(pages), 'feedback page')}", err=True)
    if results:
        _print_notes(found.notes)
        ctx.exit(classwide.grade_files(graded, found.problems, files, choice, output))
    reports = [(one.report, one.exercise) for one in graded]
    every = [*found.problems, *[p for report, _ in reports for p in report.problems]]
    _print_notes(found.notes)
    shown_as = "steps" if output == "text" and (verbose or len(reports) == 1) else output
    print_as[shown_as](reports, found.problems)
    counted = f"{plural(found.files, 'file')}, {plural(len(reports), 'submission')} graded, "
    click.echo(counted + plural(len(every), "problem"), err=output != "text")
    if every:
        ctx.exit(1)


def _marked(found: Gathered, chosen: Policy | None, bar: Bar) -> list[Graded]:
    """Every submission's report, in the order of the files."""
    graded: list[Graded] = []
    for start in range(0, len(found.works), TOGETHER):
        some = found.works[start : start + TOGETHER]
        for folder, policy, works in _by_policy(some, chosen, found.problems):
            handed = [Handed(w.exercise, w.answers, w.problems) for w in works]
            for one, report in zip(works, mark_all(handed, policy), strict=True):
                if problem := other_exercise(one, report, folder):
                    found.problems.append(problem)
                graded.append(Graded(report, one.exercise, folder, policy))
        if len(found.works) > FEW:
            bar("checking", start + len(some), len(found.works))
    return graded


def _by_policy(
    works: Sequence[Work], chosen: Policy | None, problems: list[Problem]
) -> Iterator[tuple[Folder, Policy, list[AnswerSheet]]]:
    """Submissions one after the other that are of one assignment, with its policy.

    What has no policy that can be used is left out, and listed in `problems`.
    """
    for folder, group in groupby(works, key=lambda work: work.folder):
        sheets = [work.submission for work in group]
        try:
            yield folder, folder.policy(chosen), sheets
        except PolicyError as error:
            for one in sheets:
                problems.append(Problem(one.file, one.row, None, "no_policy", as_told(str(error))))


def _print_notes(notes: list[Problem]) -> None:
    """What was left out, on standard error; many alike are counted."""
    alike: dict[str, list[Problem]] = {}
    for note in notes:
        alike.setdefault(note.message if note.code == "not_a_file" else str(note), []).append(note)
    for group in alike.values():
        click.echo(f"note: {printable(str(group[0]))}", err=True)
        if len(group) > 1:
            others = ", ".join(printable(one.file) for one in group[1:4])
            more = f" and {len(group) - 4:,} more" if len(group) > 4 else ""
            click.echo(f"      likewise {others}{more}", err=True)


# output ------------------------------------------------------------------------------------

Marked = list[tuple[Report, Exercise]]


def _as_lines(reports: Marked, problems: list[Problem]) -> None:
    """One line an exercise, then what the teacher should look at."""
    if reports:
        header = ["student", "exercise", "points", "of", "%", "verdicts"]
        click.echo(table(header, [_line(report) for report, _ in reports], right=[2, 3, 4]))
    for report, _ in reports:
        for note in report.teacher:
            who = printable(report.student)
            click.echo(paragraph(f"For the teacher, of {who}: {note.message}", "  "))
    _ending(reports, problems)


def _line(report: Report) -> list[str]:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.counts().items())
    who, which = printable(report.student), report.exercise
    return [who, which, f"{report.score:g}", f"{report.max:g}", f"{report.percent:g}", counts]


def _as_steps(reports: Marked, problems: list[Problem]) -> None:
    """Every step of every exercise."""
    for report, exercise in reports:
        click.echo(click.style(headline(report), bold=True))
        for line in (report.deviation, *report.remarks):
            if line:
                click.echo(paragraph(line, "  "))
        for note in report.teacher:
            click.echo(paragraph(f"For the teacher: {note.message}", "  "))
        click.echo(_steps_table(report, exercise))
        click.echo()
    _ending(reports, problems)


def _ending(reports: Marked, problems: list[Problem]) -> None:
    """Problems, and the mean of several."""
    every = [*problems, *[p for report, _ in reports for p in report.problems]]
    if every:
        click.echo(f"{plural(len(every), 'problem')}:", err=True)
        for problem in every:
            click.echo(f"  {printable(str(problem))}", err=True)
    if len(reports) > 1:
        mean = sum(report.percent for report, _ in reports) / len(reports)
        click.echo(f"mean {mean:.1f} %")


def headline(report: Report) -> str:
    """Who, which exercise, how many points."""
    return (
        f"{printable(report.student)}  {printable(report.exercise)}  "
        f"{report.score:g} of {report.max:g} points ({report.percent:g} %)"
    )


def _steps_table(report: Report, exercise: Exercise) -> str:
    rows = []
    for step in report.steps:
        answer = printable(step.answer.strip())
        rows.append(
            [
                step.label,
                answer if len(answer) <= 14 else answer[:13] + "…",
                step.verdict,
                _expected(step, exercise),
                "" if step.verdict == "correct" else printable(step.message),
            ]
        )
    header = ["step", "answer", "verdict", "expected", ""]
    return table(header, rows, right=[1, 3], styles={2: toned}, indent="  ")


def _expected(step: StepReport, exercise: Exercise) -> str:
    """The right value with its tolerance, or the right formula."""
    if step.formula:
        return step.formula if len(step.formula) <= 30 else step.formula[:29] + "…"
    places = exercise.precision.places(exercise.graph.steps[step.id].kind)
    return shown(Ball(step.expected, step.tolerance), places, exercise.precision.significant)


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
    "code",
    "for_teacher",
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
            step.formula or repr(step.expected),
            "" if step.formula else repr(step.tolerance),
            step.slip or "",
            step.message,
            step.code,
            " ".join(note.message for note in report.teacher),
        ]
        for report, _ in reports
        for step in report.steps
    )
    click.echo(safe_table(_COLUMNS, rows).decode(), nl=False)
    for problem in [*problems, *[p for report, _ in reports for p in report.problems]]:
        click.echo(printable(str(problem)), err=True)


print_as: dict[str, Callable[[Marked, list[Problem]], None]] = {
    "text": _as_lines,
    "steps": _as_steps,
    "json": _as_json,
    "csv": _as_csv,
}
