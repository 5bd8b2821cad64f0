"""What was handed in, wherever it lies: files, folders with all that is below, archives.

Files are looked at in the order of their names and read one at a time. Whatever is left out
is told: an archive's broken members as problems, an operating system's leavings as notes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignments.folder import META
from grader.assignments.matching import Owner
from grader.errors import Problem, SubmissionError, reason_of
from grader.read.archives.archive import LARGEST, Member, is_junk, members
from grader.read.download_names import (
    handed_in_at,
    is_contents,
    is_receipt,
    of_brightspace,
    of_platform,
    receipt_of,
)
from grader.read.file_kinds import named_as
from grader.read.files import TABLES, promised_kind
from grader.read.platforms.receipt import sender_in
from grader.read.tables.table import CLASS, UPLOAD, Limits, refusal
from problems.reasons import Reason, because
from problems.texts import shown_path

HANDED_OUT = ("worksheet.html", "worksheet.md")
"""Files of ours that nobody fills in."""
MOST_FILES = 100_000
_JUNK = because("left_behind")
_CONTENTS = because("list_of_contents")


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be read, or why it is not."""

    file: str
    """As messages call it: `hw1.zip/Ada_3_assignsubmission_file/answers.csv`."""
    start: Path
    """Where the search for the assignment's folder begins."""
    parts: tuple[str, ...]
    """Names of the folders below what was named, last the file's own."""
    data: bytes = b""
    limits: Limits = CLASS
    problem: Problem | None = None
    note: Problem | None = None
    path: Path | None = None
    """The file itself, where it lies on the disk."""
    owner: Owner | None = None
    """Who handed it in, where that is known from elsewhere than its place."""
    ahead: int = 0
    """How many of a table's first lines are ours, so that messages do not count them."""
    sent: str = ""
    """When it was handed in, as a platform has put it into its name: later is greater."""
    called: str = ""
    """The sender's name, where a receipt beside it says it."""
    others: tuple[tuple[str, ...], ...] = ()
    """What `parts` may be as well, where an archive does not say in which alphabet."""


def items(paths: Sequence[Path]) -> Iterator[Item]:
    """All files in and below some places, each once."""
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if not path.is_dir():
            yield from _file(path, path.parent, parts_of(path), CLASS, seen)
            continue
        for found, parts in _walk(path):
            yield from _file(found, path, parts, UPLOAD, seen)


def parts_of(path: Path) -> tuple[str, ...]:
    """What the place of a named file says: its name, and its folder's if a platform made it."""
    above = path.resolve().parent.name
    return tuple(map(shown_path, (*([above] if of_platform(above) else []), path.name)))


