"""Nothing half-written: files and folders are made beside their place and then renamed.

A folder that takes long to make is `grader.assignments.resumable`.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import AssignmentError, reason_of


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: it cannot be written; what stood there before is untouched.
    """
    write_pieces(path, [data])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for what is too large to be in memory at once."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("xb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def take_place(aside: Path, target: Path) -> None:
    """Give a folder its name; what stood there goes when the new one stands."""
    if not target.exists():
        aside.rename(target)
        return
    old = target.with_name(f".{target.name}.old-{secrets.token_hex(4)}")
    target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def is_empty(folder: Path) -> bool:
    """Whether it is a folder with nothing in it."""
    return folder.is_dir() and not any(folder.iterdir())


@contextmanager
def new_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """A folder to fill; it takes its name when the block ends without an error.

    Args:
        target: where it shall stand.
        replace: whether a folder that stands there may be replaced, at the very end.

    Raises:
        AssignmentError: something stands there already, or it cannot be written.
    """
    if target.exists() and not replace and not is_empty(target):
        raise AssignmentError(
            f"{target} exists already; choose another --out, or --force to replace it"
        )
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from None
    try:
        yield aside
        take_place(aside, target)
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
