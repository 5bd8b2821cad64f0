"""Which database, and the settings with which what is acknowledged stays stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from grader.errors import ServiceError

FILE = "bpgrade.sqlite3"
BUSY_SECONDS = 5.0
SQLITE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA busy_timeout=5000;"
)
"""WAL lets readers read while one writes; FULL has the disk confirm each commit."""


def database_of(url: str, data: Path) -> dict[str, Any]:
    """Django's description of a database.

    Args:
        url: `postgres://user:password@host:port/name`, or '' for SQLite in the data folder.
        data: the data folder.

    Raises:
        ServiceError: no such kind of database.

    >>> database_of("postgres://me:p%40ss@db:5433/bp", Path("x"))["PASSWORD"]
    'p@ss'
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / FILE,
            "OPTIONS": {
                "init_command": SQLITE,
                "transaction_mode": "IMMEDIATE",
                "timeout": BUSY_SECONDS,
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ServiceError(
            f"{parts.scheme or url!r} is no database that is known; write "
            "postgres://user:password@host:5432/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c synchronous_commit=on"},
    }
