"""How a round trip through a platform's files is shown on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from grader.errors import Problem
from grader.lms.roundtrip import (
    DONE_FILE,
    GRADED,
    KEPT,
    PROBLEMS_FILE,
    REFUSED,
    ZERO,
    RoundTrip,
    Step,
)
from grader.support.terminal import cells, paragraph, plural, printable, table

TONES = {GRADED: "green", ZERO: "yellow", KEPT: "bright_black", REFUSED: "red"}
SHOWN = 20
"""Problems and notes that are printed; all are in the file."""


def show(done: RoundTrip, out: Path, uploads: Mapping[str, str]) -> None:
    """The table of what was done, problems, and what to upload where.

    Args:
        done: all rows.
        out: where the files are.
        uploads: name of a file -> where it belongs.
    """
    for note in done.notes[:SHOWN]:
        click.echo(paragraph(printable(f"note: {note}")), err=True)
    rows = [_row(step) for step in done.steps]
    click.echo(table(["who", "", "grade", "", ""], rows, right=[2], styles={3: _toned}))
    show_problems(done.problems)
    counted = [f"{done.count(action):,} {action}" for action in TONES if done.count(action)]
    click.echo(f"{plural(len(done.steps), 'row')}: {', '.join(counted) or 'none'}")
    show_files(out, uploads)


def show_problems(problems: list[Problem]) -> None:
    """The first problems, on standard error; all of them are in the file."""
    if problems:
        click.echo(f"{plural(len(problems), 'problem')}:", err=True)
    for problem in problems[:SHOWN]:
        click.echo(paragraph(printable(f"- {problem}"), "  "), err=True)
    if len(problems) > SHOWN:
        click.echo(f"  ... and {len(problems) - SHOWN:,} more", err=True)


def show_files(out: Path, uploads: Mapping[str, str]) -> None:
    """What lies in the folder, and where it belongs."""
    listed = {
        **uploads,
        DONE_FILE: "what was done with each row",
        PROBLEMS_FILE: "what could not be graded, and why",
    }
    click.echo(f"{out}:")
    widest = max(map(len, listed))
    for name, where in listed.items():
        click.echo(f"  {name:{widest}}  {where}")


def _row(step: Step) -> list[str]:
    grade = f"{step.grade}/{step.most}" if step.grade else ""
    changed = step.grade and step.before not in ("", step.grade)
    was = f"; was {step.before}" if changed else ""
    key, name = _cut(step.key, 15), _cut(step.name or step.student, 20)
    return [key, name, grade, step.action, printable(step.message + was)]


def _cut(text: str, to: int) -> str:
    text = printable(text)
    while cells(text) > to:
        text = text[:-2].rstrip() + "…"
    return text


def _toned(text: str) -> str:
    return click.style(text, fg=TONES.get(text.strip()))
