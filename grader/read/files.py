"""A submission of any kind: looked at first, then read by whom it concerns."""

from __future__ import annotations

from grader.read.submission import Find, Read, read_submissions


def read_file(data: bytes, file: str, find: Find) -> Read:
    """All submissions of a file: a CSV table or a filled PDF worksheet.

    Args:
        data: the file's bytes; what it is shows in them, not in its name.
        file: how messages call it.
        find: looks an exercise up by its id and student.

    Raises:
        SubmissionError: it cannot be read at all.
    """
    if b"%PDF-" in data[:1024]:
        from grader.read.form import read_form

        return read_form(data, file, find)
    return read_submissions(data, file, find)
