"""Where a token goes after it was typed: the keyring, else a file that only its owner reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.lms.tokens import Token


def file_option() -> Callable[[Any], Any]:
    """`--file`, of both logins."""
    return click.option(
        "--file",
        "in_file",
        is_flag=True,
        help="Keep the token in a file that only you can read, where there is no keyring.",
    )


def keep(platform: str, host: str, token: Token, in_file: bool) -> None:
    """Store a token, and say where.

    Without a keyring the file is offered, so that a token which was got for a password is not
    lost.

    Raises:
        TokenError: it is kept nowhere; says how to keep it.
    """
    from grader.errors import TokenError
    from grader.lms import tokens

    if not in_file:
        try:
            tokens.store(platform, host, token)
        except TokenError as error:
            if not _agreed(f"{error}. Keep the token in {tokens.file_of(platform, host)}?"):
                raise TokenError(
                    f"the token was not stored: {error}; give 'bpgrade {platform} login' the "
                    f"option --file, or set {tokens.variable(platform)}"
                ) from None
        else:
            click.echo(f"{host}: the token is in the keyring")
            return
    path = tokens.store_in_file(platform, host, token)
    click.echo(f"{host}: the token is in {path}, which only you can read")


def _agreed(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort:  # nobody is there to answer
        click.echo(err=True)
        return False
