"""Where exports are written: whole or not at all, and never over something by accident."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.assignments.folder import Folder
from grader.errors import AssignmentError, reason_of
from grader.support.atomic_files import is_empty, new_folder, write_pieces

EXPORTS = "exports"
"""Folder within an assignment's; as secret as the keys."""


def place(folder: Folder, name: str, out: Path | None) -> Path:
    """Where the folder of an export goes if nobody says otherwise."""
    return out or folder.path / EXPORTS / name


def place_file(usual: Path, out: Path | None) -> Path:
    """Where a file goes.

    Args:
        usual: its place if nobody says otherwise.
        out: another place; in a folder that is there the file gets its usual name.
    """
    if out is None:
        return usual
    return out / usual.name if out.is_dir() else out


def write_one(target: Path, pieces: Iterable[bytes], force: bool) -> None:
    """A file.

    Raises:
        AssignmentError: it exists and may not be replaced, or it cannot be written.
    """
    if target.exists() and not (force and target.is_file()):
        raise AssignmentError(f"{target} exists already; choose another --out, or --force")
    made = [place for place in target.parents if not place.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_pieces(target, pieces)
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from None
    finally:
        for place in made:  # those that nothing came into
            if is_empty(place):
                place.rmdir()


def write_several(target: Path, files: Iterable[tuple[str, bytes]], force: bool) -> int:
    """A folder of files; all of them or none.

    Returns:
        How many.

    Raises:
        AssignmentError: as `write_one`.
    """
    if target.is_file():
        raise AssignmentError(
            f"{target} is a file; a folder is to be written, choose another --out"
        )
    count = 0
    with new_folder(target, replace=force) as aside:
        for name, data in files:
            (aside / name).write_bytes(data)
            count += 1
    return count
