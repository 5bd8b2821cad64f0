"""Moodle's archives: submissions as they are downloaded, feedback as it is uploaded.

What is read: `Ann Ångström_3_assignsubmission_file/answers.csv`, with files in folders or not,
from before 4.1 (`..._assignsubmission_file_/answers.csv`), anonymous (`Participant_3_...`), with
folders inside, or unpacked into a folder. What is written:
`x_3_assignfeedback_file/feedback.html`.

Source: measured on Moodle 4.5.6.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.errors import PlatformFileError, Problem, SubmissionError
from grader.lms.roundtrip import META
from grader.read.archives.archive import LARGEST, is_junk, members
from grader.read.folding import folded
from grader.read.platforms.online_text import answers_in
from problems.patterns import pattern
from problems.reasons import as_told

ENTRY = pattern(r"(.*?)_([0-9]{1,12})_assignsubmission_([^\W_]+)_?(?:/|(?<=_))(.+)")
"""Name, participant, kind of submission, and the file."""
SHOWN = 3
"""Files that are named where an archive is refused."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same grades make the same archive."""


@dataclass
class Handed:
    """What one participant handed in."""

    number: int
    name: str
    """As the archive has it; '' where it is anonymous."""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    texts: list[tuple[str, bytes]] = field(default_factory=list)
    """Text fields, and the tables made out of them."""
    doubt: bool = False
    """Whether something of it could not be read."""
    spellings: set[str] = field(default_factory=set)
    """What the name may be as well, where the archive does not say in which alphabet."""


class Entry(NamedTuple):
    """One file of an archive or a folder."""

    name: str
    """As messages call it: `archive.zip/name`."""
    data: bytes
    others: tuple[str, ...] = ()
    """What its name may spell as well."""


@dataclass
class Submissions:
    """An archive, or several."""

    people: dict[int, Handed] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def submissions(paths: Sequence[Path]) -> Submissions:
    """All that participants handed in.

    Args:
        paths: archives as downloaded, or folders into which they were unpacked.

    Raises:
        PlatformFileError: no archive, or nothing in it is named as Moodle names it.
    """
    found = Submissions()
    for path in paths:
        lost: list[Problem] = []
        for name, data, others in files_in(path, lost, found.notes):
            _take(found, name, data)
            for who, number, *_ in filter(None, map(_entry, others)):
                found.people[number].spellings.add(who)
        for problem in lost:  # whoever sent a file that is damaged has handed in all the same
            if entry := _entry(problem.file):
                found.people.setdefault(entry[1], Handed(entry[1], entry[0])).doubt = True
        found.problems += lost
    if not found.people:
        message = (
            "no file here is named as Moodle names it (Ada Example_3_assignsubmission_file/...); "
            "take the archive of 'Download all submissions'"
        )
        raise nobodys(paths[0], message, found.problems)
    return found


