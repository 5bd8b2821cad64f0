"""Submissions as the filled form of a PDF worksheet.

The fields are named after the steps, and a hidden field names the exercises; the title and the
head of each page say them too. What lies beside the fields is never graded, and always told.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import EmptyForm, Lost, Problem, SubmissionError
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.builder import Builder
from grader.read.number import Unreadable
from grader.read.pdf.beside_fields import Spot, listed, near
from grader.read.pdf.field_names import exercises_named, numbers_named, sorted_out
from grader.read.pdf.fields import title_ids
from grader.read.pdf.form_file import Field, Opened, opened
from grader.read.pdf.formless import NOT_OURS, formless
from grader.read.tables.table import refusal
from problems.exercise import Exercise
from problems.reasons import as_told
from templates.pages.fields import EXERCISES, field_name

FEW = 8
"""So many fields are named; of more, how many there are."""

_EMPTY = (
    "no field of this worksheet is filled in; if you see your answers on the pages, the program "
    "drew them beside the fields: fill in the fields and save, or hand in answers.csv"
)
_BESIDE = "is not graded; type answers into the fields and save, or hand in answers.csv"


def read_form(data: bytes, file: str, find: Find) -> Read:
    """The answers in a worksheet's fields.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by its id.

    Raises:
        SubmissionError: no worksheet of ours, no fields left, nothing in them, or nothing that
            has one reading only.
    """
    found = opened(data, file)
    if not any(name != EXERCISES for name in found.fields):
        raise formless(found, file, find)
    builder = Builder(file, find)
    exercises = _exercises(found, builder)
    if exercises is None:
        _put_labels(found, builder)
    elif exercises:
        _Worksheet(found, exercises, builder).put()
    return builder.read()


# whose it is -------------------------------------------------------------------------------


def _exercises(found: Opened, builder: Builder) -> list[Exercise] | None:
    """The exercises of a worksheet; None if the fields are not ours.

    Raises:
        SubmissionError: it says two things, or pages of several worksheets are in it.
    """
    named = _named(found, builder.file)
    ids = named or found.ids
    numbers = numbers_named(found.fields.values())
    if ids:
        exercises = [builder.exercise(id, "") for id in ids]
    elif numbers:
        exercises = [_numbered(builder, number, len(numbers)) for number in numbers]
    else:
        return None
    known = [one for one in exercises if one is not None]
    students = {one.student for one in known}
    places = max(len(numbers), len(known))  # of one whose fields are left out only a head tells
    mixed = not named and (len(students) > 1 or len(ids) > places)
    if mixed or len({one.number for one in known}) < len(known):
        message = f"pages of several worksheets are in this PDF ({_and(ids)})"
        raise refusal(builder.file, "identity", f"{message}; hand in each by itself")
    return known


def _numbered(builder: Builder, number: int, count: int) -> Exercise | None:
    """An exercise of whoever's place this is; one alone may be the only one there."""
    found = builder.find("", "") if count == 1 else None
    if isinstance(found, Exercise) and found.number == number:
        return found
    of_number = builder.exercise("", "", number=number)
    return of_number if of_number and of_number.number == number else None


def _named(found: Opened, file: str) -> list[str]:
    """The ids that a PDF names in its hidden field or its title; the heads must not differ.

    Raises:
        SubmissionError: it names two different worksheets.
    """
    said = exercises_named(found.fields.values())
    title = title_ids(found.title)
    if len(said) > 1:
        message = f"two worksheets are in this PDF ({_and(said)}); hand in each by itself"
        raise refusal(file, "identity", message)
    named = [id for id in (part.strip() for text in said for part in text.split(",")) if id]
    if named and title and named != title:
        message = (
            f"the title of this PDF names exercise {_and(title)}, its fields {_and(named)}; "
            "fill in the worksheet you were given and hand in that alone"
        )
        raise refusal(file, "identity", message)
    ids = named or title
    pages = ((page, head.exercise) for page, head in found.heads.items())
    strange = [f"page {page} is of {id}" for page, id in pages if id not in ids]
    if ids and strange:
        message = f"this is the worksheet of {_and(ids)}, but {_and(strange)}"
        raise refusal(file, "identity", f"{message}; hand in each worksheet by itself")
    return ids


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1][:5]), parts[-1]]) if len(parts) > 1 else parts[0]


# what is in it -----------------------------------------------------------------------------


