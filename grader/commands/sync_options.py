"""What `moodle sync` and `canvas sync` have in common: options, the table, the exit status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.commands.options import FEEDBACK_FORMATS, feedback_option, policy_option
from grader.support.terminal import cells, paragraph, plural, printable, progress, table

if TYPE_CHECKING:
    from decimal import Decimal

    from grader.lms.changes import Change, Plan, SentChange
    from grader.marking.policy import Policy

LONGEST = 18
"""Columns of a name."""
TONES = {"grade": "green", "hand out": "green", "hold": "yellow", "fail": "red"}
WORDS = {
    "grade": "grade", "hand out": "hand out", "same": "as it is", "keep": "as it is",
    "hold": "left alone", "skip": "skipped", "fail": "NOT GRADED",
}  # fmt: skip

_OPTIONS: Sequence[Callable[[Any], Any]] = (
    click.option(
        "--assignment",
        type=click.Path(exists=True, path_type=Path),
        default=Path(),
        show_default="this folder",
        help="The assignment folder.",
    ),
    click.option("--dry-run", is_flag=True, help="Show what would change; write nothing."),
    click.option(
        "--only",
        multiple=True,
        metavar="STUDENT",
        help="Only this student: id, name, e-mail or the platform's user id; may be repeated.",
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Grade everything anew, and replace grades that were entered by hand.",
    ),
    click.option(
        "--hand-out",
        is_flag=True,
        help="Give each student their worksheet and answers.csv instead of grading.",
    ),
    policy_option(),
    feedback_option("What is attached besides the comment."),
    click.option("--course", default="", metavar="NUMBER", help="The course, where it matters."),
    click.option(
        "--id",
        "number",
        default="",
        metavar="NUMBER",
        help="The assignment's number, where URL is the platform's.",
    ),
    click.option(
        "--insecure-http", "insecure", is_flag=True, help="Send the token over http as well."
    ),
)


def sync_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of both commands."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Choice:
    """What was asked for on the command line."""

    assignment: Path
    dry_run: bool
    only: tuple[str, ...]
    force: bool
    hand_out: bool
    policy: Policy | None
    feedback_as: str
    course: str
    number: str
    insecure: bool


def run(kind: str, url: str, choice: Choice) -> int:
    """Plan, apply unless it is a dry run, show; returns the exit status."""
    from grader import lms
    from grader.lms import sync

    folder = lms.open_folder(choice.assignment)
    platform = lms.connect(
        kind, url, number=choice.number, course=choice.course, insecure=choice.insecure
    )
    done: list[SentChange] = []
    with progress() as bar:
        if choice.hand_out:
            plan = sync.hand_out(folder, platform, choice.only, choice.force, bar)
        else:
            pages = FEEDBACK_FORMATS[choice.feedback_as]
            plan = sync.plan(
                folder, platform, choice.policy, choice.only, choice.force, pages, bar
            )
        if not choice.dry_run:
            done = sync.apply(plan, bar)
    show(plan, done, choice.dry_run)
    return 0 if plan.clean and not any(one.fault for one in done) else 1


def show(plan: Plan, done: Sequence[SentChange], dry_run: bool) -> None:
    """What would change or has changed, and what could not be graded."""
    click.echo(f"{printable(plan.assignment.name)}, {plan.assignment.most.normalize():f} points")
    for note in dict.fromkeys(plan.notes):
        click.echo(paragraph(f"note: {printable(note)}"), err=True)
    faults = {one.change.key: one.fault for one in done}
    shown = [one for one in plan.changes if one.action not in ("same", "keep")]
    if shown:
        header = ["student", "handed in (UTC)", "old", "new", "what"]
        rows = [_row(one, faults.get(one.key, "")) for one in shown]
        click.echo(table(header, rows, right=[2, 3]))
    _tell_problems(plan)
    click.echo(paragraph(_summary(plan, done, dry_run)))


def _row(one: Change, fault: str) -> list[str]:
    when = f"{one.submitted:%Y-%m-%d %H:%M}" if one.submitted else "-"
    return [_cut(one.who), when, _points(one.old), _points(one.new), _what(one, fault)]


def _what(one: Change, fault: str) -> str:
    if fault:
        return f"FAILED: {printable(fault)}"
    parts = [WORDS[one.action], printable(one.why)]
    if one.files:
        parts.append(" + ".join(one.files))
    return ": ".join([parts[0], ", ".join(filter(None, parts[1:]))])


def _points(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _cut(name: str) -> str:
    """A name that fits its column; the id behind it stays whole.

    >>> _cut("Bartholomew Cyprian Lee (1204)")
    'Bartholome… (1204)'
    """
    name = printable(name)
    head, bracket, tail = name.rpartition(" (")
    name, ident = (head, bracket + tail) if head and tail.endswith(")") else (name, "")
    while name and cells(name + ident) > LONGEST:
        name = name.rstrip("…")[:-1] + "…" if len(name) > 1 else ""
    return name + ident


def _tell_problems(plan: Plan) -> None:
    """Those that stand in no row of the table."""
    shown = [one.problem for one in plan.changes]
    rest = [problem for problem in plan.problems if problem not in shown]
    if rest:
        click.echo(f"{plural(len(rest), 'problem')}:", err=True)
    for problem in rest:
        click.echo(paragraph(printable(str(problem)), "  "), err=True)


def _summary(plan: Plan, done: Sequence[SentChange], dry_run: bool) -> str:
    count = dict.fromkeys(WORDS, 0)
    for one in plan.changes:
        count[one.action] += 1
    failed = sum(bool(one.fault) for one in done) + count["fail"]
    sent = len(plan.to_send) if dry_run else len(done) - sum(bool(one.fault) for one in done)
    parts = [
        f"{sent} {'would be sent' if dry_run else 'sent'}",
        f"{count['same'] + count['keep']} as they are",
        f"{count['hold']} left alone",
        f"{count['skip']} skipped",
        f"{failed} failed",
    ]
    if plan.silent:
        parts.append(f"{plural(plan.silent, 'student')} without a submission")
    return ", ".join(part for part in parts if not part.startswith("0 ") or "sent" in part)
