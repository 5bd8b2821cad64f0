"""Moodle's offline grading worksheet: read, checked, and its graded rows given back.

Moodle refuses hardly anything in it: rows that it does not like are skipped in silence, and
`12,25` becomes 12. So everything that it would swallow is looked for here, and told.

Source: measured on Moodle 4.5.6; what the import compares is mod/assign/feedback/offline
(importgradeslib.php and locallib.php, `process_import_grades`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

from grader.errors import PlatformFileError, Problem
from grader.lms.cells import Line, Sheet, no_columns
from grader.lms.moodle.columns import DRAFT, NO, NOTHING, PARTICIPANT, SUBMITTED, YES, roles
from grader.lms.points import readings
from grader.read.folding import folded
from problems.patterns import pattern
from problems.reasons import as_told

AFRESH = "download the worksheet afresh just before you grade, and leave it as it is"
NEEDED = (
    "this is no grading worksheet of Moodle: needed are columns for identifier, grade, maximum "
    "grade and last modification of the grade (in English: Identifier, Grade, Maximum grade, "
    "Last modified (grade))"
)
_SHORT_DATE = pattern(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T,]+\d{1,2}[:.]\d{2}.*)?")
"""A date as spreadsheet programs rewrite it; Moodle spells out day and month."""
_TAG = pattern(r"<[^<>]*+>")
_WHO = ("idnumber", "username", "email", "name")


@dataclass(frozen=True, slots=True)
class Participant:
    """One row."""

    number: int
    """Of the participant in this assignment; not the user's id."""
    key: str
    """As the worksheet says it, `Participant 3`."""
    row: int
    """Below the header, from 0."""
    line: int
    """In the file, the header is 1."""
    name: str
    """'' where the assignment is anonymous."""
    names: tuple[str, ...]
    """What says who it is, the surest first."""
    status: str
    grade: str
    """As it stands there."""
    most: Decimal
    changeable: bool
    graded: str
    """When, in the site's words; '-' for never."""

    @property
    def draft(self) -> bool:
        """Whether the work was not handed in yet."""
        return bool(DRAFT.search(folded(self.status)))

    @property
    def nothing(self) -> bool:
        """Whether the status says that nothing was handed in."""
        return bool(NOTHING.match(folded(self.status)))

    @property
    def submitted(self) -> bool:
        """Whether the status says that work was handed in."""
        said = folded(self.status)
        return bool(SUBMITTED.search(said)) and not (self.draft or self.nothing)

    @property
    def has_grade(self) -> bool:
        """Whether Moodle holds a grade already."""
        return self.grade not in ("", "-")

    @property
    def typed(self) -> bool:
        """Whether the grade was typed into the file: Moodle writes none without its time."""
        return self.has_grade and self.graded in ("", "-")


