"""The key that signs sessions: made once, readable by the service alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE = "secret.key"
SHORTEST = 32
"""Characters."""
FEWEST = 10
"""Different ones among them: a cut of the power may leave a file of NULs or spaces."""


def secret_key(data: Path) -> str:
    """The key of a data folder; made if there is none, also by several at once.

    With a new key everybody logs in again; with an empty one anybody could sign a session.

    Raises:
        OSError: the folder cannot be written.
    """
    path = data / FILE
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() or not is_key(path.read_bytes()):
        aside = data / f".{FILE}.{secrets.token_hex(4)}"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():  # no key: cut off, emptied, or overwritten
            os.replace(aside, path)
        else:
            with suppress(FileExistsError):  # of several that start at once the first one counts
                os.link(aside, path)
            aside.unlink()
    return path.read_text("ascii")


def is_key(found: bytes) -> bool:
    """Whether something can be a key, of our making or somebody else's.

    >>> is_key(secrets.token_urlsafe(48).encode()), is_key(bytes(64)), is_key(b"\\xff" * 64)
    (True, False, False)
    """
    text = found.strip()
    visible = all(0x21 <= byte <= 0x7E for byte in text)
    return visible and len(text) >= SHORTEST and len(set(text)) >= FEWEST
