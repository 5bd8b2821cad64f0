"""A new assignment of a large class, made in a platform's dialogue: drawn by a job."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from jobs_made import made
from lti_visits import ASSISTANT, LINEITEM, choosing, returned, student, teacher

from grader.web.jobs import kinds, queue, starting
from grader.web.jobs.models import Job, State
from grader.web.lti.deep_linking import DEEP
from grader.web.lti.models import Placement
from grader.web.models import Assignment, Course, Member, Role, Task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]


def crowd() -> None:
    """A class that is too large for a request."""
    course = Course.objects.get()
    users = get_user_model().objects
    for n in range(starting.LARGE + 1):
        user = users.create(username=f"crowd{n}")
        Member.objects.create(course=course, user=user, role=Role.STUDENT, ident=f"crowd{n}")


def asked_for() -> tuple[Job, dict[str, Any]]:
    """A new assignment of a large class, and the custom parameter of its link."""
    browser = choosing()
    crowd()
    sent = {"action": "new", "title": "BP 2", "family": "mazur"}
    (item,) = returned(browser.client.post("/lti/choose/", sent, secure=True))[
        f"{DEEP}content_items"
    ]
    return Job.objects.get(), item


def test_a_new_assignment_of_a_large_class_goes_back_at_once() -> None:
    """With its id and its points; nothing is drawn in the request."""
    job, item = asked_for()
    assert (job.state, Task.objects.count()) == (State.WAITING, 0)
    assert item["custom"] == {"assignment": job.assignment_id}
    assert item["lineItem"]["scoreMaximum"] == 41
    made(job)
    assert Assignment.objects.get().published
    assert Task.objects.count() == starting.LARGE + 1


def test_a_student_who_comes_while_it_is_made_waits_on_a_page() -> None:
    """Of its own, which says so and leads on to the exercise; no error, nothing drawn twice."""
    job, item = asked_for()
    link: dict[str, Any] = {"resource_link": {"id": "77"}, "custom": item["custom"]}
    browser, answer = student("7", **link)
    place = answer["Location"]
    assert place == f"/lti/soon/{job.assignment_id}/"
    page = browser.client.get(place, secure=True)
    assert page.status_code == 200
    assert "exercises are being made at this moment" in page.content.decode()
    assert not Task.objects.exists()
    made(job)
    task_place = browser.client.get(place, secure=True)["Location"]
    (task,) = Task.objects.filter(member__name="Student 7")
    assert task_place == f"/learn/{task.pk}/"
    late, answer = student("8", **link)
    assert answer["Location"].startswith("/learn/")
    assert late.client.get(answer["Location"], secure=True).status_code == 200


def test_staff_who_come_while_it_is_made_see_how_far_it_is() -> None:
    """Teachers the job, assistants the page that waits."""
    job, item = asked_for()
    link: dict[str, Any] = {"resource_link": {"id": "77"}, "custom": item["custom"]}
    browser, answer = teacher(**link)
    answer = browser.client.get(answer["Location"], secure=True)
    assert answer["Location"] == f"/teach/job/{job.pk}/"
    browser, answer = teacher(sub="9", roles=ASSISTANT, **link)
    assert browser.client.get(answer["Location"], secure=True).status_code == 200
    made(job)
    answer = browser.client.get(answer["Location"], secure=True)
    assert answer["Location"] == f"/teach/assignment/{job.assignment_id}/"


def test_a_link_whose_assignment_came_to_nothing_opens_nothing_again() -> None:
    """Students wait, the teacher chooses anew."""
    job, item = asked_for()
    link: dict[str, Any] = {"resource_link": {"id": "77"}, "custom": item["custom"]}
    browser, answer = student("7", **link)
    place = answer["Location"]
    queue.cancel(job)
    assert browser.client.get(place, secure=True)["Location"] == "/lti/waiting/"
    kinds.undo(job)
    assert browser.client.get(place, secure=True)["Location"] == "/lti/waiting/"
    _, answer = student("7", **link)
    assert answer["Location"] == "/lti/waiting/"
    _, answer = teacher(**link)
    assert answer["Location"].startswith("/lti/choose/")


def test_a_link_that_is_placed_waits_for_its_assignment() -> None:
    """The same without deep linking; the column of the link stays its own."""
    browser, _ = teacher()
    crowd()
    sent = {"action": "new", "title": "BP 2", "family": "mazur"}
    answer = browser.client.post("/lti/choose/", sent, secure=True)
    job = Job.objects.get()
    answer = browser.client.get(answer["Location"], secure=True)
    assert answer["Location"] == f"/teach/job/{job.pk}/"
    _, answer = student("7")
    assert answer["Location"] == f"/lti/soon/{job.assignment_id}/"
    made(job)
    assert Placement.objects.get().lineitem_url == LINEITEM
    _, answer = student("7")
    assert answer["Location"].startswith("/learn/")
