"""bpgrade reissue: another exercise for one student."""

from __future__ import annotations

from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.assignments import issue


@click.command(epilog="Example: bpgrade reissue hw1 ada")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("student")
@click.option("--exercise", default=1, show_default=True, help="Which of the student's exercises.")
def reissue(folder: Path, student: str, exercise: int) -> None:
    """Draw STUDENT's exercise in FOLDER anew, leaving everybody else's as it is."""
    opened = folders.Folder(folders.find(folder))
    new = issue.reissue(opened, student, exercise)
    click.echo(f"{student}: exercise {exercise} is now {new.id} (reissue {new.reissue})")
