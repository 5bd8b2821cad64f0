"""An assignment that is being made: beside its place, kept if the work is cut short.

`.hw1.unfinished` holds the folder to be and a journal of what is surely on the disk. The same
command run again goes on from there; the folder takes its name when it is complete.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from grader import __version__
from grader.assignments.folder import EXERCISES, Order
from grader.errors import AssignmentError, reason_of
from grader.support.atomic_files import is_empty, take_place, write_file
from problems.errors import SpecError
from problems.texts import parsed_json

JOURNAL = "journal.json"
FOLDER = "folder"
LOCK = "lock"


@dataclass(frozen=True)
class Plan:
    """What is to be made; only the very same may be gone on with."""

    order: Order
    students: int
    roster: str
    """Digest of the class list."""
    secret_made_up: bool = False
    """Whether the order's secret may give way to the one that the work was begun with."""

    def as_json(self) -> dict[str, Any]:
        """The form in the journal."""
        entries = {
            "bpgrade": __version__,
            **asdict(self.order),
            "students": self.students,
            "class list": self.roster,
        }
        return json.loads(json.dumps(entries))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class DrawnSoFar:
    """How far the work has come."""

    added: int = 0
    """Digits asked for beyond the order's, because the gate needs them."""
    exercises: int = 0
    """Lines of exercises.jsonl"""
    bytes: int = 0
    """and their length."""
    students: int = 0
    """Students whose files are written."""


class Unfinished:
    """The folder to be, and what of it is done."""

    def __init__(self, place: Path, plan: Plan, done: DrawnSoFar) -> None:
        self.place = place
        self.folder = place / FOLDER
        self.plan = plan
        self.done = done

    @property
    def order(self) -> Order:
        """What is made, with the secret that it was begun with."""
        return self.plan.order

    def note(self, **changes: int) -> None:
        """Enter into the journal what has just been written."""
        self.done = replace(self.done, **changes)
        entries = {"plan": self.plan.as_json(), "done": asdict(self.done)}
        write_file(self.place / JOURNAL, json.dumps(entries, ensure_ascii=False).encode())


@contextmanager
def unfinished(
    target: Path, plan: Plan, replace: bool = False, fresh: bool = False
) -> Iterator[Unfinished]:
    """A folder to fill, or to go on filling; it takes its name when the block ends well.

    After an error that would come again nothing is left of it; otherwise what was finished is.

    Args:
        target: where it shall stand.
        plan: what it shall hold.
        replace: whether a folder that stands there may be replaced, at the very end.
        fresh: whether what was begun there is thrown away.

    Raises:
        AssignmentError: something stands there already; something else was begun there, or is
            being made at this moment; or it cannot be written.
    """
    if target.exists() and not replace and not is_empty(target):
        raise AssignmentError(
            f"{target} exists already; choose another --out, or --force to replace it"
        )
    place = target.with_name(f".{target.name}.unfinished")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _locked(place):
            yield from _worked_on(place, target, plan, fresh)
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from error


def _worked_on(place: Path, target: Path, plan: Plan, fresh: bool) -> Iterator[Unfinished]:
    work = Unfinished(place, plan, DrawnSoFar()) if fresh else _begun(place, plan)
    if work.done == DrawnSoFar():
        shutil.rmtree(work.folder, ignore_errors=True)
        work.folder.mkdir()
    try:
        yield work
        take_place(work.folder, target)
        shutil.rmtree(place)
    except SpecError:
        shutil.rmtree(place, ignore_errors=True)  # it would be refused again
        raise
    except BaseException:
        if not (work.done.exercises and work.folder.exists()):
            shutil.rmtree(place, ignore_errors=True)
        raise


def _begun(place: Path, plan: Plan) -> Unfinished:
    """What lies there, if it is the same.

    Raises:
        AssignmentError: it is something else.
    """
    try:
        entries = parsed_json((place / JOURNAL).read_bytes())
        done, before = DrawnSoFar(**entries["done"]), dict(entries["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        return Unfinished(place, plan, DrawnSoFar())  # nothing was finished
    if not (place / FOLDER / EXERCISES).is_file():
        return Unfinished(place, plan, DrawnSoFar())
    now = plan.as_json()
    if (before.get("draw") or 1) < now["draw"]:  # what was begun goes on as it began
        now |= {key: before.get(key) for key in ("draw", "definition")}
    if plan.secret_made_up:
        now["secret"] = before.get("secret")
    differ = [key for key in now if now[key] != before.get(key)]
    if differ:
        raise AssignmentError(_another(place, before, now, differ, done))
    order = replace(
        plan.order,
        secret=str(now["secret"]),
        draw=int(now["draw"] or 1),
        definition=str(now["definition"]),
    )
    return Unfinished(place, replace(plan, order=order), done)


def _another(
    place: Path, before: dict[str, Any], now: dict[str, Any], differ: list[str], done: DrawnSoFar
) -> str:
    hidden = ("secret", "definition", "class list")
    told = [
        f"another {key}" if key in hidden else f"{key} {before.get(key)!r}, now {now[key]!r}"
        for key in differ
    ]
    return (
        f"{place} holds the beginning of another assignment ({before.get('family')}, "
        f"{done.exercises:,} exercises drawn; {'; '.join(told)}). Run the command that began it "
        "to finish it, choose another --out, or throw it away with --fresh"
    )


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Keeps a second run out of the same folder; the system unlocks it if this one dies."""
    with (place / LOCK).open("wb") as stream:
        if not _lock(stream):
            raise AssignmentError(f"{place} is being worked on by another run of bpgrade")
        yield


def _lock(stream: IO[bytes]) -> bool:
    with suppress(ImportError):  # Windows has no fcntl; there nobody is kept out
        import fcntl

        try:
            # lockf, not flock: this process alone holds it, not those that it starts
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
