"""ZIP archives of submissions, as learning platforms pack them.

Nothing is unpacked into a folder: members are read one by one, by their place in the
directory, into memory, with a running count of bytes. Names only tell whose work it is. A
member that cannot be used costs only itself; it is listed.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from grader.errors import Fault, SubmissionError
from grader.read.archives.entry_names import readings
from grader.read.guarded_parser import guarded
from grader.read.tables.table import refusal
from problems.patterns import pattern
from problems.reasons import Reason, because
from problems.texts import cleaned

if TYPE_CHECKING:
    import zipfile

LARGEST = 64_000_000
"""Bytes of all members together, unpacked; and of the archive itself."""
LARGEST_MEMBER = 20_000_000
MOST = 5_000
"""Members."""
LONGEST_NAME = 400

_JUNK = pattern(
    r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._|~\$|\.~lock\.)", re.IGNORECASE
)
_DEVICE = pattern(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_DIRECTORY = b"PK\x01\x02"
_END = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive."""

    path: str
    """As it is read, for messages and for matching; it never becomes a path of ours."""
    data: bytes
    lost: Fault | None = None
    """Why it cannot be used."""
    junk: bool = False
    """Whether an operating system put it there."""
    others: tuple[str, ...] = ()
    """What the name may spell as well, where the archive does not say in which alphabet."""


def is_junk(path: str) -> bool:
    """Whether a name is one that operating systems and office programs leave behind.

    >>> is_junk("__MACOSX/._a.csv"), is_junk("s1/.DS_Store"), is_junk("s1/a.csv")
    (True, True, False)
    """
    return bool(_JUNK.search(path))


def members(data: bytes, file: str) -> Iterator[Member]:
    """All entries of an archive, one after the other; folders are left out.

    Args:
        data: the archive.
        file: how messages call it.

    Raises:
        SubmissionError: no archive, damaged as a whole, or a bomb.
    """
    import zipfile

    _check_directory(data, file)
    broken = because("archive_damaged")
    with guarded(file, "broken_archive", broken):
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    if len(entries) > MOST:
        raise refusal(file, "too_many_files", _too_many(len(entries)))
    _check_overlap(entries, file)
    left = LARGEST
    for entry in entries:
        if readings(entry)[0].endswith("/") and not entry.file_size:
            continue
        member = _member(archive, entry, left, file)
        left -= len(member.data)
        yield member


def _too_many(count: int) -> Reason:
    return because("too_many_files_in_archive", count=count, most=MOST)


def _check_directory(data: bytes, file: str) -> None:
    """Count the entries before the library makes an object of each."""
    if not data.startswith((b"PK\x03\x04", _END)):
        raise refusal(file, "not_a_zip", because("no_archive"))
    if len(data) > LARGEST:
        reason = because("archive_too_large", size=len(data), most=LARGEST)
        raise refusal(file, "too_large", reason)
    end = data.rfind(_END)
    if end < 0 or len(data) < end + 22:
        return
    (size,) = struct.unpack_from("<L", data, end + 12)
    start = end - size if size <= end else 0
    count = data.count(_DIRECTORY, start, end)
    if count > MOST:
        raise refusal(file, "too_many_files", _too_many(count))


def _check_overlap(entries: list[zipfile.ZipInfo], file: str) -> None:
    """Entries that share their bytes: 400 of them once stood for 40 GB in 120 KB."""
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    for one, following in pairwise(placed):
        if one.header_offset + 30 + one.compress_size > following.header_offset:
            both = [_shown(one), _shown(following)]
            raise refusal(file, "overlap", because("entries_overlap", entries=both))


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, file: str) -> Member:
    path, *others = readings(entry)
    lost = next(filter(None, map(_bad_name, (path, *others))), None) or _fault(entry, left)
    path = path[:LONGEST_NAME]
    if lost or is_junk(path):
        return Member(path, b"", lost, lost is None)
    try:
        with guarded(file, "broken_entry", because("entry_damaged")):
            return Member(path, archive.read(entry), others=tuple(others))
    except SubmissionError as error:
        first = error.problems[0]
        return Member(path, b"", Fault(first.code, first.reason))


def _bad_name(name: str) -> Fault | None:
    """Why a name is refused, its backslashes read as separators."""
    parts = name.split("/")
    if "\x00" in name or ".." in parts or re.match(r"/|[A-Za-z]:", name):
        return Fault("bad_path", because("name_leads_out"))
    if not 0 < len(name) <= LONGEST_NAME or any(
        unicodedata.category(c) in ("Cc", "Cf") for c in name
    ):
        return Fault("bad_name", because("name_no_name"))
    if any(_DEVICE.fullmatch(part.strip()) for part in parts):
        return Fault("bad_name", because("name_of_device"))
    return None


def _fault(entry: zipfile.ZipInfo, left: int) -> Fault | None:
    """Why an entry is not even read."""
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Fault("not_a_file", because("no_file"))
    if entry.flag_bits & 1:
        return Fault("encrypted", because("entry_locked"))
    if entry.file_size > LARGEST_MEMBER:
        reason = because("too_large_unpacked", size=entry.file_size, most=LARGEST_MEMBER)
        return Fault("too_large", reason)
    if entry.file_size > left:
        reason = because("archive_too_large_unpacked", size=entry.file_size, most=LARGEST)
        return Fault("too_large", reason)
    return None


def _shown(entry: zipfile.ZipInfo) -> str:
    return cleaned(readings(entry)[0])[:LONGEST_NAME]
