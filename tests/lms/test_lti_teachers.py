"""What a teacher does in the service reaches the platform: a regrade, a course that is joined."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lti_class import Class, Clock, own_key
from lti_platform import Platform, platform
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web.grading import grade
from grader.web.lti import access_tokens, course_linking, enrollment, keys, outbox
from grader.web.lti.enrollment import Told
from grader.web.lti.grade_sender import Pace, Postman
from grader.web.lti.models import Context, Outgoing, Sending
from grader.web.lti.provisioning import place
from grader.web.models import Course, Member, Role, Task
from grader.web.submission_store import keep

pytestmark = pytest.mark.django_db
TWICE = '[weights]\n"net.1.1" = 3\n'


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(outbox, "clock", made)
    return made


@pytest.fixture
def lms(clock: Clock) -> Iterator[Platform]:
    access_tokens.forget_tokens()
    with platform(clock=clock.unix) as found:
        yield found


def hand_in(task: Task, steps: int) -> None:
    """The first few steps, right."""
    answers = dict(list(right_answers(task.exercise).items())[:steps])
    grade(keep(task, f"k{steps}", json.dumps({"answers": answers}).encode()).submission)


def regrade(client: Client, room: Class, **fields: str) -> Any:
    return client.post(
        reverse("teach-regrade", args=[room.assignment.pk]), fields | {"action": "apply"}
    )


def send(clock: Clock) -> None:
    """All that is on its way."""
    postman = Postman(Pace(), clock, chance=lambda: 0.0)
    while Outgoing.objects.filter(state=Sending.WAITING).exists():
        while postman.round():
            pass
        clock.go(60)


def test_a_regrade_by_the_page_goes_out_by_itself(lms: Platform, clock: Clock) -> None:
    """New points, a later time and a comment that says them; and so does its undoing."""
    room = Class(lms, clock, ("ada", "ben"))
    teacher = client_of("Course-teacher")
    for name, steps in (("ada", 3), ("ben", 41)):
        hand_in(room.tasks[name], steps)
    room.drain(room.postman())
    first = {name: room.item.grades[room.row(name).sub] for name in ("ada", "ben")}
    clock.go(60)
    assert regrade(teacher, room, policy="own", policy_text=TWICE).status_code == 302
    room.drain(room.postman())
    again = room.item.grades[room.row("ada").sub]
    assert again.given == (5.0, 43.0)
    assert again.given != first["ada"].given
    assert again.stamp > first["ada"].stamp
    assert "You have 5 of 43 points" in again.comment
    assert room.item.grades[room.row("ben").sub].given == (43.0, 43.0)
    clock.go(60)
    regrade(teacher, room, policy="default")
    room.drain(room.postman())
    assert room.item.grades[room.row("ada").sub].given == (3.0, 41.0)


def test_a_regrade_that_was_refused_goes_out_when_it_is_sent_again(
    lms: Platform, clock: Clock
) -> None:
    """Refused for good, told on the course's page, and taken once the platform takes it."""
    room = Class(lms, clock, ("ada", "ben"))
    teacher = client_of("Course-teacher")
    hand_in(room.tasks["ada"], 3)
    room.drain(room.postman())
    sub = room.row("ada").sub
    person = lms.people.pop(sub)
    clock.go(60)
    regrade(teacher, room, policy="own", policy_text=TWICE)
    room.drain(room.postman())
    assert room.row("ada").state == Sending.REFUSED
    course = room.assignment.course
    page = teacher.get(reverse("teach-course", args=[course.pk])).content.decode()
    assert "1 grade could not be handed over" in page
    assert "ada" in page
    lms.people[sub] = person
    clock.go(60)
    teacher.post(reverse("lti-send", args=[course.pk]))
    room.drain(room.postman())
    assert room.item.grades[sub].given == (5.0, 43.0)


def test_grades_of_a_course_that_is_joined_by_its_code_arrive(lms: Platform, clock: Clock) -> None:
    """Work from before the joining, as soon as a student comes; and what is handed in after."""
    here: Course = course_of("ada", "ben")
    assignment = assignment_of(here)
    tasks = {task.member.ident: task for task in assignment.tasks.select_related("member")}
    hand_in(tasks["ada"], 41)
    own_key()
    lms.by_hand(keys=keys.public_keys())
    made = Course.objects.create(name="Course of the platform")
    context = Context.objects.create(
        platform=lms.as_model(), ident="2", title="Course", course=made
    )
    told = Told("3", Role.TEACHER, "", "Tea Cher", "")
    teacher = enrollment.account_of(lms.issuer, told)
    enrollment.enrolled(made, teacher, told)
    course_linking.join(context, course_linking.code_of(here), teacher)
    assert not Course.objects.filter(pk=made.pk).exists()
    link = lms.link("2")
    place(context, link.id, assignment, lms.item_url(link.item))
    for sub, ident in (("7", "ada"), ("8", "ben")):
        lms.person(sub, course="2")
        student = Told(sub, Role.STUDENT, ident, ident.title(), "")
        account = enrollment.account_of(lms.issuer, student)
        member = enrollment.enrolled(here, account, student)
        assert member.pk == tasks[ident].member_id
        outbox.queue(member, assignment)
    send(clock)
    grades = lms.items[link.item].grades
    assert grades["7"].given == (41.0, 41.0)
    assert "8" not in grades
    clock.go(60)
    hand_in(Task.objects.get(pk=tasks["ben"].pk), 5)
    send(clock)
    assert grades["8"].given == (5.0, 41.0)
    assert Member.objects.filter(course=here, role=Role.STUDENT).count() == 2
