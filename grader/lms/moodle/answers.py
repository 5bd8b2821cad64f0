"""What Moodle's web services answer, as ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from grader.lms.platform import Attachment, Person, PlatformSubmission, plain
from grader.lms.points import decimal
from problems.reasons import Reason, because


def person(one: Mapping[str, Any]) -> Person:
    """A student of the course."""
    names = (one.get(field) for field in ("idnumber", "username", "email", "fullname"))
    shown = plain(str(one.get("fullname") or one.get("username") or f"user {one['id']}"))
    return Person(str(one["id"]), tuple(str(name) for name in names if name), shown)


def submission(one: Mapping[str, Any]) -> PlatformSubmission:
    """Somebody's attempt."""
    files = tuple(_files(one))
    seconds = int(one.get("timemodified") or 0)
    when = datetime.fromtimestamp(seconds, UTC) if seconds else None
    attempt = int(one.get("attemptnumber", 0)) + 1
    text = "".join(_texts(one))
    refused = _refused(one, bool(files or text.strip()))
    return PlatformSubmission(str(one["userid"]), attempt, when, files, text, refused)


def _refused(one: Mapping[str, Any], some: bool) -> Reason | None:
    status = one.get("status")
    if status == "draft":
        return because("a_draft")
    if status in ("new", "reopened"):
        return because("nothing_handed_in")
    return None if some else because("neither_file_nor_text")


def _texts(one: Mapping[str, Any]) -> Iterator[str]:
    for plugin in one.get("plugins") or []:
        if plugin.get("type") == "onlinetext":
            for field in plugin.get("editorfields") or []:
                yield str(field.get("text") or "")


def _files(one: Mapping[str, Any]) -> Iterator[Attachment]:
    for plugin in one.get("plugins") or []:
        if plugin.get("type") != "file":
            continue
        for area in plugin.get("fileareas") or []:
            for file in area.get("files") or []:
                path = str(file.get("filepath") or "/").strip("/")
                name = f"{path}/{file['filename']}" if path else str(file["filename"])
                changed = str(file.get("timemodified") or "")
                yield Attachment(
                    plain(name), int(file.get("filesize") or 0), file["fileurl"], changed
                )


def switched_on(found: Mapping[str, Any], feedback: str) -> bool:
    """Whether a kind of feedback is in use; where Moodle does not say, it is taken to be."""
    configs = [
        one
        for one in found.get("configs") or []
        if one.get("subtype") == "assignfeedback" and one.get("plugin") == feedback
    ]
    values = [str(one.get("value")) for one in configs if one.get("name") == "enabled"]
    return values[-1] == "1" if values else True


def grade(text: object) -> Decimal | None:
    """A grade; None where Moodle keeps a number below 0 for none."""
    found = decimal(text)
    return None if found is None or found < 0 else found


def why_fixed(found: Mapping[str, Any], assignment: str) -> str:
    """Why the gradebook holds somebody's grade fast, in words; '' if it does not.

    Args:
        found: the answer of gradereport_user_get_grade_items for one person.
        assignment: its id.
    """
    for one in (item for user in found.get("usergrades") or [] for item in user["gradeitems"]):
        own = (one.get("itemmodule"), str(one.get("iteminstance"))) == ("assign", assignment)
        if not own or one.get("itemnumber"):
            continue
        if one.get("gradeisoverridden"):
            return "overridden in the gradebook"
        if one.get("gradeislocked") or one.get("locked"):
            return "locked in the gradebook"
    return ""
