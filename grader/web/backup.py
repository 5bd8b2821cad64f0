"""A copy of everything that is stored, in one file that either kind of database can take.

A ZIP archive: `backup.json` says what is in it, and each table is a file of JSON lines. It is
made from one moment of the database while the service goes on, and is the same for SQLite and
PostgreSQL, so that restoring it elsewhere is also how to move. PostgreSQL's own pg_dump could
not do that, and would have to be there in the right version.

Sessions and long work are left out, and so are the keys that sign them and our part of LTI:
whoever finds a backup cannot log in with it, nor send grades. After restoring into a new folder
everybody logs in again; passwords, personal links and tokens go on working, as they do not
depend on the key, and learning platforms fetch our new one by themselves.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections, models, transaction

from grader import __version__
from grader.errors import ServiceError
from grader.web.database import FILE, copied, sqlite_at
from grader.web.jobs.models import Job
from grader.web.mending import Mended, set_apart
from problems.texts import REPLACED, cleaned_tree

log = logging.getLogger("bpgrade.start")
FORMAT = 1
ABOUT = "backup.json"
LEFT_OUT = {"sessions.Session", "bpgrade.Login", "bpgrade.ToolKey", "bpgrade.Job"}
MIGRATIONS = "bpgrade"
"""The application whose migrations say which form the tables have."""
ROWS = 500
"""Written to the database at once."""


@dataclass(frozen=True)
class Contents:
    """What a backup says about itself."""

    version: str
    """Of the bpgrade that made it."""
    made: str
    database: str
    """`sqlite` or `postgresql`: where it came from."""
    migration: str
    """The last one of ours that had been made."""
    tables: dict[str, dict[str, Any]]
    """Model -> `rows` and `sha256` of its file; `mended`: rows with text that none may hold."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())

    @property
    def mended(self) -> int:
        """Rows that held what no file and not every database can, and hold U+FFFD instead."""
        return sum(int(table.get("mended", 0)) for table in self.tables.values())

    def count(self, model: str) -> int:
        """Rows of a model such as `bpgrade.Submission`."""
        return int(self.tables.get(model, {"rows": 0})["rows"])


def kept_models() -> list[type[models.Model]]:
    """Everything that is copied, the tables between two others included."""
    found = apps.get_models(include_auto_created=True)
    return [one for one in found if one._meta.managed and one._meta.label not in LEFT_OUT]


# making one ----------------------------------------------------------------------------------


def write(to: Path) -> Contents:
    """Write a backup; the file is whole or not there.

    Raises:
        ServiceError: the database cannot be read, or the file not written.
    """
    aside = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as stream:
            with one_moment() as alias:
                contents = _written(stream, alias)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(to)
    except (DatabaseError, OSError) as error:
        aside.unlink(missing_ok=True)
        raise ServiceError(f"no backup was made: {error}") from None
    return contents


@contextmanager
def one_moment() -> Iterator[str]:
    """The name of a database that does not change while it is read.

    SQLite is copied first: a long reader would keep its log from being emptied.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield "default"
        return
    with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".backup-") as folder:
        copy = Path(folder) / FILE
        copied(settings.DATA / FILE, copy)
        connections.databases["copy"] = {**connections.databases["default"], **sqlite_at(copy)}
        try:
            yield "copy"
        finally:
            connections["copy"].close()
            del connections["copy"]
            del connections.databases["copy"]


def _written(stream: IO[bytes], alias: str) -> Contents:
    tables = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for model in kept_models():
            tables[model._meta.label] = _table(archive, model, alias)
        contents = Contents(
            version=__version__,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            database=connections[alias].vendor,
            migration=last_migration(alias),
            tables=tables,
        )
        about = {"format": FORMAT, **vars(contents)}
        archive.writestr(ABOUT, json.dumps(about, indent=1) + "\n")
    return contents


def _table(archive: zipfile.ZipFile, model: type[models.Model], alias: str) -> dict[str, Any]:
    digest, rows, mended = hashlib.sha256(), 0, 0
    found = model._base_manager.using(alias).order_by("pk")
    with archive.open(member_of(model._meta.label), "w", force_zip64=True) as member:
        for one in found.iterator(chunk_size=ROWS):
            row = as_row(one)
            kept = cleaned_tree(row)
            line = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            digest.update(line)
            member.write(line)
            rows += 1
            mended += kept != row
    return {"rows": rows, "sha256": digest.hexdigest()} | ({"mended": mended} if mended else {})


def member_of(label: str) -> str:
    """The file of a model in the archive."""
    return f"tables/{label}.jsonl"


def as_row(one: models.Model) -> dict[str, Any]:
    """A row as JSON; nothing is rounded."""
    return {
        field.attname: _plain(getattr(one, field.attname)) for field in one._meta.concrete_fields
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def from_row(model: type[models.Model], row: dict[str, Any]) -> models.Model:
    """A row of JSON as an object; what later versions added gets its default."""
    values = {}
    for field in model._meta.concrete_fields:
        if field.attname in row:
            values[field.attname] = _typed(field, row[field.attname])
    return model(**values)


def _typed(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return value


def fitting(model: type[models.Model], row: dict[str, Any]) -> dict[str, Any]:
    """A row whose texts are no longer than their columns, as SQLite never asked."""
    found = dict(row)
    for field in model._meta.concrete_fields:
        text, most = found.get(field.attname), field.max_length
        if most and isinstance(text, str) and len(text) > most:
            found[field.attname] = text[:most]
    return found


def last_migration(alias: str = "default") -> str:
    """The last of our migrations that was made; '' for an empty database."""
    from django.db.migrations.recorder import MigrationRecorder

    made = MigrationRecorder(connections[alias]).applied_migrations()
    return max((name for app, name in made if app == MIGRATIONS), default="")


# taking one back -----------------------------------------------------------------------------


def checked(path: Path) -> Contents:
    """What is in a backup, with every checksum compared.

    Raises:
        ServiceError: it is none, is damaged, or was made by a later bpgrade.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            contents = _contents(archive, path)
            for label, table in contents.tables.items():
                if _digest(archive, member_of(label)) != table["sha256"]:
                    raise ServiceError(f"{path} is damaged: {label} is not what was written")
    except (OSError, zipfile.BadZipFile, KeyError, EOFError, ValueError, TypeError) as error:
        raise ServiceError(f"{path} is no backup, or damaged: {error}") from None
    return contents


