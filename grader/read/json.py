"""Submissions as JSON: `{"exercise": id, "answers": {label: answer}}`, or a list of such.

Numbers are kept as they were typed, digit by digit; they never pass through a float. An object
without `answers` holds the answers themselves, where the file's place says whose they are.
"""

from __future__ import annotations

import json
import re
from typing import Any

from grader.errors import Fault
from grader.read.answer_sheet import Find, Read
from grader.read.builder import Builder
from grader.read.number import MOST_DIGITS
from grader.read.tables.encoding import decode
from grader.read.tables.table import CLASS, Limits, check_size, refusal
from problems.reasons import Reason, because
from problems.texts import cleaned_tree
from templates.words.sentences import sentence

DEEPEST = 20
"""Brackets within brackets; a submission has three."""
ABOUT = frozenset({"exercise", "student", "answers", "format", "name", "email"})

_BRACKET = re.compile(r'(?s)"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]')
"""A string as a whole, even one that is not closed: no text is looked at twice."""


class _Number(str):
    """A number as typed."""

    __slots__ = ()


class _NotFinite(str):
    """NaN or Infinity, which JSON does not have but many programs write."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """An object's pairs in their order; a key may come twice."""

    def get(self, key: str) -> Any:
        """The value of a key, None if absent."""
        return next((value for name, value in self if name == key), None)

    def names(self) -> list[str]:
        """All keys, as often as they were written."""
        return [name for name, _ in self]


def read_json(data: bytes, file: str, find: Find, limits: Limits = CLASS) -> Read:
    """All submissions of a JSON file.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by its id and student.
        limits: how much is read.

    Raises:
        SubmissionError: it is no JSON, or neither an object nor a list of objects.
    """
    check_size(len(data), file, limits)
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise refusal(file, "empty", because("file_empty"))
    found = _parsed(decode(data, file), file)
    records = found if isinstance(found, list) and not isinstance(found, _Object) else [found]
    if len(records) > limits.rows:
        reason = because("too_many_submissions", most=limits.rows)
        raise refusal(file, "too_many_rows", reason)
    builder = Builder(file, find)
    for number, record in enumerate(records, 1):
        _record(record, number if len(records) > 1 else None, builder)
    if not records:
        raise refusal(file, "no_rows", because("list_empty"))
    return builder.read()


def _parsed(text: str, file: str) -> Any:
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            raise refusal(file, "too_deep", because("json_too_deep", most=DEEPEST), line)
    try:
        found = json.loads(
            text,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_NotFinite,
            object_pairs_hook=_Object,
        )
    except json.JSONDecodeError as error:
        reason = because("no_json", why=error.msg, line=error.lineno, column=error.colno)
        raise refusal(file, "syntax", reason, error.lineno) from None
    return cleaned_tree(found)


def _record(record: Any, number: int | None, builder: Builder) -> None:
    """One submission; what is wrong with it costs no other one."""
    if not isinstance(record, _Object):
        reason = because("no_submission_object", found=_called(record))
        builder.listing.add(number, None, "wrong_type", reason)
        return
    names = record.names()
    twice = next((name for name in ABOUT if names.count(name) > 1), None)
    if twice:
        reason = because("name_twice_in_object", name=twice)
        builder.listing.add(number, twice, "duplicate_column", reason)
        return
    id, student = (_id(record, key, number, builder) for key in ("exercise", "student"))
    answers: Any = _Object(pair for pair in record if pair[0] not in ABOUT)
    if "answers" in names:
        for name, _ in answers:
            builder.listing.add(number, name[:60], "bad_step", because("beside_the_answers"))
        answers = record.get("answers")
    if not isinstance(answers, _Object):
        reason = because("no_answers_object", found=_called(answers))
        builder.listing.add(number, "answers", "wrong_type", reason)
        return
    exercise = builder.exercise(id.strip(), student.strip(), number)
    if exercise:
        to = builder.new(exercise, number)
        for label, value in answers:
            if isinstance(value, list) and builder.array(exercise, label):
                value = _listed(value)
            text, refused = _answer(value)
            builder.put(to, label, text, number, label[:60], "answers", refused)


def _id(record: _Object, key: str, number: int | None, builder: Builder) -> str:
    value = record.get(key)
    if value is not None and (not isinstance(value, str) or isinstance(value, _NotFinite)):
        reason = because("no_exercise_id", found=_called(value))
        if key == "student":
            reason = because("no_student_id", found=_called(value))
        builder.listing.add(number, key, "wrong_type", reason)
    return value if isinstance(value, str) else ""


def _answer(value: Any) -> tuple[str, Fault | None]:
    """An answer's text, and why it is refused if it is."""
    if value is None:
        return "", None
    if isinstance(value, _NotFinite):
        return str(value), Fault("not_a_number", because("value_is_no_number", value=str(value)))
    if isinstance(value, _Number) and len(value) > 2 * MOST_DIGITS:
        reason = because("number_too_long", count=len(value), most=MOST_DIGITS)
        return str(value[:40]) + "…", Fault("number_too_long", reason)
    if isinstance(value, str):
        return str(value), None
    called = _called(value)
    return sentence(called), Fault("wrong_type", because("no_single_number", found=called))


def _listed(value: Any) -> Any:
    """A list of numbers, or of lists of them, as it would be typed; all else as it is.

    Semicolons part rows and numbers, for a text in the list may hold a decimal comma.
    """
    if not isinstance(value, list) or isinstance(value, _Object) or not value:
        return value
    if all(isinstance(entry, str) for entry in value):
        return f"[{'; '.join(value)}]"
    rows = [_listed(entry) for entry in value]
    if all(isinstance(row, str) and row.startswith("[") for row in rows):
        return f"[{', '.join(rows)}]"
    return value


def _called(value: Any) -> Reason:
    """What a value is."""
    if isinstance(value, _Object):
        return because("json_object")
    if isinstance(value, list):
        return because("json_list")
    if value is None or isinstance(value, bool):
        return because("json_word", word=json.dumps(value))
    if isinstance(value, _Number):
        return because("json_number", text=str(value)[:40])
    return because("json_text", text=str(value)[:40])
