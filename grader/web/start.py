"""Start-up: environment, database, the first teacher."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import ServiceError

FIRST = "teacher"
"""Name of the account that the first start makes."""


def configure(data: Path, database: str = "", url: str = "") -> None:
    """Set Django up; once in a process, before anything else of the service is imported.

    Raises:
        ServiceError: the data folder cannot be written, or the database address is none.
    """
    os.environ["BPGRADE_DATA"] = str(data)
    os.environ["BPGRADE_DATABASE"] = database
    os.environ["BPGRADE_URL"] = url.rstrip("/")
    os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
    import django

    try:
        django.setup()
    except OSError as error:
        raise ServiceError(f"{data} cannot be written: {error.strerror}") from None


def prepare() -> None:
    """Bring the database to the present form.

    Raises:
        ServiceError: it does not answer, or a migration failed.
    """
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        first = str(error).strip().split("\n", 1)[0]
        raise ServiceError(f"the database cannot be used: {first}") from None


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
