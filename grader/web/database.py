"""Which database, and the settings with which what is acknowledged stays stored."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
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
SQLITE_MUST = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
"""synchronous 2 is FULL."""
POSTGRES_MUST = {"synchronous_commit": ("on", "remote_apply"), "fsync": ("on",)}
NETWORKED = ("nfs", "cifs", "smb", "afs", "fuse.sshfs", "ceph", "glusterfs", "lustre", "beegfs")
"""Beginnings of the names of file systems on which SQLite's locks cannot be relied on."""
LEAST_FREE = 50_000_000
"""Bytes on the disk below which nothing is taken any more."""


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
        return sqlite_at(data / FILE)
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
        "OPTIONS": {"options": "-c synchronous_commit=on", "connect_timeout": 5},
    }


def sqlite_at(path: Path) -> dict[str, Any]:
    """Django's description of an SQLite file.

    Each thread keeps its connection: with the last one to close, SQLite would empty its log.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": SQLITE,
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
        },
    }


# what must hold ----------------------------------------------------------------------------


def check_connection(sender: object, connection: Any, **others: Any) -> None:
    """Refuse a connection on which an acknowledgement would be worth nothing.

    Called for each new one, before anything is asked of it.

    Raises:
        OperationalError: a setting is not what it must be; the message says which.
    """
    from django.db import OperationalError

    wrong = [
        f"{name} is {found}, must be {must}"
        for name, found, must, good in durability(connection)
        if not good
    ]
    if wrong:
        connection.close()
        raise OperationalError(f"not safe to store anything: {'; '.join(wrong)}")


def durability(connection: Any) -> list[tuple[str, str, str, bool]]:
    """(setting, what it is, what it must be, whether it is) of an open connection."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            if connection.is_in_memory_db():
                return []  # tests: nothing is meant to stay
            found = {}
            for name in SQLITE_MUST:
                cursor.execute(f"PRAGMA {name}")
                found[name] = str(cursor.fetchone()[0])
            return [(name, found[name], must, found[name] == must) for name, must in _sqlite()]
        rows = []
        for name, musts in POSTGRES_MUST.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            value = str(cursor.fetchone()[0])
            rows.append((name, value, " or ".join(musts), value in musts))
        return rows


def _sqlite() -> list[tuple[str, str]]:
    return list(SQLITE_MUST.items())


def refuse_networked(path: Path) -> None:
    """SQLite's locks cannot be relied on over a network.

    Raises:
        ServiceError: the folder lies on a network file system.
    """
    kind = file_system(path)
    if kind.startswith(NETWORKED):
        raise ServiceError(
            f"{path} lies on a network file system ({kind}), where SQLite may lose what it "
            "stored; choose a local --data, or PostgreSQL with --database-url"
        )


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system that a path lies on, such as `ext4`; '' where it is not known."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    place, found = path.resolve(), ("", "")
    for line in lines:
        words = line.split(" ")
        point = words[1].replace("\\040", " ") if len(words) > 2 else ""
        if point and place.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, words[2])
    return found[1]


def free_bytes(path: Path) -> int:
    """Room on the disk of a folder that may not be there yet."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def copied(source: Path, to: Path) -> None:
    """Copy an SQLite database that may be in use; the copy is whole or not there.

    Raises:
        ServiceError: it cannot be read or written.
    """
    aside = to.with_name(f".{to.name}.part")
    aside.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as old,
            closing(sqlite3.connect(aside)) as new,
        ):
            old.backup(new)
        aside.chmod(0o600)
        with aside.open("rb") as stream:
            os.fsync(stream.fileno())
        aside.replace(to)
    except (sqlite3.Error, OSError) as error:
        aside.unlink(missing_ok=True)
        raise ServiceError(f"{source} cannot be copied to {to}: {error}") from None
