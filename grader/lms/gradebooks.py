"""A class's points in the shape that a platform's gradebook takes.

Two ways: a file of our own in the platform's shape, or (better) a file that the platform has
exported, in which one column is filled and every other byte stays: then its own names and
numbers of columns and students are right by themselves.

Source:
    Moodle: measured on 4.5.6 (grade/import/csv and grade/import/xml).
    Canvas: LMS source, lib/gradebook_importer.rb (`row_has_student_headers?`, `process_pp`).
    Blackboard: Learn Help for Instructors, "Uploading or Downloading Grade Center Items for
    Working Offline": students by user name, columns by the number behind `|`, every cell of a
    comma file in quotes; a column without its number becomes a new one of text.
    Brightspace: D2L Community, "Importing grades" (article 3538): `OrgDefinedId` or `Username`,
    a column `<item> Points Grade`; exports end each row with `End-of-Line Indicator` and put
    `#` before ids.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from grader.assignments.matching import Owner, People
from grader.assignments.roster import Student
from grader.errors import PlatformFileError, Problem
from grader.lms.cells import Line, Sheet, no_columns
from grader.lms.moodle.columns import NAMES
from grader.lms.points import POINTS, readings, two_readings
from grader.lms.roundtrip import GRADED, KEPT, REFUSED, Step
from grader.lms.scores import Score, Scores
from grader.read.folding import folded
from grader.support.spreadsheet import safe_cell, safe_table
from problems.patterns import pattern
from problems.reasons import as_told, because
from templates.words.sentences import sentence

_ADDED = pattern(r"\s+(\[.*|\(.*|Points Grade.*)")
"""What platforms write behind the name of an item: points, numbers, categories."""
WHATS = ("student", "email", "name")
"""What of a student a column of a platform's file may hold."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted."""

    title: str
    """Of the grade item."""
    most: Decimal | None = None
    """Points of the item; None for points as they are."""
    item: str = ""
    """Its ID number, for Moodle's XML."""
    match: tuple[tuple[str, str], ...] = ()
    """Column of the file -> what of the student stands there."""


Writer = Callable[[Scores, Order], bytes]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a platform's file looks."""

    write: Writer
    """Without a file of the platform's own."""
    match: tuple[tuple[str, str], ...] = ()
    """Columns that name a student, the surest first, and what of the student they hold."""
    maximum: str = ""
    """Pattern of a header that says the maximum."""
    kept: frozenset[str] = frozenset()
    """What stands in a cell that is left alone."""
    note: str = ""
    """What to know before the upload."""


# files of our own --------------------------------------------------------------------------


def _plain(scores: Scores, order: Order) -> bytes:
    rows = []
    for one in scores.of.values():
        who = one.student
        points = one.scaled(order.most)
        most = Decimal(repr(one.most)) if order.most is None else order.most
        percent = 100 * points / most if most else Decimal(0)
        cells = [who.student, who.name, who.email, f"{points:.2f}", f"{most:.2f}"]
        rows.append([*cells, f"{percent:.1f}"])
    return safe_table(["student", "name", "email", "score", "max", "percent"], rows)


