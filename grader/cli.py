"""The command line: `bpgrade COMMAND`. Commands are loaded when they are used."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import click

from grader import __version__
from grader.commands.group import Commands

COMMANDS: dict[str, tuple[str, str]] = {
    "generate": ("grader.commands.generate:generate", "Make exercises for a class."),
    "new": ("grader.commands.new:new", "Write a family file for an exercise of your own."),
    "check": ("grader.commands.check:check", "Grade submissions step by step."),
    "report": ("grader.commands.report:report", "Statistics of a graded class, with plots."),
    "solve": ("grader.commands.solve:solve", "Print a worked solution."),
    "verify": ("grader.commands.verify:verify", "Derive an assignment's values a second time."),
    "families": ("grader.commands.families:families", "List what can be generated."),
    "documents": (
        "grader.commands.documents:documents",
        "Compare the five documents' printed numbers with ours.",
    ),
    "slips": ("grader.commands.slips:slips", "List the misconceptions that are recognised."),
    "booklet": (
        "grader.commands.booklet:booklet",
        "All worksheets or keys of a class in one PDF.",
    ),
    "read": ("grader.commands.read:read", "Show how an answer is read."),
    "reissue": ("grader.commands.reissue:reissue", "Draw one student's exercise anew."),
    "moodle": ("grader.commands.moodle:moodle", "Grade an assignment of Moodle."),
    "canvas": ("grader.commands.canvas:canvas", "Grade an assignment of Canvas."),
    "export": (
        "grader.commands.export:export",
        "Write an assignment or its grades for other programs.",
    ),
    "serve": ("grader.commands.serve:serve", "Serve students and teachers in the browser."),
    "backup": ("grader.commands.backup:backup", "Copy everything that the service stores."),
    "restore": ("grader.commands.restore:restore", "A service from a backup."),
    "lti": ("grader.commands.lti:lti", "Moodle, Canvas and others open the service."),
    "doctor": ("grader.commands.doctor:doctor", "Say what is installed and what is missing."),
}
"""Command -> where it lives and its line in the overview, so that --help loads none of them."""


class Bpgrade(Commands):
    """The main command; turns our refusals into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """A refusal is a message and exit status 1, never a traceback; so is a missing extra."""
        from problems.errors import BpgradeError

        try:
            return super().invoke(ctx)
        except BpgradeError as error:
            raise click.ClickException(str(error)) from error
        except ImportError as error:
            from grader.support.extras import missing_extra

            if missing := missing_extra(error):
                raise click.ClickException(str(missing)) from error
            raise

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; a full device or a file system that went away is a message too."""
        from grader.errors import reason_of

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a name of a file may be no text
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # click has dealt with readers who had enough of our output
            click.echo(f"Error: {error.filename or 'output'}: {reason_of(error)}", err=True)
            sys.exit(1)


@click.group(
    cls=Bpgrade,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Example: bpgrade generate mazur --students roster.csv --out hw1",
)
@click.version_option(__version__, prog_name="bpgrade")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Back-propagation exercises that generate, print and grade themselves."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def _foreign_packages() -> str:
    """Where packages of ours are shadowed by others of the same name, or ''."""
    from grader.support.own_packages import shadowed

    return ", ".join(f"{name} in {place}" for name, place in shadowed().items())


def main() -> None:
    """Entry point of the `bpgrade` command."""
    foreign = _foreign_packages()
    if foreign:
        sys.exit(
            f"bpgrade: another package of the same name is in the way ({foreign}); "
            "install bpgrade into an environment of its own"
        )
    cli(prog_name="bpgrade")


if __name__ == "__main__":
    main()