def nobodys(path: Path, message: str, problems: Sequence[Problem]) -> PlatformFileError:
    """The refusal of an archive in which nobody's work is: everybody would count as absent.

    Args:
        path: the archive.
        message: what there should be, and what to do.
        problems: of what lies in it instead.
    """
    first = [f"{problem.file[:80]!r}" for problem in problems[:SHOWN]]
    more = [f"{len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    found = "; found: " + ", ".join([*first, *more]) if first else "; there is no file at all"
    head = Problem(str(path), None, None, "bad_name", as_told(message + found))
    return PlatformFileError([head, *problems[:SHOWN]])


def files_in(path: Path, problems: list[Problem], notes: list[Problem]) -> Iterator[Entry]:
    """What lies in an archive or a folder.

    Args:
        path: the archive or folder.
        problems: where entries that cannot be read are added.
        notes: where what is left out is added.

    Raises:
        PlatformFileError: it cannot be read at all.
    """
    try:
        yield from _folder(path) if path.is_dir() else _archive(path, problems, notes)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise PlatformFileError(
            [Problem(str(path), None, None, "not_a_file", as_told(message))]
        ) from None
    except SubmissionError as error:
        raise PlatformFileError(error.problems) from None


def _archive(path: Path, problems: list[Problem], notes: list[Problem]) -> Iterator[Entry]:
    if path.stat().st_size > LARGEST:
        message = (
            f"{path.stat().st_size:,} bytes are too many for an archive; the limit is "
            f"{LARGEST:,}: unpack it and name the folder instead"
        )
        raise PlatformFileError([Problem(str(path), None, None, "too_large", as_told(message))])
    for member in members(path.read_bytes(), path.name):
        name = f"{path.name}/{member.path}"
        if member.lost:
            problems.append(Problem(name, None, None, *member.lost))
        elif member.junk:
            message = "an operating system or office program left this behind"
            notes.append(Problem(name, None, None, "not_a_file", as_told(message)))
        else:
            yield Entry(name, member.data, member.others)


def _folder(path: Path) -> Iterator[Entry]:
    for folder, names, files in os.walk(path):
        names.sort()
        if META in files:  # what an earlier run has made
            names.clear()
            continue
        for name in sorted(files):
            place = Path(folder) / name
            inside = place.relative_to(path).as_posix()
            if place.is_file() and not place.is_symlink() and not is_junk(inside):
                yield Entry(f"{path.name}/{inside}", place.read_bytes())


def _take(found: Submissions, name: str, data: bytes) -> None:
    entry = _entry(name)
    if not entry:
        message = (
            "not named as Moodle names it (Ada Example_3_assignsubmission_file/...), so it is "
            "nobody's; check it by itself with: bpgrade check"
        )
        found.problems.append(Problem(name, None, None, "bad_name", as_told(message)))
        return
    who, number, kind, inner = entry
    one = found.people.setdefault(number, Handed(number, who))
    if kind == "file":
        one.files.append((name, data))
    elif kind == "onlinetext" and inner.casefold().endswith((".html", ".htm")):
        read = answers_in(data, name)
        if read.table is not None:
            one.texts.append((name, read.table))
        one.doubt |= bool(read.problems)
        found.problems += read.problems
        found.notes += read.notes
    else:
        message = f"neither a file nor the text of a text field, but {kind!r}; it is not read"
        found.notes.append(Problem(name, None, None, "not_a_file", as_told(message)))


def _entry(path: str) -> tuple[str, int, str, str] | None:
    """Name, number, kind and file of an entry, which may lie in further folders."""
    parts = path.split("/")
    for n in range(len(parts)):
        match = ENTRY.fullmatch("/".join(parts[n:]))
        if match and "/" not in match[1]:
            hidden = folded(match[1].rsplit("-", 1)[-1]) in _ANYBODY  # behind the group's name
            return "" if hidden else match[1], int(match[2]), match[3], match[4].lstrip("/")
    return None


_ANYBODY = frozenset(
    folded(word)
    for word in (
        "Participant", "Teilnehmer/in", "Teilnehmerin", "Teilnehmer", "Participante",
        "Partecipante", "Deelnemer", "Uczestnik", "Dalyvis", "Deltagare", "Katılımcı",
        "Partaidea", "Συμμετέχων", "Учасник", "Участник", "المشارك", "شریک", "参与人", "参加者",
        "참가자",
    )
)  # fmt: skip
"""What stands for the name where names are hidden (`hiddenuser` of mod_assign's packs)."""


def feedback_archive(pages: Mapping[int, Mapping[str, bytes]]) -> bytes:
    """The archive for 'Upload multiple feedback files in a zip'.

    Args:
        pages: participant's number -> name of a file -> bytes.

    >>> import io, zipfile
    >>> data = feedback_archive({3: {"feedback.html": b"<p>step 3</p>"}})
    >>> zipfile.ZipFile(io.BytesIO(data)).namelist()
    ['x_3_assignfeedback_file/feedback.html']
    """
    return packed(
        {
            f"x_{number}_assignfeedback_file/{name}": data
            for number, files in pages.items()
            for name, data in files.items()
        }
    )


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of some files: the same files give the same bytes."""
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return stream.getvalue()
