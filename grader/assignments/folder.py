"""An assignment folder: what is in it and how it is found.

hw1/assignment.json     family, choices, secret                       (teacher only)
    exercises.jsonl     one exercise a line                           (teacher only)
    roster.csv          true names and the folders that belong to them (teacher only)
    warnings.txt        what exact numbers cannot tell apart, if any      (teacher only)
    students/<folder>/  worksheets and the blank answers.csv
    keys/               worked solutions                              (teacher only)
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.assignments.lines import Lines
from grader.assignments.matching import People
from grader.assignments.roster import Student, with_folders
from grader.errors import AssignmentError, Lost
from grader.read.identity import alike, plain, was_rounded
from grader.read.tables.table import read_table
from problems.exercise import FORMAT, Doc, Exercise, from_json, upgraded
from problems.line_layout import HEAD
from problems.reasons import Reason, because
from problems.texts import parsed_json
from problems.versions import DRAW_VERSION

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from grader.marking.attribution import Keys
    from grader.marking.policy import Policy
    from problems.drawing.design import Design, Family

META = "assignment.json"
EXERCISES = "exercises.jsonl"
ROSTER = "roster.csv"
WARNINGS = "warnings.txt"

MOST_COMPARED = 5_000
"""Of a larger class no near name is offered: comparing with all of them takes seconds."""

KEPT = 4_096
"""Exercises that are not parsed again when they are asked for again."""


@dataclass(frozen=True)
class Order:
    """Everything that decides what an assignment contains, besides the class list."""

    name: str
    """Part of every exercise's key: another name, other numbers."""
    family: str
    definition: str
    """The family file itself, so that the folder stands alone."""
    secret: str
    layers: str | None = None
    decimals: int | None = None
    significant: int | None = None
    difficulty: str = "standard"
    exercises: int = 1
    """How many each student gets."""
    formats: tuple[str, ...] = ("pdf", "html", "md", "csv")
    policy: str = "default"
    paper: str = "a4"
    """Size of the printed pages: `a4` or `letter`."""
    draw: int = DRAW_VERSION
    """Version of the draw that the assignment was made with, and keeps."""
    issued: bool = field(default=False, compare=False)
    """Whether it was read back: what a family file was allowed to say then, it still is."""

    @cached_property
    def made_by(self) -> Family:
        """The family, read from the definition."""
        from problems.drawing import family as families

        file = f"{self.family}.toml"
        return families.read(self.definition, self.family, file, self.issued)

    def design(self) -> Design:
        """What is drawn.

        Raises:
            SpecError: the choices do not fit the family.
        """
        return self.made_by.design(
            self.layers, self.decimals, self.significant, self.difficulty, self.draw
        )

    def as_json(self, version: str) -> Doc:
        """The content of assignment.json."""
        return {
            "format": FORMAT,
            "name": self.name,
            "family": self.family,
            "title": self.made_by.title,
            "policy": self.policy,
            "precision": self.design().precision.as_json(),
            "layers": self.layers,
            "decimals": self.decimals,
            "significant": self.significant,
            "difficulty": self.difficulty,
            "exercises": self.exercises,
            "formats": list(self.formats),
            "paper": self.paper,
            "secret": self.secret,
            "draw": self.draw,
            "generator": f"bpgrade {version}",
            "definition": self.definition,
        }

    @staticmethod
    def from_json(doc: Doc, what: str) -> Order:
        """Read back from assignment.json.

        Raises:
            FormatError: not such a file, or written by a later bpgrade.
        """
        doc = upgraded(doc, what)
        try:
            return Order(
                str(doc["name"]),
                str(doc["family"]),
                str(doc["definition"]),
                str(doc["secret"]),
                doc["layers"],
                doc["decimals"],
                doc["significant"],
                str(doc["difficulty"]),
                int(doc["exercises"]),
                tuple(doc["formats"]),
                str(doc["policy"]),
                str(doc.get("paper", "a4")),
                int(doc.get("draw") or 1),
                issued=True,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AssignmentError(f"{what}: broken entry {error}") from None


def find(start: Path) -> Path:
    """The assignment folder that a file lies in, or a folder itself.

    Raises:
        AssignmentError: no assignment.json there or above.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / META).is_file():
            return folder
    raise AssignmentError(
        f"no {META} in {start} or above; name the folder with --assignment FOLDER"
    )


class Folder:
    """An opened assignment folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.order = Order.from_json(_json(path / META), f"{path.name}/{META}")

    def policy(self, chosen: Policy | str | None = None) -> Policy:
        """What verdicts are worth here.

        Args:
            chosen: another policy than the assignment's own, or its name or file.

        Raises:
            PolicyError: there is none of that name, or it says something that is not allowed.
        """
        from grader.marking.policy_file import folder_policy, load_policy  # which reads TOML

        if isinstance(chosen, str):
            return load_policy(chosen)
        return chosen or folder_policy(self.path, self.order.policy)

    @cached_property
    def _lines(self) -> Lines:
        try:
            return Lines(self.path / EXERCISES)
        except OSError as error:
            raise AssignmentError(f"{self.path / EXERCISES} cannot be read: {error}") from None

    def exercises(self) -> Iterator[Exercise]:
        """All exercises in the order of the file."""
        for number in range(len(self._lines)):
            yield self._exercise(number)

    def with_values(self) -> Iterator[tuple[Exercise, dict[str, float]]]:
        """All exercises, each with the values that the file stores for its steps.

        What stands there and is no number comes as NaN.
        """
        for number in range(len(self._lines)):
            what = self._line_name(number)
            doc = _parse(_decoded(self._lines[number], what), what)
            yield from_json(doc, what), {s["id"]: _number(s["value"]) for s in _numeric(doc)}

    def _exercise(self, number: int) -> Exercise:
        what = self._line_name(number)
        return from_json(_parse(_decoded(self._lines[number], what), what), what)

    def _line_name(self, number: int) -> str:
        return f"{self.path.name}/{EXERCISES}, line {number + 1}"

    @cached_property
    def _index(self) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
        """Exercise id -> line, student -> lines; only the heads of the lines are parsed."""
        by_id: dict[str, int] = {}
        by_student: dict[str, tuple[int, ...]] = {}
        for number in range(len(self._lines)):
            id, student = self._head(number)
            by_id[id] = number
            by_student[student] = (*by_student.get(student, ()), number)
        return by_id, by_student

    def _head(self, number: int) -> tuple[str, str]:
        """Id and student of a line."""
        match = self._lines.match(HEAD, number)
        what = self._line_name(number)
        if match:
            id, student = (_decoded(part, what) for part in match.groups())
            if "\\" not in id + student:
                return id, student
            return parsed_json(f'"{id}"'), parsed_json(f'"{student}"')
        doc = _parse(_decoded(self._lines[number], what), what)
        return str(doc.get("id")), str(doc.get("student"))

    @property
    def ids(self) -> Collection[str]:
        """The ids of all exercises."""
        return self._index[0].keys()

    @property
    def students(self) -> Collection[str]:
        """Ids of everybody who has an exercise, in the order of the file."""
        return self._index[1].keys()

    def exercises_of(self, student: str) -> dict[int, Exercise]:
        """A student's exercises, each with its line (from 0)."""
        return {line: self._exercise(line) for line in self._index[1].get(student, ())}

    def replaced(self, number: int, line: bytes) -> Iterator[bytes]:
        """The file with another exercise on a line (from 0), piece by piece."""
        lines = self._lines
        return (line if n == number else lines[n] + b"\n" for n in range(len(lines)))

    @cached_property
    def keys(self) -> list[Keys]:
        """The true values of all exercises as columns, made when they are first asked for."""
        from grader.assignments.line_shapes import keys_in

        lines = self._lines
        return keys_in(lines[n] for n in range(len(lines)))

    @cached_property
    def exercise(self) -> _lru_cache_wrapper[Exercise]:
        """The exercise on a line (from 0); those asked for lately are not parsed again."""
        return lru_cache(maxsize=KEPT)(self._exercise)

    def look_up(self, id: str, student: str, number: int = 0) -> Exercise | Lost:
        """The exercise that a row means, or in words why there is none.

        Args:
            id: of the exercise, or ''.
            student: the student's id, or ''.
            number: which of the student's exercises, 0 if that is not said.
        """
        by_id, by_student = self._index
        if id:
            id = id if id in by_id else plain(id)
            if id not in by_id:
                return Lost(
                    "bad_id", because("no_such_exercise", exercise=id, folder=self.path.name)
                )
            found = self.exercise(by_id[id])
            if student and student != found.student:
                reason = because("exercise_of_another", exercise=id, student=student)
                return Lost("identity", reason)
            return found
        if student not in by_student:
            return Lost("identity", self._unknown(student))
        lines = by_student[student]
        if number:
            own = [one for one in map(self.exercise, lines) if one.number == number]
            reason = because("no_exercise_of_number", student=student, number=number)
            return own[0] if own else Lost("identity", reason)
        if len(lines) > 1:
            reason = because("several_exercises", student=student, count=len(lines))
            return Lost("identity", reason)
        return self.exercise(lines[0])

    def _unknown(self, student: str) -> Reason:
        """No such student, and who may be meant: never one of another number, somebody else."""
        import difflib

        if was_rounded(student):
            return because("rounded_student", student=student, folder=self.path.name)
        known = self.students if len(self.students) <= MOST_COMPARED else ()
        near = difflib.get_close_matches(student, [id for id in known if alike(id, student)], n=1)
        if not near:
            return because("no_such_student", student=student, folder=self.path.name)
        name = self.path.name
        return because("no_such_student_near", student=student, folder=name, near=near[0])

    @cached_property
    def people(self) -> People:
        """The class, to be found by id, name, e-mail address or folder."""
        return People(self.roster.values())

    @cached_property
    def roster(self) -> dict[str, Student]:
        """Students by id."""
        try:
            table = read_table((self.path / ROSTER).read_bytes(), ROSTER)
        except OSError:
            students = self._index[1]
            return {s.student: s for s in with_folders((id, "", "") for id in students)}
        cells = [row.cells for row in table.rows]
        return {
            c["student"]: Student(c["student"], c["name"], c["email"], c["folder"]) for c in cells
        }

    def student_of_folder(self, path: Path) -> str:
        """The student in whose folder a file lies, or ''."""
        parts = path.resolve().parts
        base = len(self.path.parts)
        if len(parts) > base + 2 and parts[base] == "students":
            return self._owners.get(parts[base + 1], "")
        return ""

    @cached_property
    def _owners(self) -> dict[str, str]:
        """Folder -> student."""
        return {one.folder: one.student for one in reversed(self.roster.values())}


def _decoded(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise AssignmentError(f"{what}: this is no UTF-8: {error}") from None


def _numeric(doc: Doc) -> Iterator[Doc]:
    """The steps of an exercise that have a value."""
    return (step for step in doc["steps"] if "value" in step)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _parse(text: str, what: str) -> Doc:
    try:
        doc = parsed_json(text)
    except (ValueError, RecursionError) as error:
        raise AssignmentError(f"{what}: this is no JSON: {error}") from None
    if not isinstance(doc, dict):
        raise AssignmentError(f"{what}: an object was expected")
    return doc


def _json(path: Path) -> dict[str, Any]:
    try:
        return _parse(path.read_text("utf-8"), f"{path.parent.name}/{path.name}")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} cannot be read: {error}") from None
