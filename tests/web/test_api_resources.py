"""Each resource of the REST interface answers, and refuses with a code."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from api import Class, caller, refused, small_class
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from service import course_of, right_answers

from grader.web import accounts
from grader.web.api import access
from grader.web.models import Assignment, Audit, Course, Member, Result, Role, Submission

pytestmark = pytest.mark.django_db

TEACHER = "Course-teacher"
LARGE = '[network]\nlayers = "90-90-90"\n'


@pytest.fixture
def room() -> Class:
    return small_class()


def items(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    found: list[Any] = answer.json()["items"]
    return found


# families, courses -------------------------------------------------------------------------


def test_families_with_their_defaults(room: Class) -> None:
    found = {one["name"]: one for one in items(caller("ada").get("/families"))}
    assert found["mazur"]["layers"] == "2-2-2"
    assert found["mazur"]["decimals"] == 4
    assert caller("ada").get("/families/lfd").json()["name"] == "lfd"
    refused(caller("ada").get("/families/nonesuch"), 404, "not_found")


def test_lists_come_in_pieces(room: Class) -> None:
    ada = caller("ada")
    whole = [one["name"] for one in items(ada.get("/families"))]
    pieces = [
        one["name"]
        for n in range(0, len(whole), 3)
        for one in items(ada.get(f"/families?limit=3&offset={n}"))
    ]
    assert pieces == whole
    assert ada.get("/families?limit=2").json()["count"] == len(whole)
    body = refused(ada.get("/families?limit=0"), 422, "invalid")
    assert body["problems"][0]["column"] == "limit"


def test_courses_are_made_and_listed_by_teachers(room: Class) -> None:
    teacher = caller(TEACHER)
    made = teacher.post("/courses", {"name": "New"})
    assert made.status_code == 201
    assert made.json()["role"] == "teacher"
    assert [one["name"] for one in items(teacher.get("/courses"))] == ["New", "Course"]
    assert Audit.objects.get(action="course.created").about == "New"
    refused(caller("ada").post("/courses", {"name": "Mine"}), 403, "not_allowed")
    assert teacher.get(f"/courses/{room.course.pk}").json()["name"] == "Course"


def test_members(room: Class) -> None:
    found = items(caller(TEACHER).get(f"/courses/{room.course.pk}/members"))
    assert [one["ident"] for one in found] == [TEACHER, "Course-assistant", "ada", "ben"]
    refused(caller("ada").get(f"/courses/{room.course.pk}/members"), 404, "not_found")
    refused(caller("Far-teacher").get(f"/courses/{room.course.pk}/members"), 404, "not_found")


# assignments -------------------------------------------------------------------------------


def test_students_see_what_is_published(room: Class) -> None:
    assert [one["id"] for one in items(caller("ada").get("/assignments"))] == [room.assignment.pk]
    assert "policy" not in caller("ada").get(f"/assignments/{room.assignment.pk}").json()
    Assignment.objects.update(published=False)
    assert items(caller("ada").get("/assignments")) == []
    refused(caller("ada").get(f"/assignments/{room.assignment.pk}"), 404, "not_found")
    assert len(items(caller("Course-assistant").get("/assignments"))) == 1
    assert items(caller(TEACHER).get("/assignments?course=nonesuch")) == []


def test_an_assignment_is_drawn_for_everybody(room: Class) -> None:
    wanted = {
        "course": room.course.pk,
        "title": "Homework 2",
        "family": "musilek",
        "layers": "2-3-1",
        "decimals": 5,
        "exercises": 2,
        "published": True,
        "due": "2030-01-01T12:00:00+01:00",
        "policy": "strict",
    }
    made = caller(TEACHER).post("/assignments", wanted)
    assert made.status_code == 201, made.content
    assert made.json()["policy"] == "strict"
    found = Assignment.objects.get(pk=made.json()["id"])
    assert found.tasks.count() == 4
    assert Audit.objects.filter(action="assignment.created", about="Homework 2").exists()
    refused(caller("Course-assistant").post("/assignments", wanted), 404, "not_found")


@pytest.mark.parametrize(
    "changes, code, column",
    [
        ({"family": "nonesuch"}, "family", None),
        ({"layers": "2"}, "family", "layers"),
        ({"layers": "90-90-90"}, "too_large", None),
        ({"family": None, "definition": "title = "}, "family", None),
        ({"definition": "x = 1"}, "invalid", None),
        ({"family": None, "definition": LARGE}, "too_large", None),
        ({"family": None, "definition": "network = [[[[[["}, "family", None),
        ({"title": ""}, "invalid", "title"),
        ({"title": 3}, "invalid", "title"),
        ({"due": "2030-01-01T12:00:00"}, "invalid", "due"),
        ({"opens": "2031-01-01T00:00:00Z", "due": "2030-01-01T00:00:00Z"}, "invalid", None),
        ({"policy": "nonesuch"}, "policy", None),
        ({"policy": "[late]\noff_per_day = -3"}, "policy", None),
        ({"colour": "red"}, "invalid", "colour"),
        ({"decimals": 4, "significant": 4}, "invalid", None),
    ],
)
def test_what_cannot_be_drawn_says_why(
    room: Class, changes: dict[str, Any], code: str, column: str | None
) -> None:
    wanted = {"course": room.course.pk, "title": "T", "family": "mazur"} | changes
    body = refused(caller(TEACHER).post("/assignments", wanted), 422, code)
    if column:
        assert column in [one["column"] for one in body["problems"]]
    assert Assignment.objects.count() == 2


def test_a_definition_of_ones_own(room: Class) -> None:
    from problems.drawing import family

    wanted = {"course": room.course.pk, "title": "Own", "definition": family.source_of("mazur")}
    assert caller(TEACHER).post("/assignments", wanted).status_code == 201


def test_an_assignment_is_changed_by_teachers(room: Class) -> None:
    path = f"/assignments/{room.assignment.pk}"
    changed = caller(TEACHER).ask("PATCH", path, {"title": "New", "due": None, "policy": "strict"})
    assert changed.json()["title"] == "New"
    line = Audit.objects.get(action="assignment.changed")
    assert line.detail["policy"] == "strict"
    refused(caller("Course-assistant").ask("PATCH", path, {"title": "x"}), 404, "not_found")
    refused(caller(TEACHER).ask("PATCH", path, {"title": None}), 422, "invalid")
    refused(caller(TEACHER).ask("PATCH", path, {"course": "x"}), 422, "invalid")


# exercises ---------------------------------------------------------------------------------


def test_staff_see_solutions_and_students_do_not(room: Class) -> None:
    path = f"/assignments/{room.assignment.pk}/exercises"
    lines = [json.loads(task.line) for task in room.assignment.tasks.order_by("member_id")]
    assert items(caller(TEACHER).get(path)) == lines
    (own,) = items(caller("ada").get(path))
    assert own["id"] == room.task("ada").pk
    assert all("value" not in step and "tolerance" not in step for step in own["steps"])
    assert caller("ada").get(f"/exercises/{own['id']}").json() == own
    refused(caller("ben").get(f"/exercises/{own['id']}"), 404, "not_found")
    refused(caller(TEACHER, "read").get(path), 403, "scope")


# submissions -------------------------------------------------------------------------------


def test_handed_in_is_stored_graded_and_acknowledged(room: Class) -> None:
    import hashlib

    body = json.dumps(room.answers("ada")).encode()
    answer = caller("ada").hand_in(room.task("ada").pk, body)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert found["sha256"] == hashlib.sha256(body).hexdigest()
    assert (found["attempt"], found["state"]) == (1, "graded")
    assert found["report"]["percent"] == 100
    again = caller("ada").hand_in(room.task("ada").pk, body)
    assert (again.status_code, again.json()) == (200, found)
    other = room.answers("ada", net_h1="0")
    refused(caller("ada").hand_in(room.task("ada").pk, other), 409, "key_used")
    assert Submission.objects.count() == 1


def test_files_are_handed_in_as_they_are(room: Class) -> None:
    task = room.task("ada")
    rows = "".join(f"{label},{text}\n" for label, text in right_answers(task.exercise).items())
    answer = caller("ada").hand_in(
        task.pk,
        f"step,answer\n{rows}",
        type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="../../mine.csv"'},
    )
    assert answer.json()["report"]["percent"] == 100
    assert Submission.objects.get().name == "mine.csv"
    renamed = caller("ada").hand_in(task.pk, b"nothing", "k2", type="application/pdf")
    assert renamed.json()["report"] is None
    assert renamed.json()["state"] == "review"
    (problem,) = renamed.json()["problems"]
    assert problem["code"] == "not_pdf"
    assert problem["file"] == "worksheet.pdf"


def test_refusals_of_handing_in(room: Class) -> None:
    ada, task = caller("ada"), room.task("ada").pk
    path, body = f"/exercises/{task}/submissions", room.answers("ada")
    refused(ada.post(path, body), 400, "idempotency_key")
    refused(ada.hand_in(task, body, "k" * 101), 400, "idempotency_key")
    refused(ada.hand_in(task, b"{", "k"), 400, "syntax")
    refused(ada.hand_in(task, b"[" * 100_000, "k"), 400, "syntax")
    refused(ada.hand_in(task, b"", "k"), 422, "empty")
    body_of_list = refused(ada.hand_in(task, {"answers": []}, "k"), 422, "invalid")
    assert body_of_list["problems"][0]["column"] == "answers"
    refused(ada.hand_in(task, {"answers": {"net_h1": True}}, "k"), 422, "invalid")
    refused(ada.hand_in(task, b"x" * 1_000_001, "k", type="text/csv"), 413, "too_large")
    refused(ada.hand_in(task, b"x", "k", type="image/png"), 415, "media_type")
    refused(caller("ben").hand_in(task, body, "k"), 404, "not_found")
    refused(caller(TEACHER).hand_in(task, body, "k"), 404, "not_found")
    refused(caller("ada", "read").hand_in(task, body, "k"), 403, "scope")
    room.assignment.closes = timezone.now() - timedelta(hours=1)
    room.assignment.save()
    refused(ada.hand_in(task, body, "k"), 409, "closed")
    assert Submission.objects.count() == 0


def test_a_submission_is_seen_by_its_owner_and_by_staff(room: Class) -> None:
    made = caller("ada").hand_in(room.task("ada").pk, room.answers("ada", out_o1="7")).json()
    path = f"/submissions/{made['id']}"
    assert caller("ada").get(path).json() == made
    report = caller("ada").get(f"{path}/report").json()
    assert report == made["report"]
    assert all("expected" not in step for step in report["steps"])
    whole = caller("Course-assistant").get(f"{path}/report").json()
    assert all("expected" in step for step in whole["steps"])
    for name in ("ben", "carl", "Far-teacher"):
        refused(caller(name).get(path), 404, "not_found")


def test_feedback_waits_for_its_date(room: Class) -> None:
    room.assignment.feedback = "after the due date"
    room.assignment.due = timezone.now() + timedelta(hours=1)
    room.assignment.save()
    made = caller("ada").hand_in(room.task("ada").pk, room.answers("ada")).json()
    assert made["report"] is None
    refused(caller("ada").get(f"/submissions/{made['id']}/report"), 404, "not_found")
    assert caller(TEACHER).get(f"/submissions/{made['id']}/report").status_code == 200
    Assignment.objects.update(due=timezone.now() - timedelta(hours=1))
    assert caller("ada").get(f"/submissions/{made['id']}/report").status_code == 200


HIDDEN = {
    "score": ("score", "max", "percent", "credit", "weight"),
    "verdicts": (
        *("verdict", "first_deviation", "deviation", "credit", "remarks", "used"),
        *("code", "arguments"),
    ),
    "messages": ("message", "remarks", "used", "code", "arguments"),
    "hints": ("hint",),
    "slips": ("slip", "credit"),
    "expected": ("expected", "formula"),
    "tolerance": ("tolerance",),
}


@pytest.mark.parametrize("part", HIDDEN)
def test_what_a_policy_hides_is_absent(room: Class, part: str) -> None:
    shows = {name: name != part for name in HIDDEN}
    rows = "\n".join(f"{name} = {str(on).lower()}" for name, on in shows.items())
    room.assignment.policy = f"[show]\n{rows}\n"
    room.assignment.save()
    made = caller("ada").hand_in(room.task("ada").pk, room.answers("ada", out_o1="7")).json()
    report = made["report"]
    told = set(report) | {name for step in report["steps"] for name in step}
    assert not told & set(HIDDEN[part])
    if part == "slips":
        assert "slip" not in [step["verdict"] for step in report["steps"]]


def test_notes_for_the_teacher_reach_staff_alone(room: Class) -> None:
    """And a report of an earlier format comes in the present one."""
    made = caller("ada").hand_in(room.task("ada").pk, room.answers("ada")).json()
    result = Result.objects.get(submission_id=made["id"])
    note = {"code": "closed", "arguments": {"paid": 1}, "message": "please look at the sheet"}
    Result.objects.update(report=result.report | {"teacher": [note]})
    own = caller("ada").get(f"/submissions/{made['id']}/report")
    assert "please look" not in own.content.decode()
    (seen,) = items(caller(TEACHER).get(f"/assignments/{room.assignment.pk}/reports"))
    assert seen["report"]["teacher"] == [note]
    old = {name: value for name, value in result.report.items() if name != "teacher"}
    steps = [{k: v for k, v in s.items() if k not in ("code", "arguments")} for s in old["steps"]]
    Result.objects.update(report=old | {"format": 1, "steps": steps})
    (again,) = items(caller(TEACHER).get(f"/assignments/{room.assignment.pk}/reports"))
    assert (again["report"]["format"], again["report"]["teacher"]) == (2, [])
    student = caller("ada").get(f"/submissions/{made['id']}/report").json()
    assert {step["code"] for step in student["steps"]} == {"right"}


def test_reports_and_grades_of_a_class(room: Class) -> None:
    caller("ada").hand_in(room.task("ada").pk, room.answers("ada", out_o1="7"), "k1")
    caller("ada").hand_in(room.task("ada").pk, room.answers("ada"), "k2")
    teacher, base = caller(TEACHER), f"/assignments/{room.assignment.pk}"
    found = items(teacher.get(f"{base}/reports"))
    assert [(one["student"], one["attempt"]) for one in found] == [("ada", 1), ("ada", 2)]
    assert items(teacher.get(f"{base}/reports?student=ben")) == []
    ada, ben = items(teacher.get(f"{base}/grades"))
    assert (ada["student"], ada["percent"], ada["exercises"][0]["attempts"]) == ("ada", 100, 2)
    assert (ben["score"], ben["max"]) == (0, ada["max"])
    for path in ("reports", "grades"):
        refused(caller("ada").get(f"{base}/{path}"), 404, "not_found")
        refused(caller(TEACHER, "read", "submit").get(f"{base}/{path}"), 403, "scope")


# checking ----------------------------------------------------------------------------------


def class_table(room: Class) -> str:
    rows = [
        f"{name},{label},{text}\n"
        for name in ("ada", "ben")
        for label, text in right_answers(room.task(name).exercise).items()
    ]
    return "student,step,answer\n" + "".join(rows)


def test_a_class_is_checked_and_nothing_is_stored(room: Class) -> None:
    path = f"/assignments/{room.assignment.pk}/check"
    table = class_table(room) + "zoe,net_h1,1\n"
    found = caller(TEACHER).post(path, table, type="text/csv").json()
    assert [(one["student"], one["percent"]) for one in found["reports"]] == [
        ("ada", 100),
        ("ben", 100),
    ]
    (problem,) = found["problems"]
    assert (problem["file"], problem["code"]) == ("class.csv", "identity")
    assert Submission.objects.count() == 0
    assert "tmp" not in json.dumps(found)
    refused(caller("ada").post(path, table, type="text/csv"), 404, "not_found")
    refused(caller(TEACHER).post(path, table, type="text/html"), 415, "media_type")


def test_an_archive_of_a_class(room: Class) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("ada", "ben"):
            exercise = room.task(name).exercise
            archive.writestr(f"{name}.json", json.dumps({"answers": right_answers(exercise)}))
    path = f"/assignments/{room.assignment.pk}/check"
    found = caller("Course-assistant").post(path, stream.getvalue(), type="application/zip")
    assert [one["percent"] for one in found.json()["reports"]] == [100, 100]


def test_any_exercise_is_checked_for_other_software(room: Class) -> None:
    exercise = json.loads(room.task("ada").line)
    question = {"exercise": exercise, **room.answers("ada"), "policy": "strict"}
    whole = caller(TEACHER).post("/check", question).json()
    assert whole["percent"] == 100
    assert "expected" in whole["steps"][0]


@pytest.mark.parametrize("moved", ["0", "1e-12", "0.004", "5"])
def test_students_try_no_answers_there(room: Class, moved: str) -> None:
    """Neither to their own exercise nor to one that was changed a little, or a lot."""
    exercise = json.loads(room.task("ada").line)
    exercise["inputs"][0][0] = str(Decimal(exercise["inputs"][0][0]) + Decimal(moved))
    question = {"exercise": exercise, **room.answers("ada")}
    for name in ("ada", "ben"):
        refused(caller(name).post("/check", question), 403, "scope")


@pytest.mark.parametrize("moved, status", [("0", 403), ("1e-12", 403), ("0.004", 403), ("5", 200)])
def test_a_teacher_tries_no_answers_to_own_work_elsewhere(
    room: Class, moved: str, status: int
) -> None:
    Member.objects.create(
        course=course_of(name="Third"),
        user=get_user_model().objects.get(username="ada"),
        role=Role.TEACHER,
        ident="staff:ada",
    )
    exercise = json.loads(room.task("ada").line)
    exercise["id"] = "another"
    exercise["inputs"][0][0] = str(Decimal(exercise["inputs"][0][0]) + Decimal(moved))
    answer = caller("ada").post("/check", {"exercise": exercise, **room.answers("ada")})
    assert answer.status_code == status
    if status == 403:
        refused(answer, 403, "own_exercise")


def test_numbers_keep_their_digits(room: Class) -> None:
    exercise, answers = json.loads(room.task("ada").line), room.answers("ada")["answers"]
    typed = ", ".join(f'"{label}": {text}' for label, text in answers.items())
    body = f'{{"exercise": {json.dumps(exercise)}, "answers": {{{typed}}}}}'
    assert caller(TEACHER).post("/check", body).json()["percent"] == 100


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"network": {"inputs": 50, "layers": []}}, "invalid"),
        ({"notation": "nonesuch"}, "format"),
        ({"iterations": 500}, "invalid"),
        ({"steps": [{"id": "nonesuch.1"}]}, "format"),
        ({"format": 99}, "invalid"),
        ({"inputs": [["1e999999", "1"]]}, "invalid"),
    ],
)
def test_what_is_no_exercise(room: Class, changes: dict[str, Any], code: str) -> None:
    exercise = json.loads(room.task("ada").line) | changes
    question = {"exercise": exercise, "answers": {}}
    refused(caller(TEACHER).post("/check", question), 422, code)


def test_a_large_network_is_refused_before_any_work(room: Class) -> None:
    exercise = json.loads(room.task("ada").line)
    layer = {"activation": "logistic", "weights": [["1"] * 50] * 50, "bias": "none", "biases": []}
    exercise["network"] = {"inputs": 50, "layers": [layer] * 8}
    refused(
        caller(TEACHER).post("/check", {"exercise": exercise, "answers": {}}), 422, "too_large"
    )


# errors ------------------------------------------------------------------------------------


def test_errors_are_problems(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = caller("ada")
    answer = caller("ada").ask("DELETE", "/families")
    refused(answer, 405, "method")
    assert answer["Allow"] == "GET"
    refused(ada.get("/nonesuch"), 404, "not_found")
    refused(ada.get("/exercises/..%00"), 404, "not_found")
    refused(Client().get("/api/v2/families"), 404, "not_found")
    refused(caller(TEACHER).post("/courses", b"{"), 400, "syntax")
    refused(caller(TEACHER).post("/courses", {"name": "x"}, type="text/plain"), 415, "media_type")
    refused(caller(TEACHER).post("/courses", b'"' * 2_100_000), 413, "too_large")
    refused(caller(TEACHER).post("/courses", b'{"name": "\\ud800"}'), 422, "invalid")
    refused(caller(TEACHER).post("/courses", b'{"name": "a\\u0000"}'), 422, "invalid")

    def broken(*args: object) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr("grader.web.api.families._shown", broken)
    answer = ada.get("/families/mazur")
    assert b"secret" not in answer.content
    refused(answer, 500, "broken")


def test_a_failing_database_is_said(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.web.submission_store import NotStoredError

    def lost(*args: object) -> None:
        raise NotStoredError("OperationalError")

    monkeypatch.setattr("grader.web.api.submissions.keep", lost)
    answer = caller("ada").hand_in(room.task("ada").pk, room.answers("ada"))
    refused(answer, 503, "not_stored")
    assert answer["Retry-After"]


def test_without_a_valid_token_nothing_is_told(room: Class) -> None:
    from api import Caller

    for token in ("", "bpg_nonesuch", "é"):
        answer = Caller(token).get("/families")
        refused(answer, 401, "no_token")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    ended = caller("ada")
    from grader.web.models import Token

    Token.objects.update(expires=timezone.now() - timedelta(seconds=1))
    refused(ended.get("/families"), 401, "no_token")


def test_a_browser_needs_its_csrf_token(room: Class) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(username=TEACHER, password="password")
    path, body = "/api/v1/courses", json.dumps({"name": "New"})
    assert client.get(path).status_code == 200
    refused(client.post(path, body, "application/json"), 403, "csrf")
    assert Course.objects.count() == 2
    client.get("/tokens/")
    token = client.cookies["csrftoken"].value
    made = client.post(path, body, "application/json", headers={"X-CSRFToken": token})
    assert made.status_code == 201


def test_who_asks_too_often_waits(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MOST", 3)
    ada = caller("ada")
    assert [ada.get("/families").status_code for _ in range(3)] == [200] * 3
    answer = ada.get("/families")
    refused(answer, 429, "too_often")
    assert 0 < int(answer["Retry-After"]) <= 61
    assert caller("ada").get("/families").status_code == 200
    monkeypatch.setattr(access, "MOST_HEAVY", 0)
    refused(caller(TEACHER).post("/check", {}), 422, "invalid")


# no solution -------------------------------------------------------------------------------


def test_students_find_no_solution_anywhere(room: Class) -> None:
    """Every GET that a student may do, and what handing in answers, with nothing right in it."""
    task = room.task("ada")
    body = {"answers": dict.fromkeys(right_answers(task.exercise), "9.87654")}
    ada = caller("ada")
    answers = [ada.hand_in(task.pk, body)]
    submission = answers[0].json()["id"]
    paths = [
        "/families",
        "/assignments",
        f"/assignments/{room.assignment.pk}",
        f"/assignments/{room.assignment.pk}/exercises",
        f"/exercises/{task.pk}",
        f"/submissions/{submission}",
        f"/submissions/{submission}/report",
    ]
    answers += [ada.get(path) for path in paths]
    assert all(answer.status_code in (200, 201) for answer in answers)
    givens = set(task.exercise.givens.values())
    for step in json.loads(task.line)["steps"]:
        exact = repr(step["value"])
        printed = task.exercise.printed[step["id"]]
        for answer in answers:
            told = answer.content.decode()
            assert exact[:8] not in told
            assert printed in givens or f'"{printed}"' not in told
            assert repr(step["tolerance"]) not in told


def test_tokens_of_a_user_are_counted_as_used(room: Class) -> None:
    secret = caller("ada").token
    assert accounts.token_of(secret)
