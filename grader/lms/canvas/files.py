"""Canvas's gradebook and archive of submissions in, gradebook and feedback archive out.

The gradebook is joined with the archive on Canvas's user id, which stands in its column `ID` and
in the name of every submitted file: `exampleada_LATE_12345_67890_answers.csv` is user 12345,
attachment 67890. Feedback goes back by 'Upload Submissions', which finds the submission by these
two numbers and shows the feedback under the name of the student's own file; so feedback is
written in the kind of file that the student sent.

Source: Canvas LMS, lib/gradebook_exporter.rb (`csv_data`), lib/gradebook_importer.rb
(`update_column_count`, `process_pp`, `process_submissions`), lib/content_zipper.rb
(`get_filename`, `add_upload_submission`), app/models/assignment.rb
(`infer_comment_context_from_filename`); Canvas Instructor Guide, "How do I import grades in the
Gradebook?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from grader.assignments.folder import Folder
from grader.assignments.worksheets import Progress, silent
from grader.errors import PlatformFileError, Problem
from grader.lms.cells import Line, Sheet, no_columns
from grader.lms.moodle.archive import files_in, nobodys, packed
from grader.lms.outcome import Outcome
from grader.lms.points import readings, two_readings
from grader.lms.received import Judged, Received, judge
from grader.lms.roundtrip import GRADED, KEPT, REFUSED, ZERO, RoundTrip, Step
from grader.marking.policy import Policy
from grader.read.platforms.online_text import answers_in
from grader.support.spreadsheet import safe_table
from problems.patterns import pattern
from problems.reasons import as_told

ENTRY = pattern(r"(?:[^/]*?_)??([0-9]{1,20})_([0-9]{1,20})_(.+)")
TYPED = pattern(r"(?:[^/]*?_)??([0-9]{1,20})_(text|link)\.html?")
ANONYMOUS = pattern(r"(?:LATE_)?anon_\w+?_.+")
FEEDBACK_ZIP = "feedback.zip"
PAGES = "pages"
_ID = pattern(r"[\w .-]+ \(\d+\)|.*\(\d+\)")
_TEST_STUDENTS = frozenset({"Student, Test", "Test Student"})
_WHO = ("SIS User ID", "SIS Login ID", "Integration ID", "Student")
_NUMBER_AT_END = pattern(r"(.*?)\s*\(\d+\)")


@dataclass(frozen=True, slots=True)
class User:
    """One row of the gradebook."""

    id: str
    row: int
    line: int
    name: str
    names: tuple[str, ...]
    cell: str


class Gradebook:
    """A gradebook as it was exported.

    Raises:
        PlatformFileError: it is none, or has no such column.
    """

    def __init__(self, data: bytes, file: str, column: str) -> None:
        """
        Args:
            data: the file.
            file: how messages call it.
            column: of the assignment, with or without Canvas's number: `Homework 1 (1234)`.
        """
        self.file = file
        self.sheet = Sheet(data, file, ",;", any_encoding=True)
        header = self.sheet.header
        if "ID" not in header or "Section" not in header:
            wanted = "this is no gradebook of Canvas: needed are the columns 'ID' and 'Section'"
            raise no_columns(file, header, wanted)
        faults = self.sheet.ragged()
        if faults:
            raise PlatformFileError(faults)
        self.column = self._place(column)
        self.most = self._points_possible()
        self.users = {user.id: user for user in self._users()}

    def _place(self, column: str) -> int:
        """The assignment's column."""
        header = self.sheet.header
        first = header.index("Section") + 1
        own = [n for n in range(first, len(header)) if header[n] == column.strip()]
        if not own:
            plain = [_NUMBER_AT_END.fullmatch(name) for name in header]
            own = [
                n
                for n, match in enumerate(plain)
                if n >= first and match and match[1] == column.strip()
            ]
        if len(own) == 1:
            return own[0]
        many = "several columns are" if own else "no column is"
        names = [name for name in header[first:] if _ID.fullmatch(name)] or header[first:]
        raise no_columns(self.file, names, f"{many} called {column!r}; say which with --column")

    def _points_possible(self) -> Decimal:
        row = next((row for row in self.sheet.rows if "Points Possible" in row.text(0)), None)
        text = row.text(self.column) if row else ""
        found = readings(text)
        if len(found) == 1 and found[0] > 0:
            return found[0]
        name = self.sheet.header[self.column]
        if len(found) > 1:
            message = f"{two_readings(text, found)}; write it without a mark of thousands"
            line = row.number if row else None
            raise PlatformFileError(
                [Problem(self.file, line, name, "not_a_number", as_told(message))]
            )
        if "read only" in text or (text and not found):
            message = f"Canvas computes this column itself ({text[:30]}); choose an assignment's"
            raise PlatformFileError(
                [Problem(self.file, None, name, "read_only", as_told(message))]
            )
        message = (
            "no points above 0 stand in the row 'Points Possible'; give the assignment points in "
            "Canvas and export again"
        )
        line = row.number if row else None
        raise PlatformFileError([Problem(self.file, line, name, "not_a_number", as_told(message))])

    def _users(self) -> list[User]:
        header = list(self.sheet.header)
        at = header.index("ID")
        who = [header.index(name) for name in _WHO if name in header]
        parts = [header.index(name) for name in ("FirstName", "LastName") if name in header]
        found = []
        for n, row in enumerate(self.sheet.rows):
            id = row.text(at)
            if not id.isdecimal():
                continue
            name = self._name(row, parts)
            if name in _TEST_STUDENTS:
                continue
            names = [row.text(place) for place in who] + ([name] if parts else [])
            cell = row.text(self.column)
            found.append(User(id, n, row.number, name, tuple(filter(None, names)), cell))
        return found

    def _name(self, row: Line, parts: Sequence[int]) -> str:
        return " ".join(row.text(place) for place in parts) if parts else row.text(0)

    def filled(self, scores: dict[str, Decimal]) -> bytes:
        """The gradebook with other scores in one column; all other bytes are as they were."""
        cells = {(self.users[id].row, self.column): f"{score:.2f}" for id, score in scores.items()}
        return self.sheet.changed(cells)


