"""Rows that name nobody: they go on with the row above, as where cells were merged.

A block is a row with an exercise (or a student) and rows without any below it. In a table that
names them in every row, one that names nobody has lost something and is nobody's: so a row that
says the same as the one above it begins no block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.read.tables.table import Row
from problems.reasons import because

IDS = ("exercise", "student")
CONTINUED = because("rows_continued")


class Blocks:
    """The rows of a table, each with its exercise and student.

    Args:
        rows: as they are written; they can be gone through again.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.continued = 0
        """The first row that goes on with the one above; 0 for none so far."""

    def __iter__(self) -> Iterator[Row]:
        head, above = ("", ""), ("", "")
        for row in self._rows:
            own = _ids(row)
            if any(own):
                head = own if own != above else ("", "")
            elif any(head):
                self.continued = self.continued or row.line
                filled = {
                    name: id for name, id in zip(IDS, head, strict=True) if name in row.cells
                }
                row = replace(row, cells={**row.cells, **filled})
            above = own
            yield row


def _ids(row: Row) -> tuple[str, str]:
    exercise, student = (row.cells.get(name, "").strip() for name in IDS)
    return exercise, student
