"""bpgrade canvas login: keep a token where no command line shows it."""

from __future__ import annotations

import click

from grader.commands.token_storage import file_option, keep

EXAMPLES = """\b
Examples:
  bpgrade canvas login https://canvas.example
  bpgrade canvas login https://canvas.example --forget
"""


@click.command(epilog=EXAMPLES)
@click.argument("url")
@file_option()
@click.option("--forget", is_flag=True, help="Remove the token.")
@click.option("--insecure-http", "insecure", is_flag=True, help="Allow http.")
def login(url: str, in_file: bool, forget: bool, insecure: bool) -> None:
    """Ask for a token, hidden, and keep it in the system's keyring.

    Where there is none, it is offered to keep it in a file that only you can read (--file).

    In Canvas a token is made under Account, Settings, New access token.
    """
    from grader.lms import tokens
    from grader.lms.canvas import address

    where = address.read(url, insecure)
    if forget:
        gone = tokens.forget("canvas", where.host)
        click.echo(f"{where.host}: {'forgotten' if gone else 'no token was stored'}")
        return
    token = tokens.Token(click.prompt("Token", hide_input=True, err=True))
    keep("canvas", where.host, token, in_file)
