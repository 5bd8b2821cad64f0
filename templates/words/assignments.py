"""Why rows of a class list cannot be used, and whose work something is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "file_unreadable": "cannot be read: {why}",
        "no_student_column": "no column 'student' (found {columns}); the first line names the "
        "columns",
        "no_student_column_nor_any": "no column 'student' (found none); the first line names the "
        "columns",
        "no_students": "no students; write one row for each below the header",
        "cell_too_long": "has more than {most} characters",
        "student_missing": "the student id is empty",
        "student_too_long": "the student id has more than {most} characters",
        "student_unseen_characters": "the student id holds a line break or a control character",
        "student_twice": "{student:quoted} stands in row {row} already",
    }
)