def _walk(root: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Files below a folder; of an assignment folder only what students have."""
    top = root / "students" if (root / META).is_file() else root
    count = 0
    for folder, names, files in os.walk(top):
        names.sort()
        base = Path(folder)
        for name in sorted(files):
            count += 1
            if count > MOST_FILES:
                reason = because("too_many_files", most=MOST_FILES)
                raise refusal(shown_path(root), "too_many_files", reason)
            path = base / name
            yield path, tuple(map(shown_path, (root.name, *path.relative_to(root).parts)))


def _file(
    path: Path, start: Path, parts: tuple[str, ...], limits: Limits, seen: set[tuple[int, int]]
) -> Iterator[Item]:
    """A file, or all that is in it."""
    file = shown_path(path)
    left_out = _left_out(path, walked=limits is UPLOAD)
    if left_out:
        note = Problem(file, None, None, "not_a_file", left_out)
        yield Item(file, start, parts, note=note)
        return
    try:
        key = (path.stat().st_dev, path.stat().st_ino)
        if key in seen:
            return  # named twice, or once by itself and once by its folder
        seen.add(key)
        data = _bytes(path)
        kind = promised_kind(data, file)
    except OSError as error:
        reason = because("file_unreadable", why=reason_of(error))
        yield Item(file, start, parts, problem=Problem(file, None, None, "not_a_file", reason))
        return
    except SubmissionError as error:
        for problem in error.problems:
            yield Item(file, start, parts, problem=problem)
        return
    if kind == "zip" and path.suffix.casefold() not in TABLES and not named_as(path.name):
        yield from _archive(data, file, start, parts)
    else:
        yield Item(file, start, parts, data, limits, path=path, sent=handed_in_at(parts))


def _left_out(path: Path, walked: bool) -> Reason | None:
    """Why a file is not even read; None if it is, as always where it was named itself."""
    if not walked:
        return None
    if is_junk(path.as_posix()):
        return _JUNK
    if path.name in HANDED_OUT:
        return because("worksheet_to_read")
    if is_contents(path.name) and any(of_brightspace(one.name) for one in path.parent.iterdir()):
        return _CONTENTS
    return None


def _bytes(path: Path) -> bytes:
    """A file's bytes; what is no file, or too large for any reader, is not read at all."""
    if not path.is_file():
        raise refusal(shown_path(path), "not_a_file", because("this_is_no_file"))
    size = path.stat().st_size
    if size > LARGEST:
        reason = because("file_too_large", size=size, most=LARGEST)
        raise refusal(shown_path(path), "too_large", reason)
    return path.read_bytes()


def handed_in(name: str, data: bytes, start: Path, owner: Owner) -> Iterator[Item]:
    """A file that somebody sent, or all that is in it.

    Args:
        name: as messages call it.
        data: its bytes.
        start: the assignment's folder.
        owner: who sent it.
    """
    parts = (name.rsplit("/", 1)[-1],)
    try:
        kind = promised_kind(data, name)
    except SubmissionError as error:
        for problem in error.problems:
            yield Item(name, start, parts, problem=problem)
        return
    packed = kind == "zip" and not name.casefold().endswith(TABLES) and not named_as(parts[-1])
    found = (
        _archive(data, name, start, parts) if packed else [Item(name, start, parts, data, UPLOAD)]
    )
    for item in found:
        yield replace(item, owner=owner)


def _archive(data: bytes, file: str, start: Path, parts: tuple[str, ...]) -> Iterator[Item]:
    """All that is in an archive; lists of contents and receipts speak of what lies beside."""
    lists: list[Item] = []
    listed = False
    sent: list[Item] = []
    called: dict[str, str] = {}
    try:
        for member in members(data, file):
            item = _of_archive(member, file, start, parts)
            listed = listed or any(map(of_brightspace, item.parts))
            if is_receipt(member.path):
                called[member.path] = sender_in(member.data)
            if is_contents(member.path):
                lists.append(item)
            elif receipt_of(item.parts[-1]):
                sent.append(item)
            else:
                yield item
    except SubmissionError as error:
        for problem in error.problems:
            yield Item(file, start, parts, problem=problem)
    for item in sent:
        place = item.file.removeprefix(f"{file}/")
        receipt = place[: len(place) - len(item.parts[-1])] + receipt_of(item.parts[-1])
        yield replace(item, called=called.get(receipt, ""))
    for item in lists:
        note = Problem(item.file, None, None, "not_a_file", _CONTENTS)
        yield replace(item, note=note) if listed else item


def _of_archive(member: Member, file: str, start: Path, parts: tuple[str, ...]) -> Item:
    name = f"{file}/{member.path}"
    inside = (*parts[:-1], *member.path.split("/"))
    if member.lost:
        return Item(name, start, inside, problem=Problem(name, None, None, *member.lost))
    if member.junk:
        return Item(name, start, inside, note=Problem(name, None, None, "not_a_file", _JUNK))
    others = tuple((*parts[:-1], *other.split("/")) for other in member.others)
    sent = handed_in_at(inside)
    return Item(name, start, inside, member.data, UPLOAD, sent=sent, others=others)
