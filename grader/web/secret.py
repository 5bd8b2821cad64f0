"""The key that signs sessions: made once, readable by the service alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE = "secret.key"
SHORTEST = 32
"""Bytes."""


def secret_key(data: Path) -> str:
    """The key of a data folder; made if it is not there or empty, also by several at once.

    With a new key everybody logs in again; with an empty one anybody could sign a session.

    Raises:
        OSError: the folder cannot be written.
    """
    path = data / FILE
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() or len(path.read_bytes()) < SHORTEST:
        aside = data / f".{FILE}.{secrets.token_hex(4)}"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():  # too short to be a key: cut off, or emptied
            os.replace(aside, path)
        else:
            with suppress(FileExistsError):  # of several that start at once the first one counts
                os.link(aside, path)
            aside.unlink()
    return path.read_text("ascii")
