"""A Moodle for tests: the REST functions as they were measured, silent refusals included."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from misbehaving import Misbehaving, as_json
from werkzeug.wrappers import Request, Response

STUDENTS = "mod/assign:submit"


def failure(code: str, message: str, exception: str = "moodle_exception") -> Response:
    """How Moodle says no: with status 200."""
    return as_json({"exception": exception, "errorcode": code, "message": message})


@dataclass
class User:
    id: int
    username: str
    fullname: str
    idnumber: str = ""
    email: str = ""
    teacher: bool = False


@dataclass
class Attempt:
    number: int
    files: dict[str, bytes]
    status: str = "submitted"
    modified: int = 1795310000
    text: str = ""


@dataclass
class Row:
    """A row of the grades."""

    grade: float = -1.0
    attempt: int = 0
    comment: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    modified: int = 1795320000


@dataclass
class Work:
    """An assignment."""

    id: int
    cmid: int
    name: str
    most: float = 100.0
    course: int = 2
    attempts: dict[int, list[Attempt]] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    overridden: set[int] = field(default_factory=set)
    locked: set[int] = field(default_factory=set)
    more: dict[str, Any] = field(default_factory=dict)
    comments_on: bool = True
    files_on: bool = True


@dataclass
class FakeMoodle(Misbehaving):
    """Course 2 with some people; `work` is its first assignment."""

    token: str = "4f6f2c9d1e8b4a7795c0d3e2b1a09f8e"
    password: str = "correct-horse-battery"
    users: dict[int, User] = field(default_factory=dict)
    works: dict[int, Work] = field(default_factory=lambda: {1: Work(1, 31, "Homework 1")})
    identity: set[str] = field(default_factory=lambda: {"idnumber", "email", "username"})
    """Fields of others that the token's owner sees."""
    sees_nothing: bool = False
    """No right to grade: lists are empty, with warnings."""
    not_in_service: set[str] = field(default_factory=set)
    drafts: dict[int, dict[str, bytes]] = field(default_factory=dict)
    creates_tokens: bool = True
    """Whether teachers have the capability for it in the system context."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Further tokens, of users."""

    @property
    def work(self) -> Work:
        return self.works[1]

    def address(self, work: int = 1) -> str:
        """As in the browser."""
        return f"{self.url}/mod/assign/view.php?id={self.works[work].cmid}"

    def hand_in(
        self, user: int, files: dict[str, bytes], reopened: bool = False, **about: Any
    ) -> None:
        """The first attempt, or other files in the last one; `reopened`: another attempt."""
        attempts = self.work.attempts.setdefault(user, [])
        number = len(attempts) if reopened or not attempts else len(attempts) - 1
        before = attempts[-1].modified if attempts else 1795310000
        attempts[number:] = [Attempt(number, files, **{"modified": before + 60, **about})]

    def type_in(self, user: int, text: str) -> None:
        """A text in place of files."""
        self.hand_in(user, {}, text=text)

    # requests ----------------------------------------------------------------------------------

    def function_of(self, request: Request) -> str:
        if request.path == "/webservice/rest/server.php":
            return request.form.get("wsfunction", request.args.get("wsfunction", ""))
        return request.path.strip("/").split("/")[1] if "/" in request.path.strip("/") else ""

    def denied(self, function: str) -> Response:
        return failure(
            "accessexception", "Access control exception", "webservice_access_exception"
        )

    def answer(self, request: Request, function: str) -> Response:
        match request.path:
            case "/login/token.php":
                return self.login(request)
            case "/webservice/upload.php":
                return self.upload(request)
            case "/webservice/rest/server.php":
                return self.rest(request, function)
        if request.path.startswith("/webservice/pluginfile.php/"):
            return self.file(request)
        return Response("not found", 404)

    def owner(self, token: str | None) -> User | None:
        """Whose token it is."""
        if token == self.token:
            return User(99, "teacher", "Tea Cher", teacher=True)
        return self.users.get(self.tokens.get(token or "", 0))

    def login(self, request: Request) -> Response:
        sent = request.values
        if (sent.get("username"), sent.get("password")) != ("teacher", self.password):
            return as_json(
                {"error": "Invalid login, please try again", "errorcode": "invalidlogin"}
            )
        if not self.creates_tokens:
            said = "Sorry, but you do not currently have permissions to do that (create a token)"
            return as_json({"error": said, "errorcode": "cannotcreatetoken"})
        if sent.get("service") != "bpgrade":
            return as_json({"error": "no such service", "errorcode": "servicenotavailable"})
        return as_json({"token": self.token, "privatetoken": None})

    def rest(self, request: Request, function: str) -> Response:
        owner = self.owner(request.form.get("wstoken"))
        if owner is None:
            return failure("invalidtoken", "Invalid token - token not found")
        run = getattr(self, function, None)
        if (
            function in self.not_in_service
            or not re.match(r"(core|mod|gradereport)_", function)
            or not run
        ):
            return self.denied(function)
        try:
            return run(nested(request.form), owner)
        except (KeyError, ValueError) as error:
            said = f"Invalid parameter value detected ({error})"
            return failure("invalidparameter", said, "invalid_parameter_exception")

    def upload(self, request: Request) -> Response:
        if self.owner(request.form.get("token")) is None:
            return as_json({"error": "Invalid token", "errorcode": "invalidtoken"})
        if request.form.get("filearea", "draft") != "draft":
            return failure("privatefilesupload", "Private files cannot be uploaded this way")
        self.writes += 1
        item = int(request.form.get("itemid", "0")) or 700 + len(self.drafts)
        area = self.drafts.setdefault(item, {})
        told = []
        for file in request.files.values():
            area[file.filename or ""] = file.read()
            told.append({"component": "user", "itemid": item, "filename": file.filename})
        return as_json(told)

    def file(self, request: Request) -> Response:
        """/webservice/pluginfile.php/USER/ATTEMPT/NAME?token=..."""
        owner = self.owner(request.args.get("token"))
        if owner is None:
            return as_json({"error": "Invalid token", "errorcode": "invalidtoken"})
        user, number, name = request.path.split("/", 5)[3:]
        gone = as_json({"error": "Sorry, the requested file could not be found"}, 404)
        if not owner.teacher and owner.id != int(user):
            return gone
        found = self.work.attempts.get(int(user), [])
        if int(number) >= len(found) or name not in found[int(number)].files:
            return gone
        return Response(found[int(number)].files[name], mimetype="application/octet-stream")

    # functions ---------------------------------------------------------------------------------

    def core_enrol_get_enrolled_users(self, sent: dict, owner: User) -> Response:
        if int(sent["courseid"]) != 2:
            return failure("nopermissions", "Course or activity not accessible")
        options = {one["name"]: one["value"] for one in listed(sent.get("options"))}
        fields = set(options.get("userfields", "").split(",")) - {""}
        found = []
        for user in self.users.values():
            if options.get("withcapability") == STUDENTS and user.teacher:
                continue
            row = {"id": user.id, "fullname": user.fullname}
            for name in ("idnumber", "email", "username"):
                value = getattr(user, name)
                if value and name in self.identity and (not fields or name in fields):
                    row[name] = value
            found.append(row)
        return as_json(found)

    def core_user_get_users_by_field(self, sent: dict, owner: User) -> Response:
        name, values = sent["field"], listed(sent.get("values"))
        if name not in self.identity | {"id"}:
            return as_json([])
        return as_json(
            [
                {"id": user.id, "fullname": user.fullname}
                for user in self.users.values()
                if str(getattr(user, name)) in values
            ]
        )

    def mod_assign_get_assignments(self, sent: dict, owner: User) -> Response:
        wanted = listed(sent.get("courseids"))
        if wanted and "2" not in wanted:
            warning = {"item": "course", "itemid": int(wanted[0]), "warningcode": "2"}
            warning["message"] = "User is not enrolled or does not have requested capability"
            return as_json({"courses": [], "warnings": [warning]})
        course = {"id": 2, "fullname": "Back-propagation 101"}
        course["assignments"] = [self._about(one) for one in self.works.values()]
        return as_json({"courses": [course], "warnings": []})

    def _about(self, work: Work) -> dict[str, Any]:
        kinds = {"comments": work.comments_on, "file": work.files_on}
        configs = [
            {"plugin": kind, "subtype": "assignfeedback", "name": "enabled", "value": str(int(on))}
            for kind, on in kinds.items()
        ]
        about = {"id": work.id, "cmid": work.cmid, "course": work.course, "name": work.name}
        return {**about, "grade": work.most, "teamsubmission": 0, "configs": configs, **work.more}

    def _work(self, sent: dict) -> Work:
        return self.works[int(listed(sent["assignmentids"])[0])]

    def _nothing(self, work: Work, what: str) -> Response | None:
        if self.sees_nothing:
            warning = {"item": "module", "itemid": work.id, "warningcode": "1"}
            warning["message"] = "No access rights in module context"
            return as_json({"assignments": [], "warnings": [warning]})
        if not (work.attempts if what == "submissions" else work.rows):
            warning = {"item": "module", "itemid": work.id, "warningcode": "3"}
            warning["message"] = f"No {what} found"
            empty = [{"assignmentid": work.id, "submissions": []}]
            there = empty if what == "submissions" else []
            return as_json({"assignments": there, "warnings": [warning]})
        return None

    def mod_assign_get_submissions(self, sent: dict, owner: User) -> Response:
        work = self._work(sent)
        nothing = self._nothing(work, "submissions")
        if nothing:
            return nothing
        found = [self._submission(user, attempts[-1]) for user, attempts in work.attempts.items()]
        return as_json(
            {"assignments": [{"assignmentid": work.id, "submissions": found}], "warnings": []}
        )

    def _submission(self, user: int, attempt: Attempt) -> dict[str, Any]:
        base = f"{self.url}/webservice/pluginfile.php/{user}/{attempt.number}"
        files = [
            {
                "filename": name.rsplit("/", 1)[-1],
                "filepath": "/" + name.rsplit("/", 1)[0] + "/" if "/" in name else "/",
                "filesize": len(data),
                "fileurl": f"{base}/{name}",
                "timemodified": attempt.modified,
                "mimetype": "text/csv",
            }
            for name, data in attempt.files.items()
        ]
        plugins = [
            {"type": "file", "fileareas": [{"area": "submission_files", "files": files}]},
            {"type": "onlinetext", "editorfields": [{"name": "onlinetext", "text": attempt.text}]},
            {"type": "comments", "name": "Submission comments"},
        ]
        about = {"id": 500 + user, "userid": user, "attemptnumber": attempt.number}
        about |= {"timemodified": attempt.modified, "status": attempt.status}
        graded = "graded" if user in self.work.rows else "notgraded"
        return {**about, "gradingstatus": graded, "plugins": plugins}

    def mod_assign_get_user_mappings(self, sent: dict, owner: User) -> Response:
        work = self._work(sent)
        found = [{"id": 100 + user, "userid": user} for user in self.users]
        return as_json({"assignments": [{"assignmentid": work.id, "mappings": found}]})

    def mod_assign_get_grades(self, sent: dict, owner: User) -> Response:
        work = self._work(sent)
        nothing = self._nothing(work, "grades")
        if nothing:
            return nothing
        found = [
            {
                "id": 900 + user,
                "userid": user,
                "attemptnumber": row.attempt,
                "timemodified": row.modified,
                "grade": f"{row.grade:.5f}",
            }
            for user, row in work.rows.items()
            if row.attempt == max(len(work.attempts.get(user, [])) - 1, 0)  # of the last attempt
        ]
        return as_json(
            {"assignments": [{"assignmentid": work.id, "grades": found}], "warnings": []}
        )

    def gradereport_user_get_grade_items(self, sent: dict, owner: User) -> Response:
        """The gradebook of one person, who sees it: Moodle says null for no."""
        user = int(sent["userid"])
        if int(sent["courseid"]) != 2 or user not in self.users:
            return failure("nopermissions", "Course or activity not accessible")
        course = {"id": 70, "itemtype": "course", "itemmodule": None, "iteminstance": 2}
        items = [course] + [
            {
                "id": 70 + work.id,
                "itemname": work.name,
                "itemtype": "mod",
                "itemmodule": "assign",
                "iteminstance": work.id,
                "itemnumber": 0,
                "cmid": work.cmid,
                "locked": True if user in work.locked else None,
                "gradeislocked": True if user in work.locked else None,
                "gradeisoverridden": True if user in work.overridden else None,
            }
            for work in self.works.values()
        ]
        about = {"courseid": 2, "userid": user, "userfullname": self.users[user].fullname}
        return as_json({"usergrades": [{**about, "gradeitems": items}], "warnings": []})

    def mod_assign_save_grade(self, sent: dict, owner: User) -> Response:
        self.writes += 1
        grade = float(sent["grade"])  # PARAM_FLOAT: `55,5` and `abc` end here
        work, user = self.works[int(sent["assignmentid"])], int(sent["userid"])
        last = len(work.attempts.get(user, [])) - 1
        if int(sent["attemptnumber"]) > last >= 0:
            self.hand_in(user, {}, reopened=True, status="reopened")
        row = work.rows.setdefault(user, Row())
        if row.attempt < last:  # another attempt has a grade of its own
            row = work.rows[user] = Row()
        row.attempt = max(last, int(sent["attemptnumber"]), 0)
        if grade == -1 or (0 <= grade <= work.most and user not in work.overridden | work.locked):
            row.grade = round(grade, 5)
        more = sent.get("plugindata", {})
        comment = more.get("assignfeedbackcomments_editor")
        if not comment:
            return failure("dmlwriteexception", "Error writing to database", "dml_write_exception")
        row.comment = comment["text"]
        item = int(more.get("files_filemanager", 0))
        if item:
            row.files = dict(self.drafts.get(item, {}))
        return as_json(None)


def nested(form: Any) -> dict[str, Any]:
    """`a[0][b]=c` as dictionaries."""
    found: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        first, *rest = re.findall(r"[^\[\]]+", name)
        place, key = found, first
        for part in rest:
            place, key = place.setdefault(key, {}), part
        place[key] = value
    return found


def listed(found: dict[str, Any] | None) -> list[Any]:
    """The values of `a[0]`, `a[1]`."""
    return list((found or {}).values())
