"""bpgrade lti invite, platforms, add, allow, remove: who may open the service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.serve import data_option, database_option
from grader.commands.text_options import whole_text
from grader.support.terminal import table

if TYPE_CHECKING:
    from grader.web.lti.models import Platform

url_option = click.option(
    "--url", envvar="BPGRADE_URL", required=True, help="Public address of the service."
)
"""Of commands that print or check addresses of ours."""
internal_option = click.option(
    "--internal",
    is_flag=True,
    help="The platform is in our own network: its addresses may be private, and http.",
)
"""Of commands that register."""


def _configure(data: Path, database: str, url: str = "") -> None:
    from grader.web import start

    start.configure_existing(data, database, url)


def _platform(number: int) -> Platform:
    from grader.errors import ServiceError
    from grader.web.lti.models import Platform

    found = Platform.objects.filter(pk=number).first()
    if found is None:
        raise ServiceError(f"there is no platform {number}; see them with: bpgrade lti platforms")
    return found


INVITE = """\b
Example:
  bpgrade lti invite --data /srv/bpgrade --url https://bpgrade.example.org
"""


@click.command(epilog=INVITE)
@data_option
@database_option
@url_option
@internal_option
def invite(data: Path, database: str, url: str, internal: bool) -> None:
    """Print an address by which one platform can register itself within a week.

    Its administrator pastes it: in Moodle below Site administration, Plugins, External tool,
    Manage tools, "Tool URL"; in Canvas below Developer keys, LTI registration.
    """
    _configure(data, database, url)
    from grader.web.lti import registration

    click.echo(registration.invite(internal=internal))
    click.echo(f"Good for one platform and {registration.DAYS} days.", err=True)


@click.command(epilog="Example: bpgrade lti platforms --data /srv/bpgrade")
@data_option
@database_option
def platforms(data: Path, database: str) -> None:
    """List the platforms, where they installed us, and grades that wait for them."""
    _configure(data, database)
    from grader.web.lti.models import Outgoing, Platform, Sending

    rows = []
    for one in Platform.objects.order_by("pk").prefetch_related("deployments"):
        places = ", ".join(place.ident for place in one.deployments.all())
        waiting = Outgoing.objects.filter(
            placement__context__platform=one, state=Sending.WAITING
        ).count()
        state = "on" if one.active else "off"
        rows.append([str(one.pk), one.name, one.client_id, places or "none", state, str(waiting)])
    if not rows:
        click.echo("No platform yet. Register one with: bpgrade lti invite")
        return
    header = ["", "name", "client", "deployments", "state", "grades waiting"]
    click.echo(table(header, rows, right=[0, 5]))


ADD = """\b
Example, with what Moodle shows as "tool configuration details":
  bpgrade lti add --data /srv/bpgrade --issuer https://moodle.example \\
    --client-id ffm6zFyGSm0V5Qs --deployment 6 \\
    --auth-url https://moodle.example/mod/lti/auth.php \\
    --token-url https://moodle.example/mod/lti/token.php \\
    --keys-url https://moodle.example/mod/lti/certs.php
"""


@click.command(epilog=ADD)
@data_option
@database_option
@click.option("--issuer", required=True, help="Platform id: the site's address.")
@click.option("--client-id", "client", required=True, help="What the platform calls us.")
@click.option(
    "--deployment", "deployments", multiple=True, required=True, help="May be given repeatedly."
)
@click.option("--auth-url", required=True, help="Authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--keys-url", required=True, help="Public keyset URL.")
@click.option("--audience", default="", help="Of token requests, where it is not the token URL.")
@click.option("--name", default="", callback=whole_text, help="As people see it.")
@internal_option
def add(
    data: Path,
    database: str,
    issuer: str,
    client: str,
    deployments: tuple[str, ...],
    auth_url: str,
    token_url: str,
    keys_url: str,
    audience: str,
    name: str,
    internal: bool,
) -> None:
    """Register a platform by hand, or change what is known of one."""
    _configure(data, database)
    from grader.errors import ServiceError
    from grader.web.lti.embedding import origin_of
    from grader.web.lti.registration import Addresses, enter

    for option, value in (("auth", auth_url), ("token", token_url), ("keys", keys_url)):
        if not origin_of(value):
            raise ServiceError(f"--{option}-url: {value!r} is no web address")
    addresses = Addresses(issuer, auth_url, token_url, keys_url, audience=audience)
    made = enter(addresses, client, list(deployments), internal, name)
    click.echo(f"Platform {made.pk}, {made.name}, is registered.")


@click.command(epilog="Example: bpgrade lti allow 1 7 --data /srv/bpgrade")
@click.argument("platform", type=int)
@click.argument("deployment")
@data_option
@database_option
def allow(platform: int, deployment: str, data: Path, database: str) -> None:
    """Let in launches of one more DEPLOYMENT of PLATFORM (a number of `lti platforms`)."""
    _configure(data, database)
    from grader.web.lti import registration

    found = _platform(platform)
    registration.allow(found, deployment)
    click.echo(f"Launches of deployment {deployment} of {found.name} are let in.")


@click.command(epilog="Example: bpgrade lti remove 1 --data /srv/bpgrade")
@click.argument("platform", type=int)
@data_option
@database_option
@click.confirmation_option(
    prompt="Its links, and grades on their way to it, are lost; courses and work stay. Go on?"
)
def remove(platform: int, data: Path, database: str) -> None:
    """End the registration of PLATFORM (a number of `lti platforms`)."""
    _configure(data, database)
    from grader.web.assignments import note

    found = _platform(platform)
    name = found.name
    note(None, None, "platform.removed", name)
    found.delete()
    click.echo(f"{name} is no longer registered.")
