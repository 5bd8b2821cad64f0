"""A course that is here already becomes that of a platform's course."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from launches import Browser
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web.grading import grade
from grader.web.lti import course_linking
from grader.web.lti.models import Context, Outgoing, Placement
from grader.web.models import Course, Member, Role, Task
from grader.web.submission_store import keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]
LEARNER = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINEITEM = "https://lms.example/mod/lti/services.php/2/lineitems/13/lineitem?type_id=6"


@pytest.fixture
def here() -> Course:
    """A course with a class list, an assignment and ada's graded work."""
    course: Course = course_of("ada", "ben")
    for member in course.members.all():
        course.members.filter(pk=member.pk).update(email=f"{member.ident}@example.org")
    assignment = assignment_of(course)
    task = assignment.tasks.get(member__ident="ada")
    body = json.dumps({"answers": right_answers(task.exercise)}).encode()
    grade(keep(task, "k", body).submission)
    return course


def code(course: Course, who: str = "Course-teacher") -> str:
    """As the course's page shows it."""
    page = client_of(who).post(f"/lti/course/{course.pk}/code/", secure=True)
    assert page.status_code == 200, page.content
    found = re.search(r'id="code"[^>]*value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def joined(browser: Browser, text: str) -> Any:
    return browser.client.post("/lti/choose/", {"action": "join", "code": text}, secure=True)


def teacher() -> Browser:
    browser = Browser()
    assert browser.arrive(name="Tea Cher")["Location"].startswith("/lti/choose/?")
    return browser


def student(**claims: Any) -> Any:
    told = {"roles": LEARNER, AGS: {"scope": [], "lineitem": LINEITEM}, **claims}
    return Browser().arrive(**told)


def test_the_two_become_one(here: Course) -> None:
    """The course of the code stays, the one that the platform made goes; its link is placed."""
    browser = teacher()
    page = joined(browser, code(here))
    assert page.status_code == 200
    assert b"Homework 1" in page.content
    assert Context.objects.get().course == here
    assert Course.objects.count() == 1
    assert here.members.filter(role=Role.TEACHER, name="Tea Cher").exists()
    wanted = {"action": "choose", "assignment": here.assignments.get().pk}
    browser.client.post("/lti/choose/", wanted, secure=True)
    assert Placement.objects.get().assignment == here.assignments.get()


def place(here: Course) -> None:
    browser = teacher()
    joined(browser, code(here))
    wanted = {"action": "choose", "assignment": here.assignments.get().pk}
    browser.client.post("/lti/choose/", wanted, secure=True)


def test_students_of_the_list_keep_their_work(here: Course) -> None:
    """By id or by address; the grade that is there already goes to the platform."""
    place(here)
    before = {task.member.ident: task.pk for task in Task.objects.select_related("member")}
    by_id = student(sub="7", lis={"person_sourcedid": "ada"})
    by_address = student(sub="8", email="BEN@example.org")
    assert by_id["Location"] == f"/learn/{before['ada']}/"
    assert by_address["Location"] == f"/learn/{before['ben']}/"
    assert here.members.filter(role=Role.STUDENT).count() == 2
    (sent,) = Outgoing.objects.all()
    assert (sent.sub, sent.score) == ("7", 41)


def test_the_platform_gets_the_part_not_the_account(here: Course, django_user_model: Any) -> None:
    """Whoever had the part keeps everything else; the platform's account has this course alone."""
    far = course_of(name="Far")
    ada = django_user_model.objects.get(username="ada")
    Member.objects.create(course=far, user=ada, role=Role.STUDENT, ident="ada")
    place(here)
    student(sub="7", lis={"person_sourcedid": "ada"})
    part = here.members.get(ident="ada")
    assert part.user != ada
    assert [one.course for one in ada.memberships.all()] == [far]
    assert [one.course for one in part.user.memberships.all()] == [here]


def test_nobody_takes_a_teachers_part(here: Course) -> None:
    """Only students of a class list are found; of two who fit none is."""
    place(here)
    here.members.filter(role=Role.STUDENT).update(email="same@example.org")
    student(sub="7", email="Course-teacher@example.org", lis={"person_sourcedid": "x"})
    student(sub="8", email="same@example.org")
    assert here.members.filter(role=Role.STUDENT).count() == 4
    assert here.members.get(ident="Course-teacher").role == Role.TEACHER


def test_nobody_takes_the_part_of_who_came_from_a_platform(here: Course) -> None:
    """The second who claims an id is somebody else."""
    place(here)
    student(sub="7", lis={"person_sourcedid": "ada"})
    student(sub="9", lis={"person_sourcedid": "ada"})
    assert here.members.get(ident="ada").user.identities.get().sub == "7"
    assert here.members.get(ident="ada-2").user.identities.get().sub == "9"


def test_codes_are_checked(here: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made up, of another purpose, old, of a course that is gone, of this course."""
    browser = teacher()
    good = code(here)
    for bad in (
        "",
        "x:y:z",
        signing.dumps(here.pk),
        signing.dumps("gone", salt=course_linking.SALT),
    ):
        page = joined(browser, bad)
        assert page.status_code == 422, bad
    monkeypatch.setattr(course_linking, "SECONDS", -1)
    assert joined(browser, good).status_code == 422
    assert Context.objects.get().course != here
    monkeypatch.undo()
    assert joined(browser, good).status_code == 200
    assert b"that course already" in joined(browser, good).content


def test_work_that_was_handed_in_is_not_lost(here: Course) -> None:
    """A platform's course in which students have worked stays what it is."""
    browser = teacher()
    made = {"action": "new", "title": "BP", "family": "mazur"}
    browser.client.post("/lti/choose/", made, secure=True)
    student(sub="7")
    keep(Task.objects.get(member__ident="7"), "k", b"{}")
    browser.arrive(resource_link={"id": "6"})
    page = joined(browser, code(here))
    assert page.status_code == 422
    assert b"would be lost" in page.content
    assert Context.objects.get().course != here


def test_a_second_join_takes_nothing_away(here: Course) -> None:
    """The course that was joined before stays, with its class list and its work."""
    other = course_of("carl", name="Two")
    browser = teacher()
    joined(browser, code(other, "Two-teacher"))
    assert Context.objects.get().course == other
    assert joined(browser, code(here)).status_code == 200
    assert Context.objects.get().course == here
    assert Course.objects.filter(pk=other.pk).exists()
    assert other.members.filter(ident="carl").exists()


def test_two_courses_of_a_platform_do_not_share_one(here: Course) -> None:
    """Their class lists would put each other's students out."""
    text = code(here)
    joined(teacher(), text)
    browser = Browser()
    browser.arrive(context={"id": "3", "title": "Other"}, sub="5")
    page = joined(browser, text)
    assert page.status_code == 422
    assert b"joined to that one already" in page.content


def test_only_teachers_get_a_code(here: Course) -> None:
    """Neither assistants nor students nor teachers of other courses."""
    course_of(name="Far")
    for who in ("Course-assistant", "ada", "Far-teacher"):
        answer = client_of(who).post(f"/lti/course/{here.pk}/code/", secure=True)
        assert answer.status_code == 404
    assert Client().post(f"/lti/course/{here.pk}/code/", secure=True).status_code == 302


def test_a_student_joins_nothing(here: Course) -> None:
    """A code alone is not enough: one must come from the platform as a teacher."""
    text = code(here)
    teacher()
    browser = Browser()
    browser.arrive(sub="7", roles=LEARNER)
    assert joined(browser, text).status_code == 404
    assert Context.objects.get().course != here
