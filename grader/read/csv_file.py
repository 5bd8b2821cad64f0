"""Submissions in a CSV file, whoever wrote it: ours, or a quiz report of Moodle."""

from __future__ import annotations

from grader.read.answer_sheet import Find, Read
from grader.read.platforms.quiz_responses import is_quiz, read_quiz
from grader.read.tables.answers import answers_in
from grader.read.tables.table import CLASS, Limits, read_table


def read_submissions(
    data: bytes, file: str, find: Find, limits: Limits = CLASS, ahead: int = 0
) -> Read:
    """All submissions of a CSV file.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by the row's exercise id and student.
        limits: how much is read.
        ahead: how many of the first lines are ours, so that messages do not count them.

    Raises:
        SubmissionError: the file is no table, or no table of answers.
    """
    table = read_table(data, file, limits, ahead, titled=True)
    return read_quiz(table, find) if is_quiz(table) else answers_in(table, find)
