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


@click.command(epilog=EXAMPLES)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bpgrade-data"),
    show_default=True,
    help="Folder of the database and the secret key.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--database-url",
    "database",
    envvar="BPGRADE_DATABASE",
    default="",
    help="postgres://USER:PASSWORD@HOST:PORT/NAME instead of SQLite in the data folder.",
)
@click.option(
    "--url",
    envvar="BPGRADE_URL",
    default="",
    help="Public address, where a web server with TLS stands before it.",
)
def serve(data: Path, host: str, port: int, database: str, url: str) -> None:
    """Serve students and teachers in the browser.

    The first start makes the database and the teacher's account and prints a link, good for
    one use, to set the password with. Later starts bring the database up to date and serve.
    """
    from grader.web import start

    start.configure(data, database, url)
    start.prepare()
    link = start.first_link()
    place = url or f"http://{host}:{port}"
    if link:
        click.echo(
            f"Set the teacher's password here (this link works once):\n  {place}/link/{link}/"
        )
    click.echo(f"bpgrade serves {place}, data in {data}; end it with Ctrl-C")
    from grader.web.server import serve as answer

    answer(host, port)
