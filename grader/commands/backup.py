"""bpgrade backup: everything that the service stores, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.serve import data_option, database_option

EXAMPLES = """\b
Examples:
  bpgrade backup --data /srv/bpgrade /backup/bpgrade-$(date +%F).zip
  bpgrade backup --database-url postgres://bpgrade:secret@localhost/bpgrade monday.zip

Not in it: sessions and secret.key, which signs them.
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
@database_option
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def backup(file: Path, data: Path, database: str, force: bool) -> None:
    """Copy everything that is stored into FILE, while the service goes on.

    The copy is of one moment. Both kinds of database give the same kind of file: restoring it
    into the other one is how to move.
    """
    from grader.errors import ServiceError
    from grader.web import start

    if file.exists() and not force:
        raise ServiceError(f"{file} is there already; choose another name, or give --force")
    start.configure_existing(data, database)
    from grader.web.backup import write

    contents = write(file)
    click.echo(f"{file}: {told(contents)}, {file.stat().st_size:,} bytes")
    say_mended(contents.mended)


def say_mended(rows: int) -> None:
    """That some rows are not as they were, and why."""
    if rows:
        what = "row was" if rows == 1 else "rows were"
        click.echo(
            f"note: {rows:,} {what} mended: U+FFFD stands for NUL and half characters, which not "
            "every database can hold, and texts too long for their column are cut"
        )


def told(contents: object) -> str:
    """A backup in half a sentence."""
    from grader.web.backup import Contents

    assert isinstance(contents, Contents)
    names = {
        "course": "bpgrade.Course",
        "person": "auth.User",
        "exercise": "bpgrade.Task",
        "submission": "bpgrade.Submission",
    }
    plurals = {"person": "people"}
    found = [(contents.count(label), name) for name, label in names.items()]
    return ", ".join(
        f"{n} {name if n == 1 else plurals.get(name, name + 's')}" for n, name in found
    )
