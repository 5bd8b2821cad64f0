"""bpgrade moodle sync: submissions from Moodle, grades and feedback to it."""

from __future__ import annotations

from typing import Any

import click

from grader.commands.sync_options import Choice, run, sync_options

EXAMPLES = """\b
Examples:
  bpgrade moodle login https://lms.example
  bpgrade moodle sync 'https://lms.example/mod/assign/view.php?id=31' --assignment hw1 --dry-run
  bpgrade moodle sync 'https://lms.example/mod/assign/view.php?id=31' --assignment hw1
  bpgrade moodle sync https://lms.example --id 31 --assignment hw1 --hand-out

The token comes from the keyring (`login`) or from BPGRADE_MOODLE_TOKEN.
"""


@click.command(epilog=EXAMPLES)
@click.argument("url")
@sync_options
@click.pass_context
def sync(ctx: click.Context, /, url: str, **options: Any) -> None:
    """Fetch new submissions of a Moodle assignment, check them, and send points, comment and
    feedback pages.

    URL is the assignment's, from the browser's address bar. What was graded before and has not
    changed is not touched, nor are grades that somebody entered by hand; a run that was cut
    short goes on where it stopped. Every grade is read back.

    Exit status: 0 all graded, 1 something could not be graded or sent (it is listed), 2 wrong
    usage.
    """
    ctx.exit(run("moodle", url, Choice(**options)))
