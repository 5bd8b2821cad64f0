"""bpgrade restore: a service from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.backup import say_mended, told
from grader.commands.serve import data_option, database_option
from problems.texts import shown_line

EXAMPLES = """\b
Examples:
  bpgrade restore monday.zip --data /srv/bpgrade-new
  bpgrade restore monday.zip --database-url postgres://bpgrade:secret@localhost/bpgrade
  bpgrade restore monday.zip --check                           only say what is in it
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
@database_option
@click.option("--check", is_flag=True, help="Compare the checksums and say what is in it.")
@click.option("--force", is_flag=True, help="Replace a database that is in use; ends its data.")
def restore(file: Path, data: Path, database: str, check: bool, force: bool) -> None:
    """Put everything of a backup into a new, empty database.

    All of it arrives or nothing does. With --force it takes the place of what is there, which
    SQLite is copied beside first; end the service before that.
    """
    from grader.errors import ServiceError
    from grader.web import start

    start.configure(data, database, makes=not check)
    from grader.web import backup

    contents = backup.checked(file)
    origin = f"made {contents.made} by bpgrade {contents.version} from {contents.database}"
    click.echo(f"{file}: {told(contents)}; {origin}; all checksums fit")
    if check:
        return
    start.prepare()
    if not backup.empty():
        if not force:
            where = "the database" if database else data
            raise ServiceError(f"{where} is in use; choose another one, or give --force")
        if not database:
            click.echo(f"kept what was there: {start.keep_copy('restore')}")
    mended = backup.restore(file, contents)
    say_mended(mended.rows)
    for one in mended.renamed:
        click.echo(f"note: {shown_line(one)}")
    start.complete()
    click.echo(f"restored into {'the database' if database else data}; now run bpgrade serve")
