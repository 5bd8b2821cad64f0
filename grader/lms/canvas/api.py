"""Canvas through its REST interface, with canvasapi.

Comments are added, never replaced: each of ours ends with a mark, so that one whose answer was
lost is found again and not given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, TypeVar

import requests
from canvasapi import exceptions as refusals
from canvasapi.assignment import Assignment as CanvasAssignment
from canvasapi.course import Course
from canvasapi.requester import Requester

from grader.errors import PlatformError, RightsError, TokenError, Unclear
from grader.lms.address import checked
from grader.lms.canvas import address
from grader.lms.connection import REDIRECTS, Connection, Patience
from grader.lms.platform import (
    Assignment,
    Attachment,
    Criterion,
    CurrentGrade,
    Feedback,
    Person,
    PlatformSubmission,
    plain,
    refuse_outside,
)
from grader.lms.tokens import Token
from problems.reasons import because
from problems.texts import parsed_json

PAGE = 100
IN_POINTS = ("points", "percent", "letter_grade", "gpa_scale")
"""Kinds of grading that take points; `pass_fail` takes two values only."""

T = TypeVar("T")


class _Session:
    """What canvasapi takes for a session of requests; it sets no time limits of its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, url: str, headers: Any = None, params: Any = None) -> requests.Response:
        """Reading can always be repeated."""
        return self.connection.ask("GET", url, True, headers=headers, params=params)

    def put(self, url: str, headers: Any = None, data: Any = None) -> requests.Response:
        """Whoever writes looks at what came of it before writing again."""
        return self.connection.ask("PUT", url, False, headers=headers, data=data)


class Canvas:
    """One assignment of a Canvas.

    Args:
        where: the assignment's address, or the site's with `course` and `number`.
        token: of a teacher, from the account's settings.
        number: of the assignment.
        course: its course.
        insecure: whether http is fine on other machines.
        patience: how long to wait and how often to try.
    """

    name = "canvas"
    replaces_files = False

    def __init__(
        self,
        where: str,
        token: Token,
        number: str = "",
        course: str = "",
        insecure: bool = False,
        patience: Patience | None = None,
    ) -> None:
        found = address.read(where, insecure)
        self.site = found.base
        self.number = found.activity or number
        self.course = found.course or course
        self.token = token
        self.connection = Connection(found.base, token, insecure, patience)
        self.requester = Requester(found.base, token.reveal())
        self.requester._session = _Session(self.connection)

    # reading -----------------------------------------------------------------------------------

    def assignment(self) -> Assignment:
        """The assignment, with its rubric if it has one.

        Raises:
            PlatformError: the address does not say which, or it has no points.
        """
        found = self._found
        name = plain(str(found.name))
        points = _decimal(getattr(found, "points_possible", None))
        kind = getattr(found, "grading_type", "points")
        if kind not in IN_POINTS or points is None or points <= 0:
            raise PlatformError(
                f"{name!r} is not graded in points ({kind}, {points} points); change its settings"
            )
        if getattr(found, "group_category_id", None):
            raise PlatformError(f"{name!r} is handed in by groups; that is not supported")
        notes = []
        if getattr(found, "moderated_grading", False):
            notes.append("grading is moderated: Canvas takes grades when they are published only")
        if getattr(found, "post_manually", False):
            notes.append("grades are posted by hand: students see them when you post them")
        rubric = tuple(_criteria(getattr(found, "rubric", None) or ()))
        return Assignment(str(found.id), name, points, self.course, True, rubric, tuple(notes))

    @cached_property
    def _found(self) -> Any:
        if not (self.course.isdecimal() and self.number.isdecimal()):
            raise PlatformError(
                "which assignment? Give its address from the browser, "
                f"{self.site}/courses/NUMBER/assignments/NUMBER"
            )
        course = Course(self.requester, {"id": int(self.course)})
        what = f"assignment {self.number} of course {self.course}"
        return self._asked(lambda: course.get_assignment(int(self.number)), what)

    def people(self) -> list[Person]:
        """The students of the course."""
        course = Course(self.requester, {"id": int(self.course)})
        found = self._asked(
            lambda: list(
                course.get_users(enrollment_type=["student"], include=["email"], per_page=PAGE)
            ),
            "the list of students",
        )
        return [_person(one) for one in found]

    def submissions(self) -> list[PlatformSubmission]:
        """Last attempts."""
        found = self._asked(
            lambda: list(self._of(self._found).get_submissions(per_page=PAGE)), "the submissions"
        )
        started = (one for one in found if getattr(one, "submitted_at", None))
        return [_submission(one) for one in started]

    def grades(self, keys: Sequence[str] = ()) -> dict[str, CurrentGrade]:
        """What was entered, before anything is taken off for lateness."""
        if keys:
            course = Course(self.requester, {"id": int(self.course)})
            about = {"student_ids": list(keys), "assignment_ids": [int(self.number)]}
            found = self._asked(
                lambda: list(course.get_multiple_submissions(**about, per_page=PAGE)),
                "the grades",
            )
        else:
            found = self._asked(
                lambda: list(self._of(self._found).get_submissions(per_page=PAGE)), "the grades"
            )
        return {str(one.user_id): _standing(one) for one in found}

    def _of(self, found: Any) -> CanvasAssignment:
        return CanvasAssignment(self.requester, {"id": found.id, "course_id": int(self.course)})

    def fixed(self, key: str) -> str:
        """Canvas says so itself when it is given a grade that it does not take."""
        return ""

    def fetch(self, file: Attachment) -> bytes:
        """A file that was handed in; files often lie on another host, which gets no token."""
        checked(file.url, self.connection.insecure)
        return self.connection.download(file.url, {"headers": self._headers})

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.reveal()}"}

    # writing -----------------------------------------------------------------------------------

    def give(self, key: str, feedback: Feedback) -> None:
        """Store a grade with rubric, comment and files.

        Raises:
            NotTaken: the grade is not within 0 and the maximum; nothing is sent then.
            PlatformError: Canvas refuses.
        """
        if feedback.points is not None:
            refuse_outside(feedback.points, self.assignment().most)
        for last in (False, False, True):
            try:
                self._give(key, feedback)
            except Unclear:
                if last:
                    raise
            else:
                return

    def _give(self, key: str, feedback: Feedback) -> None:
        """One try; what is there already is not sent again."""
        submission = self._submission(key)
        said = feedback.mark and any(
            feedback.mark in str(one.get("comment"))
            for one in getattr(submission, "submission_comments", None) or ()
        )
        what: dict[str, Any] = {}
        if feedback.points is not None and _standing(submission).points != feedback.points:
            what["submission"] = {"posted_grade": f"{feedback.points:f}"}
        if feedback.rubric and (what or not said):
            what["rubric_assessment"] = {
                id: {"points": f"{points:f}"} for id, points in feedback.rubric.items()
            }
        if not said:
            what["comment"] = {
                "text_comment": f"{feedback.text}\n\n[{feedback.mark}]",
                "file_ids": [
                    self._upload(key, name, data) for name, data in feedback.files.items()
                ],
            }
            if feedback.points is not None:
                what["comment"]["attempt"] = feedback.attempt
        if what:
            self._asked(lambda: submission.edit(**what), f"the grade of user {key}")

    def _submission(self, key: str) -> Any:
        return self._asked(
            lambda: self._of(self._found).get_submission(
                int(key), include=["submission_comments"]
            ),
            f"the submission of user {key}",
        )

    def _upload(self, key: str, name: str, data: bytes) -> int:
        """A file to be attached to a comment: told, sent, confirmed.

        A file that is attached to nothing shows nowhere, so all three may be repeated.
        """
        url = (
            f"{self.site}/api/v1/courses/{self.course}/assignments/{self.number}"
            f"/submissions/{key}/comments/files"
        )
        about = {"name": name, "size": str(len(data))}
        answer = self.connection.ask("POST", url, True, headers=self._headers, data=about)
        told = self._json(answer, name)
        if not told.get("upload_url"):
            raise PlatformError(f"Canvas does not say where {name} is to be sent")
        fields = {key: str(value) for key, value in (told.get("upload_params") or {}).items()}
        sent = self.connection.send(
            "POST", told["upload_url"], True, data=fields, files={"file": (name, data)}
        )
        target = sent.headers.get("Location")
        if target and (sent.status_code in REDIRECTS or sent.status_code == 201):
            sent = self.connection.ask("GET", target, True, headers=self._headers)
        found = self._json(sent, name)
        if "id" not in found:
            raise PlatformError(f"Canvas did not take {name}")
        return int(found["id"])

    def _json(self, answer: requests.Response, what: str) -> dict[str, Any]:
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, what)
        found = self._asked(lambda: parsed_json(answer.content), what)
        return found if isinstance(found, dict) else {}

    def _asked(self, ask: Callable[[], T], what: str) -> T:
        """The answer of canvasapi; its errors hold whole answers, and become ours."""
        status = 0
        try:
            return ask()
        except refusals.InvalidAccessToken:
            status = 401
        except (refusals.Unauthorized, refusals.Forbidden):
            status = 403
        except refusals.ResourceDoesNotExist:
            status = 404
        except refusals.CanvasException as error:
            said = self.connection.quoted(error)
            refusal = PlatformError(f"{what}: {self.connection.host} says {said}")
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            kind = type(error).__name__
            refusal = PlatformError(f"{what}: the answer cannot be understood ({kind})")
        raise _refusal(status, what) if status else refusal


