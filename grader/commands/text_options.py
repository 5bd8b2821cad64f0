"""Options whose text is written somewhere."""

from __future__ import annotations

import click

from problems.texts import cleaned


def whole_text(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """A text that files can hold; bytes that are none are wrong usage, as is half a character."""
    if value is not None and cleaned(value) != value:
        raise click.BadParameter("this is no text in UTF-8", ctx, option)
    return value
