"""Moodle's import of a grading worksheet, as far as it decides what students keep.

Shape: mod/assign/feedback/offline of Moodle 4.5 (`assignfeedback_offline_grade_importer` and
`process_import_grades`): it walks the rows of the file and no others; a grade is set where it is
another one, within the range, not locked, and not newer; a comment is set where the cell says
anything else than what is stored, whatever became of the grade.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from moodle_files import GRADED, LANGUAGES, Row, read_back


@dataclass(frozen=True)
class Stored:
    """What Moodle keeps of one participant."""

    grade: Decimal | None = None
    comment: str = ""
    """HTML, as a teacher wrote it or an upload set it."""
    locked: bool = False
    newer: bool = False
    """Whether it was graded after the worksheet was downloaded."""

    def row(self, who: Row) -> Row:
        """The row that the download has of this: the comment flattened to plain text."""
        grade = "" if self.grade is None else f"{self.grade:.2f}"
        flat = html.unescape(re.sub(r"<[^>]*>", "", self.comment))
        return replace(
            who,
            grade=grade,
            graded="now" if grade else "-",
            status=GRADED if grade else who.status,
            changeable=not self.locked,
            feedback=flat,
        )


@dataclass
class Imported:
    """What the import says, and what stands there then."""

    stored: dict[int, Stored]
    grades: int = 0
    """Of `Updated N grades`."""
    comments: int = 0


def imported(
    data: bytes, stored: Mapping[int, Stored], most: int = 100, language: str = "en"
) -> Imported:
    """Upload a worksheet."""
    words = LANGUAGES[language]
    found = Imported(dict(stored))
    for row in read_back(data):
        number = int(row[words["identifier"]][len(words["participant"]) :])
        if number not in found.stored:
            continue
        old = found.stored[number]
        grade = _float(row[words["grade"]].replace(words["point"], "."))
        if _set(old, grade, most):
            found.stored[number] = replace(old, grade=grade)
            found.grades += 1
        said = row.get(words["feedback"])
        if said is not None and not old.newer and said != old.comment:
            found.stored[number] = replace(found.stored[number], comment=said)
            found.comments += 1
    return found


def _float(text: str) -> Decimal | None:
    """As PHP casts it: what begins like a number is that number, anything else is 0."""
    if text.strip() in ("", "-"):
        return None
    number = re.match(r"-?\d+(\.\d*)?", text.replace(" ", ""))
    return Decimal(number[0]) if number else Decimal(0)


def _set(old: Stored, grade: Decimal | None, most: int) -> bool:
    if grade is None or old.locked or old.newer:
        return False
    return grade != old.grade and 0 <= grade <= most