def _refusal(status: int, what: str) -> PlatformError:
    if status == 401:
        return TokenError(f"{what}: Canvas does not know the token, or it has expired")
    if status == 403:
        return RightsError(f"{what}: not allowed to the token's owner")
    if status == 404:
        return PlatformError(f"{what}: not found, or the token's owner may not see it")
    return PlatformError(f"{what}: refused with status {status}")


def _person(one: Any) -> Person:
    names = (getattr(one, field, None) for field in ("sis_user_id", "login_id", "email", "name"))
    shown = plain(str(getattr(one, "name", "") or f"user {one.id}"))
    return Person(str(one.id), tuple(str(name) for name in names if name), shown)


def _submission(one: Any) -> PlatformSubmission:
    files = tuple(_files(getattr(one, "attachments", None) or ()))
    when = datetime.fromisoformat(one.submitted_at)
    attempt = int(getattr(one, "attempt", None) or 1)
    typed = getattr(one, "submission_type", None) == "online_text_entry"
    text = str(getattr(one, "body", None) or "") if typed else ""
    refused = None if files or text.strip() else because("neither_file_nor_text")
    return PlatformSubmission(str(one.user_id), attempt, when, files, text, refused)


def _files(found: Sequence[Any]) -> Iterator[Attachment]:
    for one in found:
        file = one if isinstance(one, Mapping) else vars(one)
        name = plain(str(file.get("display_name") or file.get("filename")))
        yield Attachment(name, int(file.get("size") or 0), str(file["url"]), str(file["id"]))


def _standing(one: Any) -> CurrentGrade:
    entered = getattr(one, "entered_score", None)
    points = _decimal(entered if entered is not None else getattr(one, "score", None))
    return CurrentGrade(points, bool(getattr(one, "excused", False)))


def _criteria(found: Sequence[Any]) -> Iterator[Criterion]:
    for one in found:
        points = _decimal(one.get("points"))
        if points is not None:
            yield Criterion(str(one["id"]), str(one.get("description", "")), points)


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
