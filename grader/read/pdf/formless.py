"""PDFs that hold no fields of ours: what they are, and what to do."""

from __future__ import annotations

from typing import Literal

from grader.errors import Lost, SubmissionError
from grader.read.answer_sheet import Find
from grader.read.file_kinds import SCAN
from grader.read.pdf.fields import title_ids
from grader.read.pdf.form_file import Opened
from grader.read.tables.table import refusal
from problems.reasons import Reason, because

NOT_OURS = because("no_worksheet_of_ours")
_MOST_NAMED = 5
"""Pages; a worksheet has hardly more without fields."""


def formless(found: Opened, file: str, find: Find) -> SubmissionError:
    """Why a PDF without fields cannot be graded.

    Args:
        found: what it holds.
        file: how messages call it.
        find: looks an exercise up by its id.
    """
    ids = title_ids(found.title) or found.ids
    who = whose(ids, find)
    if found.pictures and 2 * found.pictures >= found.pages and not found.ours:
        who = who or because("square_code_names_it")
        return refusal(file, "scan", because("pages_are_pictures", scan=SCAN, whose=who))
    if found.xfa:
        return refusal(file, "no_form", because("xfa_form"))
    if found.left_out[0]:
        reason = because("no_field_on_pages", pages=_pages(found), whose=who)
        return refusal(file, "no_form", reason)
    if ids or found.ours:
        return refusal(file, "no_form", because("fields_flattened", whose=who))
    return refusal(file, "no_form", NOT_OURS)


def _pages(found: Opened) -> Reason:
    """What the heads of the pages say; the first page of many worksheets has no fields."""
    heads = [
        because("page_of_exercise", page=head.number, of=head.of, exercise=head.exercise)
        for head in found.heads.values()
    ]
    rest = len(heads) - _MOST_NAMED
    if rest > 0:
        return because("some_and_more", some=heads[:_MOST_NAMED], count=rest)
    return because("some", some=heads)


def whose(ids: list[str], find: Find) -> Reason | Literal[""]:
    """Whose worksheet it is, where its pages or its title say so."""
    for id in ids:
        found = find(id, "")
        if not isinstance(found, Lost):
            return because("exercise_of_student", exercise=id, student=found.student)
    return ""