def _columns(order: Order, usual: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(order.match or usual)


def _moodle(scores: Scores, order: Order) -> bytes:
    columns = _columns(order, [("ID number", "student"), ("Email address", "email")])
    rows = (
        [*(_about(one.student, what) for _, what in columns), f"{one.scaled(order.most):.2f}"]
        for one in scores.of.values()
    )
    return safe_table([*(name for name, _ in columns), order.title], rows)


def _moodle_xml(scores: Scores, order: Order) -> bytes:
    if not order.item:
        message = "Moodle's XML names the grade item by its ID number: give it with --item"
        raise PlatformFileError(
            [Problem("moodle-xml", None, None, "missing_column", as_told(message))]
        )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<results batch="bpgrade">']
    for one in scores.of.values():
        lines.append(
            "<result><state>regular</state>"
            f"<assignment>{escape(order.item)}</assignment>"
            f"<student>{escape(one.student.student)}</student>"
            f"<score>{one.scaled(order.most):.2f}</score></result>"
        )
    return "\n".join([*lines, "</results>", ""]).encode()


def _canvas(scores: Scores, order: Order) -> bytes:
    columns = _columns(order, [("SIS User ID", "student")])
    given = dict(columns)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", order.title]
    rows = [["    Points Possible", "", "", "", "", _most_of_all(scores, order)]]
    for one in scores.of.values():
        about = {name: _about(one.student, what) for name, what in given.items()}
        about.setdefault("Student", one.student.shown)
        rows.append(
            [*(about.get(name, "") for name in header[:5]), f"{one.scaled(order.most):.2f}"]
        )
    return safe_table(header, rows)


def _most_of_all(scores: Scores, order: Order) -> str:
    """The item's points: as ordered, else of the fullest set of exercises."""
    if order.most is not None:
        return f"{order.most:.2f}"
    return f"{max((one.most for one in scores.of.values()), default=0):.2f}"


def _blackboard(scores: Scores, order: Order) -> bytes:
    most = _most_of_all(scores, order).removesuffix(".00")
    columns = _columns(order, [("Username", "student")])
    title = order.title if "[" in order.title else f"{order.title} [Total Pts: {most} Score]"
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([*(name for name, _ in columns), title])
    for one in scores.of.values():
        who = [safe_cell(_about(one.student, what)) for _, what in columns]
        writer.writerow([*who, f"{one.scaled(order.most):.2f}"])
    return stream.getvalue().encode("utf-8-sig")


def _brightspace(scores: Scores, order: Order) -> bytes:
    columns = _columns(order, [("OrgDefinedId", "student")])
    title = order.title if "Points Grade" in order.title else f"{order.title} Points Grade"
    rows = []
    for one in scores.of.values():
        who = [_hashed(name, _about(one.student, what)) for name, what in columns]
        rows.append([*who, f"{one.scaled(order.most):.2f}", "#"])
    return safe_table([*(name for name, _ in columns), title, "End-of-Line Indicator"], rows)


def _hashed(column: str, text: str) -> str:
    """Ids with the `#` that keeps a spreadsheet program from making numbers of them."""
    return f"#{text}" if column in ("OrgDefinedId", "Username") and text else text


def _about(student: Student, what: str) -> str:
    return {"student": student.student, "email": student.email, "name": student.name}[what]


_MOODLE_MATCH = tuple(
    (name, what)
    for role, what in (("idnumber", "student"), ("username", "student"), ("email", "email"))
    for name in NAMES[role]
)
_OVERRIDES = (
    "imported grades override: what a quiz or an assignment grades later changes nothing any "
    "more. Import into a grade item of its own, or use: bpgrade moodle grade"
)
_MAPPED = (
    "make the grade item first, with the maximum that the points are of: one that the import "
    "makes has 100. Under 'Map to' choose 'ID number' for the column 'ID number': Moodle "
    "preselects 'User ID', another number. "
)
SHAPES: Mapping[str, Shape] = {
    "csv": Shape(
        _plain,
        (("student", "student"), ("ID", "student"), ("email", "email"), ("Email", "email")),
    ),
    "moodle": Shape(_moodle, _MOODLE_MATCH, note=f"{_MAPPED} I{_OVERRIDES[1:]}"),
    "moodle-xml": Shape(_moodle_xml, note=_OVERRIDES),
    "canvas": Shape(
        _canvas,
        (("SIS User ID", "student"), ("SIS Login ID", "student"), ("Student", "name")),
        kept=frozenset({"EX", "N/A"}),
        note="a column without Canvas's number, 'Homework 1 (1234)', makes a new assignment",
    ),
    "blackboard": Shape(
        _blackboard,
        (("Student ID", "student"), ("Username", "student"), ("User Name", "student")),
        rf".*\[Total Pts: (?:up to )?({POINTS})(?![.,'’\d]).*",
        note="a column without Blackboard's number ('|12345') makes a new one of text and 0 "
        "points; fill a downloaded file instead: --template",
    ),
    "brightspace": Shape(
        _brightspace,
        (("OrgDefinedId", "student"), ("Username", "student"), ("Email", "email")),
        rf".*MaxPoints:({POINTS})(?![.,'’\d]).*",
        note="grades of an assignment are shown to students as soon as they are imported",
    ),
}


# a platform's own file ---------------------------------------------------------------------


@dataclass
class Filled:
    """An exported file with one column filled."""

    data: bytes = b""
    column: str = ""
    most: Decimal | None = None
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def fill(data: bytes, file: str, put: str, scores: Scores, shape: Shape, order: Order) -> Filled:
    """Put a class's points into a column of a file that a platform has exported.

    Args:
        data: the file.
        file: how messages call it.
        put: the column; what a platform adds to its name may be left out.
        scores: the class.
        shape: of the platform.
        order: maximum (the file's own where it is None) and which columns name a student.

    Raises:
        PlatformFileError: no table, no such column, or no column that names a student.
    """
    return _Filling(Sheet(data, file, ",;\t", any_encoding=True), put, scores, shape, order).done()


class _Filling:
    """Finds the student of each row, and fills the cell."""

    def __init__(self, sheet: Sheet, put: str, scores: Scores, shape: Shape, order: Order) -> None:
        self.sheet, self.scores, self.shape = sheet, scores, shape
        self.column = _column(sheet, put)
        self.match = _matching(sheet, order, shape)
        self.most = order.most if order.most is not None else _maximum(sheet, self.column, shape)
        self.filled = Filled(column=sheet.header[self.column], most=self.most)
        self.cells: dict[tuple[int, int], str] = {}
        students = scores.class_list
        self.people = People(students)
        self.ids = _index((one.student, one.student) for one in students)
        self.emails = _index((one.email, one.student) for one in students)

    def done(self) -> Filled:
        """The file."""
        rows: dict[str, list[Line]] = {}
        for row in self.sheet.rows:
            owner = self._owner(row)
            if owner.student in self.scores.of:
                rows.setdefault(owner.student, []).append(row)
            elif owner.doubt:
                advice = "give ids or e-mail addresses in a column of their own"
                message = f"{sentence(owner.doubt)}; {advice}"
                self.filled.problems.append(self._problem(row, "identity", message))
                self.filled.steps.append(self._step(row, "", REFUSED, "several students fit"))
            elif self._who(row):
                self.filled.steps.append(self._step(row, "", KEPT, "not graded"))
        for id, own in rows.items():
            self.filled.steps.append(self._put(own, self.scores.of[id]))
        missing = [id for id in self.scores.of if id not in rows]
        self.filled.problems += [
            self._problem(
                None, "unknown_user", f"{id} has points, but no row here that is theirs alone"
            )
            for id in missing
        ]
        self.filled.data = self.sheet.changed(self.cells)
        return self.filled

    def _owner(self, row: Line) -> Owner:
        """The student of a row, graded or not. The first column that fits counts."""
        doubts = []
        for place, what in self.match:
            text = row.text(place).removeprefix("#")
            if not text:
                continue
            if what == "name":
                found = self.people.named(text)
            else:
                among = self.ids if what == "student" else self.emails
                found = Owner(among.get(text.casefold(), ""))
            if found.student:
                return found
            doubts += [found.doubt] if found.doubt else []
        return Owner(doubt=because("doubts", doubts=doubts) if doubts else None)

    def _put(self, rows: Sequence[Line], score: Score) -> Step:
        """Fill one student's cell, if it is one."""
        row, id = rows[0], score.student.student
        before = row.text(self.column)
        if len(rows) > 1:
            lines = ", ".join(str(one.number) for one in rows)
            message = f"rows {lines} are all of {id}; none is filled"
            self.filled.problems.append(self._problem(row, "duplicate_student", message))
            return self._step(row, id, REFUSED, "several rows")
        if self.column >= len(row.cells):
            message = f"this row of {id} ends before the column"
            self.filled.problems.append(self._problem(row, "too_few_fields", message))
            return self._step(row, id, REFUSED, "row too short")
        if before.upper() in self.shape.kept:
            message = f"{id}: the cell says {before!r}; no score is written"
            self.filled.problems.append(self._problem(row, "locked", message))
            return self._step(row, id, REFUSED, before)
        points = f"{score.scaled(self.most):.2f}"
        self.cells[row.place, self.column] = points
        shown = f"{self.most if self.most is not None else score.most:.2f}"
        message = f"{score.points:g} of {score.most:g} points"
        name = score.student.name
        return Step(self._who(row), name, id, GRADED, points, shown, before, message)

    def _who(self, row: Line) -> str:
        """What the row says about its student."""
        return next(filter(None, (row.text(place) for place, _ in self.match)), "")

    def _step(self, row: Line, id: str, action: str, message: str) -> Step:
        return Step(self._who(row), "", id, action, message=message)

    def _problem(self, row: Line | None, code: str, message: str) -> Problem:
        line = row.number if row else None
        return Problem(self.sheet.file, line, self.filled.column, code, as_told(message))


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Text without regard to case -> student, where it fits one alone."""
    found: dict[str, set[str]] = {}
    for text, id in pairs:
        if text:
            found.setdefault(text.casefold(), set()).add(id)
    return {text: next(iter(ids)) for text, ids in found.items() if len(ids) == 1}


def _column(sheet: Sheet, put: str) -> int:
    """The column that is called so, or whose name a platform has lengthened."""
    names, wanted = sheet.header, put.strip()
    found = [n for n, name in enumerate(names) if name == wanted]
    if not found:
        found = [
            n
            for n, name in enumerate(names)
            if name.startswith(wanted) and _ADDED.fullmatch(name, len(wanted))
        ]
    if len(found) == 1:
        return found[0]
    many = "several columns are" if found else "no column is"
    raise no_columns(sheet.file, names, f"{many} called {put!r}; say with --put which gets scores")


def _matching(sheet: Sheet, order: Order, shape: Shape) -> list[tuple[int, str]]:
    """Columns that name a student, and what they hold."""
    names = {folded(name): n for n, name in reversed(list(enumerate(sheet.header)))}
    if order.match:
        missing = [name for name, _ in order.match if folded(name) not in names]
        if missing:
            raise no_columns(sheet.file, sheet.header, f"--match: no column {missing[0]!r}")
        return [(names[folded(name)], what) for name, what in order.match]
    found = {names[folded(name)]: what for name, what in shape.match if folded(name) in names}
    if not found:
        wanted = "no column names a student; say which does, such as --match 'ID number=student'"
        raise no_columns(sheet.file, sheet.header, wanted)
    return list(found.items())


def _maximum(sheet: Sheet, column: int, shape: Shape) -> Decimal | None:
    """The maximum that the file itself says: in the header, or in Canvas's row for it."""
    match = pattern(shape.maximum).fullmatch(sheet.header[column]) if shape.maximum else None
    text, line = match[1] if match else "", 1
    for row in sheet.rows if shape.kept else ():
        if "Points Possible" in row.text(0):
            text, line = row.text(column), row.number
    found = readings(text)
    if len(found) > 1:
        name = sheet.header[column]
        message = f"{two_readings(text, found)}; say which with --max"
        raise PlatformFileError(
            [Problem(sheet.file, line, name, "not_a_number", as_told(message))]
        )
    return found[0] if found and found[0] else None
