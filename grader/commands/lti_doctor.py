"""bpgrade lti doctor: why launches or grades fail."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.lti_platforms import url_option
from grader.commands.serve import data_option, database_option
from grader.support.terminal import table

EXAMPLES = """\b
Example, while the service runs:
  bpgrade lti doctor --data /srv/bpgrade --url https://bpgrade.example.org
"""


@click.command(epilog=EXAMPLES)
@data_option
@database_option
@url_option
@click.pass_context
def doctor(ctx: click.Context, data: Path, database: str, url: str) -> None:
    """Try everything between the platforms and the service, and say what to do.

    Looked at are the service's address as platforms see it, cookies in frames, both sides' keys
    and clocks, leave to send grades, links without a column, grades that wait or were refused.
    Nothing is changed.

    Exit status: 0 all well, 1 something to do.
    """
    from grader.web import start

    start.configure_existing(data, database, url)
    from grader.web.lti.doctor import findings

    found = list(findings())
    click.echo(table(["part", "state", ""], [[a, b, c or "ok"] for a, b, c in found]))
    if any(advice for _, _, advice in found):
        ctx.exit(1)