class _Worksheet:
    """The answers to a worksheet's exercises, and everything that is in no field of ours."""

    def __init__(self, found: Opened, exercises: Sequence[Exercise], builder: Builder) -> None:
        self.found, self.exercises, self.builder = found, exercises, builder
        self.names = {
            field_name(one.number, id): (one, id) for one in exercises for id in one.questions
        }
        self.own, others = sorted_out(found.fields.values(), {*self.names, EXERCISES})
        self.own.pop(EXERCISES, None)
        numbers = [one.number for one in exercises]
        self.others = [one for one in others if one.texts and not _of_another(one, numbers)]
        spots = self._spots()
        self.marks = [(mark, near(mark, spots)) for mark in found.marks]

    def put(self) -> None:
        """All answers and problems.

        Raises:
            SubmissionError: there is nothing to grade.
        """
        if not self.own and not self.others:
            raise formless(self.found, self.builder.file, self.builder.find)
        if not any(one.text for one in self.own.values()):
            raise self._nothing()
        made = [self._put(self.builder.new(one)) for one in self.exercises]
        self._tell(made[0], any(name not in self.own for name in self.names))

    def _spots(self) -> list[Spot]:
        return [
            Spot(id, exercise.labels[id], page, box, self.own[name].first)
            for name, (exercise, id) in self.names.items()
            if name in self.own
            for page, box in self.own[name].places
        ]

    def _nothing(self) -> SubmissionError:
        """Why a worksheet in which no field can be used is refused."""
        twofold = [one for one in self.own.values() if one.refused]
        if twofold:
            code, message = twofold[0].refused or ("", "")
            label = self._label(twofold[0])
            count = f"{len(twofold)} fields are in doubt, the first " if twofold[1:] else ""
            return refusal(self.builder.file, code, f"{count}{label}: {message}")
        told = self._told()
        if self.others:
            file = self.builder.file
            told.append(Problem(file, None, None, "bad_step", as_told(_foreign(self.others))))
        if told:
            return SubmissionError(told)
        message = f"{_EMPTY}{self._pages()}"
        problem = Problem(self.builder.file, None, None, "empty", as_told(message))
        return EmptyForm(problem, tuple(self.exercises))

    def _label(self, one: Field) -> str:
        exercise, id = self.names[one.name]
        return exercise.labels[id]

    def _put(self, to: AnswerSheet) -> AnswerSheet:
        """The answers to one of the exercises."""
        lost = []
        for id in to.exercise.questions:
            name, label = field_name(to.exercise.number, id), to.exercise.labels[id]
            if name not in self.own:
                lost.append(label)
                continue
            one = self.own[name]
            self.builder.put(to, label, one.text, None, label, label, one.refused)
            if not one.texts:
                self._put_beside(to, id)
        if lost:
            to.problems.append(
                Problem(to.file, None, None, "no_form", as_told(self._missing(to, lost)))
            )
        return to

    def _put_beside(self, to: AnswerSheet, id: str) -> None:
        """An empty field at which alone something lies: not blank, but not to be read either."""
        for mark, at in self.marks:
            empty = [spot for spot in at if not spot.text]
            if [spot.id for spot in empty] == [id] and empty[0].label == to.exercise.labels[id]:
                what = f"the field is empty; type what lies beside it (page {mark.page}) into it"
                to.answers[id] = Unreadable(mark.text, "beside_fields", 0, as_told(what))
                return

    def _missing(self, to: AnswerSheet, lost: Sequence[str]) -> str:
        of = len(to.exercise.questions)
        more = f" and {len(lost) - FEW} more" if len(lost) > FEW else ""
        fields = f"{', '.join(lost[:FEW])}{more}"
        return f"{len(lost)} of {of} fields are missing from this PDF{self._pages()}: {fields}"

    def _pages(self) -> str:
        """Which pages are missing with them, where the heads of the others tell."""
        gone, of = self.found.left_out
        if not gone:
            return ""
        pages = f"page{'s' if gone[1:] else ''} {_and([*map(str, gone)])} of {of}"
        return f" ({pages} left out; hand in the whole worksheet)"

    # beside the fields -------------------------------------------------------------------------

    def _tell(self, to: AnswerSheet, missing: bool) -> None:
        """List what is in no field of ours; where nothing can be lost by it, as a note."""
        blank = missing or any(not one.texts for one in self.own.values())
        over = any(spot.text != mark.text for mark, at in self.marks for spot in at)
        for told in self._told():
            if blank or over:
                to.problems.append(told)
            else:
                self.builder.notes.add(None, None, told.code, told.message)
        if self.others:
            foreign = _foreign(self.others)
            to.problems.append(Problem(to.file, None, None, "bad_step", as_told(foreign)))

    def _told(self) -> list[Problem]:
        file = self.builder.file
        said = (f"{page}; this {_BESIDE}" for page in listed(self.marks))
        return [Problem(file, None, None, "beside_fields", as_told(text)) for text in said]


def _of_another(one: Field, numbers: Sequence[int]) -> bool:
    """Whether a field belongs to an exercise that is not graded here, as is said of its id."""
    return any(number not in numbers for number in numbers_named([one]))


def _foreign(others: Sequence[Field]) -> str:
    """Filled fields that are none of the worksheet's."""
    said = []
    for one in others[:FEW]:
        where = f" on page {one.places[0][0]}" if one.places else ""
        said.append(f"{one.name[:60]!r}{where} holds {one.texts[0][0][:60]!r}")
    more = f", and {len(others) - FEW} more" if others[FEW:] else ""
    return f"fields that are none of this worksheet's: {', '.join(said)}{more}"


def _put_labels(found: Opened, builder: Builder) -> None:
    """A form of another make, whose fields bear the labels, where the place says whose it is."""
    exercise = builder.find("", "")
    if isinstance(exercise, Lost):
        raise refusal(builder.file, "identity", f"{NOT_OURS}; {exercise.message}")
    to = builder.new(exercise)
    for name, one in found.fields.items():
        label = name[:60]
        builder.put(to, name, one.text, None, label, label, one.refused)
