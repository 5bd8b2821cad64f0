"""What Canvas' REST interface answers, as ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from grader.lms.platform import (
    Attachment,
    Criterion,
    CurrentGrade,
    Person,
    PlatformSubmission,
    plain,
)
from grader.lms.points import decimal
from problems.reasons import because


def person(one: Mapping[str, Any]) -> Person:
    """A student of the course."""
    names = (one.get(field) for field in ("sis_user_id", "login_id", "email", "name"))
    shown = plain(str(one.get("name") or f"user {one['id']}"))
    return Person(str(one["id"]), tuple(str(name) for name in names if name), shown)


def submission(one: Mapping[str, Any]) -> PlatformSubmission:
    """Somebody's last attempt."""
    files = tuple(_files(one.get("attachments") or ()))
    when = datetime.fromisoformat(one["submitted_at"])
    attempt = int(one.get("attempt") or 1)
    typed = one.get("submission_type") == "online_text_entry"
    text = str(one.get("body") or "") if typed else ""
    refused = None if files or text.strip() else because("neither_file_nor_text")
    return PlatformSubmission(str(one["user_id"]), attempt, when, files, text, refused)


def _files(found: Sequence[Mapping[str, Any]]) -> Iterator[Attachment]:
    for file in found:
        name = plain(str(file.get("display_name") or file.get("filename")))
        yield Attachment(name, int(file.get("size") or 0), str(file["url"]), str(file["id"]))


def standing(one: Mapping[str, Any]) -> CurrentGrade:
    """A grade as it was entered."""
    entered = one.get("entered_score")
    points = decimal(entered if entered is not None else one.get("score"))
    return CurrentGrade(points, bool(one.get("excused")))


def criteria(found: Sequence[Mapping[str, Any]]) -> Iterator[Criterion]:
    """The rows of a rubric that have points."""
    for one in found:
        points = decimal(one.get("points"))
        if points is not None:
            yield Criterion(str(one["id"]), str(one.get("description", "")), points)