class Worksheet:
    """A worksheet as it was downloaded.

    Raises:
        PlatformFileError: it is none, or Moodle would not take it as it is.
    """

    def __init__(self, data: bytes, file: str) -> None:
        """
        Args:
            data: the file.
            file: how messages call it.
        """
        self.file = file
        self.sheet = Sheet(data, file)
        faults = self.sheet.ragged()
        if faults:
            raise PlatformFileError(faults)
        rows = [[cell.text for cell in row.cells] for row in self.sheet.rows]
        self.columns = roles(self.sheet.header, rows)
        self._check_columns()
        self.commas = self._writes_commas()
        self.usual = self._usual_word()
        self.people = self._read()

    @property
    def in_english(self) -> bool:
        """Whether the headers are English; Moodle's import reads no other dates."""
        return folded(self.sheet.header[self.columns["identifier"]]) == "identifier"

    @property
    def anonymous(self) -> bool:
        """Whether nothing says who anybody is."""
        return not any(role in self.columns for role in _WHO)

    def _check_columns(self) -> None:
        found, header = self.columns, self.sheet.header
        if "scale" in found and "maximum" not in found:
            message = (
                "this assignment is graded with a scale; choose points in its settings, and "
                "download the worksheet afresh"
            )
            raise PlatformFileError([Problem(self.file, 1, None, "scale", as_told(message))])
        if not {"identifier", "grade", "maximum", "graded"} <= found.keys():
            raise no_columns(self.file, header, NEEDED)

    def _writes_commas(self) -> bool:
        """Whether the site's language has decimal commas: then Moodle itself wrote them."""
        column = self.columns["maximum"]
        texts = (row.text(column) for row in self.sheet.rows)
        return any(text.rfind(",") > text.rfind(".") for text in texts)

    def _usual_word(self) -> str:
        """What most rows say of whether the grade can be changed; '' where no word does."""
        column = self.columns.get("changeable")
        words = Counter(folded(row.text(column)) for row in self.sheet.rows).most_common(2)
        alone = len(words) == 1 or (len(words) == 2 and words[0][1] > words[1][1])
        return words[0][0] if alone else ""

    def _may_change(self, word: str) -> bool:
        """Of words that are not known the usual one means yes: few grades are locked."""
        return word in YES or (word not in NO and word == self.usual)

    def _read(self) -> dict[int, Participant]:
        problems: list[Problem] = []
        found: dict[int, Participant] = {}
        for n, row in enumerate(self.sheet.rows):
            one = self._participant(n, row, problems)
            if one and one.number in found:
                first = found[one.number].line
                message = f"{one.key} stands in row {first} already; {AFRESH}"
                problems.append(self._problem(row, "identifier", "duplicate_student", message))
            elif one:
                found[one.number] = one
        if problems:
            raise PlatformFileError(problems)
        return found

    def _participant(self, n: int, row: Line, problems: list[Problem]) -> Participant | None:
        key = row.text(self.columns["identifier"])
        match = PARTICIPANT.fullmatch(key)
        if not match:
            what = "is a bare number" if key.isdecimal() else "is no participant"
            message = (
                f"{key[:40]!r} {what}; Moodle writes 'Participant 3' and fails with a database "
                f"error on anything else; {AFRESH}"
            )
            problems.append(self._problem(row, "identifier", "bad_id", message))
            return None
        most = _number(row.text(self.columns["maximum"]))
        if not most:
            message = f"{row.text(self.columns['maximum'])[:40]!r} is no maximum grade; {AFRESH}"
            problems.append(self._problem(row, "maximum", "not_a_number", message))
            return None
        text = {role: row.text(place) for role, place in self.columns.items()}
        return Participant(
            number=int(match[2]),
            key=key,
            row=n,
            line=row.number,
            name=text.get("name", ""),
            names=tuple(filter(None, (text.get(role, "") for role in _WHO))),
            status=text.get("status", ""),
            grade=text["grade"],
            most=most,
            changeable=self._may_change(folded(text.get("changeable", ""))),
            graded=text["graded"],
        )

    def _problem(self, row: Line, role: str, code: str, message: str) -> Problem:
        return Problem(self.file, row.number, self.named(role), code, as_told(message))

    def named(self, role: str) -> str:
        """What a column is called in this worksheet."""
        return self.sheet.header[self.columns[role]] if role in self.columns else role

    # what Moodle would swallow -----------------------------------------------------------------

    def notes(self) -> list[Problem]:
        """What is worth knowing of the file as a whole; nothing is lost by it."""
        found = []
        if not self.sheet.bom:
            message = (
                "the mark at its beginning (BOM) is gone: a spreadsheet program may have saved "
                f"this file. If anything looks odd, {AFRESH}"
            )
            found.append(("resaved", message))
        if self.anonymous:
            message = (
                "it names nobody (anonymous submissions): the exercise's id says whose work it "
                "is; answers.csv and worksheet.pdf hold it, a typed text needs a line "
                "'exercise = ...' with it"
            )
            found.append(("anonymous", message))
        if "feedback" not in self.columns:
            last = ", ".join(repr(name[:40]) for name in self.sheet.header[-3:])
            message = (
                "no column for comments is known (the last columns are "
                f"{last}): switch on the feedback type 'Feedback comments' in the assignment's "
                "settings; grades are written all the same"
            )
            found.append(("no_comments", message))
        if not self.in_english and any(one.has_grade for one in self.people.values()):
            message = (
                "Moodle may be unable to read the dates of another language than English, and "
                "then skips rows that were graded before: when you upload, tick the box that "
                "allows to update records which are newer in Moodle"
            )
            found.append(("dates", message))
        known = all(self._changeable(one) for one in self.people.values())
        if not known:
            message = (
                f"what {self.named('changeable')!r} says is not understood; what most rows say is "
                "taken for yes, anything else for no"
            )
            found.append(("unknown_word", message))
        return [Problem(self.file, None, None, code, as_told(message)) for code, message in found]

    def _changeable(self, one: Participant) -> bool:
        """Whether the column for it says yes or no in a language that is known."""
        said = folded(self.sheet.rows[one.row].text(self.columns.get("changeable")))
        return "changeable" not in self.columns or said in YES | NO

    def problems(self) -> list[Problem]:
        """Cells that Moodle would store as something else, or skip, whoever filled them in."""
        found = []
        for one in self.people.values():
            found += [
                Problem(self.file, one.line, self.named(role), code, as_told(message))
                for role, code, message in self._doubts(one)
            ]
        return found

    def _doubts(self, one: Participant) -> list[tuple[str, str, str]]:
        found = []
        grade = _number(one.grade) if one.has_grade else None
        if one.has_grade and "," in one.grade and not self.commas:
            message = (
                f"Moodle stores {one.grade.split(',')[0] or '0'!s} for {one.grade[:20]!r}: write "
                "a decimal point"
            )
            found.append(("grade", "ambiguous_separator", message))
        elif one.has_grade and grade is None:
            message = f"{one.grade[:20]!r} is no grade; Moodle stores 0 or skips the row"
            found.append(("grade", "not_a_number", message))
        elif grade is not None and grade > one.most:
            message = (
                f"{one.grade} is more than the maximum of {one.most}; Moodle skips the row in "
                "silence"
            )
            found.append(("grade", "too_high", message))
        if _SHORT_DATE.fullmatch(one.graded):
            message = (
                f"{one.graded[:30]!r} was rewritten by a spreadsheet program; Moodle compares "
                f"this date and may skip the row in silence; {AFRESH}"
            )
            found.append(("graded", "date", message))
        return found

    # the way back ------------------------------------------------------------------------------

    def filled(
        self,
        grades: Mapping[int, Decimal],
        comments: Mapping[int, str],
        as_they_are: Collection[int] = (),
    ) -> bytes:
        """The rows that are graded, with grade and comment; all other bytes are as they were.

        Rows without a grade are left out: the worksheet holds comments flattened to plain text,
        and Moodle's import would put that in the place of what a teacher wrote, in every row
        that it finds. It walks the rows of the file only, so who is not in it keeps everything.

        Args:
            grades: participant's number -> grade, at most the maximum.
            comments: participant's number -> HTML.
            as_they_are: numbers of others whose rows stay all the same.
        """
        cells: dict[tuple[int, int], str] = {}
        for number, grade in grades.items():
            one = self.people[number]
            if not 0 <= grade <= one.most:
                raise ValueError(f"{grade} is not between 0 and {one.most}")
            cells[one.row, self.columns["grade"]] = f"{grade:.2f}"
        if "feedback" in self.columns:
            for number, html in comments.items():
                cells[self.people[number].row, self.columns["feedback"]] = harmless(html)
        staying = {self.people[number].row for number in (*grades, *as_they_are)}
        return self.sheet.changed(cells, staying)

    def typed_grade(self, one: Participant) -> Decimal | None:
        """The grade that somebody typed; None where Moodle would store another, or none."""
        doubted = any(role == "grade" for role, _, _ in self._doubts(one))
        return None if doubted else _number(one.grade)

    def replaced(self, comments: Mapping[int, str]) -> list[Problem]:
        """Whose comment the upload replaces by another one: Moodle adds to none."""
        lost = [
            self.people[number].key
            for number, html in comments.items()
            if (said := self.says(self.people[number])) and _letters(said) != _letters(html)
        ]
        if not lost or "feedback" not in self.columns:
            return []
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        message = (
            f"a comment stands there already for {', '.join(lost[:5])}{more}; uploading replaces "
            "it. Keep what you wrote by hand"
        )
        return [Problem(self.file, None, self.named("feedback"), "replaced", as_told(message))]

    def says(self, one: Participant) -> str:
        """The comment that stands in a row, flattened; '' if there is none."""
        return self.sheet.rows[one.row].text(self.columns.get("feedback"))


def harmless(html: str) -> str:
    r"""HTML that PHP's reader of CSV takes for what it is: to it, `\"` ends no cell.

    >>> harmless(r"<p>\frac</p>")
    '<p>&#92;frac</p>'
    """
    return html.replace("\\", "&#92;").replace("\r\n", "\n").replace("\x00", "")


def _letters(comment: str) -> str:
    """What a comment says, however it is formatted: Moodle's worksheet holds it flattened."""
    return "".join(unescape(_TAG.sub("", comment)).split())


def _number(text: str) -> Decimal | None:
    """A number with a decimal point or comma.

    Moodle marks no thousands, so `100,000` is 100; a spreadsheet program may, as in `1,000.00`.
    """
    found = readings(text)
    return found[0] if found else None
