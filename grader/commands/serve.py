"""bpgrade serve: the service in the browser."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  bpgrade serve                                  http://127.0.0.1:8000, data in bpgrade-data/
  bpgrade serve --data /srv/bpgrade --port 8080 --url https://bpgrade.example.org
  bpgrade serve --database-url postgres://bpgrade:secret@localhost/bpgrade
"""


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bpgrade-data"),
    show_default=True,
    help="Folder of the database and the secret key.",
)
"""Of all commands about a service."""
database_option = click.option(
    "--database-url",
    "database",
    envvar="BPGRADE_DATABASE",
    default="",
    help="postgres://USER:PASSWORD@HOST:PORT/NAME instead of SQLite in the data folder.",
)
"""Of all commands about a service."""


@click.command(epilog=EXAMPLES)
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@database_option
@click.option(
    "--url",
    envvar="BPGRADE_URL",
    default="",
    help="Public address, where a web server with TLS stands before it.",
)
@click.option(
    "--proxy",
    envvar="BPGRADE_PROXY",
    default=None,
    help="Address of that web server, whose X-Forwarded-For and -Proto are believed. "
    "[default: 127.0.0.1 with --url, else none]",
)
def serve(data: Path, host: str, port: int, database: str, url: str, proxy: str | None) -> None:
    """Serve students and teachers in the browser.

    The first start makes the database and the teacher's account and prints a link, good for
    one use, to set the password with. Later starts bring the database up to date and serve.
    """
    from grader.web import server, start

    start.configure(data, database, url)
    if proxy is None:
        proxy = "127.0.0.1" if url else ""
    listening = server.Server(host, port, proxy)  # before anything is changed: is it free?
    start.prepare()
    link = start.first_link()
    place = url.rstrip("/") or f"http://{_written(host)}:{listening.port}"
    if not server.loopback(host) and not url:
        click.echo(
            f"WARNING: {host} can be reached from outside, and nothing is encrypted: passwords "
            "and answers can be read on the way.\n  Put a web server with TLS before it and give "
            "its address with --url (docs/service-admin.md).",
            err=True,
        )
    if link:
        click.echo(
            f"Set the teacher's password here (this link works once):\n  {place}/link/{link}/"
        )
    click.echo(f"bpgrade serves {place}, data in {data}; end it with Ctrl-C")
    server.serve(listening)


def _written(host: str) -> str:
    """As it stands in an address: any address of this machine is also the loopback's."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
