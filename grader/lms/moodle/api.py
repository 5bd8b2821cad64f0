"""Moodle through its REST interface.

Moodle answers errors with status 200, and never says that a grade was ignored: what must hold
is checked before, and what stands there is read back after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from grader.errors import PlatformError, RightsError, TokenError
from grader.lms.connection import Connection
from grader.lms.moodle import address
from grader.lms.moodle.answers import grade, person, submission, switched_on, why_fixed
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

NO_TOKEN = {"invalidtoken", "invalidlogin"}
NO_RIGHT = {
    "accessexception", "nopermissions", "nopermission", "requireloginerror", "notingroup",
    "webservice_access_exception", "cannotcreatetoken", "servicenotavailable",
}  # fmt: skip
SYSTEM_CONTEXT = (
    "; whoever it is for needs webservice/rest:use and moodle/webservice:createtoken in the "
    "system context, which a course's teacher has not: docs/moodle-sync.md, step 5"
)
NO_FUNCTION = (
    "; either the service lacks this function (docs/moodle-sync.md, step 4), or the token's owner "
    "lacks webservice/rest:use in the system context (step 5)"
)
NOTHING_THERE = "3"
"""The code of a warning that says no more than that a list is empty."""
STUDENTS = "mod/assign:submit"
NOT_GRADED = Decimal(-1)
"""What Moodle keeps where there is no grade."""


class Moodle:
    """One assignment of a Moodle.

    Args:
        where: the assignment's address, or the site's.
        token: of a web service with the functions of docs/moodle-sync.md.
        number: of the assignment, where the address does not say: as in the address bar (the
            course module's), or its own.
        course: looks for the assignment in this course only.
        insecure: whether http is fine on other machines.
        patience: how long to wait and how often to try.
    """

    name = "moodle"
    replaces_files = True

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
        self.module = found.activity
        self.number = number
        self.course = course or found.course
        self.token = token
        self.connection = Connection(found.base, token, insecure, patience)

    # the interface -----------------------------------------------------------------------------

    def call(self, function: str, **arguments: Any) -> Any:
        """Call a function of the web service; all that are called here may be called twice.

        Raises:
            TokenError: the token is not known.
            RightsError: its owner may not do this, or the function is not part of the service.
            PlatformError: anything else.
        """
        data = {
            "wstoken": self.token.reveal(),
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(flat(arguments)),
        }
        url = f"{self.site}/webservice/rest/server.php"
        answer = self.connection.ask("POST", url, repeatable=True, data=data)
        return self._read(answer, function)

    def _read(self, answer: Answer, what: str) -> Any:
        if answer.status != 200:
            raise PlatformError(
                f"{self.connection.host} answers {what} with status {answer.status}; "
                "are web services switched on there, and is this Moodle's own address?"
            )
        found = answer.json()
        if isinstance(found, dict) and ("exception" in found or "errorcode" in found):
            raise self._refusal(found, what)
        return found

    def _refusal(self, found: Mapping[str, Any], what: str) -> PlatformError:
        code = str(found.get("errorcode", ""))
        said = self.connection.quoted(found.get("message") or found.get("error") or code)
        if code in NO_TOKEN:
            return TokenError(f"{self.connection.host} does not accept the token: {said} ({code})")
        if code in NO_RIGHT:
            hint = NO_FUNCTION if code == "accessexception" else "; see docs/moodle-sync.md"
            return RightsError(f"{what} is not allowed: {said} ({code}){hint}")
        return PlatformError(f"{what}: {said} ({code})")

    # reading -----------------------------------------------------------------------------------

    def assignment(self) -> Assignment:
        """The assignment, by its address or number.

        Raises:
            PlatformError: there is none, or two that the number fits, or it has no points.
        """
        found = self._found
        points = decimal(found.get("grade"))
        if points is None or points <= 0:
            raise PlatformError(
                f"{found['name']!r} is not graded in points (a scale, or no grade at all); "
                "choose 'Point' in its settings"
            )
        if found.get("teamsubmission"):
            raise PlatformError(f"{found['name']!r} is handed in by groups; that is not supported")
        notes = []
        if found.get("markingworkflow"):
            notes.append("marking workflow is on: grades show when they are released in Moodle")
        if not switched_on(found, "comments"):
            notes.append("'Feedback comments' is off: students see points, no comment")
        files = switched_on(found, "file")
        if not files:
            notes.append("'Feedback files' is off: no pages are attached")
        return Assignment(
            str(found["id"]), plain(str(found["name"])), points, str(found["course"]), files, (),
            tuple(notes),
        )  # fmt: skip

    @cached_property
    def _found(self) -> Mapping[str, Any]:
        courses = {"courseids": [self.course]} if self.course else {}
        answer = self.call("mod_assign_get_assignments", **courses)
        every = [
            {"course": course["id"], **one}
            for course in answer["courses"]
            for one in course["assignments"]
        ]
        self._refuse_warnings(answer, "the assignments cannot be read", bool(every))
        fitting = [one for one in every if self._fits(one)]
        if len(fitting) == 1:
            return fitting[0]
        raise PlatformError(self._which(fitting or every, bool(fitting)))

    def _fits(self, one: Mapping[str, Any]) -> bool:
        if self.module:
            return str(one["cmid"]) == self.module
        return self.number in (str(one["cmid"]), str(one["id"]))

    def _which(self, found: Sequence[Mapping[str, Any]], several: bool) -> str:
        told = "; ".join(
            f"{one['name']!r} is {self.site}/mod/assign/view.php?id={one['cmid']}"
            for one in found[:8]
        )
        if several:
            return f"{self.number} fits several assignments: {told}; give the address"
        asked = self.module or self.number
        missing = f"the token sees no assignment {asked}" if asked else "which assignment?"
        return (
            f"{missing}; there are: {told}"
            if found
            else f"{missing}; it sees none at all (its owner must be a teacher of the course)"
        )

    def _refuse_warnings(self, answer: Mapping[str, Any], what: str, some: bool) -> None:
        """
        Raises:
            RightsError: a list is empty for want of a right; Moodle says it in a warning only.
        """
        warnings = [
            one
            for one in answer.get("warnings") or []
            if str(one.get("warningcode")) != NOTHING_THERE
        ]
        if warnings and not some:
            told = "; ".join(str(one.get("message", one)) for one in warnings[:3])
            said = self.connection.quoted(told)
            raise RightsError(f"{what}: {said}; see docs/moodle-sync.md for the rights it takes")

    def people(self) -> list[Person]:
        """The students of the course."""
        options = [
            {"name": "withcapability", "value": STUDENTS},
            {"name": "userfields", "value": "id,username,idnumber,email,fullname"},
        ]
        course = self._found["course"]
        found = self.call("core_enrol_get_enrolled_users", courseid=course, options=options)
        return [person(one) for one in found]

    def submissions(self) -> list[PlatformSubmission]:
        """Last attempts."""
        id = self._found["id"]
        answer = self.call("mod_assign_get_submissions", assignmentids=[id])
        every = answer.get("assignments") or []
        self._refuse_warnings(answer, "the submissions cannot be read", bool(every))
        found = [sub for one in every for sub in one["submissions"] if sub.get("userid")]
        last: dict[str, Mapping[str, Any]] = {}
        for one in sorted(found, key=lambda sub: int(sub.get("attemptnumber", 0))):
            last[str(one["userid"])] = one
        return [submission(one) for one in last.values()]

    def grades(self, keys: Sequence[str] = ()) -> dict[str, CurrentGrade]:
        """The assignment's grades; always of all."""
        id = self._found["id"]
        answer = self.call("mod_assign_get_grades", assignmentids=[id])
        every = answer.get("assignments") or []
        self._refuse_warnings(answer, "the grades cannot be read", bool(every))
        found = [one for each in every for one in each["grades"]]
        found.sort(key=lambda one: int(one.get("attemptnumber", 0)))
        return {str(one["userid"]): CurrentGrade(grade(one.get("grade"))) for one in found}

    def fixed(self, key: str) -> str:
        """Why a grade would be ignored, though comment and files would be stored."""
        about = {"courseid": self._found["course"], "userid": key}
        found = self.call("gradereport_user_get_grade_items", **about)
        return why_fixed(found, str(self._found["id"]))

    def fetch(self, file: Attachment) -> bytes:
        """A file that was handed in.

        Raises:
            PlatformError: it lies on another host, or Moodle does not give it.
        """
        if not self.connection.own(file.url):
            host = urlsplit(file.url).netloc
            raise PlatformError(
                f"{file.name} lies on {host}, where the token must not go; give Moodle's own "
                "address"
            )
        secret = {"params": {"token": self.token.reveal()}}
        data = self.connection.download(file.url, secret)
        if data.startswith((b'{"error', b'{"exception')) and b'"errorcode"' in data:
            raise PlatformError(f"{file.name}: Moodle answers with an error in place of the file")
        return data

    # writing -----------------------------------------------------------------------------------

    def give(self, key: str, feedback: Feedback) -> None:
        """Store a grade with comment and files.

        Raises:
            NotTaken: the grade is not within 0 and the maximum; nothing is sent then.
            PlatformError: Moodle refuses.
        """
        points = feedback.points
        if points is None:
            points = self._unchanged(key)
        else:
            refuse_outside(points, self.assignment().most)
        self.call(
            "mod_assign_save_grade",
            assignmentid=self._found["id"],
            userid=key,
            grade=f"{points:f}",
            attemptnumber=-1,  # the last one; a higher number would open a new attempt
            addattempt=0,
            workflowstate="",
            applytoall=0,
            plugindata={
                "assignfeedbackcomments_editor": {"text": feedback.html, "format": 1},
                "files_filemanager": self._draft(feedback.files) if feedback.files else 0,
            },
        )

    def _unchanged(self, key: str) -> Decimal:
        """The grade that stands there, to be sent again; 'none' only to those who have none."""
        points = self.grades().get(key, CurrentGrade()).points
        return NOT_GRADED if points is None else points

    def _draft(self, files: Mapping[str, bytes]) -> int:
        """A new draft area with some files in it; one request, so that it can be repeated."""
        url = f"{self.site}/webservice/upload.php"
        data = {"token": self.token.reveal(), "itemid": "0", "filepath": "/", "filearea": "draft"}
        sent = {f"file_{n}": item for n, item in enumerate(files.items())}
        answer = self.connection.ask("POST", url, repeatable=True, data=data, files=sent)
        found = self._read(answer, "the upload of feedback files")
        if not isinstance(found, list) or len(found) != len(files) or "itemid" not in found[0]:
            raise PlatformError("Moodle does not say where the feedback files were stored")
        return int(found[0]["itemid"])


def login(where: str, user: str, password: Token, service: str, insecure: bool = False) -> Token:
    """A token for a user's name and password.

    Args:
        where: an address of the site.
        user: the user name.
        password: hidden like a token.
        service: short name of the web service, as its administrator chose it.
        insecure: whether http is fine on other machines.

    Raises:
        TokenError: wrong name or password, or the service gives this user no token.
    """
    base = address.read(where, insecure).base
    connection = Connection(base, password, insecure)
    data = {"username": user, "password": password.reveal(), "service": service}
    answer = connection.ask("POST", f"{base}/login/token.php", repeatable=True, data=data)
    found = answer.json() if answer.status == 200 else {}
    if not isinstance(found, dict) or not found.get("token"):
        said = connection.quoted(found.get("error", f"status {answer.status}"))
        hint = SYSTEM_CONTEXT if found.get("errorcode") in NO_RIGHT else ""
        raise TokenError(f"{connection.host} gives no token: {said}{hint}")
    return Token(str(found["token"]))


def flat(arguments: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Arguments as Moodle's REST interface wants them.

    >>> dict(flat({"options": [{"name": "a", "value": 1}], "ids": [7]}))
    {'options[0][name]': 'a', 'options[0][value]': '1', 'ids[0]': '7'}
    """
    if isinstance(arguments, Mapping):
        for key, value in arguments.items():
            yield from flat(value, f"{name}[{key}]" if name else str(key))
    elif isinstance(arguments, list | tuple):
        for number, value in enumerate(arguments):
            yield from flat(value, f"{name}[{number}]")
    else:
        yield name, str(arguments)
