"""Several sheets of one workbook with answers: which are read, and whether they agree.

A blank sheet, such as the template that was handed out, says nothing. Of several that are
filled each answer counts that stands in any of them; where two of them contradict each other the
exercise is refused with both readings, as for two files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.errors import Problem, SubmissionError
from grader.read.answer import Answer
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.number import Written
from grader.read.tables.answers import answers_in
from grader.read.tables.header import is_tidy
from grader.read.tables.table import Table
from problems.formulas.notation import Labels
from problems.reasons import Reason, because


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is not empty."""

    name: str
    visible: bool
    table: Table

    @property
    def called(self) -> Reason:
        """In a message."""
        if self.visible:
            return because("sheet", name=self.name)
        return because("hidden_sheet", name=self.name)


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet and what it says."""

    sheet: Sheet
    read: Read

    @property
    def filled(self) -> bool:
        """Whether any answer is written there."""
        return any(one.answers for one in self.read.submissions)


def answers_of(sheets: Sequence[Sheet], find: Find) -> Read:
    """The submissions of a workbook.

    Args:
        sheets: those with columns of answers, at least one, in their order.
        find: looks an exercise up by the row's exercise id and student.

    Raises:
        SubmissionError: none of them has rows.
    """
    parts, refused = [], []
    for sheet in sorted(sheets, key=lambda sheet: not sheet.visible):
        table = sheet.table if len(sheets) == 1 else _named(sheet)
        try:
            parts.append(_Part(sheet, answers_in(table, find)))
        except SubmissionError as error:
            refused.append(error)
    if not parts:
        raise refused[0]
    filled = [part for part in parts if part.filled] or parts[:1]
    read = _together(filled) if len(filled) > 1 else filled[0].read
    notes = [_left_out(part.sheet, filled[0].sheet) for part in parts if part not in filled]
    if not filled[0].sheet.visible:
        notes.append(_note(filled[0].sheet, because("read_from_hidden_sheet")))
    told = [p for part in parts if part not in filled for p in part.read.problems]
    return Read(read.submissions, (*read.problems, *told), (*read.notes, *notes))


def _named(sheet: Sheet) -> Table:
    """The table, with the sheet's name in all messages."""
    return replace(sheet.table, file=f"{sheet.table.file} [{sheet.name}]")


def _note(sheet: Sheet, reason: Reason) -> Problem:
    return Problem(sheet.table.file, None, sheet.name, "duplicate_file", reason)


def _left_out(sheet: Sheet, other: Sheet) -> Problem:
    return _note(sheet, because("sheet_not_answered", counts=other.called))


# several that are filled -------------------------------------------------------------------


def _together(parts: Sequence[_Part]) -> Read:
    """What they say together, exercise by exercise."""
    groups: dict[str, list[tuple[Sheet, AnswerSheet]]] = {}
    for part in parts:
        for one in part.read.submissions:
            groups.setdefault(one.exercise.id, []).append((part.sheet, one))
    found: list[AnswerSheet] = []
    problems = [problem for part in parts for problem in part.read.problems]
    notes = [note for part in parts for note in part.read.notes]
    for group in groups.values():
        written = [pair for pair in group if pair[1].answers] or group[:1]
        differ = _contradiction(written)
        if differ:
            problems.append(differ)
            continue
        found.append(_joined(written))
        first = written[0][0]
        together = because("read_together", sheet=first.called)
        notes += [_note(sheet, together) for sheet, _ in written[1:]]
    return Read(tuple(found), tuple(problems), tuple(notes))


def _joined(written: Sequence[tuple[Sheet, AnswerSheet]]) -> AnswerSheet:
    first = written[0][1]
    for _, other in written[1:]:
        for id, answer in other.answers.items():
            if id not in first.answers:
                first.answers[id] = answer
                first.places[id] = other.places.get(id, 0)
        first.problems += other.problems
    return first


def _contradiction(written: Sequence[tuple[Sheet, AnswerSheet]]) -> Problem | None:
    """The first step that two sheets answer differently, and how many more there are."""
    (sheet, first), *others = written
    for there, other in others:
        both = [id for id in first.answers if id in other.answers]
        differ = [id for id in both if not _same(first.answers[id], other.answers[id])]
        if differ:
            id = differ[0]
            reason = because(
                "sheets_differ",
                label=first.exercise.labels[id],
                one=_short(first.answers[id]),
                here=_cell(sheet, first, id),
                other=_short(other.answers[id]),
                there=_cell(there, other, id),
                more=because("more_differ", count=len(differ) - 1) if differ[1:] else "",
            )
            return Problem(sheet.table.file, None, None, "duplicate_file", reason)
    return None


def _same(one: Answer, other: Answer) -> bool:
    if isinstance(one, Written) and isinstance(other, Written):
        return one.value == other.value
    return one.text.strip() == other.text.strip()


def _short(answer: Answer) -> str:
    return answer.text.strip()[:40]


def _cell(sheet: Sheet, submission: AnswerSheet, id: str) -> Reason:
    """Where an answer stands: `cell D2 of the sheet 'Answers'`."""
    from openpyxl.utils import get_column_letter

    columns, row = sheet.table.columns, submission.places.get(id, 0)
    if sheet.table.delimiter:
        at: int | None = None  # whole rows stand in the first column
    elif is_tidy(columns):
        at = columns.index("answer")
    else:
        labels = Labels(submission.exercise.labels)
        at = next((n for n, name in enumerate(columns) if labels.find(name) == id), None)
    if at is None:
        return because("row_of_sheet", row=row, sheet=sheet.called)
    cell = f"{get_column_letter(at + 1)}{row}"
    return because("cell_of_sheet", cell=cell, sheet=sheet.called)
