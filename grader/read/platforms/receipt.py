"""The text that Blackboard puts beside each submission: who, when, and what was typed.

    Name: Ada Example (ada)
    Assignment: Homework 1
    Date Submitted: Friday, November 20, 2026 10:11:12 AM CET
    Current Grade: Needs Grading

    Submission Field:
    There is no student submission text data for this assignment.

    Comments:
    There are no student comments for this assignment.

    Files:
        Original filename: answers.csv
        Filename: Homework 1_ada_attempt_2026-11-20-10-11-12_answers.csv

Source: kwurst/bb-file-cleanup, and the receipts that other public programs are tested with.
"""

from __future__ import annotations

from grader.errors import Problem
from grader.read.platforms.online_text import Typed, answers_in
from problems.patterns import pattern
from problems.reasons import because

_TYPED, _COMMENT, _FILES = "Submission Field:", "Comments:", "Files:"
_SENDER = pattern(r"[^\n:]{1,40}: *([^\n]+?) *\([^\n()]+\)\s*(?:\n|$)")
_NOTHING = (
    "There is no student submission text data for this assignment.",
    "There are no student comments for this assignment.",
    "None",
)


def typed_in(data: bytes, file: str) -> Typed:
    """The answers that somebody typed into the field of a submission, if they did.

    Args:
        data: the receipt, in UTF-8.
        file: how messages call it.

    >>> text = b"Name: A (a)\\nSubmission Field:\\n<p>net_h1 = 0.5</p>\\n\\nComments:\\n"
    >>> typed_in(text, "receipt.txt").table
    b'step,answer\\r\\nnet_h1,0.5\\r\\n'
    """
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    if _TYPED not in lines or not "".join(lines[:1]).startswith("Name:"):
        reason = because("receipt_of_other_language")
        return Typed(None, (), (Problem(file, None, None, "not_a_file", reason),))
    typed, rest = _cut(lines[lines.index(_TYPED) + 1 :], _COMMENT)
    comment, _ = _cut(rest, _FILES)
    reason = because("receipt")
    if comment:
        reason = because("receipt_with_comment", comment=" ".join(comment.split())[:60])
    note = Problem(file, None, None, "not_a_file", reason)
    read = answers_in(typed.encode(), file)
    return Typed(read.table, read.problems, (note, *read.notes))


def sender_in(data: bytes) -> str:
    """The name that a receipt begins with, in any language; '' if it does not.

    >>> sender_in("Nombre: Example, Ada (ada01)\\nTarea: 1".encode())
    'Example, Ada'
    """
    match = _SENDER.match(data[:1_000].decode("utf-8", "replace").lstrip("\ufeff"))
    return match[1] if match else ""


def _cut(lines: list[str], before: str) -> tuple[str, list[str]]:
    """What stands before a heading, '' for what stands there if nothing does; and the rest."""
    at = lines.index(before) if before in lines else len(lines)
    text = "\n".join(lines[:at]).strip()
    return "" if text in _NOTHING else text, lines[at + 1 :]