def _contents(archive: zipfile.ZipFile, path: Path) -> Contents:
    about = json.loads(archive.read(ABOUT))
    if about.pop("format") != FORMAT:
        raise ServiceError(f"{path} has a format that is not known here: upgrade bpgrade")
    known = {one._meta.label for one in kept_models()}
    contents = Contents(**about)
    later = sorted(set(contents.tables) - known)
    if later or contents.migration > last_known_migration():
        raise ServiceError(f"{path} was made by bpgrade {contents.version}: upgrade this one")
    return contents


def last_known_migration() -> str:
    """The last of our migrations that this version has."""
    from django.db.migrations.loader import MigrationLoader

    nodes = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    return max(str(name) for app, name in nodes if app == MIGRATIONS)


def _digest(archive: zipfile.ZipFile, member: str) -> str:
    digest = hashlib.sha256()
    with archive.open(member) as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def empty() -> bool:
    """Whether nobody uses the database yet."""
    from django.contrib.auth import get_user_model

    return not get_user_model()._base_manager.exists()


def restore(path: Path, contents: Contents) -> Mended:
    """Put everything of a backup in the place of everything that is there, or change nothing.

    Returns:
        What had to be stored cleaned, cut or under another name.

    Raises:
        ServiceError: the database refuses something.
    """
    mended = Mended()
    try:
        with transaction.atomic(), zipfile.ZipFile(path) as archive:
            _delete(Job)  # what is being made belongs to what was there
            for model in reversed(kept_models()):
                _delete(model)
            for model in kept_models():
                if model._meta.label in contents.tables:
                    _load(archive, model, mended)
            _count_on()
    except DatabaseError as error:
        first = str(error).strip().split("\n", 1)[0]
        raise ServiceError(f"nothing was restored: {first}") from None
    if mended.rows or mended.renamed:
        about = {"rows": mended.rows, "renamed": mended.renamed}
        log.warning("texts mended", extra={"bpgrade": about})
    return mended


def _delete(model: type[models.Model]) -> None:
    """All rows, without asking what hangs on them: those tables are emptied too."""
    found = model._base_manager.all()
    found._raw_delete(found.db)


def _load(archive: zipfile.ZipFile, model: type[models.Model], mended: Mended) -> None:
    """Store a table's rows, those with odd texts last: they give way where names clash.

    In some backups such texts were cleaned when they were made.
    """
    odd: list[tuple[dict[str, Any], dict[str, Any]]] = []
    with archive.open(member_of(model._meta.label)) as stream:
        for rows in _by(ROWS, io.TextIOWrapper(stream, "utf-8", newline="\n")):
            read = [json.loads(row) for row in rows]
            pairs = [(row, fitting(model, cleaned_tree(row))) for row in read]
            late = [
                row != kept or REPLACED in line
                for line, (row, kept) in zip(rows, pairs, strict=True)
            ]
            odd += compress(pairs, late)
            good = compress(pairs, (not one for one in late))
            model._base_manager.bulk_create([from_row(model, kept) for _, kept in good])
    for row, kept in odd:
        mended.rows += row != kept
        mended.renamed += set_apart(model, row, kept)
        model._base_manager.bulk_create([from_row(model, kept)])


def _by(size: int, lines: Iterable[str]) -> Iterator[list[str]]:
    found: list[str] = []
    for line in lines:
        found.append(line)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


def _count_on() -> None:
    """Have new rows numbered after those that were put in with their numbers."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(sql)
