"""Canvas through its REST interface.

Comments are added, never replaced: each of ours ends with a mark, so that one whose answer was
lost is found again and not given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from grader.errors import PlatformError, ResponseError, RightsError, TokenError, Unclear
from grader.lms.address import checked
from grader.lms.canvas import address
from grader.lms.canvas.answers import criteria, person, standing, submission
from grader.lms.connection import REDIRECTS, Connection
from grader.lms.platform import (
    Assignment,
    Attachment,
    CurrentGrade,
    Feedback,
    Person,
    PlatformSubmission,
    plain,
    refuse_outside,
)
from grader.lms.points import decimal
from grader.lms.tokens import Token
from grader.support.http_client import Answer, Patience

PAGE = 100
MOST_PAGES = 1_000
IN_POINTS = ("points", "percent", "letter_grade", "gpa_scale")
"""Kinds of grading that take points; `pass_fail` takes two values only."""
T = TypeVar("T")


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

    # the interface -----------------------------------------------------------------------------

    def _asked(
        self, method: str, path: str, what: str, repeatable: bool = True, **about: Any
    ) -> Answer:
        """The answer to a question.

        Args:
            method: of HTTP.
            path: below the interface's address, or a whole address on this Canvas.
            what: is asked for, in messages.
            repeatable: whether doing it twice has the effect of once.
            about: `params` or `data`, nested as Canvas' documentation has them.

        Raises:
            TokenError: the token is not known.
            RightsError: its owner may not do this.
            PlatformError: anything else.
        """
        url = path if "://" in path else f"{self.site}/api/v1/{path}"
        sent = {name: flat(value) for name, value in about.items()}
        answer = self.connection.ask(method, url, repeatable, headers=self._headers, **sent)
        if answer.status >= 300:
            raise self._refusal(answer, what)
        return answer

    def _refusal(self, answer: Answer, what: str) -> PlatformError:
        status = answer.status
        if status == 401 and "www-authenticate" in answer.headers:
            return TokenError(f"{what}: Canvas does not know the token, or it has expired")
        if status in (401, 403):
            return RightsError(f"{what}: not allowed to the token's owner")
        if status == 404:
            return PlatformError(f"{what}: not found, or the token's owner may not see it")
        said = self.connection.quoted(answer.text)
        return PlatformError(f"{what}: {self.connection.host} says {said} (status {status})")

    def _one(self, path: str, what: str, **params: Any) -> Mapping[str, Any]:
        found = _entry(self._asked("GET", path, what, params=params), what)
        if not found:
            raise PlatformError(f"{what}: the answer cannot be understood")
        return found

    def _every(self, path: str, what: str, **params: Any) -> list[Mapping[str, Any]]:
        """The entries of all pages of a list."""
        found: list[Mapping[str, Any]] = []
        answer = self._asked("GET", path, what, params={**params, "per_page": PAGE})
        for _ in range(MOST_PAGES):
            found += _rows(answer, what)
            if not answer.next_page:
                return found
            answer = self._asked("GET", answer.next_page, what)
        raise PlatformError(f"{what}: the list has no end")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.reveal()}"}

    @property
    def _path(self) -> str:
        return f"courses/{self.course}/assignments/{self.number}"

    # reading -----------------------------------------------------------------------------------

    def assignment(self) -> Assignment:
        """The assignment, with its rubric if it has one.

        Raises:
            PlatformError: the address does not say which, or it has no points.
        """
        found = self._found
        name = plain(str(found["name"]))
        points = decimal(found.get("points_possible"))
        kind = found.get("grading_type", "points")
        if kind not in IN_POINTS or points is None or points <= 0:
            raise PlatformError(
                f"{name!r} is not graded in points ({kind}, {points} points); change its settings"
            )
        if found.get("group_category_id"):
            raise PlatformError(f"{name!r} is handed in by groups; that is not supported")
        notes = []
        if found.get("moderated_grading"):
            notes.append("grading is moderated: Canvas takes grades when they are published only")
        if found.get("post_manually"):
            notes.append("grades are posted by hand: students see them when you post them")
        rubric = tuple(criteria(found.get("rubric") or ()))
        return Assignment(str(found["id"]), name, points, self.course, True, rubric, tuple(notes))

    @cached_property
    def _found(self) -> Mapping[str, Any]:
        if not (self.course.isdecimal() and self.number.isdecimal()):
            raise PlatformError(
                "which assignment? Give its address from the browser, "
                f"{self.site}/courses/NUMBER/assignments/NUMBER"
            )
        return self._one(self._path, f"assignment {self.number} of course {self.course}")

    def people(self) -> list[Person]:
        """The students of the course."""
        what = "the list of students"
        kinds = {"enrollment_type": ["student"], "include": ["email"]}
        return understood(person, self._every(f"courses/{self.course}/users", what, **kinds), what)

    def submissions(self) -> list[PlatformSubmission]:
        """Last attempts."""
        what = "the submissions"
        found = self._every(f"{self._path}/submissions", what)
        return understood(submission, [one for one in found if one.get("submitted_at")], what)

    def grades(self, keys: Sequence[str] = ()) -> dict[str, CurrentGrade]:
        """What was entered, before anything is taken off for lateness."""
        what = "the grades"
        if keys:
            about = {"student_ids": list(keys), "assignment_ids": [self.number]}
            found = self._every(f"courses/{self.course}/students/submissions", what, **about)
        else:
            found = self._every(f"{self._path}/submissions", what)
        whose = [str(one.get("user_id")) for one in found]
        return dict(zip(whose, understood(standing, found, what), strict=True))

    def fixed(self, key: str) -> str:
        """Canvas says so itself when it is given a grade that it does not take."""
        return ""

    def fetch(self, file: Attachment) -> bytes:
        """A file that was handed in; files often lie on another host, which gets no token."""
        checked(file.url, self.connection.insecure)
        return self.connection.download(file.url, {"headers": self._headers})

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
        path = f"{self._path}/submissions/{key}"
        whose = f"the submission of user {key}"
        found = self._one(path, whose, include=["submission_comments"])
        comments = found.get("submission_comments") or []
        texts = understood(lambda one: str(one.get("comment")), comments, whose)
        said = feedback.mark and any(feedback.mark in text for text in texts)
        what: dict[str, Any] = {}
        if feedback.points is not None and standing(found).points != feedback.points:
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
            # whoever writes looks at what came of it before writing again
            self._asked("PUT", path, f"the grade of user {key}", repeatable=False, data=what)

    def _upload(self, key: str, name: str, data: bytes) -> int:
        """A file to be attached to a comment: told, sent, confirmed.

        A file that is attached to nothing shows nowhere, so all three may be repeated.
        """
        about = {"name": name, "size": len(data)}
        path = f"{self._path}/submissions/{key}/comments/files"
        told = _entry(self._asked("POST", path, name, data=about), name)
        if not told.get("upload_url"):
            raise PlatformError(f"Canvas does not say where {name} is to be sent")
        fields = {key: str(value) for key, value in (told.get("upload_params") or {}).items()}
        sent = self.connection.send(
            "POST", told["upload_url"], True, data=fields, files={"file": (name, data)}
        )
        target = sent.headers.get("location")
        if target and (sent.status in REDIRECTS or sent.status == 201):
            sent = self._asked("GET", target, name)
        elif sent.status >= 300:
            raise self._refusal(sent, name)
        found = _entry(sent, name)
        if "id" not in found:
            raise PlatformError(f"Canvas did not take {name}")
        return int(found["id"])


def understood(
    read: Callable[[Mapping[str, Any]], T], rows: Iterable[Mapping[str, Any]], what: str
) -> list[T]:
    """What the rows of an answer say.

    Raises:
        PlatformError: one of them does not say it.
    """
    try:
        return [read(one) for one in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
    raise PlatformError(f"{what}: the answer cannot be understood ({kind})")


def flat(arguments: Mapping[str, Any], name: str = "") -> dict[str, str | list[str]]:
    """Arguments as Canvas' REST interface wants them.

    >>> flat({"comment": {"file_ids": [7, 8], "attempt": 1}})
    {'comment[file_ids][]': ['7', '8'], 'comment[attempt]': '1'}
    """
    found: dict[str, str | list[str]] = {}
    for key, value in arguments.items():
        path = f"{name}[{key}]" if name else str(key)
        if isinstance(value, Mapping):
            found |= flat(value, path)
        elif isinstance(value, list):
            found[f"{path}[]"] = [str(one) for one in value]
        else:
            found[path] = str(value)
    return found


def _entry(answer: Answer, what: str) -> Mapping[str, Any]:
    """What an answer says of one thing; empty if it is of another kind."""
    found = _content(answer, what)
    return found if isinstance(found, dict) else {}


def _rows(answer: Answer, what: str) -> list[Mapping[str, Any]]:
    """
    Raises:
        PlatformError: an answer is no list of things.
    """
    found = _content(answer, what)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PlatformError(f"{what}: the answer cannot be understood")
    return found


def _content(answer: Answer, what: str) -> Any:
    try:
        return answer.json()
    except ResponseError:
        raise PlatformError(f"{what}: the answer cannot be understood") from None
