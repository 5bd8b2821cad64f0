"""ZIP archives that are the same bytes every time, and identifiers that XML allows in them."""

from __future__ import annotations

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

THEN = (1980, 1, 1, 0, 0, 0)
"""The date of every member."""


class Package:
    """An archive that is being filled."""

    def __init__(self) -> None:
        self._stream = io.BytesIO()
        self._archive = ZipFile(self._stream, "w")

    def add(self, path: str, data: bytes | str, runs: bool = False) -> None:
        """A file.

        Args:
            path: within the archive.
            data: the content; text as UTF-8.
            runs: whether it is a program.
        """
        member = ZipInfo(path, THEN)
        member.compress_type = ZIP_DEFLATED
        member.create_system = 3  # Unix, whatever it is made on: else the next line says nothing
        member.external_attr = (0o100755 if runs else 0o100644) << 16
        self._archive.writestr(member, data.encode() if isinstance(data, str) else data)

    def finished(self) -> bytes:
        """The archive's bytes; nothing can be added any more."""
        self._archive.close()
        return self._stream.getvalue()


def identifier(prefix: str, name: str) -> str:
    """An XML name made of any text; different texts may make the same one.

    >>> identifier("item", "mazur-1 ü")
    'item-mazur-1__'
    """
    return f"{prefix}-{re.sub('[^A-Za-z0-9_.-]', '_', name)}"
