"""What matters about a service's set-up: how safely it stores, who may read it, how much room."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from grader.errors import ServiceError
from grader.web import start
from grader.web.database import (
    FILE,
    LEAST_FREE,
    NETWORKED,
    check_connection,
    durability,
    file_system,
    free_bytes,
)
from grader.web.secret import FILE as KEY

Finding = tuple[str, str, str]
"""What, its state, what to do ('' if nothing)."""
LITTLE = 10 * LEAST_FREE


def service_findings(data: Path | None, database: str, url: str) -> list[Finding]:
    """Everything about one service; nothing is changed or made."""
    found = [_address(url)]
    if data is not None:
        found += _folder(data)
    if data is not None and not database and not (data / FILE).exists():
        return [*found, ("database", "none yet", f"start it: bpgrade serve --data {data}")]
    try:
        start.configure(data or Path("bpgrade-data"), database, url, makes=False)
        return [*found, *_database()]
    except ServiceError as error:
        return [*found, ("database", "not usable", str(error))]


def _address(url: str) -> Finding:
    if not url:
        return "public address", "not given", ""
    safe = url.startswith("https://")
    return "public address", url, "" if safe else "passwords are not encrypted: use https"


def _folder(data: Path) -> list[Finding]:
    kind = file_system(data) or "unknown"
    networked = "choose a local folder, or PostgreSQL" if kind.startswith(NETWORKED) else ""
    free = free_bytes(data)
    room = f"make room: below {LEAST_FREE:,} nothing is taken" if free < LITTLE else ""
    return [
        ("data folder", str(data.resolve()), ""),
        ("file system", kind, networked),
        ("free on the disk", f"{free:,} bytes", room),
        *(_private(path) for path in (data, data / KEY, data / FILE) if path.exists()),
    ]


def _private(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    hidden = stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    advice = "" if hidden or mode & 0o077 == 0 else f"chmod go= {path}"
    return f"permissions of {path.name}", f"{mode:04o}", advice


def _database() -> list[Finding]:
    from django.db import DatabaseError, connection
    from django.db.backends.signals import connection_created

    # here what is wrong is told, not refused
    connection_created.disconnect(check_connection)
    try:
        connection.ensure_connection()
        found = [("database", f"{connection.vendor} {_version(connection)}", "")]
        found += [
            (name, value, "" if good else f"must be {must}")
            for name, value, must, good in durability(connection)
        ]
        pending = start.pending_migrations()
        state = f"{len(pending)} missing" if pending else "all made"
        found.append(("migrations", state, "the next start makes them" if pending else ""))
    except DatabaseError as error:
        first = str(error).strip().split("\n", 1)[0]
        return [("database", "does not answer", first)]
    finally:
        connection.close()
    return found


def _version(connection: Any) -> str:
    return ".".join(str(part) for part in connection.get_database_version())
