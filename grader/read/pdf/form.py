"""Submissions as the filled form of a PDF worksheet.

The fields are named after the steps, and a hidden field names the exercises; the title and the
head of each page say them too. What lies beside the fields is never graded, and always told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeVar

from grader.errors import EmptyForm, Fault, Lost, Problem, SubmissionError
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.builder import Builder
from grader.read.number import Unreadable
from grader.read.pdf.beside_fields import Spot, first, listed, near
from grader.read.pdf.field_names import exercises_named, numbers_named, sorted_out
from grader.read.pdf.fields import title_ids
from grader.read.pdf.form_file import Field, Opened, opened
from grader.read.pdf.formless import NOT_OURS, formless
from grader.read.tables.table import refusal
from problems.exercise import Exercise
from problems.reasons import Reason, because
from templates.pages.fields import EXERCISES, field_name

_T = TypeVar("_T")

FEW = 8
"""So many fields are named; of more, how many there are."""


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
        reason = because("pages_of_several_worksheets", exercises=_few(ids))
        raise refusal(builder.file, "identity", reason)
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
        raise refusal(file, "identity", because("two_worksheets", exercises=_few(said)))
    named = [id for id in (part.strip() for text in said for part in text.split(",")) if id]
    if named and title and named != title:
        reason = because("title_and_fields_differ", title=_few(title), fields=_few(named))
        raise refusal(file, "identity", reason)
    ids = named or title
    pages = ((page, head.exercise) for page, head in found.heads.items())
    strange = [
        because("page_is_of", page=page, exercise=id) for page, id in pages if id not in ids
    ]
    if ids and strange:
        reason = because("pages_of_another", exercises=_few(ids), pages=_few(strange))
        raise refusal(file, "identity", reason)
    return ids


def _few(parts: Sequence[_T]) -> list[_T]:
    """The first five and the last."""
    return [*parts[:-1][:5], *parts[-1:]]


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
            return self._in_doubt(twofold)
        told = self._told()
        if self.others:
            file = self.builder.file
            told.append(Problem(file, None, None, "bad_step", _foreign(self.others)))
        if told:
            return SubmissionError(told)
        reason = because("no_field_filled_in", left_out=self._pages())
        problem = Problem(self.builder.file, None, None, "empty", reason)
        return EmptyForm(problem, tuple(self.exercises))

    def _in_doubt(self, fields: Sequence[Field]) -> SubmissionError:
        code, why = fields[0].refused or Fault("", NOT_OURS)
        label, count = self._label(fields[0]), len(fields)
        reason = because("of_entry", label=label, why=why)
        if count > 1:
            reason = because("fields_in_doubt", count=count, label=label, why=why)
        return refusal(self.builder.file, code, reason)

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
            to.problems.append(Problem(to.file, None, None, "no_form", self._missing(to, lost)))
        return to

    def _put_beside(self, to: AnswerSheet, id: str) -> None:
        """An empty field at which alone something lies: not blank, but not to be read either."""
        for mark, at in self.marks:
            empty = [spot for spot in at if not spot.text]
            if [spot.id for spot in empty] == [id] and empty[0].label == to.exercise.labels[id]:
                reason = because("field_empty_beside", page=mark.page)
                to.answers[id] = Unreadable(mark.text, "beside_fields", 0, reason)
                return

    def _missing(self, to: AnswerSheet, lost: Sequence[str]) -> Reason:
        fields = because("some", some=list(lost))
        if len(lost) > FEW:
            fields = because("some_and_more", some=list(lost[:FEW]), count=len(lost) - FEW)
        return because(
            "fields_missing",
            count=len(lost),
            of=len(to.exercise.questions),
            left_out=self._pages(),
            fields=fields,
        )

    def _pages(self) -> Reason | Literal[""]:
        """Which pages are missing with them, where the heads of the others tell."""
        gone, of = self.found.left_out
        if not gone:
            return ""
        return because("pages_left_out", pages=_few([*map(str, gone)]), of=of)

    # beside the fields -------------------------------------------------------------------------

    def _tell(self, to: AnswerSheet, missing: bool) -> None:
        """List what is in no field of ours; where nothing can be lost by it, as a note."""
        blank = missing or any(not one.texts for one in self.own.values())
        over = any(spot.text != mark.text for mark, at in self.marks for spot in at)
        for told in self._told():
            if blank or over:
                to.problems.append(told)
            else:
                self.builder.notes.add(None, None, told.code, told.reason)
        if self.others:
            to.problems.append(Problem(to.file, None, None, "bad_step", _foreign(self.others)))

    def _told(self) -> list[Problem]:
        file = self.builder.file
        return [Problem(file, None, None, "beside_fields", said) for said in listed(self.marks)]


def _of_another(one: Field, numbers: Sequence[int]) -> bool:
    """Whether a field belongs to an exercise that is not graded here, as is said of its id."""
    return any(number not in numbers for number in numbers_named([one]))


def _foreign(others: Sequence[Field]) -> Reason:
    """Filled fields that are none of the worksheet's."""
    return because("fields_of_no_worksheet", fields=first([*map(_holds, others)], FEW))


def _holds(one: Field) -> Reason:
    name, text = one.name[:60], one.texts[0][0][:60]
    if one.places:
        return because("field_on_page_holds", field=name, page=one.places[0][0], text=text)
    return because("field_holds", field=name, text=text)


def _put_labels(found: Opened, builder: Builder) -> None:
    """A form of another make, whose fields bear the labels, where the place says whose it is."""
    exercise = builder.find("", "")
    if isinstance(exercise, Lost):
        raise refusal(
            builder.file, "identity", because("and_also", first=NOT_OURS, second=exercise.reason)
        )
    to = builder.new(exercise)
    for name, one in found.fields.items():
        label = name[:60]
        builder.put(to, name, one.text, None, label, label, one.refused)
