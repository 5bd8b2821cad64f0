"""The command line: `bpgrade COMMAND`. Commands are loaded when they are used."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from grader import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "generate": ("grader.commands.generate:generate", "Make exercises for a class."),
    "check": ("grader.commands.check:check", "Grade submissions step by step."),
    "report": ("grader.commands.report:report", "Statistics of a graded class, with plots."),
    "solve": ("grader.commands.solve:solve", "Print a worked solution."),
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
    "serve": ("grader.commands.serve:serve", "Serve students and teachers in the browser."),
    "backup": ("grader.commands.backup:backup", "Copy everything that the service stores."),
    "restore": ("grader.commands.restore:restore", "A service from a backup."),
    "doctor": ("grader.commands.doctor:doctor", "Say what is installed and what is missing."),
}
"""Command -> where it lives and its line in the overview, so that --help loads none of them."""


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """A block that loads code: all of it stays, so looking for garbage in it is in vain."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Commands(click.Group):
    """Loads a command when it is asked for; turns our refusals into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a teacher's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the module that holds the command."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][0].split(":")
        with nothing_is_garbage():
            command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the near name for a mistyped one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """A refusal is a message and exit status 1, never a traceback."""
        from problems.errors import BpgradeError

        try:
            return super().invoke(ctx)
        except BpgradeError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=Commands,
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
    """Where a package of ours is shadowed by another of the same name, or ''."""
    import grader
    import problems
    import templates

    places = {
        os.path.dirname(os.path.dirname(m.__file__ or "")) for m in (grader, problems, templates)
    }
    return "" if len(places) == 1 else ", ".join(sorted(places))


def main() -> None:
    """Entry point of the `bpgrade` command."""
    foreign = _foreign_packages()
    if foreign:
        sys.exit(
            "bpgrade: another package called grader, problems or templates is in the way "
            f"({foreign}); install bpgrade into an environment of its own"
        )
    cli(prog_name="bpgrade")


if __name__ == "__main__":
    main()
