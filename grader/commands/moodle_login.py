"""bpgrade moodle login: keep a token where no command line shows it."""

from __future__ import annotations

import click

from grader.commands.token_storage import file_option, keep

EXAMPLES = """\b
Examples:
  bpgrade moodle login https://lms.example
  bpgrade moodle login https://lms.example --user teacher --service bpgrade
  bpgrade moodle login https://lms.example --forget
"""


@click.command(epilog=EXAMPLES)
@click.argument("url")
@click.option("--user", metavar="NAME", help="Get a token with this user's password.")
@click.option(
    "--service",
    default="bpgrade",
    show_default=True,
    metavar="NAME",
    help="Short name of the web service, with --user.",
)
@file_option()
@click.option("--forget", is_flag=True, help="Remove the token.")
@click.option("--insecure-http", "insecure", is_flag=True, help="Allow http.")
def login(
    url: str, user: str | None, service: str, in_file: bool, forget: bool, insecure: bool
) -> None:
    """Ask for a token, hidden, and keep it in the system's keyring.

    Where there is none, it is offered to keep it in a file that only you can read (--file).

    In Moodle a token stands under Preferences, Security keys. With --user the password is
    asked for instead, and Moodle gives a token for it; the password is not kept.
    """
    from grader.lms import tokens
    from grader.lms.moodle import address

    where = address.read(url, insecure)
    if forget:
        gone = tokens.forget("moodle", where.host)
        click.echo(f"{where.host}: {'forgotten' if gone else 'no token was stored'}")
        return
    if user is None:
        token = tokens.Token(click.prompt("Token", hide_input=True, err=True))
    else:
        from grader.lms.moodle import api

        password = tokens.Token(click.prompt(f"Password of {user}", hide_input=True, err=True))
        token = api.login(url, user, password, service, insecure)
    keep("moodle", where.host, token, in_file)
