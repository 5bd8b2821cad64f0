"""A Canvas for tests, after its REST documentation: pages, uploads in three steps, throttling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fake_moodle import User
from misbehaving import Misbehaving, as_json
from werkzeug.wrappers import Request, Response

ROUTES = [
    ("GET", r"/api/v1/courses/7/assignments/(\d+)", "assignment"),
    ("GET", r"/api/v1/courses/7/(?:search_)?users", "users"),
    ("GET", r"/api/v1/courses/7/assignments/(\d+)/submissions", "submissions"),
    ("GET", r"/api/v1/courses/7/students/submissions", "several"),
    ("GET", r"/api/v1/courses/7/assignments/(\d+)/submissions/(\d+)", "submission"),
    ("PUT", r"/api/v1/courses/7/assignments/(\d+)/submissions/(\d+)", "edit"),
    ("POST", r"/api/v1/courses/7/assignments/(\d+)/submissions/(\d+)/comments/files", "announce"),
    ("POST", r"/elsewhere/upload/(\d+)", "receive"),
    ("GET", r"/api/v1/files/(\d+)/create_success", "confirm"),
    ("GET", r"/files/(\d+)/download", "download"),
    ("GET", r"/elsewhere/files/(\d+)", "stored"),
]
WITHOUT_TOKEN = ("receive", "stored")
"""On another host, which must never see the token."""


@dataclass
class Sub:
    """A submission; Canvas makes one for every student."""

    attempt: int | None = None
    submitted: str | None = None
    files: dict[int, str] = field(default_factory=dict)
    """Id of a file -> its name."""
    score: float | None = None
    off: float = 0.0
    """Taken off for lateness."""
    excused: bool = False
    body: str | None = None
    comments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """Of the submission."""
        return "online_text_entry" if self.body else "online_upload" if self.files else None

    rubric: dict[str, float] = field(default_factory=dict)


@dataclass
class FakeCanvas(Misbehaving):
    """Course 7 with assignment 12."""

    token: str = "1017~Zk3vGqYt8cP2mWx5nRb7JdLs9HfTa4Ve6UyQo1iKj0"
    users: dict[int, User] = field(default_factory=dict)
    subs: dict[int, Sub] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    announced: dict[int, str] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    page: int = 2
    """Most that a page holds, whatever is asked for."""
    most: float = 100.0
    about: dict[str, Any] = field(default_factory=dict)
    """More of the assignment."""
    redirected: bool = False
    """Whether an upload ends with a redirect (303) instead of 201."""
    leaked: list[str] = field(default_factory=list)
    """Requests on the other host that carried the token."""
    forbidden: set[int] = field(default_factory=set)
    """Students whom the token's owner may not grade."""

    def type_in(self, user: int, text: str) -> None:
        """A text in place of files."""
        self.hand_in(user, {})
        self.subs[user].body = text

    def address(self) -> str:
        """As in the browser."""
        return f"{self.url}/courses/7/assignments/12"

    @property
    def elsewhere(self) -> str:
        """The same machine by another name: another host to everybody who looks."""
        return f"http://localhost:{self.port}/elsewhere"

    def hand_in(self, user: int, files: dict[str, bytes], when: str = "") -> None:
        """A new attempt."""
        sub = self.subs[user]
        sub.attempt = (sub.attempt or 0) + 1
        sub.submitted = when or f"2026-11-22T02:{sub.attempt:02}:00Z"
        sub.files = {}
        for name, data in files.items():
            id = 3000 + len(self.files)
            self.files[id], sub.files[id] = data, name

    # requests ----------------------------------------------------------------------------------

    def function_of(self, request: Request) -> str:
        for method, path, name in ROUTES:
            if request.method == method and re.fullmatch(path, request.path):
                return name
        return "unknown"

    def denied(self, function: str) -> Response:
        said = {"status": "unauthorized", "errors": [{"message": "user not authorized"}]}
        return as_json(said, 403)

    def answer(self, request: Request, function: str) -> Response:
        bearer = request.headers.get("Authorization", "")
        if function in WITHOUT_TOKEN:
            if bearer:
                self.leaked.append(request.full_path)
        elif function == "download":
            pass  # a verifier in the address is enough
        elif bearer != f"Bearer {self.token}":
            said = {"errors": [{"message": "Invalid access token."}]}
            return as_json(said, 401, **{"WWW-Authenticate": 'Bearer realm="canvas-lms"'})
        for method, path, name in ROUTES:
            found = re.fullmatch(path, request.path)
            if found and request.method == method:
                response = getattr(self, f"do_{name}")(request, *map(int, found.groups()))
                response.headers["X-Request-Cost"] = "0.05"
                response.headers["X-Rate-Limit-Remaining"] = "599.9"
                return response
        return as_json({"errors": [{"message": "The specified resource does not exist."}]}, 404)

    def paged(self, request: Request, rows: list[Any]) -> Response:
        """One page, with the way to the next in the header."""
        size = min(int(request.args.get("per_page", 10)), self.page)
        bookmark = request.args.get("page", "first")
        begin = 0 if bookmark == "first" else int(bookmark.removeprefix("bookmark:"))
        response = as_json(rows[begin : begin + size])
        if begin + size < len(rows):
            more = [(k, v) for k, v in request.args.items(multi=True) if k != "page"]
            query = "&".join(f"{k}={v}" for k, v in [*more, ("page", f"bookmark:{begin + size}")])
            response.headers["Link"] = (
                f'<{self.url}{request.path}?{query}>; rel="next",'
                f'<{self.url}{request.path}?{query}>; rel="current"'
            )
        return response

    # reading -----------------------------------------------------------------------------------

    def do_assignment(self, request: Request, id: int) -> Response:
        if id != 12:
            said = {"errors": [{"message": "The specified resource does not exist."}]}
            return as_json(said, 404)
        about = {"id": 12, "name": "Homework 1", "course_id": 7, "points_possible": self.most}
        return as_json(
            {**about, "grading_type": "points", "group_category_id": None, **self.about}
        )

    def do_users(self, request: Request) -> Response:
        kinds = request.args.getlist("enrollment_type[]")
        rows = []
        for user in self.users.values():
            if kinds == ["student"] and user.teacher:
                continue
            row: dict[str, Any] = {"id": user.id, "name": user.fullname, "login_id": user.username}
            row["sis_user_id"] = user.idnumber or None
            if "email" in request.args.getlist("include[]"):
                row["email"] = user.email
            rows.append(row)
        return self.paged(request, rows)

    def row(self, user: int, comments: bool = False) -> dict[str, Any]:
        sub = self.subs[user]
        score = None if sub.score is None else sub.score - sub.off
        state = "unsubmitted" if sub.submitted is None else "submitted"
        row: dict[str, Any] = {
            "id": 8000 + user, "user_id": user, "assignment_id": 12, "attempt": sub.attempt,
            "submitted_at": sub.submitted, "score": score, "entered_score": sub.score,
            "grade": None if score is None else f"{score:g}", "excused": sub.excused,
            "workflow_state": state if sub.score is None else "graded", "body": sub.body,
            "submission_type": sub.kind, "late": bool(sub.off),
        }  # fmt: skip
        if sub.files:
            row["attachments"] = [
                {
                    "id": id, "display_name": name, "filename": name, "size": len(self.files[id]),
                    "url": f"{self.url}/files/{id}/download?download_frd=1&verifier=v{id}",
                    "content-type": "text/csv",
                }
                for id, name in sub.files.items()
            ]  # fmt: skip
        if comments:
            row["submission_comments"] = sub.comments
        return row

    def do_submissions(self, request: Request, id: int) -> Response:
        return self.paged(request, [self.row(user) for user in self.subs])

    def do_several(self, request: Request) -> Response:
        wanted = {int(one) for one in request.args.getlist("student_ids[]")}
        return self.paged(request, [self.row(user) for user in self.subs if user in wanted])

    def do_submission(self, request: Request, id: int, user: int) -> Response:
        return as_json(self.row(user, "submission_comments" in request.args.getlist("include[]")))

    def do_download(self, request: Request, id: int) -> Response:
        if request.args.get("verifier") != f"v{id}":
            return as_json({"errors": []}, 404)
        return Response("", 302, {"Location": f"{self.elsewhere}/files/{id}?token=jwt{id}"})

    def do_stored(self, request: Request, id: int) -> Response:
        if request.args.get("token") != f"jwt{id}":
            return Response("no", 403)
        return Response(self.files[id])

    # writing -----------------------------------------------------------------------------------

    def do_announce(self, request: Request, id: int, user: int) -> Response:
        self.writes += 1
        file = 5000 + len(self.announced)
        self.announced[file] = request.form["name"]
        fields = {"key": f"account/{file}", "filename": request.form["name"]}
        url = f"{self.elsewhere}/upload/{file}"
        return as_json({"upload_url": url, "upload_params": fields, "file_param": "file"})

    def do_receive(self, request: Request, file: int) -> Response:
        if request.form.get("key") != f"account/{file}" or "file" not in request.files:
            return Response("bad request", 400)
        self.files[file] = request.files["file"].read()
        target = f"{self.url}/api/v1/files/{file}/create_success?uuid=u{file}"
        status = 303 if self.redirected else 201
        return Response("", status, {"Location": target})

    def do_confirm(self, request: Request, file: int) -> Response:
        self.confirmed.add(file)
        name = self.announced[file]
        return as_json({"id": file, "url": f"{self.url}/files/{file}", "display_name": name})

    def do_edit(self, request: Request, id: int, user: int) -> Response:
        self.writes += 1
        form = request.form
        sub = self.subs.get(user)
        if sub is None or user in self.forbidden:
            return self.denied("edit")
        attached = [int(one) for one in form.getlist("comment[file_ids][]")]
        if not set(attached) <= self.confirmed:
            return as_json({"errors": [{"message": "invalid file"}]}, 400)
        grade = form.get("submission[posted_grade]")
        if grade is not None:
            sub.score = float(grade)
        for name, value in form.items():
            row = re.fullmatch(r"rubric_assessment\[(\w+)\]\[points\]", name)
            if row:
                sub.rubric[row[1]] = float(value)
        text = form.get("comment[text_comment]")
        if text is not None:
            sub.comments.append(
                {
                    "id": 40 + len(sub.comments), "author_id": 99, "comment": text,
                    "attempt": form.get("comment[attempt]"),
                    "attachments": [
                        {"id": one, "filename": self.announced[one]} for one in attached
                    ],
                }
            )  # fmt: skip
        return as_json(self.row(user, comments=True))