# the archive -------------------------------------------------------------------------------


@dataclass
class Sent:
    """What one user handed in."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    texts: list[tuple[str, bytes]] = field(default_factory=list)
    """Text entries, and the tables made out of them."""
    attached: list[str] = field(default_factory=list)
    """Names of those that feedback can be attached to."""
    doubt: bool = False
    """Whether something of it could not be read."""


def submissions(paths: Sequence[Path], done: RoundTrip) -> dict[str, Sent]:
    """User's id -> what was handed in.

    Args:
        paths: archives as downloaded, or folders into which they were unpacked.
        done: where problems and notes are added.

    Raises:
        PlatformFileError: no archive, or nothing in it is named as Canvas names it.
    """
    found: dict[str, Sent] = {}
    for path in paths:
        lost: list[Problem] = []
        for name, data, _ in files_in(path, lost, done.notes):
            _take(found, done, name, data)
        for problem in lost:  # whoever sent a file that is damaged has handed in all the same
            base = problem.file.rsplit("/", 1)[-1]
            if match := TYPED.fullmatch(base) or ENTRY.fullmatch(base):
                found.setdefault(match[1], Sent()).doubt = True
        done.problems += lost
    if not found:
        message = (
            "no file here is named as Canvas names it (exampleada_12345_67890_answers.csv); take "
            "the archive of 'Download Submissions'"
        )
        raise nobodys(paths[0], message, done.problems)
    return found


def _take(found: dict[str, Sent], done: RoundTrip, name: str, data: bytes) -> None:
    base = name.rsplit("/", 1)[-1]
    typed = TYPED.fullmatch(base)
    sent = ENTRY.fullmatch(base)
    if ANONYMOUS.fullmatch(base):
        message = (
            "anonymous grading is on, so Canvas leaves out the user's id; grades can go back "
            "when it is switched off"
        )
        done.problems.append(Problem(name, None, None, "anonymous", as_told(message)))
    elif typed and typed[2] == "text":
        one = found.setdefault(typed[1], Sent())
        read = answers_in(data, name)
        if read.table is not None:
            one.texts.append((name, read.table))
        one.doubt |= bool(read.problems)
        done.problems += read.problems
        done.notes += read.notes
    elif typed:
        found.setdefault(typed[1], Sent())
        message = "a link was handed in, not answers; it is not followed"
        done.problems.append(Problem(name, None, None, "not_a_file", as_told(message)))
    elif sent:
        one = found.setdefault(sent[1], Sent())
        one.files.append((name, data))
        one.attached.append(base)
    else:
        message = (
            "not named as Canvas names it (exampleada_12345_67890_answers.csv), so it is "
            "nobody's; check it by itself with: bpgrade check"
        )
        done.problems.append(Problem(name, None, None, "bad_name", as_told(message)))


# grading -----------------------------------------------------------------------------------


def grade_gradebook(
    book: Gradebook,
    paths: Sequence[Path],
    folder: Folder,
    policy: Policy,
    formats: Sequence[str] = ("html", "pdf"),
    blank_as_zero: bool = False,
    told: Progress = silent,
) -> RoundTrip:
    """Grade what was handed in, and fill the gradebook.

    Args:
        book: as exported.
        paths: archives of the same assignment.
        folder: the assignment of bpgrade.
        policy: what verdicts are worth.
        formats: of the feedback pages; none for no feedback.
        blank_as_zero: whether users who handed in nothing get a 0.
        told: the progress.

    Raises:
        PlatformFileError: the archive cannot be used.
    """
    done = RoundTrip()
    sent = submissions(paths, done)
    if not sent.keys() & book.users.keys():
        message = (
            f"nobody whose work is here is in {book.file}: both must be of one course; download "
            "the archive of this assignment and export the whole gradebook, afresh"
        )
        strange = Problem(str(paths[0]), None, None, "unknown_user", as_told(message))
        raise PlatformFileError([strange])
    received = []
    for id, one in sent.items():
        if id not in book.users:
            where = next((name for name, _ in (*one.files, *one.texts)), str(paths[0]))
            message = f"user {id} is not in {book.file}; export the whole gradebook, afresh"
            done.problems.append(Problem(where, None, None, "unknown_user", as_told(message)))
        elif one.files or one.texts:
            names = book.users[id].names
            received.append(Received(id, names, tuple(one.files), tuple(one.texts), one.doubt))
    judged = judge(received, folder, policy, lambda n: told("grading", n, len(received)))
    done.problems += judged.problems
    done.notes += judged.notes
    trip = _Trip(book, sent, judged, blank_as_zero, done)
    done.steps += [trip.step(user) for user in book.users.values()]
    done.files[book.file] = book.filled(trip.scores)
    if formats:
        trip.add_feedback(formats, told)
    return done


class _Trip:
    """Decides what becomes of each row."""

    def __init__(
        self,
        book: Gradebook,
        sent: dict[str, Sent],
        judged: Judged,
        blank_as_zero: bool,
        done: RoundTrip,
    ) -> None:
        self.book, self.sent, self.judged = book, sent, judged
        self.blank_as_zero, self.done = blank_as_zero, done
        self.scores: dict[str, Decimal] = {}
        self.outcomes: dict[str, Outcome] = {}

    def step(self, user: User) -> Step:
        """What is done with a row."""
        outcome = self.judged.outcomes.get(user.id)
        if outcome is None:
            return self._without(user)
        student = outcome.student.student
        closed = {"EX": "excused", "N/A": "not assigned to this student"}.get(user.cell.upper())
        if closed:
            message = f"{user.name}: {closed} in Canvas ({user.cell}); the score is not written"
            column = self.book.sheet.header[self.book.column]
            self.done.problems.append(
                Problem(self.book.file, user.line, column, "locked", as_told(message))
            )
            return self._made(user, REFUSED, student, closed)
        score = outcome.points(float(self.book.most))
        self.scores[user.id], self.outcomes[user.id] = score, outcome
        message = f"{outcome.score:g} of {outcome.most:g} points"
        if outcome.missing:
            message += f", {outcome.missing} not handed in"
        return self._made(user, GRADED, student, message, score)

    def _without(self, user: User) -> Step:
        if user.id in self.sent:
            return self._made(user, REFUSED, "", "could not be graded, see problems")
        if self.blank_as_zero and not user.cell:
            self.scores[user.id] = Decimal(0)
            return self._made(user, ZERO, "", "nothing handed in", Decimal(0))
        return self._made(user, KEPT, "", "nothing handed in")

    def _made(
        self, user: User, action: str, student: str, message: str, score: Decimal | None = None
    ) -> Step:
        shown = "" if score is None else f"{score:.2f}"
        most = f"{self.book.most:.2f}"
        return Step(user.id, user.name, student, action, shown, most, user.cell, message)

    def add_feedback(self, formats: Sequence[str], told: Progress) -> None:
        """A page for everybody, and an archive for those files that can carry feedback."""
        attached: dict[str, bytes] = {}
        for n, (id, outcome) in enumerate(self.outcomes.items(), 1):
            pages = outcome.pages(sorted({*formats, "pdf"}))
            folder = outcome.student.folder
            for suffix in formats:
                self.done.files[f"{PAGES}/{folder}.{suffix}"] = pages[suffix]
            reply = _reply(self.sent[id].attached, outcome, pages["pdf"])
            attached |= reply
            if not reply:
                message = (
                    "no file to attach feedback to; put it into a comment by hand "
                    f"({PAGES}/{folder}.{formats[0]})"
                )
                user = self.book.users[id].name
                self.done.notes.append(
                    Problem(user, None, None, "no_attachment", as_told(message))
                )
            told("feedback", n, len(self.outcomes))
        self.done.files[FEEDBACK_ZIP] = packed(attached)


def _reply(names: Sequence[str], outcome: Outcome, pdf: bytes) -> dict[str, bytes]:
    """Feedback under the name of one of the student's own files, in that kind of file."""
    for ending in (".pdf", ".csv", ".txt"):
        for name in names:
            if name.casefold().endswith(ending):
                lines = [line.removeprefix("- ") for line in outcome.text().split("\n")]
                table = safe_table(["feedback"], ([line] for line in lines if line))
                text = outcome.text().encode()
                return {name: {".pdf": pdf, ".csv": table, ".txt": text}[ending]}
    return {}
