"""Groups of commands that are loaded when they are used."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

Table = Mapping[str, tuple[str, str]]
"""Command -> where it lives (`module:attribute`) and its line in the overview."""


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """A block that loads code: all of it stays, so looking for garbage in it is in vain."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Commands(click.Group):
    """A group whose overview loads none of its commands."""

    def __init__(self, table: Table, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the module that holds the command."""
        if name not in self.table:
            return None
        module, attribute = self.table[name][0].split(":")
        with nothing_is_garbage():
            command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the near name for a mistyped one."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], self.table, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


def group(name: str, table: Table, help: str, example: str) -> Commands:
    """A group below the main command.

    Args:
        name: as it is typed.
        table: its commands.
        help: what they are for.
        example: a command line.
    """
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 96}
    return Commands(
        table, name=name, help=help, epilog=f"Example: {example}", context_settings=settings
    )
