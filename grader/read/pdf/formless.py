"""PDFs that hold no fields of ours: what they are, and what to do."""

from __future__ import annotations

from grader.errors import Lost, SubmissionError
from grader.read.answer_sheet import Find
from grader.read.file_kinds import SCAN
from grader.read.pdf.fields import title_ids
from grader.read.pdf.form_file import Opened
from grader.read.tables.table import refusal

NOT_OURS = (
    "this PDF is not a bpgrade worksheet: neither its title nor a field names an exercise; "
    "hand in the filled worksheet.pdf or answers.csv"
)
_FLATTENED = (
    "this worksheet has no fields any more: it was printed to PDF or flattened, so that the "
    "answers are only pictures of letters; open the worksheet you were given, fill it in and "
    "save it (not print it), or hand in answers.csv"
)
_PART = (
    "no field for an answer is on what is in this PDF ({pages}); fill in the worksheet you were "
    "given, save it (not print it) and hand in the whole worksheet, or hand in answers.csv"
)
_MOST_NAMED = 5
"""Pages; a worksheet has hardly more without fields."""
_XFA = (
    "this is a form of another kind (XFA), of which nothing can be read; open the worksheet you "
    "were given, fill it in and save it, or hand in answers.csv"
)


def formless(found: Opened, file: str, find: Find) -> SubmissionError:
    """Why a PDF without fields cannot be graded.

    Args:
        found: what it holds.
        file: how messages call it.
        find: looks an exercise up by its id.
    """
    ids = title_ids(found.title) or found.ids
    if found.pictures and 2 * found.pictures >= found.pages and not found.ours:
        who = whose(ids, find) or " (the square code on each page names the exercise)"
        return refusal(file, "scan", f"the pages of this PDF are pictures: {SCAN}{who}")
    if found.xfa:
        return refusal(file, "no_form", _XFA)
    if found.left_out[0]:
        return refusal(file, "no_form", _PART.format(pages=_pages(found)) + whose(ids, find))
    if ids or found.ours:
        return refusal(file, "no_form", _FLATTENED + whose(ids, find))
    return refusal(file, "no_form", NOT_OURS)


def _pages(found: Opened) -> str:
    """What the heads of the pages say; the first page of many worksheets has no fields."""
    heads = [
        f"page {head.number} of {head.of} of exercise {head.exercise}"
        for head in found.heads.values()
    ]
    more = f" and {len(heads) - _MOST_NAMED} more" if heads[_MOST_NAMED:] else ""
    return f"{', '.join(heads[:_MOST_NAMED])}{more}"


def whose(ids: list[str], find: Find) -> str:
    """Whose worksheet it is, where its pages or its title say so."""
    for id in ids:
        found = find(id, "")
        if not isinstance(found, Lost):
            return f" (exercise {id} of {found.student})"
    return ""
