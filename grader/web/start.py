"""Start-up: environment, database, the first teacher."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import ServiceError, reason_of
from grader.support.extras import require

FIRST = "teacher"
"""Name of the account that the first start makes."""
LOCK = 7_271_983
"""PostgreSQL's lock for migrations: any number that nothing else uses."""

log = logging.getLogger("bpgrade.start")


def configure(data: Path, database: str = "", url: str = "", makes: bool = True) -> None:
    """Set Django up; once in a process, before anything else of the service is imported.

    Args:
        data: the data folder.
        database: address of a PostgreSQL, or '' for SQLite in the folder.
        url: public address.
        makes: whether the folder and its key are made where they are missing.

    Raises:
        MissingExtra: what the service needs is not installed.
        ServiceError: the data folder cannot be written, or the database address is none.
    """
    require("serve")
    os.environ["BPGRADE_DATA"] = str(data)
    os.environ["BPGRADE_MAKES"] = "1" if makes else ""
    os.environ["BPGRADE_DATABASE"] = database
    os.environ["BPGRADE_URL"] = url.rstrip("/")
    os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
    import django

    os.umask(0o077)  # what is made here is for the service alone
    try:
        django.setup()
    except OSError as error:
        raise ServiceError(f"{data} cannot be written: {reason_of(error)}") from None


def configure_existing(data: Path, database: str = "", url: str = "") -> None:
    """Set Django up for a service that must be there already, and change nothing.

    Raises:
        MissingExtra: what the service needs is not installed.
        ServiceError: there is none.
    """
    require("serve")
    from grader.web.database import FILE

    if not database and not (data / FILE).is_file():
        raise ServiceError(f"there is no {FILE} in {data}; give the service's --data")
    configure(data, database, url, makes=False)


def prepare() -> None:
    """Bring the database to the present form, in one transaction: all of it or nothing.

    Where something changes, an SQLite database is copied first.

    Raises:
        ServiceError: it does not answer, is not safe to store in, or a migration failed.
    """
    from django.conf import settings
    from django.db import DatabaseError, connection

    from grader.web.database import free_bytes, refuse_networked

    if connection.vendor == "sqlite":
        refuse_networked(settings.DATA)
        if free_bytes(settings.DATA) < settings.LEAST_FREE:
            raise ServiceError(f"less than {settings.LEAST_FREE:,} bytes are free on the disk")
    try:
        connection.ensure_connection()
        pending, applied = _migrations()
        if pending and applied and connection.vendor == "sqlite":
            keep_copy(applied[-1])
        if pending:
            _migrate()
    except DatabaseError as error:
        first = str(error).strip().split("\n", 1)[0]
        raise ServiceError(f"the database cannot be used: {first}") from None


def _migrations() -> tuple[list[str], list[str]]:
    """Names of the migrations that are missing, and of ours that were made.

    Raises:
        ServiceError: a later bpgrade made some that are not known here.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    known, made = executor.loader.graph.nodes, executor.loader.applied_migrations
    later = sorted(name for app, name in set(made) - set(known) if app == "bpgrade")
    if later:
        raise ServiceError(
            f"the database is that of a later bpgrade ({later[-1]}): upgrade this one, or "
            "restore a backup"
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [one.name for one, _ in plan], sorted(name for app, name in made if app == "bpgrade")


def pending_migrations() -> list[str]:
    """Names of the migrations that the next start makes."""
    return _migrations()[0]


def keep_copy(what: str) -> Path:
    """Copy the SQLite database beside itself before something changes it."""
    from django.conf import settings

    from grader.web.database import FILE, copied

    copy: Path = settings.DATA / f"{FILE}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}-{what}"
    copied(settings.DATA / FILE, copy)
    log.info("copied", extra={"bpgrade": {"copy": copy.name}})
    return copy


def _migrate() -> None:
    """All migrations in one transaction.

    One by one Django would note some of them only after their own transaction, and whoever is
    cut off in between could never start again.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    connection.disable_constraint_checking()  # SQLite can do so only outside a transaction
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:  # several that start at once take turns
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.enable_constraint_checking()


def complete() -> None:
    """Add what Django itself keeps about models, after all tables were replaced."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def first_link() -> str | None:
    """The one-time link of the first teacher; None once somebody can log in.

    As long as nobody has set a password each start makes a new link, so a lost one does not
    lock anybody out.
    """
    from django.contrib.auth import get_user_model

    from grader.web.accounts import new_link, new_user

    users = get_user_model().objects.filter(is_staff=True)
    if any(user.has_usable_password() for user in users):
        return None
    user = users.first() or new_user(FIRST, staff=True)
    return new_link(user, once=True)
