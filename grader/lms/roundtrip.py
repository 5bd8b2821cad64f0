"""A class's files from a platform: what becomes of each row, and the files that go back.

`Step` is one row of what was done; `RoundTrip` is all of it, ready to be written into a folder.
Each platform's own module decides (`grader.lms.moodle.files`, `grader.lms.canvas.files`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from grader import __version__
from grader.errors import AssignmentError, PlatformFileError, Problem
from grader.results.problem_rows import ProblemRow, problem_row
from grader.support.atomic_files import new_folder
from grader.support.spreadsheet import safe_table
from problems.reasons import as_told
from problems.texts import parsed_json

META = "made.json"
DONE_FILE, PROBLEMS_FILE = "done.csv", "problems.csv"
FORMAT = 1
OLD_HOURS = 12
"""A worksheet that was downloaded longer ago is worth a remark."""

GRADED, ZERO, KEPT, REFUSED = "graded", "zero", "kept", "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with one row."""

    key: str
    """Participant or user, as the platform says it."""
    name: str
    student: str
    """Of the class list; '' where nothing was graded."""
    action: str
    """`graded`, `zero`, `kept` (nothing of it changes) or `refused`."""
    grade: str = ""
    most: str = ""
    before: str = ""
    """The grade that stood there."""
    message: str = ""

    def row(self) -> list[str]:
        """The cells of done.csv."""
        return [
            self.key, self.name, self.student, self.action, self.grade, self.most, self.before,
            self.message,
        ]  # fmt: skip


COLUMNS = ["key", "name", "student", "action", "grade", "maximum", "before", "message"]


@dataclass
class RoundTrip:
    """All rows, and the files."""

    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Name -> what is written into the folder."""

    def count(self, action: str) -> int:
        """How many rows ended so."""
        return sum(step.action == action for step in self.steps)

    @property
    def updated(self) -> int:
        """How many grades are others than stood there; platforms count these alone."""
        return sum(bool(step.grade) and _differ(step.grade, step.before) for step in self.steps)


def _differ(grade: str, before: str) -> bool:
    """Whether a grade of ours is another number than what stood there.

    >>> _differ("72.00", "72,0"), _differ("0.00", "-")
    (False, True)
    """
    try:
        return Decimal(grade) != Decimal(before.replace(",", "."))
    except InvalidOperation:
        return True


def read_given(path: Path) -> bytes:
    """A file that was named.

    Raises:
        PlatformFileError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise PlatformFileError(
            [Problem(str(path), None, None, "not_a_file", as_told(message))]
        ) from None


def age_note(path: Path, now: datetime | None = None) -> list[Problem]:
    """A remark about a file that was downloaded long ago; platforms skip what changed since."""
    now = now or datetime.now(UTC)
    hours = (now.timestamp() - path.stat().st_mtime) / 3600
    if hours < OLD_HOURS:
        return []
    message = (
        f"downloaded {hours:.0f} hours ago; what was graded on the platform since then is "
        "skipped or overwritten when you upload: download it afresh just before"
    )
    return [Problem(path.name, None, None, "old", as_told(message))]


def write_done(done: RoundTrip, out: Path, inputs: Sequence[Path]) -> None:
    """Write all files into a folder, in one step.

    Args:
        done: what to write.
        out: the folder; what an earlier run made there is replaced.
        inputs: files that were read and must stay.

    Raises:
        AssignmentError: something else stands there, or it cannot be written.
    """
    _refuse_other(out, inputs)
    files = dict(done.files)
    files[DONE_FILE] = safe_table(COLUMNS, (step.row() for step in done.steps))
    files[PROBLEMS_FILE] = problem_rows(done.problems)
    meta = {"format": FORMAT, "made by": f"bpgrade {__version__}", "files": sorted(files)}
    files[META] = (json.dumps(meta, ensure_ascii=False, indent=1) + "\n").encode()
    with new_folder(out, replace=True) as folder:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def problem_rows(problems: Iterable[Problem]) -> bytes:
    """problems.csv, with the columns that `check --results` writes."""
    rows = (["" if cell is None else str(cell) for cell in problem_row(p)] for p in problems)
    return safe_table(ProblemRow._fields, rows)


def _refuse_other(out: Path, inputs: Sequence[Path]) -> None:
    """Only what an earlier run made is replaced."""
    for path in inputs:
        if out.resolve() in (path.resolve(), *path.resolve().parents):
            raise AssignmentError(
                f"{path} lies in {out}, which would be replaced; choose another --out"
            )
    if not out.exists():
        return
    if not out.is_dir():
        raise AssignmentError(f"{out} is there and is no folder; choose another --out")
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    others = sorted(there - {META} - _made(out))
    if others:
        raise AssignmentError(
            f"{out} holds {others[0]!r}, which is not of an earlier run; choose another --out"
        )


def _made(out: Path) -> set[str]:
    """The files that an earlier run wrote there."""
    try:
        doc = parsed_json((out / META).read_text("utf-8"))
        return {str(name) for name in doc["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def renamed(names: Mapping[str, bytes], taken: set[str]) -> dict[str, bytes]:
    """Files under names that are not taken yet, whatever their case."""
    found = {}
    for name, data in names.items():
        stem, dot, ending = name.rpartition(".")
        free, n = name, 2
        while free.casefold() in taken:
            free, n = f"{stem}-{n}{dot}{ending}", n + 1
        taken.add(free.casefold())
        found[free] = data
    return found
