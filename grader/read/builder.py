"""Answer sheets put together, answer by answer, for all formats.

Every problem of a file is collected with its row and column; the good answers beside it are
still used.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from grader.errors import AnswerError, Fault, Lost, Problem
from grader.read.answer import Answer, read_answer
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.array_entries import Arrays, Layout
from grader.read.identity import number_of, plain
from grader.read.number import Unreadable
from grader.read.tables import brackets
from grader.read.tables.table import (
    Listing,
)
from problems.exercise import Exercise
from problems.formulas.notation import Labels
from problems.patterns import pattern
from problems.reasons import Reason, because

LONGEST_ANSWER = 2_000
LONGEST_STUDENT = 200
MOST_UNKNOWN = 100
"""Steps that an exercise does not have, and that are named one by one."""
MORE_UNKNOWN = because("more_unknown_steps", most=MOST_UNKNOWN)

_PATH = pattern(r"(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:[\\/]")


class Builder:
    """Puts together what one file says, answer by answer."""

    def __init__(self, file: str, find: Find) -> None:
        self.file = file
        self.find = find
        self.comma: bool | None = None
        """Whether the file writes decimal commas; None if it does not show."""
        self.brackets = False
        """Whether numbers in brackets may be negative ones."""
        self.found: list[AnswerSheet] = []
        self.listing = Listing(file)
        self.notes = Listing(file)
        self._by_exercise: dict[str, AnswerSheet] = {}
        self._labels: dict[int, Labels] = {}
        self._arrays: dict[int, Arrays] = {}
        self._known: dict[tuple[str, str, int], Exercise | Lost] = {}

    def read(self, before: Iterable[Problem] = (), notes: Iterable[Problem] = ()) -> Read:
        """Everything; `before` and `notes` are what was found before the answers were read."""
        problems = (*before, *self.listing.all())
        return Read(tuple(self.found), problems, (*notes, *self.notes.all()))

    def exercise(
        self, id: str, student: str, row: int | None = None, number: int = 0
    ) -> Exercise | None:
        """The exercise that is meant; if there is none, that is listed once."""
        key = (id, student, number)
        if key not in self._known:
            column = "exercise" if id else "student"
            fault = _student_fault(student) or _student_fault(id)
            found = fault or self.find(id, student, *([number] if number else []))
            self._known[key] = found
            if isinstance(found, Lost):
                self.listing.add(row, column, *found)
            elif plain(student) != found.student and _same_number(student, found.student):
                reason = because("id_of_this_number", typed=student, student=found.student)
                self.notes.add(row, "student", "identity", reason)
        found = self._known[key]
        return None if isinstance(found, Lost) else found

    def one(self, exercise: Exercise) -> AnswerSheet:
        """The submission to which all rows of an exercise belong."""
        if exercise.id not in self._by_exercise:
            self._by_exercise[exercise.id] = self.new(exercise)
        return self._by_exercise[exercise.id]

    def new(self, exercise: Exercise, row: int | None = None) -> AnswerSheet:
        """A submission of its own, even if the same exercise was answered before."""
        self.found.append(AnswerSheet(exercise, self.file, row=row))
        return self.found[-1]

    def labels(self, exercise: Exercise) -> Labels:
        """Labels of an exercise; students of one family share them."""
        key = _alike(exercise)
        if key not in self._labels:
            self._labels[key] = Labels(exercise.labels)
        return self._labels[key]

    def array(self, exercise: Exercise, label: str) -> Layout | None:
        """The vector or matrix of steps that a label means, `s1` for `s1[1]` and `s1[2]`."""
        if hidden(label) or self.labels(exercise).find(label):
            return None
        key = _alike(exercise)
        if key not in self._arrays:
            self._arrays[key] = Arrays(exercise)
        return self._arrays[key].find(label)

    def put(
        self,
        to: AnswerSheet,
        step: str,
        text: str,
        row: int | None,
        column: str,
        where_step: str,
        refused: Fault | None = None,
    ) -> None:
        """One answer.

        Args:
            to: whose answer.
            step: the label as written.
            text: the answer as written.
            row: where it stands.
            column: the answer's column.
            where_step: the label's column.
            refused: why, where the cell holds neither text nor number.
        """
        labels = self.labels(to.exercise)
        id = None if hidden(step) else labels.find(step)
        if id is not None:
            reading = self._reading(to.exercise, id, text, refused)
            self._put(to, id, reading, row, column, where_step)
        elif layout := self.array(to.exercise, step):
            self._fill(to, layout, text, row, column, where_step, refused)
        elif text.strip() or refused or column != where_step:
            to.unknown += 1
            if to.unknown <= MOST_UNKNOWN:  # each costs a search for what may have been meant
                to.problems.append(self._unknown(step, labels, row, where_step))
            elif to.unknown == MOST_UNKNOWN + 1:
                to.problems.append(Problem(self.file, row, where_step, "bad_step", MORE_UNKNOWN))

    def _put(
        self,
        to: AnswerSheet,
        id: str,
        reading: Answer | None,
        row: int | None,
        column: str,
        where_step: str,
    ) -> None:
        """What was read for one step."""
        if id in to.places:
            self._twice(to, id, reading, row, where_step)
            return
        to.places[id] = row or 0
        if reading is not None:
            to.answers[id] = reading
        if isinstance(reading, Unreadable):
            to.problems.append(Problem(self.file, row, column, reading.code, reading.reason))

    def _fill(
        self,
        to: AnswerSheet,
        layout: Layout,
        text: str,
        row: int | None,
        column: str,
        where_step: str,
        refused: Fault | None,
    ) -> None:
        """An array: every entry is an answer of its own."""
        try:
            if refused:
                raise AnswerError(refused.code, 0, refused.reason)
            entries = layout.filled(text, self.comma)
        except AnswerError as error:
            to.problems.append(Problem(self.file, row, column, error.code, error.reason))
            unread = Unreadable(text[:LONGEST_ANSWER], error.code, error.position, error.reason)
            for id in (id for ids in layout.cells for id in ids if id not in to.answers):
                to.answers[id], to.places[id] = unread, row or 0
            return
        for id, reading in entries:
            if isinstance(reading, Unreadable):
                why = because("of_entry", label=to.exercise.labels[id], why=reading.reason)
                reading = Unreadable(reading.text, reading.code, reading.position, why)
            self._put(to, id, reading, row, column, where_step)

    def _reading(
        self, exercise: Exercise, id: str, text: str, refused: Fault | None
    ) -> Answer | None:
        refused = refused or (brackets.refusal(text) if self.brackets else None)
        if refused:
            return Unreadable(text, refused.code, 0, refused.reason)
        if len(text) > LONGEST_ANSWER:
            reason = because("answer_too_long", count=len(text), most=LONGEST_ANSWER)
            return Unreadable(text[:40] + "…", "too_long", 0, reason)
        return read_answer(exercise, id, text, self.comma)

    def _unknown(self, step: str, labels: Labels, row: int | None, column: str) -> Problem:
        near = None if len(step) > LONGEST_STUDENT else labels.suggestion(step)
        typed = step.strip()[:60]
        reason = because("unknown_step", step=typed)
        if near:
            reason = because("unknown_step_near", step=typed, near=near)
        return Problem(self.file, row, column, "bad_step", reason)

    def _twice(
        self, to: AnswerSheet, id: str, reading: Answer | None, row: int | None, column: str
    ) -> None:
        """What repeats an answer or is blank is ignored; a contradiction is refused."""
        first = to.answers.get(id)
        label = to.exercise.labels[id]
        if reading is None:
            return
        if first is None:
            to.answers[id], to.places[id] = reading, row or 0
            return
        alike = first.text.strip() == reading.text.strip()
        reason = _answered_twice(label, to.places[id], row, alike)
        if alike:
            self.notes.add(row, column, "duplicate_step", reason)
            return
        to.problems.append(Problem(self.file, row, column, "duplicate_step", reason))
        to.answers[id] = Unreadable(reading.text, "duplicate_step", 0, reason)


def _answered_twice(label: str, first: int, row: int | None, alike: bool) -> Reason:
    """Two answers to one step; rows are 0 or None where there are none."""
    there = because("in_row", row=first) if first else because("once")
    if not row:
        if alike:
            return because("answered_again_alike", label=label, there=there)
        return because("answered_again", label=label, there=there)
    if alike:
        return because("answered_again_alike_in_row", label=label, there=there, row=row)
    return because("answered_again_in_row", label=label, there=there, row=row)


def _alike(exercise: Exercise) -> int:
    """A number that exercises with the same labels share: those of one plan have one dict."""
    return id(exercise.labels)


def _same_number(one: str, other: str) -> bool:
    return bool(number_of(one)) and number_of(one) == number_of(other)


def _student_fault(text: str) -> Lost | None:
    """A name that can be no id: it never becomes a path, and it fits a line."""
    if len(text) > LONGEST_STUDENT:
        return Lost("too_long", because("id_too_long", count=len(text), most=LONGEST_STUDENT))
    if _PATH.search(text):
        return Lost("bad_id", because("id_is_a_path", id=text[:60]))
    return None


def hidden(text: str) -> bool:
    """Whether it holds characters that cannot be seen."""
    plain = text.strip().strip("\ufeff")
    return not plain.isprintable() and any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in plain
    )
