"""What `bpgrade check` prints of single submissions, and the parts that all outputs share."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import click

from grader.errors import Problem
from grader.marking.mark import shown
from grader.results.printed import COLUMNS, csv_row, document, line
from grader.support.spreadsheet import safe_table
from grader.support.terminal import paragraph, plural, printable, table, toned
from problems.arithmetic.ball import Ball
from problems.exercise import Exercise
from templates.feedback.report import Report, StepReport


def print_counts(files: int, submissions: int, problems: int, output: str) -> int:
    """The last line; the exit status."""
    counted = f"{plural(files, 'file')}, {plural(submissions, 'submission')} graded, "
    click.echo(counted + plural(problems, "problem"), err=output != "text")
    return 1 if problems else 0


def print_notes(notes: list[Problem]) -> None:
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
    print_lines([(report.student, _line(report), notes_of(report)) for report, _ in reports])
    _ending(reports, problems)


def notes_of(report: Report) -> list[str]:
    """What the teacher is told of a submission."""
    return [note.message for note in report.teacher]


def print_lines(lines: Sequence[tuple[str, list[str], list[str]]]) -> None:
    """Lines of submissions, then what the teacher should look at.

    Args:
        lines: student, cells of the line, notes for the teacher.
    """
    if lines:
        header = ["student", "exercise", "points", "of", "%", "verdicts"]
        click.echo(table(header, [cells for _, cells, _ in lines], right=[2, 3, 4]))
    for student, _, notes in lines:
        for note in notes:
            click.echo(paragraph(f"For the teacher, of {printable(student)}: {note}", "  "))


def _line(report: Report) -> list[str]:
    points = (report.score, report.max, report.percent)
    return line(report.student, report.exercise, *points, report.counts())


def _as_steps(reports: Marked, problems: list[Problem]) -> None:
    """Every step of every exercise."""
    for report, exercise in reports:
        click.echo(click.style(headline(report), bold=True))
        for said in (report.deviation, *report.remarks):
            if said:
                click.echo(paragraph(said, "  "))
        for note in report.teacher:
            click.echo(paragraph(f"For the teacher: {note.message}", "  "))
        click.echo(_steps_table(report, exercise))
        click.echo()
    _ending(reports, problems)


def _ending(reports: Marked, problems: list[Problem]) -> None:
    every = [*problems, *[p for report, _ in reports for p in report.problems]]
    print_ending(every, [report.percent for report, _ in reports])


def print_ending(problems: Sequence[Problem], percents: Sequence[float]) -> None:
    """Problems, and the mean of several submissions."""
    if problems:
        click.echo(f"{plural(len(problems), 'problem')}:", err=True)
        for problem in problems:
            click.echo(f"  {printable(str(problem))}", err=True)
    if len(percents) > 1:
        click.echo(f"mean {sum(percents) / len(percents):.1f} %")


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
    doc = document([report.as_json() for report, _ in reports], problems)
    click.echo(json.dumps(doc, ensure_ascii=False, indent=1))


def _as_csv(reports: Marked, problems: list[Problem]) -> None:
    rows = (csv_row(report, step) for report, _ in reports for step in report.steps)
    click.echo(safe_table(list(COLUMNS), rows).decode(), nl=False)
    for problem in [*problems, *[p for report, _ in reports for p in report.problems]]:
        click.echo(printable(str(problem)), err=True)


print_as: dict[str, Callable[[Marked, list[Problem]], None]] = {
    "text": _as_lines,
    "steps": _as_steps,
    "json": _as_json,
    "csv": _as_csv,
}
