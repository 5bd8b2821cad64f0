"""bpgrade check --results: a whole class's tables graded into files."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.bulk.changes import CHANGES_FILE, changes_in
from grader.bulk.checked_singly import write_results
from grader.bulk.printout import Printout
from grader.bulk.results import GRADEBOOK_FILE, PROBLEMS_FILE, STEPS_FILE
from grader.bulk.run import Graded, grade, printed
from grader.bulk.survey import is_class_table
from grader.commands import check_output
from grader.errors import AssignmentError, PolicyError, Problem
from grader.intake.sources import parts_of
from grader.marking.policy import Policy
from grader.read.download_names import handed_in_at
from grader.results.feedback import Graded as One
from grader.results.printed import COLUMNS, json_around
from grader.support.spreadsheet import plain_table
from grader.support.terminal import plural, printable, progress
from grader.support.workers import workers

SHOWN = 10
"""Problems printed; all are in the file."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How a class is graded."""

    policy: Policy | None
    """None for the assignment's own."""
    out: Path
    steps_as: str
    workers: int | None = None
    scheduler: str | None = None


def are_tables(files: Sequence[Path]) -> bool:
    """Whether all files are tables that are graded as columns.

    One that a platform keeps of several attempts is not: its name says which.
    """
    return all(is_class_table(file) and not handed_in_at(parts_of(file)) for file in files)


def _each_once(files: Sequence[Path]) -> list[Path]:
    """Without those that are named twice, by whichever names."""
    found: dict[tuple[int, int], Path] = {}
    for file in files:
        at = file.stat()
        found.setdefault((at.st_dev, at.st_ino), file)
    return list(found.values())


def grade_class(
    files: Sequence[Path], assignment: Path | None, chosen: Choice, output: str
) -> int:
    """Grade tables as columns; the exit status.

    Raises:
        AssignmentError: no assignment, or the results cannot be written.
        ClusterError: no workers.
        PolicyError: the assignment's policy cannot be used.
    """
    files = _each_once(files)
    place = folders.find(assignment or files[0].parent)
    opened = folders.Folder(place)
    policy = opened.policy(chosen.policy)
    with progress() as bar, workers(chosen.workers, chosen.scheduler) as hands:
        found = grade(files, place, policy, chosen.out, hands, chosen.steps_as, bar)
    _print_notes(found.notes)
    mean = found.points / found.submissions if found.submissions else 0.0
    _print(files, found, mean, chosen, output, place)
    return 1 if found.problems else 0


def one_place(files: Sequence[Path], assignment: Path | None) -> Path | None:
    """The assignment's folder that all files belong to; None where that is not one."""
    try:
        places = {folders.find(assignment or file.parent) for file in files}
    except AssignmentError:
        return None
    return places.pop() if len(places) == 1 else None


def print_class(
    files: Sequence[Path], place: Path, policy: Policy | None, output: str
) -> int | None:
    """Grade tables as columns and print what `check` prints; the exit status.

    None, and nothing printed, where it is better told by who checks one by one: every step of a
    single submission, or of each file why its assignment cannot be used.
    """
    files = _each_once(files)
    with ExitStack() as held:
        try:
            chosen = folders.Folder(place).policy(policy)
            with progress() as bar, workers(None, None) as hands:
                made = held.enter_context(printed(files, place, chosen, output, hands, bar))
        except (AssignmentError, PolicyError):
            return None
        if output == "text" and made.submissions == 1:
            return None
        check_output.print_notes(made.notes)
        problems = [*made.problems, *_PRINTS[output](made)]
    return check_output.print_counts(len(files), made.submissions, len(problems), output)


def _print_csv(made: Printout) -> list[Problem]:
    """Rows of steps; the problems of submissions."""
    problems: list[Problem] = []
    write = sys.stdout.write
    write(plain_table(list(COLUMNS), []).decode())
    for text, own in made.rows():
        write(text)
        problems += own
    for problem in [*made.problems, *problems]:
        click.echo(printable(str(problem)), err=True)
    return problems


