"""Paths of files that a library opens by name."""

from __future__ import annotations

from pathlib import Path

from grader.errors import AssignmentError
from problems.texts import shown_path


def refuse_no_text(path: Path) -> None:
    """Refuse a path that is no text: tables of a whole class are opened by their names.

    Raises:
        AssignmentError: it holds bytes that are no UTF-8.
    """
    whole = str(path.resolve())
    if shown_path(whole) != whole:
        raise AssignmentError(
            f"{shown_path(whole)}: this name is no text in UTF-8, and what a class's tables are "
            "read and written with takes no other; rename the folder or file"
        )
