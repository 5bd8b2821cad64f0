"""bpgrade canvas sync: submissions from Canvas, grades and feedback to it."""

from __future__ import annotations

from typing import Any

import click

from grader.commands.sync_options import Choice, run, sync_options

EXAMPLES = """\b
Examples:
  bpgrade canvas login https://canvas.example
  bpgrade canvas sync https://canvas.example/courses/7/assignments/12 --assignment hw1 --dry-run
  bpgrade canvas sync https://canvas.example/courses/7/assignments/12 --assignment hw1
  bpgrade canvas sync https://canvas.example/courses/7/assignments/12 --assignment hw1 --hand-out

The token comes from the keyring (`login`) or from BPGRADE_CANVAS_TOKEN.
"""


@click.command(epilog=EXAMPLES)
@click.argument("url")
@sync_options
@click.pass_context
def sync(ctx: click.Context, /, url: str, **options: Any) -> None:
    """Fetch new submissions of a Canvas assignment, check them, and send points, a comment and
    feedback pages.

    URL is the assignment's, from the browser's address bar. What was graded before and has not
    changed is not touched, nor are grades that somebody entered by hand; a run that was cut
    short goes on where it stopped. Every grade is read back. A rubric is filled in if its rows
    are called as the worksheet's sections, and left alone otherwise.

    Exit status: 0 all graded, 1 something could not be graded or sent (it is listed), 2 wrong
    usage.
    """
    ctx.exit(run("canvas", url, Choice(**options)))
