"""The lines of a large file by number, read when they are asked for."""

from __future__ import annotations

import mmap
import os
import re
from array import array
from pathlib import Path


class Lines:
    """The lines of a file; blank ones do not count.

    The file is mapped, not read: what is in memory of a line is where it begins and ends.

    Raises:
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            empty = not os.fstat(stream.fileno()).st_size
            self._data = b"" if empty else mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._starts = array("Q")
        self._ends = array("Q")
        start, size = 0, len(self._data)
        while start < size:
            end = self._data.find(b"\n", start)
            end = size if end < 0 else end
            if self._data[start : min(end, start + 80)].strip() or self._data[start:end].strip():
                self._starts.append(start)
                self._ends.append(end)
            start = end + 1

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> bytes:
        return self._data[self._starts[number] : self._ends[number]]

    def match(self, of: re.Pattern[bytes], number: int) -> re.Match[bytes] | None:
        """A pattern at the beginning of a line, without reading the rest of it."""
        return of.match(self._data, self._starts[number], self._ends[number])