def _print_json(made: Printout) -> list[Problem]:
    """A document; the problems of submissions."""
    problems: list[Problem] = []
    write = sys.stdout.write
    before, between, after = json_around(made.submissions, made.problems)
    write(before)
    for n, (text, own) in enumerate(made.rows()):
        write(between + text if n else text)
        problems += own
    write(after + "\n")
    return problems


def _print_text(made: Printout) -> list[Problem]:
    """A line a submission; the problems of submissions."""
    problems: list[Problem] = []
    lines, percents = [], []
    for text, own in made.rows():
        student, cells, notes, percent = json.loads(text)
        lines.append((student, cells, notes))
        percents.append(percent)
        problems += own
    check_output.print_lines(lines)
    check_output.print_ending([*made.problems, *problems], percents)
    return problems


_PRINTS = {"csv": _print_csv, "json": _print_json, "text": _print_text}


def grade_files(
    graded: Sequence[One],
    problems: Sequence[Problem],
    files: Sequence[Path],
    chosen: Choice,
    output: str,
) -> int:
    """Write what was checked one by one as results; the exit status."""
    count = write_results(graded, problems, files, chosen.out, chosen.steps_as)
    every = [*problems, *(p for one in graded for p in one.report.problems)]
    answers = sum(len(one.report.steps) for one in graded)
    found = Graded(len(graded), answers, count, few=every[: 2 * SHOWN])
    mean = sum(one.report.percent for one in graded) / len(graded) if graded else 0.0
    place = graded[0].folder.path if graded else Path("FOLDER")
    _print(files, found, mean, chosen, output, place)
    return 1 if count else 0


def _print(
    files: Sequence[Path], found: Graded, mean: float, chosen: Choice, output: str, place: Path
) -> None:
    steps = STEPS_FILE[chosen.steps_as]
    if output == "json":
        doc = {
            "format": 1,
            "results": str(chosen.out),
            "submissions": found.submissions,
            "answers": found.answers,
            "mean_percent": round(mean, 1),
            "problems": found.problems,
        }
        click.echo(json.dumps(doc, ensure_ascii=False, indent=1))
        return
    for problem in found.few[:SHOWN]:
        click.echo(f"  {printable(str(problem))}", err=True)
    if found.problems > SHOWN:
        where = chosen.out / PROBLEMS_FILE
        click.echo(f"  ... and {found.problems - SHOWN:,} more, all in {where}", err=True)
    click.echo(
        f"{plural(len(files), 'file')}, {plural(found.submissions, 'submission')} graded, "
        f"{plural(found.problems, 'problem')}"
    )
    if found.submissions:
        click.echo(f"mean {mean:.1f} %")
    click.echo(f"  {chosen.out / GRADEBOOK_FILE}  a row a submission")
    click.echo(f"  {chosen.out / steps}  a row an asked step")
    click.echo(f"  {chosen.out / PROBLEMS_FILE}  what could not be used")
    changes = changes_in(chosen.out)
    if changes:
        said = f"{plural(changes.steps, 'step')} in {plural(changes.submissions, 'submission')}"
        click.echo(f"  {chosen.out / CHANGES_FILE}  {said} judged otherwise than before")
    click.echo(f"See them with: bpgrade report {chosen.out}{_named(place, chosen.out)}")


def _named(place: Path, out: Path) -> str:
    """The assignment as an option, where it is not the results' own or above."""
    try:
        folders.find(out)
    except AssignmentError:
        return f" --assignment {place}"
    return ""


def _print_notes(notes: Sequence[Problem], most: int = 20) -> None:
    for note in notes[:most]:
        click.echo(f"note: {printable(str(note))}", err=True)
    if len(notes) > most:
        click.echo(f"... and {len(notes) - most:,} more notes", err=True)
