"""What was sent to a learning platform, kept in the assignment's folder.

`hw1/sync/moodle-lms.example-12.json` says of everybody which submission was graded by which
rules, what was sent, and what was read back. It is written whole or not at all, before and
after each grade: a run that dies loses nothing, and a second one changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from grader.assignments.roster import safe_name
from grader.errors import AssignmentError, reason_of
from grader.support.atomic_files import write_file
from problems.texts import parsed_json

FORMAT = 1
FOLDER = "sync"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one person."""

    student: str = ""
    """The id in the class list."""
    exercises: tuple[str, ...] = ()
    """What the grade is for."""
    submission: str = ""
    """Fingerprint of what was graded."""
    attempt: int = 0
    by: str = ""
    """Digest of the policy and the exercises that it was graded by."""
    mark: str = ""
    """Of the feedback."""
    points: Decimal | None = None
    """As it was read back; None before that."""
    sending: Decimal | None = None
    """A grade that was about to be sent; None once it was read back."""
    handed: str = ""
    """Digest of the worksheets that were handed out."""

    @property
    def ours(self) -> set[Decimal]:
        """Grades that stand there because of us."""
        return {points for points in (self.points, self.sending) if points is not None}


class Memory:
    """The file of one assignment on one platform.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.people: dict[str, Entry] = {}
        self.read()

    def read(self) -> None:
        """Read the file again.

        Raises:
            AssignmentError: it cannot be read, is broken, or was written by a later bpgrade.
        """
        try:
            doc = parsed_json(self.path.read_text("utf-8"))
        except FileNotFoundError:
            self.people = {}
            return
        except (OSError, ValueError, RecursionError) as error:
            raise AssignmentError(
                f"{self.path} cannot be read ({type(error).__name__}); put a copy of it back, or "
                "remove it: grades that stand on the platform are then left alone"
            ) from None
        if not isinstance(doc, dict) or doc.get("format") != FORMAT:
            raise AssignmentError(
                f"{self.path} is not of format {FORMAT}: it was written by another bpgrade"
            )
        try:
            self.people = {str(key): _entry(one) for key, one in doc["people"].items()}
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
            raise AssignmentError(f"{self.path} has a broken entry; remove the file") from None

    def of(self, key: str) -> Entry:
        """What is known of somebody; an empty entry for who is new."""
        return self.people.get(key, Entry())

    def note(self, key: str, **changed: Any) -> Entry:
        """Change what is known of somebody, and write the file.

        Raises:
            AssignmentError: it cannot be written; then nothing must be sent either.
        """
        self.people[key] = replace(self.of(key), **changed)
        doc = {"format": FORMAT, "people": {key: _doc(one) for key, one in self.people.items()}}
        data = json.dumps(doc, ensure_ascii=False, indent=1).encode()
        try:
            self.path.parent.mkdir(exist_ok=True)
            write_file(self.path, data)
        except OSError as error:
            raise AssignmentError(f"{self.path} cannot be written: {reason_of(error)}") from None
        return self.people[key]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A block in which no other process sends grades of this assignment.

        Raises:
            AssignmentError: another one does.
        """
        self.path.parent.mkdir(exist_ok=True)
        with self.path.with_suffix(".lock").open("a") as stream:
            _lock(stream.fileno(), self.path)
            self.read()
            yield


def _lock(descriptor: int, path: Path) -> None:
    """Held until the file is closed, also by the end of the process."""
    try:
        import fcntl
    except ImportError:  # other systems: two runs at once are up to who starts them
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise AssignmentError(
            f"another run is at work on {path.parent.parent.name}; wait until it has ended"
        ) from None


def place(folder: Path, platform: str, host: str, assignment: str) -> Path:
    """Where the file of an assignment lies.

    >>> place(Path("hw1"), "moodle", "lms.example:8080", "12").as_posix()
    'hw1/sync/moodle-lms.example_8080-12.json'
    """
    return folder / FOLDER / f"{safe_name(f'{platform}-{host}-{assignment}')}.json"


def _doc(entry: Entry) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(entry).items()
        if value not in (None, "", (), 0) or isinstance(value, Decimal)
    }


def _entry(doc: Mapping[str, Any]) -> Entry:
    known = {field.name for field in fields(Entry)}
    found = {name: value for name, value in doc.items() if name in known}
    for name in ("points", "sending"):
        if name in found:
            found[name] = Decimal(found[name])
    found["exercises"] = tuple(map(str, found.get("exercises", ())))
    found["attempt"] = int(found.get("attempt", 0))
    return Entry(**found)
